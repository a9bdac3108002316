"""Ten thousand draws as design.md has them: weights, then every verdict that is owed.

Slow and plain on purpose: each draw adds every total up anew, in whole numbers.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from random import Random
from typing import Any

from tests.recount.formulas import ZERO, Recount

SEED, DRAWS = 20261124, 10_000
PRIOR = {"holds": 70, "partly": 20, "fails": 10, "worth": 10}
VERDICTS = ("holds", "partly", "fails")


@dataclass(slots=True)
class Owed:
    """What one candidate's trials owe: refs by what they earn with each verdict."""

    open: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    knocks: set[str] = field(default_factory=set)
    taken: dict[str, Fraction] = field(default_factory=dict)
    out: bool = False
    own: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))
    judged: int = 0
    proposed: int = 0
    recorded: int = 0
    unanswered: int = 0


class Draws:
    """How sure the first place is."""

    def __init__(self, book: Recount, proposals: dict[Any, str], prior: Any) -> None:
        self.book, self.proposals = book, proposals
        self.prior = {**PRIOR, **(prior or {})}
        self.whole = sum(self.prior[name] for name in VERDICTS)
        self.owed = {key: self.owed_by(key) for key in book.compared}

    def owed_by(self, key: str) -> Owed:
        """Open cells, own record, and what is taken as recorded or proposed."""
        owed, book = Owed(), self.book
        planned: dict[str, list[Any]] = {}
        for row in book.facts.criteria:
            if row["candidate_id"] == key:
                planned.setdefault(row["ref"], []).append(row["id"])
        for ref, need in book.needs.items():
            cell, facts = book.cells[key][ref], book.facts.cells.get((key, ref))
            if cell.credit is None:
                continue
            if cell.standing in ("unanswered", "never"):
                owed.unanswered += ref in planned
                continue
            if need["values"] != [None] and facts and facts.verdicts:
                raise NotImplementedError("verdicts on values of lists")
            verdict = self.trial_verdict(facts)
            must = need["priority"] == "must" and not (facts and facts.excused)
            awaits = bool(facts and facts.awaits_reply)
            if verdict:
                owed.own[verdict] += 1
            gate = must and not cell.tested and not awaits
            counts = need["weight"] or must
            if counts and (ref in planned or gate):
                earns = {name: book.credits[f"trial_{name}"] for name in VERDICTS}
                said = [self.proposals.get(one) for one in planned.get(ref, ())]
                told = [one for one in said if one]
                worst = max(told, key=VERDICTS.index, default=None)
                if worst and None not in said:
                    owed.proposed += 1
                    owed.taken[ref] = earns[worst]
                    owed.out |= must and worst == "fails"
                    continue
                if worst:
                    earns = {
                        name: min(one, earns[worst]) for name, one in earns.items()
                    }
                owed.open[ref] = earns
                if must:
                    owed.knocks.add(ref)
                continue
            owed.judged += bool(verdict)
            if awaits:
                owed.recorded += 1
                owed.taken[ref] = book.credits["trial_fails"]
                owed.out |= must
        return owed

    @staticmethod
    def trial_verdict(facts: Any) -> str:
        """The newest of a trial on words that stand; one that waits is *fails*."""
        if facts is None:
            return ""
        if facts.awaits_reply:
            return "fails"
        rows = [row for row in facts.verdicts if row.source == "trial" and row.on_today]
        return rows[-1].verdict if rows else ""

    def urn(self, key: str) -> dict[str, int]:
        """Balls in whole numbers; one verdict more is worth their sum at the start."""
        own = self.owed[key].own
        return {
            name: self.prior["worth"] * self.prior[name] + self.whole * own[name]
            for name in VERDICTS
        }

    def sides(self) -> dict[str, Any]:
        """By candidate the scored cells by category, in whole numbers on one scale."""
        book = self.book
        sides = {}
        for key in book.compared:
            cells = [
                (book.names.index(book.needs[ref]["category"]), ref, weight, credit)
                for ref, (weight, credit) in book.scored(key).items()
            ]
            votes = book.agreed(key) if book.facts.consensus else {}
            people = [
                (at, book.people_weight[name], votes[name])
                for at, name in enumerate(book.names)
                if name in votes and book.people_weight[name]
            ]
            sides[key] = (cells, people)
        return sides

    @cached_property
    def counted(self) -> dict[str, Any]:
        """Shares by what is owed, and by weights alone."""
        sides, keys = self.sides(), self.book.compared
        grain = lcm(
            *(one.denominator for one in self.book.credits.values()),
            *(
                score.denominator
                for _, people in sides.values()
                for _, _, score in people
            ),
        )
        columns = len(self.book.names)
        weights = Random(SEED)
        dice = {
            key: [(ref, self.die(key, ref)) for ref in sorted(self.owed[key].open)]
            for key in keys
        }
        all_wins, wins = dict.fromkeys(keys, ZERO), dict.fromkeys(keys, ZERO)
        knocked, nobody = dict.fromkeys(keys, 0), 0
        part = self.book.part
        plans = {
            key: Plan(cells, people, grain, columns, self.owed[key].taken)
            for key, (cells, people) in sides.items()
        }
        for _ in range(DRAWS):
            drawn = [500 + int(weights.random() * 1001) for _ in range(columns)]
            today, open_ = {}, {}
            for key in keys:
                owed, plan = self.owed[key], plans[key]
                moved, fails = self.draw(key, dice[key], plan, grain)
                today[key] = plan.total(drawn, part, plan.points)
                out = owed.out or fails
                knocked[key] += out
                if not out:
                    open_[key] = plan.total(drawn, part, moved)
            share_out(today, wins)
            if open_:
                share_out(open_, all_wins)
            else:
                nobody += 1
        return {
            "wins": {key: one / DRAWS for key, one in wins.items()},
            "all_wins": {key: one / DRAWS for key, one in all_wins.items()},
            "knocked_out": {key: Fraction(one, DRAWS) for key, one in knocked.items()},
            "nobody": Fraction(nobody, DRAWS),
        }

    def draw(self, key: str, dice: Any, plan: "Plan", grain: int) -> Any:
        """A verdict for each open cell: points by category, and whether it is out."""
        urn, owed = self.urn(key), self.owed[key]
        total, fails = sum(urn.values()), False
        points = list(plan.taken)
        for ref, die in dice:
            x = die() * total
            if x < urn["fails"]:
                verdict = "fails"
            elif x < urn["fails"] + urn["partly"]:
                verdict = "partly"
            else:
                verdict = "holds"
            urn[verdict] += self.whole
            total += self.whole
            fails |= verdict == "fails" and ref in owed.knocks
            if ref in plan.cells:
                at, weight, credit = plan.cells[ref]
                points[at] += int(weight * (owed.open[ref][verdict] - credit) * grain)
        return points, fails

    @staticmethod
    def die(key: str, ref: str) -> Any:
        """Each open cell has dice of its own."""
        text = f"{SEED}\n{key}\n{ref}"
        digest = hashlib.sha256(text.encode()).digest()
        return Random(int.from_bytes(digest, "big")).random


