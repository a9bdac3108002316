"""Sheets that vendors fill in: written, and read back with every wrong cell named."""

import datetime
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from xlsxwriter import Workbook

from evaltracker.enumerations import Availability
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Requirement
from evaltracker.rows import cells
from evaltracker.rows.cells import Hints, ParsedCell, key, name_key, plain, read_column
from evaltracker.rows.guards import column_letter
from evaltracker.rows.sources import SheetRow, read_table, text_of
from evaltracker.toolbox.languages import listed
from evaltracker.toolbox.languages import number as in_digits
from evaltracker.toolbox.text import harmless, meant
from vendors.claims import ClaimWords, sentence_of
from vendors.costs import CostKind, kind_named
from vendors.fields import (
    SHEETS,
    Say,
    as_it_is,
    in_language,
    own_words,
    read_effort_text,
    read_holds_for,
    word_of,
    write_effort,
    write_holds_for,
)
from vendors.selectors.candidates import demanded
from vendors.services.quotes import NOT_ASKED

ANSWERS = "Answers"
PRICES = "Prices"


@dataclass(frozen=True, slots=True)
class Column:
    """`reads` names its reader in `rows.cells`; blank: what is asked is never read."""

    head: str
    width: int
    reads: str
    # The head in the other languages.
    de: str = ""
    fr: str = ""
    # What it was called in sheets that may still be out.
    former: str = ""
    # What alone may stand in it, and the list in `rows/words.json` of words for it.
    choices: Sequence[str] = ()
    closed: str = ""
    is_needed: bool = False
    # Whether the buyer fills it in.
    is_asked: bool = False
    # Where alone it stands: if “measures”, or “efforts”, are asked for.
    only: str = ""

    @property
    def title(self) -> str:
        return in_language({"de": self.de, "fr": self.fr}, "") or self.head

    def say(self, value: str) -> str:
        return word_of(self.closed, value)

    @property
    def offered(self) -> list[str]:
        return [self.say(choice) for choice in self.choices]

    @property
    def words(self) -> dict[str, str]:
        listed = cells.words_of(self.closed).items()
        by_word = {word: value for word, value in listed if value in self.choices}
        own_choices = {key(choice): choice for choice in self.choices}
        own_choices |= own_words(self.closed)
        for word, choice in own_choices.items():
            if choice in self.choices:
                by_word[word] = choice
        return by_word


COLUMNS: dict[str, dict[str, Column]] = {
    name: {field: Column(**column) for field, column in SHEETS[name]["columns"].items()}
    for name in (ANSWERS, PRICES)
}
ANSWER = [name for name, column in COLUMNS[ANSWERS].items() if not column.is_asked]
# Said of the whole quote, in any row.
HEAD = ("currency", "valid_until")
SEARCHED_ROWS = 60

type Value = str | Decimal | datetime.date


def _written(column: Column, text: str) -> Value:
    """The cell that holds a text: numbers and days as such, which read one way only."""
    if column.reads == "day":
        if text:
            return datetime.date.fromisoformat(text)
        return ""
    if column.reads == "number" and text:
        number = read_column("strict", [text])[0].value
        if number is not None and Decimal(text_of(float(number))) == number:
            return cast("Decimal", number)
    return harmless(text)


def as_read(value: Value) -> str:
    """The text that a reader finds where this was written."""
    return text_of(float(value) if isinstance(value, Decimal) else value)


def add_table(
    book: Workbook,
    name: str,
    columns: Mapping[str, Column],
    rows: Iterable[Mapping[str, Value]],
) -> Any:
    """A sheet of texts, numbers and days without a formula, written row by row."""
    grey = {"bg_color": "#EEEEEE"}
    top = {"text_wrap": True, "valign": "top"}
    asked_format = book.add_format(top | grey)
    head = book.add_format(top | grey)
    head.set_bold()
    shapes = {"number": "General", "day": "yyyy-mm-dd"}
    sheet = book.add_worksheet(name)
    forms = []
    for at, column in enumerate(columns.values()):
        shape = {"num_format": shapes.get(column.reads, "@"), "locked": False}
        forms.append(asked_format if column.is_asked else book.add_format(top | shape))
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.title, head)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows, 1):
        for at, (field, form) in enumerate(zip(columns, forms, strict=True)):
            value = row.get(field, "")
            if isinstance(value, str):
                value = columns[field].say(value)
            match value:
                case Decimal() as value:
                    sheet.write_number(number, at, value, form)
                case datetime.date() as value:
                    sheet.write_datetime(number, at, value, form)
                case "":
                    sheet.write_blank(number, at, None, form)
                case _text:
                    sheet.write_string(number, at, value, form)
    return sheet


