"""How sure the first place is in sentences: never one of the two numbers alone."""

from decimal import Decimal
from typing import Any

from evaltracker.kit.text import listed

PENDING = (
    "How often each comes first is being counted; the numbers stand here in a moment."
)
ANOTHER_DAY = "How often each comes first is drawn for today only."
SAME = "Every verdict that was planned is in: both numbers are the same."
SEALED = ", on the evidence alone; people’s scores are still sealed"
NONE_DECIDES = "No single open verdict would change who is first."
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
    """Both numbers of `top` in one sentence, and who leads once all is counted."""
    certainty = found["certainty"]
    if certainty and "another_day" in certainty:
        return ANOTHER_DAY
    if not certainty or top not in certainty["wins"]:
        return PENDING

    def name(key: str) -> str:
        return f"{bold}{names[key]}{bold}"

    parts = []
    if entry := certainty.get("as_of_entry"):
        parts.append(f"As of entry {entry}, recalculating:")
    sealed = SEALED if found["basis"] == "fit" else ""
    first = (
        f"{name(top)} comes first in {per_cent(certainty['wins'][top])} of "
        f"{found['draws']:,} random weightings"
    )
    if not (certainty["open"] or certainty["recorded"]):
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
    """What the second number counts beside the weights."""
    if not certainty["open"]:
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
    said = [", ".join(f"{names[key]} {per_cent(shares[key])}" for key in rivals)]
    if Decimal(certainty["nobody"]):
        said.append(f"in {per_cent(certainty['nobody'])} nobody is left")
    told = "; ".join(filter(None, said))
    return f" ({told})" if told else ""


def grounds(certainty: dict[str, Any], names: dict[str, str]) -> list[str]:
    """What stands under the two numbers: what is taken as it is, and the prior."""
    if "another_day" in certainty:
        return []
    lines = []
    for key, number in in_order(certainty["recorded"], names).items():
        findings, wait = (
            ("One finding", "waits") if number == 1 else (f"{number} findings", "wait")
        )
        it = "it is" if number == 1 else "they are"
        lines.append(
            f"{findings} on {names[key]} {wait} for the vendor’s reply; {it} counted "
            "here as recorded."
        )
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


def prior_line(certainty: dict[str, Any], names: dict[str, str]) -> str:
    """Where the urns start, and each candidate's own trial verdicts."""
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
    """How many open verdicts would change nothing by themselves; blank if none."""
    if not number:
        return ""
    verdicts = "1 more open verdict" if number == 1 else f"{number} more open verdicts"
    return f"{verdicts} would not change who is first."
