"""What is wrong stands at its field and on top; a conditional approval is called so."""

import re

import pytest

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import Condition, SignOff
from tests.cast import common, stakeholders
from tests.cast.workflow import sign_as, to_be_signed
from tests.clients import signed_in
from tests.workflow.admin.signing import post, receipt, sign_page

pytestmark = pytest.mark.django_db
DUE = "2027-01-15"


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return to_be_signed("it", "pm")


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return sign_page(purchase)


@pytest.mark.parametrize(
    ("form", "field", "name"),
    [
        ({"verdict": ""}, "id_verdict_0", "Verdict"),
        ({"verdict": "approve", "text_0": "y"}, "id_verdict_0", "Verdict"),
        ({"verdict": "return"}, "id_reason", "Reason"),
        ({"verdict": "conditions", "reason": "x"}, "id_text_0", "Condition 1"),
        (
            {"verdict": "conditions", "reason": "x", "text_0": "y", "due_0": DUE},
            "id_owner_0",
            "Condition 1, who is responsible",
        ),
        (
            {"verdict": "conditions", "reason": "x", "text_3": "y", "due_3": DUE},
            "id_owner_3",
            "Condition 4, who is responsible",
        ),
    ],
)
def test_each_fault_is_listed_with_a_link_to_its_field(
    purchase: Evaluation, here: str, form: dict[str, str], field: str, name: str
) -> None:
    body = post(purchase, here, **form).content.decode()
    assert f'<a href="#{field}">{name}</a>' in body
    (tag,) = re.findall(rf'<(?:input|textarea|select)[^>]*id="{field}"[^>]*>', body)
    assert "aria-invalid" in tag
    assert "data-focus" in tag
    assert body.count("data-focus") == 1
    assert not SignOff.objects.exists()


def test_a_conditional_approval_is_called_that_everywhere(
    purchase: Evaluation, here: str
) -> None:
    post(
        purchase,
        here,
        verdict="conditions",
        reason="Nearly there",
        text_0="Ask legal",
        owner_0=stakeholders.holder("pm").pk,
        due_0=DUE,
    )
    owner = signed_in(purchase.owner)
    pages = [
        here,
        receipt(),
        f"/admin/documents/{SignOff.objects.get().document_id}/",
        *(f"/admin/e/{purchase.slug}/{tab}/" for tab in ("sign_offs", "journal")),
    ]
    for page in pages:
        body = owner.get(page).content.decode()
        assert "onditional approval" in body, page
        assert "IT approved" not in body, page
    sign_as(purchase, "pm")
    body = owner.get(f"/admin/e/{purchase.slug}/sign-offs/").content.decode()
    assert "IT gave a conditional approval." in body
    assert "PM approved." in body
    assert Condition.objects.get().sign_off.get_verdict_display() == (
        "Conditional approval"
    )


def test_a_receipt_says_who_is_awaited_and_what_is_next(
    purchase: Evaluation, here: str
) -> None:
    ivan, priya = (signed_in(stakeholders.holder(name)) for name in ("it", "pm"))
    post(purchase, here)
    page = receipt()
    body = ivan.get(page).content.decode()
    assert "PM: 1 more approval needed from Priya." in body
    assert "Lina Lead goes on to research once every role has approved." in body
    sign_as(purchase, "pm")
    body = ivan.get(page).content.decode()
    assert "Nobody: every role has approved." in body
    assert "Lina Lead goes on to research: every role has approved." in body
    assert f"The requirements of {purchase.title}, as IT" in " ".join(body.split())
    assert "Nobody: every role has approved." in priya.get(page).content.decode()


def test_a_receipt_of_a_return_says_who_reads_it(
    purchase: Evaluation, here: str
) -> None:
    post(purchase, here, verdict="return", reason="Weigh R1")
    body = signed_in(stakeholders.holder("it")).get(receipt())
    assert "Lina Lead was told and reads your reason." in body.content.decode()


def test_a_receipt_says_what_comes_before_everybody_signs(
    purchase: Evaluation, here: str
) -> None:
    common.requirement(purchase, "R9")
    type(purchase.categories.get()).objects.update(weight=None)
    post(purchase, here)
    body = signed_in(stakeholders.holder("it")).get(receipt()).content.decode()
    assert "has no weight" in body.partition("Then")[2]
