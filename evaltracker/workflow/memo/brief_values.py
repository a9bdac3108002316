"""What a candidate answers for each value of the brief's lists, and how far it is
proven; with the requirements that are in the way, by their text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaltracker.kit.text import listed, named_ref
from trials.scoring import CellState, Standing, ValueState

GOOD, BAD = "good", "bad"
# Where a requirement of a value is in the way, the worst first.
SHORT = {
    Standing.REFUTED: "refuted",
    Standing.NEVER: "never",
    Standing.UNANSWERED: "not answered",
    Standing.SLIPPED: "slipped",
    Standing.PARTLY: "only partly",
}
# So many requirements are named one by one.
MOST = 3


@dataclass(frozen=True, slots=True)
class BriefAnswer:
    """One question of the brief for one candidate; `tone` is good, bad or blank."""

    question: str
    wanted: str
    answer: str
    proof: str
    tone: str = ""


def list_answers(
    inputs: Mapping[str, Any], states: Mapping[str, CellState]
) -> Iterator[BriefAnswer]:
    """Each value of each list, over the requirements that must hold for it."""
    for name, values in inputs["lists"].items():
        refs = [row["ref"] for row in inputs["requirements"] if name in row["lists"]]
        for value in values:
            held = {
                ref: state
                for ref in refs
                for state in states[ref].counted
                if (state.list_name, state.value) == (name, value)
            }
            yield BriefAnswer(name, value, *_of_value(inputs, held))


def _of_value(
    inputs: Mapping[str, Any], held: Mapping[str, ValueState]
) -> tuple[str, str, str]:
    if not held:
        return "no requirement asks for it", "–", ""
    whole = len(held)
    answered = sum(state.answered for state in held.values())
    answer = "answered" if answered == whole else f"{answered} of {whole} answered"
    short = [
        f"{words}: {named_refs(inputs, refs)}"
        for at, words in SHORT.items()
        if (refs := [ref for ref, state in held.items() if state.standing == at])
    ]
    if short:
        answer = f"{answer}; {'; '.join(short)}"
    tested = sum(state.tested for state in held.values())
    shown = sum(state.shown for state in held.values())
    bad = any(state.knocks_out for state in held.values())
    proven = all(state.standing == Standing.PROVEN for state in held.values())
    return (
        answer,
        f"{shown} of {whole} shown, {tested} of {whole} tested",
        BAD if bad else GOOD if proven else "",
    )


def named_refs(inputs: Mapping[str, Any], refs: list[str]) -> str:
    """Requirements by reference and text; a reference alone says nothing."""
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    named = [named_ref(ref, texts.get(ref, "")) for ref in refs[:MOST]]
    more = len(refs) - MOST
    return listed(named) if more <= 0 else f"{', '.join(named)} and {more} more"