def _write(
    name: str,
    columns: Mapping[str, Column],
    rows: Sequence[Mapping[str, Value]],
    spare: int = 0,
) -> bytes:
    """A workbook to fill in, and how; drop-downs reach `spare` rows further.

    What is asked is locked, without a password: that only keeps hands off it.
    """
    stream = io.BytesIO()
    texts = SHEETS[name]
    with Workbook(stream, {"in_memory": True}) as book:
        sheet = add_table(book, in_language(texts["titles"], name), columns, rows)
        for at, column in enumerate(columns.values()):
            if column.choices and rows:
                offered = column.offered
                why = _("Choose one of: %(names)s.") % {"names": ", ".join(offered)}
                rule = {"validate": "list", "source": offered, "error_message": why}
                sheet.data_validation(1, at, len(rows) + spare, at, rule)
        if any(column.is_asked for column in columns.values()):
            sheet.protect("", {"format_columns": True, "format_rows": True})
        guide = book.add_worksheet(_("How to"))
        guide.set_column(0, 0, 100)
        lines = list(in_language(texts["about"], texts["about"]["en"]))
        more = texts.get("about_of", {}).items()
        lines += [
            in_language(text, text["en"]) for field, text in more if field in columns
        ]
        guide.write_column(0, 0, lines)
    return stream.getvalue()


class Filled(NamedTuple):
    """A filled row: by field where it stands, what it shows and says, what is wrong."""

    sheet: str
    number: int
    columns: Mapping[str, int]
    shown: dict[str, str]
    said: dict[str, Any]
    wrong: dict[str, str]

    def place(self, name: str) -> str:
        """The cell of a field, as an error's name: “Answers.F7”."""
        # An old sheet lacks a column, and is wrong in that row.
        at = self.columns.get(name, min(self.columns.values()))
        return f"{self.sheet}.{column_letter(at)}{self.number}"


def _read(
    content: bytes,
    filename: str,
    name: str,
    columns: Mapping[str, Column],
    order: str = "",
) -> list[Filled]:
    """The rows of the sheet of that name, or of a file's only one.

    Raises:
        Invalid: it is none that was handed out here.
    """
    book = read_table(content, filename)
    titles = SHEETS[name]["titles"]
    named = [sheet for sheet in book.sheets if sheet.name in titles.values()]
    sheets = named or book.visible
    heads = {
        name_key(head): field
        for field, column in columns.items()
        for head in (column.head, column.de, column.fr, column.former or column.head)
    }

    def places_in(row: SheetRow) -> dict[str, int]:
        keys = [(name_key(row.cells[at]), at) for at in reversed(row.filled)]
        return {heads[name]: at for name, at in keys if name in heads}

    names = max(
        sheets[0].rows[:SEARCHED_ROWS] if len(sheets) == 1 else (),
        key=lambda row: len(places_in(row)),
        default=SheetRow(0, ()),
    )
    places = places_in(names)
    missing = [
        f"“{column.title}”"
        for field, column in columns.items()
        if column.is_needed and field not in places
    ]
    if missing:
        sentence = _(
            "The file has no sheet “%(sheet)s” with the columns %(columns)s. Send the "
            "sheet that was handed out here."
        )
        details = {"sheet": in_language(titles, name), "columns": ", ".join(missing)}
        raise Invalid(sentence % details, field="file")
    rows = [row for row in sheets[0].rows if row.number > names.number]
    filled = [Filled(name, row.number, places, {}, {}, {}) for row in rows]
    for field, at in places.items():
        column = columns[field]
        if not column.reads:
            continue
        # Texts are the vendor's own words, to the letter.
        read = [ParsedCell(meant(row.cell(at)) or None) for row in rows]
        if column.reads != "text":
            hints = Hints(order=order, choices=column.words)
            read = read_column(column.reads, [row.value(at) for row in rows], hints)
        for row, line, cell in zip(rows, filled, read, strict=True):
            line.shown[field] = row.cell(at)
            line.said[field] = cell.value
            if column.closed and cell.value:
                # The same answer in another language is no other answer.
                line.shown[field] = cell.value
            if (row.number, at) in sheets[0].uncomputed:
                line.wrong[field] = _(
                    "It holds a formula without a result; write it out."
                )
            elif cell.confidence not in ("certain", "blank"):
                line.wrong[field] = _sentence(cell, column, row.cell(at)[:60])
    return [row for row in filled if row.wrong or any(row.shown.values())]


