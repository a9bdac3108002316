"""Small evaluations to match files with, without a database."""

from typing import Any

from evaltracker.toolbox.tabular.open_books import read_table
from vendors.claims import ClaimWords
from vendors.imports import ClaimsPlan, Known, KnownClaim, plan_claims_import

REQUIREMENTS = {"R1": "Batch training", "R2": "Single sign-on", "1.10": "Export"}
CANDIDATES = {"Acme ML": ["Acme", "AcmeML 2"], "Globex (Vertex)": [], "Build": []}


def known(**claims: Any) -> Known:
    return Known(REQUIREMENTS, CANDIDATES, claims.get("claims", {}))


def plan(table: str | bytes, having: Known | None = None, **more: Any) -> ClaimsPlan:
    name = "c.csv" if isinstance(table, str) else "c.xlsx"
    content = table.encode() if isinstance(table, str) else table
    return plan_claims_import(read_table(content, name), having or known(), **more)


def words(made: ClaimsPlan) -> dict[tuple[str, str], ClaimWords]:
    return {line.cell: line.words for line in made.new}


def after(made: ClaimsPlan, *, by_vendor: bool = False) -> Known:
    """The evaluation as it is once `made` was imported."""
    lines = [*made.new, *(change.line for change in made.changed)]
    return known(
        claims={
            line.cell: KnownClaim(line.words, by_vendor=by_vendor) for line in lines
        }
    )


def sentences(made: ClaimsPlan) -> list[str]:
    return [str(problem) for problem in made.problems]
