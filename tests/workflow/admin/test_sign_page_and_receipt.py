"""What the sign page says before one reads, and the receipt after one has signed."""

import re

import pytest

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.workflow.admin.sign_form import WORDS
from stakeholders.models import Verdict
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.factories.workflow import to_be_signed
from tests.workflow.admin.signing import post, receipt, sign_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return to_be_signed("it", "pm")


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return sign_page(purchase)


def test_it_says_at_a_glance_what_is_signed_and_where_its_proof_is(
    purchase: Evaluation, here: str
) -> None:
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    said = re.sub(r"<[^>]+>", "", body)
    assert "1, 1 must-have among them" in said
    assert f'href="/admin/e/{purchase.slug}/requirements/"' in body
    assert 'id="part-1"' in body
    assert "PM: 1 more approval needed from Priya." in body


def test_each_stage_has_proof_and_each_verdict_its_words() -> None:
    assert WORDS["proof"].keys() == set(Stage)
    assert WORDS["verdicts"].keys() == set(Verdict)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w3_a_return_needs_no_weights",
)
def test_it_is_signed_early_with_a_word_of_warning(
    purchase: Evaluation, here: str
) -> None:
    type(purchase.categories.get()).objects.update(weight=None)
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "Still open" in body
    assert "It is not your turn yet" in body
    assert "has no weight" in body
    assert post(purchase, here).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_says_at_a_glance_what_is_signed_and_where_its_proof_is",
)
def test_a_receipt_says_when_it_no_longer_counts(
    purchase: Evaluation, here: str
) -> None:
    post(purchase, here)
    ivan, priya = (signed_in(stakeholders.holder(name)) for name in ("it", "pm"))
    assert "It counts" in ivan.get(receipt()).content.decode()
    assert "127.0.0.1" in ivan.get(receipt()).content.decode()
    assert "127.0.0.1" not in priya.get(receipt()).content.decode()
    change_requirement(
        requirement=purchase.requirements.get(), text="Other words", by=purchase.owner
    )
    body = priya.get(receipt()).content.decode()
    assert "The words have changed since" in body
    assert "Other words" in body
