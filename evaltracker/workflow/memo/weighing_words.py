"""Robustness in plain sentences, for the page and the memo alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.kit.text import listed
from evaltracker.workflow.memo.certainty_words import both_numbers, grounds, how_sure
from evaltracker.workflow.memo.untold_words import (
    left_out,
    need_names,
    untold_words,
)
from stakeholders.choices import Role


@dataclass(frozen=True, slots=True)
class Weighed:
    """Three answers, and what would have to be true for the runner-up.

    Each answer is its number for the eye and the sentence around it. `untold` is why
    there is none of them.
    """

    untold: str = ""
    first: str = ""
    wins: tuple[str, str] = ("", "")
    smallest: tuple[str, str] = ("", "")
    roles: tuple[str, str] = ("", "")
    second: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    two_numbers: bool = False


def weighed(
    inputs: dict[str, Any],
    results: dict[str, Any],
    quote: Callable[[str], str] = str,
    bold: str = "",
) -> Weighed:
    """Say it; `quote` makes names and categories safe for where they are printed, and
    `bold` stands around whoever comes first."""
    found = results.get("robustness")
    if found is None:
        return Weighed("This memo was frozen before robustness was counted.")
    if found["untold"]:
        return Weighed(untold_words(found["untold"], inputs, results, quote))
    names = {
        candidate["id"]: quote(candidate["name"]) for candidate in inputs["candidates"]
    }
    firsts = [
        names[candidate_row["id"]]
        for candidate_row in found["ranking"]
        if candidate_row["rank"] == 1
    ]
    return Weighed(
        first=listed(firsts),
        wins=wins(inputs, found, names, bold),
        smallest=smallest(found, names, firsts, quote),
        roles=roles(found, names, firsts),
        second=tuple(second(inputs, found, names, quote)),
        grounds=tuple(
            [*grounds(found["certainty"], names), *left_out(inputs, results, quote)]
            if found.get("certainty")
            else ()
        ),
        two_numbers="certainty" in found,
    )


def wins(
    inputs: dict[str, Any], found: dict[str, Any], names: dict[str, str], bold: str
) -> tuple[str, str]:
    """In how many weightings the choice wins, or whoever is first until then.

    From formula 3 on both numbers, by weights and counting what nobody has tested.
    """
    ranked = found["ranking"]
    choice = inputs["choice"]["candidate"]
    top = next((row for row in ranked if row["id"] == choice), ranked[0])
    if "certainty" in found:
        return both_numbers(found, top["id"]), how_sure(found, top["id"], names, bold)
    others = [
        f"{names[row['id']]} in {about(row['wins'])}"
        for row in sorted(ranked, key=lambda row: Decimal(row["wins"]), reverse=True)
        if row is not top and Decimal(row["wins"])
    ]
    rest = f"; {listed(others[:3])}" if others else ", and nobody else in any"
    return about(top["wins"]), (
        f"{names[top['id']]} comes first in {about(top['wins'])} of "
        f"{found['draws']:,} random weightings around the agreed one{rest}."
    )


def smallest(
    found: dict[str, Any],
    names: dict[str, str],
    firsts: Sequence[str],
    quote: Callable[[str], str],
) -> tuple[str, str]:
    """The smallest change of one weight that puts another first."""
    if len(firsts) > 1:
        return "0 points", (
            f"{listed(firsts)} share the first place, so any change decides between "
            "them."
        )
    flip = found["smallest"]
    if flip is None:
        return "none", (
            f"No change of one category’s weight, however large, puts another before "
            f"{firsts[0]}."
        )
    return points(flip), (
        "The smallest change of one weight that changes the winner: "
        f"{change(flip, quote)}; from there on {names[flip['id']]} comes first."
    )


def roles(
    found: dict[str, Any], names: dict[str, str], firsts: Sequence[str]
) -> tuple[str, str]:
    """Which roles' own weights would pick another than the first."""
    asked = found["roles"]
    if not asked:
        return "–", "No role gave a weight of its own to every category."
    away: dict[str, list[str]] = {}
    for row in asked:
        picked = [names[key] for key in row["ids"]]
        if picked and not set(picked) & set(firsts):
            away.setdefault(listed(picked), []).append(str(Role(row["role"]).label))
    number = sum(map(len, away.values()))
    if not number:
        whom = "the only role" if len(asked) == 1 else f"all {len(asked)} roles"
        return f"0 of {len(asked)}", (
            f"By the evidence and their own weights {whom} would pick "
            f"{listed(firsts, 'or')}."
        )
    said = "; ".join(
        f"{listed(who)} would pick {picked}" for picked, who in away.items()
    )
    return f"{number} of {len(asked)}", f"By the evidence and their own weights {said}."


def second(
    inputs: dict[str, Any],
    found: dict[str, Any],
    names: dict[str, str],
    quote: Callable[[str], str],
) -> list[str]:
    """What would have to be true for the runner-up to win."""
    next_one = found["second"]
    if next_one is None:
        return ["All that are compared are level; nobody is second."]
    name = names[next_one["id"]]
    lines = [f"{name} is {hundredths(next_one['behind'])} points of 100 behind."]
    proofs = next_one["proofs"]
    if proofs is None:
        lines.append(
            "Even if everything still open held in a trial, it would not come first, "
            "all else being equal."
        )
    else:
        needed = listed(need_names(inputs, proofs, quote))
        lines.append(
            f"It would come first if {needed} held in its trial, all else being equal."
        )
    if next_one["flip"]:
        lines.append(f"Or if the weights changed: {change(next_one['flip'], quote)}.")
    else:
        lines.append("No change of one category’s weight puts it first.")
    return lines


def change(flip: dict[str, Any], quote: Callable[[str], str]) -> str:
    """“Security decides 31.0% of the total instead of 24.5%”."""
    return (
        f"{quote(flip['category'])} decides {hundredths(flip['after'])}% of the "
        f"result instead of {hundredths(flip['before'])}%"
    )


def points(flip: dict[str, Any]) -> str:
    """How much of all weight has to change its place, as the shown shares differ."""
    before, after = (Decimal(hundredths(flip[name])) for name in ("before", "after"))
    moved = abs(after - before)
    return f"{moved} points" if moved else "less than 0.1 points"


def hundredths(share: str) -> str:
    """A share in hundredths with one place."""
    return f"{Decimal(share) * 100:.1f}"


def about(share: str) -> str:
    """A share as per cent; not quite all or nothing never reads as if it were."""
    exact = Decimal(share) * 100
    if 99 < exact < 100:
        return "more than 99%"
    if 0 < exact < 1:
        return "less than 1%"
    return f"{exact:.0f}%"