def _sentence(cell: ParsedCell[Any], column: Column, text: str) -> str:
    if cell.question in ("number", "order"):
        return cells.sentence_of(cell, text)
    if column.choices:
        return sentence_of("none of", text=text, names=", ".join(column.offered))
    if column.reads == "day":
        no_value = "no day"
    else:
        no_value = "no number"
    return _(cells.SENTENCES[cell.refusal or no_value])


def answer_cells(claim: ClaimWords | None, say: Say = as_it_is) -> dict[str, Value]:
    if claim is None:
        return dict.fromkeys(ANSWER, "")
    texts = {
        "availability": claim.availability,
        "available_from": str(claim.available_from or ""),
        "environments": "; ".join(claim.environments),
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "holds_for": write_holds_for(claim.holds_for and claim.holds_for["said"], say),
        "number": claim.number.get("value", ""),
        "unit": claim.number.get("unit", ""),
        "effort": write_effort(claim.effort, say),
    }
    return {name: _written(COLUMNS[ANSWERS][name], texts[name]) for name in ANSWER}


def parted(environments: str) -> list[str]:
    parts = re.split("[;,\n]", environments)
    return [part.strip() for part in parts if part.strip()]


def claim_cells(claim: ClaimWords) -> dict[str, Value]:
    """An answer by role of an import of answers, which reads it back to itself."""
    saved = answer_cells(claim)
    saved["effort"] = write_effort(claim.effort, word_of)
    value = saved.pop("number")
    unit = saved.pop("unit")
    number = cells.typed(value) if isinstance(value, Decimal) else value
    saved["evidence"] = saved.pop("evidence_url")
    return {**saved, "number": f"{number} {unit}".strip()}


def write_sheet(
    requirements: Iterable[Requirement],
    claims: Mapping[str, ClaimWords],
    *,
    asks_effort: bool = False,
) -> bytes:
    listed_requirements = list(requirements)
    rows = [
        {
            "requirement": harmless(requirement.ref),
            "category": harmless(requirement.category.name),
            "text": harmless(requirement.text),
            "priority": harmless(requirement.get_priority_display()),
            "help": harmless(requirement.vendor_help),
            "lists": harmless(write_holds_for(demanded(requirement), word_of)),
            "measure": harmless(requirement.measure_words),
            **answer_cells(claims.get(requirement.ref), word_of),
        }
        for requirement in listed_requirements
    ]
    measured = any(requirement.measure for requirement in listed_requirements)
    asks = {"": True, "measures": measured, "efforts": asks_effort}
    columns = COLUMNS[ANSWERS].items()
    shown = {name: column for name, column in columns if asks[column.only]}
    return _write(ANSWERS, shown, rows)


def _held(text: str) -> dict[str, Any] | None:
    values = read_holds_for(text)
    return values and {"said": values, "means": {}}


# Fields that are not the text of their cell.
MAKES: dict[str, Callable[[Any], Any]] = {
    "available_from": lambda day: day or None,
    "environments": parted,
    "holds_for": _held,
    "effort": read_effort_text,
}


class SheetLine(NamedTuple):
    """An answered row, and its words; of what cannot be read they say nothing."""

    row: Filled
    requirement: str
    words: ClaimWords


def read_sheet(
    content: bytes, filename: str, current: Mapping[str, ClaimWords], order: str = ""
) -> list[SheetLine]:
    """The answered rows of a sheet; `current` is what stands, by ref.

    Cells that still show what `current` says keep its exact words. Rows without any
    answer are left out. `order` is how days are written, where no cell tells it.
    """
    rows = _read(content, filename, ANSWERS, COLUMNS[ANSWERS], order)
    return [
        _line(row, current)
        for row in rows
        if row.wrong or any(map(row.shown.get, ANSWER))
    ]


