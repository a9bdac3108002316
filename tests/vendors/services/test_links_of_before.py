"""Links of before learn their address; back, one of each contact stays."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from evaltracker.evaluations.models import Evaluation
from tests.factories import common, vendors
from tests.vendors.portal.visitor import ADDRESS, invited
from vendors.mail import link_secret
from vendors.models import Contact, InvitationLink, VendorSession
from vendors.selectors.access import find_link
from vendors.services.access import begin_session
from vendors.services.contacts import change_contact, remove_contact

pytestmark = pytest.mark.django_db
MOVE: Any = import_module("vendors.migrations.0028_addresses_of_links")


@pytest.fixture
def where() -> Evaluation:
    return vendors.in_research(common.evaluation())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/services/test_invitations.py"
    "::test_sending_it_needs_the_owner_and_somebody",
)
def test_links_learn_their_address_and_those_of_removed_contacts_end(
    where: Evaluation,
) -> None:
    ada = invited(where)
    gone = invited(where, "Globex ML", "bo@globex.example").contact
    remove_contact(contact=gone, reason="Left.", by=where.owner)
    InvitationLink.objects.update(address="", ended_at=None, why="")
    MOVE.give_addresses(apps, None)
    ada.refresh_from_db()
    assert (ada.address, ada.ended_at) == (ADDRESS, None)
    link = InvitationLink.objects.get(contact=gone)
    gone.refresh_from_db()
    assert (link.ended_at, link.why) == (gone.removed_at, "removed")


def test_back_one_link_of_each_contact_stays_with_all_sessions(
    where: Evaluation,
) -> None:
    first = invited(where)
    begin_session(link=first, now=first.made_at)
    change_contact(
        contact=first.contact, name="Bo", email="bo@acme.example", by=where.owner
    )
    gone = invited(where, "Globex ML", "bo@globex.example")
    remove_contact(contact=gone.contact, reason="Left.", by=where.owner)
    MOVE.keep_one(apps, None)
    (link,) = InvitationLink.objects.filter(contact=first.contact)
    assert find_link(link_secret(link.pk)) == link
    assert VendorSession.objects.get().link == link
    # What had ended would be open there again, but for a digest of nothing.
    InvitationLink.objects.update(ended_at=None, why="")
    Contact.objects.update(removed_at=None)
    assert find_link(link_secret(gone.pk)) is None
