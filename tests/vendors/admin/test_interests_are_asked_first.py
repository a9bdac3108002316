"""Nothing of a candidate is shown to a person who was not asked for their interest."""

import re

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from tests.acting import act
from tests.clients import auditing, program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from vendors.models import Candidate, Conflict
from vendors.policy import to_declare

pytestmark = pytest.mark.django_db
SECRET = "Kept under a stone"


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return trials.platform()


@pytest.fixture
def acme(purchase: Evaluation) -> Candidate:
    option = vendors.invited(purchase, declares=False)
    vendors.claim(option, purchase.requirements.get(), statement=SECRET)
    return option


@pytest.fixture
def elif_(acme: Candidate) -> Client:
    return signed_in(stakeholders.holder("engineering"))


def pages(acme: Candidate) -> list[str]:
    """Every page that tells something of a candidate."""
    here = f"/admin/e/{acme.evaluation.slug}"
    requirement = acme.evaluation.requirements.get()
    tabs = ("candidates", "matrix", "matrix/file", "demos", "trials", "scores")
    return [
        *(f"{here}/{tab}/" for tab in (*tabs, "costs", "decision", "memo")),
        f"/admin/candidates/{acme.pk}/",
        f"/admin/cells/{acme.pk}/{requirement.pk}/",
        f"/admin/demos/{trials.demo(acme).pk}/",
    ]


def test_every_page_about_candidates_asks_first_and_leads_back(
    acme: Candidate, elif_: Client
) -> None:
    question = f"/admin/act/declare-interests/{acme.evaluation.pk}/?next="
    for page in pages(acme):
        answer = elif_.get(page)
        assert answer.status_code == 302, page
        assert answer.headers["Location"].startswith(question), page
    form = elif_.get(elif_.get(pages(acme)[1]).headers["Location"]).content.decode()
    assert "Acme ML" in form
    assert SECRET not in form
    back = pages(acme)[1]
    given = {"asked": str(acme.pk), str(acme.pk): "", "next": back}
    answer = elif_.post(question, given)
    assert answer.headers["Location"] == back
    assert SECRET in elif_.get(pages(acme)[-2]).content.decode()


def test_lists_and_the_api_wait_too(acme: Candidate, elif_: Client) -> None:
    claim = f"/admin/vendors/claim/{acme.claims.get().pk}/change/"
    matrix = f"/api/v1/staff/evaluations/{acme.evaluation.slug}/matrix/"
    row = f"/admin/cells/{acme.pk}/"
    auditing(stakeholders.holder("engineering"))
    assert row not in elif_.get("/admin/vendors/claim/").content.decode()
    assert elif_.get(claim).status_code == 404
    caller = program(stakeholders.holder("engineering"))
    assert caller.get(matrix).json()["code"] == "answer_first"
    vendors.declare_none(acme.evaluation)
    assert row in elif_.get("/admin/vendors/claim/").content.decode()
    assert SECRET in elif_.get(claim).content.decode()
    assert caller.get(matrix).status_code == 200


def test_forms_ask_first_and_the_journal_keeps_its_values(
    acme: Candidate, elif_: Client
) -> None:
    where = acme.evaluation
    form = f"/admin/act/record-evidence/{acme.pk}.{where.requirements.get().pk}/"
    journal = f"/admin/e/{where.slug}/journal/"
    question = f"/admin/act/declare-interests/{where.pk}/?next="
    assert elif_.get(form).headers["Location"].startswith(question)
    assert elif_.post(form).headers["Location"].startswith(question)
    assert SECRET not in elif_.get(journal).content.decode()
    vendors.declare_none(where)
    for page in (form, journal):
        assert SECRET in elif_.get(page).content.decode()


def test_the_owner_is_asked_before_answers_and_administers_before(
    acme: Candidate,
) -> None:
    lead = signed_in(acme.evaluation.owner)
    administers, *reads = pages(acme)
    assert lead.get(administers).status_code == 200
    for page in reads:
        answer = lead.get(page)
        assert "declare-interests" in answer.headers.get("Location", ""), page


def test_an_operator_is_not_asked(acme: Candidate) -> None:
    for page in pages(acme)[:2]:
        assert signed_in(common.otto()).get(page).status_code == 200


def test_the_owner_is_asked_nothing_while_there_is_nothing_to_read(db: None) -> None:
    early = common.evaluation()
    vendors.candidate(early, declares=False)
    here = f"/admin/e/{early.slug}"
    assert signed_in(early.owner).get(f"{here}/matrix/").status_code == 200
    assert "Declare conflicts" not in signed_in(early.owner).get("/admin/").text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_none_of_these_is_refused_where_one_was_written",
)
def test_who_joins_while_the_page_is_open_is_asked_about_later(
    acme: Candidate, purchase: Evaluation
) -> None:
    elif_ = stakeholders.holder("engineering")
    asked = {"asked": str(acme.pk), str(acme.pk): ""}
    globex = vendors.invited(purchase, "Globex ML", declares=False)
    assert act("declare-interests", purchase, elif_, **asked) == 302
    assert list(to_declare(elif_)) == [globex]
    assert act("declare-interests", purchase, elif_, **asked) == 409
    nonsense = {"asked": "not-an-id"}
    assert act("declare-interests", purchase, elif_, **nonsense) == 409


def test_my_work_declares_none_in_one_tap(acme: Candidate, elif_: Client) -> None:
    work = elif_.get("/admin/").text
    assert "Declare conflicts of interest" in work
    assert "Do you have a conflict of interest in Acme ML?" in work
    assert re.search(r'name="none" value="1"[^>]*>None of these<', work)
    question = f"/admin/act/declare-interests/{acme.evaluation.pk}/"
    given = {"asked": f"{acme.pk} ", "none": "1", "next": "/admin/"}
    assert elif_.post(question, given).headers["Location"] == "/admin/"
    assert "Declare conflicts of interest" not in elif_.get("/admin/").text


def test_none_of_these_is_refused_where_one_was_written(
    acme: Candidate, elif_: Client
) -> None:
    question = f"/admin/act/declare-interests/{acme.evaluation.pk}/"
    given = {"asked": f"{acme.pk}", "none": "1", str(acme.pk): "My brother"}
    answer = elif_.post(question, given)
    assert answer.status_code == 400
    assert "You wrote of Acme ML." in answer.text
    assert not Conflict.objects.exists()


def test_no_box_is_marked_optional(acme: Candidate, elif_: Client) -> None:
    question = f"/admin/act/declare-interests/{acme.evaluation.pk}/"
    assert "optional" not in elif_.get(question).text


def test_a_dialog_is_told_where_to_answer_first(acme: Candidate, elif_: Client) -> None:
    where = acme.evaluation
    form = f"/admin/act/record-evidence/{acme.pk}.{where.requirements.get().pk}/"
    answer = elif_.get(form, headers={"X-Dialog": "yes"})
    assert answer.status_code == 204
    assert answer.headers["X-Detour"].startswith("/admin/act/declare-interests/")
