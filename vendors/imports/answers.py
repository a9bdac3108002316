"""From cells to the words of a claim, without guessing."""

import datetime
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.importing.kinds import (
    ANSWER_COLUMNS,
    CANDIDATE_COLUMNS,
    CLAIMED,
    COMPONENT_COLUMNS,
    DERIVED,
    NAME_COLUMNS,
    NUMBERS,
    REF_COLUMNS,
    SIDE_COLUMNS,
    is_own,
    is_saved_matrix,
    without_escapes,
)
from evaltracker.importing.plan import Findings, Plan, likely_header, short
from evaltracker.importing.rows import Table, unread_columns
from evaltracker.toolbox.tabular.cells import (
    DayOrder,
    Row,
    Sheet,
    Workbook,
    columns_by_field,
    header_key,
    read_day,
)
from evaltracker.toolbox.tabular.wording import as_answer, web_addresses, without_markup
from vendors.choices import Availability
from vendors.claims import DATED, ClaimWords, held_for, read_claim

# Quoted words, an escaped mark, a currency in brackets, other brackets, a blank as wide
# as a mark, a repeated mark; everything else stands for itself. What nothing closes
# goes to the end.
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]?'
    r"|\[[^\]]*\]?|_.|\*.|(?P<digits>[0#?](?:[0#?.,/ ]*[0#?])?)(?P<scale>,*)"
    r"|(?P<general>General)|(?P<mark>.)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Around:
    """The words before and after a number; `is_scaled` if thousands are not shown."""

    before: str = ""
    after: str = ""
    is_scaled: bool = False


def words_around(number_format: str) -> Around:
    section = first_section(number_format)
    before, after, seen, is_scaled = "", "", False, False
    for token in TOKEN.finditer(section):
        if token["digits"] or token["general"]:
            seen = True
            is_scaled = is_scaled or bool(token["scale"])
            continue
        sign = next((part for part in token.group(1, 2, 3, 7) if part), "")
        if seen:
            after += sign
        else:
            before += sign
    return Around(before.strip(), after.strip(), is_scaled)


def first_section(number_format: str) -> str:
    quoted = False
    for place, mark in enumerate(number_format):
        if mark == '"':
            quoted = not quoted
        elif mark == ";" and not quoted:
            return number_format[:place]
    return number_format


type Cell = tuple[str, str]  # a candidate's name and a requirement's ref


@dataclass(frozen=True, slots=True)
class ClaimLine:
    candidate: str
    ref: str
    words: ClaimWords
    sheet: str
    row: int

    @property
    def cell(self) -> Cell:
        return self.candidate, self.ref

    @property
    def name(self) -> str:
        return f"{self.ref} / {self.candidate}"


@dataclass(frozen=True, slots=True)
class Meaning:
    availability: str
    available_from: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A status word that nobody has explained: as looked up, and as it was written.

    `count` is how often the file has it.
    """

    key: str
    shown: str
    count: int


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """The current claim of a cell.

    `is_fresh` tells whether it answers the requirement's words of today.
    """

    words: ClaimWords
    by_vendor: bool = False
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What the evaluation has: refs with texts, candidates with aliases, claims.

    `words` are the status words that its people explained.
    """

    requirements: Mapping[str, str]
    candidates: Mapping[str, Sequence[str]]
    claims: Mapping[Cell, KnownClaim] = field(default_factory=dict)
    words: Mapping[str, Meaning] = field(default_factory=dict)
    # The lists of the brief with their values, and who stays as it is.
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    as_is: frozenset[str] = frozenset()
    # By ref, of the requirements that have one.
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimChange:
    line: ClaimLine
    before: ClaimWords


@dataclass(frozen=True, slots=True)
class ClaimsPlan(Plan[ClaimLine, ClaimChange]):
    orientation: str = ""
    unknown_words: tuple[UnknownWord, ...] = ()


