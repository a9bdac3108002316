"""How candidates stand, drawn on the overview: one line for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.errors import Forbidden, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.charts import Axis, Lane, Lanes, Span, both, short
from evaltracker.kit.text import listed, listed_few
from evaltracker.workflow.admin.comparison import Comparison, Option, compare
from evaltracker.workflow.memo.certainty_words import both_numbers, per_cent
from evaltracker.workflow.memo.standing import standing_memo
from evaltracker.workflow.memo.weighing_words import weighed
from vendors.choices import CandidateState
from vendors.models import Claim
from vendors.policy import check_read_answers

# More lines than these nobody compares by eye; the table has all.
DRAWN = 12
COLUMNS = {
    "people": ("People", 52),
    "price": ("Price", 118),
    "sure": ("Comes first", 98),
}
FIT = ("Fit", 44)
SHORT, OUT = "On the shortlist", "Out"
PLACES: dict[str, str] = {CandidateState.LONGLISTED: "On the longlist"}


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate in words: what is sealed from the reader is blank."""

    key: str
    name: str
    fit: str
    people: str
    price: str
    sure: str
    note: str
    tone: str
    share: float
    place: str

    def lane(self, columns: Sequence[str], before: str) -> Lane:
        """The same, to be drawn; its place is said where it differs from `before`."""
        return Lane(
            self.name,
            self.fit,
            spans=(Span(0, self.share),),
            cells=tuple(getattr(self, column) for column in columns),
            note=self.note,
            tone=self.tone,
            heading=self.place if self.place != before else "",
        )


@dataclass(frozen=True, slots=True)
class Stand:
    """The picture with its table and sentences, or why there is none yet."""

    unasked: bool = False
    closed: str = ""
    charts: tuple[Lanes, ...] = ()
    lines: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    sure: str = ""
    left_out: tuple[str, ...] = ()


def how_they_stand(evaluation: Evaluation, user: User) -> Stand:
    """As `user` may see it; empty before the first answer.

    Whoever has not declared their conflicts of interest is asked for them instead, and
    whoever has one is told so.
    """
    if not Claim.objects.filter(candidate__evaluation=evaluation).exists():
        return Stand()
    if refusal := why_not(check_read_answers, evaluation, user):
        barred = isinstance(refusal, Forbidden)
        return Stand(unasked=not barred, closed=refusal.sentence if barred else "")
    memo = standing_memo(evaluation).memo
    comparison = compare(memo, evaluation, user)
    found = memo["results"].get("robustness", {})
    lines = [line(option, memo, found) for option in comparison.options]
    # Those that are out stand last; the others stay in the order of the comparison.
    lines.sort(key=lambda line: line.tone == "out")
    columns = tuple(shown(comparison, found, lines))
    said = weighed(memo["inputs"], memo["results"])
    places = [lines[0].place, *(line.place for line in lines)]
    drawn = [
        line.lane(columns, before)
        for line, before in zip(lines[:DRAWN], places, strict=False)
    ]
    heads, rooms = zip(FIT, *(COLUMNS[column] for column in columns), strict=True)
    return Stand(
        charts=both("How candidates stand", drawn, Axis(1.0, heads=heads, rooms=rooms)),
        lines=tuple(lines),
        columns=columns,
        sure=said.untold or said.wins[1],
        left_out=tuple(left_out(comparison, lines)),
    )


def shown(
    comparison: Comparison, found: dict[str, Any], lines: Sequence[Line]
) -> list[str]:
    """The columns that are open to the reader and say something."""
    return [
        column
        for column, opened in (
            ("people", comparison.people_open),
            ("price", any(line.price for line in lines)),
            ("sure", bool(found) and not found["untold"]),
        )
        if opened
    ]


def line(option: Option, memo: dict[str, Any], found: dict[str, Any]) -> Line:
    """One candidate, without what `compare` has left out as sealed."""
    result = memo["results"][option.key]
    out = option.state == CandidateState.ELIMINATED or bool(option.knock_outs)
    two_numbers = found.get("certainty") and not out
    return Line(
        key=option.key,
        name=option.name,
        fit="–" if result["fit"] is None else per_cent(result["fit"]),
        people=per_cent(result["people"]) if option.people.strip("–") else "",
        price=price(result["cost"]) if option.cost else "",
        sure=both_numbers(found, option.key).strip("–") if two_numbers else "",
        note=note(option),
        tone="out" if out else "lead" if option.leads else "",
        share=float(result["fit"] or 0),
        place=OUT if out else PLACES.get(option.state, SHORT),
    )


def note(option: Option) -> str:
    """What sets a candidate apart, in words."""
    if option.chosen:
        return "chosen"
    if option.state == CandidateState.ELIMINATED:
        return f"eliminated: {option.reason}" if option.reason else "eliminated"
    if option.knock_outs:
        return f"knocked out by {listed(option.knock_outs)}"
    if option.leads:
        return "leads" if option.place != "the only one" else "the only one left"
    return ""


def price(cost: dict[str, Any]) -> str:
    """“96k to 140k”, “96k or more” while some kinds are not stated."""
    low, high = (short(float(Decimal(cost[end]))) for end in ("low", "high"))
    amount = low if low == high else f"{low} to {high}"
    return amount if cost["known"] == cost["kinds"] else f"{low} or more"


def left_out(comparison: Comparison, lines: Sequence[Line]) -> list[str]:
    """What the picture does not show, each in a sentence."""
    said = []
    if not comparison.people_open:
        said.append("People’s scores are sealed until the consensus opens them.")
    if not comparison.prices_open:
        said.append("Prices are sealed until two people open them.")
    if rest := [line.name for line in lines[DRAWN:]]:
        said.append(f"Not drawn: {listed_few(rest)}.")
    unpriced = [line.name for line in lines if not line.price]
    if comparison.prices_open and len(unpriced) == len(lines):
        said.append("No price is known yet.")
    elif comparison.prices_open and unpriced:
        said.append(f"No price yet for {listed_few(unpriced)}.")
    return said
