"""What a candidate says of itself, column by column, each said once.

Its form, its page in the admin, its import, what the journal keeps of it and what goes
on to a following evaluation all read this.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from evaltracker.evaluations.choices import SupportWanted
from evaltracker.pages.fields import LinesField, link_field, long_text
from evaltracker.toolbox.markup import web_addresses, without_markup
from evaltracker.toolbox.text import CallFields

# “datadoghq.com”, as people write it.
BARE_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}(?:/\S{0,500})?", re.I
)
SEPARATED = re.compile(r"[;|\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateColumn:
    name: str
    label: str
    # Its field in the form, apart from the label.
    field: Callable[[], forms.Field]
    # How a word is kept, by field and value; without it, the model alone judges.
    read: Callable[[CallFields, str, Any], Any] | None = None
    blank: Any = None
    # Its name in the empty sheet, what is said beside it there, and an example; blank:
    # it is not imported.
    head: str = ""
    sheet_help: str = ""
    example: str = ""
    # Its reader of cells (`rows.cells`), and what a text says, before `read` has it.
    reads: str = "text"
    from_cell: Callable[[str], Any] = without_markup
    # Whether its row in the admin and the preview of an import have it.
    listed: bool = False

    def form_field(self) -> forms.Field:
        field = self.field()
        field.label = self.label
        return field


def _first_address(cell: str) -> str:
    good, _ = web_addresses(cell)
    if good:
        return good[0]
    bare = cell.strip()
    if BARE_HOST.fullmatch(bare):
        return f"https://{bare}"
    return cell


def _names_in(cell: str) -> list[str]:
    return [part.strip() for part in SEPARATED.split(cell) if part.strip()]


COLUMNS = (
    CandidateColumn(
        name="website",
        label="Website",
        field=link_field,
        read=CallFields.link,
        blank="",
        head="Website",
        sheet_help="http(s)",
        example="https://acme.example",
        from_cell=_first_address,
        listed=True,
    ),
    CandidateColumn(
        name="summary",
        label="Summary",
        field=lambda: forms.CharField(required=False, widget=long_text()),
        read=lambda inputs, name, value: inputs.text(name, value, blank=True),
        blank="",
        head="Summary",
        sheet_help="A sentence.",
        example="Trains and serves.",
        listed=True,
    ),
    CandidateColumn(
        name="aliases",
        label="Other names",
        field=lambda: LinesField(help_text="One a line; imports find it by them too."),
        read=lambda inputs, name, value: inputs.lines(name, value, limit=150),
        blank=(),
        head="Aliases",
        sheet_help="Separated by ;",
        example="AML; Acme",
        from_cell=_names_in,
    ),
    CandidateColumn(
        name="months_to_live",
        label="Months until it is live",
        head="Months until live",
        reads="number",
        field=lambda: forms.DecimalField(
            required=False,
            min_value=0,
            help_text="From the decision until it is in use.",
        ),
    ),
    CandidateColumn(
        name="support_offered",
        label="Support offered",
        head="Support",
        reads="closed",
        field=lambda: forms.ChoiceField(
            required=False,
            choices=[("", "Not stated"), *SupportWanted.choices],
            help_text="Enter what is included. The brief lists what is wanted.",
        ),
        blank="",
    ),
    CandidateColumn(
        name="hours_saved",
        label="Hours saved",
        head="Hours saved",
        reads="number",
        field=lambda: forms.DecimalField(
            required=False,
            min_value=0,
            max_value=24,
            help_text="Per person and day, once it is live.",
        ),
    ),
    CandidateColumn(
        name="builders",
        label="Builders",
        head="Builders",
        reads="number",
        field=lambda: forms.DecimalField(
            required=False,
            min_value=0,
            max_digits=5,
            decimal_places=1,
            help_text=(
                "Own people who build it or set it up until it is live. The brief has "
                "what each would earn elsewhere."
            ),
        ),
    ),
)
# Those that are words, those that are listed, and those that spreadsheets bring.
WORDED = tuple(column for column in COLUMNS if column.read is not None)
LISTED = tuple(column for column in COLUMNS if column.listed)
IMPORTED = tuple(column for column in COLUMNS if column.head)
