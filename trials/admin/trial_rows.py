"""The rows of a trial's page: criteria with what was found, and gaps."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trials.admin.run_rows import RunsRow, runs_rows
from trials.choices import EvidenceVerdict, Severity
from trials.models import Criterion, Evidence, Gap, Trial
from trials.selectors.counted import standing_ledger
from trials.selectors.partly import is_partly_proven
from vendors.admin.targets import Place
from vendors.choices import Availability
from vendors.models import Claim
from vendors.named_values import answered_values
from vendors.selectors.lists import demanded_in
from vendors.values_field import Box, boxes_of


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion, the words that it is about, and what was found."""

    criterion: Criterion
    claim: Claim | None
    verdicts: list[Evidence]
    values: list[tuple[str, list[Box]]]
    # A must-have that holds partly, which is not enough to leave the trials.
    keeps_stage_open: bool
    runs: RunsRow | None = None

    @property
    def place(self) -> Place:
        """The cell that it is about."""
        return Place(self.criterion.trial.candidate, self.criterion.requirement)

    @property
    def verdict(self) -> Evidence | None:
        return self.verdicts[-1] if self.verdicts else None

    @property
    def to_judge(self) -> bool:
        """Whether nobody judged the words that stand."""
        last = self.verdict
        return last is None or last.claim.superseded_at is not None

    @property
    def proposed(self) -> str:
        """The verdict that its runs propose; blank if they are too few."""
        return (self.runs and self.runs.count.proposal.verdict) or ""

    @property
    def judged_by_eye(self) -> bool:
        """Whether somebody may judge what they saw; what is measured is confirmed."""
        return not (self.criterion.measure and self.proposed)

    @property
    def lacks_runs(self) -> bool:
        """Whether it is measured, and no run counts yet."""
        counted = self.runs and self.runs.count.proposal.n
        return bool(self.criterion.measure) and not counted

    @property
    def is_confirmed(self) -> bool:
        """Whether the newest verdict rests on the runs as they are now."""
        rests_on = getattr(self.verdict, "measurement", None)
        if rests_on is None or self.runs is None or self.to_judge:
            return False
        return (rests_on.n, rests_on.proposed) == (
            self.runs.count.proposal.n,
            self.proposed,
        )


def criterion_rows(trial: Trial) -> list[CriterionRow]:
    claims = Claim.objects.filter(
        candidate=trial.candidate_id, superseded_at__isnull=True
    ).exclude(availability=Availability.WITHDRAWN)
    current = {claim.requirement_id: claim for claim in claims}
    found: dict[Any, list[Evidence]] = {}
    for evidence in (
        Evidence.objects.filter(criterion__trial=trial)
        .select_related("recorded_by", "claim", "finding", "criterion", "measurement")
        .defer("measurement__results")
        .order_by("recorded_at")
    ):
        found.setdefault(evidence.criterion_id, []).append(evidence)
    demanded = demanded_in(trial.candidate.evaluation)
    criteria = list(trial.criteria.select_related("requirement"))
    runs = runs_rows(trial, criteria)
    rows = []
    for criterion in criteria:
        criterion.trial = trial
        claim = current.get(criterion.requirement_id)
        lists = answered_values(claim, demanded.get(criterion.requirement_id, {}))
        values = boxes_of(lists, criterion.named_values)
        verdicts = found.get(criterion.pk, [])
        partly = bool(verdicts) and verdicts[-1].verdict == EvidenceVerdict.PARTLY
        stays = partly and is_partly_proven(
            standing_ledger(trial.candidate.evaluation).cell(
                trial.candidate, criterion.requirement
            ),
            criterion.requirement,
        )
        rows.append(
            CriterionRow(
                criterion, claim, verdicts, values, stays, runs.get(criterion.pk)
            )
        )
    return rows


def how_far(rows: Sequence[CriterionRow]) -> dict[str, Any]:
    """How many are judged, and which of those that are measured have no run."""
    return {
        "judged": sum(not row.to_judge for row in rows),
        "unmeasured": [row for row in rows if row.lacks_runs],
    }


NAMED = ("requirement", "found_by", "reply_noted_by", "retested_by")


def gaps_in_order(trial: Trial) -> list[Gap]:
    """Open ones first, the worst first."""
    order = list(Severity.values)
    gaps = list(trial.gaps.select_related(*NAMED))
    for one in gaps:
        one.trial = trial

    def place(gap: Gap) -> tuple[bool, int, datetime.date]:
        return (gap.closed_at is not None, order.index(gap.severity), gap.found_on)

    return sorted(gaps, key=place)
