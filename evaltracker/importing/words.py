"""The column names and words that an import of requirements understands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evaltracker.evaluations.choices import Priority
from evaltracker.importing.plan import Findings, short
from evaltracker.toolbox.tabular import Row, Sheet, Unreadable, Workbook, header_key
from evaltracker.toolbox.text import meant

CLAIMED, DERIVED = ": claimed", (": shown", ": tested", ": standing")
# Where a number was claimed or measured anywhere.
NUMBERS = ": numbers"
MEMO_SHEETS = frozenset({"Decision", "Comparison", "Standings"})
MEMO_TITLE = "Decision memo: "


def is_own(row: Row) -> bool:
    names = [name for name in row.cells if name.endswith(CLAIMED)]
    return bool(names) and all(
        name.removesuffix(CLAIMED) + part in row.cells
        for name in names
        for part in DERIVED
    )


def is_saved_matrix(sheet: Sheet) -> bool:
    return bool(sheet.rows) and is_own(sheet.rows[0])


def refuse_memo(book: Workbook, sentence: str) -> None:
    """Refuse a decision memo: what it holds was worked out, and nobody said it."""
    names = {sheet.name for sheet in book.sheets}
    if names >= MEMO_SHEETS or any(name.startswith(MEMO_TITLE) for name in names):
        raise Unreadable(f"This is a decision memo. {sentence}")


def without_escapes(book: Workbook) -> Workbook:
    return replace(book, sheets=tuple(_plain(sheet) for sheet in book.sheets))


def _plain(sheet: Sheet) -> Sheet:
    if not is_saved_matrix(sheet):
        return sheet
    return replace(
        sheet,
        rows=tuple(
            replace(row, cells=tuple(meant(cell) for cell in row.cells))
            for row in sheet.rows
        ),
    )


# By field, what people call its column; the first that a header has is taken, so the
# more exact name stands first. Case, blanks and marks do not count.
REF_COLUMNS = (
    "ref",
    "reference",
    "requirementref",
    "subid",
    "requirementid",
    "requirementno",
    "requirementnumber",
    "reqid",
    "reqno",
    "questionid",
    "questionno",
    "controlid",
    "id",
    "no",
    "nr",
    "number",
    "#",
    "key",
    "code",
    "itemno",
    "index",
)
# These name the thing itself: a ref where there is none, a text where there is one.
STORY_COLUMNS = ("iwantto", "iwant", "ineedto")
NAME_COLUMNS = (
    *("capability", "criterion", "criteria", "feature", "requirement", "question"),
    *STORY_COLUMNS,
)
TEXT_COLUMNS = (
    "text",
    "texthtml",
    "whatweneed",
    "requirementtext",
    "requirementdescription",
    "question",
    "requirement",
    "label",
    "description",
    "topic",
    "title",
    *STORY_COLUMNS,
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "ref": REF_COLUMNS,
    "text": TEXT_COLUMNS,
    "name": NAME_COLUMNS,
    "category": (
        "category",
        "section",
        "chapter",
        "group",
        "area",
        "theme",
        "questionnaire",
        "set",
        *("domain", "domaintitle", "ccmdomaintitle"),
        *("epic", "module", "functionalarea", "topic"),
    ),
    "priority": ("priority", "moscow", "importance", "obligation"),
    "weight": ("weight", "weighting", "weightpercent", "weightinpercent"),
    "vendor_help": ("vendorhelp", "help", "hint", "guidance", "helptext"),
    "scorer_help": ("scorerhelp", "scoringhelp", "scoringguidance"),
    "must_hold_for": ("mustholdfor",),
    "measure": ("measure", "measuredby", "acceptancemeasure"),
}
# The last word of a name above refs: “BR_ID”, “FR #”, “Req. Nr.”.
REF_WORDS = frozenset({"id", "no", "nr", "num", "number", "ref", "#"})
# What has an ID of its own and is no requirement.
OTHERS = frozenset(
    {
        *("parent", "test", "ticket", "issue", "user", "vendor", "candidate"),
        *("supplier", "company", "product", "evidence", "linked", "source", "phone"),
    }
)
# What stands above the answers of a questionnaire.
ANSWER_COLUMNS = (
    *("answer", "response", "answers", "responses"),
    *("vendoranswer", "vendoranswers", "vendorresponse"),
    *("supplieranswer", "supplierresponse", "bidderresponse", "yourresponse"),
    *("youranswer", "cspcaiqanswer", "caiqanswer", "consensusassessmentanswers"),
)
# A column of these makes the file a list of claims: a row per requirement and
# candidate.
CANDIDATE_COLUMNS = (
    "candidate",
    "platform",
    "product",
    "vendor",
    "supplier",
    "vendorname",
    "companyname",
    "company",
    "tool",
    "bidder",
    "offeror",
)
COMPONENT_COLUMNS = ("component",)
# What stands in a table beside the answers and is neither.
SIDE_COLUMNS = frozenset(
    {
        "url",
        "website",
        "link",
        "evidenceurl",
        "evidence",
        "version",
        "total",
        "sum",
        "score",
        *("winner", "verdict", "recommendation", "best"),
        "notes",
        "comment",
        "comments",
        "remarks",
        *(name for names in COLUMNS.values() for name in names),
        *CANDIDATE_COLUMNS,
        *COMPONENT_COLUMNS,
    }
)
PRIORITIES: dict[str, Priority] = {
    **dict.fromkeys(
        ("must", "musthave", "mandatory", "essential", "required", "m"), Priority.MUST
    ),
    **dict.fromkeys(("should", "shouldhave", "important", "s"), Priority.SHOULD),
    **dict.fromkeys(
        ("could", "couldhave", "nicetohave", "desirable", "optional", "c"),
        Priority.COULD,
    ),
}
# Names of columns in one of which a priority is crossed.
CROSSED = frozenset({*PRIORITIES, "high", "medium", "low"})
DEFAULT_CATEGORY = "General"


LEAVE_OUT = "leave-out"
MOST_WORDS = 12
WORD = "word:"


def meanings_in(
    header: Row,
    column: int,
    body: Sequence[Row],
    known: Mapping[str, str],
    options: Sequence[tuple[str, str]],
    findings: Findings,
    *,
    field: str,
) -> dict[str, str]:
    """By cell, what it means: a known word, or one that somebody explained.

    More words than `MOST_WORDS` are no scale, and nothing is asked about them.
    """
    counts: dict[str, int] = {}
    for row in body:
        cell = row.cell(column)
        if cell:
            counts[cell] = counts.get(cell, 0) + 1
    found = {cell: known[key_of(cell)] for cell in counts if key_of(cell) in known}
    unknown = [cell for cell in counts if cell not in found]
    if len(unknown) > MOST_WORDS:
        return found
    name = short(header.cell(column), 30)
    for cell in unknown:
        times = "once" if counts[cell] == 1 else f"{counts[cell]:,} times"
        said = findings.ask(
            f"{WORD}{field}:{key_of(cell)}",
            f"What does “{short(cell)}” in column “{name}” mean here? It stands there "
            f"{times}.",
            options,
        )
        if said:
            found[cell] = said
    return found


def key_of(cell: str) -> str:
    return header_key(cell)[:60]