class Plan:
    """One candidate's points and weights by category, in whole numbers."""

    def __init__(
        self, cells: Any, people: Any, grain: int, columns: int, taken: Any
    ) -> None:
        self.cells = {ref: (at, weight, credit) for at, ref, weight, credit in cells}
        self.grain = grain
        self.points, self.weights = [0] * columns, [0] * columns
        for at, _, weight, credit in cells:
            self.points[at] += int(weight * credit * grain)
            self.weights[at] += int(weight)
        self.taken = list(self.points)
        for ref, credit in taken.items():
            if ref in self.cells:
                at, weight, today = self.cells[ref]
                self.taken[at] += int(weight * (credit - today) * grain)
        self.votes, self.voters = [0] * columns, [0] * columns
        for at, weight, score in people:
            self.votes[at] += int(weight * score * grain)
            self.voters[at] += int(weight)

    def total(self, drawn: Sequence[int], part: Fraction, points: Any) -> Fraction:
        """Share × fit + (1 − share) × people's score by drawn weights."""
        fit = sum(one * by for one, by in zip(points, drawn, strict=True))
        of = sum(one * by for one, by in zip(self.weights, drawn, strict=True))
        whole = part * Fraction(fit, (of or 1) * self.grain)
        if part < 1:
            said = sum(one * by for one, by in zip(self.votes, drawn, strict=True))
            by = sum(one * by for one, by in zip(self.voters, drawn, strict=True))
            whole += (1 - part) * Fraction(said, (by or 1) * self.grain)
        return whole


def share_out(totals: dict[str, Fraction], wins: dict[str, Fraction]) -> None:
    """Those level at the top share the draw equally."""
    best = max(totals.values())
    firsts = [key for key, total in totals.items() if total == best]
    for key in firsts:
        wins[key] += Fraction(1, len(firsts))


# What runs propose.


def proposals(facts: Any) -> dict[Any, str]:
    """By criterion without a verdict what its one pool of runs comes to, if it does."""
    found = {}
    for row in facts.criteria:
        rows = facts.runs.get(text_key(row["id"]), [])
        runs = [run for run in rows if not run["left_out"]]
        pools = {
            (
                " ".join(run["of_environment"].split()),
                " ".join(run["of_commit"].split()),
            )
            for run in runs
        }
        if len(pools) == 1 and (verdict := carried(row["measure"], runs)):
            found[row["id"]] = verdict
    return found


def text_key(value: Any) -> str:
    """An id as facts write it."""
    return str(uuid.UUID(str(value)))


def statistic(measure: Any, runs: Sequence[Any]) -> Fraction:
    """A percentile of runs of which none failed, by its place in their order."""
    numbers = sorted(run["number"] for run in runs)
    rank = -(-Fraction(measure["statistic"][1:]) * len(numbers) // 100)
    return Fraction(numbers[int(rank) - 1])


def carried(measure: Any, runs: Sequence[Any]) -> str:
    """The verdict of one pool; blank with too few runs."""
    failed = sum(bool(run["failed"]) for run in runs)
    if not measure:
        return ("fails" if failed else "holds") if runs else ""
    if len(runs) < int(measure["least_n"]):
        return ""
    bound, reach = Fraction(measure["bound"]), measure.get("tolerance")
    sign = 1 if measure["direction"] == "at_most" else -1
    beyond = [sign * (run["number"] - bound) for run in runs if not run["failed"]]
    places: list[Fraction | None] = [*sorted(beyond), *[None] * failed]
    name = measure["statistic"]
    if name == "mean":
        at = [None] if failed else [sum(beyond, ZERO) / len(beyond)]
    elif name == "median":
        half = len(places) // 2
        pair = (
            places[half : half + 1] if len(places) % 2 else places[half - 1 : half + 1]
        )
        numbers = [one for one in pair if one is not None]
        whole = sum(numbers, ZERO) / len(pair)
        at = [whole if len(numbers) == len(pair) else None]
    elif name in ("min", "max"):
        at = [places[-1 if (name == "max") == (sign > 0) else 0]]
    else:
        rank = -(-Fraction(name[1:]) * len(places) // 100)
        at = [places[int(rank) - 1 if sign > 0 else len(places) - int(rank)]]
    if at[0] is None:
        return "fails"
    if at[0] <= 0:
        return "holds"
    return "partly" if reach is not None and at[0] <= Fraction(reach) else "fails"
