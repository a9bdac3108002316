"""A questionnaire of any form that a vendor filled in, read as its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import User
from evaltracker.importing.plan import settled
from evaltracker.importing.services.readings import reading_for
from evaltracker.tabular import Workbook, header_key, read_table
from vendors.choices import STATED
from vendors.imports import ClaimLine, ClaimsPlan, plan_claims_import
from vendors.imports.questionnaires import WHOSE
from vendors.imports.shapes import QUESTIONNAIRE
from vendors.models import Candidate
from vendors.services.batches import Comparison, compare_claims, stated
from vendors.services.claim_undo import KIND
from vendors.services.imports import known_claims

HOW = (
    "Upload the file under Import answers first: there you say what its columns and "
    "words mean. Discard it there, and upload it here again."
)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What a questionnaire says against what stands, and what of it was passed over."""

    found: Comparison
    remarks: tuple[str, ...]


def read_questionnaire(
    *, candidate: Candidate, content: bytes, filename: str, by: User
) -> Questionnaire:
    """Compare a questionnaire with what the vendor has said itself.

    Columns and words are read as people of the evaluation have explained them in its
    imports; a vendor states an availability, so a word without a meaning is refused.

    Raises:
        Refused: answering is not open. Invalid: no questionnaire, or each wrong row.

    """
    plan = planned(candidate, read_table(content, filename), by)
    lines = plan.new
    wrong = [str(problem) for problem in plan.problems]
    wrong += [
        f"“{word.shown}” ({word.count:,}×) is no availability that is known here."
        for word in plan.unknown_words
    ]
    if not wrong:
        wrong = [
            f"{place_of(line)} states no availability."
            for line in lines
            if line.words.availability not in STATED
        ]
    if wrong:
        raise Invalid(
            "This questionnaire cannot be read yet.", errors={"file": [*wrong, HOW]}
        )
    claims = [stated(it.ref, it.words) for it in lines]
    try:
        found = compare_claims(candidate=candidate, claims=claims)
    except Invalid as error:
        raise by_row(error.errors, lines) from error
    return Questionnaire(found, plan.remarks)


def planned(candidate: Candidate, book: Workbook, by: User) -> ClaimsPlan:
    """The plan of an import in which all answers are this candidate's."""
    evaluation = candidate.evaluation
    book, reading, _ = reading_for(
        evaluation=evaluation, kind=KIND, by=by, book=book, said={}
    )
    known = known_claims(evaluation=evaluation)
    names = {candidate.name: known.candidates[candidate.name]}
    whose = {f"{WHOSE}:{header_key(it.name)}": candidate.name for it in book.visible}
    answers = {**reading.answers, **whose}
    plan = plan_claims_import(
        book,
        replace(known, claims={}, candidates=names),
        orientation=QUESTIONNAIRE,
        headers=reading.headers,
        answers=answers,
    )
    return settled(plan, answers)


def by_row(errors: Mapping[str, Sequence[str]], lines: Sequence[ClaimLine]) -> Invalid:
    """What is wrong with answers, each with the row of the file."""
    told = []
    for name, sentences in errors.items():
        _, index, _ = name.split(".")
        told.append(f"{place_of(lines[int(index)])}: {' '.join(sentences)}")
    return Invalid("Nothing was taken.", errors={"file": told})


def place_of(line: ClaimLine) -> str:
    """“Row 4”, with its sheet."""
    where = f" of sheet “{line.sheet}”" if line.sheet else ""
    return f"Row {line.row}{where}"
