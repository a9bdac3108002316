"""A colleague on whom the others wait is reminded, once a day of one thing."""

import pytest
from django.urls import reverse

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.workflow.inbox.glances import Awaited
from evaltracker.workflow.services.sign_offs import remind_colleague
from tests.cast import common, stakeholders, trials, vendors
from tests.cast.workflow import ready_to_advance
from tests.clients import signed_in
from trials.services.scores import give_score, lock_scores
from vendors.policy import to_declare
from vendors.services.candidates import declare_interests

pytestmark = pytest.mark.django_db


def in_demos() -> Evaluation:
    where = trials.platform("must")
    trials.claimed(where)
    return vendors.enter(where, "demos")


def of(where: Evaluation, kind: str, role: str = "it") -> Awaited:
    return Awaited(where, kind, [stakeholders.holder(role)])


def test_the_owner_reminds_of_scores_once_a_day_and_the_journal_tells() -> None:
    where = in_demos()
    remind_colleague(awaited=of(where, "scores"), by=where.owner)
    notice = Notice.objects.get(kind="reminded")
    assert notice.recipient == stakeholders.holder("it")
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert entry.action == "colleague.reminded"
    assert entry.after == {"person": "Ivan", "of": "their scores"}
    with pytest.raises(Refused, match="Once a day is enough"):
        remind_colleague(awaited=of(where, "scores"), by=where.owner)
    # Somebody else may be reminded of it.
    remind_colleague(awaited=of(where, "scores", "pm"), by=where.owner)


def test_its_mail_says_what_is_waited_for_and_leads_there() -> None:
    where = in_demos()
    remind_colleague(awaited=of(where, "scores"), by=where.owner)
    notice = Notice.objects.get(kind="reminded")
    said = KINDS["reminded"].compose(notice)
    assert "Lina Lead is waiting for your scores" in said.subject
    assert reverse("admin:evaluation_scores", args=[where.slug]) in said.text


def test_done_meanwhile_it_is_not_sent() -> None:
    where = in_demos()
    part = where.stakeholders.get(role="it")
    remind_colleague(awaited=of(where, "scores"), by=where.owner)
    notice = Notice.objects.get(kind="reminded")
    assert KINDS["reminded"].holds(notice) == ""
    give_score(
        stakeholder=part,
        candidate=where.candidates.get(),
        category=where.categories.get(),
        value=4,
        reason="It works.",
        by=part.user,
    )
    lock_scores(stakeholder=part, by=part.user)
    assert "any more" in KINDS["reminded"].holds(notice)
    with pytest.raises(Refused, match="Nobody waits for their scores"):
        remind_colleague(awaited=of(where, "scores"), by=where.owner)


def test_nobody_but_the_owner_reminds() -> None:
    where = in_demos()
    for person in (stakeholders.holder("pm"), common.otto(), common.noor()):
        with pytest.raises(Forbidden):
            remind_colleague(awaited=of(where, "scores"), by=person)
    assert not Notice.objects.filter(kind="reminded").exists()


def test_weights_interests_and_signatures_are_reminded_of_too() -> None:
    signing = ready_to_advance()
    early = common.evaluation(title="Another one")
    common.category(early)
    stakeholders.stakeholders(early)
    later = in_demos_undeclared()
    for awaited in (
        of(signing, "sign_off"),
        of(early, "weights"),
        of(later, "interests"),
    ):
        if awaited.work_of(awaited.people[0]) is not None:
            remind_colleague(awaited=awaited, by=awaited.evaluation.owner)
    told = Notice.objects.filter(kind="reminded").values_list("occurrence", flat=True)
    assert {word.partition(".")[0] for word in told} >= {"weights", "interests"}


def in_demos_undeclared() -> Evaluation:
    where = common.evaluation(title="A third one")
    common.requirement(where, "R1")
    stakeholders.stakeholders(where)
    vendors.in_research(where)
    vendors.invited(where, "Acme ML", declares=False)
    return where


@pytest.mark.parametrize("key", ["scores.x.1", "dance.{}.{}", "scores.{}.999", "x"])
def test_what_is_nothing_to_be_reminded_of_is_not_there(key: str) -> None:
    where = in_demos()
    key = key.format(where.pk, stakeholders.holder("it").pk)
    client = signed_in(where.owner)
    assert client.get(f"/admin/act/remind-colleague/{key}/").status_code == 404


def declare_none_by(person: User, where: Evaluation) -> None:
    asked = to_declare(person).values_list("pk", flat=True)
    declare_interests(evaluation=where, interests=dict.fromkeys(asked, ""), by=person)


def test_pages_lead_the_owner_alone_to_it() -> None:
    where = trials.platform("must")
    vendors.invited(where, "Acme ML", declares=False)
    vendors.enter(where, "demos")
    declare_none_by(where.owner, where)
    for name in ("scores", "conflicts"):
        page = reverse(f"admin:evaluation_{name}", args=[where.slug])
        told = signed_in(where.owner).get(page).text
        assert "/admin/act/remind-colleague/" in told, name
    person: User = stakeholders.holder("it")
    declare_none_by(person, where)
    page = reverse("admin:evaluation_scores", args=[where.slug])
    assert "remind-colleague" not in signed_in(person).get(page).text
