"""The glossary: one entry a name, symbols that mean one thing, words taught where it says, and links that lead there."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from socioaffective.book.glossary import bold, entries, letter, linked, named, wanted, write
from socioaffective.book.notebooks import GLOSSARY, chapters, prose, read, texts
from socioaffective.book.terms import FORMS, NO_TERMS, TERMS
from socioaffective.models import CATALOGUE
from socioaffective.publish import anchor

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = {path.stem: read(path) for path in chapters(FOLDER)}
KNOWN = entries()
each_chapter = pytest.mark.parametrize("chapter", NOTEBOOKS)
TAUGHT = [(chapter, name, sentence) for chapter, terms in TERMS.items() for name, sentence in terms.items()]
# Where the models disagree, with why. Everything else is one symbol, one unit, one meaning and one range a name.
DIFFERENT = {
    "learning": {"symbol", "unit", "meaning", "bounds"},  # of values in steps, of a skill in weeks
    "loss": {"symbol", "meaning", "bounds"},  # of a need that stays abstract, of ties
}
# Two names for one symbol where a chapter uses both.
SHARED = {
    frozenset({"relatedness", "felt_relatedness"}),  # the state, and what it would be if it kept pace with ties
}


def heading_names(notebook):
    return re.findall(r"^### (.+)$", prose(notebook), flags=re.MULTILINE)


def the_page():
    return read(FOLDER / GLOSSARY)


def test_page_and_links_are_as_they_should_be():
    """Otherwise: python -m socioaffective.book pages."""
    for path, notebook in wanted(FOLDER).items():
        assert read(path) == notebook, path.name


def test_each_name_has_one_entry():
    names = {name for model in CATALOGUE.values() for name in model.quantities}
    assert sorted(heading_names(the_page())) == sorted(names | {name for _, name, _ in TAUGHT})


@pytest.mark.parametrize("model", CATALOGUE)
def test_an_entry_says_what_the_model_says(model):
    page = prose(the_page())
    for q in CATALOGUE[model].quantities.values():
        entry = page.split(f"### {q.name}\n", 1)[1].split("\n### ")[0]
        (line,) = [line for line in entry.splitlines() if line.startswith("* ") and f"`{model}`" in line]
        assert q.meaning and q.meaning.lower() in entry.lower()
        assert line.startswith(f"* {letter(q)}, ")
        assert f"from {q.bounds[0]:.4g} to" in line
        assert line.endswith(
            {"1/week": " per week", "1/step": " per step", "rad": " rad", "1": f"to {q.bounds[1]:.4g}"}[q.unit]
        )
        assert q.kind == "observable" or f"{q.value:.4g}, from" in line


def test_one_name_is_one_quantity():
    found = defaultdict(set)
    for name, entry in KNOWN.items():
        for field in ("symbol", "unit", "meaning", "bounds"):
            if len({getattr(q, field) for _, q in entry.uses}) > 1:
                found[name].add(field)
    assert found == DIFFERENT


@each_chapter
def test_one_symbol_has_one_name_in_a_chapter(chapter):
    code = "\n".join(texts(NOTEBOOKS[chapter], "code"))
    names = defaultdict(set)
    for model in set(re.findall(r"sa\.models\.(\w+)", code)) & set(CATALOGUE):
        for q in CATALOGUE[model].quantities.values():
            names[q.symbol].add(q.name)
    assert {frozenset(shared) for shared in names.values() if len(shared) > 1} <= SHARED


def test_a_heading_has_the_same_anchor_everywhere():
    """In Lab and in our pages blanks become hyphens; MyST also drops capitals and marks."""
    for name in KNOWN:
        assert re.fullmatch(r"[a-z_]+([ -][a-z_]+)*", name), name
        assert anchor(name) == re.sub(r"[^\w\- ]", "", name.lower().replace(" ", "-"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.stem)
def test_links_into_the_glossary_lead_to_an_entry(path):
    text = prose(read(path))
    anchors = set(re.findall(re.escape(GLOSSARY) + r"#([^)\s]*)\)", text))
    anchors |= set(re.findall(r"\]\(#([^)\s]*)\)", text)) if path.name == GLOSSARY else set()
    assert anchors <= {anchor(name) for name in heading_names(the_page())}
    assert anchors or path not in chapters(FOLDER)


def test_a_sentence_is_one_short_sentence():
    assert len({name for _, name, _ in TAUGHT}) == len(TAUGHT)
    for _, name, sentence in TAUGHT:
        assert len(sentence.split()) <= 25 and re.fullmatch(r"[A-Z][^\n]*[^.\s]\.", sentence), name
        assert ". " not in sentence, name


@each_chapter
def test_a_chapter_says_in_bold_what_it_teaches(chapter):
    said = {named(text, KNOWN) for text in bold(texts(NOTEBOOKS[chapter]))}
    assert set(TERMS.get(chapter, ())) <= said


@each_chapter
def test_every_word_in_bold_has_an_entry(chapter):
    """One to three words without a full stop are a word that is taught; sentences and run-in headings are not."""
    for text in bold(texts(NOTEBOOKS[chapter])):
        if re.fullmatch(r"[^\W\d_][\w'-]*( [\w'-]+){0,2}", text):
            assert (named(text, KNOWN) is None) == (text.lower() in NO_TERMS), text


def test_no_form_and_no_exception_is_left_over():
    said = {text.rstrip(".").lower() for n in NOTEBOOKS.values() for text in bold(texts(n))}
    assert set(FORMS) | NO_TERMS <= said
    assert set(FORMS.values()) <= set(KNOWN) and not set(FORMS) & set(KNOWN)


def test_a_word_is_linked_once_and_headings_questions_and_code_never():
    cells = [
        "# **Ties**\n\n> **ties?**\n\n```\n**ties**\n```",
        "**Ties** wear.",
        "Old [**ties**](glossary.ipynb#ties), **new**.",
    ]
    once = linked(cells, ["ties"])
    assert once == [cells[0], "[**Ties**](glossary.ipynb#ties) wear.", "Old **ties**, **new**."]
    assert linked(once, ["ties"]) == once


def test_writing_again_changes_nothing(tmp_path):
    for path in chapters(FOLDER):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    tour = tmp_path / "00_tour.ipynb"
    tour.write_text(re.sub(r"\[(\*\*[\w ]+\*\*)\]\(glossary[^)]*\)", r"\1", tour.read_text(encoding="utf-8")), encoding="utf-8")
    assert write(tmp_path) == [tour, tmp_path / GLOSSARY] and write(tmp_path) == []
    assert tour.read_bytes() == (FOLDER / tour.name).read_bytes()
