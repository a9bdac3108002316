"""Contracts of trials that wait for a person's role to agree."""

from collections.abc import Iterator

from django.db.models import F

from evaltracker.pages.acts import address_of
from evaltracker.workflow.inbox.items import Desk, WorkItem
from trials.models import Agreement, Trial
from trials.policy import TRIAL_STAGES
from vendors.models import Conflict


def contracts(desk: Desk) -> Iterator[WorkItem]:
    """Contracts put forward to which no one of the person's role has agreed."""
    roles: dict[object, set[str]] = {}
    for part in desk.parts:
        if desk.evaluations[part.evaluation_id].stage in TRIAL_STAGES:
            roles.setdefault(part.evaluation_id, set()).add(part.role)
    if not roles:
        return
    waiting = Trial.objects.filter(
        candidate__evaluation__in=list(roles),
        proposed_at__isnull=False,
        closed_at__isnull=True,
    ).exclude(
        candidate__in=Conflict.objects.barring().of(desk.user).values("candidate")
    )
    agreed: dict[object, set[str]] = {}
    for pk, role in Agreement.objects.filter(
        trial__in=waiting, version=F("trial__version")
    ).values_list("trial", "stakeholder__role"):
        agreed.setdefault(pk, set()).add(role)
    for trial in waiting.select_related("candidate"):
        key = trial.candidate.evaluation_id
        if not roles[key] - agreed.get(trial.pk, set()):
            continue
        again = trial.agreed_at is not None
        yield desk.item(
            "contract",
            desk.evaluations[key],
            f"Agree to the contract of {trial.title}" + (" again" if again else ""),
            "It was changed by number; your role has not agreed to the words of now."
            if again
            else "Every role agrees before day one; yours has not.",
            address_of("agree-contract", trial),
            trial.starts_on,
        )
