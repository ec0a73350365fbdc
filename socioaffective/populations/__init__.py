"""Populations: many people who differ.

`people` draws them, with `traits` and the correlations of a `copula`; `summaries` says what becomes of them in one pass,
part by part (`surveys`), counted in `tallies` and kept in `stores`; `decomposition` says which differences matter.
"""
