"""Counted figures of one memo: the one road by which they reach a reader.

Pages print them by the tag `figure`, as `<data value="0.574"
data-figure="sure.likely.A">57</data>`; Markdown, Word and mails print `shown`.

The ids, what each is, and how it is shown. A `<candidate>` is its id in the inputs, a
`<category>`, `<role>` or `<limit>` its name there. *Points* are of 100 with one place,
*%* as *of 100*; *n of m* has m in `data-of`. Those *compared* are shortlisted or
chosen, without a knock-out and with a total, which is the fit until the consensus.

    fit.<candidate>              fit, %; a dash where nothing is answered
    fit.<candidate>.<category>   fit of one category, %
    tested_fit.<candidate>       fit of what a demo or a trial judged, %
    people.<candidate>           people's score, %
    total.<candidate>            total, points
    place.<candidate>            rank among those compared
    answered.<candidate>         answered, n of the scored requirements that apply
    ours.<candidate>             answered by the buyer's note with a status, n of those
    noted.<candidate>            noted by the buyer without a status: no answer, n
    shown.<candidate>            judged by a demo, n of the answered
    tested.<candidate>           judged by a trial, n of the answered
    researched.<candidate>       answered and backed by research, n
    tried.<candidate>            formulas 1 and 2: shown or tested, n of the answered
    promises.<candidate>         promises held, n of those that trials judged; of fewer
                                 than five just these, n
    promises.short.<candidate>   held, but short of the number that was claimed, n
    promises.shown.<candidate>   the same of demos
    knock_outs.<candidate>       requirements that knock it out, n
    cost.<bound>.<candidate>     cost over the horizon, low, likely or high
    cost.unknown.<candidate>     kinds of cost that nobody stated, n of the kinds
    cost.over.<candidate>.<limit>  by how much the likely cost, else the high, is over
    gap.<candidate>              likely cost beside the cheapest other to choose from
    measured.<candidate>.<ref>   what confirmed runs came to: value of the first pool,
                                 or tests that failed; shown in the words of all
    measured.against.<candidate>.<ref>  the same less what was claimed, in its unit
    weighs.<category>            what it decides of the total, of 100, as parts
    weighs.others                what those decide that are not listed, the sum of parts
    price.without.<candidate>    total without the categories about price, points
    level.tested                 tested for all compared, weight above 0, n of all
    level.fit.<candidate>        fit on just these, points, places as `level.ahead`
    level.ahead                  how far the first on these is ahead, difference
    level.more.<candidate>       tests of the leader beyond these, n
    sure.likely.<candidate>      share of draws won, of 100, as parts
    sure.likely.nobody           share of draws in which nobody is left, the same parts
    sure.weights.<candidate>     share of weightings won today, of 100, as parts
    sure.open                    open verdicts, n of open and judged ones
    sure.proposed                verdicts taken as runs propose, n
    sure.proposed.more           of these those that are not named, n
    sure.recorded.<candidate>    findings that wait for a reply, taken as recorded, n
    sure.unanswered              criteria that wait for an answer, n
    sure.out.<candidate>         share of draws in which it is knocked out, of 100
    sure.prior.<verdict>         share with which open verdicts are drawn, %
    sure.prior.worth             how many verdicts that is worth
    sure.house.<verdict>         verdicts in the house's record, n; or `all`
    sure.own.<candidate>.<verdict>  its own trial verdicts, n
    flip.from, flip.to, flip.by  what a category decides today and where another is
                                 first, points with %, and the difference
    second.flip.from, second.flip.to  the same for the runner-up
    second.total, second.first   totals of runner-up and first, points
    second.behind                their difference, with its places
    second.more                  requirements to prove beyond those that are named, n
    roles.other                  roles that would pick another, n of those that pick one
    roles.weight                 people's weight on what their picks rest on, n of all
    role.fit.<role>              fit of its pick by its own weights, %
    role.lead.<role>             how far before the next, points
    cost.known.<candidate>       kinds of cost that somebody stated, n of the kinds
    brief.months, brief.budget   horizon in months, budget
    brief.limit.<limit>          what the brief allows
    brief.likely.<candidate>.<limit>  likely cost beside that
    brief.live.<candidate>       months until it is live, as was said
    brief.<state>.<candidate>.<row>  of the requirements behind a row of the brief those
                                 answered, shown, tested, proven or refuted, n of all; a
                                 row is a metric, or a value of a list
    benefit.worth.<candidate>    what the hours saved are worth, in thousands or so
    benefit.less_cost.<candidate>  that less the likely cost
    benefit.months.<candidate>   months live × likely cost ÷ worth, one place
    stated.<name>                how many of a list are not shown on the page, n
    approved.roles               roles that approved the words of now, n of those asked
    approved.people              different people who signed those approvals, n
    judged.<candidate>           criteria of its trials with a verdict, n of all
    judged.all, judged.open      those of the shortlist with one, and without, n of all
    judged.trials                trials of the shortlist, n
    gaps.open.<candidate>        gaps of its trials that are not closed, n
    needs.all, needs.musts       requirements in force; must-haves among them, n
    needs.weighted               their categories that have a weight, n of all
    conditions.open              conditions that are not closed, n

Rounding happens once, from the exact value, halves up. *Of 100*: whole; more than 0 and
below 1 is *less than 1*, above 99 and below 100 *more than 99*. *As parts*: together
they go by largest remainder, at most one point more for each, equal ones the earlier;
those below 1 take no point. *Difference*: both values and it have as many places, 1 to
4, as make them agree, and as make it more than 0 where it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from evaltracker.decision.memo.record import (
    NOTHING_STATED,
    FrozenCost,
    Inputs,
    Memo,
    Results,
    knows_lists,
    silence_of,
)
from evaltracker.decision.memo.results import (
    Counted,
    contest_between,
    count_candidate,
    eligible_candidates,
    role_ranks,
)
from evaltracker.evaluations.words import say as say_words
from evaltracker.money import written
from evaltracker.requirements.services.categories import is_about_price
from stakeholders.selectors import Approved
from trials.scoring import (
    Field,
    Flip,
    Placed,
    fit_by_category,
    nearest_flip,
    ranking,
    rounded,
    smallest_flip,
)

NONE = "–"
NOBODY = "nobody"
ZERO = Fraction(0)
# So many categories are listed by what they decide; the others are added up.
MOST = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """`exact` is None where there is nothing to divide by; then a dash is shown."""

    id: str
    exact: Fraction | None
    shown: str
    of: int | None = None

    def __str__(self) -> str:
        return self.shown

    @property
    def value(self) -> str:
        """The exact value as a decimal, or as a fraction that has no end as one."""
        exact = self.exact or ZERO
        decimal = Decimal(exact.numerator) / exact.denominator
        if Fraction(decimal) == exact:
            return f"{decimal:f}"
        return str(exact)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with figures among them; as text with those as they are shown."""

    parts: tuple[str | Figure, ...] = ()

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def __bool__(self) -> bool:
        return bool(self.parts)


