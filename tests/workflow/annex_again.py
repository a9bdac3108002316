"""The annex written a second time, from ANNEX.md alone, and facts to write it from."""

import datetime
import random
import re
import unicodedata
from typing import Any

BREAK = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
FIRST = datetime.date(2026, 1, 1)


def write(facts: dict[str, Any]) -> str:
    """Line by line into one list; sections are parted by blank lines."""
    out: list[str] = []

    def ours(line: str) -> None:
        out.append(" ".join(BREAK.split(line)).rstrip())

    def theirs(words: str) -> None:
        if words.strip():
            lines = BREAK.split(words)
            lines = lines[:-1] if lines[-1] == "" else lines
            out.extend(("> " + line).rstrip() for line in lines)

    ours("Annex of promises")
    ours(f"{facts['title']}: {facts['candidate']}, {facts['vendor']}")
    ours("This lists what was said and tested. It binds only as part of a contract.")
    out += ["", "Promises"]
    number, unsaid = 0, []
    for row in sorted(
        facts["requirements"], key=lambda it: [ord(c) for c in it["ref"]]
    ):
        ref, claim = row["ref"], row["claim"]
        if ref in facts["struck"]:
            continue
        counts = row["must"] or row["weight"] > 6
        counts = counts or row["trial"] in {"partly", "fails"} or len(row["gaps"]) > 0
        own = claim is not None and claim["by_vendor"]
        offers = own and claim["availability"] != "never"
        if offers and (counts or ref in facts["added"]):
            if number:
                out.append("")
            number += 1
            words = " ".join(row["text"].split())
            ours(f"P{number}. {ref} {words} (revision {row['revision']})")
            promise(row, facts["contract_starts_on"], ours, theirs)
        elif counts and not own:
            unsaid.append(ref)
    if not number:
        ours("None of what matters most was promised by the vendor itself.")
    for place, one in enumerate(facts["undertakings"], 1):
        out += ["", "Undertakings"] if place == 1 else [""]
        ours(f"U{place}. {' '.join(one['words'].split())}")
        if one["ref"]:
            ours(f"Concerns: {one['ref']}.")
        ours(f"Due: {one['day'] or 'no day was said'}.")
    costs(facts["costs"], out, ours)
    if unsaid:
        out.append("")
        ours("Not said by the vendor: " + ", ".join(unsaid) + ".")
    return unicodedata.normalize("NFC", "\n".join(out) + "\n")


def promise(row: dict[str, Any], starts: str | None, ours: Any, theirs: Any) -> None:
    claim = row["claim"]
    said = {"on_request": "on request, at cost", "planned": "planned for "}.get(
        claim["availability"], claim["availability"]
    )
    if claim["availability"] == "planned":
        said += claim["available_from"]
    ours(f"Said by the vendor, revision {claim['revision']}, {claim['day']}: {said}.")
    theirs(claim["statement"])
    if claim["holds_for"]:
        ours(f"Holds for: {claim['holds_for']}.")
    if claim["number"]:
        ours(f"Number claimed: {claim['number']}.")
    if row["trial"]:
        ours(f"Tested in the trial: {row['trial']}.")
    elif row["demo"]:
        ours(f"Shown in a demo: {row['demo'].replace('_', ' ')}. Not tested.")
    else:
        ours("Not tested.")
    for words in row["measured"]:
        ours(f"Measured: {words}.")
    for gap in sorted(row["gaps"], key=lambda it: it["found_on"]):
        ours(f"Open gap, found {gap['found_on']}:")
        theirs(gap["text"])
        if gap["reply"]:
            ours(f"Reply of {gap['reply_day']}:")
            theirs(gap["reply"])
        else:
            ours("No reply.")
        if gap["promised_for"]:
            ours(f"Promised for: {gap['promised_for']}.")
    ours(f"Due: {due(row, starts)}.")


def due(row: dict[str, Any], starts: str | None) -> str:
    promised = [gap["promised_for"] for gap in row["gaps"] if gap["promised_for"]]
    if promised:
        return str(max(promised))
    claim = row["claim"]
    each: dict[str, tuple[str, bool]] = {}
    whole = {"": [claim["availability"], claim["available_from"]]}
    for value, (said, day) in (claim["values"] or whole).items():
        match said:
            case "planned":
                each[value] = (day, True)
            case "now" | "beta" if starts:
                each[value] = (starts, True)
            case "now" | "beta":
                each[value] = ("on the contract's first day", False)
            case "on_request":
                each[value] = ("no day was said", False)
    days = [day for day, dated in each.values() if dated]
    if not days:
        words = {day for day, _ in each.values()}
        return min(
            words, key=lambda it: it == "no day was said", default="no day was said"
        )
    if len(each) == len(days) and len(set(days)) == 1:
        return days[0]
    return (
        f"{max(days)} ({'; '.join(f'{value} {it[0]}' for value, it in each.items())})"
    )