# A word that is not here is kept as text and reported, never guessed from. Case,
# hyphens and outer marks do not count.
WORDS: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
STATUS_WORDS = {
    word: Availability(state)
    for state, words in WORDS["status"].items()
    for word in words
}
# Names of columns in one of which an answer is crossed.
CROSSED = frozenset({"yes", "no", "na", "notapplicable", "planned", "partial"})
# Known words that are no availability: the owner rules on them.
RULED_WORDS = frozenset(
    {"not applicable", "n/a", "na", "not evaluated", "not assessed", "unknown", "tbd"}
)
SHARED = {
    "*candidate": CANDIDATE_COLUMNS,
    "*ref": REF_COLUMNS,
    "*name": NAME_COLUMNS,
    "*component": COMPONENT_COLUMNS,
    "*answer": ANSWER_COLUMNS,
}


def columns_of(part: str) -> dict[str, tuple[str, ...]]:
    """By field, the names of its column, the likeliest first."""
    return {
        field: tuple(word for name in names for word in SHARED.get(name, (name,)))
        for field, names in WORDS[part].items()
    }


COLUMNS = columns_of("answers")


# A tick, a cross, yes or no before words that explain it.

WORD = re.compile(r"[^\W_]+")
MARKS = {
    **dict.fromkeys("✓✔☑✅", Availability.NOW),
    **dict.fromkeys("✗✘✕❌☒", Availability.NEVER),
}
# “Yes, on every node”, “No (by design)”: a word before what explains it.
BEFORE_WORDS = re.compile(
    r"(yes|no|supported|not supported|included|available|not available)"
    r"(?:[,:;.] | ?\(| [-–—] ?|[–—])(\S.*)",
    re.DOTALL,
)
# A tick or a yes before one of these words says two things at once, so it is asked
# about.
LATER = frozenset(
    {
        *("planned", "roadmap", "coming", "soon", "beta", "preview", "partly"),
        *("partial", "partially", "limited", "request", "alpha", "experimental"),
        *("custom", "customisation", "customization", "customised", "customized"),
        *("cost", "costs", "fee", "services", "development", "future", "upcoming"),
    }
)
DENIALS: Mapping[Availability, frozenset[str]] = {
    Availability.NOW: frozenset(("no", "not", "never", "without", "but")),
    Availability.NEVER: frozenset(("yes", "available", "but")),
}
WITH_DAY = re.compile(
    r"\b(?:(?:in|from|by|for|until|during|h[12]|end|mid|late|early) (?:of )?20[0-9]{2}"
    r"|q[1-4])\b"
)


def headed(cell: str) -> tuple[Availability, str] | None:
    """What a mark or word says before other words, and the statement.

    None where nothing stands behind it, or what may say another thing.
    """
    word = status_key(cell)
    plain = cell.strip().replace("\ufe0f", "")
    explained = BEFORE_WORDS.match(word)
    if len(word) > 1 and word[0] in MARKS:
        status, behind = MARKS[word[0]], word.lstrip("".join(MARKS)).strip(" :,-–—()")
        statement = plain.lstrip("".join(MARKS)).strip(" :,-–—")
    elif explained is not None:
        status, behind = STATUS_WORDS[explained[1]], explained[2]
        statement = plain
    else:
        return None
    terms = WORD.findall(behind)
    is_denied = bool(terms) and terms[0] in DENIALS[status]
    if not terms or is_denied or LATER.intersection(terms) or WITH_DAY.search(behind):
        return None
    return status, statement


def status_key(cell: str) -> str:
    text = as_answer(cell).statement.casefold().replace("\ufe0f", "").replace("_", " ")
    key = " ".join(text.strip(" .!\"'“”()").split())
    return key[0] if key[:1] in MARKS and len(set(key)) == 1 else key


DATED_PLAN = re.compile(
    r"(planned|roadmap|on the roadmap|coming soon)[ :(,]{1,3}(?:for |by |from )?"
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})\)?"
)
WORD_LENGTH = 40
WORDS_SHOWN = 15
ASKED = 40


