"""The buy-in map: how far roles are apart, on what, and whom each would pick."""

from dataclasses import dataclass
from fractions import Fraction

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from stakeholders.choices import Role
from stakeholders.scoring import CONFLICT
from stakeholders.selectors import weights_sealed_at
from trials.selectors.buy_in import BuyIn, buy_in
from trials.selectors.counted import counted_once
from vendors.admin.conflict_question import open_answers

SHOWN = 10
# Below it people agree better than most who weigh at random.
NEAR = Fraction(1, 6)


@dataclass(frozen=True, slots=True)
class Apart:
    """Two roles in the map, in words, per cent and a tone."""

    role: Role
    per_cent: int | None
    tone: str


@evaluation_page("buy_in", "Buy-in", order=25, group="Need", route="buy-in/")
def buy_in_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who wants what; nothing of a candidate before the reader was asked."""
    check_query(request)
    if evaluation.stage != Stage.REQUIREMENTS:
        open_answers(request, evaluation)
    found = counted_once(evaluation, "buy-in", buy_in)
    return show(
        request,
        evaluation,
        "trials/buy_in.html",
        title="Buy-in map",
        tab="buy_in",
        map=found,
        rows=rows_of(found),
        categories=found.categories[:SHOWN],
        requirements=found.requirements[:SHOWN],
        agreed=len({tuple(pick.candidates) for pick in found.picks}) == 1,
        sealed_at=weights_sealed_at(evaluation),
    )


def rows_of(found: BuyIn) -> list[tuple[Role, list[Apart]]]:
    """The map's rows, one role beside each other role."""
    return [
        (
            role,
            [
                map_field(
                    other, None if role == other else found.distances[role, other]
                )
                for other in found.roles
            ],
        )
        for role in found.roles
    ]


def map_field(role: Role, value: Fraction | None) -> Apart:
    """One field of the map; the tone never says more than the number."""
    if value is None:
        return Apart(role, None, "")
    tone = "bad" if value > CONFLICT else "good" if value <= NEAR else "warn"
    return Apart(role, round(value * 100), tone)
