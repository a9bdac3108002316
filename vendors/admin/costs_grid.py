"""The costs of all candidates as rows that the owner edits in place."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet

from evaltracker.comments.selectors import with_counts
from evaltracker.comments.words import discuss_address, discuss_words
from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.evaluations.topics import key_of
from evaltracker.pages.acts import address_of
from evaltracker.pages.fields import NamedChoice
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from vendors.admin.acts.cost_forms import CostForm
from vendors.admin.conflict_question import is_kept_out
from vendors.admin.cost_rows import cost_columns, running
from vendors.choices import CandidateState, CostState, Pricing
from vendors.models import CostLine
from vendors.services.cost_cells import add_cost_line, change_cost_line

SAVES = Saves(change_cost_line, "line")


def beside_amount(line: CostLine) -> str:
    """What the number is, where it is not money for one unit."""
    if line.pricing == Pricing.PERCENT:
        return "% a year"
    return "the first tier; more in the form" if line.tiers else ""


def missing_amount(line: CostLine) -> str:
    """What an empty amount means."""
    return "" if line.state == CostState.PRICED else line.get_state_display().lower()


@register_grid
class CostsGrid(Grid[Evaluation, CostLine]):
    """Every line of every candidate: what is known, the amounts, and their source."""

    name = "costs"
    title = "Costs"
    related = ("owner",)
    anchor = "cost"
    noun = "cost"
    first_column = "kind"
    carried = ("candidate",)

    def columns(self, subject: Evaluation, user: User) -> Sequence[Column]:
        """As in the form of a line, one column for each field that people compare."""
        closed = str(why_not(check_owned, subject, user) or "")
        fields: Mapping[str, forms.Field] = CostForm().fields
        whose = NamedChoice(running(subject), attribute="name")
        made = partial(_column, fields, closed)
        return (
            Column("candidate", "Candidate", whose, width=20),
            Column("kind", "Kind", fields["kind"], width=18),
            Column("label", "Part", fields["label"], width=10),
            made("state", "Known", width=11, for_many=True),
            made("likely", "Likely", missing=missing_amount, aside=beside_amount),
            made("low", "Low"),
            made("high", "High"),
            made("quantity", "Quantity"),
            made("unit", "Unit", for_many=True),
            made("recurrence", "Falls due", width=10, for_many=True),
            made("currency", "Currency", for_many=True),
            made("quoted_on", "Quoted on", width=10, for_many=True),
            made("source_text", "As it was written", width=20),
            made("note", "Note", width=20),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[CostLine]:
        """Of candidates in the running, while the reader may see prices."""
        if is_kept_out(user, subject):
            return CostLine.objects.none()
        rows: QuerySet[CostLine] = CostLine.objects.visible_to(user)
        return (
            with_counts(rows, "cost_line")
            .filter(candidate__evaluation=subject)
            .exclude(candidate__state=CandidateState.ELIMINATED)
            .select_related("candidate__evaluation__owner")
            .order_by("candidate__name", "kind", "label")
        )

    def name_of(self, row: CostLine) -> str:
        return f"{row.candidate}, {row.kind}"

    def links(self, row: CostLine, user: User) -> Sequence[tuple[str, str]]:
        """The form with all fields, for tiers and rates of exchange."""
        name = "change-cost-line"
        target: Any = row
        if row.pricing == Pricing.PERCENT:
            name, target = "set-renewal-rise", row.candidate
        links = [("All fields", address_of(name, target))]
        if is_owner(user, row.candidate.evaluation):
            links.append((discuss_words(row), discuss_address("cost_line", row.pk)))
            key = key_of("cost_line", row.pk)
            links.append(("Files", f"{address_of('attach-files')}{key}/"))
        return links

    def acts(self, subject: Evaluation, user: User) -> Sequence[str]:
        return ("remove-cost-line",) if self.may_add(subject, user) else ()

    def may_add(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_owned, subject, user) is None

    def add(self, subject: Evaluation, values: Mapping[str, Any], by: User) -> CostLine:
        """A line needs its candidate and kind; without an amount it is unsaid.

        Raises:
            Invalid: one of the two is missing, or there is such a line.

        """
        given = {name: value for name, value in values.items() if value is not None}
        for name in ("candidate", "kind"):
            if not given.get(name):
                raise Invalid(f"Choose a {name}.", errors={name: ["Choose one."]})
        return add_cost_line(by=by, **given)

    def note(self, subject: Evaluation, user: User) -> str:
        """What nobody has asked about yet, by candidate."""
        if not self.may_add(subject, user):
            return ""
        open_kinds = [
            f"{column.candidate}: {', '.join(kind.label for kind in column.unasked)}"
            for column in cost_columns(subject, running(subject))
            if column.unasked
        ]
        return f"Not asked yet: {'; '.join(open_kinds)}." if open_kinds else ""


def _column(
    fields: Mapping[str, forms.Field], closed: str, name: str, label: str, **more: Any
) -> Column:
    """A column that is saved as by the form of the line."""
    return Column(name, label, fields[name], SAVES, closed=closed, **more)
