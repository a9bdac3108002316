"""What an evaluation comes to, counted from its facts by the rules in words.

Written from the design alone: nothing of the product is read or imported here. All is
fractions, so that a tie is a tie.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from statistics import median
from typing import Any

from tests.recount.facts import CellFacts, Facts, Row, Verdict, number

ONE, ZERO = Fraction(1), Fraction(0)
CREDITS = {
    **{"claim_now": "0.5", "claim_beta": "0.3", "claim_planned": "0.2"},
    **{"claim_slipped": "0", "claim_on_request": "0.2", "claim_never": "0"},
    **{"claim_unstated": "0", "research_holds": "0.6", "research_partly": "0.3"},
    **{"research_fails": "0", "demo_holds": "0.75", "demo_partly": "0.4"},
    **{"demo_fails": "0", "demo_not_shown": "0.25", "trial_holds": "1"},
    **{"trial_partly": "0.5", "trial_fails": "0"},
}
SOURCES = ("trial", "demo", "research")
HARSH = ("holds", "partly", "not_shown", "fails")
STATED = ("now", "beta", "planned", "on_request", "never")
WEAK = ("refuted", "never", "unanswered", "slipped")
ORDER = ("partly", "claimed", "shown", "proven")
CHOOSABLE = ("shortlisted", "chosen")


@dataclass(slots=True)
class Worth:
    """What one value of a cell, or a cell, comes to; no credit is ruled out."""

    standing: str
    credit: Fraction | None
    answered: bool = False
    shown: bool = False
    tested: bool = False
    researched: bool = False
    knocks_out: bool = False
    judged: bool = False
    trial: str = ""
    demo: str = ""
    trial_said: str = ""


def newest(verdicts: Iterable[Verdict], source: str, *, all_: bool = True) -> Any:
    """The newest of a source, of equally new ones the harsher."""
    rows = [
        row
        for row in verdicts
        if row.source == source
        and (all_ or row.verdict != "not_shown")
        and (row.independent or source != "research")
    ]
    return max(rows, key=lambda row: (row.at, HARSH.index(row.verdict)), default=None)


def of_source(verdicts: Sequence[Verdict], source: str) -> Any:
    """The verdict of a source that counts: *not shown* takes no refutation away."""
    last = newest(verdicts, source)
    if last is None or last.verdict != "not_shown":
        return last
    before = newest(verdicts, source, all_=False)
    return before if before is not None and before.verdict == "fails" else None


def counting(verdicts: Sequence[Verdict]) -> Any:
    """Trial beats demo beats research."""
    found = (of_source(verdicts, source) for source in SOURCES)
    return next((row for row in found if row is not None), None)


class Recount:
    """One evaluation, counted by a stranger."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        more = facts.evaluation["credits"]
        own = more if isinstance(more, dict) else __import__("json").loads(more or "{}")
        self.credits = {
            name: Fraction(str(value)) for name, value in {**CREDITS, **own}.items()
        }
        self.share = number(facts.evaluation["evidence_share"]) or ZERO
        self.names = [row["name"] for row in facts.categories]
        self.keys = [row["id"] for row in facts.candidates]
        self.by_key = {row["id"]: row for row in facts.candidates}
        self.needs = {row["ref"]: row for row in facts.requirements}
        self.people_weight = {
            row["name"]: Fraction(row["weight"] or 0) for row in facts.categories
        }

    # Cells.

    @cached_property
    def cells(self) -> dict[str, dict[str, Worth]]:
        """By candidate and ref."""
        return {
            key: {
                ref: self.cell(self.facts.cells.get((key, ref), CellFacts()), need)
                for ref, need in self.needs.items()
            }
            for key in self.keys
        }

    def cell(self, facts: CellFacts, need: Row) -> Worth:
        """The least credit and the weakest standing of all values not ruled out."""
        every = [self.value(facts, value) for value in need["values"]]
        left = [one for one in every if one.credit is not None]
        counted = left or every
        weakest = min(counted, key=weakness)
        trials = [one for one in left if one.trial]
        worst = max(trials, key=lambda one: HARSH.index(one.trial), default=None)
        demos = [one.demo for one in left if one.demo]
        answered = all(one.answered for one in counted)
        return Worth(
            standing=weakest.standing,
            credit=min((one.credit or ZERO for one in left), default=None),
            answered=answered,
            shown=answered and all(one.shown for one in counted),
            tested=answered and all(one.tested for one in counted),
            researched=answered and all(one.researched for one in counted),
            knocks_out=need["priority"] == "must"
            and any(one.knocks_out for one in left),
            judged=any(one.judged for one in left),
            trial=worst.trial if worst else "",
            trial_said=worst.trial_said if worst else "",
            demo=max(demos, key=HARSH.index, default=""),
        )

    def value(self, facts: CellFacts, value: Any) -> Worth:
        """One value; a requirement without lists is one that has no name."""
        ruled = covers(facts.ruled_out, value)
        said = facts.said.of(value) if facts.said else None
        gone = facts.said is not None and facts.said.availability == "withdrawn"
        speaking = [
            row for row in facts.verdicts if speaks(row, value) and row.said.of(value)
        ]
        fresh = [row for row in speaking if self.is_fresh(row, value, said)]
        older = [row for row in speaking if row not in fresh]
        before = [row for row in older if not row.other_wording]
        refuted = counting(before)
        refuted = refuted is not None and refuted.verdict == "fails"
        if gone:
            said = ("withdrawn", None)
        elif said is None and refuted:
            said = ("now", None)
        keeps = refuted or gone
        verdicts = (before if keeps else []) + fresh if said else []
        worth = self.earned(said, facts, verdicts, None if keeps else counting(before))
        speaks_today = facts.said is not None and facts.said.of(value) is not None
        worth.answered = worth.standing != "unanswered" and speaks_today
        worth.answered &= (said or ("",))[0] in STATED
        live = worth.answered
        demo, research = newest(verdicts, "demo"), newest(verdicts, "research")
        worth.shown = live and demo is not None and demo.verdict != "not_shown"
        worth.tested = live and newest(verdicts, "trial") is not None
        worth.researched = (
            live and research is not None and research.verdict in ("holds", "partly")
        )
        found = counting(verdicts)
        worth.judged = live and found is not None and found.source != "research"
        if not facts.stale and facts.said is not None:
            for name in ("trial", "demo"):
                row = of_source(verdicts + before, name) or of_source(before, name)
                row = of_source(fresh, name) or row
                promise = row and (row.promised.of(value) or row.said.of(value))
                if promise and promise[0] in ("now", "beta"):
                    setattr(worth, name, row.verdict)
                    if name == "trial":
                        worth.trial_said = "short" if is_short(row) else ""
        excused = covers(facts.excused, value)
        fatal = worth.standing in ("refuted", "never")
        worth.knocks_out = fatal and not excused and not ruled
        if ruled:
            worth.credit = None
        return worth

    def is_fresh(self, row: Verdict, value: Any, said: Any) -> bool:
        """Whether it judged today's words for this value."""
        if row.on_today:
            return True
        same = value is not None and row.same_text and not row.other_wording
        return bool(same and row.said.of(value) == said)

    def earned(
        self, said: Any, facts: CellFacts, verdicts: Sequence[Verdict], older: Any
    ) -> Worth:
        """Standing and credit by the best proof."""
        if said is None or facts.stale or said[0] == "withdrawn":
            return Worth("unanswered", ZERO)
        availability, planned = said
        found, last = counting(verdicts), newest(verdicts, "demo")
        trial = newest(verdicts, "trial")
        withheld = trial is None and last is not None and last.verdict == "not_shown"
        if availability == "never" and (found is None or found.verdict == "fails"):
            standing = "never"
        elif found is not None:
            held = {"trial": "proven", "demo": "shown", "research": "claimed"}
            ways = {"holds": held[found.source], "partly": "partly", "fails": "refuted"}
            standing = ways[found.verdict]
        else:
            past = planned is not None and planned < self.facts.as_of
            standing = "slipped" if availability == "planned" and past else "claimed"
        if standing == "slipped":
            credit = self.credits["claim_slipped"]
        elif standing == "never" or found is None:
            partial = availability == "partial"
            name = "research_partly" if partial else f"claim_{availability}"
            credit = self.credits[name]
        else:
            credit = self.credits[f"{found.source}_{found.verdict}"]
        if withheld:
            credit = min(credit, self.credits["demo_not_shown"])
        if older is not None and found is None:
            credit = min(credit, self.credits[f"{older.source}_{older.verdict}"])
        return Worth(standing, credit)

    # Fit, people, totals.

    def scored(self, key: str) -> dict[str, tuple[Fraction, Fraction]]:
        """By ref weight and credit of what is scored and applies."""
        return {
            ref: (Fraction(self.needs[ref]["weight"]), cell.credit)
            for ref, cell in self.cells[key].items()
            if self.needs[ref]["weight"] and cell.credit is not None
        }

    def fit(
        self, key: str, category: str = "", refs: Any = None, without: Any = ()
    ) -> Fraction | None:
        """Σ weight × credit ÷ Σ weight."""
        rows = [
            pair
            for ref, pair in self.scored(key).items()
            if (not category or self.needs[ref]["category"] == category)
            and (refs is None or ref in refs)
            and self.needs[ref]["category"] not in without
        ]
        return ratio(rows)

    def count(self, key: str, name: str) -> int:
        """How many scored cells are answered, shown, tested, researched."""
        mine = self.cells[key]
        return sum(getattr(mine[ref], name) for ref in self.scored(key))

    def noted(self, key: str) -> int:
        """What the buyer noted of it without a status."""
        facts = self.facts.cells
        return sum(
            place in facts
            and facts[place].said is not None
            and not facts[place].by_vendor
            and not self.cells[key][ref].answered
            and all(
                facts[place].said.of(value)  # type: ignore[union-attr]
                for value in self.needs[ref]["values"]
            )
            for ref in self.scored(key)
            for place in ((key, ref),)
        )

    def ours(self, key: str) -> int:
        """What the buyer answered for it, with a status."""
        return sum(
            self.cells[key][ref].answered and not self.facts.cells[key, ref].by_vendor
            for ref in self.scored(key)
        )

    def tested_refs(self, key: str) -> list[str]:
        """Scored and judged by a trial."""
        return [ref for ref in self.scored(key) if self.cells[key][ref].tested]

    def knock_outs(self, key: str) -> list[str]:
        """Must-haves that block it."""
        return [ref for ref, cell in self.cells[key].items() if cell.knocks_out]

    def agreed(self, key: str) -> dict[str, Fraction]:
        """By category what the meeting settled on, else the median; of 5."""
        scores, settled = self.facts.scores[key], self.facts.settled[key]
        return {
            name: settled.get(name, Fraction(median(scores[name]))) / 5
            for name in self.names
            if scores.get(name)
        }

    def people(self, key: str, without: Any = ()) -> Fraction | None:
        """Σ weight × score ÷ Σ weight of the categories that somebody scored."""
        if not self.facts.consensus:
            return None
        return ratio(
            (self.people_weight[name], score)
            for name, score in self.agreed(key).items()
            if name not in without
        )

    @property
    def part(self) -> Fraction:
        """The evidence's share of totals: all of it while scores are sealed."""
        return self.share if self.facts.consensus else ONE

    def total(self, key: str, without: Any = ()) -> Fraction | None:
        """Share × fit + (1 − share) × people's score."""
        return joined(
            self.fit(key, without=without), self.people(key, without), self.part
        )

    @cached_property
    def compared(self) -> list[str]:
        """Can be chosen, not knocked out, with a total."""
        return [
            key
            for key in self.keys
            if self.by_key[key]["state"] in CHOOSABLE
            and not self.knock_outs(key)
            and self.total(key) is not None
        ]

    @cached_property
    def totals(self) -> dict[str, Fraction]:
        """Of those compared."""
        return {key: self.total(key) or ZERO for key in self.compared}

    def place(self, key: str) -> int:
        """Rank; equal ones share it."""
        return 1 + sum(other > self.totals[key] for other in self.totals.values())

    @cached_property
    def ranked(self) -> list[str]:
        """The best first, equal ones as they come."""
        return sorted(self.totals, key=lambda key: -self.totals[key])

    # What weighs.

    @cached_property
    def evidence_weight(self) -> dict[str, Fraction]:
        """By category the sum of its requirements' weights."""
        sums = dict.fromkeys(self.names, ZERO)
        for need in self.facts.requirements:
            sums[need["category"]] += need["weight"]
        return sums

    @cached_property
    def decides(self) -> dict[str, Fraction]:
        """The share of the total that each category decides."""
        evidence, people = self.evidence_weight, self.people_weight
        return {
            name: self.part * portion(evidence, name)
            + (1 - self.part) * portion(people, name)
            for name in self.names
        }

    def about_price(self) -> list[str]:
        """Categories about price that decide anything."""
        reasons = {row["name"]: row["price_reason"] for row in self.facts.categories}
        return [
            name
            for name in self.names
            if self.decides[name] and (reasons[name] or is_about_price(name))
        ]

    # Promises.

    def promises(self, key: str, source: str = "trial") -> dict[str, int]:
        """How many of what was said to be there held, fell short, partly, failed."""
        record: dict[str, int] = defaultdict(int)
        for cell in self.cells[key].values():
            verdict = getattr(cell, source)
            if not verdict or cell.credit is None:
                continue
            short = source == "trial" and verdict == "holds" and cell.trial_said
            record["short" if short else verdict] += 1
            record["tested"] += 1
        return record

    # What a role would pick.

    def role_fit(self, role: str, key: str) -> Fraction | None:
        """Fits of the categories, weighed by one role."""
        weights = self.facts.role_weights[role]
        return ratio(
            (weights.get(name, ZERO), fit)
            for name in self.names
            if (fit := self.fit(key, name)) is not None
        )

    # One weight changed.

    def end(self, key: str, name: str, *, alone: bool) -> Fraction:
        """The total if one category alone counts, or does not count at all."""
        mine: dict[str, list[Any]] = defaultdict(list)
        for ref, pair in self.scored(key).items():
            mine[self.needs[ref]["category"]].append(pair)
        votes = self.agreed(key) if self.facts.consensus else {}

        def part(rows: Mapping[str, Any]) -> Fraction | None:
            chosen = [
                pair
                for category, pairs in rows.items()
                if (category == name) == alone
                for pair in pairs
            ]
            found = ratio(chosen)
            every = [pair for pairs in rows.values() for pair in pairs]
            return ratio(every) if found is None else found

        said = {one: [(self.people_weight[one], score)] for one, score in votes.items()}
        return joined(part(mine), part(said), self.part) or ZERO

    def flip(self, key: str) -> tuple[Fraction, str, Fraction, Fraction] | None:
        """The least change that puts `key` first: by, category, from, to."""
        if self.totals[key] == max(self.totals.values()):
            return None
        ways = []
        for name in self.names:
            before = self.decides[name]
            for alone in (True, False):
                if before == int(alone):
                    continue
                ends = {one: self.end(one, name, alone=alone) for one in self.compared}
                far = self.overtakes(key, ends)
                if far is not None:
                    after = before + (int(alone) - before) * far
                    ways.append((abs(after - before), name, before, after))
        return min(ways, key=lambda way: way[0], default=None)

    def overtakes(self, key: str, ends: Mapping[str, Fraction]) -> Fraction | None:
        """How far along the way `key` is level with the best, and stays so."""
        low, high = ZERO, ONE
        for other in self.compared:
            lead = self.totals[key] - self.totals[other]
            last = ends[key] - ends[other]
            if lead < 0 and last < 0:
                return None
            if lead < 0 <= last:
                low = max(low, lead / (lead - last))
            elif last < 0 <= lead:
                high = min(high, lead / (lead - last))
        return low if low < high else None

    def smallest_flip(self) -> tuple[Fraction, str, Fraction, Fraction] | None:
        """The least change that puts another first."""
        ways = [way for key in self.compared if (way := self.flip(key))]
        return min(ways, key=lambda way: way[0], default=None)

    def proofs_to_lead(self, key: str) -> list[str] | None:
        """The fewest requirements that would put it ahead if a trial held them."""
        best = max(self.totals.values())
        rows = self.scored(key)
        whole = sum((weight for weight, _ in rows.values()), ZERO)
        held = self.credits["trial_holds"]
        open_ = ("claimed", "shown", "partly", "slipped")
        gains = [
            (weight * (held - credit), ref)
            for ref, (weight, credit) in rows.items()
            if self.cells[key][ref].standing in open_ and credit < held
        ]
        need, won, refs = (best - self.totals[key]) * whole, ZERO, []
        for gain, ref in sorted(gains, key=lambda pair: -pair[0]):
            if won > need:
                break
            won += self.part * gain
            refs.append(ref)
        return refs if won > need else None


