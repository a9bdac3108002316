"""The memo's first page, for a board: the decision in a sentence, who approved it, four
figures and two pictures. It is drawn from what is frozen and is no part of the words
that are signed, so it can be drawn better without touching them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.evaluations.journal import plain
from evaltracker.kit.text import listed
from evaltracker.workflow.memo.certainty_words import both_numbers, counting
from evaltracker.workflow.memo.chosen import best_of_others, chosen_of
from evaltracker.workflow.memo.front_pictures import Picture, pictures_of, share
from evaltracker.workflow.memo.markdown import amount, bullets, day, inline
from evaltracker.workflow.memo.markdown import table as written_table
from evaltracker.workflow.memo.record import VERDICTS
from evaltracker.workflow.memo.weighing_words import about, weighed
from evaltracker.workflow.models import Decision
from stakeholders.choices import APPROVALS, Role

type Row = dict[str, Any]

VERIFIED = (
    "Verified: recalculating from the frozen inputs gives identical results, and the "
    "fingerprint is that of the journal."
)
DIFFERS = "This is not what was decided:"
UNTOLD = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name, and the words without which it says too little."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What stands before the words; every form of the memo prints all of it."""

    sentence: str
    said: str
    figures: tuple[Figure, ...]
    pictures: tuple[Picture, ...]
    # What the proof came to; blank of a draft, and where nobody asked.
    proof: str = ""
    differs: tuple[str, ...] = ()

    @property
    def markdown(self) -> str:
        """The same as text; a picture is its table."""
        figures = bullets(
            f"{one.name}: **{inline(one.value)}**"
            f"{f', {inline(one.words)}' if one.words else ''}"
            for one in self.figures
        )
        parts = [f"**{inline(self.sentence)}**", inline(self.said), figures]
        for picture in self.pictures:
            parts += [
                f"{inline(picture.title)}:",
                written_table(picture.head, picture.rows),
                inline(picture.note),
            ]
        parts += [inline(self.proof), bullets(map(inline, self.differs))]
        return "\n\n".join(filter(None, parts))


def front_page(
    memo: Row, decision: Decision | None, differences: Sequence[str] | None = None
) -> FrontPage:
    """Of a frozen memo, or of a draft, for which `decision` is None.

    `differences` is what its proof found, None where it was not asked.
    """
    inputs, results = memo["inputs"], memo["results"]
    seal = memo.get("seal") or {"sign_offs": []}
    proof = ""
    if differences is not None:
        proof = DIFFERS if differences else VERIFIED
    return FrontPage(
        sentence=sentence(inputs, decided=decision is not None),
        said=when_and_by_whom(inputs, decision, seal["sign_offs"]),
        figures=tuple(figures(inputs, results, decision, seal["sign_offs"])),
        pictures=pictures_of(inputs, results),
        proof=proof,
        differs=tuple(differences or ()),
    )


def sentence(inputs: Row, *, decided: bool) -> str:
    """“We choose Northlight Systems.”; the title above says for what."""
    chosen = chosen_of(inputs)
    if chosen is None:
        return "No candidate is chosen yet."
    verb = "keep" if chosen["kind"] == "as_is" else "choose"
    return f"{f'We {verb}' if decided else f'We propose to {verb}'} {chosen['name']}."


def when_and_by_whom(
    inputs: Row, decision: Decision | None, sign_offs: Sequence[Row]
) -> str:
    """When it was decided, by whom, and who approved; or that it is a draft."""
    if decision is None:
        return f"A draft of {day(inputs['as_of'])}; nothing is decided yet."
    decider = decision.decided_by.name if decision.decided_by else ""
    decided = f"Decided on {day(plain(decision.decided_at))} by {decider}."
    people: dict[tuple[str, str], list[str]] = {}
    for row in latest(sign_offs):
        name = f"{row['printed_name']} ({Role(row['role']).label})"
        people.setdefault((row["verdict"], day(row["signed_at"])), []).append(name)
    signed = [
        f"{listed(names)} {VERDICTS[verdict]} on {on}."
        for (verdict, on), names in people.items()
    ]
    return " ".join((decided, *signed))


