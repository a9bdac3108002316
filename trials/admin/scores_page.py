"""People's scores: one's own sheet, the others' once they are open, the consensus."""

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from trials.admin.given import Given
from trials.admin.score_dots import score_dots
from trials.admin.sheet import Sheet, SheetForm, sheet_of, worth_scoring
from trials.policy import FROM_DEMOS, SCORING_STAGES
from trials.scoring import spread
from trials.selectors import Scorer, ScoresTable, scores_table
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.models import Candidate


@evaluation_page("scores", "Scores", order=80, group="Proof")
def scores_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who has scored, one's own sheet, and what may be seen of the others'."""
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    table = scores_table(user, evaluation)
    mine = table.mine
    for scorer in table.scorers:
        scorer.part.evaluation = evaluation
    opened = table.consensus is not None
    sees_others = opened or (bool(mine) and all(scorer.is_locked for scorer in mine))
    meeting = (
        evaluation.is_open
        and table.consensus is not None
        and table.consensus.closed_at is None
    )
    stage = Stage(evaluation.stage)
    can_score = evaluation.is_open and stage in SCORING_STAGES and not opened
    shown = worth_scoring(table.candidates, {key[1] for key in table.scores})
    rows = _rows(table, shown) if sees_others else []
    return show(
        request,
        evaluation,
        "trials/scores.html",
        title="Scores",
        tab="scores",
        owns=is_owner(user, evaluation),
        table=table,
        mine=[_own(scorer, can_score=can_score) for scorer in mine],
        others=[scorer for scorer in table.scorers if not scorer.is_mine],
        sees_others=sees_others,
        candidates=[(it, table.people(it) if sees_others else None) for it in shown],
        rows=rows,
        dots=score_dots(rows),
        consensus=table.consensus,
        can_score=can_score,
        can_open=evaluation.is_open and stage in FROM_DEMOS and not opened,
        meeting=meeting,
        can_close=meeting and stage == Stage.DECISION,
        to_settle=sum(cell.to_settle for _, cells in rows for cell in cells),
    )


def _own(scorer: Scorer, *, can_score: bool) -> tuple[Scorer, Sheet, SheetForm | None]:
    """One of the reader's parts, its sheet, and the form while it may be filled in."""
    sheet = sheet_of(scorer.part)
    form = SheetForm(sheet=sheet) if can_score and not scorer.is_locked else None
    return scorer, sheet, form


def _rows(
    table: ScoresTable, candidates: list[Candidate]
) -> list[tuple[Category, list[Given]]]:
    return [
        (category, [_cell(table, candidate, category) for candidate in candidates])
        for category in table.categories
    ]


def _cell(table: ScoresTable, candidate: Candidate, category: Category) -> Given:
    scores = table.given(candidate, category)
    return Given(
        place=f"{candidate.pk}.{category.pk}",
        name=candidate.name,
        scores=scores,
        aside=table.set_aside(candidate, category),
        asked=table.asked,
        spread=spread(score.value for score in scores),
        settled=table.settlements.get((candidate.pk, category.pk)),
    )