type Part = str | Figure | Sentence

BLANK = Sentence()


def say(text: str, *parts: Part) -> Sentence:
    """The text with the parts, which stay as they are, in place of each “{}”."""
    first, *rest = text.split("{}") if parts else [text]
    flat: list[str | Figure] = [first]
    for part, piece in zip(parts, rest, strict=True):
        if isinstance(part, Sentence):
            flat += part.parts
        else:
            flat.append(part)
        flat.append(piece)
    return Sentence(tuple(item for item in flat if item != ""))


def joined(parts: Iterable[Part], by: str = ", ") -> Sentence:
    every = [*parts]
    if every:
        return say(by.join(["{}"] * len(every)), *every)
    return BLANK


def of_100(share: Fraction) -> str:
    if 0 < share < Fraction(1, 100):
        return "less than 1"
    if Fraction(99, 100) < share < 1:
        return "more than 99"
    return str(rounded(share * 100, 0))


def parts_of(shares: Sequence[Fraction]) -> list[str]:
    """Shares of one whole, which add up to it as they are shown."""
    shown = [of_100(share) for share in shares]
    whole = [place for place, text in enumerate(shown) if text.isdecimal()]
    if len(whole) < len(shares) and max(shares, default=0) > Fraction(99, 100):
        return shown
    floors = {place: int(shares[place] * 100) for place in whole}
    missing = int(sum(shares) * 100 + Fraction(1, 2)) - sum(floors.values())
    by_rest = sorted(whole, key=lambda at: floors[at] - shares[at] * 100)
    for place in by_rest[: max(missing, 0)]:
        floors[place] += shares[place] > 0
    return [str(floors.get(place, text)) for place, text in enumerate(shown)]


def difference(before: Fraction, after: Fraction) -> tuple[str, str, str]:
    """Both values and what lies between them, with places that agree."""
    values = (before, after, after - before)
    for places in range(1, 5):
        low, high, gap = (rounded(value, places) for value in values)
        if high - low == gap and (gap or before == after):
            break
    return str(low), str(high), str(gap)


def points(share: Fraction) -> str:
    return str(rounded(share * 100, 1))