def weakness(one: Worth) -> tuple[int, Fraction, int]:
    """The weakest first."""
    if one.standing in WEAK:
        return WEAK.index(one.standing), ZERO, 0
    return len(WEAK), one.credit or ZERO, ORDER.index(one.standing)


def covers(named: Any, value: Any) -> bool:
    """Whether a ruling speaks of a value: of all, or of those that it names."""
    if not named:
        return False
    return named is True or (value is not None and value[1] in named.get(value[0], ()))


def speaks(row: Verdict, value: Any) -> bool:
    """Whether a verdict speaks of a value."""
    return value is None or value[1] in row.names.get(value[0], ())


# Units of time in seconds; what is of another kind is not compared.
SECONDS = {"ms": "1/1000", "s": "1", "min": "60", "h": "3600"}


def is_short(row: Verdict) -> bool:
    """Held by the bound, but short of the number that was claimed."""
    if row.measured is None or not row.promised.number or row.verdict != "holds":
        return False
    value, measure = row.measured
    claimed, unit = Fraction(row.promised.number["value"]), row.promised.number["unit"]
    if unit != measure["unit"]:
        if not {unit, measure["unit"]} <= SECONDS.keys():
            return False
        claimed *= Fraction(SECONDS[unit]) / Fraction(SECONDS[measure["unit"]])
    at_most = measure["direction"] == "at_most"
    return value > claimed if at_most else value < claimed


