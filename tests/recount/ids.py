"""Each id of a figure and how it is counted again: the exact value, and as shown.

The ids and what they mean are those that the product lists; how they are counted is
written here anew. What nobody counts here is an error, not a pass.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.recount.draws import Draws, proposals, statistic, text_key
from tests.recount.facts import CellFacts, Facts, read_json
from tests.recount.formulas import ZERO, Costs, Recount, cents, ratio
from tests.recount.shown import difference, half_up, of_100, parts

NONE = "–"
FEWEST = 5
# So many refs a sentence names.
NAMED = 6


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure as it has to be; `of` is blank where there is none."""

    exact: Fraction | None
    shown: str
    of: str = ""


type Rule = Callable[["Book", str], Counted]

RULES: list[tuple[re.Pattern[str], Rule]] = []


def rule(pattern: str) -> Callable[[Rule], Rule]:
    """The recount of ids that match; the rest of the id is given to it."""

    def keep(function: Rule) -> Rule:
        RULES.append((re.compile(pattern), function))
        return function

    return keep


class Unknown(AssertionError):
    """An id that nobody counts again."""


class Book:
    """One evaluation, whose figures are counted when they are asked for."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.recount = facts, Recount(facts)
        self.counted: dict[str, Counted] = {}

    def figure(self, name: str) -> Counted:
        """The figure of that id.

        Raises:
            Unknown: no rule counts it.
        """
        if name not in self.counted:
            self.counted[name] = self.count(name)
        return self.counted[name]

    def count(self, name: str) -> Counted:
        """The same, counted anew."""
        for pattern, function in RULES:
            if match := pattern.fullmatch(name):
                return function(self, match[1] if match.groups() else name)
        raise Unknown(name)

    @cached_property
    def draws(self) -> Draws:
        """Drawn once, with what runs propose."""
        prior = read_json(self.facts.evaluation["prior"])
        return Draws(self.recount, proposals(self.facts), prior)

    def stated(self, key: str) -> bool:
        """Whether anything is answered."""
        return bool(self.recount.count(key, "answered"))

    def listed(self, shares: dict[str, Fraction]) -> dict[str, Counted]:
        """Shares of one whole, the highest first, *nobody* at the end."""
        keys = sorted(shares, key=lambda key: (key == "nobody", -shares[key]))
        texts = parts([shares[key] for key in keys])
        return {
            key: Counted(shares[key], text)
            for key, text in zip(keys, texts, strict=True)
        }

    @cached_property
    def likely(self) -> dict[str, Counted]:
        """How likely each comes first."""
        counted = self.draws.counted
        return self.listed({**counted["all_wins"], "nobody": counted["nobody"]})

    @cached_property
    def by_weights(self) -> dict[str, Counted]:
        """The same by weights alone."""
        return self.listed(self.draws.counted["wins"])

    @cached_property
    def weighs(self) -> dict[str, Counted]:
        """What each category decides."""
        return self.listed({k: v for k, v in self.recount.decides.items() if v})

    @cached_property
    def level_refs(self) -> list[str]:
        """Tested for everybody compared."""
        book = self.recount
        first, *others = [book.tested_refs(key) for key in book.compared]
        return [ref for ref in first if all(ref in other for other in others)]

    @cached_property
    def level_fits(self) -> dict[str, Fraction]:
        """Fits on just these."""
        return {
            key: self.recount.fit(key, refs=self.level_refs) or ZERO
            for key in self.recount.compared
        }

    def flip_of(self, name: str, end: str) -> Counted:
        """One end of a change of weight, or the change."""
        book = self.recount
        way = book.flip(self.second) if name else book.smallest_flip()
        assert way is not None, name
        low, high, gap = difference(way[2] * 100, way[3] * 100)
        return {
            "from": Counted(way[2] * 100, f"{low}%"),
            "to": Counted(way[3] * 100, f"{high}%"),
            "by": Counted(way[0] * 100, gap.removeprefix("-")),
        }[end]

    @property
    def second(self) -> str:
        """The first that is behind the best."""
        best = max(self.recount.totals.values())
        return next(
            key for key in self.recount.ranked if self.recount.totals[key] < best
        )

    def picks(self) -> dict[str, list[tuple[Fraction, str]]]:
        """By role everybody compared, the best by its weights first."""
        book = self.recount
        return {
            role: sorted(
                (
                    (fit, key)
                    for key in running(book)
                    if (fit := book.role_fit(role, key)) is not None
                ),
                key=lambda pair: -pair[0],
            )
            for role in self.facts.role_weights
        }

    def leads(self) -> list[str]:
        """All that are first."""
        best = max(self.recount.totals.values(), default=None)
        return [key for key, total in self.recount.totals.items() if total == best]


def running(book: Recount) -> list[str]:
    """Can be chosen and are not knocked out, with or without a total."""
    return [
        key
        for key in book.keys
        if book.by_key[key]["state"] in ("shortlisted", "chosen")
        and not book.knock_outs(key)
    ]


def per_cent(share: Fraction | None) -> Counted:
    """Whole per cent, or a dash."""
    return Counted(share, NONE if share is None else f"{of_100(share)}%")


def points(share: Fraction | None) -> Counted:
    """Points of 100 with one place, or a dash."""
    if share is None:
        return Counted(None, NONE)
    return Counted(share * 100, half_up(share * 100, 1))


def n_of(number: int, whole: int | None = None) -> Counted:
    """“7 of 10”, or “7”."""
    if whole is None:
        return Counted(Fraction(number), str(number))
    return Counted(Fraction(number), f"{number} of {whole}", str(whole))


def money(amount: Fraction) -> Counted:
    """With commas, and cents where there are some."""
    text = half_up(amount, 2)
    whole, _, rest = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    grouped = f"{int(whole.removeprefix('-')):,}"
    return Counted(amount, sign + grouped + (f".{rest}" if int(rest) else ""))


KEY = r"([0-9a-f-]{36})"


@rule(rf"fit\.{KEY}")
def _fit(book: Book, key: str) -> Counted:
    return per_cent(book.recount.fit(key) if book.stated(key) else None)


@rule(rf"fit\.({KEY}\..+)")
def _fit_of_category(book: Book, name: str) -> Counted:
    return per_cent(book.recount.fit(name[:36], name[37:]))


@rule(rf"tested_fit\.{KEY}")
def _tested_fit(book: Book, key: str) -> Counted:
    return per_cent(book.recount.fit(key, refs=book.recount.tested_refs(key)))


@rule(rf"people\.{KEY}")
def _people(book: Book, key: str) -> Counted:
    return per_cent(book.recount.people(key))


@rule(rf"total\.{KEY}")
def _total(book: Book, key: str) -> Counted:
    opened = book.facts.consensus and book.stated(key)
    return points(book.recount.total(key) if opened else None)


@rule(rf"place\.{KEY}")
def _place(book: Book, key: str) -> Counted:
    return n_of(book.recount.place(key))


@rule(rf"answered\.{KEY}")
def _answered(book: Book, key: str) -> Counted:
    whole = len(book.recount.scored(key))
    return n_of(book.recount.count(key, "answered"), whole)


@rule(rf"((?:shown|tested)\.{KEY})")
def _judged(book: Book, name: str) -> Counted:
    kind, _, key = name.partition(".")
    return n_of(book.recount.count(key, kind), book.recount.count(key, "answered"))


@rule(rf"researched\.{KEY}")
def _researched(book: Book, key: str) -> Counted:
    return n_of(book.recount.count(key, "researched"))


@rule(rf"(promises\.(?:short\.|shown\.)?{KEY})")
def _promises(book: Book, name: str) -> Counted:
    key, source = name[-36:], "demo" if ".shown." in name else "trial"
    record = book.recount.promises(key, source)
    if ".short." in name:
        return n_of(record["short"])
    if record["tested"] < FEWEST:
        return n_of(record["tested"])
    return n_of(record["holds"], record["tested"])


@rule(rf"knock_outs\.{KEY}")
def _knock_outs(book: Book, key: str) -> Counted:
    return n_of(len(book.recount.knock_outs(key)))


@rule(rf"(cost\.(?:low|likely|high)\.{KEY})")
def _cost(book: Book, name: str) -> Counted:
    _, bound, key = name.split(".")
    return money(Costs(book.facts, key).amount(bound))


@rule(rf"cost\.unknown\.{KEY}")
def _unknown(book: Book, key: str) -> Counted:
    return n_of(*Costs(book.facts, key).kinds())


@rule(rf"cost\.over\.({KEY[1:-1]}\..+)")
def _over(book: Book, name: str) -> Counted:
    """By how much the likely cost, else the high, is over a limit of the brief."""
    where, costs, kind = book.facts.evaluation, Costs(book.facts, name[:36]), name[37:]
    limit = where[LIMITS[kind]]
    beyond = [
        costs.amount(bound, kind) - Fraction(str(limit)) for bound in ("likely", "high")
    ]
    return money(next(by for by in beyond if by > 0))


@rule(rf"gap\.{KEY}")
def _gap(book: Book, key: str) -> Counted:
    others = [
        Costs(book.facts, other).amount("likely")
        for other in running(book.recount)
        if other != key and book.facts.cost_lines.get(other)
    ]
    mine = Costs(book.facts, key).amount("likely")
    return money(abs(mine - min(others)))


@rule(r"weighs\.(.+)")
def _weighs(book: Book, name: str) -> Counted:
    if name != "others":
        return book.weighs[name]
    rest = list(book.weighs.values())[5:]
    exact = sum((one.exact or ZERO for one in rest), ZERO)
    whole = sum(int(one.shown) for one in rest if one.shown.isdecimal())
    return Counted(exact, str(whole or of_100(exact)))


@rule(rf"price\.without\.{KEY}")
def _without_price(book: Book, key: str) -> Counted:
    left_out = book.recount.about_price()
    return points(book.recount.total(key, without=left_out))


@rule(r"level\.tested")
def _level_tested(book: Book, _: str) -> Counted:
    return n_of(len(book.level_refs), len(book.facts.requirements))


@rule(rf"level\.fit\.{KEY}")
def _level_fit(book: Book, key: str) -> Counted:
    best = max(book.level_fits.values())
    others = [fit for fit in book.level_fits.values() if fit < best]
    own = book.level_fits[key]
    if not others:
        return points(own)
    low, high, _ = difference(max(others) * 100, best * 100)
    places = len(high.partition(".")[2])
    return Counted(own * 100, half_up(own * 100, places) if own < best else high or low)


@rule(r"level\.ahead")
def _level_ahead(book: Book, _: str) -> Counted:
    best = max(book.level_fits.values())
    second = max(fit for fit in book.level_fits.values() if fit < best)
    gap = difference(second * 100, best * 100)[2]
    return Counted((best - second) * 100, gap)


@rule(rf"level\.more\.{KEY}")
def _level_more(book: Book, key: str) -> Counted:
    return n_of(len(book.recount.tested_refs(key)) - len(book.level_refs))


@rule(r"sure\.likely\.(.+)")
def _likely(book: Book, key: str) -> Counted:
    return book.likely[key]


@rule(r"sure\.weights\.(.+)")
def _by_weights(book: Book, key: str) -> Counted:
    return book.by_weights[key]


@rule(r"sure\.open")
def _open(book: Book, _: str) -> Counted:
    owed = book.draws.owed.values()
    still = sum(len(one.open) for one in owed)
    return n_of(still, still + sum(one.judged for one in owed))


@rule(r"sure\.proposed(\.more)?")
def _proposed(book: Book, more: str) -> Counted:
    proposed = sum(one.proposed for one in book.draws.owed.values())
    return n_of(proposed - NAMED if more else proposed)


@rule(rf"sure\.recorded\.{KEY}")
def _recorded(book: Book, key: str) -> Counted:
    return n_of(book.draws.owed[key].recorded)


@rule(r"sure\.unanswered")
def _unanswered(book: Book, _: str) -> Counted:
    return n_of(sum(one.unanswered for one in book.draws.owed.values()))


@rule(rf"sure\.out\.{KEY}")
def _out(book: Book, key: str) -> Counted:
    share = book.draws.counted["knocked_out"][key]
    return Counted(share, of_100(share))


@rule(r"sure\.prior\.(.+)")
def _prior(book: Book, name: str) -> Counted:
    prior = book.draws.prior
    if name == "worth":
        return n_of(prior["worth"])
    return per_cent(Fraction(prior[name], book.draws.whole))


@rule(rf"sure\.own\.({KEY}\..+)")
def _own(book: Book, name: str) -> Counted:
    return n_of(book.draws.owed[name[:36]].own[name[37:]])


@rule(r"sure\.weightings")
def _weightings(book: Book, _: str) -> Counted:
    return Counted(Fraction(10_000), "10,000")


@rule(r"((?:second\.)?flip\.(?:from|to|by))")
def _flip(book: Book, name: str) -> Counted:
    *second, _, end = name.split(".")
    return book.flip_of("".join(second), end)


@rule(r"second\.(total|first|behind|more)")
def _second(book: Book, name: str) -> Counted:
    totals = book.recount.totals
    best, mine = max(totals.values()), totals[book.second]
    if name == "more":
        needed = book.recount.proofs_to_lead(book.second)
        return n_of(len(needed or []) - NAMED)
    low, high, gap = difference(mine * 100, best * 100)
    return {
        "total": Counted(mine * 100, low),
        "first": Counted(best * 100, high),
        "behind": Counted((best - mine) * 100, gap),
    }[name]


@rule(r"roles\.other")
def _other_roles(book: Book, _: str) -> Counted:
    picks = {role: ranked for role, ranked in book.picks().items() if ranked}
    leads = set(book.leads())
    others = [
        role
        for role, ranked in picks.items()
        if not leads & {key for fit, key in ranked if fit == ranked[0][0]}
    ]
    return n_of(len(others), len(picks))


@rule(r"roles\.weight")
def _roles_weight(book: Book, _: str) -> Counted:
    asked = {row["category"] for row in book.facts.requirements}
    weights = book.recount.people_weight
    carried = sum(weight for name, weight in weights.items() if name in asked)
    return n_of(int(carried), int(sum(weights.values())))


@rule(r"role\.fit\.(.+)")
def _role_fit(book: Book, role: str) -> Counted:
    return per_cent(book.picks()[role][0][0])


@rule(r"role\.lead\.(.+)")
def _role_lead(book: Book, role: str) -> Counted:
    ranked = book.picks()[role]
    behind = [fit for fit, _ in ranked if fit < ranked[0][0]]
    return points(ranked[0][0] - behind[0])


@rule(rf"brief\.((?:answered|shown|tested|proven|refuted)\.{KEY[1:-1]}\..+)")
def _brief_row(book: Book, name: str) -> Counted:
    """Of the requirements behind a metric, or behind a value of a list."""
    what, _, rest = name.partition(".")
    key, row, recount = rest[:36], rest[37:], book.recount
    cells = [
        recount.cells[key][need["ref"]]
        for need in book.facts.requirements
        if book.facts.metrics.get(need["metric_id"]) == row
    ]
    for need in book.facts.requirements:
        for value in need["values"]:
            if value and value[1] == row:
                facts = book.facts.cells.get((key, need["ref"]), CellFacts())
                cells.append(recount.value(facts, value))
    cells = [cell for cell in cells if cell.credit is not None]
    counted = [
        cell.standing == what if what in ("proven", "refuted") else getattr(cell, what)
        for cell in cells
    ]
    # What is refuted is told alone: one is enough.
    return n_of(sum(counted), None if what == "refuted" else len(counted))


@rule(rf"measured\.((?:against\.)?{KEY[1:-1]}\..+)")
def _measured(book: Book, name: str) -> Counted:
    """What runs that count came to, or that less what was claimed."""
    rest = name.removeprefix("against.")
    key, ref = rest[:36], rest[37:]
    verdicts = book.facts.cells[key, ref].verdicts if ref in book.recount.needs else []
    judged = {row.criterion for row in verdicts if row.measured}
    for row in book.facts.all_criteria:
        if text_key(row["id"]) in judged:
            runs = book.facts.runs[text_key(row["id"])]
            value = statistic(
                row["measure"], [run for run in runs if not run["left_out"]]
            )
            if rest != name:
                (said,) = [one.promised.number for one in verdicts if one.measured]
                value -= Fraction(said["value"])
            return Counted(value, f"~{float(abs(value)):g}")
    return Counted(None, "~not measured")


def in_thousands(amount: Fraction) -> str:
    """“448.8k”: three digits or four, and what they are of."""
    size = abs(amount)
    for scale, sign in ((10**9, "bn"), (10**6, "m"), (1000, "k")):
        if size >= scale:
            return half_up(amount / scale, 1).removesuffix(".0") + sign
    return half_up(amount)


@rule(rf"benefit\.((?:worth|less_cost|months)\.{KEY[1:-1]})")
def _benefit(book: Book, name: str) -> Counted:
    what, _, key = name.partition(".")
    where, row = book.facts.evaluation, book.recount.by_key[key]
    hours, wait, rate = (
        Fraction(str(value))
        for value in (
            row["hours_saved"],
            row["months_to_live"],
            where["loaded_hourly_rate"],
        )
    )
    days = where["engineers"] * where["working_days"]
    live = max(0, where["horizon_months"] - -(-wait // 1))
    worth = cents(hours * days * rate / 12 * live)
    cost = Costs(book.facts, key).amount("likely")
    if what == "months":
        months = cost * live / worth
        return Counted(months, half_up(months, 1))
    exact = worth if what == "worth" else worth - cost
    return Counted(exact, in_thousands(exact))


@rule(rf"noted\.{KEY}")
def _noted(book: Book, key: str) -> Counted:
    return n_of(book.recount.noted(key))


@rule(rf"ours\.{KEY}")
def _ours(book: Book, key: str) -> Counted:
    return n_of(book.recount.ours(key))


@rule(r"needs\.(all|musts)")
def _needs(book: Book, name: str) -> Counted:
    rows = book.facts.requirements
    musts = [row for row in rows if row["priority"] == "must"]
    return n_of(len(rows if name == "all" else musts))


@rule(r"needs\.weighted")
def _weighted(book: Book, _: str) -> Counted:
    asked = {row["category"] for row in book.facts.requirements}
    rows = [row for row in book.facts.categories if row["name"] in asked]
    return n_of(sum(row["weight"] is not None for row in rows), len(rows))


def shortlist(book: Book) -> list[str]:
    """Shortlisted or chosen."""
    return [
        row["id"]
        for row in book.facts.candidates
        if row["state"] in ("shortlisted", "chosen")
    ]


@rule(rf"judged\.(all|open|{KEY[1:-1]})")
def _criteria(book: Book, name: str) -> Counted:
    keys = shortlist(book) if name in ("all", "open") else [name]
    rows = [row for row in book.facts.all_criteria if row["candidate_id"] in keys]
    judged = sum(row["is_judged"] for row in rows)
    return n_of(len(rows) - judged if name == "open" else judged, len(rows))


@rule(r"judged\.trials")
def _trials(book: Book, _: str) -> Counted:
    keys = shortlist(book)
    trials = {
        row["trial_id"]
        for row in book.facts.all_criteria
        if row["candidate_id"] in keys
    }
    return n_of(len(trials))


@rule(rf"gaps\.open\.{KEY}")
def _gaps(book: Book, key: str) -> Counted:
    rows = [row for row in book.facts.gaps if row["candidate_id"] == key]
    return n_of(sum(row["closed_at"] is None for row in rows))


@rule(r"conditions\.open")
def _conditions(book: Book, _: str) -> Counted:
    return n_of(book.facts.open_conditions)


@rule(r"approved\.(roles|people)")
def _approved(book: Book, name: str) -> Counted:
    """Of the stage's rules: on the newest words that were signed in this round."""
    facts = book.facts
    stage = facts.evaluation["stage"]
    rules = [row for row in facts.sign_off_rules if row["stage"] == stage]
    given = [row for row in facts.sign_offs if row["stage"] == stage]
    latest = max((row["visit"] for row in given), default=None)
    given = [
        row for row in given if row["visit"] == latest and row["round"] == row["now"]
    ]
    words = given[-1]["sha256"] if given else ""
    signed: dict[Any, set[Any]] = {row["id"]: set() for row in rules}
    for row in given:
        if row["sha256"] == words and row["verdict"] in ("approve", "conditions"):
            signed.get(row["rule_id"], set()).add(row["person_id"])
    if name == "people":
        return n_of(len(set().union(*signed.values())))
    passed = [row for row in rules if len(signed[row["id"]]) >= row["required"]]
    return n_of(len(passed), len(rules))


