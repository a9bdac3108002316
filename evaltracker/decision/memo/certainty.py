"""How sure the first place is and what it rests on, in plain sentences for the page
and the memo alike; every figure in them is one of `figures`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker.decision.memo.figures import (
    BLANK,
    MOST,
    NOBODY,
    NONE,
    Figure,
    Figures,
    Part,
    Sentence,
    counted_of,
    difference,
    firsts,
    in_words,
    joined,
    of_100,
    per_cent,
    say,
)
from evaltracker.decision.memo.record import Inputs, name_of
from evaltracker.decision.memo.results import CHOOSABLE
from evaltracker.toolbox.text import listed, named_ref
from trials.scoring import OPEN

PENDING = "Likely first: being counted."
ANOTHER_DAY = "How likely each comes first is drawn for today only."
NO_FIGURE = {
    "alone": "No figure yet: fewer than two candidates can be compared.",
    "unproven": "No figure yet: nothing has been judged in a demo or a trial.",
    "": "No figure: this memo was frozen before robustness was counted.",
}
SOURCES = {"default": "our default", "hand": "set by hand"}
VERDICTS = ("holds", "partly", "fails")
# The worst come first.
PROPOSED_WORDS = {"fails": "fails", "partly": "partly holds", "holds": "holds"}
REFS = 6
NUMBERS = ("", "", "both", "all three", "all four", "all five", "all six")


@dataclass(frozen=True, slots=True)
class CertaintySentences:
    """Three lines, everywhere alike; `likely` is printed bold and `rest` follows it."""

    leads: Sentence
    likely: Sentence
    rest: Sentence = BLANK
    still_open: Sentence = BLANK

    def __str__(self) -> str:
        return f"{self.leads} {self.likely}{self.rest} {self.still_open}".strip()

    @property
    def markdown(self) -> str:
        return str(self).replace(str(self.likely), f"**{self.likely}**", 1)


def certainty_of(figures: Figures) -> CertaintySentences:
    """How likely each comes first; a reason stands in place of figures that lack."""
    drawn = figures.drawn
    names = figures.names
    leads = figures.leads
    verb = "lead" if leads[1:] else "leads"
    leading = say(f"{listed([names[key] for key in leads])} {verb}.")
    if "certainty" in figures.robust and drawn is None:
        another = "another_day" in (figures.robust["certainty"] or ())
        pending = say(ANOTHER_DAY if another else PENDING)
        return CertaintySentences(
            leading, pending, still_open=say(basis_words(figures))
        )
    likely = figures.likely or figures.by_weights
    top = max(leads, key=lambda key: likely[key].exact or 0)
    first = next(iter(likely))
    if likely[first].exact == likely[top].exact:
        first = top
    others = [
        say("{} {}", names.get(key, NOBODY), figure)
        for key, figure in likely.items()
        if key != first and (figure.exact or key == top)
    ]
    if others:
        rest = say(" ({}).", joined(others))
    else:
        rest = say(".")
    if drawn and (drawn["open"] or drawn["recorded"] or drawn.get("proposed")):
        if first == top:
            who = ""
        else:
            who = f"{names[top]}, "
        weights = figures.by_weights[top]
        rest = say("{} If nothing more were tested: {}{}.", rest, who, weights)
    if first == top:
        who = ""
    else:
        who = f"{names.get(first, NOBODY)}, "
    line = say("Likely first: {}{} of 100", who, likely[first])
    return CertaintySentences(leading, line, rest, still_open(figures))


def by_weights(figures: Figures) -> Sentence:
    """“Azure 100, Paperspace 0”: of 100 weightings, as things stand."""
    shares = figures.by_weights.items()
    return joined(say("{} {}", figures.names[key], share) for key, share in shares)


def still_open(figures: Figures) -> Sentence:
    drawn = figures.drawn
    lines = list[Part]()
    if drawn is None:
        lines.append("What nobody had tested was not counted then.")
    elif number := drawn["open"]:
        figure = counted_of("sure.open", number, number + drawn["judged"])
        if figure.of == 1:
            verdicts = "verdict"
        else:
            verdicts = "verdicts"
        be = "is" if number == 1 else "are"
        lines.append(say("{} {} {} still open.", figure, verdicts, be))
    elif not (drawn["recorded"] or drawn.get("proposed")):
        lines.append("Everything planned is tested.")
    if drawn and (proposed := drawn.get("proposed")):
        lines.append(proposed_line(proposed, figures.names))
    return joined([*lines, *filter(None, [basis_words(figures)])], " ")


def basis_words(figures: Figures) -> str:
    if figures.is_open:
        return ""
    return "Evidence only; scores are sealed."


def grounds(figures: Figures) -> Iterator[Sentence]:
    drawn = figures.drawn
    names = figures.names
    if drawn is None:
        return
    for key in filter(drawn["recorded"].get, names):
        figure = counted_of(f"sure.recorded.{key}", number := drawn["recorded"][key])
        if number == 1:
            waits = "finding waits"
        else:
            waits = "findings wait"
        counts = f"{waits} for the vendor’s reply and counts here as recorded."
        yield say("{}: {} {}", names[key], figure, counts)
    if number := drawn["unanswered"]:
        if number == 1:
            waits = "criterion waits"
        else:
            waits = "criteria wait"
        figure = counted_of("sure.unanswered", number)
        yield say("{} {} for an answer before anything can be judged.", figure, waits)
    out = [
        say("{} in {}", names[key], Figure(f"sure.out.{key}", share, of_100(share)))
        for key in names
        if (share := Fraction(drawn["knocked_out"].get(key, 0)))
    ]
    if out:
        yield say("Knocked out by a must-have, of 100 draws: {}.", joined(out))
    if drawn["open"]:
        yield prior_line(drawn, names, in_words(figures.inputs, "trial"))


def proposed_line(
    proposed: Sequence[dict[str, str]], names: dict[str, str]
) -> Sentence:
    """“2 verdicts are taken as the runs propose; nobody has confirmed them: T6 of
    Determined AI fails, T3 of Azure ML holds.”"""
    rows: list[str] = []
    for verdict, phrase in PROPOSED_WORDS.items():
        for key in names:
            rows += [
                f"{row['ref']} of {names[key]} {phrase}"
                for row in proposed
                if (row["id"], row["verdict"]) == (key, verdict)
            ]
    shown: list[Part] = [*rows[:REFS]]
    if rows[REFS:]:
        more = counted_of("sure.proposed.more", len(rows) - REFS)
        shown.append(say("{} more", more))
    if rows[1:]:
        verdicts = "verdicts are"
        pronoun = "them"
    else:
        verdicts = "verdict is"
        pronoun = "it"
    return say(
        "{} {} taken as the runs propose; nobody has confirmed {}: {}.",
        counted_of("sure.proposed", len(rows)),
        verdicts,
        pronoun,
        joined(shown),
    )


def prior_line(
    drawn: dict[str, Any], names: dict[str, str], trial: str = "trial"
) -> Sentence:
    prior = drawn["prior"]
    whole = sum(prior[verdict] for verdict in VERDICTS)
    shares = [
        say("{} {}", per_cent(f"sure.prior.{verdict}", share), verdict)
        for verdict in VERDICTS
        for share in [Fraction(Decimal(prior[verdict]) / whole)]
    ]
    source: Part = SOURCES.get(prior["source"], "")
    if not source:
        record = {**prior, "all": whole}
        house = [
            counted_of(f"sure.house.{verdict}", record[verdict]) for verdict in VERDICTS
        ]
        tested = counted_of("sure.house.all", whole)
        record_words = "this house’s record: {} held, {} partly, {} failed of {}"
        source = say(record_words, *house, tested)
    candidate_records = [
        say(
            "{} {} held, {} partly, {} failed",
            names[key],
            *(
                counted_of(f"sure.own.{key}.{verdict}", record[verdict])
                for verdict in VERDICTS
            ),
        )
        for key in names
        if (record := drawn["own"].get(key))
    ]
    return say(
        "Open verdicts are drawn as {} ({}), worth {} verdicts, and each candidate’s "
        f"own {trial} verdicts are added: {{}}.",
        joined(shares),
        source,
        counted_of("sure.prior.worth", prior["worth"]),
        joined(candidate_records, "; "),
    )


def need_names(
    inputs: Inputs, refs: Sequence[str], quote: Callable[[str], str]
) -> list[str]:
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    if len(refs) > REFS:
        more = [f"{len(refs) - REFS} more"]
    else:
        more = []
    return [*(quote(named_ref(ref, texts.get(ref, ""))) for ref in refs[:REFS]), *more]


def whys_out(figures: Figures) -> Iterator[str]:
    """Who can be chosen and yet takes no part in the draws, and why."""
    for row in figures.inputs["candidates"]:
        if row["state"] not in CHOOSABLE:
            continue
        result = figures.results[row["id"]]
        name = figures.names[row["id"]]
        if refs := result["knock_outs"]:
            named = need_names(figures.inputs, refs, figures.quote)
            yield f"{name} is knocked out by {listed(named)}"
        elif result["fit"] is None:
            silent = result["asked"] and not result["answered"]
            if silent:
                what = "answered nothing"
            else:
                what = "no requirement that is scored"
            yield f"{name} has {what}"
        elif figures.is_open and result["people"] is None:
            yield f"{name} was scored by nobody"


@dataclass(frozen=True, slots=True)
class Weighed:
    """Who is first and how surely. `smallest` and `roles` are each a figure for the eye
    and the sentence around it. `untold` is why there is none of them."""

    most: Sentence
    price: Sentence
    untold: str = ""
    heading: str = ""
    first: str = ""
    level: Sentence = BLANK
    certainty: CertaintySentences = CertaintySentences(BLANK, BLANK)
    smallest: tuple[Part, Part] = ("", "")
    roles: tuple[Part, Part] = ("", "")
    second: tuple[Sentence, ...] = ()
    grounds: tuple[Sentence, ...] = ()


def weighed(figures: Figures) -> Weighed:
    most = most_words(figures)
    price = price_words(figures)
    out = [*whys_out(figures)]
    why = figures.robust.get("untold", "")
    if why or not figures.robust:
        if out:
            reasons = f" {'; '.join(out)}."
        else:
            reasons = ""
        return Weighed(
            most, price, f"{in_words(figures.inputs, NO_FIGURE[why])}{reasons}"
        )
    if not figures.robust.get("certainty"):
        out = []
    leading = [figures.names[key] for key in figures.leads]
    if figures.level:
        word = figures.level.word
    else:
        word = "first"
    return Weighed(
        most,
        price,
        heading=("level" if leading[1:] else word).capitalize(),
        first=listed(leading),
        level=level_words(figures),
        certainty=certainty_of(figures),
        smallest=smallest(figures, leading),
        roles=roles(figures),
        second=tuple(second(figures)),
        grounds=(
            *grounds(figures),
            *(say(f"{reason} today and takes no part in the draws.") for reason in out),
        ),
    )


def most_words(figures: Figures) -> Sentence:
    listing = [
        say("{} {}", figures.quote(name), figure)
        for name, figure in [*figures.weighs.items()][:MOST]
    ]
    if others := figures.others_weigh:
        listing.append(say("others {}", others))
    if listing:
        return say("What weighed most, of 100: {}.", joined(listing))
    return BLANK


def price_words(figures: Figures) -> Sentence:
    scored = figures.about_price
    without = figures.without_price
    if not scored:
        return say("No price is in the score.")
    through = joined(
        say("{} ({} of 100)", figures.quote(name), figures.weighs[name])
        for name in scored
    )
    start = say("Price is in the score through {}.", through)
    if figures.robust.get("untold", "none"):
        return start
    if not without:
        alone = len(figures.weighs) == len(scored)
        if alone:
            return say("{} Nothing else is scored.", start)
        return start
    first = firsts(
        {key: figure.exact or Fraction(0) for key, figure in without.items()}
    )
    same = set(first) == set(figures.leads)
    shown = [
        say("{} {}", figures.names[key], figure) for key, figure in without.items()
    ]
    if same:
        end = "the same is first"
    else:
        end = "price decides"
    return say("{} Without it: {}: {}.", start, joined(shown[:MOST]), end)


def level_words(figures: Figures) -> Sentence:
    level = figures.level
    names = figures.names
    if level is None:
        return BLANK
    number = len(figures.totals)
    if number < len(NUMBERS):
        of_all = NUMBERS[number]
    else:
        of_all = "all"
    if not level.refs:
        return say(f"Nothing has been tested on {of_all} of them yet.")
    whole = len(figures.inputs["requirements"])
    tested = counted_of("level.tested", len(level.refs), whole)
    start = say(f"On what {of_all} were tested ({{}})", tested)
    if level.is_level:
        if len(level.leads) > 1 or figures.is_open:
            return say("{} they are level.", start)
        leader = level.leads[0]
        more = counted_of(f"level.more.{leader}", level.more)
        if level.more == 1:
            tests = "more test of"
        else:
            tests = "more tests of"
        reason = say("{} {} {}", more, tests, names[leader])
        others = in_words(figures.inputs, "demos and answers")
        source = reason if level.more else others
        return say("{} they are level; the lead comes from {}.", start, source)
    ahead = firsts(level.fits)
    behind = {key: fit for key, fit in level.fits.items() if key not in ahead}
    after = firsts(behind)[0]
    fits = [level.fits[key] * 100 for key in (after, ahead[0])]
    low, high, gap = difference(*fits)
    return say(
        "{} {} by {} points of 100, with {} to {} of {}.",
        start,
        f"{listed([names[key] for key in ahead])} lead{'' if ahead[1:] else 's'}",
        Figure("level.ahead", fits[1] - fits[0], gap),
        Figure(f"level.fit.{ahead[0]}", fits[1], high),
        Figure(f"level.fit.{after}", fits[0], low),
        names[after],
    )


def smallest(figures: Figures, leading: Sequence[str]) -> tuple[Part, Part]:
    change = figures.flip()
    if len(leading) > 1:
        return NONE, (
            f"{listed(leading)} share the first place, so any change decides between "
            "them."
        )
    if change is None:
        return "none", (
            "No change of one category’s weight, however large, puts another before "
            f"{leading[0]}."
        )
    flip, before, after, by = change
    return say("{} points", by), say(
        "The smallest change of one weight that changes the winner: {} decides {} of "
        "the result instead of {}; from there on {} comes first.",
        figures.quote(flip.category),
        after,
        before,
        figures.names[flip.key],
    )


def roles(figures: Figures) -> tuple[Part, Part]:
    rows = figures.roles
    if not rows:
        return NONE, "No role gave a weight of its own to every category."
    away: dict[str, list[str]] = {}
    for role, (picked, _, _) in rows.items():
        if picked and not set(picked) & set(figures.leads):
            names = listed([figures.names[key] for key in picked])
            away.setdefault(names, []).append(name_of(figures.inputs, role))
    telling = sum(bool(picked) for picked, _, _ in rows.values())
    number = counted_of("roles.other", sum(map(len, away.values())), telling)
    picks = "; ".join(
        f"{listed(who)} would pick {picked}" for picked, who in away.items()
    )
    if not away:
        first = listed([figures.names[key] for key in figures.leads], "or")
        picks = f"{'all roles' if rows else 'the only role'} would pick {first}"
    return number, say(
        "By the evidence and their own weights {}. Their picks rest on the categories "
        "with requirements: {} points of people’s weights.",
        picks,
        figures.roles_weight,
    )


def second(figures: Figures) -> Iterator[Sentence]:
    runner_up = figures.robust["second"]
    if runner_up is None:
        yield say("All that are compared are level; nobody is second.")
        return
    key = runner_up["id"]
    proofs = runner_up["proofs"]
    total = figures.totals[key] * 100
    best = max(figures.totals.values()) * 100
    low, high, gap = difference(total, best)
    yield say(
        "{} is {} points of 100 behind, with {} to {}.",
        figures.names[key],
        Figure("second.behind", best - total, gap),
        Figure("second.total", total, low),
        Figure("second.first", best, high),
    )
    rows = figures.counted[key].fit.rows
    if proofs is not None:
        named = listed(need_names(figures.inputs, proofs[:REFS], figures.quote))
        more = counted_of("second.more", len(proofs) - REFS)
        also = say(" and {} more", more) if len(proofs) > REFS else ""
        end = in_words(figures.inputs, "held in its trial, all else being equal.")
        yield say("It would come first if {}{} {}", named, also, end)
    elif any(row.standing in OPEN and row.points is not None for row in rows):
        still = "Even if everything still open held in a trial, it would not come first"
        yield say(in_words(figures.inputs, f"{still}, all else being equal."))
    flip = figures.flip(key)
    if flip is None:
        yield say("No change of one category’s weight puts it first.")
    else:
        yield say(
            "It would come first if {} decided {} of the result instead of {}.",
            figures.quote(flip[0].category),
            flip[2],
            flip[1],
        )
