"""All sign-offs of an evaluation: rules, history, conditions, rounds."""

import datetime

import pytest

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import Condition, SignOff
from stakeholders.services.sign_offs import ConditionAsked
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import sign_as, to_be_signed

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return to_be_signed("it", "pm")


def page(where: Evaluation) -> str:
    return f"/admin/e/{where.slug}/sign-offs/"


def test_each_rule_says_who_is_awaited(purchase: Evaluation) -> None:
    body = signed_in(stakeholders.holder("it")).get(page(purchase)).content.decode()
    assert "et-face--awaited" in body
    assert body.count("Read and sign") == 1
    assert "open-round" not in body
    assert signed_in(common.noor()).get(page(purchase)).status_code == 404
    before = page(purchase).replace("-offs", "_offs")  # as older mails write it
    assert signed_in(purchase.owner).get(before).status_code == 200


def test_the_history_keeps_every_stay(purchase: Evaluation) -> None:
    sign_as(purchase, "it")
    sign_as(purchase, "pm", "decline", reason="Too vague")
    vendors.enter(purchase, "research")
    body = signed_in(purchase.owner).get(page(purchase)).content.decode()
    assert "Too vague" in body
    assert "All signatures (2)" in body
    signed = SignOff.objects.first()
    assert signed is not None
    assert f"/admin/documents/{signed.document_id}/" in body


def test_a_new_round_asks_everybody_anew(purchase: Evaluation) -> None:
    sign_as(purchase, "it")
    visit = purchase.visits.get()
    url = f"/admin/act/open-round/{visit.pk}/"
    ivan = signed_in(stakeholders.holder("it"))
    assert ivan.post(url, {"reason": "x"}).status_code == 403
    lina = signed_in(purchase.owner)
    assert lina.post(url, {"reason": ""}).status_code == 400
    assert lina.post(url, {"reason": "A change of mind"}).status_code == 302
    body = ivan.get(page(purchase)).content.decode()
    assert "no longer counts" in body
    assert "Read and sign" in body


def test_a_condition_is_closed_with_a_note_by_whom_it_concerns(
    purchase: Evaluation,
) -> None:
    asked = ConditionAsked("Ask legal", stakeholders.holder("pm"), TODAY())
    sign_as(purchase, "it", "conditions", reason="Nearly", conditions=[asked])
    condition = Condition.objects.get()
    url = f"/admin/act/close-condition/{condition.pk}/"
    dana = signed_in(stakeholders.holder("devops"))
    assert dana.post(url, {"closing_note": "x"}).status_code == 403
    priya = signed_in(stakeholders.holder("pm"))
    assert "Ask legal" in priya.get(url).content.decode()
    assert priya.post(url, {"closing_note": ""}).status_code == 400
    done = priya.post(url, {"closing_note": "Legal agreed"})
    assert done.headers["Location"] == f"{page(purchase)}#condition-{condition.pk}"
    assert "Legal agreed" in priya.get(page(purchase)).content.decode()
    assert priya.post(url, {"closing_note": "Again"}).status_code == 409


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_no_self_approval.py::test_an_attempt_is_journaled",
)
def test_receipts_and_documents_are_for_those_inside(purchase: Evaluation) -> None:
    signed = sign_as(purchase, "it")
    noor = signed_in(common.noor())
    for url in (
        f"/admin/receipts/{signed.pk}/",
        f"/admin/documents/{signed.document_id}/",
    ):
        assert noor.get(url).status_code == 404, url
        assert signed_in(purchase.owner).get(url).status_code == 200, url
        assert signed_in(purchase.owner).post(url).status_code == 405, url
