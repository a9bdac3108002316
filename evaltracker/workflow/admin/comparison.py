"""The candidates side by side, with what is still sealed left out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evaltracker.money import written
from evaltracker.workflow.memo.text import KINDS, rank
from trials.models import Consensus
from vendors.policy import may_see_prices

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation, User

STATES = {"shortlisted": 0, "chosen": 0, "longlisted": 1, "eliminated": 2}


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate's line."""

    key: str
    name: str
    kind: str
    state: str
    reason: str
    fit: str
    answered: str
    tested: str
    people: str
    total: str
    knock_outs: list[str]
    promises: str
    cost: str
    cost_note: str
    chosen: bool


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
    chosen = memo["inputs"]["choice"]["candidate"]
    rows = sorted(
        memo["inputs"]["candidates"],
        key=lambda one: (
            STATES.get(one["state"], 1),
            rank(results[one["id"]]) if people else by_fit(results[one["id"]]),
            one["name"],
        ),
    )
    return Comparison(
        options=[
            option(one, results[one["id"]], prices=prices, people=people, chosen=chosen)
            for one in rows
        ],
        currency=evaluation.currency,
        prices_open=prices,
        people_open=people,
    )


def by_fit(result: dict[str, Any]) -> tuple[float, float]:
    """The best fit first, while totals are sealed."""
    return (-float(result["fit"] or 0), 0.0)


def option(
    one: dict[str, Any],
    result: dict[str, Any],
    *,
    prices: bool,
    people: bool,
    chosen: str,
) -> Option:
    """One line in words."""
    cost, record = result["cost"], result["promises"]
    unsaid = cost["kinds"] - cost["known"]
    return Option(
        key=one["id"],
        name=one["name"],
        kind=KINDS[one["kind"]],
        state=one["state"],
        reason=one["state_reason"],
        fit=percent(result["fit"]),
        answered=f"{result['answered']} of {result['asked']}",
        tested=f"{result['tested']} of {result['answered']}",
        people=percent(result["people"]) if people else "",
        total=percent(result["total"]) if people else "",
        knock_outs=result["knock_outs"],
        promises=f"{record['tested']} tested, too few to say"
        if record["hidden"]
        else f"{record['held']} of {record['tested']} held",
        cost=written(Decimal(cost["likely"])) if prices and cost["known"] else "",
        cost_note=f"{unsaid} of {cost['kinds']} kinds not known" if unsaid else "",
        chosen=one["id"] == chosen,
    )


def percent(share: str | None) -> str:
    """“62 %”, or a dash."""
    return "–" if share is None else f"{Decimal(share) * 100:.0f} %"