def costs(rows: list[dict[str, Any]] | None, out: list[str], ours: Any) -> None:
    if rows is None:
        out += ["", "Costs", "Prices are not part of this version."]
        return
    if rows:
        out += ["", "Costs"]
    priced = [row for row in rows if row["state"] == "priced"]
    for place, row in enumerate(priced, 1):
        end = "" if row["by_vendor"] else " (noted by the buyer)"
        ours(f"C{place}. {row['label']}: {row['words']}{end}.")
    for state, words in (
        ("included", "Included"),
        ("not_offered", "Not offered"),
        ("unsaid", "Nothing was said about"),
    ):
        if names := [row["label"] for row in rows if row["state"] == state]:
            ours(f"{words}: {', '.join(names)}.")


WORDS = (
    *(
        "",
        "It is there.",
        "One.\nDue: 2099-01-01.\n\nP2. R9 Nothing.",
        " \u2028 x \x85",
    ),
    *(
        "Cafe\u0301 \r\n> quoted  ",
        "\n",
        "Zeile\ttab",
        "\u202ereversed",
        "two  blanks ",
    ),
)


def made_up(seed: int) -> dict[str, Any]:
    """Facts of one purchase, the odd ones more often than there are."""
    dice = random.Random(seed)

    def day() -> str:
        return str(FIRST + datetime.timedelta(days=dice.randrange(900)))

    def some(*values: Any) -> Any:
        return dice.choice(values)

    def answer() -> list[Any]:
        said = some("now", "beta", "planned", "on_request", "never")
        return [said, day() if said == "planned" else None]

    def claim() -> dict[str, Any]:
        availability, planned = answer()
        values = {name: answer() for name in some((), (), ("AWS", "on premises"))}
        return {
            **{"by_vendor": some(True, True, False), "availability": availability},
            **{"available_from": planned, "revision": dice.randrange(1, 4)},
            **{"day": day(), "statement": some(*WORDS), "values": values},
            **{"holds_for": some("", "Runs on: AWS"), "number": some("", "45 s")},
        }

    def gap() -> dict[str, Any]:
        return {
            **{"found_on": day(), "text": some(*WORDS), "reply_day": day()},
            **{"reply": some(*WORDS), "promised_for": some(None, day())},
        }

    refs = dice.sample(
        ["R1", "R2", "R10", "r2", "QAP-1", "Ä1", "R2.1"], dice.randrange(8)
    )
    return {
        "title": some("Renewals", "Two\nlines"),
        "candidate": "Northlight",
        "vendor": some("Northlight Systems", "Cafe\u0301 AG"),
        "contract_starts_on": some(None, day()),
        "requirements": [
            {
                **{"ref": ref, "text": some("One", "Two\n lines"), "revision": 2},
                **{"must": some(True, False), "weight": dice.randrange(10)},
                "claim": some(None, claim(), claim(), claim()),
                "trial": some("", "holds", "partly", "fails"),
                "demo": some("", "holds", "not_shown"),
                "gaps": [gap() for _ in range(some(0, 0, 1, 2))],
                "measured": some([], ["p95 47.1 s of 28 runs"]),
            }
            for ref in refs
        ],
        "added": [ref for ref in refs if some(True, False)],
        "struck": [ref for ref in refs if some(True, False, False, False)],
        "undertakings": [
            {
                "words": some(*WORDS[1:4]),
                "day": some(None, day()),
                "ref": some("", "R1"),
            }
            for _ in range(some(0, 1, 2))
        ],
        "costs": some(
            None,
            [],
            [
                {
                    **{
                        "label": some("licence", "exit\nfee"),
                        "by_vendor": some(True, False),
                    },
                    **{"words": "40,000 USD, once", "state": state},
                }
                for state in dice.choices(
                    ["priced", "included", "not_offered", "unsaid"], k=5
                )
            ],
        ),
    }
