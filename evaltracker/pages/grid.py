"""Grids: rows that people edit in place, each cell by the service of its form.

A page declares a `Grid`: its columns, its rows, and for each column the service that
saves it. One address serves them all (`grid_view`): GET gives columns and rows, POST
saves cells, adds or moves rows, or does an act on several.
"""

import datetime
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.http import QueryDict
from django.urls import reverse

from evaltracker.errors import Refused, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import evaluation_of
from evaltracker.pages.acts import visible_row
from evaltracker.rows.cells import key
from evaltracker.toolbox.measures import written
from evaltracker.toolbox.registry import Registry

YES = frozenset({"yes", "true", "1", "x", "✓", "y"})
NO = frozenset({"no", "false", "0", "", "–", "-", "n"})
# What JSON may hold as a cell; anything else is no value of ours.
PLAIN = (str, int, float, bool, type(None))


def shown_value(value: Any) -> Any:
    """A value as JSON that is equal as long as the cell is the same."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return written(value)
    return str(value)


def kind_of(field: forms.Field | None) -> str:
    """How a cell is edited: choice, bool, number, date, text (lines) or line."""
    if isinstance(field, forms.BooleanField):
        return "bool"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return "choice"
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return "number"
    if isinstance(field, forms.DateField):
        return "date"
    if field is not None and isinstance(field.widget, forms.Textarea):
        return "text"
    return "line"


def choices_of(field: forms.Field | None) -> list[list[str]]:
    if not isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return []
    pairs: Any = field.choices
    choices = []
    for value, label in pairs:
        if isinstance(label, list | tuple):
            choices += [[str(inner), str(name)] for inner, name in label]
        else:
            if value is None:
                text = ""
            else:
                text = str(getattr(value, "value", value))
            choices.append([text, str(label) if text else ""])
    return choices


def described(name: str, label: str, field: forms.Field | None) -> dict[str, Any]:
    """A column, or what an act asks, as a script reads it."""
    return {
        "name": name,
        "label": label,
        "kind": kind_of(field),
        "choices": choices_of(field),
        "required": field is not None and field.required,
    }


def reader_of(field: forms.Field) -> Callable[[Any], Any]:
    """A function that reads what was typed or pasted, as the form would.

    Choices may be given by their label, as they stand in a spreadsheet; they are looked
    up once for all cells. It raises ValidationError with the sentences for the cell.
    """
    if isinstance(field, forms.BooleanField):
        return _read_bool
    if isinstance(field, forms.ModelChoiceField):
        rows: Any = field.queryset
        by_key: dict[str, Any] = {str(row.pk): row for row in rows}
        labels = [[key, field.label_from_instance(row)] for key, row in by_key.items()]
        return lambda typed: by_key.get(_read_choice(field, labels, _text(typed)))
    if isinstance(field, forms.ChoiceField):
        choices = choices_of(field)
        return lambda typed: field.clean(_read_choice(field, choices, _text(typed)))
    return lambda typed: field.clean(_text(typed))


def _text(typed: Any) -> str:
    if not isinstance(typed, PLAIN):
        raise ValidationError("A cell holds text, a number, or yes or no.")
    text = "" if typed is None else str(typed)
    if "\x00" in text:
        raise ValidationError("It contains a character that no text may have.")
    return text


def _read_bool(typed: Any) -> bool:
    answer = _text(typed).strip().casefold()
    if answer in YES | NO:
        return answer in YES
    raise ValidationError(f"Enter yes or no, not “{answer[:80]}”.")


def words_of(choices: Iterable[Sequence[str]]) -> dict[str, str]:
    """The choices by what they are called; “R7: Restarts” is called R7, too, “Ada
    (ada), IT” Ada if nobody else is, and “as is” is how a table says as_is."""
    pairs = [(value, label) for value, label in choices if value]
    short: dict[str, set[str]] = {}
    for value, label in pairs:
        for mark in (":", ",", " ("):
            short.setdefault(key(label.partition(mark)[0]), set()).add(value)
    by_word = {word: values.pop() for word, values in short.items() if len(values) == 1}
    for value, label in pairs:
        by_word[key(value.replace("_", " "))] = value
        by_word[key(label)] = value
    return by_word


def _read_choice(field: forms.Field, choices: list[list[str]], text: str) -> str:
    """The value that a text stands for: itself, or that of the label it is."""
    if text in (value for value, _ in choices if value):
        return text
    if not text.strip() and not field.required:
        return ""
    try:
        return words_of(choices)[key(text)]
    except KeyError:
        sentence = f"“{text.strip()[:80]}” isn't a choice. Pick one from the list."
        raise ValidationError(sentence if text.strip() else "Choose one.") from None


def is_key(value: Any) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


@dataclass(frozen=True, slots=True)
class Saves:
    """The service behind a column: it takes the row as `row_name`, and `by`.

    Columns with one and the same service are saved in one call for each row.
    """

    service: Callable[..., object]
    row_name: str
    # What else the service takes, the same for every row.
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GridColumn:
    name: str
    label: str
    # Reads what is typed, as in the form; its choices are offered. None: read only.
    field: forms.Field | None = None
    saves: Saves | None = None
    # What the service calls the value, if not by the column's name.
    argument: str = ""
    # Why nobody may change it now, or not this person; blank: it is open.
    closed: str = ""
    # The value of a row, if it is not its attribute of that name.
    read: Callable[[Any], Any] | None = None
    # What a row's own value is called, if not as its choice.
    named: Callable[[Any], str] | None = None
    # What a cell says that should have a value and has none.
    missing: Callable[[Any], str] | None = None
    # What stands below the value, and is changed elsewhere.
    aside: Callable[[Any], str] | None = None
    # Share of the width, in letters; the widest column takes what is left.
    width: int = 8
    # Whether several ticked rows may get one value.
    for_many: bool = False
    # Whether it is hidden as long as no row has a value in it.
    spare: bool = False

    @property
    def is_open(self) -> bool:
        return self.saves is not None and not self.closed

    def value(self, row: Any) -> Any:
        if self.read:
            stored = self.read(row)
        else:
            stored = getattr(row, self.name)
        return shown_value(stored)

    def label_of(self, value: Any) -> str:
        label = dict(choices_of(self.field)).get(str(value), str(value))
        return label or "blank"

    def described(self) -> dict[str, Any]:
        return described(self.name, self.label, self.field) | {
            "open": self.is_open,
            "closed": self.closed,
            "width": self.width,
            "many": self.for_many and self.is_open,
            "spare": self.spare,
        }


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """For an act whose form each row answers by itself."""

    # The form's values for a row; it raises Refused where the row has none.
    of: Callable[[Any], Mapping[str, Any]]
    # Said before it is done.
    note: str
    # Of the subject: the words of the button, and what is asked once for all rows.
    asks: Callable[[Any], tuple[str, Mapping[str, forms.Field]]] | None = None


class Grid[S: models.Model, R: models.Model]:
    """Rows `R` that belong to a subject `S`, such as the evaluation.

    Set `name` and `title`, and write `columns` and `rows`.
    """

    name: ClassVar[str] = ""
    # What the table is called, for whoever does not see it.
    title: ClassVar[str] = ""
    model: ClassVar[type[models.Model]] = Evaluation
    related: ClassVar[tuple[str, ...]] = ()
    # Where a row stands on the page, as in “requirement-” and its id.
    anchor: ClassVar[str] = ""
    # What one row is called: “Add a requirement”.
    noun: ClassVar[str] = "row"
    # Several of it, if that is not the noun with an s.
    nouns: ClassVar[str] = ""
    # Acts on several ticked rows, by name, for whoever may add rows.
    row_acts: ClassVar[tuple[str, ...]] = ()
    # The column that a line typed below the last row goes into; blank: none is added.
    first_column: ClassVar[str] = ""
    # The rule of adding rows; none: nobody adds any.
    adding: ClassVar[Any] = None
    # Columns of a new row that repeat those of the row above it.
    carried: ClassVar[tuple[str, ...]] = ()
    # The act that takes a new row away again, by name; blank: no undo of added rows.
    remover: ClassVar[str] = ""
    # How pasted rows come in and are taken back, if they are not simply added: see
    # evaltracker.importing.grids.
    paste: Any = None
    unpaste: Any = None
    # Acts whose forms are not asked once for all ticked rows, by name.
    own_answers: ClassVar[Mapping[str, OwnAnswers]] = {}

    def load(self, user: User, key: str) -> S:
        """The subject, if `user` may see it.

        Raises:
            NotFound: it is not there, or not there for them.
        """
        subject: S = visible_row(self.model, self.related, user, key)
        return subject

    def evaluation(self, subject: S) -> Evaluation:
        """The evaluation that is locked while cells are compared and saved."""
        return evaluation_of(subject)

    def columns(self, subject: S, user: User) -> Sequence[GridColumn]:
        raise NotImplementedError

    def rows(self, subject: S, user: User) -> models.QuerySet[R]:
        """All rows that `user` may see, in their order, from a scoped queryset."""
        raise NotImplementedError

    def filtered(
        self, rows: models.QuerySet[R], subject: S, filters: QueryDict
    ) -> models.QuerySet[R]:
        """The rows that pass the page's filters.

        Raises:
            Invalid: the page has no such filter.
        """
        return rows

    def name_of(self, row: R) -> str:
        return str(row)

    def links(self, row: R, user: User) -> Iterable[tuple[str, str]]:
        return ()

    def acts(self, subject: S, user: User) -> Sequence[str]:
        """The names of acts that `user` may do to several ticked rows."""
        if self.may_add(subject, user):
            return self.row_acts
        return ()

    def may_add(self, subject: S, user: User) -> bool:
        """Whether `user` may add rows now."""
        rule = type(self).adding
        return rule is not None and why_not(rule, subject, user) is None

    def add(self, subject: S, values: Mapping[str, Any], by: User) -> R:
        """Add a row by its service; `values` are read, by column.

        Raises:
            Refused: this grid takes no new rows.
        """
        raise Refused("Nothing can be added here.")

    def counted(self, number: int) -> str:
        nouns = self.nouns or f"{self.noun}s"
        return f"{number} {self.noun if number == 1 else nouns}"

    def may_move(self, subject: S, user: User) -> bool:
        """Whether `user` may put rows into another order now."""
        return False

    def move(
        self, subject: S, rows: Sequence[R], above: R | None, below: R | None, by: User
    ) -> None:
        """Put rows between two others, or at an end, by a service.

        Raises:
            Refused: this grid has an order of its own.
        """
        raise Refused("These rows have an order of their own.")

    def note(self, subject: S, user: User) -> str:
        return ""


class CustomGrid[S: models.Model](Grid[S, Any]):
    """A grid whose cells are no fields of its rows: it answers by itself, as JSON in
    the shape that every grid has. A `status` in what `take` returns is the answer's."""

    def whole(self, subject: S, user: User) -> dict[str, Any]:
        raise NotImplementedError

    def take(self, subject: S, body: dict[str, Any], user: User) -> dict[str, Any]:
        """Do what one request asks: all of it, or nothing."""
        raise NotImplementedError


GRIDS: Registry[str, Grid[Any, Any]] = Registry("grid")


def register_grid[G: Grid[Any, Any]](cls: type[G]) -> type[G]:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", cls.name) or not cls.title:
        raise ImproperlyConfigured(f"{cls.__name__} lacks a slug as name, or a title.")
    is_custom = issubclass(cls, CustomGrid)
    base: Any = CustomGrid if is_custom else Grid
    for duty in ("whole", "take") if is_custom else ("columns", "rows"):
        if getattr(cls, duty) is getattr(base, duty):
            raise ImproperlyConfigured(f"{cls.__name__} lacks {duty}().")
    GRIDS.register(cls.name, cls())
    return cls


def grid_address(name: str, subject: models.Model) -> str:
    if name not in GRIDS:
        raise ImproperlyConfigured(f"There is no grid {name!r}.")
    return reverse("admin:grid", args=[name, subject.pk])
