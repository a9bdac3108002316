"""An operator has no say in an evaluation, in whichever way it might get one (S5)."""

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Evaluation, User
from stakeholders.admin.people import AddStakeholderForm, LendForm
from stakeholders.models import SignOff, Stakeholder
from stakeholders.policy import insiders, is_leadership, lendings, signing_parts
from stakeholders.services.people import add_stakeholder, delegate, weigh_for_role
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db
ROLE = "it"


def lend(where: Evaluation, substitute: User) -> None:
    part = where.stakeholders.get(role=ROLE)
    today = timezone.localdate()
    delegate(
        stakeholder=part,
        substitute=substitute,
        starts_on=today,
        ends_on=today + datetime.timedelta(days=3),
        by=part.user,
    )


def promote(person: User) -> User:
    """A person who is an operator from now on, whatever they held before."""
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    found: User = User.objects.get(pk=person.pk)
    return found


def as_substitute(where: Evaluation) -> User:
    lend(where, common.noor())
    return promote(common.noor())


def as_holder(where: Evaluation) -> User:
    return promote(where.stakeholders.get(role=ROLE).user)


def as_substitute_of_an_operator(where: Evaluation) -> User:
    lend(where, common.noor())
    promote(where.stakeholders.get(role=ROLE).user)
    return common.noor()


def by_a_row(where: Evaluation) -> User:
    """As an import or the shell could leave it."""
    Stakeholder.objects.create(evaluation=where, user=common.otto(), role=ROLE)
    return common.otto()


WAYS = (as_substitute, as_holder, as_substitute_of_an_operator, by_a_row)


def test_neither_a_part_nor_a_substitution_is_given_to_an_operator(
    where: Evaluation,
) -> None:
    otto = common.otto()
    with pytest.raises(Refused, match="operators have no say"):
        lend(where, otto)
    with pytest.raises(Refused, match="operators have no say"):
        add_stakeholder(evaluation=where, user=otto, role=ROLE, by=where.owner)


def test_no_form_offers_one(where: Evaluation) -> None:
    otto, noor = common.otto(), common.noor()
    part = where.stakeholders.get(role=ROLE)
    fields = (
        AddStakeholderForm(about=where).fields["user"],
        LendForm(about=part).fields["substitute"],
    )
    for field in fields:
        offered = set(field.queryset)  # type: ignore[attr-defined]
        assert noor in offered
        assert otto not in offered


@pytest.mark.parametrize("way", WAYS)
def test_whoever_becomes_one_stops_counting_at_once(
    where: Evaluation, way: Callable[[Evaluation], User]
) -> None:
    person = way(where)
    assert signing_parts(person, where, ROLE) == []
    assert person not in set(insiders(where))
    assert not lendings(where).exists()
    with pytest.raises(Forbidden):
        sign_as(where, ROLE, by=person)
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("role", ["it", "leadership"])
def test_nor_do_they_weigh_waive_or_lend(where: Evaluation, role: str) -> None:
    holder = promote(stakeholders.holder(role))
    assert not is_leadership(holder, where)
    with pytest.raises(Forbidden):
        weigh_for_role(
            evaluation=where,
            category=where.categories.all()[0],
            role=role,
            weight=3,
            by=holder,
        )
    part = where.stakeholders.get(role=role)
    today = timezone.localdate()
    with pytest.raises(Forbidden):
        delegate(
            stakeholder=part,
            substitute=common.noor(),
            starts_on=today,
            ends_on=today,
            by=holder,
        )


def test_the_part_counts_again_when_that_ends(where: Evaluation) -> None:
    person = as_holder(where)
    User.objects.filter(pk=person.pk).update(is_superuser=False)
    assert signing_parts(User.objects.get(pk=person.pk), where, ROLE)
