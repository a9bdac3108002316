"""Rows of answers: what their columns are, and the claims that they become."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaltracker.enumerations import Availability
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import register_import
from evaltracker.rows.cells import (
    StatedAvailability,
    key,
    plain,
    read_column,
    read_field,
)
from evaltracker.rows.subjects import (
    Context,
    ParsedRecord,
    ReadRow,
    Refusal,
    joined,
    roles_of,
)
from evaltracker.toolbox.markup import first_address, web_addresses
from evaltracker.toolbox.measures import Reading, number_words
from evaltracker.toolbox.text import CallFields, meant
from vendors import fields
from vendors.choices import AVAILABILITY_LABELS, STATED, CandidateKind
from vendors.claims import DATED, ClaimWords, claimed_number, held_for
from vendors.effort import read_effort
from vendors.imports import costs
from vendors.selectors.candidates import asked_requirements, lists_of
from vendors.services import sheets
from vendors.sheets import as_read, claim_cells, parted

NUMBER_AND_UNIT = re.compile(r"([0-9.,]*)(.*)", re.DOTALL)
SHOWN_WORDS = 300
# One of these makes a row an answer.
SAYING = ("availability", "statement", "evidence")
AVAILABILITIES = (
    *(
        (choice.value, str(AVAILABILITY_LABELS[choice]))
        for choice in (*STATED, Availability.PARTIAL)
    ),
    ("not_stated", str(AVAILABILITY_LABELS[Availability.UNSTATED])),
)


@register_import
class Claims(costs.OfCandidates):
    slug = sheets.KIND
    things = "answers"
    tab = "matrix"
    needs = (
        "A row per answer, a column for each candidate, or the questionnaire of one "
        "vendor. Requirements and candidates have to be in the evaluation already."
    )
    roles = roles_of(sheets.KIND)
    across = "availability"
    crosses = ("availability",)
    for_all = ("candidate",)
    take_in = staticmethod(sheets.import_claims)
    take_back = staticmethod(sheets.undo)
    known = staticmethod(sheets.known_claims)

    def context(self, evaluation: Evaluation, user: User) -> Context:
        requirements = list(asked_requirements(evaluation))
        names = costs.candidates_by_name(evaluation)
        as_is = evaluation.candidates.filter(kind=CandidateKind.AS_IS)
        sold = evaluation.candidates.exclude(vendor=None)
        return Context(
            candidates=names,
            choices={
                "text": costs.unique_by_name(
                    (key(row.text), row.ref) for row in requirements
                )
            },
            options={
                "candidate": costs.identity_options(names.values()),
                "availability": AVAILABILITIES,
            },
            more={
                "refs": {folded(row.ref): row.ref for row in requirements},
                "texts": costs.unique_by_name(
                    (folded(row.text), row.ref) for row in requirements
                ),
                "wordings": [row.text for row in requirements],
                "revisions": {row.ref: row.revision for row in requirements},
                "measures": {
                    row.ref: row.measure for row in requirements if row.measure
                },
                "lists": lists_of(evaluation),
                "asks": evaluation.asks_effort,
                "sold": frozenset(sold.values_list("name", flat=True)),
                "stands": sheets.known_claims(evaluation=evaluation),
                "as_is": frozenset(as_is.values_list("name", flat=True)),
                "claims": {
                    (row.candidate.name, row.requirement.ref): (
                        ClaimWords.of(row),
                        row.by_vendor,
                        row.requirement_revision == row.requirement.revision,
                    )
                    for row in sheets.current_rows(evaluation)
                    if row.availability != Availability.WITHDRAWN
                },
            },
        )

    def heads(self) -> tuple[str, ...]:
        return ("Requirement", "Candidate", "Availability", "Statement")

    def cells(self, record: ParsedRecord) -> Sequence[Any]:
        candidate, ref = record.key
        shown = readable(record.values)
        return (ref, candidate, shown["availability"], shown["statement"][:SHOWN_WORDS])

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        before = readable({**change.record.values, **change.before})
        after = readable(change.record.values)
        return [
            (field, before[field], after[field])
            for field in before
            if before[field] != after[field]
        ]

    def lacks(self, row: ReadRow, context: Context) -> Iterator[str]:
        is_across = row.across or row.across_texts or "candidate" in row.values
        if not is_across and {*SAYING} & {*row.values, *row.texts}:
            yield "candidate"

    def proposes(self, name: str, context: Context) -> Mapping[str, str]:
        candidate = context.candidates.get(key(name))
        if candidate:
            return {"candidate": candidate}
        return {}

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterator[ParsedRecord | Refusal]:
        whole = map(with_unit, rows)
        parsed = costs.parsed_cells(whole, context, "availability", SAYING, record_of)
        return joined([*parsed], "")


def with_unit(row: ReadRow) -> ReadRow:
    values = row.values
    if "number" not in values or "unit" not in values:
        return row
    return replace(
        row, values={**values, "number": f"{values['number']} {values['unit']}"}
    )


def readable(values: Mapping[str, Any]) -> dict[str, Any]:
    label = AVAILABILITY_LABELS[Availability(values["availability"])]
    day = values["available_from"]
    held = values["holds_for"] and values["holds_for"]["said"]
    return {
        "availability": f"{label}, {day}" if day else str(label),
        "statement": values["statement"],
        "evidence": values["evidence_url"],
        "holds for": fields.write_holds_for(held),
        "effort": fields.write_effort(values[sheets.EFFORT], fields.word_of),
        "number": number_words(values["number"]),
        "words of the requirement": f"revision {values[sheets.REVISION]}",
    }


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def requirement_of(row: ReadRow, context: Context) -> str:
    """The ref that a row names: by ref, then by whole text; two that fit are none."""
    refs = context.more["refs"]
    texts = context.more["texts"]
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
        if role == "ref":
            known = refs.values()
        else:
            known = context.more["wordings"]
        raise costs.Wrong(role, costs.unknown("requirement", name, known))
    raise costs.Wrong("", "It names no requirement.")


def record_of(
    row: ReadRow, context: Context, candidate_cell: costs.CandidateCell
) -> ParsedRecord:
    candidate, cell, text = candidate_cell
    ref = requirement_of(row, context)
    before, by_vendor, is_fresh = context.more["claims"].get(
        (candidate, ref), (None, False, True)
    )
    kept = as_saved(row, before) if before else {}
    if (
        before
        and is_state(cell, before)
        and {*kept, "availability"} - {sheets.EFFORT} == before.fields().keys()
    ):
        claim = before
    else:
        claim = claim_of(row, context, candidate, ref, cell, text)
        if before and "environments" not in row.values:
            kept["environments"] = before.environments
        claim = replace(claim, **kept)
    if before and says_no_more(claim, before) and "holds_for" not in row.values:
        # What a file says nothing of stays as it is.
        claim = replace(before, number=claim.number or before.number)
    effort = stands = (
        context.more["stands"].get((candidate, ref), {}).get(sheets.EFFORT)
    )
    if sheets.EFFORT in row.values:
        effort = effort_of(row, context, candidate, claim)
    if by_vendor and not (before == claim and is_fresh and effort == stands):
        raise costs.Wrong(
            "availability",
            f"{candidate}'s vendor has answered {ref} itself, in other words; a file "
            "cannot replace them. Blank the cell.",
        )
    values: dict[str, Any] = {**claim.fields(), sheets.EFFORT: effort}
    values[sheets.REVISION] = context.more["revisions"][ref]
    return ParsedRecord((candidate, ref), values, row.sheet, row.number)


def effort_of(
    row: ReadRow, context: Context, candidate: str, claim: ClaimWords
) -> dict[str, Any] | None:
    is_sold = candidate in context.more["sold"]
    asks = context.more["asks"]
    try:
        sent = fields.read_effort_text(str(row.values[sheets.EFFORT]))
        return read_effort(sent, claim.availability, is_sold=is_sold, is_asked=asks)
    except ValueError as error:
        raise costs.Wrong(sheets.EFFORT, str(error)) from error


def is_state(cell: Any, claim: ClaimWords) -> bool:
    if claim.availability == "unstated":
        state = "not_stated"
    else:
        state = claim.availability
    return bool(cell == StatedAvailability(state))


def as_saved(row: ReadRow, before: ClaimWords) -> dict[str, Any]:
    """By field, the words of cells that show what stands just as a saved matrix does;
    the reader has words of its own for *availability*."""
    kept = {}
    for role, value in claim_cells(before).items():
        shown = read_column("text", [as_read(value)])[0].value or ""
        field = {"evidence": "evidence_url"}.get(role, role)
        if str(row.values.get(role) or "") == meant(shown):
            kept[field] = getattr(before, field)
    # Other words have links and dates of their own.
    if before.statement and "statement" in kept:
        return kept
    return {}


def says_no_more(claim: ClaimWords, before: ClaimWords) -> bool:
    """Whether nothing is said beside what stands; a bare word is no other statement."""
    is_bare = not (claim.statement or claim.evidence_url)
    is_nothing = is_bare and claim.availability == Availability.UNSTATED
    return (
        (is_nothing or claim.availability == before.availability)
        and claim.available_from in (None, before.available_from)
        and claim.statement in ("", before.statement)
        and claim.evidence_url in ("", before.evidence_url)
    )


def claim_of(
    row: ReadRow, context: Context, candidate: str, ref: str, cell: Any, text: str
) -> ClaimWords:
    """The words of one answer, noted by the owner; what is not certain is unstated."""
    values = row.values
    inputs = CallFields()
    state = Availability.UNSTATED
    parts = [text]
    links: list[str] = []
    if isinstance(cell, str):
        # A cross in a column that is called so.
        cell = StatedAvailability(cell)
    if cell is not None:
        parts.append(cell.statement)
        links.append(cell.evidence)
        if cell.availability != "not_stated":
            state = Availability(cell.availability)
    parts.append(comment := str(values.get("statement") or ""))
    good, bad = web_addresses(str(values.get("evidence") or ""))
    links = list(filter(None, [*links, *good, first_address(comment)]))
    statement = "\n".join(filter(None, parts))
    more = [link for link in dict.fromkeys(links[1:]) if link not in statement]
    parts += [f"Evidence: {' '.join(bad)}"] if bad else []
    parts += [f"More evidence: {' '.join(more)}"] if more and not bad else []
    day = values.get("available_from")
    if day and state not in DATED:
        parts.append(f"(Date in the file: {day.isoformat()})")
        day = None
    try:
        held = held_for(
            fields.read_holds_for(str(values.get("holds_for") or "")),
            *(context.more["lists"], state, day),
            as_is=candidate in context.more["as_is"],
        )
    except (ValueError, Invalid) as error:
        raise costs.Wrong("holds_for", str(error)) from error
    try:
        value, unit = NUMBER_AND_UNIT.findall(str(values.get("number") or ""))[0]
        typed = read_field(value)
        text = "" if typed is None else plain(typed)
        reading = Reading.from_text(f"{text}{unit}")
        measure = context.more["measures"].get(ref, {})
        number = claimed_number(reading and reading.as_json(), measure)
    except (ValueError, Invalid) as error:
        raise costs.Wrong("number", str(error)) from error
    first = links[0] if links else ""
    statement = "\n".join(filter(None, parts)) or first
    claim = ClaimWords(
        availability=state.value,
        available_from=day,
        environments=parted(values.get("environments", "")),
        holds_for=held,
        statement=inputs.text("statement", statement, blank=True),
        evidence_url=inputs.link("evidence", first),
        number=number,
    )
    for role, sentences in inputs.errors.items():
        raise costs.Wrong(role, sentences[0])
    return claim
