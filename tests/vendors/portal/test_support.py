"""Support, as the vendor states it: kept by revisions, read before the buyer's note."""

from typing import Any

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Evaluation
from tests.clients import signed_in
from tests.factories import vendors
from tests.pages.grids.sending import read
from tests.vendors.portal.visitor import Visitor
from vendors.models import SupportStatement
from vendors.selectors.progress import progress_of
from vendors.services.answering import close_claims
from vendors.services.candidates import change_candidate
from vendors.services.claims import state_support

ROUND = "round_the_clock"
A = Actor(name="Acme (Ada Park)")


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


def stated(visitor: Visitor, kind: str = ROUND, text: str = "") -> Any:
    """The form of the page, sent."""
    return visitor.post(f"{visitor.home}support/", kind=kind, text=text)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_a_session_ends_by[removed]",
)
def test_what_is_stated_stands_and_what_stood_before_stays(inside: Visitor) -> None:
    candidate = inside.link.candidate
    assert progress_of(candidate).support == "not_stated"
    page = f"{inside.home}support/"
    assert stated(inside, text="Within an hour.").headers["Location"] == page
    assert stated(inside, text="Within an hour.").status_code == 302
    assert stated(inside, "business_hours").status_code == 302
    rows = SupportStatement.objects.filter(candidate=candidate)
    assert list(rows.values_list("revision", "kind", "text", "stated_by")) == [
        (1, ROUND, "Within an hour.", A.name),
        (2, "business_hours", "", A.name),
    ]
    assert progress_of(candidate).support == "stated"
    assert "Stated by Acme (Ada Park)" in inside.get(page).content.decode()
    told = Entry.objects.filter(action="support.stated").order_by("number")
    assert [entry.after["kind"] for entry in told] == [
        ROUND,
        "business_hours",
    ]


def test_what_is_wrong_is_said_beside_its_field(inside: Visitor) -> None:
    page = stated(inside, "", "x" * 1_001)
    text = page.content.decode()
    assert page.status_code == 400
    assert "Choose which support comes with it." in text
    assert 'id="w-kind"' in text and 'id="w-text"' in text
    assert text.count("autofocus") == 1
    assert not SupportStatement.objects.exists()


def test_it_is_stated_while_answers_are_open_alone(
    inside: Visitor, where: Evaluation
) -> None:
    stated(inside)
    close_claims(evaluation=where, by=where.owner)
    page = inside.get(f"{inside.home}support/").content.decode()
    assert "Support around the clock" in page and "it can no longer change" in page
    with pytest.raises(Refused):
        state_support(candidate=inside.link.candidate, kind=ROUND, text="", by=A)


def test_nobody_is_asked_where_no_support_is_wanted(
    inside: Visitor, where: Evaluation
) -> None:
    page = f"{inside.home}support/"
    assert page in inside.get().content.decode()
    unasked = {"support_wanted": "", "does_not_matter": ["support_wanted"]}
    Evaluation.objects.filter(pk=where.pk).update(**unasked)
    assert page not in inside.get().content.decode()
    assert inside.get(page).status_code == 404
    assert "support" not in progress_of(inside.link.candidate).words


def test_it_stands_before_what_the_buyer_noted(where: Evaluation) -> None:
    candidate = vendors.invited(where, "Acme ML")
    by = where.owner
    change_candidate(candidate=candidate, support_offered="business_hours", by=by)
    state_support(candidate=candidate, kind=ROUND, text="By telephone.", by=A)
    page = signed_in(by).get(f"/admin/candidates/{candidate.pk}/").content.decode()
    assert "Support around the clock, stated by the vendor" in page
    assert "By telephone." in page
    assert "noted by us: Support in business hours" in page
    grid = read(by, "candidates", where)
    assert grid["rows"][0]["cells"]["support_stated"] == "round the clock"
    names = [column["name"] for column in grid["columns"]]
    assert names.index("support_stated") < names.index("support_offered")
