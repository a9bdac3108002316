"""What each category weighs, for each role and as agreed, edited in place."""

from collections.abc import Iterable, Sequence

from django import forms
from django.db.models import QuerySet

from evaltracker.errors import why_not
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.pages.acts import address_of
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from evaltracker.requirements.services.categories import (
    check_weigh_category,
    weigh_category,
)
from stakeholders.admin.role_weights import column, roles_with_weights
from stakeholders.choices import Role
from stakeholders.selectors import said_weights
from stakeholders.services.people import check_weigh_for_role, weigh_for_role


def weight_field(*, required: bool) -> forms.IntegerField:
    """0 to 10; what a role said is not left blank again."""
    return forms.IntegerField(
        required=required,
        min_value=0,
        max_value=10,
        error_messages={"required": "Enter 0 to 10; 0 counts for nothing."},
    )


@register_grid
class WeightsGrid(Grid[Evaluation, Category]):
    """Categories by roles: each role's own column, and the owner's agreed one."""

    name = "weights"
    title = "Weights by category and role"
    related = ("owner",)
    anchor = "category"
    noun = "category"

    def columns(self, subject: Evaluation, user: User) -> Sequence[Column]:
        """The agreed weights, and those of every role that holds or held a say."""
        said = said_weights(subject)
        agreed = Column(
            "weight",
            "Agreed",
            weight_field(required=False),
            Saves(weigh_category, "category"),
            closed=str(
                why_not(check_weigh_category, Category(evaluation=subject), user) or ""
            ),
            missing=lambda row: "Not agreed yet" if row.weight is None else "",
        )
        return (
            Column("name", "Category", width=24),
            agreed,
            *(
                self._of_role(subject, user, role, said.get(role, {}))
                for role in roles_with_weights(subject, said)
            ),
        )

    def _of_role(
        self, subject: Evaluation, user: User, role: Role, said: dict[Category, int]
    ) -> Column:
        """One role's column, open to those who hold the role."""
        return Column(
            role.value,
            role.label,
            weight_field(required=True),
            Saves(weigh_for_role, "category", {"evaluation": subject, "role": role}),
            argument="weight",
            closed=str(why_not(check_weigh_for_role, subject, role, user) or ""),
            read=said.get,
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Category]:
        rows: QuerySet[Category] = Category.objects.visible_to(user).filter(
            evaluation=subject
        )
        return rows.select_related("evaluation")

    def links(self, row: Category, user: User) -> Iterable[tuple[str, str]]:
        """The form in which a category about price gets its reason."""
        if why_not(check_weigh_category, row, user) is None:
            yield "Weigh", address_of("weigh-category", row)

    def note(self, subject: Evaluation, user: User) -> str:
        """How far each role is from what was agreed."""
        categories, said = list(subject.categories.all()), said_weights(subject)
        apart = [
            column(role, said.get(role, {}), categories, is_mine=False)
            for role in roles_with_weights(subject, said)
        ]
        known = [
            f"{it.label} {it.distance}%" for it in apart if it.distance is not None
        ]
        return f"Distance from agreed: {' · '.join(known)}" if known else ""
