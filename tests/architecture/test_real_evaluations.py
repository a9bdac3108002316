"""Whoever reads over evaluations says whether test invitations are among them."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READS = "Evaluation.objects.visible_to("
# The functions where tests belong, and why; elsewhere `.real()` stands beside it.
WITH_TESTS = {
    "access._concerned": "one, by its slug",
    "evaluation_templates.lambda": "one, to talk about it",
    "models.waiting_on": "what was asked in any",
    "overview.decisions_of": "one, to talk about it",
    "overview.kin": "what it was started from",
    "own_account.lambda": "any, to make a token for it",
    "policy.may_see_prices": "one, to see its prices",
    "promise_checks.may_follow": "one, to start the next from it",
    "reads.with_state": "what was asked in any",
    "search.lambda": "left out by the search for rows",
    "search.reader_of": "one, by its slug",
    "services._sees": "one, that a token is for",
    "sign_form.load": "one, by its id",
    "workspace.find_evaluation": "one, by its slug",
}


def readers() -> dict[str, str]:
    """The source of each function or method of the product that reads evaluations."""
    sources = {}
    for folder in ("evaltracker", "stakeholders", "vendors", "trials"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text()
            if READS not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.Lambda):
                    source = ast.unparse(node)
                    if READS in source:
                        name = getattr(node, "name", "lambda")
                        sources[f"{path.stem}.{name}"] = source
    return sources


def test_whoever_reads_evaluations_says_whether_tests_are_among_them() -> None:
    plain = {name for name, text in readers().items() if ".real()" not in text}
    assert plain == WITH_TESTS.keys()
