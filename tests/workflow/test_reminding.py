"""A colleague on whom the others wait is reminded, once a day of one thing."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.inbox.glances import Awaited
from evaltracker.workflow.inbox.items import LATER, TODAY
from evaltracker.workflow.services.sign_offs import remind_colleague
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.factories.workflow import ready_to_advance, to_be_signed
from trials.services.contracts import propose_contract
from trials.services.scores import give_score, lock_scores
from vendors.policy import to_declare
from vendors.services.candidates import declare_interests, shortlist

pytestmark = pytest.mark.django_db


def in_demos() -> Evaluation:
    where = trials.platform("must")
    trials.claimed(where)
    return vendors.enter(where, "demos")


def of(where: Evaluation, kind: str, role: str = "it") -> Awaited:
    return Awaited(where, kind, [stakeholders.holder(role)])


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_demos_and_trials_in_my_work.py"
    "::test_a_contract_that_is_not_agreed_is_nothing_to_judge",
)
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


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_demos_and_trials_in_my_work.py"
    "::test_a_contract_that_is_not_agreed_is_nothing_to_judge",
)
def test_its_mail_says_what_is_waited_for_and_leads_there() -> None:
    where = in_demos()
    remind_colleague(awaited=of(where, "scores"), by=where.owner)
    notice = Notice.objects.get(kind="reminded")
    said = KINDS["reminded"].compose(notice)
    assert "Lina Lead is waiting for your scores" in said.subject
    assert reverse("admin:evaluation_scores", args=[where.slug]) in said.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_demos_and_trials_in_my_work.py"
    "::test_a_contract_that_is_not_agreed_is_nothing_to_judge",
)
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


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
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


def next_of(where: Evaluation, role: str = "") -> str:
    reader = stakeholders.holder(role) if role else where.owner
    page = signed_in(reader).get(f"/admin/e/{where.slug}/").text
    part = re.search(r'<section class="et-next".+?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", part[0]).split()) if part else ""


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_gates_with_nothing.py"
    "::test_on_day_one_nothing_is_weighed_or_tied_and_nobody_says_it_ho"
    "lds",
)
def test_next_names_who_is_awaited_and_since_when() -> None:
    where = to_be_signed("it")
    told = next_of(where)
    assert "IT still has to sign: Ivan" in told
    assert "Remind Ivan" in told
    assert ", asked" not in told
    Notice.objects.create(
        kind="sign_off_requested",
        evaluation=where,
        subject_id="x",
        recipient=stakeholders.holder("it"),
        message_id="<asked@x.example>",
        **dict.fromkeys(("wall_time", "due_at", "next_try_at"), timezone.now()),
    )
    assert "IT still has to sign: Ivan, asked today" in next_of(where)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_one_press_reminds_all_and_next_says_when() -> None:
    where = to_be_signed("it", "pm")
    told = next_of(where)
    assert "2 people still have to sign: Ivan (IT); Priya (PM)" in told
    assert "Remind all 2" in told
    people = [stakeholders.holder(role) for role in ("it", "pm")]
    remind_colleague(awaited=Awaited(where, "sign_off", people[:1]), by=where.owner)
    assert "Remind Priya" in next_of(where)
    key = Awaited(where, "sign_off", people).pk
    press = f"/admin/act/remind-colleague/{key}/"
    client = signed_in(where.owner)
    assert client.post(press).status_code == 302
    assert client.post(press).status_code == 409
    reminded = Notice.objects.filter(kind="reminded").values_list("recipient")
    assert sorted(reminded) == sorted((person.pk,) for person in people)
    told = next_of(where)
    assert re.search(r"Reminded \d\d:\d\d", told)
    assert "See what is missing" in told
    # A colleague reminds nobody.
    assert "Remind" not in next_of(where, "it")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_demos_and_trials_in_my_work.py"
    "::test_a_contract_that_is_not_agreed_is_nothing_to_judge",
)
def test_what_somebody_was_reminded_of_is_for_today() -> None:
    where = in_demos()
    person = stakeholders.holder("it")

    def group() -> str:
        return next(row.group for row in my_work(person) if row.kind == "scores")

    assert group() == LATER
    remind_colleague(awaited=of(where, "scores"), by=where.owner)
    assert group() == TODAY


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_how_candidates_stand.py"
    "::test_the_leader_is_marked_and_how_likely_it_stays_so_is_said",
)
def test_a_trial_waits_on_roles_for_its_terms_and_then_on_its_lead() -> None:
    where = trials.platform("must")
    acme = trials.claimed(where)
    shortlist(candidate=acme, by=where.owner)
    vendors.enter(where, "demos")
    vendors.enter(where, "trials")
    acme.evaluation.refresh_from_db()
    trial = trials.trial(acme, "R1", agreed=False)
    propose_contract(trial=trial, by=where.owner)
    told = next_of(where)
    assert "people still have to agree to the terms" in told
    assert "Remind all" in told
    trials.agreed_to(trial)
    told = next_of(where)
    lead = trial.lead.name
    assert f"Still to judge: {lead}" in told
    awaited = Awaited(where, "trial", [trial.lead])
    remind_colleague(awaited=awaited, by=where.owner)
    assert Notice.objects.get(kind="reminded").recipient == trial.lead
