"""Every source of the book stands in one file, and everything that is cited is there, with how far it was read."""

import re
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
import yaml

import socioaffective as sa
from socioaffective.book import bibliography
from socioaffective.book.__main__ import main
from socioaffective.book.notebooks import BIBLIOGRAPHY, GLOSSARY, by_hand, chapters, prose, read
from socioaffective.book.references import citations, cited, kind_of, links, reference, sources

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "notebooks"
KNOWN = sources()
CHAPTERS = {path.stem: prose(read(path)) for path in by_hand(BOOK)}
EXERCISES = {str(path.relative_to(ROOT)): prose(read(path)) for path in ROOT.glob("exercises/*/*.ipynb")}
PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for folder in (".", "notebooks", "exercises")
    for path in ROOT.glob(f"{folder}/*.md")
}
BANKS = {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob("exercises/*/bank.py")}
NAMED = {
    f"{model.title}, {where.name if where is not model else 'itself'}": where.source
    for model in sa.models
    for where in (model, *model.parameters.values(), *model.states.values())
}
WORLDS = {world.__name__: f"{world.page.source} {world.page.marks}" for world in sa.worlds}
EVERYTHING = CHAPTERS | EXERCISES | PAGES | BANKS | bibliography.library() | NAMED | WORLDS
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def loose(lines):
    """Returns lines under Sources that neither begin with a reference nor say that something is ours."""
    return [line for line in lines if not bibliography.begins_with(line) and not re.search(r"\bours\b", line)]


@every_chapter
def test_the_lines_under_sources_begin_with_what_the_file_has(chapter):
    """Otherwise: python -m socioaffective.book pages."""
    before, lines = bibliography.under_sources(CHAPTERS[chapter])
    if chapter in {path.stem for path in chapters(BOOK)} or cited(before):
        assert lines
    assert not loose(lines)
    assert bibliography.fresh(CHAPTERS[chapter], KNOWN) == CHAPTERS[chapter]
    for line in lines:
        made = " ".join(reference(key) for key in bibliography.begins_with(line))
        assert line.startswith(f"* {made}") and line != f"* {made}".rstrip(), "say what it is used for"


def test_what_is_stale_or_made_by_hand_would_be_found():
    text = CHAPTERS["02_needs"]
    read_again = KNOWN | {"chen2015": replace(KNOWN["chen2015"], marks=("READ",))}
    assert (
        bibliography.fresh(text, read_again) == text.replace(reference("chen2015"), reference("chen2015", read_again)) != text
    )
    with pytest.raises(ValueError, match="There is no source 'chen2016'"):
        bibliography.fresh(text.replace("#chen2015).", "#chen2016)."), KNOWN)
    by_hand = "* Chen, B. and others (2015). *Motivation and Emotion* 39, 216. **[READ: abstract]** The scale."
    assert loose([by_hand, "* Everything else is **ours**."]) == [by_hand]


def orphans(known):
    return set(known) - {
        key for text in (CHAPTERS | EXERCISES | PAGES | bibliography.library()).values() for key in cited(text, known)
    }


def test_every_source_is_cited():
    assert not orphans(KNOWN)
    nobody = replace(KNOWN["chen2015"], key="chen1815", fields={"year": "1815"})
    assert orphans(KNOWN | {"chen1815": nobody}) == {"chen1815"}


def places():
    """Returns what links into the bibliography can lead to, as it is kept."""
    return re.findall(r"^### (.+)$", prose(read(BOOK / BIBLIOGRAPHY)), flags=re.MULTILINE)


def misled(text):
    """Returns the links of a text that lead nowhere, or to another source than the one they name."""
    return [
        (shown, key)
        for shown, key in links(text)
        if key not in places() or any(keys != [key] for _, keys in citations(shown, KNOWN))
    ]


def test_links_lead_to_the_source_that_they_name():
    texts = CHAPTERS | EXERCISES | PAGES
    assert not {name: found for name, text in texts.items() if (found := misled(text))}
    odd = {name for name, text in texts.items() if len(links(text)) != text.count(f"{BIBLIOGRAPHY}#")}
    assert not odd, "a link that is written in a way of its own"


def test_a_link_that_misleads_would_be_found():
    assert misled("[Chen and others (2015)](bibliography.ipynb#chen2015), [RecSim's](bibliography.ipynb#ie2019)") == []
    assert misled("[the scale](bibliography.ipynb#chen2051)") == [("the scale", "chen2051")]
    assert misled("[Chen and others, 2015](bibliography.ipynb#lee2021)") == [("Chen and others, 2015", "lee2021")]
    assert misled("[Kirk and others (2025)](../../notebooks/bibliography.ipynb#kirk2025b)")


def unlinked(text):
    """Returns the keys of sources that the prose of a chapter names without ever linking to them."""
    before, _ = bibliography.under_sources(text)
    return {key for _, keys in citations(before, KNOWN) for key in keys} - {key for _, key in links(before)}


def test_who_is_named_in_a_chapter_is_linked_there():
    assert not {chapter: found for chapter, text in CHAPTERS.items() if (found := unlinked(text))}
    bare = CHAPTERS["00_tour"].replace("[Kirk and others, 2025](bibliography.ipynb#kirk2025)", "Kirk and others, 2025")
    assert unlinked(bare) == {"kirk2025"}


