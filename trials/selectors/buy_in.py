"""Who wants what: the roles' weights, what divides them, and whom each would pick."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from evaltracker.evaluations.models import Category, Evaluation, Requirement
from stakeholders.choices import Role
from stakeholders.scoring import Clash, Divide, clashes, distance, dividing, shares
from stakeholders.selectors import said_weights
from trials.scoring.buy_in import picks
from trials.selectors.ledger import Ledger, ledger
from vendors.choices import CandidateState
from vendors.models import Candidate
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
