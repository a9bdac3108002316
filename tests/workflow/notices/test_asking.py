"""Who is asked to sign, when it becomes their turn, and who is reminded."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.decision.models import Outlook
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.workflow.services.sign_offs import look_at_what_moved
from stakeholders.services.people import add_stakeholder, delegate, set_sign_off_rule
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as
from tests.workflow.notices.asking import later, mail_to, owed, rows

pytestmark = pytest.mark.django_db
ALL = ["dana", "ivan", "priya", "viktor"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_rule_that_cannot_pass_asks_nobody",
)
def test_everybody_is_asked_once_the_words_stand_still(where: Evaluation) -> None:
    look_at_what_moved()
    assert owed() == []
    with later(minutes=11):
        assert owed() == ALL
        look_at_what_moved()
        assert Notice.objects.count() == 4
        mail = mail_to(stakeholders.holder("it"))
    title = where.title
    assert mail.subject == f"Please sign: requirements of {title} (IT)"
    assert "It's your turn" in mail.text
    assert "/admin/?do=/admin/act/sign/" in mail.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_rule_that_cannot_pass_asks_nobody",
)
def test_ten_changes_ask_once(where: Evaluation) -> None:
    requirement = where.requirements.get()
    for number in range(10):
        change_requirement(requirement=requirement, text=f"W{number}", by=where.owner)
        with later(seconds=50):
            assert owed() == []
    with later(minutes=11):
        assert owed() == ALL


def test_nobody_is_asked_while_something_else_is_missing(where: Evaluation) -> None:
    category = where.categories.get()
    type(category).objects.update(weight=None)
    with later(minutes=11):
        assert owed() == []
        assert not Outlook.objects.get().is_signed_now
    type(category).objects.update(weight=5)
    with later(hours=2):
        assert owed() == ALL


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_rule_that_cannot_pass_asks_nobody",
)
def test_who_has_signed_and_who_is_outvoted_is_not_asked(where: Evaluation) -> None:
    add_stakeholder(evaluation=where, user=common.noor(), role="it", by=where.owner)
    with later(minutes=11):
        assert owed() == sorted([*ALL, "noor"])
        sign_as(where, "it")
        assert owed() == ["dana", "priya", "viktor"]
        sign_as(where, "pm", "decline", reason="Too vague")
        assert owed() == ["dana", "viktor"]


def test_the_owner_is_told_at_once_of_a_no(where: Evaluation) -> None:
    sign_as(where, "pm", "return", reason="SageMaker does this better")
    (notice,) = rows("sign_off_against")
    assert notice.recipient == where.owner
    mail = mail_to(where.owner, "sign_off_against")
    assert "PM returned the requirements" in mail.subject
    assert "SageMaker" not in mail.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_rule_that_cannot_pass_asks_nobody",
)
def test_who_waits_is_reminded_and_the_owner_hears_of_the_second_time(
    where: Evaluation,
) -> None:
    sign_as(where, "it")
    with later(minutes=11):
        pass
    with later(days=2, hours=23):
        assert owed("sign_off_waiting") == []
    with later(days=3, hours=1):
        assert owed("sign_off_waiting") == ["dana", "priya", "viktor"]
        assert (
            "has been waiting for 3 days"
            in mail_to(stakeholders.holder("pm"), "sign_off_waiting").subject
        )
        assert owed("sign_off_escalated") == []
    with later(days=6, hours=1):
        assert owed("sign_off_escalated") == ["lina"] * 3
        sign_as(where, "pm")
        assert owed("sign_off_escalated") == ["lina"] * 2
    mail = mail_to(where.owner, "sign_off_escalated")
    assert "has not signed the requirements for 6 days" in mail.subject
    with later(days=9, hours=1):
        assert len(owed("sign_off_waiting")) == 6


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_a_substitute_is_asked_on_the_days_of_the_substitution(
    where: Evaluation,
) -> None:
    part = where.stakeholders.get(role="it")
    first = timezone.localdate() + datetime.timedelta(days=2)
    delegate(
        stakeholder=part,
        substitute=common.noor(),
        starts_on=first,
        ends_on=first + datetime.timedelta(days=1),
        by=part.user,
    )
    with later(hours=2):
        assert owed() == ALL
    with later(days=2, hours=2):
        assert owed() == sorted([*ALL, "noor"])
        assert "You are Ivan" in mail_to(common.noor()).text
        sign_as(where, "it", by=common.noor())
        assert owed() == ["dana", "priya", "viktor"]


def test_a_rule_that_cannot_pass_asks_nobody(where: Evaluation) -> None:
    set_sign_off_rule(
        evaluation=where, stage="requirements", role="it", required=2, by=where.owner
    )
    with later(minutes=11):
        assert owed() == ["dana", "priya", "viktor"]


def test_an_evaluation_that_cannot_be_looked_at_holds_up_no_other(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = common.evaluation(title="Broken")
    Evaluation.objects.filter(pk=broken.pk).update(zone="Nowhere/Atlantis")
    with later(minutes=11):
        assert owed() == ALL
