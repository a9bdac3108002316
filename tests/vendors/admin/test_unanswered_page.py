"""What is not answered yet, by vendor, with the reminder that it may get."""

import pytest

from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db


def test_the_page_lists_what_is_open_and_offers_the_reminder() -> None:
    where = common.evaluation()
    common.requirement(where, "R1")
    common.requirement(where, "R2")
    vendors.in_research(where)
    url = f"/admin/e/{where.slug}/unanswered/"
    assert "No vendor is invited" in signed_in(where.owner).get(url).content.decode()
    acme = vendors.invited(where)
    assert acme.vendor
    address = "ada@acme.example"
    add_contact(vendor=acme.vendor, name="Ada", email=address, by=where.owner)
    body = signed_in(where.owner).get(url).content.decode()
    assert "2 must-haves open" in body
    assert act("chase-vendor", acme, where.owner) == 302
    assert act("chase-vendor", acme, where.owner) == 409
    assert act("chase-all", where, where.owner) == 409
    body = signed_in(where.owner).get(url).content.decode()
    assert "was reminded less than 3 days ago" in body
    assert "Remind all" not in body
    it = stakeholders.stakeholders(where, "it")["it"].user
    vendors.declare_none(where)
    assert "Remind" not in signed_in(it).get(url).content.decode().split("<h1")[1]
    assert act("chase-vendor", acme, it) == 403