@dataclass(frozen=True, slots=True)
class Cells:
    status: str = ""
    statement: str = ""
    evidence: str = ""
    available_from: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.status or self.statement or self.evidence)


@dataclass(slots=True)
class Reader:
    """Reads answers and remembers which words it did not know.

    `words` are those that people of the evaluation explained.
    """

    words: Mapping[str, Meaning] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    ruled: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    undated: int = 0
    marked: int = 0
    unsafe_links: int = 0
    order: DayOrder | None = None

    def read(self, cells: Cells) -> ClaimWords:
        availability, date = self.availability(cells)
        heading = None if cells.statement else headed(cells.status)
        marked = heading[1] if heading else ""
        answer = as_answer(cells.statement or marked or cells.status)
        self.unsafe_links += len(answer.refused_links)
        parts = [answer.statement]
        is_open = availability == Availability.UNSTATED
        if cells.statement and cells.status and (is_open or headed(cells.status)):
            parts.insert(0, without_markup(cells.status))
        url, more = self.evidence(cells.evidence, answer.evidence_url, parts)
        parts += more
        if date is not None and availability not in DATED:
            parts.append(f"(Date in the file: {date.isoformat()})")
            date = None
        return read_claim(
            availability=availability,
            available_from=date,
            environments=(),
            statement="\n".join(part for part in parts if part) or url,
            evidence_url=url,
            noted=True,
        )

    def availability(self, cells: Cells) -> tuple[Availability, datetime.date | None]:
        date = read_date(cells.available_from, self.order)
        word = status_key(cells.status)
        dated = DATED_PLAN.fullmatch(word)
        if dated is not None:
            return Availability.PLANNED, read_date(dated[2])
        # The dictionary has no hyphens; a date in the key has.
        key = word.replace("-", " ")
        meaning = self.words.get(key)
        if meaning is not None:
            date = date or meaning.available_from
            if meaning.availability == Availability.UNSTATED:
                return Availability.UNSTATED, date
        state = Availability(meaning.availability) if meaning else STATUS_WORDS.get(key)
        if state == Availability.PLANNED and date is None:
            self.undated += 1
            return Availability.UNSTATED, None
        if state is not None:
            return state, date
        before = headed(cells.status)
        if before is not None:
            self.marked += 1
            return before[0], date
        self.count(word, cells.status)
        return Availability.UNSTATED, date

    def count(self, word: str, cell: str) -> None:
        if word.replace("-", " ") in RULED_WORDS:
            self.ruled[short(without_markup(cell))] += 1
        elif len(word) > WORD_LENGTH:
            self.sentences += 1
        elif word:
            shown = short(as_answer(cell).statement)
            self.unknown[shown] += 1
            self.keys[shown] = word.replace("-", " ")

    def asked(self) -> tuple[UnknownWord, ...]:
        return tuple(
            UnknownWord(self.keys[shown], shown, count)
            for shown, count in self.unknown.most_common(ASKED)
        )

    def evidence(
        self, cell: str, found: str, parts: list[str]
    ) -> tuple[str, list[str]]:
        good, bad = web_addresses(cell)
        links = [*good, found] if found else good
        url = links[0] if links else ""
        if bad:
            return url, [f"Evidence: {without_markup(cell)}"]
        statement = " ".join(parts)
        more = [link for link in links[1:] if link != url and link not in statement]
        return url, [f"More evidence: {' '.join(more)}"] if more else []

    def tell(self, findings: Findings) -> None:
        if self.unknown:
            counts = word_counts(self.unknown)
            findings.remark(
                f"These words are no availability that is known here: {counts}. They "
                "were kept as statements, with the availability unstated."
            )
        if self.ruled:
            findings.remark(
                f"{word_counts(self.ruled)}: kept as statements, unstated; rule on "
                "each requirement that does not apply to a candidate."
            )
        if self.sentences:
            findings.remark(
                f"{self.sentences:,} answers are sentences without an availability; "
                "they were kept as statements, unstated."
            )
        if self.marked:
            findings.remark(
                f"A tick or cross, yes or no stands before words in {self.marked:,} "
                "answers; it was read as now or never, and the words as the statement."
            )
        if self.undated:
            findings.remark(
                f"{self.undated:,} answers say planned without a date, so they were "
                "kept as statements, unstated. Give the dates in a column "
                "“available from”, or write “planned 2027-03-31”."
            )
        if self.unsafe_links:
            findings.remark(
                f"{self.unsafe_links:,} links are no http or https links; they were "
                "kept as text."
            )


