"""A sheet is written in the asker's language and read in all, whatever the page's."""

import io
import re
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.rows.cells import name_key
from evaltracker.toolbox.languages import OFFERED, speaking
from tests.measures.cases import LATENCY
from tests.vendors.door import case
from tests.vendors.portal.test_sheets import keep, upload
from tests.vendors.portal.visitor import Visitor
from vendors.choices import STATED
from vendors.costs import IT
from vendors.fields import SHEETS, WORDS, read_holds_for
from vendors.models import AnswerDraft, Contact
from vendors.sheets import COLUMNS, read_prices, write_prices


@pytest.fixture
def inside(ada: Visitor, where: Evaluation) -> Visitor:
    Requirement.objects.filter(ref="R1").update(measure=LATENCY)
    return ada.sign_in()


def sheet_in(inside: Visitor, language: str) -> Workbook:
    Contact.objects.update(language=language)
    content = inside.get(f"{inside.home}sheet/file/").content
    Contact.objects.update(language="de")
    return load_workbook(io.BytesIO(content))


def filled(book: Workbook, row: int = 2, **fields: Any) -> Workbook:
    """The workbook with what is said of a requirement, by fields."""
    heads = [cell.value for cell in book.worksheets[0][1]]
    for name, value in fields.items():
        column = COLUMNS["Answers"][name]
        (at,) = {*heads} & {column.head, column.de, column.fr}
        book.worksheets[0].cell(row, heads.index(at) + 1, value)
    return book


def test_d7_a_french_sheet_is_read_on_a_german_page(inside: Visitor) -> None:
    expected, book = case("D7")["expected"], sheet_in(inside, "fr")
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads[:2] == ["Exigence", "Catégorie"]
    offered = book.worksheets[0].data_validations.dataValidation[0].formula1
    assert offered == '"disponible,bêta,prévu,sur demande,non prévu"'
    said: Any = {"statement": "Oui.", "number": "1 200,50", "unit": "ms"}
    filled(book, availability="disponible", **said)
    filled(book, 3, availability="prévu", available_from="1 mars 2040", statement="x")
    keep(inside, upload(inside, book))
    drafts = {row.requirement.ref: row.typed for row in AnswerDraft.objects.all()}
    assert drafts["R1"]["availability"] == expected["availability"]
    assert drafts["R1"]["number"] == expected["number"]
    assert drafts["R2"]["available_from"] == expected["available_from"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_a_draft_takes_its_effort_from_a_sheet_in_any_language(
    inside: Visitor,
) -> None:
    Evaluation.objects.update(asks_effort=True)
    book = sheet_in(inside, "fr")
    said: Any = {"statement": "Oui.", "effort": "configurer, 2,5 jours, fournisseur"}
    page = upload(inside, filled(book, availability="disponible", **said))
    assert "konfigurieren, 2.5 Tage, Anbieter" in page.content.decode()
    keep(inside, page)
    typed = AnswerDraft.objects.get().typed
    assert (typed["how"], typed["days"], typed["by"]) == ("configure", "2.5", "vendor")
    again = sheet_in(inside, "en")
    heads = [cell.value for cell in again.worksheets[0][1]]
    cell = again.worksheets[0].cell(2, heads.index("Effort") + 1)
    assert cell.value == "configure, 2.5 days, vendor"
    filled(again, statement="Yes.", effort="")
    keep(inside, upload(inside, again))
    assert "how" not in AnswerDraft.objects.get().typed


READ = {
    "now": ("now", "yes", "ja", "verfügbar", "oui", "disponible"),
    "beta": ("beta", "bêta", "Beta"),
    "planned": ("planned", "geplant", "prévu"),
    "on_request": ("on request", "auf Anfrage", "sur demande"),
    "never": ("never", "no", "nein", "nie", "non", "jamais"),
}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_words_and_days_of_all_languages_are_read(inside: Visitor) -> None:
    words = COLUMNS["Answers"]["availability"].words
    for value, said in READ.items():
        for word in said:
            assert words[name_key(word)] == value, word
    for day in ("2040-03-01", "01.03.2040", "1. März 2040", "1 mars 2040"):
        book = filled(sheet_in(inside, "de"), availability="geplant", statement="x")
        AnswerDraft.objects.all().delete()
        keep(inside, upload(inside, filled(book, available_from=day)))
        assert AnswerDraft.objects.get().typed["available_from"] == "2040-03-01", day


@pytest.mark.parametrize(
    "text",
    ["everywhere", "Überall", "partout = disponible", "überall = geplant 1. März 2040"],
)
def test_where_an_answer_holds_is_read_in_all_languages(text: str) -> None:
    answer = text.partition(" = ")[2]
    read = read_holds_for(text)
    if not answer:
        assert read == "everywhere"
        return
    [line] = read
    assert line["values"] == "everywhere"
    assert line["availability"] in ("now", "planned")
    assert line["available_from"] == ("2040-03-01" if "1." in answer else None)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_wrong_cell_names_the_words_of_the_page",
)
def test_a_sheet_in_another_language_that_says_what_stands_changes_nothing(
    inside: Visitor,
) -> None:
    typed = {"availability": "planned", "available_from": "2020-01-01"}
    inside.post(f"{inside.home}answer/R1/", version="0", statement="Soon.", **typed)
    for language in OFFERED:
        preview = upload(inside, sheet_in(inside, language))
        assert preview.status_code == 200, language
        assert 'name="packed"' not in preview.content.decode()


@pytest.mark.parametrize("language", OFFERED)
def test_prices_read_back_from_a_sheet_in_any_language(language: str) -> None:
    typed = {"kind": "licence", "likely": "12.5", "recurrence": "yearly"}
    rows = [typed, {"kind": "setup", "state": "included", "pricing": "graduated"}]
    terms = {"currency": "EUR", "valid_until": "2040-04-03"}
    with speaking(language):
        content = write_prices(rows, terms, IT)
    read, head = read_prices(content, "prices.xlsx", IT)
    assert head == terms
    for row, back in zip(rows, read, strict=True):
        assert row.items() <= back.items()


def test_every_head_word_and_line_of_help_is_there_in_all_languages() -> None:
    for name, columns in COLUMNS.items():
        fields: dict[str, set[str]] = {}
        for field, column in columns.items():
            for head in (column.head, column.de, column.fr):
                fields.setdefault(name_key(head), set()).add(field)
        assert all(len(places) == 1 for places in fields.values())
        assert all(column.de and column.fr for column in columns.values())
        lines = {len(SHEETS[name]["about"][language]) for language in OFFERED}
        assert len(lines) == 1
        assert {*SHEETS[name]["titles"]} == {*OFFERED}
    for values in WORDS.values():
        assert all({*word} - {"en"} == {"de", "fr"} for word in values.values())
    assert {*WORDS["availability"]} == {*STATED}


def test_a_wrong_cell_names_the_words_of_the_page(inside: Visitor) -> None:
    book = filled(sheet_in(inside, "fr"), availability="bientôt", statement="x")
    page = re.sub(r"\s+", " ", upload(inside, book).content.decode())
    assert "verfügbar, Beta, geplant, auf Anfrage, nicht vorgesehen" in page
