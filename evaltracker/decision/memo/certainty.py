"""How sure the first place is, in plain sentences for the page and the memo alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.decision.memo.record import CandidateResult, Inputs, Results
from evaltracker.decision.memo.results import CHOOSABLE
from evaltracker.toolbox.text import listed, named_ref
from stakeholders.models import Role

PENDING = (
    "How often each comes first is being counted; the numbers stand here in a moment."
)


ANOTHER_DAY = "How often each comes first is drawn for today only."


SAME = "Every verdict that was planned is in: both numbers are the same."


SEALED = ", on the evidence alone; people’s scores are still sealed"


NONE_DECIDES = "No single open verdict would change who is first."


PROPOSED_WORDS = {"fails": "fails", "partly": "partly holds", "holds": "holds"}


SOURCES = {"default": "our default", "hand": "set by hand"}


def per_cent(share: str) -> str:
    """A share as per cent; 0% and 100% only if it is exactly that."""
    exact = Decimal(share) * 100
    if 99 < exact < 100:
        return "more than 99%"
    if 0 < exact < 1:
        return "less than 1%"
    return f"{exact:.0f}%"


def both_numbers(found: dict[str, Any], top: str) -> str:
    """The two numbers of `top`, such as “93% / 52%”."""
    certainty = found["certainty"]
    if not certainty or top not in certainty["wins"]:
        return "–"
    by_weights, counting = certainty["wins"][top], certainty["all_wins"][top]
    return f"{per_cent(by_weights)} / {per_cent(counting)}"


def how_sure(
    found: dict[str, Any], top: str, names: dict[str, str], bold: str = ""
) -> str:
    certainty = found["certainty"]
    if certainty and "another_day" in certainty:
        return ANOTHER_DAY
    if not certainty or top not in certainty["wins"]:
        return PENDING

    def name(key: str) -> str:
        return f"{bold}{names[key]}{bold}"

    parts: list[str] = []
    sealed = SEALED if found["basis"] == "fit" else ""
    first = (
        f"{name(top)} comes first in {per_cent(certainty['wins'][top])} of "
        f"{found['draws']:,} random weightings"
    )
    if not (certainty["open"] or certainty["recorded"] or certainty.get("proposed")):
        return " ".join((*parts, f"{first}{sealed}. {SAME}"))
    parts.append(
        f"{first}; counting {counting(certainty)}, in "
        f"{per_cent(certainty['all_wins'][top])}{others(certainty, top, names)}"
        f"{sealed}."
    )
    shares = in_order(certainty["all_wins"], names)
    leader = max(shares, key=lambda key: Decimal(shares[key]))
    if Decimal(shares[leader]) > Decimal(shares[top]):
        parts.append(
            f"But once the open verdicts are counted, {name(leader)} comes first more "
            f"often ({per_cent(shares[leader])} against {per_cent(shares[top])})."
        )
    return " ".join(parts)


def in_order(found: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What was found by candidate, in the order of the names: kept draws have none."""
    return {key: found[key] for key in names if key in found}


def counting(certainty: dict[str, Any]) -> str:
    if not certainty["open"]:
        if certainty.get("proposed"):
            return "what runs propose"
        return "what waits for a vendor’s reply as recorded"
    whole = certainty["open"] + certainty["judged"]
    return (
        f"the {certainty['open']} of {whole} trial verdicts that nobody has given yet"
    )


def others(certainty: dict[str, Any], top: str, names: dict[str, str]) -> str:
    """“ (B 40%, C 5%; in 2% nobody is left)”: all who come first, and nobody."""
    shares = in_order(certainty["all_wins"], names)
    rivals = [key for key in shares if key != top and Decimal(shares[key])]
    rivals.sort(key=lambda key: Decimal(shares[key]), reverse=True)
    parts = [", ".join(f"{names[key]} {per_cent(shares[key])}" for key in rivals)]
    if Decimal(certainty["nobody"]):
        parts.append(f"in {per_cent(certainty['nobody'])} nobody is left")
    text = "; ".join(filter(None, parts))
    return f" ({text})" if text else ""


def grounds(certainty: dict[str, Any], names: dict[str, str]) -> list[str]:
    if "another_day" in certainty:
        return []
    lines = []
    for key, number in in_order(certainty["recorded"], names).items():
        findings, wait = (
            ("One finding", "waits") if number == 1 else (f"{number} findings", "wait")
        )
        verb = "it is" if number == 1 else "they are"
        lines.append(
            f"{findings} on {names[key]} {wait} for the vendor’s reply; {verb} counted "
            "here as recorded."
        )
    if proposed := certainty.get("proposed"):
        lines.append(proposed_line(proposed, names))
    if number := certainty["unanswered"]:
        criteria = "1 criterion waits" if number == 1 else f"{number} criteria wait"
        lines.append(f"{criteria} for an answer before anything can be judged.")
    out = [
        f"{names[key]} in {per_cent(share)}"
        for key, share in in_order(certainty["knocked_out"], names).items()
        if Decimal(share)
    ]
    if out:
        lines.append(f"Knocked out by a must-have: {listed(out)} of the draws.")
    if certainty["open"]:
        lines.append(prior_line(certainty, names))
    return lines