def per_cent(name: str, share: Fraction | None) -> Figure:
    return Figure(name, share, NONE if share is None else f"{of_100(share)}%")


def in_points(name: str, share: Fraction | None) -> Figure:
    if share is None:
        return Figure(name, None, NONE)
    return Figure(name, share * 100, points(share))


def in_parts(name: str, shares: Iterable[tuple[str, Fraction]]) -> dict[str, Figure]:
    """Shares of one whole in their order, as figures that add up."""
    keys, exact = zip(*shares, strict=True) if (shares := [*shares]) else ((), ())
    return {
        key: Figure(f"{name}.{key}", share, text)
        for key, share, text in zip(keys, exact, parts_of(exact), strict=True)
    }


def counted_of(name: str, number: int, whole: int | None = None) -> Figure:
    """“7 of 10”, or “7” by itself."""
    if whole is None:
        shown = str(number)
    else:
        shown = f"{number} of {whole}"
    return Figure(name, Fraction(number), shown, whole)


def in_words(inputs: Inputs, text: str) -> str:
    """Words of ours in the nouns that the memo was frozen with."""
    return say_words(inputs["brief"].get("words", {}), text)


def counted_noun(name: str, number: int, noun: str) -> Sentence:
    """“3 gaps”."""
    return say(f"{{}} {noun}{'' if number == 1 else 's'}", counted_of(name, number))


def approved_parts(approved: Approved) -> tuple[Figure, Sentence]:
    """“2 of 4” and “roles, 1 person · Priya Nair (PM; DevOps for Dana Weiss)”: no count
    of approvals stands without people and names."""
    count = counted_of("approved.roles", approved.roles, approved.asked)
    if approved.asked == 1:
        roles = "role"
    else:
        roles = "roles"
    if not approved.names:
        return count, say(f"{roles}, nobody yet")
    people = counted_of("approved.people", len(approved.names))
    if len(approved.names) == 1:
        noun = "person"
    else:
        noun = "people"
    who = ", ".join(f"{name} ({'; '.join(parts)})" for name, parts in approved.names)
    return count, say(f"{roles}, {{}} {noun} · {{}}", people, who)


def approved_said(approved: Approved) -> Sentence:
    return say("{} {}", *approved_parts(approved))


def money(name: str, amount: str | Decimal) -> Figure:
    amount = Decimal(amount)
    return Figure(name, Fraction(amount), written(amount))


def unknown_kinds(key: str, cost: FrozenCost) -> Figure:
    left = cost["kinds"] - cost["known"]
    return counted_of(f"cost.unknown.{key}", left, cost["kinds"])


@dataclass(frozen=True, slots=True)
class SharedEvidenceFit:
    """How those compared stand on what a trial judged for everybody."""

    leads: list[str]
    refs: list[str]
    fits: Mapping[str, Fraction]
    more: int
    word: str

    @property
    def is_level(self) -> bool:
        return len(set(self.fits.values())) == 1


