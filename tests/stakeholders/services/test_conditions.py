"""A condition has an owner and a day, is reminded of, and is closed with a note."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from stakeholders.models import Condition, SignOff
from stakeholders.services.sign_offs import ConditionAsked, close_condition
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db


def ask_condition(where: Evaluation, owner: User, in_days: int = 10) -> Condition:
    due_on = timezone.localdate() + datetime.timedelta(days=in_days)
    given = sign_as(
        where,
        "it",
        "conditions",
        reason="If",
        conditions=[ConditionAsked("Ask SageMaker for an exit", owner, due_on)],
    )
    condition: Condition = given.conditions.get()
    return condition


def mails(kind: str) -> list[tuple[str, int]]:
    """Whom a kind of mail is owed, and how many days before its day."""
    rows = Notice.objects.filter(kind=kind, state="pending")
    return sorted(
        (row.recipient.username, row.offset_days) for row in rows if row.recipient
    )


def test_conditions_go_with_their_verdict_and_with_no_other(where: Evaluation) -> None:
    with pytest.raises(Invalid):
        sign_as(where, "it", "conditions", reason="If")
    words = [ConditionAsked("Exit", where.owner, timezone.localdate())]
    with pytest.raises(Invalid):
        sign_as(where, "it", "approve", conditions=words)


@pytest.mark.parametrize("wrong", ["an outsider", "a day that is over"])
def test_what_nobody_could_see_to_is_refused(where: Evaluation, wrong: str) -> None:
    outside = wrong == "an outsider"
    with pytest.raises(Invalid) as refusal:
        ask_condition(
            where, common.noor() if outside else where.owner, 1 if outside else -1
        )
    assert "condition" in refusal.value.errors
    assert not SignOff.objects.exists()


def test_its_owner_is_told_reminded_and_later_the_lead_is(where: Evaluation) -> None:
    ask_condition(where, stakeholders.holder("pm"))
    assert mails("condition_given") == [("priya", 0)]
    assert mails("condition_due") == [("priya", 0), ("priya", 2), ("priya", 7)]
    assert mails("condition_overdue") == [
        ("lina", -7),
        ("lina", -4),
        ("priya", -7),
        ("priya", -4),
        ("priya", -1),
    ]
    for notice in Notice.objects.exclude(kind="delegation_given"):
        kind = KINDS[notice.kind]
        mail = kind.compose(notice)
        assert kind.holds(notice) == ""
        assert mail.ics is not None
        assert "SageMaker" not in mail.subject + mail.text + mail.html


def test_reminders_that_would_be_late_already_are_not_owed(where: Evaluation) -> None:
    ask_condition(where, stakeholders.holder("pm"), in_days=1)
    assert mails("condition_due") == [("priya", 0)]


def test_a_condition_is_closed_with_a_note_by_those_whom_it_concerns(
    where: Evaluation,
) -> None:
    condition = ask_condition(where, where.owner)
    with pytest.raises(Forbidden):
        close_condition(condition=condition, note="Done", by=stakeholders.holder("pm"))
    with pytest.raises(Invalid):
        close_condition(condition=condition, note=" ", by=where.owner)
    close_condition(condition=condition, note="Clause 12", by=where.owner)
    condition.refresh_from_db()
    assert condition.closed_at is not None
    assert not Notice.objects.filter(state="pending").exists()
