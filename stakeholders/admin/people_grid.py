"""The stakeholders as rows: who has a say, in which role, and who scores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import address_of
from evaltracker.pages.colleagues import remind_address
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from stakeholders.admin.people_acts import AddForm
from stakeholders.admin.people_page import debts_of
from stakeholders.choices import Role
from stakeholders.models import Delegation, RoleWeight, Stakeholder
from stakeholders.policy import lendings
from stakeholders.services.parts import change_stakeholder
from stakeholders.services.people import add_stakeholder, check_change_stakeholders

SAVES = Saves(change_stakeholder, "stakeholder")


def beside_person(row: Stakeholder) -> str:
    """Why they cannot act, if they cannot."""
    if row.user.is_superuser:
        return "operator: has no say"
    return "" if row.user.is_active else "cannot sign in"


def role_field() -> forms.ChoiceField:
    """One of the roles; a part that is there always has one."""
    return forms.ChoiceField(choices=Role.choices)


@register_grid
class StakeholdersGrid(Grid[Evaluation, Stakeholder]):
    """Parts that last; a person with two roles has two rows."""

    name = "stakeholders"
    title = "Stakeholders"
    related = ("owner",)
    anchor = "part"
    noun = "stakeholder"
    first_column = "user"

    def columns(self, subject: Evaluation, user: User) -> Sequence[Column]:
        """The role and whether they score are changed; what they owe is counted."""
        fields = AddForm(evaluation=subject).fields
        closed = str(why_not(check_change_stakeholders, subject, user) or "")
        debts, lent = debts_of(subject), substitutes(subject)
        return (
            Column(
                "user",
                "Person",
                fields["user"],
                read=lambda row: row.user_id,
                named=lambda row: row.user.name,
                aside=beside_person,
                width=20,
            ),
            Column("role", "Role", role_field(), SAVES, closed=closed, width=12),
            Column(
                *("scores", "Scores", fields["scores"], SAVES),
                closed=closed,
                for_many=True,
            ),
            Column(
                *("owes", "Still to do"),
                read=lambda row: ", ".join(debts(row)) or "nothing",
                width=20,
            ),
            Column(
                *("substitute", "Substitute"),
                read=lambda row: _lendings(lent.get(row.pk, ())),
                width=20,
            ),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Stakeholder]:
        rows: QuerySet[Stakeholder] = Stakeholder.objects.visible_to(user).filter(
            evaluation=subject, left_at__isnull=True
        )
        said = RoleWeight.objects.filter(evaluation=subject, role=OuterRef("role"))
        rows = rows.annotate(is_weighed=Exists(said))
        return rows.select_related("user", "evaluation")

    def name_of(self, row: Stakeholder) -> str:
        return f"{row.user.name}, {row.get_role_display()}"

    def links(self, row: Stakeholder, user: User) -> Iterable[tuple[str, str]]:
        """Ending the part, with a reason, for who may; asking for their weights."""
        evaluation = row.evaluation
        if is_owner(user, evaluation) and evaluation.is_open:
            yield "End", address_of("remove-stakeholder", row)
            waits = evaluation.stage == Stage.REQUIREMENTS
            if waits and not getattr(row, "is_weighed", True):
                yield "Remind", remind_address("weights", evaluation, row.user)

    def acts(self, subject: Evaluation, user: User) -> Sequence[str]:
        """Ending several parts for one reason."""
        return ("remove-stakeholder",) if self.may_add(subject, user) else ()

    def may_add(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_change_stakeholders, subject, user) is None

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> Stakeholder:
        """Somebody with their role in the company, unless another is given.

        Raises:
            Invalid: it is nobody.

        """
        if not values.get("user"):
            raise Invalid("Choose a person.", errors={"user": ["Choose a person."]})
        return add_stakeholder(
            evaluation=subject,
            user=values["user"],
            role=values.get("role") or "",
            scores=bool(values.get("scores")),
            by=by,
        )


def substitutes(evaluation: Evaluation) -> dict[Any, list[Delegation]]:
    """Substitutions that are not over, by part."""
    found: dict[Any, list[Delegation]] = {}
    for lending in lendings(evaluation):
        found.setdefault(lending.stakeholder_id, []).append(lending)
    return found


def _lendings(found: Iterable[Delegation]) -> str:
    """Who stands in, and when."""
    said = [
        f"{it.substitute.name}, {it.starts_on:%-d %b} – {it.ends_on:%-d %b %Y}"
        for it in found
    ]
    return "\n".join(said) or "nobody"
