"""The owner asks leadership for a waiver, and hears what it answered."""

import pytest
from django.urls import reverse

from evaltracker.decision.models import Waiver
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.portable.writing import document_of
from evaltracker.workflow.inbox.glances import my_work
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.services.sign_offs import (
    ask_for_waiver,
    ask_to_excuse,
    withdraw_waiver_request,
)
from evaltracker.workflow.services.stages import (
    answer_waiver_request,
    send_back,
    waive_gate,
)
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.portable.files import carried_away, taken_in
from trials.models import Excuse
from trials.services.evidence import excuse_knock_out
from vendors.services.candidates import declare_conflict, eliminate

pytestmark = pytest.mark.django_db


def in_trials() -> Evaluation:
    """One candidate, knocked out by its only must-have."""
    where = trials.platform("must")
    trials.claimed(where)
    vendors.enter(where, "demos")
    option = where.candidates.get()
    trials.verdict(trials.claim_of(option), "demo", "fails")
    return vendors.enter(where, "trials")


def request(
    where: Evaluation, reason: str = "The vendor ships it in May."
) -> WaiverRequest:
    return ask_for_waiver(
        evaluation=where, gate="must_haves_proven", reason=reason, by=where.owner
    )


def asked_to_excuse(where: Evaluation) -> WaiverRequest:
    return ask_to_excuse(
        candidate=where.candidates.get(),
        requirement=where.requirements.get(),
        reason="It is planned.",
        by=where.owner,
    )


def work_of(person: User, where: Evaluation) -> list[str]:
    kinds = ("waiver", "waiver_asked")
    return [it.what for it in my_work(person, where) if it.kind in kinds]


def viktor() -> User:
    return stakeholders.holder("leadership")


def test_leadership_is_asked_by_mail_and_on_my_work_and_the_journal_says_so() -> None:
    where = in_trials()
    row = request(where)
    notice = Notice.objects.get(kind="waiver_asked")
    assert notice.recipient == viktor()
    mail = KINDS["waiver_asked"].compose(notice)
    assert "asks you for a waiver" in mail.subject
    assert "ships it in May" not in mail.text
    assert f"/admin/act/answer-waiver-request/{row.pk}/" in mail.text
    assert work_of(viktor(), where)[0].startswith("Answer a request for a waiver")
    assert work_of(where.owner, where)[0].startswith("Waiver asked for")
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert (entry.action, entry.reason) == ("waiver_request.asked", row.reason)


def test_asked_twice_it_is_refused_with_a_sentence() -> None:
    where = in_trials()
    request(where)
    with pytest.raises(Refused, match="asked for this waiver already"):
        request(where)
    asked_to_excuse(where)
    with pytest.raises(Refused, match="asked for this waiver already"):
        asked_to_excuse(where)


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        ("no_open_deal_breaker", "No waiver needed"),
        ("brief_complete", "does not belong to the stage"),
        ("dance", "does not belong to the stage"),
    ],
)
def test_only_a_rule_that_stands_in_the_way_is_asked_for(
    gate: str, sentence: str
) -> None:
    where = in_trials()
    with pytest.raises(Refused, match=sentence):
        ask_for_waiver(evaluation=where, gate=gate, reason="x", by=where.owner)


def test_granted_it_is_the_waiver_itself_and_the_owner_hears_of_it() -> None:
    where = in_trials()
    row = answer_waiver_request(
        waiver_request=request(where), answer="granted", reason="Worth it.", by=viktor()
    )
    assert Waiver.objects.get().reason == "Worth it."
    assert row.answer == "granted"
    notice = Notice.objects.get(kind="waiver_answered")
    assert notice.recipient == where.owner
    assert "was granted" in KINDS["waiver_answered"].compose(notice).subject
    assert KINDS["waiver_asked"].holds(Notice.objects.get(kind="waiver_asked"))
    assert not work_of(viktor(), where)
    assert not work_of(where.owner, where)


def test_an_excuse_is_granted_by_its_own_service_too() -> None:
    where = in_trials()
    row = answer_waiver_request(
        waiver_request=asked_to_excuse(where),
        answer="granted",
        reason="We can live with it.",
        by=viktor(),
    )
    excuse = Excuse.objects.get()
    assert (excuse.excused_by, excuse.reason) == (viktor(), row.answer_reason)


def test_declined_the_owner_reads_why_and_may_ask_again() -> None:
    where = in_trials()
    answer_waiver_request(
        waiver_request=request(where),
        answer="declined",
        reason="Too risky.",
        by=viktor(),
    )
    assert not Waiver.objects.exists()
    (line,) = [it for it in my_work(where.owner, where) if it.kind == "waiver_asked"]
    assert line.why == "Viktor: Too risky."
    page = signed_in(where.owner).get(
        reverse("admin:evaluation_overview", args=[where.slug])
    )
    assert "Too risky." in page.text
    request(where, "It is in beta now.")
    assert WaiverRequest.objects.filter(answer="").count() == 1


