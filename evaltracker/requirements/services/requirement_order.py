"""The order of requirements, and the category that each stands in."""

from collections.abc import Sequence

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import check_belongs, lock
from evaltracker.requirements.services.requirements import check_change_requirements


@transaction.atomic
def move_requirements(
    *,
    evaluation: Evaluation,
    requirements: Sequence[Requirement],
    above: Requirement | None,
    below: Requirement | None,
    by: By,
) -> None:
    """Put requirements between two others, in the category of the one above.

    At the top, and where they stood in it already, it is the category of the one
    below. Each moved requirement has its entry; the others only make room.

    Raises:
        Forbidden: not the owner. Refused: the evaluation has ended. Invalid: nothing
            stands above or below, or it is moved itself.

    """
    evaluation = lock(evaluation)
    check_change_requirements(evaluation, by)
    neighbour = _neighbour(requirements, above, below)
    category = neighbour.category
    moved = {row.pk for row in requirements}
    stay = list(
        Requirement.objects.filter(evaluation=evaluation, category=category)
        .exclude(pk__in=moved)
        .order_by("position", "ref")
    )
    place = [row.pk for row in stay].index(neighbour.pk) + (neighbour is above)
    ordered = [*stay[:place], *requirements, *stay[place:]]
    for position, row in enumerate(ordered, 1):
        before = journal.snapshot(row, ("category", "position"))
        row.category, row.position = category, position
        check_belongs(row)
        if row.pk in moved:
            journal.record(
                evaluation=evaluation,
                action="requirement.moved",
                subject=row,
                by=by,
                before=before,
                after=journal.snapshot(row, ("category", "position")),
            )
    Requirement.objects.bulk_update(ordered, ["category", "position"], batch_size=500)


def _neighbour(
    requirements: Sequence[Requirement],
    above: Requirement | None,
    below: Requirement | None,
) -> Requirement:
    """The one that says in which category they stand from now on."""
    ends = [end for end in (above, below) if end is not None]
    if not ends or any(end in requirements for end in ends):
        raise Invalid("Choose a place between two other requirements.")
    homes = {row.category_id for row in requirements}
    stays = below is not None and homes == {below.category_id}
    return below if stays and below is not None else ends[0]
