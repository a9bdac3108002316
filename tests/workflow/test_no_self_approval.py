"""T25: who runs a purchase approves nothing in it, by no way at all."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import Delegation, SignOff, Stakeholder
from stakeholders.services.people import add_stakeholder, delegate
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.factories.workflow import shown, sign_as, to_be_signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    return to_be_signed("it")


def by_the_owner(where: Evaluation) -> None:
    sign_as(where, "it", by=where.owner)


def by_a_group(where: Evaluation) -> None:
    every = Group.objects.create(name="Everything")
    every.permissions.set(Permission.objects.all())
    where.owner.groups.add(every)
    add_stakeholder(evaluation=where, user=where.owner, role="it", by=where.owner)


def as_a_delegate(where: Evaluation) -> None:
    part = where.stakeholders.get(role="it")
    today = timezone.localdate()
    # As if the service had not refused to lend it to the owner.
    Delegation.objects.create(
        stakeholder=part, substitute=where.owner, starts_on=today, ends_on=today
    )
    sign_as(where, "it", by=where.owner)


def as_a_superuser(where: Evaluation) -> None:
    type(where.owner).objects.filter(pk=where.owner_id).update(is_superuser=True)
    where.owner.refresh_from_db()
    # And as if somebody had written the part behind the service's back.
    Stakeholder.objects.create(evaluation=where, user=where.owner, role="it")
    sign_as(where, "it", by=where.owner)


def by_raw_sql(where: Evaluation) -> None:
    forge(where, person_id=where.owner_id, requester_id=where.owner_id)


def by_raw_sql_that_lies(where: Evaluation) -> None:
    forge(where, person_id=where.owner_id, requester_id=common.otto().pk)


def by_raw_sql_for_the_owner(where: Evaluation) -> None:
    ivan, otto = stakeholders.holder("it").pk, common.otto().pk
    forge(where, person_id=ivan, requester_id=otto, on_behalf_of_id=where.owner_id)


def by_nobody(where: Evaluation) -> None:
    nobody: Any = AnonymousUser()
    sign_as(where, "it", by=nobody)


def by_a_login_that_was_stopped(where: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    ivan.is_active = False
    sign_as(where, "it", by=ivan)


WAYS = (
    by_the_owner,
    by_a_group,
    as_a_delegate,
    as_a_superuser,
    by_raw_sql,
    by_raw_sql_that_lies,
    by_raw_sql_for_the_owner,
    by_nobody,
    by_a_login_that_was_stopped,
)


def forge(where: Evaluation, **values: object) -> None:
    """Insert the row of a true sign-off with other people in it."""
    with transaction.atomic():
        true = sign_as(where, "it")
        fields: dict[str, Any] = {
            str(field.column): getattr(true, field.attname)
            for field in SignOff._meta.concrete_fields
        }
        transaction.set_rollback(True)
    document = where.signed_documents.create(sha256=shown(where), content="x")
    fields |= {"document_id": document.pk, **values}
    names = ", ".join(f'"{name}"' for name in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        plain = [
            value.hex
            if connection.vendor == "sqlite" and hasattr(value, "hex")
            else value
            for value in fields.values()
        ]
        cursor.execute(
            f"INSERT INTO stakeholders_signoff ({names}) VALUES ({marks})", plain
        )


@pytest.mark.parametrize("way", WAYS)
def test_t25_nobody_approves_their_own_purchase(
    where: Evaluation, way: Callable[[Evaluation], None]
) -> None:
    with pytest.raises((Problem, DatabaseError, AttributeError)), transaction.atomic():
        way(where)
    assert not SignOff.objects.exists()


def test_the_forged_row_is_taken_if_it_is_no_lie(where: Evaluation) -> None:
    """Else the three rows above might be refused for another reason."""
    forge(where)
    assert SignOff.objects.get().person == stakeholders.holder("it")


def test_t25_is_told(figure: Callable[[str], None]) -> None:
    figure(f"T25: self-approval in {len(WAYS)} ways, 0 recorded")


def test_an_attempt_is_journaled(where: Evaluation) -> None:
    rule = where.sign_off_rules.get()
    form = {"shown": shown(where), "verdict": "approve"}
    answer = signed_in(where.owner).post(f"/admin/act/sign/{rule.pk}/", form)
    assert answer.status_code == 403
    entry = Entry.objects.get(action="sign_off.refused")
    assert entry.actor == where.owner
    assert entry.after == {"verdict": "approve", "code": "forbidden"}


def test_nobody_lends_a_part_to_the_owner(where: Evaluation) -> None:
    part = where.stakeholders.get(role="it")
    today = timezone.localdate()
    with pytest.raises(Problem):
        delegate(
            stakeholder=part,
            substitute=where.owner,
            starts_on=today,
            ends_on=today,
            by=part.user,
        )
