"""Every public questionnaire comes in right, or fails with a sentence for people."""

from pathlib import Path

import pytest

from evaltracker.importing.plan import ImportPlan, KnownRequirement
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.open_books import read_table

DATA = Path(__file__).parents[2] / "data"
ACROSS = "candidates-as-rows"
NO_TABLE = "No requirements were found"


def plan(name: str, *known: KnownRequirement, orientation: str = "") -> ImportPlan:
    book = read_table(DATA / name)
    return plan_requirements_import(book, known, orientation=orientation)


@pytest.mark.parametrize(
    ("name", "orientation", "count"),
    [
        ("questionnaire_gcloud_dos/derived_gcloud12_flat.csv", "", 315),
        ("ml_platform_matrix/derived_subrequirements.csv", "", 32),
        ("ml_platform_matrix/derived_claims_long.csv", "", 15),
        ("ml_platform_matrix/derived_matrix_wide.csv", "", 15),
        ("vendor_claims_openacr/derived_claims_long.csv", "", 214),
        ("rfp_alaska_aries/derived_evaluation_criteria.csv", "", 7),
        ("notebook_platforms/derived_matrix_wide.csv", ACROSS, 11),
        ("ml_platform_trial_scores/scores.csv", ACROSS, 7),
    ],
)
def test_it_comes_in_and_again_it_changes_nothing(
    name: str, orientation: str, count: int
) -> None:
    made = plan(name, orientation=orientation)
    assert not made.problems
    assert len(made.new) == count
    assert all(line.ref and line.values["text"] for line in made.new)
    known = [KnownRequirement(line.ref, line.values) for line in made.new]
    again = plan(name, *known, orientation=orientation)
    assert again.counts == {"new": 0, "changed": 0, "same": count, "refused": 0}


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "questionnaire_gcloud_dos/derived_dos5_flat.csv",
            [
                "Row 132, column G: It has no text.",
                "Row 111: The ref “employmentStatus” stands in row 27 already.",
                "Row 115: The ref “evidence” stands in row 6 already.",
            ],
        ),
        (
            "questionnaire_vsaq/derived_flat_webapp.csv",
            ["Row 7, column B: It has no ref. Fill one in, have it numbered,"],
        ),
    ],
)
def test_it_is_refused_with_the_rows_to_mend(name: str, sentences: list[str]) -> None:
    made = plan(name)
    said = [str(problem) for problem in made.problems]
    assert len(said) == len(sentences)
    for told, sentence in zip(said, sentences, strict=True):
        assert told.startswith(sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("notebook_platforms/derived_matrix_wide.csv", f"layout ({ACROSS})"),
        ("ml_platform_trial_scores/scores.csv", f"layout ({ACROSS})"),
        ("rfp_alaska_aries/derived_schedule.csv", NO_TABLE),
        ("rfp_alaska_aries/derived_cost_to_points_example.csv", NO_TABLE),
        ("rfp_alaska_aries/Attachment 01 Cost Proposal.xlsx", NO_TABLE),
        ("rfp_alaska_aries/attachment_03_head.pdf", "This is a PDF file."),
        ("costs_sso_tax/prices.csv", NO_TABLE),
        ("candidates_oss_alternatives/derived_all.csv", NO_TABLE),
        ("candidates_oss_alternatives/Airbyte.yaml", "This is a YAML file."),
        ("candidates_production_ml/derived_list.csv", NO_TABLE),
        ("controls_mvsp/mvsp_v3.0-20231109-catalog.yaml", "This is a YAML file."),
        ("ml_platform_matrix/markdown_matrix_head.md", NO_TABLE),
        (
            "ocds_fictional_example/ocds-213czf-000-00001-01-planning.json",
            "This is a JSON file.",
        ),
        ("ocds_fictional_example/flattened_06-implementation.xlsx", NO_TABLE),
        ("price_sheets_gsa/03FAC_template.xls", NO_TABLE),
        ("price_sheets_gsa/71_IIK.xlsx", NO_TABLE),
        ("price_sheets_gsa/MAS_test.xls", NO_TABLE),
        ("price_sheets_gsa/s736_example.xlsx", NO_TABLE),
        ("price_sheets_gsa/s70_sample.csv", NO_TABLE),
        ("price_sheets_gsa/s70_bad_sample.csv", NO_TABLE),
        (
            "price_sheets_gsa/Price_Proposal_Template_SERVICES_AND_TRAINING_FINAL.xlsx",
            NO_TABLE,
        ),
    ],
)
def test_what_is_no_list_of_requirements_is_told(name: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        plan(name)
    assert sentence in refused.value.sentence
    assert refused.value.sentence.endswith(".")


def test_percentages_are_reported_with_what_they_would_be() -> None:
    made = plan("rfp_alaska_aries/derived_evaluation_criteria.csv")
    assert "15 → 6, 5 → 2, 10 → 4, 25 → 10" in made.remarks[-1]
    assert made.new[0].ref == "5.01"
    assert "weight" not in made.new[0].values


@pytest.mark.parametrize(
    ("want", "wish", "told"),
    [
        ("I want to", "load logs", "I want to load logs"),
        ("I want to…", "to load logs.", "I want to load logs"),
        ("I want", "a report", "I want a report"),
        ("I need to", "I need to load logs", "I need to load logs"),
    ],
)
def test_a_story_is_told_in_the_words_of_its_columns(
    want: str, wish: str, told: str
) -> None:
    table = f"ID,As a,{want},So that\nS1,data engineer,{wish},models see them\n"
    made = plan_requirements_import(read_table(table.encode(), "stories.csv"))
    story = f"As a data engineer, {told}, so that models see them"
    assert [line.values["text"] for line in made.new] == [story]
