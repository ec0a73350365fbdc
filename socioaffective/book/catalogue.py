"""Catalogue: a page for every public name and every model, and one of all claims, written from the package itself."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import socioaffective as sa
from socioaffective.book.notebooks import prose, read
from socioaffective.claims import Claim, every

NAMES = """# Every public name

All of it is in `import socioaffective as sa`. The tests run every example on these pages.
"""
MODELS = """# The models

Each has its equations, how its numbers were chosen, what it leaves out, what would speak against it, and the file that states
it.
"""
CLAIMS = """# Every claim

A label in a chapter, such as [SF1], stands for one of these statements about a model. `sa.claim("SF1").holds(...)` decides it
for other numbers. How far each carries is said by its card: of numbers drawn from the whole box, in how many it still holds.
"""
# In which order a newcomer would look for names; other parts follow.
ORDER = (
    "quantities", "model", "aggregates", "spreads", "simulation", "populations", "dynamics", "objectives", "policies",
    "control", "oversight", "trials", "views", "explorer", "figures", "theme", "claims", "exercises", "machine",
)  # fmt: skip
LABEL = re.compile(r"(?<!\[)\[([A-Z]{2}\d+)\](?![(\[])")


def public() -> Iterator[tuple[str, Any]]:
    """Yields every public name, those in modules with the module's name before them, and what it is.

    >>> from socioaffective.book.catalogue import public
    >>> names = dict(public())
    >>> [name in names for name in ("simulate", "policies.climber", "worlds.drmdp.table")]
    [True, True, True]
    """
    for name in sa.__all__:
        thing = getattr(sa, name)
        if isinstance(thing, types.ModuleType):
            yield from _inside(name, thing)
        else:
            yield name, thing
    for world in sa.worlds:
        inside = _inside(world.__name__.removeprefix("socioaffective."), world)
        # What a world reports is printed by the command `python -m socioaffective.worlds`.
        yield from ((name, thing) for name, thing in inside if not name.endswith(".report"))


def _inside(name: str, module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    own = [n for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__ and n[0] != "_"]
    return ((f"{name}.{part}", getattr(module, part)) for part in getattr(module, "__all__", None) or own)


def write(to: Path, chapters: Sequence[Path]) -> list[str]:
    """Returns the names of the pages written below the folder `to`; `chapters` are the notebooks that state claims."""
    where = stated(chapters)
    texts = {"reference/names": _names(), "reference/models": _models(), "reference/claims": _claims(where)}
    texts |= {f"reference/names/{name}": _page(name, thing) for name, thing in public()}
    for name in sa.models.CATALOGUE:
        texts[f"reference/models/{name}"] = _model(name)
    for page, text in texts.items():
        path = to / f"{page}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [page for page in texts if page.count("/") == 1]


def first_line(thing: Any) -> str:
    """Returns what the first paragraph of a docstring says, on one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def _names() -> str:
    parts: dict[str, list[str]] = {f"socioaffective.{part}": [] for part in ORDER}
    for name, thing in public():
        home = thing.__module__.split(".")
        part = ".".join(home[: 3 if home[1] == "worlds" else 2])
        parts.setdefault(part, []).append(f"* [`sa.{name}`](names/{name}.md): {first_line(thing)}\n")
    return NAMES + "".join(_part(import_module(home), entries) for home, entries in parts.items() if entries)


def _part(module: types.ModuleType, entries: Sequence[str]) -> str:
    head, _, about = first_line(module).partition(": ")
    return f"\n## {head}\n\n{about[:1].upper()}{about[1:]}\n\n{''.join(entries)}"


def _page(name: str, thing: Any) -> str:
    kind, options = ("class", "\n   :members:") if inspect.isclass(thing) else ("function", "")
    above = f"---\norphan: true\n---\n# sa.{name}\n\n*One of [all public names](../names.md).*\n\n"
    return f"{above}```{{eval-rst}}\n.. auto{kind}:: socioaffective.{name}{options}\n```\n"


def _models() -> str:
    rows = "\n".join(f"* [`sa.models.{name}`](models/{name}.md): {_docline(name)}" for name in sa.models.CATALOGUE)
    return f"{MODELS}\n{rows}\n\n```{{toctree}}\n:hidden:\n:glob:\n\nmodels/*\n```\n"


def _file(name: str) -> Path:
    stated = re.compile(rf"^{name} = ", re.MULTILINE)
    return next(p for p in Path(str(sa.models.__file__)).parent.glob("*.py") if stated.search(p.read_text(encoding="utf-8")))


def _docline(name: str) -> str:
    return first_line(import_module(f"socioaffective.models.{_file(name).stem}")).split(": ", 1)[-1]


def _model(name: str) -> str:
    model, path = sa.models[name], _file(name)
    about = ", ".join(_link(c.id) for c in every().values() if sa.models.name_of(c.model) == name)
    return (
        f"# {model.title}\n\n`sa.models.{name}`: {_docline(name)}\n\n{model._repr_markdown_()}\n\n"
        f"{model.card._repr_markdown_().replace('### Card of the model: ' + model.title, '## Card')}\n\n"
        + (f"## Claims about it\n\n{about}\n\n" if about else "")
        + f"## The file\n\n```python\n{path.read_text(encoding='utf-8')}```\n"
    )


def stated(chapters: Sequence[Path]) -> dict[str, list[Path]]:
    """Returns the chapters in whose text each claim's label stands."""
    found: dict[str, list[Path]] = {}
    for path in chapters:
        for label in dict.fromkeys(LABEL.findall(prose(read(path)))):
            found.setdefault(label, []).append(path)
    return found


def linked(text: str) -> str:
    """Returns Markdown in which each claim's label leads to the claim.

    >>> from socioaffective.book.catalogue import linked
    >>> linked("It falls [SF1].")
    'It falls [\\\\[SF1\\\\]](#claim-sf1).'
    """
    return LABEL.sub(lambda found: _link(found[1], brackets=True) if found[1] in every() else found[0], text)


def _link(label: str, brackets: bool = False) -> str:
    shown = rf"\[{label}\]" if brackets else label
    return f"[{shown}](#claim-{label.lower()})"


def _claims(where: dict[str, list[Path]]) -> str:
    return CLAIMS.replace("[SF1]", r"\[SF1\]") + "".join(_claim(c, where.get(c.id, [])) for c in every().values())


def _claim(claim: Claim, chapters: Sequence[Path]) -> str:
    name = sa.models.name_of(claim.model)
    model = f"[{claim.model.title}](models/{name}.md)" if name else claim.model.title
    said = ", ".join(f"[{path.stem}](../notebooks/{path.name})" for path in chapters)
    target = f"\n(claim-{claim.id.lower()})=\n"
    return f"{target}**{claim.id}.** {claim.sentence}\n*{model}; holds {claim.card.spread}. Said in {said}.*\n"
