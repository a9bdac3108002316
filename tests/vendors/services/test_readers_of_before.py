"""Prices of before readers were named are read by the addresses of that day."""

import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from evaltracker.evaluations.journal import Actor
from tests.factories import common, vendors
from tests.vendors.portal.visitor import invited
from vendors.models import Contact, InvitationLink, QuoteReader
from vendors.services.contacts import (
    add_contact,
    change_contact,
    give_link,
    remove_contact,
)
from vendors.services.quotes import QuotedLine, hand_in_quote

pytestmark = pytest.mark.django_db
MOVE: Any = import_module("vendors.migrations.0030_readers_of_before")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_quotes.py"
    "::test_the_same_prices_again_write_nothing_for_who_may_read_them",
)
def test_who_had_a_link_when_prices_were_handed_in_reads_them_by_that_address() -> None:
    where = vendors.in_research(common.evaluation())
    ada = invited(where)
    owner, candidate, vendor = where.owner, ada.candidate, ada.vendor

    def add(name: str) -> Contact:
        contact = add_contact(
            vendor=vendor, name=name, email=f"{name}@acme.example", by=owner
        )
        give_link(candidate=candidate, contact=contact)
        return contact

    gone = add("gone")
    remove_contact(contact=gone, reason="Left.", by=owner)
    add_contact(vendor=vendor, name="bo", email="bo@acme.example", by=owner)
    quote = hand_in_quote(
        candidate=candidate,
        currency="EUR",
        valid_until=datetime.date(2040, 6, 30),
        lines=[QuotedLine(kind="licence", likely=Decimal(9))],
        by=Actor(name="Acme (Ada Park)"),
    ).quote
    add("late")
    for address in ("me@lead.example", "again@lead.example"):
        change_contact(contact=ada.contact, name="Ada", email=address, by=owner)
    assert InvitationLink.objects.count() == 5
    assert not QuoteReader.objects.exists()
    for _ in range(2):
        MOVE.name_readers(apps, None)
        reader = QuoteReader.objects.get()
        assert (reader.email, reader.named_by) == ("ada@acme.example", "")
        assert reader.named_at == quote.handed_in_at