def _line(row: Filled, current: Mapping[str, ClaimWords]) -> SheetLine:
    ref = row.said["requirement"] or ""
    wrong = row.wrong
    if not ref:
        wrong.setdefault("requirement", _("Name the requirement that you answer."))
    stands = current.get(ref)
    with suppress(ValueError):
        held = write_holds_for(read_holds_for(row.said.get("holds_for") or ""))
        row.shown.update({"holds_for": harmless(held)} if held else {})
    with suppress(KeyError, ValueError):
        row.shown["effort"] = write_effort(read_effort_text(row.said["effort"] or ""))
    shown = {name: as_read(value) for name, value in answer_cells(stands).items()}
    new = [name for name in ANSWER if row.shown.get(name, shown[name]) != shown[name]]
    for name in wrong.keys() - set(new):
        if row.shown.get(name) and name in ANSWER:
            # A draft that is not whole yet may stay as it is.
            del wrong[name]
    if stands and not new and not wrong:
        return SheetLine(row, ref, stands)
    fields = (stands or ClaimWords(availability="")).fields()
    for name in new:
        try:
            fields[name] = MAKES.get(name, str)(row.said[name] or "")
        except ValueError as error:
            wrong.setdefault(name, str(error))
    fields.pop("unit", "")
    if {"number", "unit"} & {*new}:
        number = row.said.get("number")
        if number is None:
            value = ""
        else:
            value = plain(number)
        unit = row.said.get("unit") or ""
        fields["number"] = {"value": value, "unit": unit} if value or unit else {}
    if not fields["availability"]:
        choices = ", ".join(COLUMNS[ANSWERS]["availability"].offered)
        sentence = _("Choose one of: %(names)s.") % {"names": choices}
        wrong.setdefault("availability", sentence)
    if not wrong.keys().isdisjoint(("availability", "available_from")):
        # Neither can be held against the other.
        fields |= {"availability": str(Availability.NOW), "available_from": None}
    return SheetLine(row, ref, ClaimWords(**fields))


def write_prices(
    rows: Iterable[Mapping[str, str]],
    head: Mapping[str, str],
    kinds: Sequence[CostKind],
) -> bytes:
    """The lines of a quote as they are typed into its form."""
    columns = COLUMNS[PRICES]
    written = []
    for row in rows:
        texts = {**row, **head, "kind": kind_named(row["kind"], kinds).name}
        written.append(
            {name: _written(columns[name], texts.get(name, "")) for name in columns}
        )
    return _write(PRICES, columns, written, spare=50)


def read_prices(
    content: bytes, filename: str, kinds: Sequence[CostKind]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The lines of a sheet as somebody would type them, and what is said of all.

    Raises:
        Invalid: no such sheet, or cells that cannot be placed, each named.
    """
    kind_by_word = {word: kind for kind in kinds for word in (kind.name, kind.key)}
    columns = {**COLUMNS[PRICES]}
    columns["kind"] = replace(columns["kind"], choices=[*kind_by_word])
    errors: dict[str, list[str]] = {}
    rows: list[dict[str, str]] = []
    head = dict.fromkeys(HEAD, "")
    for row in _read(content, filename, PRICES, columns):
        typed = {
            name: cells.typed(value) if isinstance(value, Decimal) else str(value)
            for name, value in row.said.items()
            if value is not None
        }
        for name in HEAD:
            text = typed.pop(name, "")
            if text and head[name] not in ("", text):
                row.wrong[name] = _("Another row says it otherwise; write it once.")
            head[name] = head[name] or text
        if kind := kind_by_word.get(typed.get("kind", "")):
            parts = {key(part.part): part.part for part in kind.parts}
            label = typed.get("label", "")
            typed |= {"kind": kind.key, "label": parts.get(key(label), label)}
        else:
            names = {"kind": row.shown["kind"][:60]}
            names["kinds"] = listed(kind.name for kind in kinds)
            row.wrong["kind"] = NOT_ASKED % names
        errors |= {row.place(name): [why] for name, why in row.wrong.items()}
        rows.append(typed)
    if errors:
        raise wrong_cells(errors)
    return rows, head


def wrong_cells(errors: dict[str, list[str]]) -> Invalid:
    sentence = ngettext(
        "%(count)s cell is wrong, so nothing was taken.",
        "%(count)s cells are wrong, so nothing was taken.",
        len(errors),
    )
    return Invalid(sentence % {"count": in_digits(len(errors))}, errors=errors)
