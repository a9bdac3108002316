"""Who wants what: the roles' weights, what divides them, and whom each would pick."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from evaltracker.evaluations.models import Category, Evaluation, Requirement
from stakeholders.choices import Role
from stakeholders.scoring import Clash, Divide, clashes, distance, dividing, shares
from stakeholders.selectors import said_weights
from trials.models import Evidence
from trials.scoring import Source, Standing
from trials.scoring.promise import picks
from trials.scoring.scope import counts_as
from trials.selectors.cell_tuples import Cell, awaiting_reply
from trials.selectors.ledger import Ledger, ledger
from vendors.choices import Availability, CandidateState
from vendors.holds_for_fields import write_holds_for
from vendors.models import Candidate, Claim
from vendors.selectors import active_candidates


@dataclass(frozen=True, slots=True)
class RolePick:
    """What one role's own weights would choose now, all that are level at the top;
    `lead` is over the next."""

    role: Role
    candidates: list[Candidate]
    fit: Fraction | None
    lead: Fraction | None


@dataclass(frozen=True, slots=True)
class BuyIn:
    """The map. `tested` is how many cells a demo or a trial has judged: before the
    first, nobody's pick is told, for it would rest on promises alone."""

    roles: list[Role]
    incomplete: list[Role]
    distances: dict[tuple[Role, Role], Fraction | None]
    clashes: list[Clash[Role, Category]]
    categories: list[Divide[Role, Category]]
    requirements: list[Divide[Role, Requirement]]
    tested: int
    blocked: list[Candidate]
    picks: list[RolePick]


def buy_in(evaluation: Evaluation) -> BuyIn:
    """The map of an evaluation, from roles that have weighed every category."""
    # A category of weight 0 is not scored, so nobody has to weigh it.
    categories = list(evaluation.categories.exclude(weight=0))
    said = said_weights(evaluation)
    whole = {
        role: weights
        for role, weights in said.items()
        if all(category in weights for category in categories)
    }
    candidates = list(active_candidates(evaluation))
    close = [
        candidate
        for candidate in candidates
        if candidate.state != CandidateState.LONGLISTED
    ]
    book = ledger(evaluation, candidates=close or candidates)
    tested = sum(book.of(candidate).fit.judged for candidate in book.candidates)
    running = [
        candidate for candidate in book.candidates if not book.of(candidate).is_blocked
    ]
    return BuyIn(
        roles=list(whole),
        incomplete=[role for role in said if role not in whole],
        distances={
            (role, other): distance(whole[role], whole[other])
            for role in whole
            for other in whole
        },
        clashes=clashes(said),
        categories=dividing({role: shares(value) for role, value in whole.items()}),
        requirements=dividing(
            {role: _by_requirement(book, value) for role, value in whole.items()}
        ),
        tested=tested,
        blocked=[
            candidate for candidate in book.candidates if book.of(candidate).is_blocked
        ],
        picks=_picks(book, running, whole) if tested else [],
    )


def _by_requirement(
    book: Ledger, weights: dict[Category, int]
) -> dict[Requirement, Fraction]:
    """A role's shares, handed on inside each category by the requirements' weights."""
    inside: dict[object, int] = defaultdict(int)
    for requirement in book.requirements:
        inside[requirement.category_id] += requirement.weight
    of_role = {category.pk: share for category, share in shares(weights).items()}
    return {
        requirement: of_role.get(requirement.category_id, Fraction(0))
        * Fraction(requirement.weight, inside[requirement.category_id])
        for requirement in book.requirements
        if requirement.weight
    }


def _picks(
    book: Ledger,
    running: list[Candidate],
    weightings: dict[Role, dict[Category, int]],
) -> list[RolePick]:
    by_key = {str(candidate.pk): candidate for candidate in running}
    fits = {
        key: book.of(candidate).sums.fit_by_category
        for key, candidate in by_key.items()
    }
    found = []
    for role, weights in weightings.items():
        ranked = picks(fits, {weight.name: said for weight, said in weights.items()})
        best = [pick for pick in ranked if pick.fit == ranked[0].fit]
        later = ranked[len(best) :]
        found.append(
            RolePick(
                role,
                [by_key[pick.key] for pick in best],
                best[0].fit if best else None,
                best[0].fit - later[0].fit if later else None,
            )
        )
    return found


# What is on file for one candidate in one category, for those who score it.

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
