"""People's scores side by side, the meeting that settles them, and the buy-in map."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound, require_row
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import by, check_query
from evaltracker.pages.fields import form_of, mark_needed, reason_field, text_field
from evaltracker.pages.site import site
from evaltracker.pages.workspace import (
    OnEvaluation,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.toolbox.charts import Axis, Lane, LaneMark, Span, draw_lanes
from evaltracker.toolbox.measures import written
from evaltracker.toolbox.text import listed_few
from stakeholders.scoring import CONFLICT
from stakeholders.selectors import weights_sealed_at
from trials.admin.score_sheets import (
    ScoredCell,
    SheetForm,
    on_file,
    sheet_of,
    worth_scoring,
)
from trials.models import Score, Settlement
from trials.policy import FROM_DEMOS, SCORING_STAGES
from trials.scoring import TOP_SCORE, Spread, spread
from trials.scoring.open_cells import WEAKNESS
from trials.selectors.evaluation_cache import cached_for_version
from trials.selectors.scores import (
    BuyIn,
    Scorer,
    ScoresTable,
    buy_in,
    counted_scores,
    prior_of,
    scores_table,
)
from trials.services.scores import (
    MEANING_LIMIT,
    close_scores,
    open_consensus,
    set_prior,
    settle_score,
    take_house_record,
    word_scale,
)
from vendors.admin.base import AboutCandidate, AboutCandidates, open_answers, reader
from vendors.models import Candidate


@dataclass(frozen=True, slots=True)
class GivenScores:
    """What people gave one candidate in one category, and what the meeting makes of it.

    `place` names the cell in addresses of acts.
    """

    place: str
    name: str
    scores: list[Score]
    aside: list[Score]
    asked: int
    spread: Spread
    settled: Settlement | None

    @property
    def median(self) -> str:
        value = self.spread.median
        if value is None:
            return ""
        return f"{float(value):g}"

    @property
    def to_settle(self) -> bool:
        return self.spread.is_wide and self.settled is None


class OpenConsensus(OnEvaluation):
    title = "Open the consensus"
    verb = "Open all scores"
    help = (
        "Locks every sheet, finished or not. Then every stakeholder can read all "
        "scores. There is no way back."
    )
    success = "All scores are open."
    tab = "scores"
    dangerous = True
    service = open_consensus


HALVES = [(f"{half / 2:g}", f"{half / 2:g}") for half in range(2 * TOP_SCORE + 1)]


class SettleScore(AboutCandidate[ScoredCell]):
    title = "Settle"
    verb = "Settle"
    help = "Starts at the median and replaces it. The original scores stay beside it."
    success = "Settled."
    tab = "scores"
    form_class = form_of(
        value=forms.TypedChoiceField(
            label="What the meeting settled on", choices=HALVES, coerce=Decimal
        ),
        reason=reason_field(help_text="The memo prints it. What people gave stays."),
    )
    service = settle_score

    def load(self, user: User, target_id: str) -> ScoredCell:
        try:
            candidate_id, category_id = (UUID(part) for part in target_id.split("."))
        except ValueError as error:
            raise NotFound from error
        rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
        candidate = require_row(rows.filter(pk=candidate_id).first())
        categories = candidate.evaluation.categories
        category = require_row(categories.filter(pk=category_id).first())
        return ScoredCell(candidate, category)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        about = {"candidate": target.candidate, "category": target.category}
        settled = Settlement.objects.filter(**about).first()
        if settled is not None:
            return {"value": written(settled.value), "reason": settled.reason}
        scores = Score.objects.visible_to(user).filter(
            pk__in=counted_scores(target.candidate.evaluation), **about
        )
        median = spread(scores.values_list("value", flat=True)).median
        if median is None:
            return {}
        return {"value": f"{float(median):g}"}

    def arguments(self, target: ScoredCell, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "evaluation": target.candidate.evaluation,
            "candidate": target.candidate,
            "category": target.category,
            **data,
        }

    def judged(self, target: ScoredCell) -> tuple[Any, ...]:
        return target.candidate, target.category


CloseForm = form_of(
    outcome=text_field(
        "What the meeting came to",
        6,
        help_text="The memo prints it. The scores stay as they were given.",
        error_messages={"required": "Write what the meeting came to."},
    )
)
mark_needed(CloseForm, "needed", "outcome")


class CloseScores(OnEvaluation, AboutCandidate[Evaluation]):
    title = "Close the scores"
    verb = "Close"
    success = "Scores are closed."
    tab = "scores"
    form_class = CloseForm
    service = close_scores


FIELDS = [f"score_{value}" for value in range(TOP_SCORE + 1)]
EXAMPLES = {0: "E.g. not usable.", TOP_SCORE: "E.g. better than we asked for."}


class ScaleForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value, name in enumerate(FIELDS):
            self.fields[name] = forms.CharField(
                label=f"{value} means",
                required=False,
                max_length=MEANING_LIMIT,
                help_text=EXAMPLES.get(value, ""),
            )


class WordScale(OnEvaluation):
    title = "Words for the scale"
    verb = "Save"
    help = (
        "Shown beside the scores and in the memo. Scores count as before. You can't "
        "change them after the first score."
    )
    success = "The words are saved."
    form_class = ScaleForm
    tab = "scores"
    service = word_scale

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return dict(zip(FIELDS, target.scale, strict=False))

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"evaluation": target, "meanings": [data[name] for name in FIELDS]}


class SetPrior(OnEvaluation):
    title = "Set how open verdicts are drawn"
    verb = "Set shares"
    help = (
        "Each candidate’s own trial verdicts are added to these shares. "
        f"{WEAKNESS} That is why it is printed and can be changed."
    )
    success = "Saved. Open verdicts are now drawn from these shares."
    tab = "comparison"
    form_class = form_of(
        holds=forms.IntegerField(min_value=0, label="Holds, %"),
        partly=forms.IntegerField(min_value=0, label="Partly, %"),
        fails=forms.IntegerField(min_value=0, label="Fails, %"),
        worth=forms.IntegerField(
            label="Worth, in verdicts",
            help_text="10 weighs as much as ten trial verdicts of a candidate’s own.",
        ),
    )
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


class TakeHouseRecord(OnEvaluation):
    title = "Take the house’s record"
    verb = "Take the record"
    help = (
        "Draws open verdicts from the trials of your other decided evaluations, as of "
        "today. Take the record again to update it."
    )
    success = "Saved. Open verdicts are now drawn from the house’s record."
    tab = "comparison"
    service = take_house_record


SHOWN = 10
# Below it people agree better than most who weigh at random.
NEAR = Fraction(1, 6)


@dataclass(frozen=True, slots=True)
class Apart:
    role: str
    per_cent: int | None
    tone: str


@evaluation_page("buy_in", "Buy-in", order=25, group="Need", route="buy-in/")
def buy_in_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who wants what; nothing of a candidate before the reader was asked."""
    check_query(request)
    if evaluation.stage != Stage.REQUIREMENTS:
        open_answers(request, evaluation)
    picture = cached_for_version(evaluation, "buy-in", buy_in)
    return show(
        request,
        evaluation,
        "trials/buy_in.html",
        title="Buy-in map",
        map=picture,
        rows=rows_of(picture),
        categories=picture.categories[:SHOWN],
        requirements=picture.requirements[:SHOWN],
        agreed=len({tuple(pick.candidates) for pick in picture.picks}) == 1,
        sealed_at=weights_sealed_at(evaluation),
    )


