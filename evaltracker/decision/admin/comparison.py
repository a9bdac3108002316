"""The candidates side by side, drawn, and every sum; what is sealed is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker.decision import links
from evaltracker.decision.memo import certainty, record
from evaltracker.decision.memo.brief import pursued
from evaltracker.decision.memo.figures import (
    BLANK,
    NONE,
    Figure,
    Figures,
    Part,
    Sentence,
    counted_of,
    money,
    of_100,
    say,
)
from evaltracker.decision.memo.inputs import StandingMemo, standing_memo
from evaltracker.decision.memo.printing import DRAWN, OUT
from evaltracker.decision.memo.results import Counted, cost_results
from evaltracker.decision.memo.text import KINDS, gaps_in_short, rank
from evaltracker.decision.selectors.next_tests import (
    LISTED,
    NextTest,
    ToConfirm,
    next_tests,
)
from evaltracker.errors import Forbidden, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.money import written
from evaltracker.pages.site import register_panel
from evaltracker.toolbox import measures
from evaltracker.toolbox.charts import (
    Axis,
    Lane,
    Lanes,
    Point,
    Scatter,
    Span,
    both,
    draw_lanes,
    draw_scatter,
    per_cent,
    short,
)
from evaltracker.toolbox.text import listed, listed_few, named_ref
from trials.scoring import TOP_SCORE, rounded
from trials.selectors.pending_verdicts import RunsOwed, running_trials_of, runs_owed
from vendors.choices import CandidateState
from vendors.costs import BudgetVerdict
from vendors.models import Claim
from vendors.policy import check_read_answers, may_see_prices

OVER = (BudgetVerdict.OVER, BudgetVerdict.COULD_BE_OVER)
REFS = 6
ALONE = "the only one"
STATES = {"shortlisted": 0, "chosen": 0, "longlisted": 1, "eliminated": 2}


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    name: str
    kind: str
    state: str
    reason: str
    place: Sentence
    first: bool
    fit: Figure
    of_tested: Figure
    counts: Sentence
    people: Figure
    total: Figure
    knock_outs: list[str]
    gaps: str
    promises: Sentence
    in_demos: Sentence
    cost: Figure | None
    cost_range: Sentence
    cost_note: Sentence
    over_budget: list[Sentence]
    chosen: bool
    # Neither answered nor quoted.
    silent: bool
    # Why it takes no part in the draws; blank if it may.
    undrawn: str

    @property
    def runs(self) -> bool:
        return STATES[self.state] == 0

    @property
    def leads(self) -> bool:
        return self.chosen or self.first

    @property
    def mark(self) -> str:
        if self.chosen:
            return "chosen"
        return "first" if self.leads else ""

    @property
    def more_out(self) -> Figure | None:
        """How many knock it out in all, where they are too many to name."""
        number = len(self.knock_outs)
        if number > REFS:
            return counted_of(f"knock_outs.{self.key}", number)
        return None


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    options: list[Option]
    currency: str
    prices_open: bool
    people_open: bool

    @property
    def compared(self) -> list[Option]:
        return [option for option in self.options if not option.silent]

    @property
    def silent(self) -> list[Option]:
        return [option for option in self.options if option.silent]

    @property
    def knocked_out(self) -> bool:
        return any(option.knock_outs for option in self.compared)


def compare(figures: Figures, evaluation: Evaluation, user: User) -> ComparisonPage:
    prices = may_see_prices(user, evaluation)
    results = figures.results
    rows = sorted(
        figures.inputs["candidates"],
        key=lambda row: (
            STATES.get(row["state"], 1),
            not results[row["id"]]["answered"],
            rank(results[row["id"]])
            if figures.is_open
            else (-float(results[row["id"]]["fit"] or 0), 0.0),
            row["name"],
        ),
    )
    return ComparisonPage(
        options=[option(row, figures, prices=prices) for row in rows],
        currency=evaluation.currency,
        prices_open=prices,
        people_open=figures.is_open,
    )


def place_of(key: str, figures: Figures) -> Sentence:
    """“1”, or “1, shared” for those that are level: a tie is shown as a tie."""
    ranks = figures.ranks
    if key not in ranks or "ranking" not in figures.robust:
        if [*ranks] == [key]:
            return say(ALONE)
        return BLANK
    if [*ranks.values()].count(ranks[key]) > 1:
        shared = ", shared"
    else:
        shared = ""
    return say(f"{{}}{shared}", counted_of(f"place.{key}", ranks[key]))


def option(row: record.FrozenCandidate, figures: Figures, *, prices: bool) -> Option:
    key = row["id"]
    result = figures.results[key]
    place = place_of(key, figures)
    cost = result["cost"]
    low = figures.cost(key, "low")
    high = figures.cost(key, "high")
    priced = prices and bool(cost["known"])
    unknown = figures.unknown(key)
    return Option(
        key=key,
        name=row["name"],
        kind=KINDS[row["kind"]],
        state=row["state"],
        reason=row["state_reason"],
        place=place,
        first=bool(place) and key in figures.leads,
        fit=figures.fit(key),
        of_tested=figures.tested_fit(key),
        counts=figures.coverage(key),
        people=figures.people(key),
        total=figures.total(key),
        knock_outs=result["knock_outs"],
        gaps=gaps_in_short(row),
        promises=figures.promises(key),
        in_demos=figures.promises(key, "promises_in_demos"),
        cost=figures.cost(key) if priced else None,
        cost_range=say("{} to {}", low, high)
        if priced and low.exact != high.exact
        else BLANK,
        cost_note=say("{} kinds not known", unknown) if unknown.exact else BLANK,
        over_budget=over_budget(key, cost) if priced else [],
        chosen=key == figures.inputs["choice"]["candidate"],
        silent=not pursued(row, result),
        undrawn=why_undrawn(row, result),
    )


def why_undrawn(row: record.FrozenCandidate, result: record.CandidateResult) -> str:
    if result["knock_outs"] and row["state"] != OUT:
        return "knocked out"
    if row["state"] == CandidateState.LONGLISTED:
        never = record.silence_of(row, result) == record.NOT_ASKED
        if never:
            return "not invited"
        return "longlisted"
    return OUT if row["state"] == OUT else ""


def over_budget(key: str, cost: record.FrozenCost) -> list[Sentence]:
    """The limits of the brief that it is or could be over. Memos from before there were
    limits kept none."""
    sentences = []
    for limit in cost.get("limits", ()):
        if limit["verdict"] in OVER:
            over = limit["verdict"] == BudgetVerdict.OVER
            most = Decimal(limit["likely" if over else "high"])
            beyond = most - Decimal(limit["limit"])
            by = money(f"cost.over.{key}.{limit['name']}", beyond)
            if over:
                phrase = "{}: over by {}"
            else:
                phrase = "{}: could be over by {} (high)"
            sentences.append(say(phrase, limit["name"], by))
    return sentences


def drawn(comparison: ComparisonPage) -> list[Option]:
    """Whom the charts show: those whom the memo compares, else all that are still in.
    Whoever was tried and then eliminated is drawn too, and said to be out."""
    still = [option for option in comparison.options if option.state != OUT]
    return comparison.compared or still


def by_category(figures: Figures, options: Sequence[Option]) -> dict[str, Any]:
    shown = options[:DRAWN]
    not_shown = len(options[DRAWN:])
    charts = []
    rows = []
    for name in [row["name"] for row in figures.inputs["categories"]]:
        fits = [figures.fit_of(option.key, name) for option in shown]
        if any(fit.exact for fit in fits):
            drawn_lanes = [lane(*pair) for pair in zip(shown, fits, strict=True)]
            charts.append(draw_lanes(name, drawn_lanes, Axis(1.0)))
            rows.append((name, fits))
    return {
        "names": [option.name for option in shown],
        "charts": charts,
        "rows": rows,
        "left_out": not_shown and counted_of("stated.categories", not_shown),
    }


def lane(option: Option, fit: Figure) -> Lane:
    if option.state == OUT:
        tone = "out"
    elif option.leads:
        tone = "lead"
    else:
        tone = ""
    return Lane(
        option.name,
        str(fit),
        spans=() if fit.exact is None else (Span(0, float(fit.exact)),),
        tone=tone,
    )


def cost_against_fit(
    memo: record.Memo, options: Sequence[Option], currency: str
) -> Scatter | None:
    """Everybody of whom fit and a price are known; None if that is nobody. Only for
    readers to whom prices are open."""
    frozen = {candidate["id"]: candidate for candidate in memo["inputs"]["candidates"]}
    budget = memo["inputs"]["brief"]["budget"]
    points = [
        point(frozen[option.key], memo["results"][option.key], option.mark)
        for option in options
        if option.cost and memo["results"][option.key]["fit"] is not None
    ]
    if not points:
        return None
    if budget is None:
        limit = None
    else:
        limit = float(Decimal(budget))
    return draw_scatter("Total cost against fit", points, limit, currency)


def not_drawn(comparison: ComparisonPage) -> list[str]:
    return [
        option.name
        for option in comparison.compared
        if not option.cost or option.fit.exact is None
    ]


def point(
    row: record.FrozenCandidate, result: record.CandidateResult, mark: str = ""
) -> Point:
    cost = result["cost"]
    return Point(
        name=row["name"],
        kind=row["kind"],
        # Credits can bring a total below nothing, where the axis begins.
        low=max(float(cost["low"]), 0.0),
        likely=max(float(cost["likely"]), 0.0),
        high=max(float(cost["high"]), 0.0),
        share=float(result["fit"] or 0),
        whole=cost["known"] == cost["kinds"],
        out=row["state"] == OUT,
        mark=mark,
    )


def key_to(chart: Scatter) -> list[tuple[str, str]]:
    points = [dot.point for dot in chart.dots]
    kinds = [(kind, KINDS[kind]) for kind in KINDS]
    key = [pair for pair in kinds if any(point.kind == pair[0] for point in points)]
    marks = sorted({point.mark for point in points if point.mark})
    if marks:
        key.append(("ring", f"ringed: {' or '.join(marks)}"))
    if not all(point.whole for point in points):
        text = "hollow: some kinds of cost are not known, so it costs at least this"
        key.append(("hollow", text))
    if any(point.out for point in points):
        key.append(("out", "dashed: eliminated"))
    return key


COLUMNS = {
    "people": ("People", 52),
    "price": ("Price", 118),
    "sure": ("Likely first", 98),
}
FIT = ("Fit", 44)
SHORT = "On the shortlist"
PLACES: dict[str, str] = {CandidateState.LONGLISTED: "On the longlist"}


@dataclass(frozen=True, slots=True)
class RankingLine:
    key: str
    name: str
    fit: Figure
    people: Figure
    price: str
    cost: Part
    sure: Part
    note: str
    tone: str
    share: float
    place: str

    def lane(self, columns: Sequence[str], before: str) -> Lane:
        return Lane(
            self.name,
            str(self.fit),
            spans=(Span(0, self.share),) if self.fit.exact is not None else (),
            cells=tuple(str(getattr(self, column)) for column in columns),
            note=self.note,
            tone=self.tone,
            heading=self.place if self.place != before else "",
        )


@dataclass(frozen=True, slots=True)
class RankingView:
    unasked: bool = False
    closed: str = ""
    charts: tuple[Lanes, ...] = ()
    lines: tuple[RankingLine, ...] = ()
    columns: tuple[str, ...] = ()
    weighed: certainty.Weighed | None = None
    left_out: tuple[str, ...] = ()


def how_they_stand(evaluation: Evaluation, user: User) -> RankingView:
    """As `user` may see it; empty before the first answer. Whoever has not declared
    their conflicts of interest is asked for them instead, and whoever has one is told
    so."""
    if not Claim.objects.filter(candidate__evaluation=evaluation).exists():
        return RankingView()
    if refusal := why_not(check_read_answers, evaluation, user):
        barred = isinstance(refusal, Forbidden)
        return RankingView(
            unasked=not barred, closed=refusal.sentence if barred else ""
        )
    figures = standing_memo(evaluation).figures
    comparison = compare(figures, evaluation, user)
    lines = [line(option, figures) for option in comparison.options]
    # Those that are out stand last; the others stay in the order of the comparison.
    lines.sort(key=lambda line: line.tone == "out")
    columns = tuple(visible_columns(comparison, figures, lines))
    places = [lines[0].place, *(line.place for line in lines)]
    drawn = [
        line.lane(columns, before)
        for line, before in zip(lines[:DRAWN], places, strict=False)
    ]
    heads, rooms = zip(FIT, *(COLUMNS[column] for column in columns), strict=True)
    return RankingView(
        charts=both("How candidates stand", drawn, Axis(1.0, heads=heads, rooms=rooms)),
        lines=tuple(lines),
        columns=columns,
        weighed=certainty.weighed(figures),
        left_out=tuple(left_out(comparison, lines)),
    )


def visible_columns(
    comparison: ComparisonPage, figures: Figures, lines: Sequence[RankingLine]
) -> list[str]:
    return [
        column
        for column, opened in (
            ("people", comparison.people_open),
            ("price", any(line.price for line in lines)),
            ("sure", bool(figures.likely) and not figures.robust["untold"]),
        )
        if opened
    ]


def line(option: Option, figures: Figures) -> RankingLine:
    cost = figures.results[option.key]["cost"]
    out = option.state == CandidateState.ELIMINATED or bool(option.knock_outs)
    if out:
        likely = None
    else:
        likely = figures.likely.get(option.key)
    if out:
        tone = "out"
    elif option.leads:
        tone = "lead"
    else:
        tone = ""
    priced: Part = option.cost_range or option.cost or ""
    more = " or more" if option.cost_note else ""
    return RankingLine(
        key=option.key,
        name=option.name,
        fit=option.fit,
        people=option.people,
        price=price(cost) if option.cost else "",
        cost=say(f"{{}}{more}", priced) if option.cost else "not stated",
        sure=say("{} of 100", likely) if likely else option.undrawn or NONE,
        note=note(option),
        tone=tone,
        share=float(option.fit.exact or 0),
        place="Out" if out else PLACES.get(option.state, SHORT),
    )


def note(option: Option) -> str:
    if option.chosen:
        return "chosen"
    if option.state == CandidateState.ELIMINATED:
        if option.reason:
            return f"eliminated: {option.reason}"
        return "eliminated"
    if option.knock_outs:
        return f"knocked out by {listed(option.knock_outs)}"
    if option.leads:
        if str(option.place) != ALONE:
            return "leads"
        return "the only one left"
    return ""


def price(cost: record.FrozenCost) -> str:
    low, high = (short(float(Decimal(cost[end]))) for end in ("low", "high"))
    if low == high:
        amount = low
    else:
        amount = f"{low} to {high}"
    if cost["known"] == cost["kinds"]:
        return amount
    return f"{low} or more"


def left_out(comparison: ComparisonPage, lines: Sequence[RankingLine]) -> list[str]:
    sentences = []
    if not comparison.people_open:
        sentences.append("People’s scores are sealed until the consensus opens them.")
    if not comparison.prices_open:
        sentences.append("Prices are sealed until two people open them.")
    if rest := [line.name for line in lines[DRAWN:]]:
        sentences.append(f"Not drawn: {listed_few(rest)}.")
    unpriced = [line.name for line in lines if not line.price]
    if comparison.prices_open and len(unpriced) == len(lines):
        sentences.append("No price is known yet.")
    elif comparison.prices_open and unpriced:
        sentences.append(f"No price yet for {listed_few(unpriced)}.")
    return sentences


def to_test_next(user: User, evaluation: Evaluation) -> dict[str, Any] | None:
    if not evaluation.is_open:
        return None
    drawn = next_tests([evaluation]).get(evaluation.pk)
    if drawn and (drawn.open or drawn.confirm):
        decisive = drawn
    else:
        decisive = None
    owed: list[RunsOwed] = []
    if evaluation.stage == Stage.TRIALS:
        owed = runs_owed(running_trials_of(evaluation))
    if decisive is None and not owed:
        return None
    return {
        "drawn": decisive is not None,
        "counting": certainty.PENDING if drawn and drawn.is_counting else "",
        "confirm": [confirm_row(row) for row in decisive.confirm] if decisive else [],
        "rows": [decisive_row(test) for test in decisive.tests] if decisive else [],
        "idle": decisive.idle if decisive and decisive.tests else 0,
        "owed": [owed_row(row) for row in owed[:LISTED]],
        "more": max(len(owed) - LISTED, 0),
    }


def cell_row(row: NextTest | ToConfirm) -> tuple[str, str]:
    """Where it is judged, and what it is."""
    need = named_ref(row.requirement.ref, row.requirement.text)
    return links.cell(row.candidate, row.requirement), f"{need}, {row.candidate}"


def decisive_row(test: NextTest) -> tuple[str, str, str, float]:
    """With how much it decides, of 100."""
    share = Fraction(test.chance)
    return (*cell_row(test), of_100(share), float(share * 100))


def confirm_row(row: ToConfirm) -> tuple[str, str]:
    link, text = cell_row(row)
    return link, f"{text}: by its runs it {certainty.PROPOSED_WORDS[row.verdict]}"


def owed_row(owed: RunsOwed) -> tuple[str, str]:
    criterion = owed.criterion
    need = named_ref(criterion.requirement.ref, criterion.requirement.text)
    return (
        links.trial(criterion.trial, f"criterion-{criterion.pk}"),
        f"{need}, {criterion.trial.candidate}: {owed.words}",
    )


register_panel("trials", 10, "workflow/parts/next_tests.html", to_test_next)


# The sums behind one candidate's numbers, row by row.


NOT_COUNTED = {
    "not_applicable": "not applicable, left out",
    "not_scored": "weight 0, not scored",
}


@dataclass(frozen=True, slots=True)
class CreditRow:
    ref: str
    text: str
    category: str
    weight: Decimal
    credit: str
    points: str
    why: str


@dataclass(frozen=True, slots=True)
class Working:
    rows: list[CreditRow]
    points: str
    weight: Decimal
    fit: str
    tested: list[CreditRow]
    people: list[dict[str, str]]
    people_sum: str
    total: str
    promises: list[dict[str, str]]
    better: tuple[str, ...]
    nevers: tuple[str, ...]
    slipped: tuple[str, ...]
    tally: Any
    cost: record.FrozenCost | None
    cost_rows: list[dict[str, str]]
    worth: list[str]


def working_of(standing: StandingMemo, key: str, comparison: ComparisonPage) -> Working:
    inputs = standing.inputs
    counted = next(row for row in standing.counted if row.candidate["id"] == key)
    rows = fit_rows(counted, inputs)
    tried = {
        row.key for row in counted.fit.rows if row.tested and row.points is not None
    }
    # Counted again, for an older memo kept fewer words of it.
    result = cost_results(counted.candidate, inputs)
    people = comparison.people_open
    return Working(
        rows=rows,
        points=measures.written(counted.fit.points),
        weight=counted.fit.weight,
        fit=exact(counted.fit.value),
        tested=[row for row in rows if row.ref in tried],
        people=score_rows(counted) if people else [],
        people_sum=exact(counted.people.value) if people else "",
        total=counted.total.working if people else "",
        promises=promise_rows(counted),
        better=counted.promises.better_than_claimed,
        nevers=counted.promises.honest_nevers,
        slipped=counted.promises.slipped,
        tally=counted.promises.overall,
        cost=result["cost"] if comparison.prices_open else None,
        cost_rows=cost_rows(result["cost"]) if comparison.prices_open else [],
        worth=hours_saved_sentences(result, inputs["brief"]["currency"])
        if comparison.prices_open
        else [],
    )


def fit_rows(counted: Counted, inputs: record.Inputs) -> list[CreditRow]:
    requirements = {row["ref"]: row for row in inputs["requirements"]}
    return [
        CreditRow(
            ref=row.key,
            text=requirements[row.key]["text"],
            category=requirements[row.key]["category"],
            weight=row.weight,
            credit="–" if row.credit is None else measures.written(row.credit),
            points="–" if row.points is None else measures.written(row.points),
            why=NOT_COUNTED.get(row.state, row.working),
        )
        for row in counted.fit.rows
    ]


def score_rows(counted: Counted) -> list[dict[str, str]]:
    return [
        {
            "category": row.category,
            "weight": measures.written(row.weight),
            "score": "nobody scored it"
            if row.value is None
            else f"{written(rounded(row.value * TOP_SCORE, 2))} of {TOP_SCORE}",
            "points": "–"
            if row.value is None
            else measures.written(
                rounded(row.value * TOP_SCORE * Fraction(row.weight), 2)
            ),
        }
        for row in counted.people.rows
    ]


def promise_rows(counted: Counted) -> list[dict[str, str]]:
    if counted.promises.hidden:
        return []
    return [
        {
            "ref": row.key,
            "said": str(row.said).replace("_", " "),
            "found": f"{row.found.verdict} in the {row.found.source}"
            f"{', short of its claim' if row.short else ''}",
        }
        for row in counted.promises.rows
    ]


def cost_rows(cost: record.FrozenCost) -> list[dict[str, str]]:
    return [
        row | {"likely": written(Decimal(row["likely"])) if row["likely"] else "–"}
        for row in cost["rows"]
    ]


def hours_saved_sentences(result: record.CostResult, currency: str) -> list[str]:
    sentences = [
        f"{what} {written(Decimal(counted['amount']), currency)}: {counted['working']}."
        for what, counted in (
            ("Hours saved are worth", result["value"]),
            ("Opportunity cost until it is live is", result["opportunity"]),
        )
        if counted
    ]
    return sentences or ["No value entered for hours saved."]


def exact(share: Fraction | None) -> str:
    if share is None:
        return "nothing to divide by"
    return f"{rounded(share, 3)}, {per_cent(float(share))}"
