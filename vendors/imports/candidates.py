"""From a spreadsheet to what would change among the candidates: pure, no database."""

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaltracker.importing.kinds import REF_WORDS, meanings_in
from evaltracker.importing.plan import NO_ANSWERS, NO_HEADERS, Findings, Header, short
from evaltracker.importing.rows import (
    Key,
    RowLine,
    RowsPlan,
    Table,
    compared,
    no_table,
    tables_in,
    tell_unread,
)
from evaltracker.toolbox.tabular.cells import (
    Row,
    Workbook,
    columns_by_field,
    header_key,
)
from evaltracker.toolbox.tabular.wording import as_answer, comparable, without_markup
from evaltracker.toolbox.text import Inputs
from vendors.candidates import IMPORTED
from vendors.choices import CandidateKind
from vendors.imports.answers import Known, heads_of


def more_than_names(tables: list[Table], findings: Findings) -> list[Table]:
    """The tables, without those of names alone where another one says more."""
    tables = named_once(tables, findings)
    full = [table for table in tables if len(table.columns) > 1]
    for table in tables:
        if full and table not in full:
            findings.remark(
                f"Sheet “{table.sheet.name}” has names alone, and another sheet says "
                "more, so it was not read."
            )
    return full or tables


def named_once(tables: list[Table], findings: Findings) -> list[Table]:
    """The tables, without those that name the candidates of others again and again."""
    names = {
        table.sheet.name: [
            cell for row in table.body if (cell := table.cell(row, "name"))
        ]
        for table in tables
    }
    listed = {
        name for own in names.values() if len(set(own)) == len(own) for name in own
    }
    distinct = []
    for table in tables:
        named = names[table.sheet.name]
        if len(set(named)) < len(named) and set(named) <= listed:
            findings.remark(
                f"Sheet “{table.sheet.name}” names the candidates of another sheet "
                "again and again, so it was not read."
            )
        else:
            distinct.append(table)
    return distinct


COMPANIES = (
    *("vendor", "vendorname", "supplier", "suppliername", "provider", "providers"),
    *("providername", "bidder", "offeror"),
)
MAKERS = ("organization", "organisation", "seller", "manufacturer", "maker")
# What may stand before a lone column of names.
WORDS = re.compile(r"[a-z]+|#")
IDS = frozenset({"slug", "rank", "key", "code"})
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (
        *("candidate", "candidatename", "name", "platform", "product", "productname"),
        *("tool", "solution", "option", "companyname", "company", *COMPANIES),
        *("toolname", "platformname", "solutionname", "softwarename", "servicename"),
        *("systemname", "applicationname"),
    ),
    "kind": ("kind", "candidatekind"),
    "vendor": (*COMPANIES, "company", "companyname", *MAKERS),
    **{column.name: column.heads for column in IMPORTED},
}
KINDS: dict[str, CandidateKind] = {
    **dict.fromkeys(("buy", "commercial", "saas"), CandidateKind.BUY),
    **dict.fromkeys(("build", "buildinhouse", "inhouse"), CandidateKind.BUILD),
    **dict.fromkeys(("opensource", "oss", "foss"), CandidateKind.OPEN_SOURCE),
    **dict.fromkeys(("asis", "stayasis"), CandidateKind.AS_IS),
}
WANTED = "The table needs a column of names (named “name”, “candidate” or “product”)."


def columns_in(row: Row) -> dict[str, int]:
    columns = columns_by_field(row, COLUMNS)
    if "name" in columns and header_key(row.cell(columns["name"])) in COMPANIES:
        # Whoever offers is the candidate, and no further name of a company counts.
        columns.pop("vendor", None)
    before = row.cells[: columns.get("name", 0)]
    is_first = all(
        header_key(cell) in IDS or REF_WORDS & set(WORDS.findall(cell.casefold()))
        for cell in before
    )
    return columns if is_first or len(columns) > 1 else {}


def is_table(columns: Mapping[str, int], *, said: bool = False) -> bool:
    return "name" in columns


# Finding the requirement or candidate that a cell names; two that fit are none.


class Names:
    """Keys with the other words by which a file may call them."""

    def __init__(self, entries: Mapping[str, Sequence[str]], *, loose: bool) -> None:
        """`loose` keys may differ in marks; refs may not, because 1.1 is not 11."""
        self.entries = entries
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._loose: dict[str, set[str]] = defaultdict(set)
        for key, others in entries.items():
            self._exact[folded(key)].add(key)
            for name in (*others, *([key] if loose else [])):
                for form in (comparable(name), header_key(name)):
                    if form:
                        self._loose[form].add(key)

    def find(self, text: str) -> str | None:
        name = without_markup(text)
        if not name or name in self.entries:
            return name or None
        matches = self._exact.get(folded(name))
        for form in (comparable(name), header_key(name)):
            if not matches and any(mark.isalpha() for mark in form):
                matches = self._loose.get(form)
        return next(iter(matches)) if matches and len(matches) == 1 else None

    def hint(self, text: str) -> str:
        """“Did you mean …?” where something is nearly called so."""
        near = difflib.get_close_matches(without_markup(text), self.entries, 1, 0.75)
        return f" Did you mean “{near[0]}”?" if near else ""


def folded(name: str) -> str:
    return " ".join(name.casefold().split())


def requirement_names(known: Known) -> Names:
    entries = {ref: [text, f"{ref} {text}"] for ref, text in known.requirements.items()}
    return Names(entries, loose=False)


def candidate_names(known: Known) -> Names:
    return Names(known.candidates, loose=True)