def proposed_line(proposed: Sequence[dict[str, str]], names: dict[str, str]) -> str:
    """“2 verdicts are taken as the runs propose; nobody has confirmed them: T6 of
    Determined AI fails, T3 of Azure ML holds.” The worst come first."""
    order = list(PROPOSED_WORDS)
    rows = [
        f"{row['ref']} of {names[row['id']]} {PROPOSED_WORDS[row['verdict']]}"
        for row in sorted(
            proposed,
            key=lambda row: (order.index(row["verdict"]), [*names].index(row["id"])),
        )
    ]
    more = [f"{len(rows) - REFS} more"] if len(rows) > REFS else []
    one = len(rows) == 1
    verdicts = "1 verdict is" if one else f"{len(rows)} verdicts are"
    return (
        f"{verdicts} taken as the runs propose; nobody has confirmed "
        f"{'it' if one else 'them'}: {', '.join([*rows[:REFS], *more])}."
    )


def prior_line(certainty: dict[str, Any], names: dict[str, str]) -> str:
    prior = certainty["prior"]
    whole = prior["holds"] + prior["partly"] + prior["fails"]
    shares = ", ".join(
        f"{per_cent(str(Decimal(prior[verdict]) / whole))} {verdict}"
        for verdict in ("holds", "partly", "fails")
    )
    source = SOURCES.get(prior["source"]) or (
        f"this house’s record: {prior['holds']} held, {prior['partly']} partly, "
        f"{prior['fails']} failed of {whole}"
    )
    own = "; ".join(
        f"{names[key]} {record['holds']} held, {record['partly']} partly, "
        f"{record['fails']} failed"
        for key, record in in_order(certainty["own"], names).items()
    )
    return (
        f"Open verdicts are drawn as {shares} ({source}), worth {prior['worth']} "
        f"verdicts, and each candidate’s own trial verdicts are added: {own}."
    )


def next_line(ref: str, text: str, candidate: str, chance: str) -> str:
    """“R08 Restarts a job, A: 10 of 100.”: what to test, and how much it decides."""
    return f"{ref} {text.rstrip('.')}, {candidate}: {of_100(chance)}."


def of_100(chance: str) -> str:
    """“10 of 100”; not quite all or nothing never reads as if it were."""
    return f"{per_cent(chance).removesuffix('%')} of 100"


def idle_line(number: int) -> str:
    if not number:
        return ""
    verdicts = "1 more open verdict" if number == 1 else f"{number} more open verdicts"
    return f"{verdicts} would not change who is first."


UNPROVEN = (
    "Nothing has been judged in a demo or a trial yet; a first place would rest on "
    "promises alone."
)


REFS = 6


def untold_words(
    why: str, inputs: Inputs, results: Results, quote: Callable[[str], str]
) -> str:
    if why == "unproven":
        return UNPROVEN
    running = [row for row in inputs["candidates"] if row["state"] in CHOOSABLE]
    if not running:
        return (
            "No candidate is on the shortlist, so there is no first place to question."
        )
    people = bool(inputs["consensus"])
    out = {
        row["id"]: reason
        for row in running
        if (reason := why_out(results[row["id"]], inputs, quote, people=people))
    }
    left = [quote(row["name"]) for row in running if row["id"] not in out]
    if len(running) == 1:
        name = quote(running[0]["name"])
        return (
            f"{name} alone is on the shortlist, so there is no first place to question."
        )
    reasons = "; ".join(
        f"{quote(row['name'])} {out[row['id']]}" for row in running if row["id"] in out
    )
    who = f"Only {listed(left)} can be compared" if left else "Nobody can be compared"
    return f"{who}, so there is no first place to question: {reasons}."


def need_names(
    inputs: Inputs, refs: Sequence[str], quote: Callable[[str], str]
) -> list[str]:
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    more = [f"{len(refs) - REFS} more"] if len(refs) > REFS else []
    return [*(quote(named_ref(ref, texts.get(ref, ""))) for ref in refs[:REFS]), *more]


def why_out(
    result: CandidateResult,
    inputs: Inputs,
    quote: Callable[[str], str],
    *,
    people: bool,
) -> str:
    if refs := result["knock_outs"]:
        return f"is knocked out by {listed(need_names(inputs, refs, quote))}"
    if result["fit"] is None:
        return "has no requirement that is scored"
    if people and result["people"] is None:
        return "was scored by nobody"
    return ""