def rows_of(agreement: BuyIn) -> list[tuple[str, list[Apart]]]:
    return [
        (
            role,
            [
                map_field(
                    other, None if role == other else agreement.distances[role, other]
                )
                for other in agreement.roles
            ],
        )
        for role in agreement.roles
    ]


def map_field(role: str, value: Fraction | None) -> Apart:
    """One field of the map; the tone never says more than the number."""
    if value is None:
        return Apart(role, None, "")
    if value > CONFLICT:
        tone = "bad"
    else:
        tone = "good" if value <= NEAR else "warn"
    return Apart(role, round(value * 100), tone)


# Room for dots beside the worst and the best score.
EDGE = 0.5
AXIS = Axis(
    TOP_SCORE + EDGE,
    start=-EDGE,
    ticks=tuple((float(value), str(value)) for value in range(TOP_SCORE + 1)),
    heads=("median",),
    rooms=(40,),
)


def score_dots(
    rows: Sequence[tuple[Category, list[GivenScores]]],
) -> dict[str, Any] | None:
    """The scores that the reader may see; None if there are none."""
    if not any(cell.scores for _, cells in rows for cell in cells):
        return None
    drawings: dict[str, list[Lane]] = {}
    far_apart = []
    unscored = []
    aside = False
    for category, cells in rows:
        for cell in cells:
            place = f"{category} of {cell.name}"
            aside = aside or bool(cell.aside)
            if not cell.scores:
                unscored.append(place)
                continue
            drawings.setdefault(cell.name, []).append(_lane(str(category), cell))
            if cell.to_settle:
                far_apart.append(place)
    charts = [
        draw_lanes(cell.name, drawings[cell.name], AXIS)
        for cell in rows[0][1]
        if cell.name in drawings
    ]
    if unscored:
        left_out = [f"Not scored yet: {listed_few(unscored)}."]
    else:
        left_out = []
    if aside:
        left_out.append(
            "Scores that do not count for a conflict of interest are not drawn."
        )
    return {"charts": charts, "far_apart": far_apart, "left_out": left_out}