def latest(sign_offs: Sequence[Row]) -> list[Row]:
    """The last word of each person in each role, in the order of signing."""
    found: dict[tuple[str, str], Row] = {}
    for row in sign_offs:
        key = (row["role"], row["printed_name"])
        found.pop(key, None)
        found[key] = row
    return list(found.values())


def figures(
    inputs: Row, results: Row, decision: Decision | None, sign_offs: Sequence[Row]
) -> Iterator[Figure]:
    """Total, price, certainty and approvals; the first three of the choice."""
    chosen = chosen_of(inputs)
    if chosen is not None:
        yield score(inputs, results, chosen)
        yield price(inputs, results[chosen["id"]]["cost"])
        yield certainty(inputs, results, chosen)
    yield approvals(inputs, decision, sign_offs)


def score(inputs: Row, results: Row, chosen: Row) -> Figure:
    """Its total beside the best of the others."""
    result = results[chosen["id"]]
    if result["total"] is None or not inputs["consensus"]:
        return Figure("Fit", share(result["fit"]), "no score of people counts yet")
    best = best_of_others(inputs, results, chosen)
    words = f"fit {share(result['fit'])}, people {share(result['people'])}"
    if best is not None:
        out = ", eliminated" if best["state"] == "eliminated" else ""
        total = share(results[best["id"]]["total"])
        words = f"{best['name']} {total}{out}; {words}"
    return Figure("Total", share(result["total"]), words)


def price(inputs: Row, cost: Row) -> Figure:
    """One figure if it is sure; what is not stated and the budget stand beside it."""
    brief, words = inputs["brief"], []
    if not cost["known"]:
        value = "not known"
    else:
        value = f"{amount(cost['likely'])} {brief['currency']}"
        words.append(f"likely, over {brief['horizon_months']} months")
        if Decimal(cost["low"]) != Decimal(cost["high"]):
            words.append(f"{amount(cost['low'])} to {amount(cost['high'])}")
    if left := cost["kinds"] - cost["known"]:
        words.append(f"{left} of {cost['kinds']} kinds not stated")
    budget = brief["budget"]
    words.append(f"budget {amount(budget)}" if budget else "no budget set")
    return Figure("Price", value, "; ".join(words))


def certainty(inputs: Row, results: Row, chosen: Row) -> Figure:
    """Both numbers, never one alone; or why there are none."""
    found = results.get("robustness")
    name = "Comes first"
    if found is None or found["untold"]:
        return Figure(name, UNTOLD, weighed(inputs, results).untold)
    ranked = {row["id"]: row for row in found["ranking"]}
    if chosen["id"] not in ranked:
        return Figure(name, UNTOLD, f"{chosen['name']} takes no part in the weightings")
    if "certainty" not in found:
        often = about(ranked[chosen["id"]]["wins"])
        words = "of random weightings; what nobody tested was not counted then"
        return Figure(name, often, words)
    drawn, both = found["certainty"], both_numbers(found, chosen["id"])
    if both == UNTOLD:
        return Figure(name, UNTOLD, "both numbers are still being counted")
    if not (drawn["open"] or drawn["recorded"]):
        return Figure(
            name,
            both,
            "of random weightings; every planned verdict is in, so both agree",
        )
    words = f"of random weightings / counting {counting(drawn)}, too"
    return Figure(name, both, words)


def approvals(
    inputs: Row, decision: Decision | None, sign_offs: Sequence[Row]
) -> Figure:
    """How many of the roles that signed approved, and that somebody disagrees."""
    dissent = inputs["choice"]["dissent"].strip()
    disagrees = "dissent recorded" if dissent else "no dissent recorded"
    if decision is None:
        return Figure("Approved", "draft", f"not decided yet; {disagrees}")
    verdicts: dict[str, bool] = {}
    for row in latest(sign_offs):
        approves = row["verdict"] in APPROVALS
        verdicts[row["role"]] = verdicts.get(row["role"], True) and approves
    if not verdicts:
        return Figure("Approved", UNTOLD, f"no signature is kept here; {disagrees}")
    number = sum(verdicts.values())
    roles = "role" if len(verdicts) == 1 else "roles"
    names = listed([str(Role(role).label) for role, yes in verdicts.items() if yes])
    words = f"{roles}: {names}; {disagrees}" if names else f"{roles}; {disagrees}"
    return Figure("Approved", f"{number} of {len(verdicts)}", words)