def left_out(
    inputs: Inputs, results: Results, quote: Callable[[str], str]
) -> list[str]:
    people = bool(inputs["consensus"])
    return [
        f"{quote(row['name'])} {reason} today and takes no part in either number."
        for row in inputs["candidates"]
        if row["state"] in CHOOSABLE
        and (reason := why_out(results[row["id"]], inputs, quote, people=people))
    ]


def comparable(inputs: Inputs, results: Results) -> list[str]:
    people = bool(inputs["consensus"])
    return [
        row["id"]
        for row in inputs["candidates"]
        if row["state"] in CHOOSABLE
        and not why_out(results[row["id"]], inputs, str, people=people)
    ]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Three answers, and what would have to be true for the runner-up. Each answer is
    its number for the eye and the sentence around it. `untold` is why there is none of
    them."""

    untold: str = ""
    first: str = ""
    wins: tuple[str, str] = ("", "")
    smallest: tuple[str, str] = ("", "")
    roles: tuple[str, str] = ("", "")
    second: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    two_numbers: bool = False


def weighed(
    inputs: Inputs, results: Results, quote: Callable[[str], str] = str, bold: str = ""
) -> Weighed:
    """Say it; `quote` makes names and categories safe for where they are printed, and
    `bold` stands around whoever comes first."""
    robust = results.get("robustness")
    if robust is None:
        return Weighed("This memo was frozen before robustness was counted.")
    if robust["untold"]:
        return Weighed(untold_words(robust["untold"], inputs, results, quote))
    names = {
        candidate["id"]: quote(candidate["name"]) for candidate in inputs["candidates"]
    }
    firsts = [
        names[candidate_row["id"]]
        for candidate_row in robust["ranking"]
        if candidate_row["rank"] == 1
    ]
    return Weighed(
        first=listed(firsts),
        wins=wins(inputs, robust, names, bold),
        smallest=smallest(robust, names, firsts, quote),
        roles=roles(robust, names, firsts),
        second=tuple(second(inputs, robust, names, quote)),
        grounds=tuple(
            [*grounds(robust["certainty"], names), *left_out(inputs, results, quote)]
            if robust.get("certainty")
            else ()
        ),
        two_numbers="certainty" in robust,
    )


def wins(
    inputs: Inputs, found: dict[str, Any], names: dict[str, str], bold: str
) -> tuple[str, str]:
    """In how many weightings the choice wins, or whoever is first until then. From
    formula 3 on both numbers, by weights and counting what nobody has tested."""
    ranked = found["ranking"]
    choice = inputs["choice"]["candidate"]
    top = next((row for row in ranked if row["id"] == choice), ranked[0])
    if "certainty" in found:
        return both_numbers(found, top["id"]), how_sure(found, top["id"], names, bold)
    others = [
        f"{names[row['id']]} in {per_cent(row['wins'])}"
        for row in sorted(ranked, key=lambda row: Decimal(row["wins"]), reverse=True)
        if row is not top and Decimal(row["wins"])
    ]
    rest = f"; {listed(others[:3])}" if others else ", and nobody else in any"
    return per_cent(top["wins"]), (
        f"{names[top['id']]} comes first in {per_cent(top['wins'])} of "
        f"{found['draws']:,} random weightings around the agreed one{rest}."
    )


def smallest(
    found: dict[str, Any],
    names: dict[str, str],
    firsts: Sequence[str],
    quote: Callable[[str], str],
) -> tuple[str, str]:
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
    rows = found["roles"]
    if not rows:
        return "–", "No role gave a weight of its own to every category."
    away: dict[str, list[str]] = {}
    for row in rows:
        picked = [names[key] for key in row["ids"]]
        if picked and not set(picked) & set(firsts):
            away.setdefault(listed(picked), []).append(str(Role(row["role"]).label))
    number = sum(map(len, away.values()))
    if not number:
        whom = "the only role" if len(rows) == 1 else f"all {len(rows)} roles"
        return f"0 of {len(rows)}", (
            f"By the evidence and their own weights {whom} would pick "
            f"{listed(firsts, 'or')}."
        )
    picks = "; ".join(
        f"{listed(who)} would pick {picked}" for picked, who in away.items()
    )
    return f"{number} of {len(rows)}", f"By the evidence and their own weights {picks}."


def second(
    inputs: Inputs,
    found: dict[str, Any],
    names: dict[str, str],
    quote: Callable[[str], str],
) -> list[str]:
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
    before, after = (Decimal(hundredths(flip[name])) for name in ("before", "after"))
    moved = abs(after - before)
    return f"{moved} points" if moved else "less than 0.1 points"


def hundredths(share: str) -> str:
    return f"{Decimal(share) * 100:.1f}"