def test_what_is_waived_or_excused_without_an_answer_is_answered_by_that() -> None:
    where = in_trials()
    request(where)
    asked_to_excuse(where)
    waive_gate(evaluation=where, gate="must_haves_proven", reason="Go.", by=viktor())
    excuse_knock_out(
        candidate=where.candidates.get(),
        requirement=where.requirements.get(),
        reason="Go.",
        by=where.owner,
    )
    assert not WaiverRequest.objects.filter(answer="").exists()
    assert set(WaiverRequest.objects.values_list("answer", flat=True)) == {"granted"}


def test_withdrawn_eliminated_or_sent_back_nobody_has_to_answer() -> None:
    where = in_trials()
    withdraw_waiver_request(waiver_request=request(where), by=where.owner)
    assert not work_of(viktor(), where)
    row = asked_to_excuse(where)
    eliminate(candidate=where.candidates.get(), reason="Out.", by=where.owner)
    assert not work_of(viktor(), where)
    with pytest.raises(Refused, match="no longer needed"):
        answer_waiver_request(
            waiver_request=row, answer="declined", reason="No.", by=viktor()
        )
    request(where)
    send_back(evaluation=where, to_stage="demos", reason="Again.", by=where.owner)
    assert not work_of(viktor(), where)
    assert KINDS["waiver_asked"].holds(Notice.objects.filter(kind="waiver_asked")[2])


def test_each_has_their_own_part_in_it() -> None:
    where = in_trials()
    for person in (viktor(), stakeholders.holder("it"), common.otto(), common.noor()):
        with pytest.raises(Forbidden):
            ask_for_waiver(
                evaluation=where, gate="must_haves_proven", reason="x", by=person
            )
    row = request(where)
    for person in (where.owner, stakeholders.holder("it"), common.otto()):
        with pytest.raises(Forbidden):
            answer_waiver_request(
                waiver_request=row, answer="granted", reason="x", by=person
            )
    with pytest.raises(Invalid):
        answer_waiver_request(
            waiver_request=row, answer="granted", reason=" ", by=viktor()
        )


def test_whom_a_conflict_bars_is_not_asked_about_answers_and_reads_no_request() -> None:
    where = in_trials()
    row = request(where)
    option = where.candidates.get()
    declare_conflict(
        candidate=option, has_interest=True, statement="Shares.", by=viktor()
    )
    assert not WaiverRequest.objects.visible_to(viktor()).exists()
    assert not work_of(viktor(), where)
    form = f"/admin/act/answer-waiver-request/{row.pk}/"
    assert signed_in(viktor()).get(form).status_code == 404
    document = document_of(where, viktor())
    assert document["waiver_requests"] == []
    assert "waiver_requests" in document["left_out"]
    withdraw_waiver_request(waiver_request=row, by=where.owner)
    with pytest.raises(Refused, match="Nobody who holds the Leadership role"):
        request(where)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_declined_the_owner_reads_why_and_may_ask_again",
)
def test_it_is_asked_at_the_rule_and_on_the_cell_and_answered_there() -> None:
    where = in_trials()
    owner, leader = signed_in(where.owner), signed_in(viktor())
    option, need = where.candidates.get(), where.requirements.get()
    overview = reverse("admin:evaluation_overview", args=[where.slug])
    cell = reverse("admin:cell", args=[option.pk, need.pk])
    ask = f"/admin/act/ask-for-waiver/{where.pk}/?gate=must_haves_proven"
    assert ask in owner.get(overview).text
    assert "ask-for-waiver" not in leader.get(overview).text
    place = f"/admin/act/ask-to-excuse/{option.pk}.{need.pk}/"
    assert place in owner.get(cell).text
    assert owner.post(place, {"reason": "Planned for May."}).status_code == 302
    row = WaiverRequest.objects.get()
    form = f"/admin/act/answer-waiver-request/{row.pk}/"
    assert form in leader.get(cell).text
    assert "Planned for May." in leader.get(form).text
    refused = leader.post(form, {"answer": "", "reason": ""})
    assert refused.status_code == 400
    sent = leader.post(form, {"answer": "declined", "reason": "Not in time."})
    assert sent.headers["Location"] == cell
    assert "Not in time." in owner.get(cell).text


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_leadership_is_asked_by_mail_and_on_my_work_and_the_journal_says_so",
)
def test_requests_leave_with_the_evaluation_and_come_back() -> None:
    where = in_trials()
    row = answer_waiver_request(
        waiver_request=request(where), answer="declined", reason="No.", by=viktor()
    )
    content = carried_away(where)
    taken_in(content)
    back = WaiverRequest.objects.get(pk=row.pk)
    assert (back.answer, back.answer_reason) == ("declined", "No.")
