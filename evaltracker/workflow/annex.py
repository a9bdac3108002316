"""The annex of promises: what the chosen vendor said, in its words; a pure module.

From facts, as a version keeps them, to its text. It quotes and judges nothing.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from trials.scoring import HEAVY

NOBODY = "Nobody else promised anything."
NOTICE = "This lists what was said and tested. It binds only as part of a contract."
NO_PROMISE = "None of what matters most was promised by the vendor itself."
SEALED = "Prices are not part of this version."
FIRST_DAY = "on the contract's first day"
NO_DAY = "no day was said"
SAID = {
    "now": "now",
    "beta": "beta",
    "planned": "planned for {}",
    "on_request": "on request, at cost",
}
# What a line of costs says of those that have no price, by their state.
UNPRICED = {
    "included": "Included",
    "not_offered": "Not offered",
    "unsaid": "Nothing was said about",
}

type Facts = dict[str, Any]


def chosen_rows(facts: Facts) -> tuple[list[Facts], list[str], list[str]]:
    """Which requirements are promised, by ref; refs of what is promised too, but is no
    line; and of what the vendor left unsaid. What the owner struck is no line."""
    promised = []
    more = []
    unsaid = []
    for row in sorted(facts["requirements"], key=lambda row: str(row["ref"])):
        ref = row["ref"]
        claim = row.get("claim") or {}
        counts = row["must"] or row["weight"] >= HEAVY or row["gaps"]
        counts = counts or row.get("trial") in ("partly", "fails")
        struck = ref in facts.get("struck", ())
        if claim.get("by_vendor"):
            availability = claim.get("availability")
        else:
            availability = None
        if availability in SAID:
            is_line = counts or ref in facts.get("added", ())
            if is_line and not struck:
                promised.append(row)
            else:
                more.append(ref)
        elif counts and availability != "never" and not struck:
            unsaid.append(ref)
    return promised, more, unsaid


def due_of(row: Facts, starts_on: str | None) -> tuple[str | None, str]:
    """The day by which a promise is due, if there is one, and its words."""
    if days := [day for gap in row["gaps"] if (day := gap.get("promised_for"))]:
        return max(days), max(days)
    claim = row["claim"]
    first = starts_on or FIRST_DAY
    whole = {"": [claim["availability"], claim["available_from"]]}
    due: dict[str, Any] = {}
    for value, (availability, day) in (claim.get("values") or whole).items():
        # What is never there is due on no day.
        if availability not in SAID:
            continue
        if availability == "planned":
            due[value] = day
        elif availability == "on_request":
            due[value] = NO_DAY
        else:
            due[value] = first
    due_days = set(due.values())
    last = max(due_days - {FIRST_DAY, NO_DAY}, default=None)
    if last is None:
        return None, FIRST_DAY if FIRST_DAY in due_days else NO_DAY
    by_value = "; ".join(f"{value} {day}" for value, day in due.items())
    return last, f"{last} ({by_value})" if len(due_days) > 1 else last


def lines_of(facts: Facts) -> list[Facts]:
    """Each promise and undertaking by its number, with its due day. Its key stays when
    numbers move: the ref of a promise, the id of an undertaking."""
    starts_on = facts["contract_starts_on"]
    undertakings = facts.get("undertakings", ())
    promises = [
        (f"P{number}", row["ref"], _requirement_line(row), due_of(row, starts_on)[0])
        for number, row in enumerate(chosen_rows(facts)[0], 1)
    ]
    undertaken = [
        (f"U{number}", row.get("id"), row["words"], row.get("day"))
        for number, row in enumerate(undertakings, 1)
    ]
    names = ("line", "key", "says", "due")
    return [dict(zip(names, line, strict=True)) for line in promises + undertaken]


def annex_text(facts: Facts) -> str:
    """The text of a version: NFC, LF, one LF at its end.

    Raises:
        LookupError: there is no vendor who could have promised anything.
    """
    if not facts["vendor"]:
        raise LookupError(NOBODY)
    promised, _, unsaid = chosen_rows(facts)
    named = f"{facts['title']}: {facts['candidate']}, {facts['vendor']}"
    undertaken = map(_undertaking, facts.get("undertakings", ()))
    costs = [*_costs(facts["costs"])]
    blocks = [
        ["Annex of promises", named, NOTICE],
        *_numbered("Promises", (_promise(row, facts) for row in promised)),
        [] if promised else ["Promises", NO_PROMISE],
        *_numbered("Undertakings", undertaken),
        ["Costs", *costs] if costs else [],
        [f"Not said by the vendor: {', '.join(unsaid)}."] if unsaid else [],
    ]
    # A line of ours stays one line, whatever stands in a name.
    text = "\n\n".join(
        "\n".join(" ".join(line.splitlines()).rstrip() for line in lines)
        for lines in blocks
        if lines
    )
    return unicodedata.normalize("NFC", text) + "\n"


def digest_of_annex(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _numbered(head: str, blocks: Iterable[Iterable[str]]) -> Iterator[list[str]]:
    for number, (first, *more) in enumerate(blocks, 1):
        heads = [head] if number == 1 else []
        yield [*heads, f"{head[0]}{number}. {first}", *more]


def _requirement_line(row: Facts) -> str:
    return f"{row['ref']} {' '.join(row['text'].split())}"


def _promise(row: Facts, facts: Facts) -> Iterator[str]:
    claim = row["claim"]
    offer = SAID[claim["availability"]].format(claim["available_from"])
    yield f"{_requirement_line(row)} (revision {row['revision']})"
    yield f"Said by the vendor, revision {claim['revision']}, {claim['day']}: {offer}."
    yield from _quoted(claim["statement"])
    if held := claim.get("holds_for"):
        yield f"Holds for: {held}."
    if number := claim.get("number"):
        yield f"Number claimed: {number}."
    if trial := row.get("trial"):
        yield f"{facts.get('tested', 'Tested in the trial')}: {trial}."
    elif demo := row.get("demo"):
        result = demo.replace("_", " ")
        yield f"{facts.get('shown', 'Shown in a demo')}: {result}. Not tested."
    else:
        yield "Not tested."
    for measured in row.get("measured", ()):
        yield f"Measured: {measured}."
    for gap in sorted(row["gaps"], key=lambda gap: str(gap["found_on"])):
        yield f"Open gap, found {gap['found_on']}:"
        yield from _quoted(gap["text"])
        yield f"Reply of {gap['reply_day']}:" if gap.get("reply") else "No reply."
        yield from _quoted(gap.get("reply") or "")
        if day := gap.get("promised_for"):
            yield f"Promised for: {day}."
    yield f"Due: {due_of(row, facts['contract_starts_on'])[1]}."


def _quoted(text: str) -> Iterator[str]:
    """Somebody's words behind a mark, so that none of them pass for ours."""
    if text.strip():
        yield from (f"> {line}" for line in text.splitlines())


def _undertaking(row: Facts) -> Iterator[str]:
    yield " ".join(row["words"].split())
    if ref := row.get("ref"):
        yield f"Concerns: {ref}."
    yield f"Due: {row.get('day') or NO_DAY}."


def _costs(costs: Sequence[Facts] | None) -> Iterator[str]:
    if costs is None:
        yield SEALED
        return
    priced = [cost for cost in costs if cost["state"] == "priced"]
    for number, cost in enumerate(priced, 1):
        if cost["by_vendor"]:
            noted = ""
        else:
            noted = " (noted by the buyer)"
        yield f"C{number}. {cost['label']}: {cost['words']}{noted}."
    for state, head in UNPRICED.items():
        if labels := [cost["label"] for cost in costs if cost["state"] == state]:
            yield f"{head}: {', '.join(labels)}."
