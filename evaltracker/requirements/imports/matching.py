"""Comparing the requirements of a file with those that the evaluation has."""

from collections.abc import Collection, Iterable, Mapping

from evaltracker.importing.choices import in_one_column
from evaltracker.importing.layout import short
from evaltracker.importing.own_exports import without_escapes
from evaltracker.importing.plan import (
    Findings,
    ImportPlan,
    KnownRequirement,
    RequirementChange,
    RequirementLine,
    source_of,
)
from evaltracker.importing.reading import NO_ANSWERS, NO_HEADERS, Header
from evaltracker.importing.words import CROSSED
from evaltracker.requirements.imports.layout import find_layouts
from evaltracker.requirements.imports.lines import lines_of
from evaltracker.requirements.imports.sheets import of_two_sheets, under_sheets
from evaltracker.requirements.imports.sideways import sideways_lines
from evaltracker.tabular import Sheet, Workbook

CANDIDATES_AS_ROWS = "candidates-as-rows"


def plan_requirements_import(
    book: Workbook,
    existing: Iterable[KnownRequirement] = (),
    *,
    orientation: str = "",
    headers: Mapping[str, Header] = NO_HEADERS,
    lists: Collection[str] = (),
    answers: Mapping[str, str] = NO_ANSWERS,
) -> ImportPlan:
    """What importing `book` would do to the `existing` requirements.

    Requirements that the file does not name stay as they are, and so does every field
    that it has no column for. `headers` say what the columns of a sheet hold, `lists`
    are those of the brief.

    Raises:
        Unreadable: no table of requirements is in the file.

    """
    book = in_one_column(without_escapes(book), CROSSED, "Priority")
    findings = Findings(answers=answers, remarks=list(book.remarks))
    known = {requirement.ref: requirement for requirement in existing}
    texts = {str(it.values.get("text", "")): it.ref for it in known.values()}
    sheets = {sheet.name: sheet for sheet in book.sheets}
    found = lines_in(book, findings, orientation, headers, texts)
    lines = once_each(of_two_sheets(found, findings), sheets, findings)
    lines = under_sheets(lines, known, findings)
    refuse_unknown_lists(lines, lists, sheets, findings)
    lines = [it for it in lines if (it.sheet, it.row) not in findings.refused_rows]
    plan = compare(lines, known, sheets, findings)
    if not (lines or findings.problems):
        findings.refuse(
            book.visible[0],
            1,
            "The table has a header and no rows under it. Fill it in and import it "
            "again.",
        )
    refused = bool(findings.problems)
    return ImportPlan(
        **source_of(book),
        new=tuple(plan.new),
        changed=tuple(plan.changed),
        same=tuple(plan.same),
        refused=len(findings.refused_rows) if refused else 0,
        **findings.told(),
    )


def lines_in(
    book: Workbook,
    findings: Findings,
    orientation: str,
    headers: Mapping[str, Header],
    known_texts: Mapping[str, str],
) -> list[RequirementLine]:
    """Every requirement of the file, in its order."""
    if orientation == CANDIDATES_AS_ROWS:
        return sideways_lines(book, findings)
    lines = []
    for layout in find_layouts(book, findings, headers):
        found = lines_of(layout, findings, known_texts)
        if layout.is_list_of_claims:
            found = fold(found, layout.sheet, findings)
        lines += found
    return lines


def refuse_unknown_lists(
    lines: list[RequirementLine],
    lists: Collection[str],
    sheets: Mapping[str, Sheet],
    findings: Findings,
) -> None:
    """A requirement can only hold for lists that the brief has."""
    for line in lines:
        for name in str(line.values.get("must_hold_for", "")).split("; "):
            if name and name not in lists:
                there = ", ".join(lists) or "none"
                findings.refuse(
                    sheets[line.sheet],
                    line.row,
                    f"The brief has no list “{short(name)}”; it has: {there}.",
                )


class Comparison:
    """New, changed and same, while they are being sorted."""

    def __init__(self) -> None:
        self.new: list[RequirementLine] = []
        self.changed: list[RequirementChange] = []
        self.same: list[RequirementLine] = []


def compare(
    lines: list[RequirementLine],
    known: Mapping[str, KnownRequirement],
    sheets: Mapping[str, Sheet],
    findings: Findings,
) -> Comparison:
    """Sort the lines by what they would do."""
    sorted_out = Comparison()
    for line in lines:
        before = known.get(line.ref)
        if before is None:
            sorted_out.new.append(line)
        elif before.is_retired:
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"Requirement {line.ref} was retired here. Delete the row, or give it "
                "a new ref.",
            )
        else:
            difference = {
                field: value
                for field, value in line.values.items()
                if before.values.get(field) != value
            }
            if difference:
                old = {field: before.values.get(field, "") for field in difference}
                sorted_out.changed.append(RequirementChange(line, old, difference))
            else:
                sorted_out.same.append(line)
    if lines and not findings.problems:
        tell_missing(lines, known, findings)
    return sorted_out


def tell_missing(
    lines: list[RequirementLine],
    known: Mapping[str, KnownRequirement],
    findings: Findings,
) -> None:
    """Say which requirements the file does not name; they stay."""
    named = {line.ref for line in lines}
    missing = [
        ref
        for ref, known_requirement in known.items()
        if ref not in named and not known_requirement.is_retired
    ]
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        word = "requirements are" if len(missing) > 1 else "requirement is"
        findings.remark(
            f"{len(missing):,} {word} in the evaluation and not in the file "
            f"({shown}); nothing happens to them."
        )


def fold(
    lines: list[RequirementLine], sheet: Sheet, findings: Findings
) -> list[RequirementLine]:
    """One line per requirement of a list of claims, which repeats them."""
    first: dict[str, RequirementLine] = {}
    for line in lines:
        kept = first.setdefault(line.ref, line)
        if kept.values != line.values:
            field = next(
                field
                for field in line.values
                if kept.values.get(field) != line.values[field]
            )
            findings.refuse(
                sheet,
                line.row,
                f"Requirement {line.ref} has another {field.replace('_', ' ')} than in "
                f"row {kept.row}. "
                "Make them alike.",
            )
    findings.remark(
        f"The file is a list of answers: it names {len(first):,} requirements in "
        f"{len(lines):,} rows. Only the requirements were read; the answers are "
        "an import of their own."
    )
    return list(first.values())


def once_each(
    lines: list[RequirementLine], sheets: Mapping[str, Sheet], findings: Findings
) -> list[RequirementLine]:
    """Each ref once; the second of two is refused, naming both rows."""
    first: dict[str, RequirementLine] = {}
    for line in lines:
        kept = first.setdefault(line.ref, line)
        if kept is line:
            continue
        where = f"row {kept.row}" + (
            f" of sheet “{kept.sheet}”" if kept.sheet != line.sheet else ""
        )
        findings.refuse(
            sheets[line.sheet],
            line.row,
            f"The ref “{short(line.ref)}” stands in {where} already. Give each "
            f"requirement a ref of its own{example_for(kept, line)}.",
        )
    return list(first.values())


def example_for(first: RequirementLine, second: RequirementLine) -> str:
    """How two alike refs could be told apart, if their categories do."""
    categories = first.values.get("category"), second.values.get("category")
    if None in categories or categories[0] == categories[1]:
        return ""
    return f", for example “{short(f'{categories[1]} {second.ref}', 60)}”"
