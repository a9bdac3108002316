"""Who clears a conflict of interest: never its person, never a rival's friend."""

import pytest

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from stakeholders.services.people import add_stakeholder
from tests.factories import common, stakeholders, vendors
from vendors.models import Candidate, Conflict
from vendors.policy import barring_interest, may_read_answers, may_see_prices
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
    stakeholders.stakeholders(made, "it", "leadership")
    return made


@pytest.fixture
def acme(where: Evaluation) -> Candidate:
    return vendors.candidate(where)


@pytest.fixture
def globex(where: Evaluation, acme: Candidate) -> Candidate:
    return vendors.candidate(where, "Globex ML")


def declared(candidate: Candidate, role: str = "") -> Conflict:
    """A conflict of the person in that role, or of the owner."""
    person = stakeholders.holder(role) if role else candidate.evaluation.owner
    return declare_conflict(
        candidate=candidate, has_interest=True, statement="Shares", by=person
    )


def test_leadership_clears_the_owners_and_nobody_else_does(
    where: Evaluation, acme: Candidate, globex: Candidate
) -> None:
    conflict = declared(acme)
    assert not may_see_prices(where.owner, where)
    with pytest.raises(Forbidden, match="Nobody clears their own"):
        clear_conflict(conflict=conflict, reason="Mine", by=where.owner)
    for nobody in (stakeholders.holder("it"), common.otto(), common.noor()):
        with pytest.raises(Forbidden, match="Leadership clears it"):
            clear_conflict(conflict=conflict, reason="Please", by=nobody)
    boss = stakeholders.holder("leadership")
    clear_conflict(conflict=conflict, reason="She sold them", by=boss)
    assert may_read_answers(where.owner, where)
    told = Entry.objects.get(action="interest.cleared")
    assert (told.actor, told.reason) == (boss, "She sold them")


def test_leadership_with_a_conflict_or_undeclared_clears_nothing(
    where: Evaluation, acme: Candidate, globex: Candidate
) -> None:
    conflict, boss = declared(acme), stakeholders.holder("leadership")
    late = common.person("sofia")
    add_stakeholder(evaluation=where, user=late, role="leadership", by=where.owner)
    with pytest.raises(Refused, match="Declare conflicts of interest first"):
        clear_conflict(conflict=conflict, reason="Fine", by=late)
    declared(globex, "leadership")
    with pytest.raises(Forbidden, match="conflict of interest in Globex ML"):
        clear_conflict(conflict=conflict, reason="Fine", by=boss)


def test_an_owner_with_a_conflict_clears_nobodys(
    where: Evaluation, acme: Candidate, globex: Candidate
) -> None:
    theirs = declared(globex, "it")
    declared(acme)
    with pytest.raises(Forbidden, match="Leadership clears it"):
        clear_conflict(conflict=theirs, reason="A friend", by=where.owner)
    boss = stakeholders.holder("leadership")
    clear_conflict(conflict=theirs, reason="Looked at", by=boss)
    assert may_read_answers(stakeholders.holder("it"), where)


def test_an_owner_with_a_conflict_administers_and_drops_no_rival(
    where: Evaluation, acme: Candidate, globex: Candidate
) -> None:
    declared(acme)
    with pytest.raises(Forbidden, match="conflict of interest in Acme ML"):
        eliminate(candidate=globex, reason="Too dear", by=where.owner)
    vendors.candidate(where, "Initech ML", declares=False)


def test_a_conflict_bars_from_rivals_and_outlasts_an_elimination(
    where: Evaluation, acme: Candidate, globex: Candidate
) -> None:
    ivan = stakeholders.holder("it")
    declared(acme, "it")
    eliminate(candidate=acme, reason="Too dear", by=where.owner)
    barring = barring_interest(ivan, where)
    assert barring is not None
    assert barring.candidate == acme
    assert not may_read_answers(ivan, where)


def test_who_joins_is_asked_about_alone(
    where: Evaluation, acme: Candidate, globex: Candidate
) -> None:
    late = vendors.candidate(where, "Initech ML", declares=False)
    for person in (where.owner, stakeholders.holder("it")):
        assert not may_read_answers(person, where)
        declare_interests(evaluation=where, interests={late.pk: ""}, by=person)
        assert may_read_answers(person, where)


def test_leadership_without_one_hears_of_the_owners_conflict_by_mail(
    acme: Candidate,
) -> None:
    conflict = declared(acme)
    notice = Notice.objects.get(kind="owners_conflict")
    viktor = stakeholders.holder("leadership")
    assert notice.recipient == viktor
    mail = KINDS[notice.kind].compose(notice)
    assert "Lina Lead declared a conflict of interest" in mail.subject
    assert f"/admin/act/clear-interest/{conflict.pk}/" in mail.text
    assert "Shares" not in mail.text
    assert KINDS[notice.kind].holds(notice) == ""
    clear_conflict(conflict=conflict, reason="She sold them", by=viktor)
    assert "was cleared" in KINDS[notice.kind].holds(notice)


def test_nobody_hears_of_a_colleagues_or_of_none(acme: Candidate) -> None:
    declared(acme, "it")
    declare_conflict(candidate=acme, has_interest=False, by=acme.evaluation.owner)
    assert not Notice.objects.filter(kind="owners_conflict").exists()