class Figures:
    """What one memo's inputs and results come to, exact until it is shown.

    `counted` are all its candidates, counted; `names` are their names as `quote` makes
    them safe for where they are printed.
    """

    def __init__(
        self,
        inputs: Inputs,
        results: Results,
        counted: Iterable[Counted],
        quote: Any = str,
    ) -> None:
        self.inputs = inputs
        self.results = results
        self.quote = quote
        self.names = {row["id"]: quote(row["name"]) for row in inputs["candidates"]}
        self.counted = {option.candidate["id"]: option for option in counted}
        self.robust: dict[str, Any] = results.get("robustness") or {}
        self.is_open = bool(inputs["consensus"])

    def fit(self, key: str) -> Figure:
        stated = self.results[key]["answered"]
        return per_cent(f"fit.{key}", self.counted[key].fit.value if stated else None)

    def fit_of(self, key: str, category: str) -> Figure:
        return per_cent(f"fit.{key}.{category}", self.fits[key].get(category))

    @cached_property
    def fits(self) -> dict[str, dict[str, Fraction]]:
        needs = self.inputs["requirements"]
        category_of = {row["ref"]: row["category"] for row in needs}
        return {
            key: fit_by_category(option.fit.weighed, category_of)
            for key, option in self.counted.items()
        }

    def tested_fit(self, key: str) -> Figure:
        return per_cent(f"tested_fit.{key}", self.counted[key].fit.of_tested)

    def people(self, key: str) -> Figure:
        if self.is_open:
            share = self.counted[key].people.value
        else:
            share = None
        return per_cent(f"people.{key}", share)

    def total(self, key: str) -> Figure:
        stated = self.is_open and self.results[key]["answered"]
        if stated:
            share = self.counted[key].total.value
        else:
            share = None
        return in_points(f"total.{key}", share)

    def coverage(self, key: str) -> Sentence:
        """“8 of 10 answered · 5 of 8 shown · 2 of 8 tested”."""
        row = self.results[key]
        answered = row["answered"]
        noted = counted_of(f"noted.{key}", row.get("noted", 0))
        if not answered:
            item = self.counted[key].candidate
            silence = silence_of(item, row) or NOTHING_STATED
            if noted.exact:
                return say(f"{silence}; {{}} noted by us", noted)
            return say(silence)
        first = counted_of(f"answered.{key}", answered, row["asked"])
        if "shown" not in row:
            tried = counted_of(f"tried.{key}", row["tested"], answered)
            return say("{} answered · {} shown or tested", first, tried)
        shown = counted_of(f"shown.{key}", row["shown"], answered)
        tested = counted_of(f"tested.{key}", row["tested"], answered)
        line = say("{} answered · {} shown · {} tested", first, shown, tested)
        if row.get("ours"):
            ours = counted_of(f"ours.{key}", row["ours"])
            phrase = "{} answered ({} ours) · {} shown · {} tested"
            line = say(phrase, first, ours, shown, tested)
        if row.get("researched"):
            backed = counted_of(f"researched.{key}", row["researched"])
            line = say("{} ({} backed by research)", line, backed)
        if noted.exact:
            return say("{} · {} noted by us", line, noted)
        return line

    def promises(self, key: str, name: str = "promises") -> Sentence:
        """Of trials, or with `promises_in_demos` of demos; blank where not kept."""
        record = self.results[key].get(name)
        if record is None:
            return BLANK
        if name == "promises":
            demos = ""
        else:
            demos = "shown."
        name = f"promises.{demos}{key}"
        if record["hidden"]:
            tested = counted_of(name, record["tested"])
            return say(f"{{}} {'shown' if demos else 'tested'}, too few to say", tested)
        held = counted_of(name, record["held"], record["tested"])
        if demos:
            place = in_words(self.inputs, " in demos")
        else:
            place = ""
        line = say(f"{{}} held{place}", held)
        if not record.get("short"):
            return line
        short = counted_of(f"promises.short.{key}", record["short"])
        return say("{}, {} short of its claim", line, short)

    def cost(self, key: str, bound: str = "likely") -> Figure:
        return money(f"cost.{bound}.{key}", self.results[key]["cost"][bound])

    def unknown(self, key: str) -> Figure:
        return unknown_kinds(key, self.results[key]["cost"])

    @cached_property
    def running(self) -> list[Counted]:
        return eligible_candidates(self.counted.values())

    def field_without(self, *names: str) -> Field:
        return contest_between(
            self.inputs, self.running, people=self.is_open, without=names
        )

    @cached_property
    def field(self) -> Field:
        return self.field_without()

    @cached_property
    def placed(self) -> list[Placed]:
        """Those compared, the best first."""
        return ranking(self.field)

    @cached_property
    def totals(self) -> dict[str, Fraction]:
        return {row.key: row.total for row in self.placed}

    @property
    def ranks(self) -> dict[str, int]:
        return {row.key: row.rank for row in self.placed}

    @property
    def leads(self) -> list[str]:
        return [row.key for row in self.placed if row.rank == 1]

    @cached_property
    def weighs(self) -> dict[str, Figure]:
        """What each category decides of the total, from high to low."""
        pairs = zip(self.field.categories, self.field.decides, strict=True)
        decides = sorted((pair for pair in pairs if pair[1]), key=lambda pair: -pair[1])
        return in_parts("weighs", decides)

    @property
    def others_weigh(self) -> Figure | None:
        rest = [*self.weighs.values()][MOST:]
        if not rest:
            return None
        exact = sum((figure.exact or ZERO for figure in rest), ZERO)
        whole = sum(int(figure.shown) for figure in rest if figure.shown.isdecimal())
        return Figure("weighs.others", exact, str(whole or of_100(exact)))

    @cached_property
    def about_price(self) -> list[str]:
        """The categories about price that decide anything."""
        return [
            row["name"]
            for row in self.inputs["categories"]
            if row["name"] in self.weighs
            and (row.get("price_reason") or is_about_price(row["name"]))
        ]

    @cached_property
    def without_price(self) -> dict[str, Figure]:
        """Totals without these, the best first; none where nothing else is scored."""
        if not self.about_price:
            return {}
        field = self.field_without(*self.about_price)
        return {
            row.key: in_points(f"price.without.{row.key}", row.total)
            for row in ranking(field)
        }

    @cached_property
    def level(self) -> SharedEvidenceFit | None:
        """None where nobody is compared, or trials and demos were not told apart."""
        if len(self.totals) < 2 or not knows_lists(self.inputs):
            return None
        rows = {
            option.candidate["id"]: {
                row.key: row for row in option.fit.rows if row.points is not None
            }
            for option in self.running
            if option.candidate["id"] in self.totals
        }
        tested = {
            key: [ref for ref, row in fit_rows.items() if row.tested]
            for key, fit_rows in rows.items()
        }
        first, *others = tested.values()
        refs = [ref for ref in first if all(ref in other for other in others)]
        fits = {}
        if refs:
            for key, fit_rows in rows.items():
                points = sum(
                    (Fraction(fit_rows[ref].points or 0) for ref in refs), ZERO
                )
                weight = sum((Fraction(fit_rows[ref].weight) for ref in refs), ZERO)
                fits[key] = points / weight
        leads = self.leads
        word = "ahead so far"
        if len(leads) > 1:
            word = "level"
        elif self.is_open or firsts(fits) == leads:
            word = "first"
        return SharedEvidenceFit(
            leads, refs, fits, len(tested[leads[0]]) - len(refs), word
        )

    @property
    def drawn(self) -> dict[str, Any] | None:
        """The draws of just these inputs; None as long as there are none."""
        drawn: dict[str, Any] | None = self.robust.get("certainty")
        if drawn and "all_wins" in drawn:
            return drawn
        return None

    @cached_property
    def likely(self) -> dict[str, Figure]:
        """How likely each comes first, the likeliest first, and nobody at the end."""
        if not self.drawn:
            return {}
        shares = self.drawn["all_wins"] | {NOBODY: self.drawn["nobody"]}
        return self.as_parts("sure.likely", shares)

    @cached_property
    def by_weights(self) -> dict[str, Figure]:
        rows = self.robust.get("ranking", ())
        shares = {row["id"]: row["wins"] for row in rows if row["wins"] is not None}
        return self.as_parts("sure.weights", shares)

    def as_parts(self, name: str, shares: Mapping[str, str]) -> dict[str, Figure]:
        exact = {
            key: Fraction(shares[key]) for key in (*self.names, NOBODY) if key in shares
        }
        return in_parts(
            name, sorted(exact.items(), key=lambda pair: (pair[0] == NOBODY, -pair[1]))
        )

    def flip(self, second: str = "") -> tuple[Flip, Figure, Figure, Figure] | None:
        """The least change of one weight that changes the winner, or that puts `second`
        first; from, to, by."""
        field = self.field
        name = "second.flip" if second else "flip"
        if second:
            change = nearest_flip(field, second)
        else:
            change = smallest_flip(field)
        if change is None:
            return None
        ends = (change.before * 100, change.after * 100)
        low, high, gap = difference(*ends)
        return (
            change,
            Figure(f"{name}.from", ends[0], f"{low}%"),
            Figure(f"{name}.to", ends[1], f"{high}%"),
            Figure(f"{name}.by", abs(ends[1] - ends[0]), gap.lstrip("-")),
        )

    @cached_property
    def roles(self) -> dict[str, tuple[list[str], Figure, Figure]]:
        """By role whom its own weights would pick, with what fit and what lead."""
        rows = {}
        for role, ranked in role_ranks(self.inputs, self.running):
            best = [pick.key for pick in ranked if pick.fit == ranked[0].fit]
            fit = ranked[0].fit if ranked else None
            if fit and ranked[len(best) :]:
                lead = fit - ranked[len(best)].fit
            else:
                lead = None
            ahead = in_points(f"role.lead.{role}", lead)
            rows[role] = (best, per_cent(f"role.fit.{role}", fit), ahead)
        return rows

    @property
    def roles_weight(self) -> Figure:
        """What the categories with evidence carry of people's weights."""
        evidence = {row["category"] for row in self.inputs["requirements"]}
        rows = [(row["name"], row["weight"] or 0) for row in self.inputs["categories"]]
        carried = sum(weight for name, weight in rows if name in evidence)
        return counted_of("roles.weight", carried, sum(weight for _, weight in rows))


def firsts(shares: Mapping[str, Fraction]) -> list[str]:
    best = max(shares.values(), default=None)
    return [key for key, share in shares.items() if share == best]


def figures_of(memo: Memo, quote: Any = str) -> Figures:
    """Of a memo that has its cells: a frozen or a gathered one."""
    inputs = memo["inputs"]
    counted = [count_candidate(row, inputs) for row in inputs["candidates"]]
    return Figures(inputs, memo["results"], counted, quote)
