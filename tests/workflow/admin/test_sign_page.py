"""Signing: exactly what is shown, by whom it concerns, once, with a receipt."""

import datetime
import re

import pytest
from django.core.cache import cache

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import change_requirement
from stakeholders.models import Condition, SignOff, SignOffRule
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.factories.workflow import shown, sign_as, to_be_signed
from tests.workflow.admin.signing import WORDS, post, receipt, sign_page

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return to_be_signed("it", "pm", text=WORDS)


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return sign_page(purchase)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w3_a_return_needs_no_weights",
)
def test_the_page_asks_one_question_about_exact_words(
    purchase: Evaluation, here: str
) -> None:
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "Are these the right requirements and weights?" in body
    assert shown(purchase) in body
    for verdict in ("approve", "conditions", "decline", "return"):
        assert f'value="{verdict}"' in body
    assert "&lt;b&gt;GPUs&lt;/b&gt;" in body
    assert 'href="http://evil' not in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_incomplete_form_signs_nothing[form4-at least one condition]",
)
def test_an_approval_leads_to_a_receipt(purchase: Evaluation, here: str) -> None:
    answer = post(purchase, here)
    signed = SignOff.objects.get()
    assert answer.headers["Location"] == "/admin/"
    ivan = signed_in(stakeholders.holder("it"))
    body = ivan.get(receipt()).content.decode()
    for words in ("Ivan", "IT", "Approve", signed.document.sha256, signed.meaning):
        assert words in body
    again = ivan.get(here).content.decode()
    assert "You have signed these words" in again
    assert 'id="form"' not in again
    assert post(purchase, here).status_code == 409
    document = ivan.get(f"/admin/documents/{signed.document_id}/")
    assert "GPUs" in document.content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verdict": ""}, "Choose one of the four"),
        ({"verdict": "perhaps"}, "Select a valid choice"),
        ({"verdict": "decline"}, "Give a reason"),
        ({"verdict": "return", "reason": "  "}, "Give a reason"),
        ({"verdict": "conditions", "reason": "x"}, "at least one condition"),
        ({"verdict": "conditions", "text_0": "y"}, "Give a reason"),
        (
            {"verdict": "conditions", "reason": "x", "text_0": "y"},
            "Name the person responsible",
        ),
        ({"verdict": "conditions", "reason": "x", "text_0": "y"}, "Choose a due date"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[form4-at least one condition]",
)
def test_an_incomplete_form_signs_nothing(
    purchase: Evaluation, here: str, form: dict[str, str], words: str
) -> None:
    answer = post(purchase, here, **form)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not SignOff.objects.exists()


def test_conditions_name_an_owner_and_a_day(purchase: Evaluation, here: str) -> None:
    answer = post(
        purchase,
        here,
        verdict="conditions",
        reason="Nearly there",
        text_0="Ask legal",
        owner_0=stakeholders.holder("pm").pk,
        due_0="2027-01-15",
    )
    assert answer.status_code == 302
    condition = Condition.objects.get()
    assert condition.owner == stakeholders.holder("pm")
    assert condition.due_on == datetime.date(2027, 1, 15)


def test_t27_words_that_changed_meanwhile_are_not_signed(
    purchase: Evaluation, here: str
) -> None:
    client = signed_in(stakeholders.holder("it"))
    client.get(here)
    seen = shown(purchase)
    change_requirement(
        requirement=purchase.requirements.get(), text="Other words", by=purchase.owner
    )
    form = {"shown": seen, "verdict": "approve", "without_weights": "on"}
    answer = client.post(here, {**form, "reason": "Mine"})
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "et-diff__changed" in body
    assert "Other words" in body
    assert shown(purchase) in body
    assert "Mine" in body
    assert re.search('value="approve"[^>]* checked', body)
    assert not SignOff.objects.exists()
    cache.clear()
    late = client.post(here, form)
    assert late.status_code == 409
    assert "no longer kept" in late.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_incomplete_form_signs_nothing[form4-at least one condition]",
)
def test_it_tells_what_changed_since_the_last_signature(
    purchase: Evaluation, here: str
) -> None:
    sign_as(purchase, "it")
    change_requirement(
        requirement=purchase.requirements.get(), text="Other words", by=purchase.owner
    )
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "What changed since you last signed" in body
    priya = signed_in(stakeholders.holder("pm")).get(
        f"/admin/act/sign/{SignOffRule.objects.get(role='pm').pk}/"
    )
    assert "since this stage was first signed" in priya.content.decode()
