"""Adding categories and what the roles agreed that they weigh."""

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation
from evaltracker.evaluations.policy import change, check_owned, checked
from evaltracker.requirements.price_names import read_price_reason
from evaltracker.requirements.services.requirements import check_add_requirement


def check_weigh_category(category: Category, by: By) -> None:
    """The owner writes what was agreed, before any vendor is seen."""
    check_owned(category.evaluation, by, Stage.REQUIREMENTS)


@transaction.atomic
def add_category(
    *,
    evaluation: Evaluation,
    name: str,
    by: By,
    weight: int | None = None,
    price_reason: str = "",
) -> Category:
    """Add a category at the end of the list.

    Raises:
        Forbidden: not the owner. Refused: demos have begun. Invalid: by field, and a
            category about price without a reason.

    """
    check_add_requirement(evaluation, by)
    reason = read_price_reason(name, weight, price_reason)
    category = Category(
        evaluation=evaluation,
        name=name,
        weight=weight,
        price_reason=reason,
        position=evaluation.categories.count() + 1,
    )
    checked(category)
    category.save()
    journal.record(
        evaluation=evaluation,
        action="category.added",
        subject=category,
        by=by,
        after={"name": name, "weight": weight}
        | ({"price_reason": reason} if reason else {}),
    )
    return category


@transaction.atomic
def weigh_category(
    *,
    category: Category,
    weight: int | None,
    by: By,
    price_reason: str | None = None,
) -> Category:
    """Set what the roles agreed that a category weighs, 0–10.

    Raises:
        Forbidden: not the owner. Refused: past the requirements stage. Invalid: off the
            scale, and a category about price without a reason.

    """
    check_weigh_category(category, by)
    said = category.price_reason if price_reason is None else price_reason
    reason = read_price_reason(category.name, weight, said)
    before, after = change(category, weight=weight, price_reason=reason)
    if after:
        journal.record(
            evaluation=category.evaluation,
            action="category.weighed",
            subject=category,
            by=by,
            before=before,
            after=after,
        )
    return category
