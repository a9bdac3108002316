"""The candidates side by side, with what is still sealed left out."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.money import written
from evaltracker.workflow.memo.coverage_words import coverage_words
from evaltracker.workflow.memo.options import KINDS, rank
from evaltracker.workflow.memo.untold_words import comparable
from trials.models import Consensus
from vendors.costs import Verdict
from vendors.policy import may_see_prices

OVER = (Verdict.OVER, Verdict.COULD_BE_OVER)
FIRST = ("1", "1, shared", "the only one")
STATES = {"shortlisted": 0, "chosen": 0, "longlisted": 1, "eliminated": 2}


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate's line; `place` is blank for whoever is not in the ranking."""

    key: str
    name: str
    kind: str
    state: str
    reason: str
    place: str
    fit: str
    of_tested: str
    counts: str
    people: str
    total: str
    knock_outs: list[str]
    promises: str
    in_demos: str
    cost: str
    cost_range: str
    cost_note: str
    over_budget: list[str]
    chosen: bool

    @property
    def runs(self) -> bool:
        """Whether it can be chosen, or was."""
        return STATES[self.state] == 0

    @property
    def leads(self) -> bool:
        """Whether it is first, alone or with others, or was chosen."""
        return self.chosen or self.place in FIRST


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lines, the running first, and what the reader may not see yet."""

    options: list[Option]
    currency: str
    prices_open: bool
    people_open: bool


def compare(memo: dict[str, Any], evaluation: Evaluation, user: User) -> Comparison:
    """The comparison as `user` may see it."""
    prices = may_see_prices(user, evaluation)
    people = Consensus.objects.filter(evaluation=evaluation).exists()
    results = memo["results"]
    places = places_of(results) or only_one(memo)
    rows = sorted(
        memo["inputs"]["candidates"],
        key=lambda row: (
            STATES.get(row["state"], 1),
            rank(results[row["id"]]) if people else by_fit(results[row["id"]]),
            row["name"],
        ),
    )
    return Comparison(
        options=[
            option(row, memo, places.get(row["id"], ""), prices=prices, people=people)
            for row in rows
        ],
        currency=evaluation.currency,
        prices_open=prices,
        people_open=people,
    )


def by_fit(result: dict[str, Any]) -> tuple[float, float]:
    """The best fit first, while totals are sealed."""
    return (-float(result["fit"] or 0), 0.0)


def places_of(results: dict[str, Any]) -> dict[str, str]:
    """“1”, or “1, shared” for those that are level: a tie is shown as a tie."""
    ranking = results.get("robustness", {}).get("ranking", [])
    ranks = [candidate_row["rank"] for candidate_row in ranking]
    return {
        candidate_row["id"]: f"{candidate_row['rank']}, shared"
        if ranks.count(candidate_row["rank"]) > 1
        else str(candidate_row["rank"])
        for candidate_row in ranking
    }


def only_one(memo: dict[str, Any]) -> dict[str, str]:
    """The only one that can be chosen has no place among others; it says so."""
    left = comparable(memo["inputs"], memo["results"])
    return {left[0]: "the only one"} if len(left) == 1 else {}


def option(
    row: dict[str, Any], memo: dict[str, Any], place: str, *, prices: bool, people: bool
) -> Option:
    """One line in words."""
    result = memo["results"][row["id"]]
    cost, record = result["cost"], result["promises"]
    demos = result.get("promises_in_demos")
    unsaid = cost["kinds"] - cost["known"]
    priced = prices and bool(cost["known"])
    return Option(
        key=row["id"],
        name=row["name"],
        kind=KINDS[row["kind"]],
        state=row["state"],
        reason=row["state_reason"],
        place=place,
        fit=percent(result["fit"]),
        of_tested=percent(result["fit_of_tested"]),
        counts=coverage_words(result),
        people=percent(result["people"]) if people else "",
        total=percent(result["total"]) if people else "",
        knock_outs=result["knock_outs"],
        promises=promise_words(record, "tested", "held"),
        in_demos=promise_words(demos, "shown", "held in demos") if demos else "",
        cost=written(Decimal(cost["likely"])) if priced else "",
        cost_range=cost_range(cost) if priced else "",
        cost_note=f"{unsaid} of {cost['kinds']} kinds not known" if unsaid else "",
        over_budget=over_budget(cost) if priced else [],
        chosen=row["id"] == memo["inputs"]["choice"]["candidate"],
    )


def promise_words(record: dict[str, Any], judged: str, held: str) -> str:
    """“4 of 6 held”, or that too few were judged to say."""
    if record["hidden"]:
        return f"{record['tested']} {judged}, too few to say"
    return f"{record['held']} of {record['tested']} {held}"


def cost_range(cost: dict[str, Any]) -> str:
    """“40,000 to 60,000”; blank where low and high are the same."""
    low, high = Decimal(cost["low"]), Decimal(cost["high"])
    return f"{written(low)} to {written(high)}" if low != high else ""


def over_budget(cost: dict[str, Any]) -> list[str]:
    """The limits of the brief that it is or could be over, in words.

    Memos from before there were limits kept none.
    """
    return [
        f"{limit['name']}: {limit['sentence']}"
        for limit in cost.get("limits", ())
        if limit["verdict"] in OVER
    ]


def percent(share: str | None) -> str:
    """“62%”, or a dash."""
    return "–" if share is None else f"{Decimal(share) * 100:.0f}%"
