"""Whatever serves vendors reads claims in one place, `vendors/selectors/claims.py`."""

import ast
from pathlib import Path

import pytest

from vendors.services import idempotency as sql

HOUSE = Path(__file__).parents[2]
# What answers vendors, writes to them, or writes and counts for them.
SERVING = (
    *("vendors/api", "trials/api.py", "vendors/sheets.py"),
    *("vendors/services/claims.py", "vendors/services/drafts.py"),
    *("vendors/services/claims.py", "vendors/services/claims.py"),
    *("vendors/services/dialogue.py", "vendors/notices.py"),
    *("vendors/answers.py", "vendors/selectors/dialogue.py"),
    *("vendors/selectors/claims.py", "evaltracker/decision/services/letters.py"),
)
# Adding a row reads none.
WRITING = {"create", "bulk_create"}
# Reads of whatever is there, the buyer's notes too.
FOR_THE_BUYER = {
    *("current_claim", "current_claims", "claim_history", "claims_by_cell"),
    *("claims_to_reconfirm", "notes_can_be_found"),
}
# By name: what a candidate or a requirement leads to.
RELATED = {"claims", "claim_set"}
MANAGED = {"Claim", "ClaimFile"}


def files() -> list[Path]:
    """Every module that serves vendors."""
    found = [HOUSE / name for name in SERVING]
    return [
        each
        for path in found
        for each in (path.rglob("*.py") if path.is_dir() else [path])
    ]


def faults(tree: ast.AST) -> list[str]:
    """Where claims are read in another way."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=model), attr="objects"),
                attr=verb,
            ) if model in MANAGED and verb not in WRITING:
                found.append(f"line {node.lineno}: {model}.objects.{verb}")
            case ast.ImportFrom(names=names):
                wrong = {name.name for name in names} & FOR_THE_BUYER
                found += [f"line {node.lineno}: {text}" for text in wrong]
            case ast.Attribute(
                value=ast.Attribute(attr=related), attr="all" | "filter" | "first"
            ) if related in RELATED:
                found.append(f"line {node.lineno}: .{related}")
            case ast.Attribute(value=ast.Name(id="claim"), attr="revision"):
                found.append(f"line {node.lineno}: the buyer's number of a claim")
    return found


@pytest.mark.parametrize("file", files(), ids=lambda item: str(item.relative_to(HOUSE)))
def test_it_reads_claims_in_the_one_place(file: Path) -> None:
    allowed = {"vendors/answers.py": 1, "vendors/services/claims.py": 1}
    found = faults(ast.parse(file.read_text()))
    # Receipts from before go on counting; the buyer's journal has the buyer's number.
    assert len(found) == allowed.get(str(file.relative_to(HOUSE)), 0), found


def test_the_walk_finds_what_it_looks_for() -> None:
    wrong = """
from vendors.selectors import current_claims
Claim.objects.filter(candidate=candidate)
candidate.claims.all()
claim.revision
"""
    assert len(faults(ast.parse(wrong))) == 4


def test_locked_claims_are_words_of_the_vendor_alone_unless_the_buyer_notes() -> None:
    """`COUNTS` may count past notes, and reads nothing of them but their number."""
    reading = {
        name: text
        for name, text in vars(sql).items()
        if isinstance(text, str) and "FROM vendors_claim\n" in text
    }
    assert reading.keys() == {"STANDING", "COUNTS"}
    own = "AND (%(noting)s OR availability <> 'withdrawn' AND by_vendor)"
    assert own in reading["STANDING"]
    read = " ".join(reading["COUNTS"].split("FROM")[0].split())
    assert read == (
        "SELECT requirement_id, max(revision) AS last, "
        "count(*) FILTER (WHERE by_vendor) AS own"
    )
