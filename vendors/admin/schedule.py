"""The page on which an evaluation's kinds of cost are changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned
from evaltracker.pages import workspace
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import form_like
from evaltracker.pages.grid import Grid, GridColumn, Saves, register_grid
from vendors.choices import CandidateKind
from vendors.models import PriceItem
from vendors.selectors.costs import items_of
from vendors.services import schedule

SAVES = Saves(schedule.change_price_item, "item")
BUY, BUILD, OPEN, AS_IS = CandidateKind.values
# Which kinds of candidate are asked, as a cell offers it.
ASKED = {
    "": "everybody",
    BUY: "who is bought from",
    f"{BUILD},{OPEN}": "build and open source",
    f"{BUILD},{OPEN},{AS_IS}": "all but who is bought from",
    f"{BUY},{BUILD},{OPEN}": "all but stay as is",
}


class AskedField(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        if chosen:
            return chosen.split(",")
        return []


FORM = form_like(
    PriceItem,
    ("name", "group", "due", "quantity", "unit", "counts_as", "rises", "help"),
    name=forms.CharField(max_length=schedule.PART_LIMIT),
    not_applicable=forms.CharField(required=False, max_length=300),
    for_kinds=AskedField(required=False, choices=list(ASKED.items())),
)


def asked_of(row: PriceItem) -> str:
    return ",".join(row.for_kinds)


def of_parts(row: PriceItem) -> str:
    return "a part" if row.part else ""


@register_grid
class KindsGrid(Grid[Evaluation, PriceItem]):
    name = "kinds"
    title = "Kinds of cost"
    related = ("owner",)
    anchor = "kind"
    noun = "kind"
    row_acts = ("remove-price-item",)
    remover = "remove-price-item"
    first_column = "name"
    adding = check_owned

    def columns(self, subject: Evaluation, user: User) -> Sequence[GridColumn]:
        closed = str(why_not(check_owned, subject, user) or "")
        fields: Mapping[str, forms.Field] = FORM().fields

        def made(name: str, label: str, **more: Any) -> GridColumn:
            return GridColumn(name, label, fields[name], SAVES, closed=closed, **more)

        return (
            made("name", "Kind or part", read=str, aside=of_parts, width=24),
            made("group", "Heading", width=11, for_many=True),
            made("due", "Due", width=9, for_many=True),
            made("quantity", "Quantity", for_many=True),
            made("unit", "Unit", width=10, for_many=True),
            made(
                *("for_kinds", "Who is asked"),
                read=asked_of,
                named=lambda row: ASKED.get(asked_of(row), asked_of(row)),
                width=16,
                for_many=True,
            ),
            made("rises", "Rises", for_many=True),
            made("counts_as", "Counts as", width=14),
            made("not_applicable", "Why it does not apply", width=20, for_many=True),
            made("help", "Help for vendors", width=24),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[PriceItem]:
        rows: QuerySet[PriceItem] = PriceItem.objects.visible_to(user)
        return rows.filter(evaluation=subject).select_related("evaluation__owner")

    def links(self, row: PriceItem, user: User) -> Iterable[tuple[str, str]]:
        if not row.part and why_not(schedule.check_price_item, row, user) is None:
            yield "Add a part", address_of("add-part", row)

    def may_move(self, subject: Evaluation, user: User) -> bool:
        return self.may_add(subject, user)

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> PriceItem:
        filled = {name: value for name, value in values.items() if value is not None}
        return schedule.add_price_item(
            evaluation=subject, by=by, **{"name": "", **filled}
        )

    def move(
        self,
        subject: Evaluation,
        rows: Sequence[PriceItem],
        above: PriceItem | None,
        below: PriceItem | None,
        by: User,
    ) -> None:
        for row in reversed(rows):
            if above is None:
                place = 1
            else:
                place = above.position + (above.position < row.position)
            schedule.move_price_item(item=row, to=place, by=by)


@workspace.evaluation_page("kinds", "Kinds of cost", route="costs/kinds/")
def kinds_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    items = items_of(evaluation)
    return workspace.show(
        request,
        evaluation,
        "vendors/kinds.html",
        tab="costs",
        crumbs=workspace.crumbs_to(
            evaluation, ("Costs", "costs"), ("Kinds of cost", "")
        ),
        items=[(item, ASKED.get(asked_of(item), asked_of(item))) for item in items],
        is_written=not items[0]._state.adding,
        edits=why_not(check_owned, evaluation, user) is None,
    )


class WriteSchedule(workspace.OnEvaluation):
    title = "Change the kinds of cost"
    verb = "Change them"
    help = "The kinds that are listed become this purchase's own, for you to change."
    success = "Changed. You can now edit these kinds of cost."
    tab = "kinds"
    service = schedule.write_schedule
    rule = check_owned


class OnPriceItem(workspace.InEvaluation[PriceItem]):
    tab = "kinds"
    model = PriceItem
    target_name = "item"
    related = ("evaluation__owner",)
    rule = schedule.check_price_item


class PartForm(forms.Form):
    part = forms.CharField(
        label="Name of the part",
        max_length=schedule.PART_LIMIT,
        help_text="Every candidate has to price it. Examples: a site or a grade.",
    )


class AddPart(OnPriceItem):
    title = "Add a part"
    verb = "Add"
    help = "The kind counts as known once each of its parts has a price."
    success = "The part is added."
    again_verb = "Add, then another"
    form_class = PartForm

    def run(self, target: PriceItem, data: Mapping[str, Any], by: User) -> Any:
        return schedule.add_price_item(
            evaluation=target.evaluation, kind=target.kind, by=by, part=data["part"]
        )


class RemovePriceItem(OnPriceItem):
    title = "Remove kind of cost"
    verb = "Remove"
    help = "Vendors need not price it any more. A kind is removed with its parts."
    success = "It is removed."
    dangerous = True
    service = schedule.remove_price_item
