"""What is wrong stands at its field and on top; a conditional approval is called so."""

import re

import pytest

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import Condition, SignOff
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.factories.workflow import to_be_signed
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


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w2_a_tick_approves_without_them_and_the_journal_tells",
)
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
    assert Condition.objects.get().sign_off.get_verdict_display() == (
        "Conditional approval"
    )
