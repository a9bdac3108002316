"""What a list is about: its roles, and how its rows become records."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from evaltracker.toolbox.text import listed

type Key = tuple[str, ...]
ROLES: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("roles.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What a column can hold.

    `reads` names its reader (`cells.read_column`), `closed` its list in `words.json`.
    `heads` are the names that the product itself writes above it; they are certain.
    """

    name: str
    label: str
    reads: str = "text"
    heads: tuple[str, ...] = ()
    is_required: bool = False
    closed: str = ""
    help: str = ""
    example: str = ""
    # Other roles of `words.json` whose names it takes, too, after its own.
    also: tuple[str, ...] = ()


def roles_of(slug: str) -> tuple[ColumnRole, ...]:
    """What columns of a list can hold; names, help and examples are data."""
    several = ("heads", "also")
    return tuple(
        ColumnRole(**{**role, **{name: tuple(role.get(name, ())) for name in several}})
        for role in ROLES[slug]
    )


def options_of(choices: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """Choices in the language that is active, for a menu or a drop-down."""
    return tuple((value, str(label)) for value, label in choices)


@dataclass(frozen=True, slots=True)
class Context:
    """What the evaluation has, as plain data."""

    currency: str = ""
    # By key of each of its names, the candidate.
    candidates: Mapping[str, str] = field(default_factory=dict)
    # By role and key of a word, the value: kinds of cost, categories, requirements.
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # By role, the values that a menu offers, with their labels.
    options: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    # Refs in use; new ones are numbered after the highest.
    refs: Collection[str] = ()
    # By key of an answer, what was said before: here, and elsewhere in the house.
    remembered: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # What else a subject needs of the evaluation; nobody else looks at it.
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was read; a role that is blank or kept as text has no value."""

    sheet: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    # By role, what is kept as it is: not stated.
    texts: dict[str, str] = field(default_factory=dict)
    # The same by candidate, of columns that are named as one.
    across: dict[str, Any] = field(default_factory=dict)
    across_texts: dict[str, str] = field(default_factory=dict)
    # Of the headings above it: “Chapter / Part”.
    category: str = ""


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """One thing that a file brings: what it is known by, and its values by field."""

    key: Key
    values: Mapping[str, Any]
    sheet: str = ""
    row: int = 0

    @property
    def name(self) -> str:
        return " / ".join(part for part in self.key if part)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row cannot come in; `role` (or a candidate) is the cell, blank the row."""

    sheet: str
    row: int
    role: str
    sentence: str


class ListType:
    """What lists of one sort hold; pure: of the evaluation it knows its `Context`."""

    slug: ClassVar[str] = ""
    things: ClassVar[str] = ""
    roles: ClassVar[tuple[ColumnRole, ...]] = ()
    # The role that a column named as a candidate holds; blank: none may.
    across: ClassVar[str] = ""
    # Roles whose words may head columns of crosses.
    crosses: ClassVar[tuple[str, ...]] = ()
    # Roles that are said once for all rows where no column says them.
    for_all: ClassVar[tuple[str, ...]] = ()
    # Whether headings are categories, and rows without a ref are numbered.
    has_headings: ClassVar[bool] = False

    def role(self, name: str) -> ColumnRole:
        return next(role for role in self.roles if role.name == name)

    def lacks(self, row: ReadRow, context: Context) -> Iterable[str]:
        """The roles of `for_all` that a row needs and does not say itself."""
        return ()

    def proposes(self, name: str, context: Context) -> Mapping[str, str]:
        """What the name of a sheet or of a column says of all rows, by `for_all`."""
        return {}

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterable[ParsedRecord | Refusal]:
        """The records that rows hold, each row's own in their order.

        What is said of all rows (`for_all`) stands in each row's `values`.
        """
        raise NotImplementedError


def place_of(record: ParsedRecord) -> str:
    if record.sheet:
        return f"{record.row} of “{record.sheet}”"
    return str(record.row)


def joined(
    read: Sequence[ParsedRecord | Refusal], role: str
) -> Iterator[ParsedRecord | Refusal]:
    """Rows of one key with all that they say; each is refused if they differ."""
    values: dict[Key, dict[str, Any]] = {}
    alike: dict[Key, list[ParsedRecord]] = {}
    differing: dict[Key, str] = {}
    for record in read:
        if isinstance(record, ParsedRecord):
            alike.setdefault(record.key, []).append(record)
            known = values.setdefault(record.key, {})
            for name, value in record.values.items():
                if known.setdefault(name, value) != value:
                    differing.setdefault(record.key, name.replace("_", " "))
    for record in read:
        if isinstance(record, Refusal):
            yield record
        elif record.key in differing:
            rows = alike[record.key]
            is_one_sheet = len({row.sheet for row in rows}) == 1
            places = [str(row.row) if is_one_sheet else place_of(row) for row in rows]
            sentence = (
                f"“{record.name}” stands in rows {listed(places)}, each with another "
                f"{differing[record.key]}. Make them alike, give each a name of its "
                "own, or leave one out."
            )
            yield Refusal(record.sheet, record.row, role, sentence)
        else:
            yield replace(record, values=values[record.key])
