"""The forms of an import: the file, and how it is to be read."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import (
    Evaluation,
    Import,
    ImportDraft,
    ImportWork,
    User,
)
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.mend import PAGE, Preview
from evaltracker.importing.plan import Header, likely_header
from evaltracker.importing.services.log import REST, Look, kept_look, look_at
from evaltracker.importing.services.waiting import (
    GONE,
    read_draft,
    waiting_for,
    what_waits,
)
from evaltracker.pages.search import page_number
from evaltracker.pages.workspace import crumbs_to, page_address, show
from evaltracker.toolbox.tabular.cells import (
    MOST_ROWS,
    SEARCHED_ROWS,
    Row,
    Sheet,
    column_letter,
)

LONGEST = 9
MOST = MOST_ROWS


def numbers_in(text: str) -> set[int]:
    """The numbers in a list with ranges.

    Raises:
        ValueError: a part is no number of a row, or there are too many.
    """
    numbers: set[int] = set()
    for part in text.replace(";", ",").replace("–", "-").split(","):
        first, dash, last = (bound.strip() for bound in part.partition("-"))
        if not part.strip():
            continue
        start, end = number(first, part), number(last if dash else first, part)
        if not 0 <= end - start < MOST or len(numbers) > MOST:
            raise ValueError(f"“{part.strip()}” is no range of rows. Write 7–9.")
        numbers |= set(range(start, end + 1))
    if not numbers:
        raise ValueError("Write the numbers of rows, such as 4, 7–9.")
    return numbers


def number(text: str, part: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST):
        raise ValueError(f"“{part.strip()}” is no number of a row. Write 4, 7–9.")
    return int(text)


NOT_READ = "–"
PREFIX = "place-"
FURTHEST_ROW = 1_000_000
ROWS = ("header_row", "shown_row", "further_row")
MOST_PASTED = 1_000_000
# What the labels say in place of “optional”: one of the two is needed.
NEEDED = {"file": "or the table below", "pasted": "in place of a file"}


class UploadForm(forms.Form):
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
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_pasted = bool(data.get("pasted", "").strip())
        if data.get("file") and is_pasted:
            self.add_error("pasted", "Choose a file or paste a table, not both.")
        elif not (data.get("file") or is_pasted or self.errors):
            self.add_error("file", "Choose a file, or paste a table.")
        return data


class RowsForm(forms.Form):
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
        held = {place: name for name, place in self.header.columns.items()}
        choices = [
            ("", NOT_READ),
            *((column.name, column.label) for column in self.kind.columns),
        ]
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
        return self.row_at(self.header.row) or likely_header(self.sheet)

    def row_at(self, number: int) -> Row | None:
        return next((row for row in self.sheet.rows if row.number == number), None)

    def place_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def other_fields(self) -> list[Any]:
        own = ("shown_row", "header_row")
        return [
            self[name]
            for name in self.fields
            if not name.startswith(PREFIX) and name not in own
        ]

    def header_is_shown(self) -> bool:
        return any(number == self.header.row for number, _ in self.first_rows())

    def first_rows(self) -> list[tuple[int, Sequence[str]]]:
        rows: Sequence[Row] = self.sheet.rows
        numbers = [row.number for row in rows]
        place = numbers.index(self.header.row) if self.header.row in numbers else 0
        columns = range(len(self.place_fields()))
        if place < SEARCHED_ROWS:
            rows = rows[: max(8, place + 5)]
        else:
            rows = (*rows[:3], *rows[place - 2 : place + 5])
        return [(row.number, [row.cell(column) for column in columns]) for row in rows]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        seen: dict[str, int] = {}
        for place, name in self.places(data).items():
            if name in seen:
                label = next(
                    column.label for column in self.kind.columns if column.name == name
                )
                self.add_error(
                    f"{PREFIX}{place}",
                    f"{label} is chosen for column {column_letter(seen[name])}, too.",
                )
            seen.setdefault(name, place)
        return data

    def places(self, data: dict[str, Any]) -> dict[int, str]:
        return {
            int(key.removeprefix(PREFIX)): value
            for key, value in data.items()
            if key.startswith(PREFIX) and value
        }

    def columns(self) -> dict[str, int]:
        places = self.places(self.cleaned_data)
        return {name: place for place, name in places.items()}

    def number_chosen(self) -> int:
        data = self.cleaned_data
        number: int = data.get("further_row") or data["header_row"]
        return number

    def is_about_what_is_shown(self) -> bool:
        shown = self.cleaned_data["shown_row"]
        return bool(self.number_chosen() == shown == self.header.row)

    def changed_columns(self) -> dict[str, int]:
        before = self.header.columns
        return {key: at for key, at in self.columns().items() if before.get(key) != at}

    def reading(self) -> dict[str, Any]:
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


STEPS = {
    "read": "Reading the file",
    "compared": "Comparing the rows with the evaluation",
    "checked": "Checking the rows",
    "written": "Importing",
    "shown": "Putting the preview together",
}
LONG = datetime.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class WorkShown:
    title: str
    step: str
    stop: str
    done: int = 0
    total: int = 0


def work_shown(draft: ImportDraft) -> WorkShown | None:
    if not draft.work:
        return None
    if draft.work == ImportWork.IMPORT:
        title, stop = f"Import of “{draft.filename}”", "Stop, and import nothing"
    else:
        title, stop = f"Preview of “{draft.filename}”", "Discard the file"
    progress = draft.progress
    if draft.holder is None:
        return WorkShown(title, waiting(draft), stop)
    return WorkShown(
        title,
        STEPS.get(progress.get("what", ""), "Starting"),
        stop,
        progress.get("done", 0),
        progress.get("total", 0),
    )


def waiting(draft: ImportDraft) -> str:
    if draft.asked_at is None or timezone.now() - draft.asked_at < LONG:
        return "It begins in a moment."
    return (
        "It has not begun yet: another file is being imported, or the background "
        "worker of this installation is not running."
    )


HAS_REST = Q(kept__has_key=REST)
LISTED = 20


class Desk:
    def __init__(
        self,
        request: HttpRequest,
        evaluation: Evaluation,
        kind: ImportKind,
        user: User,
    ) -> None:
        self.request, self.evaluation = request, evaluation
        self.kind, self.user = kind, user

    def draft(self) -> ImportDraft | None:
        return read_draft(evaluation=self.evaluation, kind=self.kind.slug, by=self.user)

    def waiting(self) -> ImportDraft:
        """The file that waits.

        Raises:
            Refused: none does.
        """
        draft = self.draft()
        if draft is None:
            raise Refused(GONE)
        return draft

    def looked_at(self) -> tuple[ImportDraft, Look]:
        """The file that waits, and what is shown of it.

        Raises:
            Refused: none does, or it is being worked on.
        """
        draft = self.waiting()
        look = None if draft.work else self.look(draft)
        if look is None:
            raise Refused("The file is being read. Wait until its preview is here.")
        return draft, look

    def again(self) -> HttpResponse:
        address = page_address(self.evaluation, f"import_{self.kind.slug}", "preview")
        return HttpResponseRedirect(address)

    def look(self, draft: ImportDraft) -> Look | None:
        """What there is to see of the file; None if it could not be read."""
        see = kept_look if draft.is_large else look_at
        return see(draft, self.kind, self.evaluation, self.user)

    def page_of(self, rows: Sequence[Any], name: str) -> Page[Any]:
        """The page of the rows that the address asks for; the first after a post."""
        pages = Paginator(rows, PAGE)
        is_get = self.request.method != "POST"
        last = pages.num_pages
        return pages.page(page_number(self.request, last, name) if is_get else 1)

    def rows_of(self, plan: Preview | None) -> dict[str, Any]:
        """What the file would do, and the pages of its rows; each keeps the other's."""
        if plan is None:
            return {"plan": None}
        get = self.request.GET
        lists = {"new": plan.new, "changed": plan.changed}
        return {
            "plan": plan,
            "heads": self.kind.heads(),
            "questions": plan.words,
            **{name: self.page_of(rows, name) for name, rows in lists.items()},
            **{
                f"{name}_query": urlencode({name: get[name]})
                for name in lists
                if name in get
            },
        }

    def reading_form(self, look: Look, data: Any = None) -> ReadingForm:
        reading = look.draft.reading
        initial = {
            "layout": reading.get("layout", ""),
            "skip_unknown": reading.get("skip_unknown", False),
            "joined": look.sheet.name in reading.get("joined", {}),
            **reading.get("more", {}),
        }
        return ReadingForm(
            data,
            initial=initial,
            kind=self.kind,
            sheet=look.as_it_is,
            header=look.header,
            evaluation=self.evaluation,
            user=self.user,
        )

    def show(
        self,
        *,
        status: int = 200,
        form: UploadForm | None = None,
        reading: ReadingForm | None = None,
        rows: RowsForm | None = None,
        problem: Problem | None = None,
    ) -> HttpResponse:
        draft, look = self.draft(), None
        if draft is not None and not draft.work:
            look = self.look(draft)
        if look is not None:
            reading = reading or self.reading_form(look)
        kind = self.kind
        label = kind.tab.capitalize()
        return show(
            self.request,
            self.evaluation,
            kind.template,
            title=f"Import {kind.things}",
            tab=kind.tab,
            crumbs=crumbs_to(self.evaluation, (label, kind.tab), ("Import", "")),
            status=status,
            form=form or UploadForm(),
            kind=kind,
            kinds=[
                (kind, page_address(self.evaluation, f"import_{kind.slug}"))
                for kind in KINDS.values()
                if kind.allowed(self.user, self.evaluation)
            ],
            others=self.others(),
            look=look,
            reading=reading,
            rows=rows or RowsForm(),
            problem=problem or (look.problem if look else None),
            draft=draft,
            work=work_shown(draft) if draft else None,
            meanings=kind.meanings(),
            **self.rows_of(look.preview if look else None),
            imports=self.imports(),
            rest_url=page_address(self.evaluation, f"rest_{kind.slug}"),
            sheet_url=page_address(self.evaluation, f"sheet_{kind.slug}"),
        )

    def others(self) -> list[tuple[str, str]]:
        return [
            (what_waits(row).what, page_address(self.evaluation, f"import_{row.kind}"))
            for row in waiting_for(by=self.user, evaluations=[self.evaluation])
            if row.kind != self.kind.slug
        ]

    def imports(self) -> QuerySet[Import]:
        return (
            Import.objects.visible_to(self.user)
            .filter(evaluation=self.evaluation, kind=self.kind.slug)
            .select_related("by", "undone_by")
            .defer("kept")
            .annotate(has_rest=ExpressionWrapper(HAS_REST, BooleanField()))
            .order_by("-at", "-id")[:LISTED]
        )
