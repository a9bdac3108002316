"""Trials that are not judged to the end are approved only if that is said once more."""

import pytest

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import SignOff
from tests.clients import signed_in
from tests.factories import stakeholders, trials
from tests.factories.workflow import sign_as
from tests.workflow.admin.signing import post, sign_page
from tests.workflow.half_tried import half_tried

pytestmark = pytest.mark.django_db
HALF = "3 of 4 criteria are not judged"
BOX = 'name="accepts_unjudged"'


@pytest.fixture
def where(db: None) -> Evaluation:
    return half_tried()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_conditional_approval_asks_too_and_a_return_does_not",
)
def test_an_approval_asks_once_more_at_its_field(where: Evaluation) -> None:
    here = sign_page(where)
    answer = post(where, here)
    body = answer.content.decode()
    assert answer.status_code == 400
    assert f"{HALF}. Tick the box to approve all the same" in body
    assert '<a href="#id_accepts_unjudged">What is not judged</a>' in body
    assert f"I approve although {HALF}." in body
    assert not SignOff.objects.exists()
    assert post(where, here, accepts_unjudged="on").status_code == 302
    assert SignOff.objects.get().verdict == "approve"


def test_a_conditional_approval_asks_too_and_a_return_does_not(
    where: Evaluation,
) -> None:
    asked = {"reason": "x", "text_0": "y", "due_0": "2027-01-15"}
    asked["owner_0"] = str(stakeholders.holder("pm").pk)
    here = sign_page(where)
    answer = post(where, here, verdict="conditions", **asked)
    assert answer.status_code == 400
    assert HALF in answer.content.decode()
    assert post(where, here, verdict="return", reason="Go on").status_code == 302


def test_the_service_asks_whoever_calls_it(where: Evaluation) -> None:
    with pytest.raises(Invalid, match=HALF):
        sign_as(where, "it")
    assert not Entry.objects.filter(action__startswith="sign_off.").exists()
    sign_as(where, "it", accepts_unjudged=True)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_sign_glance.py"
    "::test_it_says_what_is_judged_and_what_is_open",
)
def test_nobody_is_asked_once_all_is_judged(where: Evaluation) -> None:
    for option in where.candidates.all():
        for criterion in option.trials.get().criteria.all():
            claim = trials.claim_of(option, criterion.requirement.ref)
            trials.verdict(claim, "trial", criterion=criterion)
    here = sign_page(where)
    assert BOX not in signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert post(where, here).status_code == 302
