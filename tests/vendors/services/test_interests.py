"""Declarations of interest: asked of each person, barring, cleared for a reason."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, User
from stakeholders.services.people import add_stakeholder
from tests.factories import common, stakeholders, vendors
from vendors.models import Candidate, Conflict
from vendors.policy import (
    barring_interest,
    check_read_answers,
    require_no_conflict,
    to_declare,
)
from vendors.services.candidates import (
    clear_conflict,
    declare_conflict,
    declare_interests,
    eliminate,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    made = vendors.in_research(common.evaluation())
    stakeholders.stakeholders(made, "it", "pm")
    return made


@pytest.fixture
def ivan(where: Evaluation) -> User:
    return stakeholders.holder("it")


@pytest.fixture
def acme(where: Evaluation) -> Candidate:
    return vendors.candidate(where, declares=False)


def test_everybody_with_a_part_is_asked_about_every_candidate_that_joins(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    assert list(to_declare(ivan)) == [acme]
    declare_interests(evaluation=where, interests={acme.pk: ""}, by=ivan)
    assert list(to_declare(ivan)) == []
    globex = vendors.candidate(where, "Globex ML", declares=False)
    assert list(to_declare(ivan)) == [globex]
    eliminate(candidate=globex, reason="Too dear", by=where.owner)
    assert list(to_declare(ivan)) == []
    for nobody in (common.otto(), common.noor()):
        assert list(to_declare(nobody)) == []


def test_the_owner_is_asked_like_everybody_who_judges(
    where: Evaluation, acme: Candidate
) -> None:
    assert list(to_declare(where.owner)) == [acme]
    with pytest.raises(Refused, match="eclare"):
        check_read_answers(where, where.owner)
    declare_interests(evaluation=where, interests={acme.pk: ""}, by=where.owner)
    assert list(to_declare(where.owner)) == []
    check_read_answers(where, where.owner)


def test_two_roles_are_asked_once(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    add_stakeholder(evaluation=where, user=ivan, role="security", by=where.owner)
    declare_interests(evaluation=where, interests={acme.pk: "I own shares"}, by=ivan)
    assert Conflict.objects.count() == 1
    assert barring_interest(ivan, where) is not None


def test_nobody_judges_before_the_question_is_answered(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    with pytest.raises(Refused, match="eclare"):
        require_no_conflict(ivan, acme)
    declare_interests(evaluation=where, interests={acme.pk: " "}, by=ivan)
    require_no_conflict(ivan, acme)


def test_only_what_was_asked_is_answered(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    globex = vendors.candidate(where, "Globex ML", declares=False)
    declare_interests(evaluation=where, interests={acme.pk: ""}, by=ivan)
    assert list(to_declare(ivan)) == [globex]
    again = {acme.pk: "", globex.pk: ""}
    with pytest.raises(Refused, match="already"):
        declare_interests(evaluation=where, interests=again, by=ivan)
    assert list(to_declare(ivan)) == [globex]
    told = Entry.objects.filter(action="interest.none_declared").get()
    assert told.after == {"candidates": ["Acme ML"]}


def test_a_declared_interest_bars_until_the_owner_clears_it(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    interest = declare_conflict(
        candidate=acme, has_interest=True, statement="My brother works there", by=ivan
    )
    with pytest.raises(Forbidden, match="judge nothing"):
        require_no_conflict(ivan, acme)
    with pytest.raises(Refused, match=f"only {where.owner.name}"):
        declare_conflict(candidate=acme, has_interest=False, by=ivan)
    with pytest.raises(Forbidden, match="Nobody clears their own"):
        clear_conflict(conflict=interest, reason="I am honest", by=ivan)
    with pytest.raises(Invalid, match="Give a reason why"):
        clear_conflict(conflict=interest, reason=" ", by=where.owner)
    clear_conflict(conflict=interest, reason="He left in May", by=where.owner)
    assert barring_interest(ivan, where) is None
    with pytest.raises(Refused, match="no declared interest"):
        clear_conflict(conflict=interest, reason="Again", by=where.owner)


def test_a_new_interest_bars_again_and_the_cleared_one_stays_on_record(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    first = declare_conflict(
        candidate=acme, has_interest=True, statement="My brother", by=ivan
    )
    clear_conflict(conflict=first, reason="He left in May", by=where.owner)
    declare_conflict(candidate=acme, has_interest=True, statement="My wife", by=ivan)
    assert barring_interest(ivan, where) is not None
    first.refresh_from_db()
    assert first.cleared_reason == "He left in May"
    assert first.replaced_at is not None
    assert Conflict.objects.standing().get().statement == "My wife"


def test_only_people_with_a_part_declare_and_only_with_words(
    where: Evaluation, ivan: User, acme: Candidate
) -> None:
    for nobody in (common.otto(), common.noor()):
        with pytest.raises(Forbidden):
            declare_conflict(candidate=acme, has_interest=False, by=nobody)
        with pytest.raises(Forbidden):
            declare_interests(evaluation=where, interests={acme.pk: ""}, by=nobody)
    with pytest.raises(Invalid):
        declare_conflict(candidate=acme, has_interest=True, by=ivan)
    assert not Conflict.objects.exists()
