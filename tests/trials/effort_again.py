"""The efforts of a candidate counted a second time, from the page that says how.

In whole numbers of quarter days and in text; nothing of the product is used.
"""

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ASKED = {"now", "beta", "planned", "on_request"}
SUMS = {"vendor": "vendor", "third_party": "third_party", "ours": "buyer"}


def plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal, to: str) -> Decimal:
    return number.quantize(Decimal(to), ROUND_HALF_UP)


def bounds(effort: dict[str, Any] | None) -> list[Decimal] | None:
    """Low, likely and high, where the effort says whose days they are."""
    days = (effort or {}).get("days")
    if not effort or not days or not effort.get("by"):
        return None
    names = ("low", "likely", "high") if len(days) == 3 else ("likely",) * 3
    return [Decimal(days[name]) for name in names]


def is_silent(effort: dict[str, Any] | None) -> bool:
    if effort is None:
        return True
    return effort["how"] != "out_of_box" and bounds(effort) is None


def count(cells: list[dict[str, Any]], brief: dict[str, Any]) -> dict[str, Any]:
    applying = [cell for cell in cells if not cell.get("not_applicable")]
    asked = [
        cell for cell in applying if cell["weight"] and cell["availability"] in ASKED
    ]
    silent = [cell for cell in asked if is_silent(cell["effort"])]
    sums: dict[str, list[Decimal] | None] = {}
    for name, who in SUMS.items():
        rows = [
            row
            for cell in asked
            if (row := bounds(cell["effort"])) and cell["effort"]["by"] == who
        ]
        factor = Decimal(brief["planning_factor"]) if who == "buyer" else Decimal(1)
        sums[name] = [factor * sum(row[at] for row in rows) for at in range(3)]
        if silent and not rows:
            sums[name] = None
    ours, rate, team = sums["ours"], brief["hourly_rate"], brief["engineers"]
    money = None
    if ours is not None and rate is not None:
        money = [days * 8 * Decimal(rate) for days in ours]
    return {
        "how": {
            how: sum((cell["effort"] or {}).get("how") == how for cell in asked)
            for how in ("out_of_box", "configure", "customise", "build")
        },
        "not_stated": [len(silent), len(asked)],
        **{name: days and [plain(day) for day in days] for name, days in sums.items()},
        "money": money and [plain(amount) for amount in money],
        "or_more": bool(silent),
        "load": load_of(ours[1], team) if ours and team else None,
        "needs_customising": share_of([cell for cell in asked if cell["effort"]]),
        "took": taken(applying),
    }


def load_of(days: Decimal, team: int) -> str:
    months = rounded(days / (20 * team), "0.1")
    return "less than 0.1" if days and not months else plain(months)


def share_of(cells: list[dict[str, Any]]) -> str | None:
    heavy = [cell for cell in cells if cell["must"] or cell["weight"] >= 7]
    all_of_them = sum(cell["weight"] for cell in heavy)
    changed = sum(
        cell["weight"]
        for cell in heavy
        if cell["effort"]["how"] in {"customise", "build"}
    )
    if len(heavy) < 3 or Decimal(changed) / all_of_them <= Decimal("0.25"):
        return None
    if changed == all_of_them:
        return "100%"
    whole = rounded(Decimal(100) * changed / all_of_them, "1")
    return "99%" if whole == 100 else f"{whole}%"


def taken(cells: list[dict[str, Any]]) -> str | None:
    trials = [
        cell["trial"]
        for cell in cells
        if cell.get("trial")
        and not cell["trial"].get("vendor_ran")
        and not is_silent(cell["trial"].get("judged_effort"))
    ]
    timed = [trial for trial in trials if trial.get("took") is not None]
    if len(timed) < 3:
        return None
    days = sum(Decimal(trial["took"]) for trial in timed)
    rows = (bounds(trial["judged_effort"]) for trial in timed)
    said = sum((row[1] for row in rows if row), Decimal(0))
    promised = f"{plain(said)} day{'s' * (said != 1)}" if said else "none"
    return (
        f"promised {promised}, took {plain(Decimal(days))} "
        f"({len(timed)} of {len(trials)} cells timed)"
    )


def an_effort(chance: random.Random) -> dict[str, Any] | None:
    how = chance.choice(("out_of_box", "configure", "customise", "build", ""))
    if how in ("", "out_of_box"):
        return {"how": how} if how else None
    effort: dict[str, Any] = {"how": how}
    if chance.random() < 0.9:
        low, likely, high = sorted(chance.randint(1, 60) for _ in range(3))
        effort["days"] = {"likely": str(Decimal(likely) / 2)}
        if chance.random() < 0.7:
            effort["days"] |= {
                "low": str(Decimal(low) / 2),
                "high": str(Decimal(high) / 2),
            }
    if chance.random() < 0.9:
        effort["by"] = chance.choice(("vendor", "buyer", "third_party"))
    return effort


def candidates(number: int) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """So many candidates with what their brief says, the same in every run."""
    chance = random.Random(32)
    for _ in range(number):
        brief = {
            "planning_factor": chance.choice(("1", "1.25", "1.5", "2.35")),
            "hourly_rate": chance.choice((None, "80", "92.50")),
            "engineers": chance.choice((None, 1, 3, 12)),
        }
        # Some state everything, so that a sum is whole; some almost nothing.
        spoken = chance.choice((0.3, 0.9, 1.0))
        cells = []
        for _ in range(chance.randint(0, 14)):
            effort = an_effort(chance) if chance.random() < spoken else None
            trial = {
                "judged_effort": chance.choice((effort, an_effort(chance))),
                "took": chance.choice((None, "0", "0.5", "3", "22")),
                "vendor_ran": chance.random() < 0.1,
            }
            where = ("now", "beta", "planned", "on_request", "never", "withdrawn")
            cells.append(
                {
                    "weight": chance.choice((0, 1, 4, 6, 7, 10)),
                    "must": chance.random() < 0.3,
                    "availability": chance.choice(where[:4] * 3 + where[4:]),
                    "effort": effort,
                    "not_applicable": chance.random() < 0.1,
                    "trial": trial if chance.random() < 0.6 else None,
                }
            )
        yield cells, brief
