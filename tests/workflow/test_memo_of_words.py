"""The memo says whose words it rests on: sheets sent by mail, and prices."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.toolbox.working_days import day_in_words
from tests.cast import trials, vendors
from tests.vendors.services.test_mailed_sheets import filled
from tests.workflow.test_memo_of_people import words_of
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line
from vendors.services.drafts import confirm_sheet
from vendors.services.sheets import enter_sheet, take_sheet

pytestmark = pytest.mark.django_db


def test_of_a_mailed_sheet_and_of_prices_it_says_who_said_them() -> None:
    where = trials.platform("must", "should")
    acme = vendors.invited(where, "Acme ML")
    sheet = take_sheet(
        candidate=acme,
        file=filled(acme, R1="now", R2="now"),
        arrived_at=timezone.now() - datetime.timedelta(minutes=1),
        by=where.owner,
    )
    sheet = enter_sheet(sheet=sheet, by=where.owner)
    set_cost_line(candidate=acme, kind="support", likely=Decimal(10), by=where.owner)
    shortlist(candidate=acme, by=where.owner)
    today = day_in_words(sheet.arrived_at.date())
    memo = words_of(where)
    by = f"Acme (by mail, entered by {where.owner.name})"
    assert f"Acme ML: 2 answers of {by}, which arrived on {today}" in memo
    assert (
        "not confirmed by the vendor; prices: 1 entered by the procurement lead."
        in memo
    )
    confirm_sheet(sheet=sheet, by=Actor(name="ada@acme.example"))
    assert f"confirmed by the vendor on {today}" in words_of(where)
    assert "ada@" not in words_of(where)