def test_the_bibliography_is_not_out_of_date():
    """Otherwise: python -m socioaffective.book pages."""
    assert read(BOOK / BIBLIOGRAPHY) == bibliography.bibliography(BOOK, KNOWN)
    assert places() == list(KNOWN) == sorted(KNOWN)


def strangers(text):
    return [name for name, keys in citations(text, KNOWN) if len(keys) != 1]


def test_whoever_is_named_with_a_year_is_a_source():
    assert not {name: found for name, text in EVERYTHING.items() if (found := strangers(text))}


def test_every_number_of_a_paper_is_that_of_a_source():
    known = {source.fields.get(kind) for source in KNOWN.values() for kind in ("eprint", "doi")}
    found = {
        one
        for text in EVERYTHING.values()
        for one in re.findall(r"(?:arXiv:|doi:|arxiv.org/abs/)(10\.\S+\w|\d{4}\.\d{5})", text)
    }
    assert len(found) > 15 and found <= known


@pytest.mark.parametrize(
    "text",
    ["(Chen and others, 2016)", "(Chen, 2015)", "Chen and Vansteenkiste (2015)", "Dean and others (2022)", "Gao et al., 2021",
     "Krueger and Leike (2020)", "van der Waals and others (2022)", "Zhuang, S. and Hadfield, D. (2020)",
     "Kirk, Hale and others 2025"],
)  # fmt: skip
def test_a_stranger_would_be_found(text):
    assert strangers(f"It is told {text}; here [Page (1954)](bibliography.ipynb#page1954) is at home.")


def boasts(text):
    """Returns citations with a mark of reading behind them of which the file says that they were not read."""
    said = [
        (name, keys, re.match(r"[^.;\[]{0,60}\[(READ)\b(?!-2)", text.split(name, 1)[1]))
        for name, keys in citations(text, KNOWN)
        if name in text
    ]
    return [name for name, keys, mark in said if mark and "READ" not in {kind_of(m) for key in keys for m in KNOWN[key].marks}]


def test_nothing_is_said_to_be_read_that_was_not():
    assert not [found for text in EVERYTHING.values() for found in boasts(text)]
    assert boasts("Page 1954, Biometrika 41 [READ: abstract].") and not boasts("Page 1954, Biometrika 41 [recalled, verify].")


def test_the_file_to_cite_says_the_same():
    (cff,) = yaml.safe_load((ROOT / "CITATION.cff").read_text())["references"]
    kirk = KNOWN["kirk2025"]
    assert [author["family-names"] for author in cff["authors"]] == list(kirk.surnames) and not kirk.others
    ours = {"title": "title", "year": "year", "journal": "journal", "volume": "volume", "start": "pages", "doi": "doi"}
    assert {theirs: str(cff[theirs]).replace("&", "and") for theirs in ours} == {
        theirs: kirk.fields[name] for theirs, name in ours.items()
    }


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ("@misc{a, author = {Ada}, checked = {SEEN}}", "There is no checking mark for a, 'SEEN'.*Allowed: READ, READ-2"),
        (
            "@misc{a, author = {Ada}, checked = {READ: title; recalled}}",
            "checking mark for a, 'recalled'. Did you mean 'recalled, verify'",
        ),
        ("@misc{a, author = {Ada}, year = 1843}", "a does not say how far it was checked"),
        ("@misc{a, year = 1843, checked = {READ}}", "a has neither an author nor a title"),
        ("@misc{a, author = {Ada}, checked = {READ}} @misc{b, author = {Ada}, checked = {READ}}", "a and b are both 'Ada'"),
        ("@misc{a, author = {Ada}, checked = {READ}} @misc{a, author = {Bob}, checked = {READ}}", "is no BibTeX: .*repeated"),
        ("@misc{a, author = ", "is no BibTeX"),
    ],
)
def test_an_entry_that_will_not_do_says_why(tmp_path, entry, match):
    (tmp_path / "references.bib").write_text(entry)
    with pytest.raises(ValueError, match=match):
        sources(tmp_path / "references.bib")


def test_the_command_makes_again_what_an_entry_has_changed(tmp_path, capsys):
    (folder := tmp_path / "notebooks").mkdir()
    for name in ("references.bib", "02_needs.ipynb", "08_ecosystem.ipynb"):
        copy(BOOK / name, folder)
    command = ["pages", "--root", str(tmp_path)]
    assert main(command) == 0
    assert capsys.readouterr().out.split() == [str(folder / BIBLIOGRAPHY), str(folder / GLOSSARY)]
    bib = folder / "references.bib"
    bib.write_text(bib.read_text().replace("{Motivation and Emotion}", "{Emotion and Motivation}"))
    assert main(command) == 0
    assert capsys.readouterr().out.split() == [str(folder / "02_needs.ipynb"), str(folder / BIBLIOGRAPHY)]
    was, now = ((at / "02_needs.ipynb").read_text() for at in (BOOK, folder))
    assert now == was.replace("*Motivation and Emotion* 39", "*Emotion and Motivation* 39") != was
    assert main(command) == 0 and capsys.readouterr().out == "Everything is up to date.\n"
    bib.unlink()
    assert main(command) == 1 and "There is no" in capsys.readouterr().err
