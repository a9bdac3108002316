"""What changes after somebody signed: who is asked again, who is told, and of what."""

import pytest

from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.workflow.services.stages import advance, send_back
from stakeholders.services.people import remove_stakeholder
from stakeholders.services.sign_offs import open_sign_off_round
from tests.factories import stakeholders
from tests.factories.workflow import sign_as
from tests.workflow.notices.asking import later, mail_to, owed

pytestmark = pytest.mark.django_db


def change_words(where: Evaluation) -> None:
    change_requirement(
        requirement=where.requirements.get(),
        text="It runs on SageMaker",
        by=where.owner,
    )


def test_changed_words_ask_everybody_anew_and_tell_signers_what_changed(
    where: Evaluation,
) -> None:
    with later(minutes=11):
        sign_as(where, "it")
        sign_as(where, "pm")
        change_words(where)
        assert owed() == []
    with later(minutes=30):
        assert owed() == ["dana", "ivan", "priya", "viktor"]
        again = mail_to(stakeholders.holder("it"))
        first = mail_to(stakeholders.holder("devops"))
        assert owed("sign_off_reopened") == []
    assert "Please sign again: requirements of " in again.subject
    assert "1 line under Requirements" in again.text
    assert "SageMaker" not in again.text + again.html
    assert "again" not in first.subject


def test_words_that_return_to_what_was_signed_ask_nobody(where: Evaluation) -> None:
    requirement = where.requirements.get()
    words = requirement.text
    sign_as(where, "it")
    change_words(where)
    requirement.refresh_from_db()
    change_requirement(requirement=requirement, text=words, by=where.owner)
    with later(minutes=11):
        assert owed() == ["dana", "priya", "viktor"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_signers_are_told_even_while_it_is_not_their_turn(where: Evaluation) -> None:
    sign_as(where, "it")
    change_words(where)
    category = where.categories.get()
    type(category).objects.update(weight=None)
    with later(minutes=11):
        assert owed() == []
        assert owed("sign_off_reopened") == ["ivan"]
        mail = mail_to(stakeholders.holder("it"), "sign_off_reopened")
        assert "text that you signed has changed" in mail.text
    type(category).objects.update(weight=5)
    with later(hours=2):
        assert "ivan" in owed()
        assert owed("sign_off_reopened") == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_a_new_round_asks_anew_on_the_same_words(where: Evaluation) -> None:
    sign_as(where, "it")
    visit = Visit.objects.get(evaluation=where)
    open_sign_off_round(visit=visit, reason="A change of mind", by=where.owner)
    with later(minutes=11):
        assert owed() == ["dana", "ivan", "priya", "viktor"]
        mail = mail_to(stakeholders.holder("it"))
    assert "A new round was opened" in mail.text
    assert "A change of mind" not in mail.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_who_signed_a_stage_is_told_that_it_was_sent_back(where: Evaluation) -> None:
    for role in stakeholders.SIGNING:
        sign_as(where, role)
    advance(evaluation=where, from_stage="requirements", by=where.owner)
    type(where.categories.get()).objects.update(weight=None)
    send_back(
        evaluation=where, to_stage="requirements", reason="Forgot it", by=where.owner
    )
    part = where.stakeholders.get(role="pm")
    remove_stakeholder(stakeholder=part, reason="Left", by=where.owner)
    with later(minutes=11):
        # Priya, who left, may no longer see it: the sweep lets go of hers.
        assert owed("sign_off_reopened") == ["dana", "ivan", "priya", "viktor"]
        mail = mail_to(stakeholders.holder("it"), "sign_off_reopened")
    assert "sent back to an earlier stage" in mail.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_only_rules_that_rest_on_the_words_reopen(where: Evaluation) -> None:
    stakeholders.sign_off_rules(where, "decision", roles=("leadership",))
    for role in stakeholders.SIGNING:
        sign_as(where, role)
    # Who scores and which rules other stages have is in no requirement's words.
    where.stakeholders.update(scores=True)
    stakeholders.sign_off_rules(where, "trials", roles=("it",))
    with later(minutes=11):
        assert owed() == []
        assert owed("sign_off_reopened") == []
