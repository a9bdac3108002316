"""The buyer answers for build, open source and stay-as-is on the candidate's page."""

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
BUTTON = 'href="/admin/act/answer-requirement/'


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return trials.platform("should", "must", "must")


@pytest.fixture
def lead(purchase: Evaluation) -> Client:
    return signed_in(purchase.owner)


def address(candidate: Candidate, ref: str) -> str:
    requirement = candidate.evaluation.requirements.get(ref=ref)
    return f"/admin/act/answer-requirement/{candidate.pk}.{requirement.pk}/"


@pytest.mark.parametrize("kind", ["as_is", "build", "open_source"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[open_source]",
)
def test_the_page_leads_through_what_waits_must_haves_first(
    purchase: Evaluation, lead: Client, kind: str
) -> None:
    own = vendors.candidate(purchase, "Our own", kind=kind)
    page = f"/admin/candidates/{own.pk}/"
    shown = lead.get(page).text
    assert BUTTON in shown
    assert "0 of 3\n" in shown
    assert address(own, "R2") in shown
    words = {"availability": "now", "statement": "We run it."}
    answer = lead.post(address(own, "R2"), words)
    assert answer.headers["Location"] == address(own, "R3")
    assert "1 of 3 answered" in lead.get(address(own, "R3")).text
    assert address(own, "R1") in lead.get(address(own, "R3")).text
    assert lead.post(address(own, "R1"), words).headers["Location"] == address(
        own, "R3"
    )
    last = lead.post(address(own, "R3"), words).headers["Location"]
    assert last.startswith(page)
    assert BUTTON not in lead.get(page).text
    assert own.claims.filter(availability="now", by_vendor=False).count() == 3


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_support.py"
    "::test_it_stands_before_what_the_buyer_noted",
)
def test_only_the_owner_is_offered_it_and_never_for_what_is_bought(
    purchase: Evaluation, lead: Client
) -> None:
    acme = vendors.invited(purchase)
    own = vendors.candidate(purchase, "Our own", kind="build")
    assert "answer-requirement" not in lead.get(f"/admin/candidates/{acme.pk}/").text
    elif_ = stakeholders.holder("engineering")
    page = signed_in(elif_).get(f"/admin/candidates/{own.pk}/").text
    assert "answer-requirement" not in page
    place = f"{acme.pk}.{purchase.requirements.get(ref='R1').pk}"
    words = {"statement": "They say so.", "availability": "now"}
    assert act("answer-requirement", place, purchase.owner, **words) == 409
    own_place = f"{own.pk}.{purchase.requirements.get(ref='R1').pk}"
    assert act("answer-requirement", own_place, elif_, **words) == 403