def _lane(name: str, cell: GivenScores) -> Lane:
    values = Counter(score.value for score in cell.scores)
    middle = cell.spread.median if cell.settled is None else cell.settled.value
    if cell.settled is None:
        settled = ""
    else:
        settled = f"settled at {float(middle or 0):g}"
    wide = cell.spread.is_wide
    if wide:
        range_text = f"far apart, {min(values)} to {max(values)}"
    else:
        range_text = ""
    return Lane(
        name,
        cell.median,
        spans=(Span(min(values), max(values), "range"),),
        marks=(
            *(
                (LaneMark(float(middle or 0), kind="middle"),)
                if len(values) > 1
                else ()
            ),
            *(LaneMark(value, many) for value, many in sorted(values.items())),
        ),
        note=", ".join(filter(None, (range_text, settled))),
        tone="warn" if cell.to_settle else "",
    )


@evaluation_page("scores", "Scores", order=80, group="Proof")
def scores_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters=("at",))
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
    rows = [
        (category, [_cell(table, candidate, category) for candidate in shown])
        for category in (table.categories if sees_others else ())
    ]
    return show(
        request,
        evaluation,
        "trials/scores.html",
        owns=is_owner(user, evaluation),
        table=table,
        mine=[
            _own_sheet(user, scorer, request.GET.get("at", ""), can_score=can_score)
            for scorer in mine
        ],
        others=[scorer for scorer in table.scorers if not scorer.is_mine],
        sees_others=sees_others,
        candidates=[
            (candidate, table.people(candidate) if sees_others else None)
            for candidate in shown
        ],
        rows=rows,
        dots=score_dots(rows),
        consensus=table.consensus,
        can_score=can_score,
        can_open=evaluation.is_open and stage in FROM_DEMOS and not opened,
        meeting=meeting,
        can_close=meeting and stage == Stage.DECISION,
        to_settle=sum(cell.to_settle for _, cells in rows for cell in cells),
    )


def _own_sheet(
    user: User, scorer: Scorer, at: str, *, can_score: bool
) -> dict[str, Any]:
    sheet = sheet_of(scorer.part)
    gives = can_score and not scorer.is_locked
    return {
        "scorer": scorer,
        "sheet": sheet,
        "form": SheetForm(sheet=sheet) if gives else None,
        "file": on_file(user, sheet, at) if gives else None,
    }


def _cell(table: ScoresTable, candidate: Candidate, category: Category) -> GivenScores:
    scores = table.given(candidate, category)
    return GivenScores(
        place=f"{candidate.pk}.{category.pk}",
        name=candidate.name,
        scores=scores,
        aside=table.set_aside(candidate, category),
        asked=table.asked,
        spread=spread(score.value for score in scores),
        settled=table.settlements.get((candidate.pk, category.pk)),
    )


@admin.register(Score, site=site)
class ScoreAdmin(AboutCandidates):
    """That a score was given; which one stands on the evaluation's Scores page."""

    empty_text = "You see your own scores. Lock them to see everyone's."
    list_display = ("candidate", "category", "sheet", "given_at")
    list_select_related = ("candidate__evaluation", "category", "sheet")
    list_filter = (by("candidate"),)
    ordering = ("-given_at",)
    fields = ("candidate", "category", "given_at")

    def page_of(self, row: Score) -> str:
        return page_address(row.candidate.evaluation, "scores")
