"""How a grid is arranged: each person's own view of it, else the evaluation's."""

import json
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, GridView, User
from evaltracker.evaluations.policy import is_owner, lock, require_owner

PARTS = {"columns", "sort", "filters"}
LONGEST = 10_000


def view_of(*, grid: str, evaluation: Evaluation, by: User) -> dict[str, Any]:
    """The view that a person sees, and whether theirs may be everybody's."""
    views = GridView.objects.visible_to(by).filter(evaluation=evaluation, grid=grid)
    layouts = {view.person_id: view.layout for view in views}
    view = layouts.get(by.pk, layouts.get(None))
    return {"view": view, "shares": is_owner(by, evaluation)}


@transaction.atomic
def save_view(
    *, grid: str, evaluation: Evaluation, layout: Any, shared: Any, by: User
) -> None:
    """Keep a view for oneself, or for everybody; None forgets one's own.

    It shows nobody a row or a value more, so no journal tells it.

    Raises:
        Forbidden: not the owner shares it. Invalid: this is no view.
    """
    if shared:
        require_owner(by, evaluation)
    lock(evaluation)
    person = None if shared else by
    views = GridView.objects.visible_to(by).filter(evaluation=evaluation, grid=grid)
    # What is shared is what one sees oneself, from then on.
    views.filter(person=by).delete()
    if layout is None:
        return
    is_view = isinstance(layout, dict) and layout.keys() == PARTS
    if not is_view or len(json.dumps(layout)) > LONGEST:
        raise Invalid("This is no view of a table.")
    GridView.objects.update_or_create(
        evaluation=evaluation, grid=grid, person=person, defaults={"layout": layout}
    )
