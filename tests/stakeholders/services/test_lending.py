"""A substitution has days, goes one step, is told to both, and ends with its sight."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from stakeholders.models import Delegation
from stakeholders.services.people import (
    add_stakeholder,
    delegate,
    end_lapsed_sight,
    remove_stakeholder,
    revoke_delegation,
)
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def lend(where: Evaluation, role: str = "it", to: User | None = None) -> Delegation:
    part = where.stakeholders.get(role=role)
    today = timezone.localdate()
    return delegate(
        stakeholder=part,
        substitute=to or common.noor(),
        starts_on=today + DAY,
        ends_on=today + 3 * DAY,
        by=part.user,
    )


def sees(where: Evaluation, user: User) -> bool:
    return Evaluation.objects.visible_to(user).filter(pk=where.pk).exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_days_are_those_of_the_evaluation",
)
def test_a_substitute_signs_on_these_days_only(where: Evaluation) -> None:
    lend(where)
    with pytest.raises(Forbidden):
        sign_as(where, "it", by=common.noor())
    with time_machine.travel(timezone.now() + DAY, tick=False):
        given = sign_as(where, "it", by=common.noor())
    assert given.on_behalf_of == stakeholders.holder("it")
    with (
        time_machine.travel(timezone.now() + 4 * DAY, tick=False),
        pytest.raises(Forbidden),
    ):
        sign_as(where, "it", by=common.noor())


def test_the_days_are_those_of_the_evaluation(where: Evaluation) -> None:
    Evaluation.objects.filter(pk=where.pk).update(zone="Pacific/Kiritimati")
    lend(where)
    late = timezone.now().replace(hour=23)
    # There it is tomorrow for fourteen hours already.
    with time_machine.travel(late, tick=False):
        where.refresh_from_db()
        assert sign_as(where, "it", by=common.noor()).on_behalf_of


def test_both_are_told(where: Evaluation) -> None:
    lending = lend(where)
    mails = {
        notice.recipient: KINDS[notice.kind].compose(notice)
        for notice in Notice.objects.filter(kind="delegation_given")
    }
    ivan, noor = stakeholders.holder("it"), common.noor()
    assert mails.keys() == {ivan, noor}
    assert "Noor is your substitute as IT" in mails[ivan].subject
    assert "You are Ivan's substitute as IT" in mails[noor].subject
    assert f"{lending.ends_on:%-d %B %Y}" in mails[noor].text
    revoke_delegation(delegation=lending, by=ivan)
    assert not Notice.objects.filter(state="pending").exists()


def test_a_substitute_cannot_hand_it_on(where: Evaluation) -> None:
    part = lend(where).stakeholder
    with pytest.raises(Forbidden):
        delegate(
            stakeholder=part,
            substitute=common.person("zoe"),
            starts_on=timezone.localdate(),
            ends_on=timezone.localdate(),
            by=common.noor(),
        )


@pytest.mark.parametrize("to", ["owner", "self", "stopped"])
def test_a_part_is_not_lent_to_the_owner_to_oneself_or_to_nobody(
    where: Evaluation, to: str
) -> None:
    stopped = common.person("gone")
    stopped.is_active = False
    people = {
        "owner": where.owner,
        "self": stakeholders.holder("it"),
        "stopped": stopped,
    }
    with pytest.raises(Refused):
        lend(where, to=people[to])


@pytest.mark.parametrize(("first", "last"), [(3, 1), (-3, -1), (0, 400)])
def test_days_on_which_nobody_can_stand_in_are_refused(
    where: Evaluation, first: int, last: int
) -> None:
    part = where.stakeholders.get(role="it")
    today = timezone.localdate()
    with pytest.raises(Invalid):
        delegate(
            stakeholder=part,
            substitute=common.noor(),
            starts_on=today + first * DAY,
            ends_on=today + last * DAY,
            by=part.user,
        )


def test_a_lender_who_is_stopped_has_no_substitute(where: Evaluation) -> None:
    lend(where)
    ivan = stakeholders.holder("it")
    type(ivan).objects.filter(pk=ivan.pk).update(is_active=False)
    with (
        time_machine.travel(timezone.now() + DAY, tick=False),
        pytest.raises(Forbidden),
    ):
        sign_as(where, "it", by=common.noor())


def test_sight_ends_with_the_last_substitution_and_not_before(
    where: Evaluation,
) -> None:
    noor = common.noor()
    lending, other = lend(where), lend(where, "pm")
    revoke_delegation(delegation=lending, by=where.owner)
    assert sees(where, noor)
    remove_stakeholder(stakeholder=other.stakeholder, reason="Left", by=where.owner)
    assert not sees(where, noor)


def test_time_ends_sight_too(where: Evaluation) -> None:
    noor = common.noor()
    lend(where)
    end_lapsed_sight()
    assert sees(where, noor)
    with time_machine.travel(timezone.now() + 4 * DAY, tick=False):
        end_lapsed_sight()
        end_lapsed_sight()
    assert not sees(where, noor)
    assert Entry.objects.filter(action="delegation.lapsed").count() == 1


def test_who_has_a_part_of_their_own_keeps_their_sight(where: Evaluation) -> None:
    noor = common.noor()
    lend(where)
    add_stakeholder(evaluation=where, user=noor, role="legal", by=where.owner)
    with time_machine.travel(timezone.now() + 4 * DAY, tick=False):
        end_lapsed_sight()
    assert sees(where, noor)
    assert not Entry.objects.filter(action="delegation.lapsed").exists()