def read_date(cell: str, order: DayOrder | None = None) -> datetime.date | None:
    text = cell.strip()
    # A spreadsheet may give the hour of a day, too.
    text = text[:10] if text[4:5] == "-" else text
    try:
        return read_day(text, order) if text else None
    except ValueError as error:
        raise Invalid(str(error)) from error


def word_counts(words: Counter[str]) -> str:
    """“Cloud” ×14, “Local” ×3 and 2 more."""
    shown = [f"“{word}” ×{count}" for word, count in words.most_common(WORDS_SHOWN)]
    rest = len(words) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


LEAST, SHOWN = 2, 6


def heads_of(book: Workbook, findings: Findings) -> list[Table]:
    """A table for each candidate in a row of names, if somebody says that they are.

    The row of names is the only row of such a table. Nothing if no sheet is a matrix.
    """
    tables: list[Table] = []
    for sheet in book.visible:
        header, columns = named_across(sheet)
        if len(columns) >= LEAST and is_meant(sheet, header, columns, findings):
            body = sheet.below(header)
            findings.remarks += unread_columns(sheet, header, body, columns)
            findings.remark(
                "Names alone were read. The answers under them are an import of "
                "their own."
            )
            tables += [Table(sheet, header, {"name": column}) for column in columns]
    return tables


def is_meant(
    sheet: Sheet, header: Row, columns: Mapping[int, str], findings: Findings
) -> bool:
    """Whether somebody says that these are candidates; asks, and refuses till then."""
    names = list(columns.values())
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    shown = ", ".join(f"“{name}”" for name in names[:SHOWN])
    answer = findings.ask(
        f"heads:{header_key(sheet.name)}",
        f"No column has names of candidates. Are these in the row of names the "
        f"candidates: {shown}{more}?",
        [("take", "yes, take them from the row of names")],
    )
    if not answer:
        sentence = (
            "No column has names of candidates. If they stand in the row of names, say "
            "so; else choose the column that has them."
        )
        findings.problems.append(sheet.problem(sentence, row=header.number))
    return bool(answer)


def named_across(sheet: Sheet) -> tuple[Row, dict[int, str]]:
    rows = [row for row in sheet.rows if row.filled]
    header = likely_header(sheet) if rows else Row(1, ())
    if is_own(header):
        cells = tuple(cell.removesuffix(CLAIMED) for cell in header.cells)
        own = replace(header, cells=cells)
        claimed = [at for at in header.filled if header.cell(at).endswith(CLAIMED)]
        return own, {column: own.cell(column) for column in claimed}
    columns = {
        column: header.cell(column).strip("* ")
        for column in header.filled
        if column > 0 and header_key(header.cell(column)) not in SIDE_COLUMNS
    }
    if "status" in columns_by_field(header, COLUMNS):
        # Answers of one vendor, in a column of their own.
        return header, {}
    body = [row for row in rows if row.number > header.number]
    is_matrix = header_key(header.cell(0)) in NAME_COLUMNS or answers(body, columns)
    return header, columns if is_matrix and body else {}


