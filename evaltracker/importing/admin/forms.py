"""The forms of an import: the file, and how it is to be read."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.layout import short
from evaltracker.importing.reading import Header, columns_from, likely_header
from evaltracker.tabular import Row, Sheet, Workbook, column_letter

NOT_IN_THE_FILE = "– not in this file –"
PREFIX = "column-"


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Spreadsheet",
        help_text="CSV, Excel, .ods or Markdown tables, up to 10 MB. The same file "
        "again adds nothing.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.txt,.md,.xlsx,.xlsm,.xls,.ods"}
        ),
    )


class ReadingForm(forms.Form):
    """Which sheet, which row of names, what each column holds, and what a kind asks.

    The columns belong to the header that is shown; with another sheet or row chosen
    they are left aside, and shown anew.
    """

    def __init__(
        self,
        *args: Any,
        kind: ImportKind,
        book: Workbook,
        sheet: Sheet,
        header: Header,
        evaluation: Evaluation,
        user: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.sheet, self.header = kind, sheet, header
        names = [
            sheet.name for sheet in book.visible if sheet.name and not sheet.is_blank
        ]
        if len(names) > 1:
            choices = [("", "every sheet that fits"), *((it, it) for it in names)]
            self.fields["sheet"] = forms.ChoiceField(
                choices=choices, required=False, label="Sheet"
            )
        if kind.layouts:
            self.fields["layout"] = forms.ChoiceField(
                choices=kind.layouts, required=False, label="Layout of the table"
            )
        self.fields.update(kind.more_fields(evaluation, user))
        if kind.may_skip:
            self.fields["skip_unknown"] = forms.BooleanField(
                required=False, label="Leave out names that are not in this evaluation"
            )
        self.fields["header_row"] = forms.IntegerField(
            label="Row of the column names",
            min_value=1,
            max_value=1_000_000,
            initial=header.row,
        )
        self.fields["shown_row"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=header.row
        )
        self.add_columns()

    def add_columns(self) -> None:
        """A choice among the header's columns for each thing that one can hold."""
        row = self.row()
        taken = [("", NOT_IN_THE_FILE)]
        taken += [
            (str(index), f"{column_letter(index)}: {short(row.cell(index))}")
            for index in row.filled
        ]
        for column in self.kind.columns:
            place = self.header.columns.get(column.name)
            self.fields[f"{PREFIX}{column.name}"] = forms.ChoiceField(
                choices=taken,
                required=False,
                label=column.label,
                initial="" if place is None else str(place),
            )

    def row(self) -> Row:
        """The row of the names that are shown."""
        found = [row for row in self.sheet.rows if row.number == self.header.row]
        return found[0] if found else likely_header(self.sheet)

    def column_fields(self) -> list[Any]:
        """The choices of columns, bound."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def other_fields(self) -> list[Any]:
        """The rest of what is seen, bound."""
        hidden = ("shown_row",)
        return [
            self[name]
            for name in self.fields
            if not name.startswith(PREFIX) and name not in hidden
        ]

    def clean(self) -> dict[str, Any]:
        """A column holds one thing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        seen: dict[int, str] = {}
        for name, place in self.columns(data).items():
            if place in seen:
                self.add_error(
                    f"{PREFIX}{name}",
                    f"Column {column_letter(place)} is chosen for something else.",
                )
            seen[place] = name
        return data

    def columns(self, data: dict[str, Any]) -> dict[str, int]:
        """By field, the column that was chosen."""
        said = {
            key.removeprefix(PREFIX): value
            for key, value in data.items()
            if key.startswith(PREFIX)
        }
        return columns_from(said, tuple(column.name for column in self.kind.columns))

    def is_about_what_is_shown(self) -> bool:
        """Whether the columns chosen are those of the header that stays chosen."""
        data = self.cleaned_data
        same_row = data["header_row"] == data["shown_row"] == self.header.row
        return same_row and data.get("sheet", "") in ("", self.sheet.name)

    def row_chosen(self) -> Row | None:
        """The row of names that was chosen, on the sheet that is shown."""
        data = self.cleaned_data
        if data.get("sheet", "") not in ("", self.sheet.name):
            return None
        wanted = data["header_row"]
        return next((row for row in self.sheet.rows if row.number == wanted), None)

    def reading(self) -> dict[str, Any]:
        """Everything but the columns, as a draft keeps it."""
        data = self.cleaned_data
        own = ("sheet", "layout", "skip_unknown", "header_row", "shown_row")
        return {
            "sheet": data.get("sheet", ""),
            "layout": data.get("layout", ""),
            "skip_unknown": bool(data.get("skip_unknown")),
            "more": {
                name: str(value)
                for name, value in data.items()
                if name not in own and not name.startswith(PREFIX) and value
            },
        }
