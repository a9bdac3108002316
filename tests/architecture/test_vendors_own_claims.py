"""Whatever serves vendors reads claims in one place, `vendors/selectors/claims.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

from vendors.services import claim_queries

ROOT = Path(__file__).parents[2]
# What answers vendors, writes to them, or writes and counts for them.
SERVING = (
    *("vendors/api", "vendors/portal", "vendors/services", "vendors/notices.py"),
    *("vendors/sheets.py", "vendors/answers.py", "vendors/selectors", "trials/api.py"),
    "evaltracker/decision/services/letters.py",
)
# The one place, and what beside it reads for the buyer, by the functions' names.
ELSEWHERE = {
    "claims.vendors_words": "the one place",
    "claims._numbered": "the one place: the efforts of such words",
    "claims.own_files": "the one place: files of such words",
    "answers.is_receipt_of": "receipts from before go on counting",
    "claims._answers": "for the buyer's counts",
    "claims.current_claim": "for the buyer's notes",
    "claims.current_claims": "for the buyer's pages",
    "claims.current_efforts": "for the buyer's sums",
    "dialogue.Unseen": "what the buyer has not read",
    "dialogue.sent_by_vendors": "files for the buyer's page",
    "drafts._keep": "the buyer's journal has the buyer's number",
    "notices.uses_in_answers": "where a list of the brief is in use",
    "sheets._note_efforts": "the buyer's import",
    "sheets.current_rows": "the buyer's import",
    "sheets.import": "the buyer's import",
    "sheets._supersede": "the buyer's import",
    "sheets.undo": "the buyer's import",
}
# Adding a row reads none.
WRITING = {"create", "bulk_create"}
# Reads of whatever is there, the buyer's notes too.
FOR_THE_BUYER = {
    *("current_claim", "current_claims", "current_efforts", "claims_by_cell"),
    "notes_can_be_found",
}
# By name: what a candidate or a requirement leads to.
RELATED = {"claims", "claim_set", "efforts"}
MANAGED = {"Claim", "ClaimFile", "Effort"}


def trees() -> Iterator[tuple[str, ast.stmt]]:
    """Every statement at the top of a module that serves vendors, with its name."""
    for path in (ROOT / name for name in SERVING):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.parse(file.read_text()).body:
                yield f"{file.stem}.{getattr(node, 'name', 'import')}", node


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


def test_claims_are_read_in_the_one_place() -> None:
    wrong = {name: found for name, node in trees() if (found := faults(node))}
    assert {name: wrong[name] for name in wrong if name not in ELSEWHERE} == {}
    assert {*ELSEWHERE} <= wrong.keys(), "take away what is no more"


def test_the_walk_finds_what_it_looks_for() -> None:
    wrong = """
from vendors.selectors.claims import current_claims
Claim.objects.filter(candidate=candidate)
candidate.claims.all()
claim.revision
"""
    assert len(faults(ast.parse(wrong))) == 4


def test_locked_claims_are_words_of_the_vendor_alone_unless_the_buyer_notes() -> None:
    """`COUNTS` may count past notes, and reads nothing of them but their number."""
    reading = {
        name: text
        for name, text in vars(claim_queries).items()
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