def answers(rows: Collection[Row], columns: Collection[int]) -> bool:
    cells = [row.cell(at) for row in rows for at in columns if row.cell(at)]
    known = [cell for cell in cells if status_key(cell) in STATUS_WORDS or headed(cell)]
    return len(known) * 2 > len(cells)


# The matrix as this product saves it, coming back: what people said, nothing derived.
#
# Its columns are “Acme: claimed”, “Acme: shown” and so on. What was claimed is read;
# the rest is worked out from other things, and is named as passed over.

FEET = ("Fit", "Fit of all scored requirements, in %", "Answered, shown, tested")
LEFT = (*DERIVED, NUMBERS)
# Words of the matrix that say nothing of an answer.
SILENT = frozenset({"not applicable", "withdrawn"})
SAID: Mapping[str, Availability] = {
    "planned": Availability.PLANNED,
    "slipped": Availability.PLANNED,
    "not stated": Availability.UNSTATED,
    **{choice.value.replace("_", " "): choice for choice in Availability},
}


def without_derived(book: Workbook) -> tuple[Workbook, list[str]]:
    """The book with what was claimed alone, and a remark for each saved matrix."""
    sheets, remarks = [], []
    book = without_escapes(book)
    for sheet in book.sheets:
        if not is_saved_matrix(sheet):
            sheets.append(sheet)
            continue
        head = sheet.rows[0]
        sheets.append(replace(sheet, rows=tuple(rows_of(sheet, head))))
        count = sum(name.endswith(LEFT) for name in head.cells)
        remarks.append(
            f"This is a matrix as it is saved here. What was claimed is read; {count} "
            "columns of what was shown, tested and where it stands, and the sums "
            "below, are worked out and were passed over."
        )
    return replace(book, sheets=tuple(sheets)), remarks


def rows_of(sheet: Sheet, head: Row) -> Iterator[Row]:
    left = {index for index, cell in enumerate(head.cells) if cell.endswith(LEFT)}
    claimed = {index for index, cell in enumerate(head.cells) if cell.endswith(CLAIMED)}
    for row in sheet.rows:
        if row.cell(0) in FEET and not row.cell(1):
            continue
        cells = [
            "" if at in left or (at in claimed and cell in SILENT) else cell
            for at, cell in enumerate(row.cells)
        ]
        if row is head:
            cells = [cell.removesuffix(CLAIMED) for cell in cells]
        yield replace(row, cells=tuple(cells))


def as_it_stands(
    lines: list[ClaimLine], known: Mapping[Cell, KnownClaim]
) -> list[ClaimLine]:
    """The lines; one that says no more than what stands keeps its words.

    A saved matrix has one word for an answer, which is no reason to lose the rest.
    """
    unchanged = []
    for line in lines:
        before = known.get(line.cell)
        word = SAID.get(line.words.statement.casefold().replace("_", " "))
        if before is not None and before.words.availability == word:
            unchanged.append(replace(line, words=before.words))
        else:
            unchanged.append(line)
    return unchanged


# For which values of the brief's lists the answers of a file hold, as a person said.
#
# A file is asked once for each candidate: everywhere, these values, or not stated. Not
# stated leaves every value unanswered; what stands in the same words keeps its values,
# and its number if the file says none.


def with_values(
    lines: list[ClaimLine], known: Known, said: Mapping[str, Any]
) -> Iterator[ClaimLine]:
    """The lines with their values; `said` is by candidate."""
    for line in lines:
        claim = line.words
        held = held_for(
            said.get(line.candidate),
            known.lists,
            claim.availability,
            claim.available_from,
            as_is=line.candidate in known.as_is,
        )
        before, number = known.claims.get(line.cell), claim.number
        plain = replace(claim, number={})
        if before and replace(before.words, holds_for=None, number={}) == plain:
            if line.candidate not in said:
                held = before.words.holds_for
            number = number or before.words.number
        claim = replace(claim, holds_for=held, number=number)
        yield replace(line, words=claim)
