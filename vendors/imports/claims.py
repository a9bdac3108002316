"""Claims from a spreadsheet, a list or a matrix."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import (
    Column,
    ImportKind,
    Question,
    register_import,
    with_choices,
)
from evaltracker.importing.plan import Header, Reading
from evaltracker.toolbox.measures import number_words
from evaltracker.toolbox.tabular import Sheet, Workbook
from vendors.candidates import ClaimWords
from vendors.choices import STATED, Availability
from vendors.holds_for_fields import HoldsForTextField, read_holds_for, write_holds_for
from vendors.imports import ClaimLine, ClaimsPlan, plan_claims_import
from vendors.imports.answers import COLUMNS, CROSSED
from vendors.imports.layout import names_on
from vendors.imports.money_words import Meaning
from vendors.imports.shapes import (
    CANDIDATES_AS_ROWS,
    LIST,
    QUESTIONNAIRE,
    REQUIREMENTS_AS_ROWS,
    find_list,
)
from vendors.policy import may_read_answers
from vendors.selectors import asked_requirements
from vendors.selectors.candidates import lists_of
from vendors.services.candidate_import import explain_words
from vendors.services.claims import KIND, undo
from vendors.services.mailed_sheets import import_claims, known_claims

SHOWN_WORDS = 300
HOLDS_FOR = "holds_for"


@register_import
class Claims(ImportKind):
    """What candidates are said to do, cell by cell."""

    slug = KIND
    take_back = staticmethod(undo)
    take_in = staticmethod(import_claims)
    things = "answers"
    tab = "matrix"
    may_skip = True
    needs = (
        "A list with a row per answer, a matrix of requirements and candidates, or a "
        "questionnaire that one vendor filled in. Requirements and candidates have to "
        "be in the evaluation already."
    )
    columns = (
        Column("requirement", "Requirement ID", "Requirement", "Its ref.", "R1"),
        Column("component", "Component", "Component of the requirement"),
        Column("candidate", "Candidate", "Candidate", "Its name or alias.", "Acme ML"),
        Column("version", "Version", "Version in the name"),
        Column(
            "status",
            "Availability",
            "Availability",
            "now, beta, planned, on request or never. Blank says nothing.",
            "planned",
        ),
        Column("available_from", "Available from", "From", "2027-03-31", "2027-03-31"),
        Column(
            "statement", "Statement", "Statement", "In their words.", "In beta now."
        ),
        Column(
            "evidence", "Evidence URL", "Link", "http(s) only.", "https://acme.example"
        ),
        Column(
            "number",
            "Claimed number",
            "Number",
            "For the measure of the requirement, with its unit.",
            "12 ms",
        ),
    )
    names = COLUMNS
    layouts = (
        ("", "find out"),
        (LIST, "a list, one row per answer"),
        (QUESTIONNAIRE, "a questionnaire that one vendor filled in"),
        (REQUIREMENTS_AS_ROWS, "a matrix, requirements down and candidates across"),
        (CANDIDATES_AS_ROWS, "a matrix, candidates down and requirements across"),
    )

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        """The owner, who reads here what stands beside what comes."""
        return super().allowed(user, evaluation) and may_read_answers(user, evaluation)

    def guess(self, sheet: Sheet) -> Header | None:
        """Where a list stands, or the answers of one vendor."""
        sheet = with_choices(sheet, CROSSED, "Answer")
        found = find_list(sheet)
        return Header(found.header.number, found.columns) if found else names_on(sheet)

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> ClaimsPlan:
        """What the file would do."""
        return plan_claims_import(
            book,
            known_claims(evaluation=evaluation),
            orientation=reading.layout,
            skip_unknown=reading.skip_unknown,
            headers=reading.headers,
            holds_for=values_said(evaluation, reading.more),
            answers=reading.answers,
        )

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        """For which values of the brief's lists each candidate's answers hold."""
        lists = lists_of(evaluation)
        if not lists:
            return {}
        fields: dict[str, forms.Field] = {
            HOLDS_FOR: HoldsForTextField(
                lists=lists,
                label="The answers hold for",
                required=False,
                help_text="None ticked: not stated, so nobody has answered for these "
                "values.",
            )
        }
        for candidate in evaluation.candidates.order_by("name"):
            fields[f"{HOLDS_FOR}-{candidate.pk}"] = HoldsForTextField(
                lists=lists,
                label=f"Those of {candidate} hold for",
                required=False,
                help_text="None ticked: as above.",
            )
        return fields

    def heads(self) -> tuple[str, ...]:
        """A cell and what it says."""
        return ("Requirement", "Candidate", "Availability", "Statement")

    def cells(self, line: ClaimLine) -> Sequence[Any]:
        """What would be noted."""
        return (
            line.ref,
            line.candidate,
            availability_words(line.words),
            line.words.statement[:SHOWN_WORDS],
        )

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        before, after = readable(change.before), readable(change.line.words)
        return [
            (field, before[field], after[field])
            for field in before
            if before[field] != after[field]
        ]

    def questions(self, plan: Any) -> Sequence[Question]:
        """Status words that nobody has explained."""
        return [Question(it.key, it.shown, it.count) for it in plan.unknown_words]

    def meanings(self) -> tuple[tuple[str, str], ...]:
        """Every availability, or text."""
        stated = tuple(
            (availability.value, str(availability.label)) for availability in STATED
        )
        partial = (Availability.PARTIAL.value, "in part, as the source says")
        return (
            *stated,
            partial,
            (Availability.UNSTATED.value, "nothing; leave it as text"),
        )

    def explain(
        self,
        evaluation: Evaluation,
        user: User,
        said: Mapping[str, tuple[str, str]],
    ) -> None:
        """Remember what words mean here."""
        meanings = {
            key: Meaning(meaning, read_day(day)) for key, (meaning, day) in said.items()
        }
        explain_words(evaluation=evaluation, meanings=meanings, by=user)

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        """Refs, candidates and availabilities."""
        return {
            "requirement": [row.ref for row in asked_requirements(evaluation)],
            "candidate": list(evaluation.candidates.values_list("name", flat=True)),
            "status": ["now", "beta", "planned", "on request", "never"],
        }


def availability_words(words: ClaimWords) -> str:
    """An availability as people read it."""
    label = str(Availability(words.availability).label)
    return f"{label}, {words.available_from}" if words.available_from else label


def readable(words: ClaimWords) -> dict[str, Any]:
    """The words by field, as people write them."""
    held = words.holds_for and words.holds_for["said"]
    return words.fields() | {
        HOLDS_FOR: write_holds_for(held),
        "number": number_words(words.number),
    }


def values_said(evaluation: Evaluation, more: Mapping[str, str]) -> dict[str, Any]:
    """What the form says of values, by candidate; those of whom it says nothing lack.

    Raises:
        Invalid: the text is not understood.

    """
    said = {}
    for candidate in evaluation.candidates.all():
        text = more.get(f"{HOLDS_FOR}-{candidate.pk}") or more.get(HOLDS_FOR, "")
        try:
            values = read_holds_for(text)
        except ValueError as error:
            raise Invalid(f"Those of {candidate} hold for: {error}") from error
        if values is not None:
            said[candidate.name] = values
    return said


def read_day(text: str) -> datetime.date | None:
    """The date of a date field; blank is none."""
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(f"“{text[:20]}” is no date.") from error
