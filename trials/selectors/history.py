"""One cell's whole history: every revision of the claim with its evidence."""

from dataclasses import dataclass

from evaltracker.evaluations.models import Requirement
from trials.models import Evidence
from vendors.models import Candidate, Claim


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a claim, and what was found of exactly those words."""

    claim: Claim
    evidence: list[Evidence]

    @property
    def is_current(self) -> bool:
        """Whether these words stand."""
        return self.claim.superseded_at is None


def cell_history(candidate: Candidate, requirement: Requirement) -> list[Revision]:
    """All revisions in order, each with its evidence in order; three queries."""
    claims = list(
        Claim.objects.filter(candidate=candidate, requirement=requirement)
        .select_related("noted_by")
        .prefetch_related("files")
        .order_by("revision")
    )
    found: dict[object, list[Evidence]] = {claim.pk: [] for claim in claims}
    evidence = Evidence.objects.filter(claim__in=claims).select_related(
        "recorded_by",
        "research_note",
        "script_item__demo",
        "criterion__trial",
        "reconfirms__claim",
    )
    for verdict in evidence.order_by("recorded_at"):
        found[verdict.claim_id].append(verdict)
    return [Revision(claim, found[claim.pk]) for claim in claims]
