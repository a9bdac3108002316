"""Where a colleague is reminded of what the others wait for."""

from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User


def remind_address(kind: str, evaluation: Evaluation, person: User) -> str:
    """The act that reminds `person` of a kind of work, such as `scores`."""
    key = f"{kind}.{evaluation.pk}.{person.pk}"
    return reverse("admin:act_on", args=["remind-colleague", key])