@dataclass(frozen=True, slots=True)
class KnownCandidates:
    candidates: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    vendors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def plan_candidates_import(
    book: Workbook,
    known: KnownCandidates,
    *,
    kind: str = "",
    headers: Mapping[str, Header] = NO_HEADERS,
    answers: Mapping[str, str] = NO_ANSWERS,
) -> RowsPlan:
    """What importing `book` would do to the candidates; `kind` is for rows without."""
    findings = Findings(answers=answers, remarks=list(book.remarks))
    tables = more_than_names(
        tables_in(book, headers, columns_in, is_table, findings), findings
    )
    reader = Reader(known, kind or CandidateKind.BUY.value, findings)
    lines = []
    if not tables:
        # Sheets without known names have just been named as not read.
        findings.remarks[:] = book.remarks
        heads = heads_of(book, findings)
        if not findings.questions:
            raise no_table(book, "candidates", WANTED)
        lines = [
            named for table in heads if (named := reader.line(table, table.header))
        ]
    for table in tables:
        tell_unread(table, findings)
        reader.settle(table)
        lines += [line for row in table.body if (line := reader.line(table, row))]
    reader.tell()
    by_key: dict[Key, Mapping[str, Any]] = {
        (name,): values for name, values in known.candidates.items()
    }
    return compared(book, lines, by_key, findings)


class Reader:
    def __init__(self, known: KnownCandidates, kind: str, findings: Findings) -> None:
        self.known, self.kind, self.findings = known, kind, findings
        self.names = Names(known.names, loose=True)
        self.vendors = Names(known.vendors, loose=True)
        self.new_vendors: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.seen: dict[str, tuple[int, dict[str, Any]]] = {}
        self.again = self.with_https = 0

    def settle(self, table: Table) -> None:
        if "kind" in table.columns:
            self.kinds = meanings_in(
                table.header,
                table.columns["kind"],
                table.body,
                {word: kind.value for word, kind in KINDS.items()},
                [(kind.value, str(kind.label)) for kind in CandidateKind],
                self.findings,
                field="kind",
            )

    def line(self, table: Table, row: Row) -> RowLine | None:
        problems = len(self.findings.refused_rows)
        answer = as_answer(table.cell(row, "name"))
        text, linked = answer.statement, answer.evidence_url
        if not text:
            self.refuse(table, row, "name", "It has no name. Fill one in.")
            return None
        inputs = Inputs()
        name = self.names.find(text) or inputs.line("name", " ".join(text.split()))
        before = self.known.candidates.get(name)
        values: dict[str, Any] = {}
        kind = self.kind_of(table, row)
        if before is None:
            values["kind"] = kind or self.kind
        elif kind and kind != before["kind"]:
            self.refuse(
                table,
                row,
                "kind",
                f"{short(name)} is “{before['kind']}” here, and a kind cannot change. "
                "Fix the cell, or clear it.",
            )
        vendor = " ".join(without_markup(table.cell(row, "vendor")).split())
        if vendor:
            values["vendor"] = self.vendor(inputs.line("vendor", vendor))
        values |= self.further(table, row, inputs)
        if linked and linked not in text:
            values.setdefault("website", inputs.link("website", linked))
        for wrong, sentences in inputs.errors.items():
            self.refuse(table, row, wrong, sentences[0])
        if len(self.findings.refused_rows) > problems or inputs.errors:
            return None
        if name in self.seen:
            self.add_to(table, row, name, values if kind else without_kind(values))
            return None
        self.seen[name] = (row.number, values)
        return RowLine((name,), values, table.sheet.name, row.number)

    def further(self, table: Table, row: Row, inputs: Inputs) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in IMPORTED:
            cell = table.cell(row, column.name)
            if cell and (text := column.from_cell(cell)):
                read = column.read
                values[column.name] = read(inputs, column.name, text) if read else text
                is_added = text == f"https://{cell.strip()}"
                self.with_https += is_added
        return values

    def add_to(
        self, table: Table, row: Row, name: str, values: Mapping[str, Any]
    ) -> None:
        """Add what a further row says of a candidate to what its first row says."""
        number, old = self.seen[name]
        differing = [key for key in values if old.get(key, values[key]) != values[key]]
        for key in differing[:1]:
            self.refuse(
                table,
                row,
                key,
                f"“{short(name)}” has another {key} in row {number}. Make them alike, "
                "or keep one of the rows.",
            )
        if not differing:
            self.again += 1
            old.update(values)

    def kind_of(self, table: Table, row: Row) -> str:
        cell = table.cell(row, "kind")
        if not cell:
            return ""
        kind = self.kinds.get(cell, "")
        if not kind:
            self.refuse(
                table,
                row,
                "kind",
                f"“{short(cell)}” is no kind. Say what it means, or write buy, build, "
                "open source or as is.",
            )
        return kind

    def vendor(self, name: str) -> str:
        vendor = self.vendors.find(name)
        if vendor is None:
            self.new_vendors.add(name)
        return vendor or name

    def refuse(self, table: Table, row: Row, column: str, sentence: str) -> None:
        place = table.columns.get(column)
        self.findings.refuse(table.sheet, row.number, sentence, place)

    def tell(self) -> None:
        if self.again:
            rows = "1 row names" if self.again == 1 else f"{self.again:,} rows name"
            self.findings.remark(f"{rows} a candidate that stands above already.")
        if self.with_https:
            self.findings.remark(
                f"https:// was put before {self.with_https:,} of the websites."
            )
        if self.new_vendors:
            shown = ", ".join(sorted(self.new_vendors)[:8])
            more = " …" if len(self.new_vendors) > 8 else ""
            count = len(self.new_vendors)
            word = "company is" if count == 1 else "companies are"
            self.findings.remark(f"{count:,} {word} new: {shown}{more}.")


def without_kind(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "kind"}