def ratio(rows: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Σ weight × value ÷ Σ weight; None if there is no weight."""
    pairs = list(rows)
    weight = sum((one for one, _ in pairs), ZERO)
    return sum((one * value for one, value in pairs), ZERO) / weight if weight else None


def portion(weights: Mapping[str, Fraction], name: str) -> Fraction:
    """The part of all that one has."""
    whole = sum(weights.values(), ZERO)
    return weights[name] / whole if whole else ZERO


def joined(
    evidence: Fraction | None, people: Fraction | None, share: Fraction
) -> Fraction | None:
    """Both, by their share; None if one lacks that counts."""
    if (share and evidence is None) or (share < 1 and people is None):
        return None
    return share * (evidence or ZERO) + (1 - share) * (people or ZERO)


PRICE_WORDS = frozenset({"price", "pricing", "cost", "costs"})


def is_about_price(name: str) -> bool:
    """Whether a category's name says that it is about price."""
    return bool(PRICE_WORDS & set(name.lower().replace("/", " ").split()))


# Money.

BOUGHT = (
    *("licence", "setup", "support", "onboarding", "training", "integration"),
    *("infrastructure_egress", "security_extras", "migration", "exit", "renewal_rise"),
)
WORK = ("engineer_time", "upkeep", "on_call")
ASKED = {
    "buy": BOUGHT,
    "build": BOUGHT + WORK,
    "open_source": BOUGHT + WORK,
    "as_is": (*BOUGHT, "upkeep", "on_call"),
}
RISING = ("licence", "support", "security_extras")


class Costs:
    """What one candidate costs over the horizon."""

    def __init__(self, facts: Facts, key: str) -> None:
        where = facts.evaluation
        self.months = where["horizon_months"]
        self.discount = (number(where["discount_rate"]) or ZERO) / 100
        self.factor = number(where["planning_factor"]) or ONE
        self.currency, self.rates = where["currency"], facts.rates
        self.lines = facts.cost_lines.get(key, [])
        kind = next(row["kind"] for row in facts.candidates if row["id"] == key)
        rows = [row for row in facts.price_items if not row["part"]]
        self.asked = (
            tuple(
                row["kind"]
                for row in rows
                if not row["for_kinds"] or kind in row["for_kinds"]
            )
            or ASKED[kind]
        )
        self.ruled = {row["kind"] for row in rows if row["not_applicable"]}
        self.rising = {row["kind"] for row in rows if row["rises"]}
        self.work = {row["kind"] for row in rows if row["counts_as"] == "work"}
        if not rows:
            self.rising, self.work = set(RISING), {"engineer_time"}
        self.parts = {
            (row["kind"], row["part"])
            for row in facts.price_items
            if row["part"] and not row["not_applicable"]
        }

    def rate(self, line: Row) -> Fraction | None:
        """Into the currency of the purchase."""
        if line["rate"] is not None:
            return line["rate"]  # type: ignore[no-any-return]
        return (
            ONE
            if line["currency"] == self.currency
            else self.rates.get(line["currency"])
        )

    def payments(self, line: Row, rise: Fraction = ZERO) -> Fraction:
        """How many, each weighed by what its year does to it."""
        factor = self.factor if line["kind"] in self.work else ONE
        if line["recurrence"] == "once":
            return factor
        paid = ZERO
        for year in range((self.months + 11) // 12):
            months = min(12, self.months - 12 * year)
            times = months if line["recurrence"] == "monthly" else 1
            paid += times * ((1 + rise) / (1 + self.discount)) ** year
        return factor * paid

    def each(self, line: Row, name: str) -> Fraction:
        """One payment in its own currency, by its tiers."""
        steps: list[tuple[Any, Any]] = [(ZERO, line[name])]
        steps += [(number(tier["above"]), number(tier[name])) for tier in line["tiers"]]
        quantity: Fraction = line["quantity"]
        way = line["pricing"]
        if way == "graduated":
            ends = [above for above, _ in steps[1:]] + [quantity]
            return sum(
                (
                    Fraction(max(ZERO, min(quantity, end) - above) * price)
                    for (above, price), end in zip(steps, ends, strict=True)
                ),
                ZERO,
            )
        reached = [price for above, price in steps if above < quantity] or [line[name]]
        each = Fraction(reached[-1])
        if way == "package":
            return each if quantity else ZERO
        return each * quantity

    def amount(self, name: str, kind: str = "over the horizon") -> Fraction:
        """Low, likely or high; each row to the cent. Of all, of what is paid once, or
        of a full year at today's prices."""
        whole = ZERO
        for line in self.lines:
            rate, once = self.rate(line), line["recurrence"] == "once"
            if line["state"] != "priced" or (kind == "paid once" and not once):
                continue
            if kind == "a year":
                if not once and rate is not None and line["pricing"] != "percent":
                    work = line["kind"] in self.work
                    times = 12 if line["recurrence"] == "monthly" else 1
                    factor = (self.factor if work else ONE) * times
                    whole += cents(self.each(line, name) * factor * rate)
                continue
            if line["pricing"] == "percent":
                whole += cents(self.rises(line[name] / 100, name))
            elif rate is not None:
                whole += cents(self.each(line, name) * self.payments(line) * rate)
        return whole

    def rises(self, rise: Fraction, name: str) -> Fraction:
        """What a rise adds to what rises."""
        return sum(
            (
                self.each(line, name)
                * (self.payments(line, rise) - self.payments(line))
                * (self.rate(line) or ZERO)
                for line in self.lines
                if line["state"] == "priced" and line["kind"] in self.rising
            ),
            ZERO,
        )

    def kinds(self) -> tuple[int, int]:
        """Kinds that nobody stated, of all that are asked for."""
        states: dict[str, set[str]] = defaultdict(set)
        said: dict[str, set[str]] = defaultdict(set)
        for line in self.lines:
            said[line["kind"]].add(line["label"])
            lost = line["state"] == "priced" and self.rate(line) is None
            lost &= line["pricing"] != "percent"
            states[line["kind"]].add("unsaid" if lost else line["state"])
        kinds = [*self.asked, *sorted(set(states) - set(self.asked))]
        unsaid, counted = 0, 0
        for one in kinds:
            known = states.get(one, set())
            out = known <= {"unsaid", "not_applicable"}
            if out and (one in self.ruled or "not_applicable" in known):
                continue
            parts = {part for kind, part in self.parts if kind == one}
            counted += 1
            unsaid += not known or "unsaid" in known or not parts <= said[one]
        return unsaid, counted


def cents(amount: Fraction) -> Fraction:
    """To the cent, halves up."""
    return Fraction((200 * amount.numerator // amount.denominator + 1) // 2, 100)


def as_day(text: str) -> datetime.date:
    """A day of ISO 8601."""
    return datetime.date.fromisoformat(text)
