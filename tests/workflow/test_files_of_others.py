"""Every file of other people that we have, given to everything that reads files.

It comes in, or its rows are told, or the whole is refused with a sentence for people;
never is it anything else. What comes in right in detail, the tests of each kind say.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaltracker.errors import Problem
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.rows.plan import read
from evaltracker.rows.sources import read_table as read_source
from evaltracker.toolbox.tabular.cells import Workbook
from evaltracker.toolbox.tabular.open_books import read_table
from tests.rows.foreign import context_of, kind_of
from vendors.imports.candidates import KnownCandidates, plan_candidates_import

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(
    str(path.relative_to(DATA))
    for path in DATA.glob("*/*")
    if path.is_file() and path.name != "SOURCE.md"
)
ACROSS = "candidates-as-rows"
# What reads a table, given nothing that is there already.
READERS: dict[str, Callable[[Workbook], Any]] = {
    "requirements": lambda book: plan_requirements_import(book, ()),
    "across": lambda book: plan_requirements_import(book, (), orientation=ACROSS),
    "candidates": lambda book: plan_candidates_import(
        book, KnownCandidates({}, {}, {})
    ),
}
# As what a file is understood, all of it or but for rows that are told.
GSA = "price_sheets_gsa"
UNDERSTOOD: dict[str, set[str]] = {
    "candidates_oss_alternatives/derived_all.csv": {"candidates"},
    "candidates_production_ml/derived_list.csv": {"candidates"},
    "costs_sso_tax/prices.csv": {"candidates"},
    "ml_platform_matrix/derived_claims_long.csv": {"requirements"},
    "ml_platform_matrix/derived_matrix_wide.csv": {"candidates", "requirements"},
    "ml_platform_matrix/derived_subrequirements.csv": {"requirements"},
    "ml_platform_trial_scores/scores.csv": {"across", "candidates"},
    "notebook_platforms/derived_matrix_wide.csv": {"across", "candidates"},
    f"{GSA}/MAS_test.xls": {"across", "candidates"},
    f"{GSA}/Price_Proposal_Template_SERVICES_AND_TRAINING_FINAL.xlsx": {
        "across",
        "candidates",
    },
    "questionnaire_gcloud_dos/derived_dos5_flat.csv": {"requirements"},
    "questionnaire_gcloud_dos/derived_gcloud12_flat.csv": {"requirements"},
    "questionnaire_vsaq/derived_flat_webapp.csv": {"requirements"},
    "rfp_alaska_aries/derived_cost_to_points_example.csv": {
        "across",
        "candidates",
    },
    "rfp_alaska_aries/derived_evaluation_criteria.csv": {"requirements"},
    "vendor_claims_openacr/derived_claims_long.csv": {
        "across",
        "candidates",
        "requirements",
    },
}


def understood(name: str) -> set[str]:
    """As what a file is understood; whatever else it is given to says a sentence."""
    content = (DATA / name).read_bytes()
    found = set()
    try:
        book = read_table(content, name)
        readers = READERS
    except Problem as problem:
        assert is_sentence(problem.sentence)
        readers = {}
    for kind, plan_of in readers.items():
        try:
            plan = plan_of(book)
        except Problem as problem:
            assert is_sentence(problem.sentence), kind
            continue
        assert plan.new or plan.problems, kind
        assert all(is_sentence(str(problem)) for problem in plan.problems)
        found.add(kind)
    return found


def is_sentence(text: str) -> bool:
    return len(text.split()) > 3 and text.strip().endswith((".", "”", ")"))


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_understood_or_refused_with_a_sentence(name: str) -> None:
    assert understood(name) == UNDERSTOOD.get(name, set())


@pytest.mark.parametrize("subject", ["answers", "costs"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_with_questions_and_never_with_an_error(
    name: str, subject: str
) -> None:
    given = {"candidates": ["Acme ML", "H2O"], "requirements": ["Single sign-on"]}
    try:
        book = read_source((DATA / name).read_bytes(), name)
        plan = read(kind_of(subject), book, context_of(subject, given), {}, {})
    except Problem as problem:
        assert is_sentence(problem.sentence)
        return
    assert all(is_sentence(refusal.sentence) for refusal in plan.refused)
    assert plan.lines or not plan.new
