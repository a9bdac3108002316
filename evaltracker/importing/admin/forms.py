"""The forms of an import: the file, and how it is to be read."""

from collections.abc import Sequence
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.admin.row_numbers import numbers_in
from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.reading import Header, likely_header
from evaltracker.tabular import Row, Sheet, column_letter
from evaltracker.tabular.headers import SEARCHED_ROWS

NOT_READ = "–"
PREFIX = "place-"
FURTHEST_ROW = 1_000_000
ROWS = ("header_row", "shown_row", "further_row")
MOST_PASTED = 1_000_000
# What the labels say in place of “optional”: one of the two is needed.
NEEDED = {"file": "or the table below", "pasted": "in place of a file"}


class UploadForm(forms.Form):
    """A file, or what was copied out of one."""

    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        help_text="CSV, Excel, .ods or Markdown tables, up to 10 MB. The same file "
        "again adds nothing.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.txt,.md,.xlsx,.xlsm,.xls,.ods"}
        ),
    )
    pasted = forms.CharField(
        label="Or paste a table",
        required=False,
        max_length=MOST_PASTED,
        strip=False,
        help_text="Cells of Excel or Google Sheets or a Markdown table, names on top.",
        widget=forms.Textarea(attrs={"rows": 4, "wrap": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, needed in NEEDED.items():
            field: Any = self.fields[name]
            field.needed = needed

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_pasted = bool(data.get("pasted", "").strip())
        if data.get("file") and is_pasted:
            self.add_error("pasted", "Choose a file or paste a table, not both.")
        elif not (data.get("file") or is_pasted or self.errors):
            self.add_error("file", "Choose a file, or paste a table.")
        return data


class RowsForm(forms.Form):
    """Rows to leave out, by their numbers."""

    rows = forms.CharField(
        label="Leave out further rows",
        max_length=1000,
        help_text="Their numbers in the file: 4, 7–9.",
    )

    def clean_rows(self) -> set[int]:
        try:
            return numbers_in(self.cleaned_data["rows"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class ReadingForm(forms.Form):
    """Which row holds the names, what each column holds, and what a kind asks.

    A choice above each column says what it holds. With another row chosen, the choices
    that were not touched follow that row's names.
    """

    def __init__(
        self,
        *args: Any,
        kind: ImportKind,
        sheet: Sheet,
        header: Header,
        evaluation: Evaluation,
        user: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.sheet, self.header = kind, sheet, header
        if kind.layouts:
            self.fields["layout"] = forms.ChoiceField(
                choices=kind.layouts, required=False, label="Layout of the table"
            )
        self.fields.update(kind.more_fields(evaluation, user))
        if kind.may_skip:
            self.fields["skip_unknown"] = forms.BooleanField(
                required=False, label="Leave out names that are not in this evaluation"
            )
        self.fields["joined"] = forms.BooleanField(
            required=False, label="The row above belongs to the names, too"
        )
        self.fields["further_row"] = forms.IntegerField(
            min_value=1,
            max_value=FURTHEST_ROW,
            required=False,
            label="Names stand further down, in row",
        )
        self.fields["header_row"] = forms.IntegerField(
            min_value=1, max_value=FURTHEST_ROW, initial=header.row
        )
        self.fields["shown_row"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=header.row
        )
        self.add_columns()

    def add_columns(self) -> None:
        """Above each column that holds something, a choice of what it holds."""
        held = {place: name for name, place in self.header.columns.items()}
        choices = [("", NOT_READ), *((it.name, it.label) for it in self.kind.columns)]
        width = max((len(row.cells) for row in self.sheet.rows), default=0)
        for place in range(width):
            letter = column_letter(place)
            self.fields[f"{PREFIX}{place}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=f"What column {letter} holds",
                initial=held.get(place, ""),
                widget=forms.Select(
                    attrs={"aria-label": f"What column {letter} holds"}
                ),
            )

    def row(self) -> Row:
        """The row of the names that are shown."""
        return self.row_at(self.header.row) or likely_header(self.sheet)

    def row_at(self, number: int) -> Row | None:
        """The row of that number on the sheet that is shown."""
        return next((row for row in self.sheet.rows if row.number == number), None)

    def place_fields(self) -> list[Any]:
        """The choices above the columns, bound."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def other_fields(self) -> list[Any]:
        """What is asked under the table, bound."""
        own = ("shown_row", "header_row")
        return [
            self[name]
            for name in self.fields
            if not name.startswith(PREFIX) and name not in own
        ]

    def header_is_shown(self) -> bool:
        """Whether the row of names is among the first rows."""
        return any(number == self.header.row for number, _ in self.first_rows())

    def first_rows(self) -> list[tuple[int, Sequence[str]]]:
        """The rows in which the names are looked for by eye: numbers, and all cells."""
        rows: Sequence[Row] = self.sheet.rows
        numbers = [row.number for row in rows]
        place = numbers.index(self.header.row) if self.header.row in numbers else 0
        columns = range(len(self.place_fields()))
        if place < SEARCHED_ROWS:
            rows = rows[: max(8, place + 5)]
        else:
            rows = (*rows[:3], *rows[place - 2 : place + 5])
        return [(row.number, [row.cell(it) for it in columns]) for row in rows]

    def clean(self) -> dict[str, Any]:
        """A thing stands in one column."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        seen: dict[str, int] = {}
        for place, name in self.places(data).items():
            if name in seen:
                label = next(it.label for it in self.kind.columns if it.name == name)
                self.add_error(
                    f"{PREFIX}{place}",
                    f"{label} is chosen for column {column_letter(seen[name])}, too.",
                )
            seen.setdefault(name, place)
        return data

    def places(self, data: dict[str, Any]) -> dict[int, str]:
        """By column, what it was said to hold."""
        return {
            int(key.removeprefix(PREFIX)): value
            for key, value in data.items()
            if key.startswith(PREFIX) and value
        }

    def columns(self) -> dict[str, int]:
        """By field, the column that was chosen."""
        places = self.places(self.cleaned_data)
        return {name: place for place, name in places.items()}

    def number_chosen(self) -> int:
        """The number of the row of names that was chosen."""
        data = self.cleaned_data
        number: int = data.get("further_row") or data["header_row"]
        return number

    def is_about_what_is_shown(self) -> bool:
        """Whether the row of names stays the one that is shown."""
        shown = self.cleaned_data["shown_row"]
        return bool(self.number_chosen() == shown == self.header.row)

    def changed_columns(self) -> dict[str, int]:
        """By field, the columns that were chosen anew."""
        before = self.header.columns
        return {it: at for it, at in self.columns().items() if before.get(it) != at}

    def reading(self) -> dict[str, Any]:
        """Everything but the columns, as a draft keeps it."""
        data = self.cleaned_data
        own = ("layout", "skip_unknown", "joined", *ROWS)
        return {
            "layout": data.get("layout", ""),
            "skip_unknown": bool(data.get("skip_unknown")),
            "more": {
                name: str(value)
                for name, value in data.items()
                if name not in own and not name.startswith(PREFIX) and value
            },
        }
