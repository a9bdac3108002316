"""Contracts of trials that wait for a person's role to agree."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.acts import address_of
from evaltracker.workflow.inbox.items import Desk, WorkItem
from trials.models import Agreement, Trial
from trials.policy import TRIAL_STAGES


def contracts(desk: Desk) -> Iterator[WorkItem]:
    """Contracts put forward to which no one of the person's role has agreed."""
    roles: dict[object, set[str]] = {}
    for part in desk.parts:
        key = part.evaluation_id
        if desk.evaluations[key].stage in TRIAL_STAGES and key not in desk.barred:
            roles.setdefault(part.evaluation_id, set()).add(part.role)
    if not roles:
        return
    waiting = Trial.objects.filter(
        candidate__evaluation__in=list(roles),
        proposed_at__isnull=False,
        closed_at__isnull=True,
    )
    agreed: dict[object, set[str]] = {}
    for pk, role in Agreement.objects.filter(
        trial__in=waiting, version=F("trial__version")
    ).values_list("trial", "stakeholder__role"):
        agreed.setdefault(pk, set()).add(role)
    mine: dict[Any, list[Trial]] = {}
    for trial in waiting.select_related("candidate").order_by("starts_on", "pk"):
        key = trial.candidate.evaluation_id
        if roles[key] - agreed.get(trial.pk, set()):
            mine.setdefault(key, []).append(trial)
    for key, trials in mine.items():
        yield _item(desk, desk.evaluations[key], trials)


def _item(desk: Desk, evaluation: Evaluation, trials: list[Trial]) -> WorkItem:
    """One thing to do: the contracts of one evaluation are read together."""
    first = trials[0]
    again = any(trial.agreed_at is not None for trial in trials)
    if len(trials) > 1:
        what = f"Agree to the contracts of {len(trials)} trials"
        address = address_of("agree-contracts", evaluation)
    else:
        what = f"Agree to the contract of {first.title}" + (" again" if again else "")
        address = address_of("agree-contract", first)
    why = (
        "It was changed; your role has not agreed to the new version."
        if again
        else "Every role agrees before day one; yours has not."
    )
    return desk.item("contract", evaluation, what, why, address, first.starts_on)