@rule(rf"cost\.known\.{KEY}")
def _known(book: Book, key: str) -> Counted:
    unsaid, kinds = Costs(book.facts, key).kinds()
    return n_of(kinds - unsaid, kinds)


LIMITS = {
    "over the horizon": "budget",
    "paid once": "budget_once",
    "a year": "budget_yearly",
}


@rule(r"brief\.limit\.(.+)")
def _limit(book: Book, name: str) -> Counted:
    return money(Fraction(str(book.facts.evaluation[LIMITS[name]])))


@rule(rf"brief\.likely\.({KEY[1:-1]}\..+)")
def _likely_cost(book: Book, name: str) -> Counted:
    return money(Costs(book.facts, name[:36]).amount("likely", name[37:]))


@rule(rf"brief\.live\.{KEY}")
def _live(book: Book, key: str) -> Counted:
    return money(Fraction(str(book.recount.by_key[key]["months_to_live"])))


@rule(r"brief\.months")
def _months(book: Book, _: str) -> Counted:
    return n_of(book.facts.evaluation["horizon_months"])


@rule(r"brief\.budget")
def _budget(book: Book, _: str) -> Counted:
    return money(Fraction(str(book.facts.evaluation["budget"])))


__all__ = ["Book", "Counted", "Unknown", "ratio"]
