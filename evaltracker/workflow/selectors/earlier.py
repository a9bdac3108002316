"""What became of a vendor in evaluations that have ended, for whoever may see those."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, JSONField, Value, When
from django.db.models.fields.json import KeyTransform

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import User
from evaltracker.workflow.models import Decision, PromiseCheck
from evaltracker.workflow.selectors.promises import Kept, outcomes_of
from vendors.models import Candidate

# The newest ones say most.
MOST = 5
ENDED = (Status.DECIDED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A vendor's candidate in an evaluation that has ended.

    `promises` is the frozen promise record of the memo, or None without a memo.
    """

    candidate: Candidate
    decision: Decision | None
    promises: dict[str, Any] | None
    checks: tuple[Kept, ...]


def earlier_standing(user: User, candidate: Candidate) -> list[Earlier]:
    """The same vendor's earlier candidates that `user` may see, the newest first.

    Four queries whatever there is. Evaluations that go on are left out: what is
    sealed in one must not be told by another.
    """
    if candidate.vendor_id is None:
        return []
    rows = (
        Candidate.objects.visible_to(user)
        .filter(vendor=candidate.vendor_id, evaluation__status__in=ENDED)
        .filter(evaluation__is_practice=False)
        .exclude(evaluation=candidate.evaluation_id)
        .select_related("evaluation")
        .order_by("-evaluation__created_at", "name")
    )
    found = list(rows[:MOST])
    if not found:
        return []
    decisions = {
        decided_with_record.evaluation_id: decided_with_record
        for decided_with_record in decided_with_records(found)
    }
    checks: dict[object, list[Kept]] = defaultdict(list)
    for promise in outcomes_of(PromiseCheck.objects.filter(candidate__in=found)):
        checks[promise.check.candidate_id].append(promise)
    return [
        Earlier(
            candidate,
            decision := decisions.get(candidate.evaluation_id),
            getattr(decision, "record", None),
            tuple(checks[candidate.pk]),
        )
        for candidate in found
    ]


def decided_with_records(candidates: Sequence[Candidate]) -> list[Decision]:
    """Their decisions, each with that candidate's frozen promise record alone.

    A memo of a large evaluation is megabytes; the database picks the piece out.
    """
    pieces = [
        When(
            evaluation=candidate.evaluation_id,
            then=KeyTransform(
                "promises",
                KeyTransform(str(candidate.pk), KeyTransform("results", "memo")),
            ),
        )
        for candidate in candidates
    ]
    rows = Decision.objects.filter(
        evaluation__in=[candidate.evaluation_id for candidate in candidates],
        decided_at__isnull=False,
    ).defer("memo")
    record = Case(*pieces, default=Value(None), output_field=JSONField())
    return list(rows.annotate(record=record))
