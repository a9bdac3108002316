"""Rows of answers: what their columns are, and the claims that they become."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.rows.cells import key
from evaltracker.rows.subjects import Context, ReadRow, Record, Refusal, Role, Subject
from evaltracker.toolbox.measures import Reading
from evaltracker.toolbox.tabular.wording import as_answer, web_addresses
from evaltracker.toolbox.text import Inputs
from vendors.choices import Availability
from vendors.claims import DATED, ClaimWords, claimed_number, held_for
from vendors.fields import read_holds_for
from vendors.imports.cost_rows import Wrong, unknown

# The requirement's revision that a claim answers; another one makes it new words.
REVISION = "requirement_revision"
ROLES = (
    Role(
        *("ref", "Requirement", "text", ("Requirement ID", "Ref")),
        help="Its ref; or its text, in a column of texts.",
        example="R1",
    ),
    Role("text", "Text of the requirement", heads=("Requirement",)),
    Role("name", "Name of the requirement"),
    Role("candidate", "Candidate", heads=("Candidate",), example="Acme ML"),
    Role(
        *("availability", "Availability", "availability", ("Availability",)),
        closed="availability",
        help="now, beta, planned, on request or never. Blank says nothing.",
        example="planned",
    ),
    Role(*("available_from", "From", "day", ("Available from",)), example="2027-03-31"),
    Role("statement", "Statement", heads=("Statement",), example="In beta now."),
    Role(
        *("evidence", "Link", "text", ("Evidence URL",)),
        help="http(s) only.",
        example="https://acme.example",
    ),
    Role(
        *("number", "Number", "text", ("Claimed number",)),
        help="For the measure of the requirement, with its unit.",
        example="12 ms",
    ),
    Role("holds_for", "Holds for", heads=("Holds for",), example="everywhere"),
)


class AnswerRows(Subject):
    slug = "claims"
    things = "answers"
    roles = ROLES
    across = "availability"
    crosses = ("availability",)
    for_all = ("candidate",)

    def lacks(self, row: ReadRow, context: Context) -> Iterator[str]:
        is_across = row.across or row.across_texts
        if not is_across and says(row) and "candidate" not in row.values:
            yield "candidate"

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterator[Record | Refusal]:
        seen: dict[tuple[str, ...], Record] = {}
        for row in rows:
            for name, cell, text in answers_of(row, context):
                is_across = bool(row.across or row.across_texts)
                try:
                    record = record_of(row, context, name, cell, text)
                except Wrong as wrong:
                    is_own = is_across and wrong.role == "availability"
                    role = name if is_own else wrong.role
                    yield Refusal(row.sheet, row.number, role, str(wrong))
                    if is_own:
                        continue
                    break
                first = seen.setdefault(record.key, record)
                if first is record:
                    yield record
                elif not says_no_more(record.values, first.values):
                    yield Refusal(
                        row.sheet,
                        row.number,
                        name if is_across else "availability",
                        f"{name} answers {record.key[1]} another way in row "
                        f"{first.row}. Keep one of the two.",
                    )


def says(row: ReadRow) -> bool:
    return bool({"availability", "statement", "evidence"} & {*row.values, *row.texts})


def says_no_more(values: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return values == before or (
        values["availability"] == before["availability"] and not values["statement"]
    )


def answers_of(row: ReadRow, context: Context) -> list[tuple[str, Any, str]]:
    """By candidate, what a row says of it: one answer, or one of each in its column."""
    across = dict.fromkeys([*row.across, *row.across_texts])
    if across:
        return [
            (name, row.across.get(name), row.across_texts.get(name, ""))
            for name in across
        ]
    if not says(row):
        return []
    named = str(row.values.get("candidate") or "")
    name = context.candidates.get(key(named), named)
    text = row.texts.get("availability", "")
    return [(name, row.values.get("availability"), text)]


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def requirement_of(row: ReadRow, context: Context) -> str:
    """The ref that a row names: by ref, then by whole text; two that fit are none."""
    refs, texts = context.more["refs"], context.more["texts"]
    named = {
        role: str(row.values[role])
        for role in ("ref", "text", "name")
        if row.values.get(role)
    }
    for name in (" ".join(named.values()), *named.values()):
        ref = refs.get(folded(name)) or texts.get(folded(name))
        if ref := ref or context.choices["text"].get(key(name), ""):
            return str(ref)
    for role, name in named.items():
        known = refs.values() if role == "ref" else context.more["wordings"]
        raise Wrong(role, unknown("requirement", name, known))
    raise Wrong("", "It names no requirement.")


def record_of(
    row: ReadRow, context: Context, candidate: str, cell: Any, text: str
) -> Record:
    if not candidate:
        raise Wrong("candidate", "It names no candidate.")
    if candidate not in context.candidates.values():
        known = context.candidates.values()
        raise Wrong("candidate", unknown("candidate", candidate, known))
    ref = requirement_of(row, context)
    words = claim_of(row, context, candidate, ref, cell, text)
    before, by_vendor, is_fresh = context.more["claims"].get(
        (candidate, ref), (None, False, True)
    )
    is_silent = "holds_for" not in row.values
    if (
        before
        and is_silent
        and replace(words, number={})
        == replace(before, number={}, holds_for=words.holds_for)
    ):
        # The same words; what the file says nothing of stays as it is.
        number = words.number or before.number
        words = replace(words, holds_for=before.holds_for, number=number)
    if by_vendor and not (before == words and is_fresh):
        raise Wrong(
            "availability",
            f"{candidate}'s vendor has answered {ref} itself, in other words; a file "
            "cannot replace them. Blank the cell.",
        )
    values = {**words.fields(), REVISION: context.more["revisions"][ref]}
    return Record((candidate, ref), values, row.sheet, row.number)


def claim_of(
    row: ReadRow, context: Context, candidate: str, ref: str, cell: Any, text: str
) -> ClaimWords:
    """The words of one answer, noted by the owner; what is not certain is unstated."""
    said, inputs = row.values, Inputs()
    state = Availability.UNSTATED
    parts = [text]
    links: list[str] = []
    if cell is not None and cell.availability != "not_stated":
        state = Availability(cell.availability)
    if cell is not None:
        parts.append(cell.statement)
        links.append(cell.evidence)
    answer = as_answer(str(said.get("statement") or ""))
    parts.append(answer.statement)
    good, bad = web_addresses(str(said.get("evidence") or ""))
    links = list(filter(None, [*links, *good, answer.evidence_url]))
    statement = "\n".join(filter(None, parts))
    more = [link for link in dict.fromkeys(links[1:]) if link not in statement]
    parts += [f"Evidence: {' '.join(bad)}"] if bad else []
    parts += [f"More evidence: {' '.join(more)}"] if more and not bad else []
    day = said.get("available_from")
    if day and state not in DATED:
        parts.append(f"(Date in the file: {day.isoformat()})")
        day = None
    try:
        held = held_for(
            read_holds_for(str(said.get("holds_for") or "")),
            *(context.more["lists"], state, day),
            as_is=candidate in context.more["as_is"],
        )
    except (ValueError, Invalid) as error:
        raise Wrong("holds_for", str(error)) from error
    try:
        reading = Reading.from_text(str(said.get("number") or ""))
        measure = context.more["measures"].get(ref, {})
        number = claimed_number(reading and reading.as_json(), measure)
    except Invalid as error:
        raise Wrong("number", error.sentence) from error
    first = links[0] if links else ""
    statement = "\n".join(filter(None, parts)) or first
    words = ClaimWords(
        availability=state.value,
        available_from=day,
        holds_for=held,
        statement=inputs.text("statement", statement, blank=True),
        evidence_url=inputs.link("evidence", first),
        number=number,
    )
    for role, sentences in inputs.errors.items():
        raise Wrong(role, sentences[0])
    return words
