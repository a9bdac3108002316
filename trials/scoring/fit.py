"""The weighted result of the standings of one candidate, and its knock-outs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import Self

from evaltracker.enumerations import Priority
from trials.scoring.ledger import CellState
from trials.scoring.open_cells import RequirementFacts, Standing

# Sums of decimals are exact here or they fail; only the last division needs more.
EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


class RowState(StrEnum):
    """Blank, zero and not applicable are different things, and so is weight 0."""

    COUNTED = "counted"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not_applicable"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class FitRow:
    """One requirement's part in the fit; ``points`` is weight * credit."""

    key: str
    state: RowState
    weight: Decimal
    credit: Decimal | None
    points: Decimal | None
    standing: Standing
    shown: bool
    tested: bool
    researched: bool
    judged: bool
    working: str
    answered: bool
    noted: bool
    ours: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was asked is answered, and how much of that was put to a test.

    Only scored requirements that apply are asked here. Of the answered, ``shown`` were
    judged by a demo, ``tested`` by a trial; ``researched`` are backed by independent
    research, which is neither; ``ours`` the buyer noted, with a status. ``noted`` are
    its notes without one, beside the answered and not among them.
    """

    asked: int
    answered: int
    shown: int
    tested: int
    researched: int
    noted: int = 0
    ours: int = 0

    @property
    def in_words(self) -> str:
        """Return the counts beside each other, each with what it is counted of."""
        if self.ours:
            ours = f" ({self.ours} ours)"
        else:
            ours = ""
        counts = f"{self.answered} of {self.asked} answered{ours}"
        if self.answered:
            counts += f" · {self.shown} of {self.answered} shown"
            counts += f" · {self.tested} of {self.answered} tested"
        if self.researched:
            counts += f" ({self.researched} backed by research)"
        if self.noted:
            return f"{counts} · {self.noted} noted by us"
        return counts


@dataclass(frozen=True, slots=True)
class FitSum:
    """Σ weight * credit ÷ Σ weight, exact.

    ``judged`` is how many cells a demo or a trial judged, be it for one value only.
    ``value`` and ``of_tested`` are ``None`` when there is nothing to divide by:
    that is not a fit of zero. ``value`` is ``None`` too where nothing is answered.
    """

    value: Fraction | None
    of_tested: Fraction | None
    points: Decimal
    weight: Decimal
    coverage: Coverage
    judged: int


@dataclass(frozen=True, slots=True)
class Fit(FitSum):
    """The sum with every row that made it."""

    rows: tuple[FitRow, ...]

    @property
    def weighed(self) -> tuple[FitRow, ...]:
        """The rows that are weighed against others: none where there is no fit."""
        if self.value is None:
            return ()
        return self.rows

    @classmethod
    def of(cls, summed: FitSum, rows: Iterable[FitRow]) -> Self:
        return cls(
            value=summed.value,
            of_tested=summed.of_tested,
            points=summed.points,
            weight=summed.weight,
            coverage=summed.coverage,
            judged=summed.judged,
            rows=tuple(rows),
        )


def fit(
    weights: Mapping[str, Decimal],
    cells: Mapping[str, CellState],
    *,
    former: bool = False,
) -> Fit:
    """Weigh one candidate's cells; ``weights`` names every requirement asked.

    A negative weight, or one that is not a number, is refused. `former`: as formulas 1
    to 3 did.
    """
    rows = tuple(fit_row(key, weight, cells[key]) for key, weight in weights.items())
    return Fit.of(fit_sum(((row, 1) for row in rows), former=former), rows)


def fit_row(key: str, weight: Decimal, cell: CellState) -> FitRow:
    """Weigh one cell; a negative weight, or one that is not a number, is refused."""
    if not weight.is_finite() or weight < 0:
        raise ValueError(f"The weight of {key} must be 0 or more, not {weight}.")
    if cell.credit is None:
        state = RowState.NOT_APPLICABLE
    elif weight == 0:
        state = RowState.NOT_SCORED
    elif not cell.answered:
        state = RowState.UNANSWERED
    else:
        state = RowState.COUNTED
    points = None
    if cell.credit is not None and weight > 0:
        points = EXACT.multiply(weight, cell.credit)
    return FitRow(
        key=key,
        state=state,
        weight=weight,
        credit=cell.credit,
        points=points,
        standing=cell.standing,
        shown=cell.shown,
        tested=cell.tested,
        researched=cell.researched,
        judged=cell.judged,
        working=cell.working,
        answered=cell.answered,
        noted=cell.is_noted,
        ours=cell.ours,
    )


def fit_sum(rows: Iterable[tuple[FitRow, int]], *, former: bool = False) -> FitSum:
    """Add up rows, each as often as its number says."""
    scored = [(row, times) for row, times in rows if row.points is not None]
    tested = [(row, times) for row, times in scored if row.tested]
    with localcontext(EXACT):
        points, weight = _sums(scored)
        tested_points, tested_weight = _sums(tested)

    def count(holds: Callable[[FitRow], bool]) -> int:
        return sum(times for row, times in scored if holds(row))

    coverage = Coverage(
        asked=count(lambda row: True),
        answered=count(lambda row: row.answered),
        shown=count(lambda row: row.shown),
        tested=count(lambda row: row.tested),
        researched=count(lambda row: row.researched),
        noted=count(lambda row: row.noted),
        ours=count(lambda row: row.ours),
    )
    return FitSum(
        value=_ratio(points, weight) if former or coverage.answered else None,
        of_tested=_ratio(tested_points, tested_weight),
        points=points,
        weight=weight,
        coverage=coverage,
        judged=count(lambda row: row.judged),
    )


def knock_outs(
    requirements: Iterable[RequirementFacts], cells: Mapping[str, CellState]
) -> tuple[RequirementFacts, ...]:
    """Return the must-haves that block the candidate, in the order given.

    A must-have knocks out when it is *refuted*, and also when the candidate says
    *never*: whoever does not offer a must-have is blocked as surely as whoever
    failed it. Weight plays no part. Excused or not applicable does not block;
    unanswered and unproven do not either, the gates ask for those.
    """
    return tuple(
        requirement
        for requirement in requirements
        if requirement.priority == Priority.MUST and cells[requirement.key].knocks_out
    )


def rounded(value: Fraction | Decimal, places: int = 1) -> Decimal:
    """Round for the eye, halves up; never feed the result into a formula."""
    scaled = Fraction(value) * 10**places
    half_up = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(half_up).scaleb(-places)


def _sums(rows: list[tuple[FitRow, int]]) -> tuple[Decimal, Decimal]:
    points = sum(((row.points or Decimal(0)) * n for row, n in rows), Decimal(0))
    return points, sum((row.weight * n for row, n in rows), Decimal(0))


def _ratio(points: Decimal, weight: Decimal) -> Fraction | None:
    if weight:
        return Fraction(points) / Fraction(weight)
    return None


# What the stakeholders think, how it joins the evidence, and price as points.

TOP_SCORE = 5
# More than this share of the scale between two people is talked about.
WIDE = Decimal("0.4")
EVIDENCE_SHARE = Decimal("0.6")


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """One person's score for a category; only a locked one may be counted."""

    category: str
    value: Decimal | int
    locked: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """All scores of one candidate in one category: where the meeting starts."""

    scores: int
    median: Fraction | None
    apart: Fraction
    is_wide: bool


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """The mean of a category as a share of the scale; ``None`` if nobody scored."""

    category: str
    weight: Decimal
    scores: int
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class PeopleScore:
    """The weighted share of the scale over the categories that were scored.

    A category without a locked score is blank, not zero: it leaves the
    denominator, and ``scored`` of ``asked`` says so.
    """

    value: Fraction | None
    scored: int
    asked: int
    rows: tuple[CategoryScore, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """Evidence and people joined; ``None``, with the reason, if one is missing."""

    value: Fraction | None
    share: Decimal
    working: str


def spread(values: Iterable[Decimal | int], top: int = TOP_SCORE) -> Spread:
    """Take the median and the share of the scale between the lowest and the highest.

    Wide is *more* than 40 % of the scale: 0 to 5, a difference of 3 and more. Nobody
    scored is no median, which is not 0.
    """
    ordered = sorted(Fraction(value) for value in values)
    if not ordered:
        return Spread(0, None, Fraction(0), is_wide=False)
    half, odd = divmod(len(ordered), 2)
    if odd:
        median = ordered[half]
    else:
        median = (ordered[half - 1] + ordered[half]) / 2
    share = (ordered[-1] - ordered[0]) / top
    return Spread(len(ordered), median, share, is_wide=share > Fraction(WIDE))


def agreed_scores(
    scores: Iterable[ScoreFacts], settled: Mapping[str, Decimal]
) -> list[ScoreFacts]:
    """Put one score per category in the place of everybody's, for an open consensus.

    It is what the meeting settled on, else the median of the locked scores. A
    category that nobody scored stays blank.
    """
    gathered: dict[str, list[Decimal | int]] = {}
    for score in scores:
        if score.locked:
            gathered.setdefault(score.category, []).append(score.value)
    agreed = []
    for category, values in gathered.items():
        median = spread(values).median
        if median is not None:
            value = settled.get(
                category, Decimal(median.numerator) / median.denominator
            )
            agreed.append(ScoreFacts(category, value))
    return agreed


def people_score(
    scores: Iterable[ScoreFacts], weights: Mapping[str, Decimal], top: int = TOP_SCORE
) -> PeopleScore:
    """Take the mean of the locked scores per category, then weigh the categories.

    Each mean is taken first, so that a category with many scorers is worth no
    more than its weight. Scores of categories without weight are ignored; a score
    off the scale 0 to ``top`` is refused.
    """
    gathered: dict[str, list[Fraction]] = {}
    for score in scores:
        if not 0 <= score.value <= top:
            raise ValueError(f"A score goes from 0 to {top}, not {score.value}.")
        if score.locked:
            gathered.setdefault(score.category, []).append(Fraction(score.value))
    rows = tuple(
        _category(category, weight, gathered.get(category, []), top)
        for category, weight in weights.items()
        if weight > 0
    )
    filled = [
        (Fraction(row.weight), row.value) for row in rows if row.value is not None
    ]
    weight = sum((weight for weight, _ in filled), Fraction(0))
    points = sum((weight * value for weight, value in filled), Fraction(0))
    return PeopleScore(
        value=points / weight if weight else None,
        scored=len(filled),
        asked=len(rows),
        rows=rows,
    )


def total(
    fit: Fraction | None, people: Fraction | None, share: Decimal = EVIDENCE_SHARE
) -> Total:
    """Join evidence and people: share * fit + (1 - share) * people.

    A part that counts and is missing leaves the total blank. Price plays no part.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The evidence share must be from 0 to 1, not {share}.")
    if fit is None and share > 0:
        return Total(None, share, "No total: nothing is scored on evidence yet.")
    if people is None and share < 1:
        return Total(None, share, "No total: no person's score is locked yet.")
    evidence = fit or Fraction(0)
    opinion = people or Fraction(0)
    value = Fraction(share) * evidence + (1 - Fraction(share)) * opinion
    working = (
        f"{share} × {rounded(evidence, 3)} evidence + {1 - share} × "
        f"{rounded(opinion, 3)} people = {rounded(value, 3)}"
    )
    return Total(value, share, working)


def _category(
    category: str, weight: Decimal, values: list[Fraction], top: int
) -> CategoryScore:
    if values:
        mean = sum(values, Fraction(0)) / (len(values) * top)
    else:
        mean = None
    return CategoryScore(category, weight, len(values), mean)


# Candidates by category, so that the categories can be weighed anew.
#
# What a category brings is kept apart as points and weight, of the evidence and of
# people. Weighed as agreed, the sums are the very fit, people's score and total of the
# other formulas; nothing here knows another way to count.

type Part = tuple[Fraction, Fraction]

NOTHING: Part = (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Contender:
    """One candidate's points and weight in each category, in one order for all.

    `evidence` is weight * credit and weight of its requirements; `people` is weight *
    score and weight of the category, nothing where nobody scored.
    """

    key: str
    evidence: tuple[Part, ...]
    people: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """Who is weighed against whom, by which categories.

    `share` is the evidence's part of the total; at 1 people's scores play no part.
    `decides` is the part of the total that each category decides as agreed, 1 in sum.
    Everybody in it has a total.
    """

    categories: tuple[str, ...]
    decides: tuple[Fraction, ...]
    share: Fraction
    contenders: tuple[Contender, ...]


def contender(
    key: str,
    categories: Sequence[str],
    rows: Iterable[FitRow],
    category_of: Mapping[str, str],
    scores: Iterable[CategoryScore] = (),
) -> Contender:
    """Add up one candidate's rows by category."""
    evidence = dict.fromkeys(categories, NOTHING)
    for row in rows:
        if row.points is not None:
            points, weight = evidence[category_of[row.key]]
            evidence[category_of[row.key]] = (
                points + Fraction(row.points),
                weight + Fraction(row.weight),
            )
    people = dict.fromkeys(categories, NOTHING)
    for score in scores:
        if score.value is not None:
            weight = Fraction(score.weight)
            people[score.category] = (weight * score.value, weight)
    return Contender(key, tuple(evidence.values()), tuple(people.values()))


def field_of(
    contenders: Iterable[Contender],
    evidence: Mapping[str, Decimal],
    people: Mapping[str, Decimal],
    share: Decimal,
) -> Field:
    """Gather a field by the weights of all categories, in the order of `evidence`.

    `evidence` is the sum of its requirements' weights, `people` what the category
    weighs when people's scores are added up. Who has no total is left out: nobody is
    first or second without one.
    """
    part = Fraction(share)
    return Field(
        categories=tuple(evidence),
        decides=tuple(
            part * _portion(evidence, name) + (1 - part) * _portion(people, name)
            for name in evidence
        ),
        share=part,
        contenders=tuple(
            contender
            for contender in contenders
            if total_of(contender, part) is not None
        ),
    )


def total_of(contender: Contender, share: Fraction) -> Fraction | None:
    """Share * fit + (1 - share) * people's score, as agreed; None if a part lacks."""
    return joined(ratio(contender.evidence), ratio(contender.people), share)


def joined(
    evidence: Fraction | None, people: Fraction | None, share: Fraction
) -> Fraction | None:
    """Join the two; a part that does not count may be missing."""
    if (share and evidence is None) or (share < 1 and people is None):
        return None
    return share * (evidence or 0) + (1 - share) * (people or 0)


def ratio(parts: Iterable[Part]) -> Fraction | None:
    """Σ points ÷ Σ weight; None if there is no weight."""
    points = Fraction(0)
    weight = Fraction(0)
    for some, of in parts:
        points = points + some
        weight = weight + of
    return points / weight if weight else None


def _portion(weights: Mapping[str, Decimal], name: str) -> Fraction:
    whole = sum(weights.values(), Decimal(0))
    if whole:
        return Fraction(weights.get(name, Decimal(0))) / Fraction(whole)
    return Fraction(0)


# What a candidate would have to prove to catch up.

# Said or half found: it may still hold. Never, refuted and unanswered may not.
OPEN = (Standing.CLAIMED, Standing.SHOWN, Standing.PARTLY, Standing.SLIPPED)


def proofs_to_lead(
    rows: Iterable[FitRow], behind: Fraction, share: Fraction, held: Decimal
) -> tuple[str, ...] | None:
    """The fewest requirements that would put it ahead if they held in a trial.

    `behind` is how much its total lacks, `share` the evidence's part of a total, `held`
    the credit of what holds in a trial. The most worth come first, equal ones in the
    order of the requirements; as all else stays as it is, no smaller set does it.
    None: not even all that is still open would.
    """
    counted = [row for row in rows if row.points is not None and row.credit is not None]
    weight = sum((Fraction(row.weight) for row in counted), Fraction(0))
    gains = sorted(
        (
            (Fraction(row.weight) * (Fraction(held) - Fraction(row.credit)), row.key)
            for row in counted
            if row.credit is not None and row.standing in OPEN and row.credit < held
        ),
        key=lambda gain: gain[0],
        reverse=True,
    )
    need = behind * weight
    won = Fraction(0)
    keys = []
    for gain, key in gains:
        if won > need:
            break
        won += share * gain
        keys.append(key)
    return tuple(keys) if won > need else None
