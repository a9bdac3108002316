"""People's scores: one's own sheet, the others' once they are open, the consensus."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.workspace import evaluation_page, show
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.policy import is_owner
from trials.admin.sheet import worth_scoring
from trials.policy import FROM_DEMOS, SCORING_STAGES
from trials.scoring import PeopleScore, ScoreFacts, people_score
from trials.selectors import scores_table
from vendors.admin.asking import ask_first
from vendors.admin.pages import reader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.models import Category, Evaluation
    from trials.models import Score
    from trials.selectors import ScoresTable
    from vendors.models import Candidate

# More than this share of the scale between two people is talked about.
WIDE = Decimal("0.4")
TOP = 5


@dataclass(frozen=True, slots=True)
class Given:
    """All visible scores of one candidate in one category."""

    scores: list[Score]

    @property
    def median(self) -> str:
        """The middle one; blank if nobody scored."""
        values = [one.value for one in self.scores]
        return f"{median(values):g}" if values else ""

    @property
    def is_wide(self) -> bool:
        """Whether people see it so differently that they should talk."""
        values = [one.value for one in self.scores]
        return bool(values) and max(values) - min(values) > WIDE * TOP


@evaluation_page("scores", "Scores", order=80)
def scores_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who has scored, one's own sheet, and what may be seen of the others'."""
    check_query(request)
    user = reader(request)
    ask_first(request, evaluation)
    table = scores_table(user, evaluation)
    mine = table.mine
    for scorer in table.scorers:
        scorer.part.evaluation = evaluation
    opened = table.consensus is not None
    sees_others = opened or (bool(mine) and all(one.is_locked for one in mine))
    stage = Stage(evaluation.stage)
    shown = worth_scoring(table.candidates, {key[1] for key in table.scores})
    candidates = [(one, _people(table, one) if sees_others else None) for one in shown]
    return show(
        request,
        evaluation,
        "trials/scores.html",
        title="Scores",
        tab="scores",
        owns=is_owner(user, evaluation),
        table=table,
        mine=[(one, _own(table, one.part.pk)) for one in mine],
        others=[one for one in table.scorers if not one.is_mine],
        sees_others=sees_others,
        candidates=candidates,
        rows=_rows(table, shown) if sees_others else [],
        consensus=table.consensus,
        can_score=evaluation.is_open and stage in SCORING_STAGES and not opened,
        can_open=evaluation.is_open and stage in FROM_DEMOS and not opened,
        can_close=evaluation.is_open
        and stage == Stage.DECISION
        and opened
        and table.consensus is not None
        and table.consensus.closed_at is None,
    )


def _own(table: ScoresTable, part: object) -> int:
    return sum(key[0] == part for key in table.scores)


def _rows(
    table: ScoresTable, candidates: list[Candidate]
) -> list[tuple[Category, list[Given]]]:
    return [
        (category, [Given(table.given(one, category)) for one in candidates])
        for category in table.categories
    ]


def _people(table: ScoresTable, candidate: Candidate) -> PeopleScore:
    """The people's score of one candidate, from locked sheets only."""
    locked = {one.part.pk for one in table.scorers if one.is_locked}
    names = {one.pk: one.name for one in table.categories}
    facts = [
        ScoreFacts(names[category], score.value)
        for (part, whom, category), score in table.scores.items()
        if whom == candidate.pk and part in locked
    ]
    weights = {one.name: Decimal(one.weight or 0) for one in table.categories}
    return people_score(facts, weights)
