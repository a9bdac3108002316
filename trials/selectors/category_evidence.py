"""What is on file for one candidate in one category, for those who score it."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from evaltracker.evaluations.models import Category, Requirement
from trials.models import Evidence
from trials.scoring import Source, Standing
from trials.scoring.scope_facts import counts_as
from trials.selectors.cell_cache import Cell
from trials.selectors.findings import awaiting_reply
from trials.selectors.ledger import ledger
from vendors.choices import Availability
from vendors.holds_for_text import write_holds_for
from vendors.models import Candidate, Claim

# By what a verdict proves: the word beside its mark.
PROVES = {Source.DEMO: "shown", Source.TRIAL: "tested", Source.RESEARCH: "research"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The newest verdict of its kind, and whether the answer has changed since."""

    evidence: Evidence
    proves: str
    is_older: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement, the answer that stands, and what was found of it."""

    requirement: Requirement
    cell: Cell
    claim: Claim | None
    findings: list[Finding]

    @property
    def claimed(self) -> str:
        """The mark of the answer; a plan that passed is slipped."""
        slipped = self.cell.standing == Standing.SLIPPED
        return "slipped" if slipped else self.cell.claimed

    @property
    def holds_for(self) -> str:
        """The values of the brief that the answer names, in words."""
        if self.claim is None:
            return ""
        if self.claim.holds_for:
            return write_holds_for(self.claim.holds_for["said"])
        return ", ".join(self.claim.environments)

    @property
    def missing(self) -> list[str]:
        """Of *shown* and *tested*, what nobody has judged."""
        found = {finding.proves for finding in self.findings}
        return [word for word in ("shown", "tested") if word not in found]


def category_evidence(candidate: Candidate, category: Category) -> list[Asked]:
    """The requirements of a category in the list's order; as many queries for all of
    them as for one."""
    asked = Requirement.objects.filter(category=category, retired_at__isnull=True)
    requirements = list(asked.select_related("category").order_by("position", "ref"))
    if not requirements:
        return []
    book = ledger(candidate.evaluation, [candidate], requirements=requirements)
    claims = {
        claim.requirement_id: claim
        for claim in Claim.objects.filter(
            candidate=candidate, requirement__in=requirements, superseded_at=None
        ).exclude(availability=Availability.WITHDRAWN)
    }
    found = _newest(candidate, requirements)
    return [
        Asked(
            requirement,
            book.cell(candidate, requirement),
            claim := claims.get(requirement.pk),
            [
                Finding(row, proves, claim is None or row.claim_id != claim.pk)
                for proves, row in found[requirement.pk]
            ],
        )
        for requirement in requirements
    ]


def _newest(
    candidate: Candidate, requirements: list[Requirement]
) -> dict[UUID, list[tuple[str, Evidence]]]:
    """By requirement the newest verdict of each source on the same values: shown,
    tested, then research. What the vendor may still reply to does not count yet."""
    rows = Evidence.objects.exclude(awaiting_reply("finding__")).filter(
        claim__candidate=candidate, claim__requirement__in=requirements
    )
    rows = rows.select_related("claim", "recorded_by", "criterion", "script_item")
    newest: dict[tuple[UUID, str, str], Evidence] = {}
    for row in rows.order_by("recorded_at", "pk"):
        proves = PROVES[counts_as(Source(row.source), row.runner, row.data)]
        newest[row.claim.requirement_id, proves, row.values_named] = row
    order = list(PROVES.values())
    found: dict[UUID, list[tuple[str, Evidence]]] = defaultdict(list)
    for (requirement, proves, _), row in newest.items():
        found[requirement].append((proves, row))
    for verdicts in found.values():
        verdicts.sort(key=lambda each: order.index(each[0]))
    return found
