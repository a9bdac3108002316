"""Planning an import of claims: find the shape, walk it, compare with what stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaltracker.importing.choices import in_one_column
from evaltracker.importing.layout import short
from evaltracker.importing.own_exports import refuse_memo
from evaltracker.importing.plan import Findings, source_of
from evaltracker.importing.reading import NO_ANSWERS, NO_HEADERS, Header
from evaltracker.importing.rows import no_table
from evaltracker.tabular import Sheet, Unreadable, Workbook
from vendors.imports.by_vendor import find_by_vendor
from vendors.imports.names import candidate_names, requirement_names
from vendors.imports.own_exports import as_it_stands, without_derived
from vendors.imports.plan import ClaimChange, ClaimLine, ClaimsPlan, Known
from vendors.imports.questionnaires import find_questionnaire
from vendors.imports.shapes import (
    CANDIDATES_AS_ROWS,
    LIST,
    QUESTIONNAIRE,
    REQUIREMENTS_AS_ROWS,
    ListShape,
    MatrixShape,
    find_list,
    find_matrix,
)
from vendors.imports.values import with_values
from vendors.imports.walks import Walk
from vendors.imports.words import CROSSED

NOT_STATED: Mapping[str, Any] = {}
ORIENTATIONS = (REQUIREMENTS_AS_ROWS, CANDIDATES_AS_ROWS, LIST, QUESTIONNAIRE)


def plan_claims_import(
    book: Workbook,
    known: Known,
    *,
    orientation: str = "",
    skip_unknown: bool = False,
    headers: Mapping[str, Header] = NO_HEADERS,
    holds_for: Mapping[str, Any] = NOT_STATED,
    answers: Mapping[str, str] = NO_ANSWERS,
) -> ClaimsPlan:
    """What importing `book` would do to the claims.

    Cells that are blank say nothing, and claims that the file does not name stay.
    `headers` say what the columns of a list hold, `holds_for` for which values of the
    brief's lists the answers of a candidate hold.

    Raises:
        Unreadable: no claims are in the file, or it can be read both ways round.

    """
    refuse_nothing_to_match(known)
    refuse_memo(book, "It has results and no answers. Import the matrix instead.")
    book, told = without_derived(in_one_column(book, CROSSED, "Answer"))
    findings = Findings(answers=answers, remarks=[*book.remarks, *told])
    walk = Walk(
        candidate_names(known),
        requirement_names(known),
        findings,
        known.words,
        known.measures,
        skip_unknown=skip_unknown,
    )
    used, lines = lines_in(book, walk, orientation, headers)
    if not used:
        raise nothing_found(book, known)
    walk.reader.tell(findings)
    tell_skipped(walk, findings)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    lines = once_each(lines, sheets, findings)
    lines = list(with_values(lines, known, holds_for))
    lines = as_it_stands(lines, known.claims) if told else lines
    if not (lines or findings.problems):
        findings.refuse(
            book.visible[0], 1, "The table holds no answers. Fill it in and try again."
        )
    skipped = sum(walk.skipped.values())
    made = compared(book, used, lines, known, sheets, findings, skipped)
    return replace(made, unknown_words=walk.reader.asked())


def lines_in(
    book: Workbook, walk: Walk, orientation: str, headers: Mapping[str, Header]
) -> tuple[str, list[ClaimLine]]:
    """How the claims lie ("" if there are none), and every one of them."""
    lines: list[ClaimLine] = []
    used = ""
    for sheet in book.visible:
        by_vendor = orientation in ("", LIST) and sheet.name not in headers
        if by_vendor and (
            shapes := find_by_vendor(sheet, walk.candidates, walk.requirements)
        ):
            used = LIST
            lines += [line for shape in shapes for line in walk.list(shape)]
            continue
        shape = find_shape(sheet, walk, orientation, headers.get(sheet.name))
        if isinstance(shape, ListShape) and "candidate" not in shape.columns:
            used = QUESTIONNAIRE
            lines += walk.questionnaire(shape)
        elif isinstance(shape, ListShape):
            used = LIST
            lines += walk.list(shape)
            if "status" not in shape.columns:
                walk.findings.remark(
                    "The list has no column of availabilities, so every claim in it is "
                    "unstated."
                )
        elif shape is not None:
            used = shape.orientation
            lines += walk.matrix(shape)
        elif sheet.name and not sheet.is_blank:
            walk.findings.remark(
                f"Sheet “{sheet.name}” holds no answers; it was not read."
            )
    return used, lines


def find_shape(
    sheet: Sheet, walk: Walk, orientation: str, said: Header | None
) -> ListShape | MatrixShape | None:
    """How claims lie on `sheet`; None if there are none.

    Raises:
        Unreadable: it can be read both ways round and nobody said which.

    """
    if orientation in ("", LIST):
        listed = find_list(sheet, said)
        if listed is not None or orientation == LIST:
            return listed
    candidates, requirements = walk.candidates, walk.requirements
    asked = None
    if orientation in ("", QUESTIONNAIRE):
        asked = find_questionnaire(sheet, requirements, said)
        if orientation == QUESTIONNAIRE:
            return asked
    down = find_matrix(sheet, candidates, requirements, REQUIREMENTS_AS_ROWS)
    across = find_matrix(sheet, requirements, candidates, CANDIDATES_AS_ROWS)
    if asked is not None and not any(
        shape and shape.header.number >= asked.header.number for shape in (down, across)
    ):
        # A candidate's name above the names of the columns is no column of answers.
        return asked
    if orientation:
        return down if orientation == REQUIREMENTS_AS_ROWS else across
    if down is not None and across is not None:
        raise Unreadable(
            "the table can be read both ways round, because names of candidates and of "
            "requirements stand in its first row and in its first column. Say which "
            f"layout it has: {REQUIREMENTS_AS_ROWS} or {CANDIDATES_AS_ROWS}.",
            sheet=sheet.name,
        )
    return down or across


def once_each(
    lines: list[ClaimLine], sheets: dict[str, Sheet], findings: Findings
) -> list[ClaimLine]:
    """Each cell once; two different answers to one cell are refused."""
    first: dict[tuple[str, str], ClaimLine] = {}
    for line in lines:
        kept = first.setdefault(line.cell, line)
        if kept.words != line.words:
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"{line.candidate} answers {short(line.ref)} another way in row "
                f"{kept.row}. Keep one of the two.",
            )
    return list(first.values())


def compared(
    book: Workbook,
    used: str,
    lines: list[ClaimLine],
    known: Known,
    sheets: dict[str, Sheet],
    findings: Findings,
    skipped: int,
) -> ClaimsPlan:
    """The plan, each line by what it would do."""
    new: list[ClaimLine] = []
    changed: list[ClaimChange] = []
    same: list[ClaimLine] = []
    for line in lines:
        before = known.claims.get(line.cell)
        if before is None:
            new.append(line)
        elif before.words == line.words and before.is_fresh:
            same.append(line)
        elif before.by_vendor:
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"{line.candidate}'s vendor has answered {short(line.ref)} itself, in "
                "other words; a file cannot replace them. Blank the cell.",
            )
        else:
            changed.append(ClaimChange(line, before.words))
    return ClaimsPlan(
        **source_of(book),
        orientation=used,
        new=tuple(new),
        changed=tuple(changed),
        same=tuple(same),
        refused=skipped + len(findings.refused_rows),
        **findings.told(),
    )


def tell_skipped(walk: Walk, findings: Findings) -> None:
    """Name what was left out because the evaluation does not have it."""
    if walk.skipped:
        names = [f"{name} ({count:,}×)" for name, count in walk.skipped.items()]
        more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
        findings.remark(f"Left out as unknown: {', '.join(names[:10])}{more}.")


def refuse_nothing_to_match(known: Known) -> None:
    """Refuse before anything is searched in vain."""
    if not known.requirements:
        raise Unreadable(
            "The evaluation has no requirements yet, so no answer can be matched. "
            "Import or write the requirements first."
        )
    if not known.candidates:
        raise Unreadable(
            "The evaluation has no candidates yet, so no answer can be matched. Add "
            "the candidates first, with the names that the file uses as aliases."
        )


def nothing_found(book: Workbook, known: Known) -> Unreadable:
    """The sentence for a file in which no answers were found."""
    candidate, ref = next(iter(known.candidates)), next(iter(known.requirements))
    return no_table(
        book,
        "answers",
        "What can be read is a questionnaire that one vendor filled in, with a column "
        "of answers beside its questions; a list with columns for requirement, "
        "candidate and status or statement; or a matrix with candidates on one side "
        "and requirements on the other. Requirements have to be called as here (such "
        f"as “{short(ref)}”), and candidates by a name or alias (“{candidate}”).",
    )
