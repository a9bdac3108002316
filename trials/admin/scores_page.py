"""People's scores: one's own sheet, the others' once they are open, the consensus."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import check_query
from evaltracker.pages.search import page_number
from evaltracker.pages.workspace import OnEvaluation, crumbs_to, evaluation_page, show
from evaltracker.toolbox.charts import Axis, Lane, Lanes, Mark, Span, lanes
from evaltracker.toolbox.text import listed_few
from stakeholders.choices import Role
from stakeholders.scoring import CONFLICT
from stakeholders.selectors import weights_sealed_at
from trials.admin.demo_pages import Given
from trials.admin.matrix import Sheet, SheetForm, sheet_of, worth_scoring
from trials.policy import FROM_DEMOS, SCORING_STAGES
from trials.scoring import TOP_SCORE, spread
from trials.scoring.open_cells import WEAKNESS
from trials.selectors import Scorer, ScoresTable, scores_table
from trials.selectors.buy_in import BuyIn, buy_in
from trials.selectors.cell_numbers import counted_once, standing_ledger
from trials.selectors.promised import Promised, promised
from trials.selectors.scores import prior_of
from trials.services.scores import (
    set_prior,
    take_house_record,
)
from vendors.admin.base import open_answers, reader
from vendors.models import Candidate

# Acts on what open verdicts are drawn from.


class PriorForm(forms.Form):
    """Three shares that add up to 100, and what they are worth."""

    holds = forms.IntegerField(min_value=0, label="Holds, %")
    partly = forms.IntegerField(min_value=0, label="Partly, %")
    fails = forms.IntegerField(min_value=0, label="Fails, %")
    worth = forms.IntegerField(
        label="Worth, in verdicts",
        help_text="10 weighs as much as ten trial verdicts of a candidate’s own.",
    )


@register_act
class SetPrior(OnEvaluation):
    """The shares that open verdicts are drawn from, set by hand."""

    title = "Set how open verdicts are drawn"
    verb = "Set shares"
    help = (
        "Each candidate’s own trial verdicts are added to these shares. "
        f"{WEAKNESS} That is why it is printed and can be changed."
    )
    success = "Open verdicts are drawn by these shares from now on."
    tab = "comparison"
    form_class = PriorForm
    service = set_prior

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What stands, in per cent; a house's record to the nearest."""
        prior, _ = prior_of(target)
        holds = round(prior.holds * 100 / prior.total)
        fails = round(prior.fails * 100 / prior.total)
        return {
            "holds": holds,
            "partly": 100 - holds - fails,
            "fails": fails,
            "worth": prior.worth,
        }


@register_act
class TakeHouseRecord(OnEvaluation):
    """The house's own record in place of a guess."""

    title = "Take the house’s record"
    verb = "Take the record"
    help = (
        "Open verdicts are drawn by what trials found in all other decided "
        "evaluations, as it stands today. It is written down with the date and "
        "never changes by itself; take it again to renew it."
    )
    success = "Open verdicts are drawn by the house’s record from now on."
    tab = "comparison"
    service = take_house_record


# The buy-in map: how far roles are apart, on what, and whom each would pick.

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


# Every planned date of an evaluation: slipped, still to come, and settled.

ON_A_PAGE = 100
GROUPS = ("slipped", "coming", "settled")


@evaluation_page("promised", "Promised dates")
def promised_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The candidates in the choice, their planned dates and how these moved."""
    check_query(request, filters=("page",))
    open_answers(request, evaluation)
    found = counted_once(evaluation, "promised dates", _promised)
    pages = Paginator(found, ON_A_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    return show(
        request,
        evaluation,
        "trials/promised.html",
        title="Promised dates",
        tab="matrix",
        crumbs=crumbs_to(evaluation, ("Matrix", "matrix"), ("Promised dates", "")),
        slipped=[promise for promise in page if promise.slipped],
        coming=[promise for promise in page if promise.is_coming],
        settled=[promise for promise in page if group_of(promise) == "settled"],
        numbers=Counter(map(group_of, found)),
        page=page,
    )


def group_of(promise: Promised) -> str:
    """Under which heading it stands."""
    if promise.slipped:
        return "slipped"
    return "coming" if promise.is_coming else "settled"


def _promised(evaluation: Evaluation) -> list[Promised]:
    """The slipped first, then those to come, then what is settled."""
    found = promised(standing_ledger(evaluation).of_active())
    return sorted(found, key=lambda promise: GROUPS.index(group_of(promise)))


# People's scores as dots on a line for each category, a drawing for each candidate.

# Room for dots beside the worst and the best score.
EDGE = 0.5
AXIS = Axis(
    TOP_SCORE + EDGE,
    start=-EDGE,
    ticks=tuple((float(value), str(value)) for value in range(TOP_SCORE + 1)),
    heads=("median",),
    rooms=(40,),
)


@dataclass(frozen=True, slots=True)
class ScoreDots:
    """The drawings, what stands far apart in them, and what they leave out."""

    charts: list[Lanes]
    far_apart: list[str]
    left_out: list[str]


def score_dots(rows: Sequence[tuple[Category, list[Given]]]) -> ScoreDots | None:
    """The scores that the reader may see; None if there are none."""
    if not any(cell.scores for _, cells in rows for cell in cells):
        return None
    drawings: dict[str, list[Lane]] = {}
    far_apart, unscored, aside = [], [], False
    for category, cells in rows:
        for cell in cells:
            where = f"{category} of {cell.name}"
            aside = aside or bool(cell.aside)
            if not cell.scores:
                unscored.append(where)
                continue
            drawings.setdefault(cell.name, []).append(_lane(str(category), cell))
            if cell.to_settle:
                far_apart.append(where)
    charts = [
        lanes(cell.name, drawings[cell.name], AXIS)
        for cell in rows[0][1]
        if cell.name in drawings
    ]
    left_out = [f"Not scored yet: {listed_few(unscored)}."] if unscored else []
    if aside:
        left_out.append(
            "Scores that do not count for a conflict of interest are not drawn."
        )
    return ScoreDots(charts, far_apart, left_out)


def _lane(name: str, cell: Given) -> Lane:
    values = Counter(score.value for score in cell.scores)
    middle = cell.spread.median if cell.settled is None else cell.settled.value
    settled = "" if cell.settled is None else f"settled at {float(middle or 0):g}"
    wide = cell.spread.is_wide
    apart = f"far apart, {min(values)} to {max(values)}" if wide else ""
    return Lane(
        name,
        cell.median,
        spans=(Span(min(values), max(values), "range"),),
        marks=(
            *((Mark(float(middle or 0), kind="middle"),) if len(values) > 1 else ()),
            *(Mark(value, many) for value, many in sorted(values.items())),
        ),
        note=", ".join(filter(None, (apart, settled))),
        tone="warn" if cell.to_settle else "",
    )


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
