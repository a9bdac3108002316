"""The annex of promises: what the chosen vendor said, in its words; a pure module.

From facts, as a version keeps them, to its text. It quotes and judges nothing.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

NOBODY = "Nobody else promised anything."
NOTICE = "This lists what was said and tested. It binds only as part of a contract."
NO_PROMISE = "None of what matters most was promised by the vendor itself."
SEALED = "Prices are not part of this version."
FIRST_DAY, NO_DAY = "on the contract's first day", "no day was said"
HEAVY: Final = 7
SAID = {
    "now": "now",
    "beta": "beta",
    "planned": "planned for {}",
    "on_request": "on request, at cost",
}
VERDICTS = {
    "holds": "holds",
    "partly": "partly",
    "fails": "fails",
    "not_shown": "not shown",
}
# What a line of costs says of those that have no price, by their state.
UNPRICED = {
    "included": "Included",
    "not_offered": "Not offered",
    "unsaid": "Nothing was said about",
}

type Facts = dict[str, Any]


def chosen_rows(facts: Facts) -> tuple[list[Facts], list[str]]:
    """Which requirements are promised, by ref; and refs that the vendor left unsaid.
    What the owner struck is neither."""
    promised, unsaid = [], []
    for row in sorted(facts["requirements"], key=lambda row: str(row["ref"])):
        if row["ref"] in facts.get("struck", ()):
            continue
        claim = row.get("claim") or {}
        matters = row["must"] or row["weight"] >= HEAVY
        short = row.get("trial") in ("partly", "fails") or row["gaps"]
        said = claim.get("availability") if claim.get("by_vendor") else None
        if said in SAID and (matters or short or row["ref"] in facts.get("added", ())):
            promised.append(row)
        elif (matters or short) and said != "never" and said not in SAID:
            unsaid.append(row["ref"])
    return promised, unsaid


def due_of(row: Facts, starts_on: str | None) -> tuple[str | None, str]:
    """The day by which a promise is due, if there is one, and its words."""
    claim = row["claim"]
    values = claim.get("values") or {
        "": [claim["availability"], claim["available_from"]]
    }
    # What is never there is due on no day.
    said_of = {value: said for value, said in values.items() if said[0] in SAID}
    by_value = {
        value: day if said == "planned" else None if said == "on_request" else starts_on
        for value, (said, day) in said_of.items()
    }
    undated = {
        value: FIRST_DAY if said in ("now", "beta") else NO_DAY
        for value, (said, _) in said_of.items()
    }
    gaps = [gap["promised_for"] for gap in row["gaps"] if gap.get("promised_for")]
    if gaps:
        return max(gaps), max(gaps)
    days = {day for day in by_value.values() if day}
    if not days:
        return None, FIRST_DAY if FIRST_DAY in undated.values() else NO_DAY
    each = "; ".join(
        f"{value} {day or undated[value]}" for value, day in by_value.items()
    )
    return max(days), f"{max(days)} ({each})" if len(set(by_value.values())) > 1 else (
        max(days)
    )


def lines_of(facts: Facts) -> list[Facts]:
    """Each promise and undertaking by its number, with its ref and due day."""
    starts_on, (promised, _) = facts["contract_starts_on"], chosen_rows(facts)
    lines: list[Facts] = [
        {"line": f"P{number}", "ref": row["ref"], "due": due_of(row, starts_on)[0]}
        for number, row in enumerate(promised, 1)
    ]
    for number, row in enumerate(facts.get("undertakings", ()), 1):
        told = {"ref": row.get("ref"), "due": row.get("day")}
        lines.append({"line": f"U{number}", "undertaking": row.get("id")} | told)
    return lines


def annex_text(facts: Facts, *, with_costs: bool = True) -> str:
    """The text of a version: NFC, LF, one LF at its end.

    Raises:
        LookupError: there is no vendor who could have promised anything.
    """
    if not facts["vendor"]:
        raise LookupError(NOBODY)
    promised, unsaid = chosen_rows(facts)
    sections = [
        [
            "Annex of promises",
            f"{facts['title']}: {facts['candidate']}, {facts['vendor']}",
            NOTICE,
        ]
    ]
    lines = ["Promises"]
    for number, row in enumerate(promised, 1):
        lines += [*([""] if number > 1 else []), f"P{number}. {_asked(row)}"]
        lines += _promise(row, facts)
    sections.append(lines if promised else [*lines, NO_PROMISE])
    if undertakings := facts.get("undertakings"):
        sections.append(["Undertakings", *_undertakings(undertakings)])
    if with_costs:
        sections.append(_costs(facts["costs"]))
    if unsaid:
        sections.append([f"Not said by the vendor: {', '.join(unsaid)}."])
    # A line of ours stays one line, whatever stands in a name.
    text = "\n\n".join(
        "\n".join(" ".join(line.splitlines()).rstrip() for line in lines)
        for lines in sections
        if lines
    )
    return unicodedata.normalize("NFC", text) + "\n"


def digest_of_annex(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _asked(row: Facts) -> str:
    return f"{row['ref']} {' '.join(row['text'].split())} (revision {row['revision']})"


def _promise(row: Facts, facts: Facts) -> Iterator[str]:
    claim = row["claim"]
    said = SAID[claim["availability"]].format(claim["available_from"])
    yield f"Said by the vendor, revision {claim['revision']}, {claim['day']}: {said}."
    yield from _quoted(claim["statement"])
    if held := claim.get("holds_for"):
        yield f"Holds for: {held}."
    if number := claim.get("number"):
        yield f"Number claimed: {number}."
    trial, demo = row.get("trial"), row.get("demo")
    if trial:
        yield f"{facts.get('tested', 'Tested in the trial')}: {VERDICTS[trial]}."
    elif demo:
        yield f"{facts.get('shown', 'Shown in a demo')}: {VERDICTS[demo]}. Not tested."
    else:
        yield "Not tested."
    for measured in row.get("measured", ()):
        yield f"Measured: {measured}."
    for gap in sorted(row["gaps"], key=lambda gap: str(gap["found_on"])):
        yield f"Open gap, found {gap['found_on']}:"
        yield from _quoted(gap["text"])
        if gap.get("reply"):
            yield f"Reply of {gap['reply_day']}:"
            yield from _quoted(gap["reply"])
        else:
            yield "No reply."
        if gap.get("promised_for"):
            yield f"Promised for: {gap['promised_for']}."
    yield f"Due: {due_of(row, facts['contract_starts_on'])[1]}."


def _quoted(words: str) -> Iterator[str]:
    """Somebody's words behind a mark, so that none of them pass for ours."""
    if words.strip():
        yield from (f"> {line}" for line in words.splitlines())


def _undertakings(rows: Sequence[Facts]) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        if number > 1:
            yield ""
        yield f"U{number}. {' '.join(row['words'].split())}"
        if row.get("ref"):
            yield f"Concerns: {row['ref']}."
        yield f"Due: {row.get('day') or NO_DAY}."


def _costs(costs: Sequence[Facts] | None) -> list[str]:
    if costs is None:
        return ["Costs", SEALED]
    lines: list[str] = []
    for cost in costs:
        if cost["state"] == "priced":
            noted = "" if cost["by_vendor"] else " (noted by the buyer)"
            number = f"C{len(lines) + 1}. {cost['label']}"
            lines.append(f"{number}: {cost['words']}{noted}.")
    for state, head in UNPRICED.items():
        if labels := [cost["label"] for cost in costs if cost["state"] == state]:
            lines.append(f"{head}: {', '.join(labels)}.")
    return ["Costs", *lines] if lines else []
