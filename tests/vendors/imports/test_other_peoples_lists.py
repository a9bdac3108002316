"""Every public file as candidates and as costs: right, or refused with a sentence."""

from pathlib import Path

import pytest

from evaltracker.importing.rows import RowsPlan, find_table
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.open_books import read_table
from vendors.imports.candidates import KnownCandidates, plan_candidates_import
from vendors.imports.costs import ForAll, KnownCosts, is_table, plan_costs_import
from vendors.imports.prices import price_columns

DATA = Path(__file__).parents[2] / "data"
# All that is known for sure of a vendor's own sheet: whose it is, and of what.
ONES = ForAll("X", "licence", "once")
GSA = "price_sheets_gsa"
# By file: how many candidates it brings, how many cost lines if its names were
# candidates, and how many rows of one vendor's sheet would be refused.
COUNTS: dict[str, tuple[int, int, int]] = {
    "candidates_oss_alternatives/derived_all.csv": (11, 0, 0),
    "candidates_production_ml/derived_list.csv": (11, 0, 0),
    "costs_sso_tax/prices.csv": (150, 150, 0),
    "ml_platform_trial_scores/scores.csv": (7, 0, 0),
    "notebook_platforms/derived_matrix_wide.csv": (26, 0, 0),
    "rfp_alaska_aries/derived_cost_to_points_example.csv": (3, 3, 0),
    f"{GSA}/03FAC_template.xls": (0, 0, 123),
    f"{GSA}/71_IIK.xlsx": (0, 0, 1),
    f"{GSA}/MAS_test.xls": (3, 1, 0),
    f"{GSA}/Price_Proposal_Template_SERVICES_AND_TRAINING_FINAL.xlsx": (1, 0, 1),
    f"{GSA}/s70_bad_sample.csv": (0, 21, 0),
    f"{GSA}/s70_sample.csv": (0, 21, 0),
    f"{GSA}/s736_example.xlsx": (0, 1, 0),
    "vendor_claims_openacr/derived_claims_long.csv": (4, 0, 0),
}
FILES = sorted(
    str(path.relative_to(DATA))
    for path in DATA.glob("*/*")
    if path.name != "SOURCE.md" and not path.name.startswith(("LICENSE", "LICENCE"))
)


def candidates(name: str) -> RowsPlan:
    return plan_candidates_import(read_table(DATA / name), KnownCandidates({}))


def costs(name: str) -> RowsPlan:
    """As an evaluation reads it that has all candidates of the file's lists."""
    book = read_table(DATA / name)
    names: dict[str, list[str]] = {"X": []}
    for sheet in book.visible:
        table = find_table(sheet, None, price_columns, is_table)
        for row in table.body if table else ():
            if table and table.cell(row, "candidate"):
                names[table.cell(row, "candidate")] = []
    return plan_costs_import(book, KnownCosts(names, "USD"), for_all=ONES)


def refusal(plan: str, name: str) -> str:
    """The sentence with which a file is refused; "" if it is not."""
    try:
        made = candidates(name) if plan == "candidates" else costs(name)
    except Unreadable as refused:
        return refused.sentence
    return str(made.problems[0]) if made.problems else ""


@pytest.mark.parametrize("name", FILES)
def test_each_file_brings_what_it_has_or_says_what_it_lacks(name: str) -> None:
    options, lines, refused = COUNTS.get(name, (0, 0, 0))
    if options:
        made = candidates(name)
        assert (len(made.new), made.problems) == (options, ())
    else:
        assert refusal("candidates", name).endswith(".")
    if lines or refused:
        priced = costs(name)
        assert len(priced.new) == lines or refused
        assert priced.refused == refused
        assert bool(priced.problems) == bool(refused)
    else:
        assert refusal("costs", name).endswith(".")


def test_every_file_of_the_table_is_there() -> None:
    assert COUNTS.keys() <= set(FILES)


def test_prices_of_150_vendors_are_exact_or_kept_as_text() -> None:
    made = costs("costs_sso_tax/prices.csv")
    by_name = {line.key[0]: line.values for line in made.new}
    assert str(by_name["Airtable"]["likely"]) == "10.0000"
    assert by_name["Airtable"]["recurrence"] == "monthly"
    assert by_name["Airtable"]["unit"] == "user"
    unsaid = [line for line in made.new if line.values["state"] == "unsaid"]
    assert {line.values["source_text"] for line in unsaid} == {
        "???",
        "$26 for 100K events",
        "$49 per month for 1 test",
        "$0.60 - $7.20 per host-month",
    }
