"""The service behind an import of claims: a plan must still hold when it is done."""

import pytest

from evaltracker.errors import Invalid, Stale
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.tabular.open_books import read_table
from tests.cast.common import evaluation, requirement
from tests.cast.vendors import candidate, enter
from vendors.imports import ClaimsPlan, plan_claims_import
from vendors.services.sheets import import_claims, known_claims

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
TABLE = "Feature,Acme ML\nR1,yes\n"


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    requirement(place, "R1")
    candidate(place, "Acme ML", aliases=["AML"])
    return enter(place, "research")


def plan(where: Evaluation, table: str = TABLE) -> ClaimsPlan:
    book = read_table(table.encode(), "c.csv")
    return plan_claims_import(book, known_claims(evaluation=where))


def test_a_plan_that_is_no_longer_true_is_refused(where: Evaluation) -> None:
    made = plan(where)
    import_claims(evaluation=where, plan=made, by=where.owner)
    with pytest.raises(Stale, match="changed since"):
        import_claims(evaluation=where, plan=made, by=where.owner)


def test_a_plan_with_problems_is_refused(where: Evaluation) -> None:
    made = plan(where, TABLE + "R9,yes,yes\n")
    with pytest.raises(Invalid, match="no requirement “R9”"):
        import_claims(evaluation=where, plan=made, by=where.owner)


def test_a_candidate_is_found_by_alias_and_by_its_vendors_name(
    where: Evaluation,
) -> None:
    for name in ("AML", "Acme", "acme-ml"):
        made = plan(where, f"Feature,{name}\nR1,yes\n")
        assert made.new[0].candidate == "Acme ML"


def test_a_vendors_name_that_fits_two_candidates_fits_none(where: Evaluation) -> None:
    candidate(where, "Acme Lite")
    made = plan(where, "Feature,Acme,AML\nR1,yes,no\n")
    assert "no candidate “Acme”" in str(made.problems[0])
