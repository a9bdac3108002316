"""Reading who attends a demo, and where they meet."""

from collections.abc import Collection, Iterable

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.text import Inputs
from stakeholders.models import Stakeholder
from trials.models import Demo, DemoGuest


def read_meeting_url(inputs: Inputs, link: str) -> str:
    """A link as it is kept; it is never fetched."""
    read = inputs.link("meeting_url", link)
    if read and not read.startswith("https://"):
        inputs.refuse("meeting_url", "The link must start with https://.")
    return read


def read_guests(
    inputs: Inputs, evaluation: Evaluation, guests: Iterable[Stakeholder]
) -> list[Stakeholder]:
    """Each once; whoever has no part is refused."""
    people = list({guest.pk: guest for guest in guests}.values())
    if any(it.evaluation_id != evaluation.pk or it.left_at for it in people):
        inputs.refuse("guests", "Choose people who have a part in this evaluation.")
    return people


def seat(demo: Demo, people: Collection[Stakeholder]) -> None:
    """Let exactly these attend."""
    demo.guests.exclude(stakeholder__in=people).delete()
    there = set(demo.guests.values_list("stakeholder", flat=True))
    for person in people:
        if person.pk not in there:
            DemoGuest.objects.create(demo=demo, stakeholder=person)


def names_of(demo: Demo) -> list[str]:
    """Who of ours is chosen, by name."""
    guests = demo.guests.select_related("stakeholder__user")
    return [guest.stakeholder.user.name for guest in guests]
