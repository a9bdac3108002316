"""Clients made of both descriptions take a purchase from its start to comparison.

What only people do, they do in between: interests, stage, a contact, a token.
"""

import datetime
import importlib
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.evaluations.models import Entry, Evaluation
from tests.cast import common, vendors
from tests.vendors.api.test_generated_client import PACKAGE, generated
from tests.workflow.api.test_examples import token_of
from trials.services.events import copy_events
from vendors.models import Vendor
from vendors.services.contacts import add_contact

STAFF = "evaltracker_staff_api_client"


class Made:
    """A generated client with one token."""

    def __init__(self, package: str, site: str, token: str) -> None:
        self.package = package
        self.models = importlib.import_module(f"{package}.models")
        self.kind = importlib.import_module(f"{package}.client").AuthenticatedClient
        self.terms = {"base_url": site, "token": token}

    def call(self, name: str, *place: str, **more: Any) -> Any:
        done = importlib.import_module(f"{self.package}.api.{name}")
        with self.kind(**self.terms) as client:
            answer: Any = done.sync(*place, client=client, **more)
        assert not isinstance(answer, self.models.Problem), answer
        return answer

    def do(self, act: str, *place: str, **fields: Any) -> str:
        """Do an act of people; the id of what it made."""
        kind = f"Staff{act.title().replace('_', '')}JsonBody"
        body = getattr(self.models, kind).from_dict(fields)
        return str(self.call(f"acts.staff_{act}", *place, body=body).made.id)


@pytest.mark.django_db(transaction=True)
def test_a_purchase_comes_from_its_start_to_comparison(
    live_server: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = live_server.url
    owner = common.lina()
    token = token_of(owner)
    with (
        generated("/api/v1/staff/schema/", STAFF, tmp_path, monkeypatch),
        generated("/api/v1/schema/", PACKAGE, tmp_path, monkeypatch),
    ):
        lead = Made(STAFF, live_server.url, token)
        key = lead.do("start_evaluation", title="Choose a CRM", buyer="Example Foods")
        (row,) = lead.call("evaluations.evaluations_list").results
        assert str(row.id) == key
        slug = row.slug
        category = lead.do("add_category", key, name="Contacts")
        asked = {"category": category, "text": "Imports a CSV", "priority": "must"}
        lead.do("add_requirement", key, ref="R1", weight=8, **asked)
        offer = {"name": "Acme CRM", "new_vendor": "Acme"}
        option = lead.do("add_candidate", key, kind="buy", **offer)
        # People: they agree on what is asked, and say who may be written to.
        where = vendors.enter(Evaluation.objects.get(pk=key), "research")
        company = Vendor.objects.get()
        email = "ada@acme.example"
        contact = add_contact(vendor=company, name="Ada", email=email, by=owner)
        about = {"purpose": "One list.", "people": ["Lina, +1 555 0100"]}
        vendors.declare_none(where)
        lead.do("invite", option, contacts=[str(contact.pk)], **about)
        end = (timezone.now() + datetime.timedelta(days=14)).date().isoformat()
        lead.do("open_claims", key, close_at=end)
        vendor = Made(PACKAGE, live_server.url, vendors.token(company))
        (invitation,) = vendor.call("invitations.invitations_list").results
        home = str(invitation.id)
        body = {"requirement": "R1", "availability": "now", "statement": "It does."}
        claim = vendor.models.ClaimInput.from_dict(body)
        assert vendor.call("invitations.claims_submit", home, body=claim).revision == 1
        assert vendor.call("invitations.submission_hand_in", home).claims == 1
        copy_events()
        assert vendor.call("invitations.events_list", home).results == []
        place = "evaluations.evaluations"
        (said,) = lead.call(f"{place}_claims_list", slug).results
        assert said.said_by_vendor.statement == "It does."
        compared = lead.call(f"{place}_comparison_read", slug)
        assert [each.name for each in compared.options] == ["Acme CRM"]
    names = Entry.objects.filter(evaluation=where).values_list("actor_name", flat=True)
    assert {"Lina Lead by token “CI”", "Lina Lead"} <= {*names}
