"""The memo says whose words it rests on: sheets sent by mail, and prices."""

from decimal import Decimal

import pytest

from evaltracker.toolbox.working_days import day_in_words
from tests.factories import trials, vendors
from tests.vendors.isolation.world import mailed_sheet
from tests.workflow.test_memo_of_people import words_of
from vendors.models import Submission
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line

BY = "Acme (by mail, entered by Lina Ortega)"
pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_of_a_mailed_sheet_and_of_prices_it_says_who_said_them() -> None:
    where = trials.platform("must", "should")
    acme = vendors.invited(where, "Acme ML")
    for requirement in where.requirements.all():
        vendors.claim(acme, requirement)
    sheet = mailed_sheet(acme, where)
    Submission.objects.update(submitted_by=BY)
    set_cost_line(candidate=acme, kind="support", likely=Decimal(10), by=where.owner)
    shortlist(candidate=acme, by=where.owner)
    today = day_in_words(sheet.arrived_at.date())
    memo = words_of(where)
    assert f"Acme ML: 2 answers of {BY}, which arrived on {today}" in memo
    assert (
        "not confirmed by the vendor; prices: 1 entered by the procurement lead."
        in memo
    )
    sheet.confirmed_at, sheet.confirmed_by = sheet.arrived_at, "ada@acme.example"
    sheet.save()
    assert f"confirmed by the vendor on {today}" in words_of(where)
    assert "ada@" not in words_of(where)
