"""Whoever reads over evaluations says whether test invitations are among them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READS = "Evaluation.objects.visible_to("
# Where tests belong, and why; elsewhere `.real()` stands beside it.
WITH_TESTS = {
    "evaltracker/pages/search/page.py": "one, by its slug",
    "evaltracker/pages/search/registry.py": "left out by search/rows.py",
    "evaltracker/pages/workspace.py": "one, by its slug",
    "evaltracker/requirements/admin/topics.py": "one, to talk about it",
    "evaltracker/workflow/admin/overview.py": "what it was started from",
    "evaltracker/workflow/admin/remind_act.py": "one, by its id",
    "evaltracker/workflow/admin/topics.py": "one, to talk about it",
    "evaltracker/workflow/api/base.py": "one, by its slug",
    "evaltracker/workflow/services/succession.py": "one, to start the next from it",
    "vendors/policy.py": "one, to see its prices",
}


def test_whoever_reads_evaluations_says_whether_tests_are_among_them() -> None:
    found = {}
    for folder in ("evaltracker", "stakeholders", "vendors", "trials"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text()
            if READS in text:
                found[str(path.relative_to(ROOT))] = ".real()" in text
    assert {name for name, real in found.items() if not real} == WITH_TESTS.keys()
