"""The annex of promises by REST: confirmed by the vendor itself, and nobody else."""

from typing import Any

import pytest

from tests.clients import heard
from tests.factories import vendors
from tests.vendors.api.conftest import Party
from vendors.models import DocumentReply
from vendors.services.access import issue_token
from vendors.services.contacts import add_contact, give_link

pytestmark = pytest.mark.django_db
CONFIRMATION, OBJECTIONS = "annex/confirmation/", "annex/objections/"
OTHER = vendors.ANNEX.replace("2027-01-31", "2027-02-28")


@pytest.fixture
def own(acme: Party) -> Party:
    """The same with a token that a contact made itself."""
    option, owner = acme.candidate, acme.candidate.evaluation.owner
    assert option.vendor is not None
    terms: dict[str, Any] = {"vendor": option.vendor, "email": "ada@acme.example"}
    contact = add_contact(name="Ada Park", by=owner, **terms)
    give_link(candidate=option, contact=contact)
    token = issue_token(vendor=option.vendor, label="ERP", by=owner, contact=contact)
    return Party(option, token[1])


def post(party: Party, below: str, **body: str) -> Any:
    return party.call("POST", f"{party.home}{below}", body)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_holds_for.py"
    "::test_what_was_said_is_kept_with_what_it_means[said0-means0]",
)
def test_a_contacts_own_token_confirms_the_newest(own: Party) -> None:
    assert own.call("GET", f"{own.home}annex/").status_code == 404
    assert post(own, CONFIRMATION, sha256="0" * 64, name="Ada").status_code == 404
    old = vendors.annex(own.candidate)
    assert post(own, OBJECTIONS, line="P1", words="No.").status_code == 201
    assert post(own, OBJECTIONS, line="P1", words="No.").status_code == 200
    assert post(own, OBJECTIONS, line="P9", words="No.").status_code == 400
    new = vendors.annex(own.candidate, 2, OTHER)
    late = post(own, CONFIRMATION, sha256=old.sha256, name="Ada")
    assert late.status_code == 409
    assert [it["detail"] for it in late.json()["errors"]] == [
        "-Due: 2027-01-31.",
        "+Due: 2027-02-28.",
    ]
    assert post(own, CONFIRMATION, sha256="0" * 64, name="Ada").status_code == 400
    given = post(own, CONFIRMATION, sha256=new.sha256, name="Ada Park")
    assert given.status_code == 201
    assert (given.json()["version"], given.json()["sha256"]) == (2, new.sha256)
    assert post(own, CONFIRMATION, sha256=new.sha256, name="Bo").status_code == 200
    assert DocumentReply.objects.get(line="").address == "ada@acme.example"
    assert post(own, OBJECTIONS, line="P1", words="Again.").status_code == 409
    read = own.call("GET", f"{own.home}annex/").json()
    assert (read["text"], read["withheld"], read["objections"]) == (OTHER, False, [])
    assert read["receipt"] == given.json()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_last_slash.py"
    "::test_it_is_redirected_with_its_method_and_its_query[evaltracker."
    "urls-GET]",
)
def test_a_token_of_the_house_reads_no_costs_and_says_nothing(acme: Party) -> None:
    document = vendors.annex(acme.candidate)
    read = acme.call("GET", f"{acme.home}annex/").json()
    assert (read["withheld"], read["sha256"]) == (True, document.sha256)
    assert "Costs" not in read["text"] and "8,484.84" not in read["text"]
    for answer in (
        post(acme, CONFIRMATION, sha256=document.sha256, name="Ada"),
        post(acme, OBJECTIONS, line="P1", words="No."),
    ):
        assert answer.status_code == 403
        assert answer.json()["detail"] == (
            "Only the vendor itself confirms; use the link, or a token made on "
            "“People”."
        )


@pytest.mark.parametrize(
    "body", [{}, {"sha256": 1, "name": "A"}, {"sha256": "a", "name": "A", "more": 1}]
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[body1]"
)
def test_what_is_no_confirmation_is_refused(own: Party, body: Any) -> None:
    vendors.annex(own.candidate)
    answer = own.call("POST", f"{own.home}{CONFIRMATION}", body)
    assert answer.status_code == 400
    assert not DocumentReply.objects.filter(line="").exists()


def test_a_rival_learns_nothing(own: Party, globex: Party) -> None:
    document = vendors.annex(own.candidate)
    foreign = globex.call("GET", f"{own.home}annex/")
    assert foreign.status_code == 404
    body = {"sha256": document.sha256, "name": "A"}
    there = globex.call("POST", f"{own.home}{CONFIRMATION}", body)
    nowhere = globex.call("POST", f"/api/v1/invitations/x/{CONFIRMATION}", body)
    assert there.status_code == 404
    assert heard(there) == heard(nowhere)
