"""Every public matrix and list of claims comes in right, or says why not."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.open_books import read_table
from vendors.imports import ClaimsPlan, Known, KnownClaim, plan_claims_import

DATA = Path(__file__).parents[2] / "data"
ML_LIST = "ml_platform_matrix/derived_claims_long.csv"
ML_MATRIX = "ml_platform_matrix/derived_matrix_wide.csv"
NOTEBOOKS = "notebook_platforms/derived_matrix_wide.csv"
REPORTS = "vendor_claims_openacr/derived_claims_long.csv"
SCORES = "ml_platform_trial_scores/scores.csv"


def known(name: str, column: str, orientation: str = "") -> Known:
    """An evaluation with just the requirements and candidates of that file."""
    made = plan_requirements_import(read_table(DATA / name), orientation=orientation)
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        names = [row[column] for row in csv.DictReader(file)]
    texts = {line.ref: str(line.values["text"]) for line in made.new}
    return Known(texts, {name: [] for name in names})


ML = known(ML_LIST, "platform")


def plan(name: str, having: Known) -> ClaimsPlan:
    return plan_claims_import(read_table(DATA / name), having)


@pytest.mark.parametrize(
    ("name", "having", "count", "availabilities"),
    [
        (ML_LIST, ML, 178, {"unstated": 178}),
        (ML_MATRIX, ML, 178, {"unstated": 178}),
        (
            NOTEBOOKS,
            known(NOTEBOOKS, "platform", "candidates-as-rows"),
            286,
            {"now": 179, "never": 55, "unstated": 52},
        ),
        (
            REPORTS,
            known(REPORTS, "product"),
            740,
            {"now": 260, "never": 17, "unstated": 463},
        ),
    ],
)
def test_it_comes_in_without_an_invented_status_and_only_once(
    name: str, having: Known, count: int, availabilities: dict[str, int]
) -> None:
    made = plan(name, having)
    assert not made.problems
    assert len(made.new) == count
    found = Counter(str(line.words.availability) for line in made.new)
    assert found == availabilities
    stored = {line.cell: KnownClaim(line.words) for line in made.new}
    again = plan(name, Known(having.requirements, having.candidates, stored))
    assert again.counts == {"new": 0, "changed": 0, "same": count, "refused": 0}


def test_the_list_and_the_matrix_of_one_source_say_the_same() -> None:
    stored = {line.cell: KnownClaim(line.words) for line in plan(ML_LIST, ML).new}
    made = plan(ML_MATRIX, Known(ML.requirements, ML.candidates, stored))
    assert made.counts == {"new": 0, "changed": 0, "same": 178, "refused": 0}


def test_words_that_are_no_status_are_reported_with_counts() -> None:
    made = plan(NOTEBOOKS, known(NOTEBOOKS, "platform", "candidates-as-rows"))
    assert "“Bespoke” ×21, “Cloud” ×17, “Local” ×7" in made.remarks[-1]
    made = plan(REPORTS, known(REPORTS, "product"))
    assert "“partially-supports” ×30" in made.remarks[-2]
    assert "“not-applicable” ×406, “not-evaluated” ×27" in made.remarks[-1]


def test_scores_are_not_taken_for_claims() -> None:
    having = known(SCORES, "platform", "candidates-as-rows")
    with pytest.raises(Unreadable, match="all of its 49 answers are numbers"):
        plan(SCORES, having)


@pytest.mark.parametrize(
    "name",
    [
        "candidates_oss_alternatives/derived_all.csv",
        "candidates_production_ml/derived_list.csv",
        "costs_sso_tax/prices.csv",
        "ocds_fictional_example/flattened_06-implementation.xlsx",
        "price_sheets_gsa/MAS_test.xls",
        "price_sheets_gsa/s70_sample.csv",
        "questionnaire_gcloud_dos/derived_gcloud12_flat.csv",
        "questionnaire_vsaq/derived_flat_webapp.csv",
        "rfp_alaska_aries/Attachment 01 Cost Proposal.xlsx",
        "rfp_alaska_aries/derived_evaluation_criteria.csv",
    ],
)
def test_a_file_without_claims_says_what_it_has(name: str) -> None:
    with pytest.raises(Unreadable, match=r"No answers were found\. Row \d+ has: “"):
        plan(name, ML)
