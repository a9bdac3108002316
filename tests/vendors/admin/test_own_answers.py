"""The buyer's answers for build, open source and stay-as-is, row by row on one page."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.pages.grids.sending import cell, read, send
from vendors.models import Candidate, Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(db: None) -> Candidate:
    """What there is today, in an evaluation with three requirements."""
    where = trials.platform("should", "must", "must")
    return vendors.candidate(where, "As it is", kind="as_is")


def save(own: Candidate, ref: str, **words: str) -> Any:
    """Save cells of a row, each from what stands."""
    owner = own.evaluation.owner
    row = own.evaluation.requirements.get(ref=ref)
    rows = read(owner, "own-answers", own)["rows"]
    seen = {each["id"]: each["cells"] for each in rows}[str(row.pk)]
    return send(
        *(owner, "own-answers", own),
        cells=[cell(row, name, seen[name], to) for name, to in words.items()],
    )


def standing(own: Candidate, ref: str) -> Claim:
    found: Claim = own.claims.get(requirement__ref=ref, superseded_at=None)
    return found


def test_rows_are_saved_as_the_buyers_answers_and_counted(own: Candidate) -> None:
    assert save(own, "R2", availability="now").status_code == 400
    assert save(own, "R2", statement="We run it.").status_code == 200
    assert standing(own, "R2").availability == "unstated"
    assert save(own, "R2", availability="now").status_code == 200
    found = standing(own, "R2")
    assert (found.statement, found.by_vendor) == ("We run it.", False)
    owner = own.evaluation.owner
    assert read(owner, "own-answers", own)["note"] == "1 of 3 answered"
    page = signed_in(owner).get(f"/admin/candidates/{own.pk}/answers/").text
    assert "We run it." in page
    assert f"/admin/act/answer-requirement/{own.pk}." in page


def test_a_day_makes_it_planned_and_now_needs_none(own: Candidate) -> None:
    said = save(own, "R1", statement="Soon.", available_from="2040-01-01")
    assert said.status_code == 200, said.json()
    assert standing(own, "R1").availability == "planned"
    assert save(own, "R1", availability="now").status_code == 200
    assert standing(own, "R1").available_from is None


def test_only_the_owner_answers_and_never_for_what_is_bought(own: Candidate) -> None:
    where = own.evaluation
    elif_ = stakeholders.holder("engineering")
    change = cell(where.requirements.get(ref="R1"), "statement", "", "Mine")
    assert send(elif_, "own-answers", own, cells=[change]).status_code == 403
    bought = vendors.invited(where)
    page = signed_in(where.owner).get(f"/admin/candidates/{bought.pk}/answers/")
    assert page.status_code == 404
    said = send(where.owner, "own-answers", bought, cells=[change])
    assert said.status_code == 404


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_rows_are_saved_as_the_buyers_answers_and_counted",
)
def test_the_page_reads_as_often_for_many_requirements(
    own: Candidate, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    owner = signed_in(own.evaluation.owner)
    page = f"/admin/candidates/{own.pk}/answers/"
    owner.get(page)
    with CaptureQueriesContext(connection) as few:
        owner.get(page)
    for number in range(10, 40):
        common.requirement(own.evaluation, f"R{number}", "must")
    with django_assert_max_num_queries(len(few)):
        owner.get(page)
