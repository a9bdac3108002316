"""A vendor must not see that another vendor exists."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import get_resolver

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation
from tests.clients import heard
from tests.factories import vendors
from tests.taken_back import taken_back
from tests.vendors.api.conftest import Party
from vendors.models import Claim, VendorToken
from vendors.rate_limits import forget_counts
from vendors.selectors.access import recognise
from vendors.services.access import revoke_token

MARK = "GLOBEX-SECRET"
BELOW = [
    "",
    "about/",
    "requirements/",
    "claims/",
    "claims/?history=1",
    "questions/",
    "proposals/",
    "quote/",
    "support/",
    "annex/",
    "annex/confirmation/",
    "annex/objections/",
    "events/",
    "submission/",
    "answer-sheet/",
    "answer-sheet/?dry_run=1",
    "claims/R1/",
    "claims/R1/files/",
    "claims/batch/",
    "files/7d6f3c1e-58f5-4c0b-9d6e-2f1f0b9a4c33/",  # fixed: workers name tests alike
    "nothing/",
]
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"]


def check_absent(acme: Party, globex: Party, method: str, below: str) -> None:
    """What is there for the rival alone is answered as what is not there."""
    written = Claim.objects.values_list("pk", "superseded_at")
    before = list(written)
    absent = f"/api/v1/invitations/{uuid.uuid4()}/{below}"
    body = {"requirement": "R1", "availability": "now", "statement": "Mine"}
    answers = [
        acme.call(method, address, body if method not in ("GET", "HEAD") else None)
        for address in (f"{globex.home}{below}", absent)
    ]
    assert heard(answers[0]) == heard(answers[1])
    # 400: the parameter is refused before anything is looked up.
    assert answers[0].status_code in (404, 405, *([400] if "?" in below else []))
    assert MARK.encode() not in answers[0].content
    assert list(written) == before


@pytest.mark.parametrize("method", METHODS)
def test_a_rivals_invitation_is_byte_equal_to_an_absent_one(
    acme: Party, globex: Party, method: str, subtests: pytest.Subtests
) -> None:
    globex.claim(statement=MARK)
    for below in BELOW:
        with subtests.test(below), taken_back():
            forget_counts()
            check_absent(acme, globex, method, below)


def test_nothing_that_a_rival_does_changes_what_a_vendor_reads(
    acme: Party, globex: Party
) -> None:
    acme.claim()
    addresses = ["/api/v1/invitations/", *(acme.home + below for below in BELOW[:6])]
    before = [heard(acme.call("GET", address)) for address in addresses]
    globex.claim(statement=MARK)
    assert [heard(acme.call("GET", address)) for address in addresses] == before
    for _, _, content in before:
        assert b"Globex" not in content
        assert str(globex.candidate.pk).encode() not in content


def test_a_candidate_that_was_not_invited_yet_is_absent(
    acme: Party, where: Evaluation
) -> None:
    hidden = vendors.candidate(where, "Acme Two")
    assert acme.call("GET", f"/api/v1/invitations/{hidden.pk}/").status_code == 404
    assert len(acme.call("GET", "/api/v1/invitations/").json()["results"]) == 1


@pytest.mark.parametrize(
    "name",
    ["1", "9" * 30, "not-an-id", "x" * 3000, "%00", "{0}", "a.b", "%e2%80%ae", "%ff"],
)
def test_what_is_no_id_is_as_absent_as_any_other(acme: Party, name: str) -> None:
    absent = acme.call("GET", f"/api/v1/invitations/{uuid.uuid4()}/")
    answer = acme.call("GET", f"/api/v1/invitations/{name}/")
    assert heard(answer) == heard(absent)
    shouted = acme.home.replace(str(acme.candidate.pk), str(acme.candidate.pk).upper())
    assert heard(acme.call("GET", shouted)) == heard(absent)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Token {token}",
        "Bearer {token}x",
        "Bearer {token} {token}",
        "Bearer evt_000000000000_" + "A" * 43,
        "Bearer \u00e9\u00e9",
        "Basic YWRtaW46YWRtaW4=",
    ],
)
def test_without_a_good_token_the_answer_is_one_text(
    acme: Party, header: str | None
) -> None:
    client = Client(raise_request_exception=False)
    headers = (
        {} if header is None else {"authorization": header.format(token=acme.token)}
    )
    given = client.get("/api/v1/invitations/", headers=headers)
    revoke_token(token=VendorToken.objects.get(), by=SYSTEM)
    revoked = acme.call("GET", "/api/v1/invitations/")
    assert heard(given) == heard(revoked)
    assert given.status_code == 401
    assert given["WWW-Authenticate"] == 'Bearer realm="evaltracker"'


def test_a_session_counts_for_nothing(where: Evaluation) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(where.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/invitations/").status_code == 401


def test_a_token_in_an_address_is_revoked(acme: Party) -> None:
    answer = acme.call("GET", f"/api/v1/invitations/?token={acme.token}")
    assert answer.status_code == 400
    assert "revoked" in answer.json()["detail"]
    assert recognise(acme.token) is None
    assert acme.call("GET", "/api/v1/invitations/").status_code == 401


def test_every_vendor_route_is_walked_above() -> None:
    """A new route needs its line in BELOW, or it is not known to be tight."""
    walked = {
        re.sub(r"/[0-9a-f-]{36}/", "/<str:file>/", below).replace("R1", "<path:ref>")
        for below in BELOW
        if "?" not in below and below != "nothing/"
    }
    found = {
        str(pattern.pattern).removeprefix("invitations/<str:invitation>/")
        for pattern in get_resolver("vendors.api.urls").url_patterns
        if str(pattern.pattern).startswith("invitations/<str:invitation>/")
    }
    assert found == walked, "write its address into BELOW of this file"
