"""The column names and words that an import of candidates understands."""

import re
from collections.abc import Mapping

from evaltracker.importing.words import REF_WORDS
from evaltracker.tabular import Row, columns_by_field, header_key
from vendors.choices import CandidateKind
from vendors.columns import IMPORTED

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
    """By field, its column; a lone column of names counts if IDs alone precede it."""
    found = columns_by_field(row, COLUMNS)
    if "name" in found and header_key(row.cell(found["name"])) in COMPANIES:
        # Whoever offers is the candidate, and no further name of a company counts.
        found.pop("vendor", None)
    before = row.cells[: found.get("name", 0)]
    is_first = all(
        header_key(cell) in IDS or REF_WORDS & set(WORDS.findall(cell.casefold()))
        for cell in before
    )
    return found if is_first or len(found) > 1 else {}


def is_table(columns: Mapping[str, int], *, said: bool = False) -> bool:
    """Whether these columns make a list of candidates."""
    return "name" in columns
