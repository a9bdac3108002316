"""Moving an evaluation: the only module that assigns a stage."""

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from evaltracker.decision.memo.inputs import exact_draws, gather_inputs
from evaltracker.decision.memo.pack import digest_of_memo
from evaltracker.decision.memo.printing import gather_seal
from evaltracker.decision.memo.record import Memo
from evaltracker.decision.memo.results import Draws, compute_results, draw_all
from evaltracker.decision.memo.text import write_memo
from evaltracker.decision.models import Decision, Waiver, WaiverAnswer
from evaltracker.decision.services.letters import draft_letters
from evaltracker.decision.services.promise_checks import plan_checks
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import (
    change,
    change_and_tell,
    check_owned,
    lock,
    require_open,
    require_owner,
)
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import (
    create_evaluation,
    require_starter,
)
from evaltracker.requirements.services.requirements import add_requirement
from evaltracker.requirements.services.scopes import add_list
from evaltracker.toolbox.days import database_now, today_in
from evaltracker.toolbox.text import shortened
from evaltracker.workflow.gates import GATES
from evaltracker.workflow.gates.context import blockers
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.notices import StageLate
from evaltracker.workflow.services.sign_offs import (
    close_request,
    grant_waiting,
    lock_request,
    require_waiting,
)
from stakeholders.models import Role, Stakeholder
from stakeholders.policy import insiders, is_leadership, parts
from stakeholders.selectors import lateness_of, places_of
from trials.policy import need
from trials.services.evidence import excuse_knock_out
from vendors.choices import CandidateState
from vendors.models import Candidate, Contact
from vendors.policy import (
    INVITABLE,
    check_judges,
    check_read_answers,
    may_see_prices,
)
from vendors.selectors.access import last_tests
from vendors.selectors.dialogue import proposed_about
from vendors.services.about import release_about
from vendors.services.answering import open_claims
from vendors.services.candidates import add_candidate
from vendors.services.contacts import invite
from vendors.services.quotes import drop_asked_opening

EARLIER_ONLY = "It can only be sent back to an earlier stage."


def check_advance(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by)
    require_no_test(evaluation)


def check_cancel(evaluation: Evaluation, by: By) -> None:
    if not (evaluation.is_practice and by == SYSTEM):
        require_owner(by, evaluation)
    require_open(evaluation)


def check_send_back(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by)
    require_no_test(evaluation)
    if evaluation.stage == Stage.REQUIREMENTS:
        raise Refused(EARLIER_ONLY)


def check_waive_gate(evaluation: Evaluation, by: User) -> Stakeholder:
    holder = parts(by, evaluation).filter(role=Role.LEADERSHIP).first()
    if holder is None:
        raise Forbidden("Only leadership may waive a rule.")
    require_open(evaluation)
    return holder


@transaction.atomic
def advance(*, evaluation: Evaluation, from_stage: str, by: By) -> Evaluation:
    """Move to the next stage, if every gate of `from_stage` is silent or waived.

    1. Lock the evaluation's row, so that of many only one moves it.
    2. Check that it still is where the caller saw it.
    3. Ask every gate again under the lock.
    4. End the visit, open the next one, write the journal.

    Raises:
        Forbidden: not the owner. Refused: moved meanwhile, a gate is closed, it is the
        last stage, or a test.
    """
    evaluation = lock(evaluation)
    check_advance(evaluation, by)
    if evaluation.stage != from_stage:
        raise Refused(
            f"It is in {evaluation.get_stage_display().lower()} already; somebody "
            "moved it meanwhile.",
            code="moved_meanwhile",
        )
    if evaluation.stage == Stage.DECISION:
        raise Refused("The last stage ends with the decision.")
    require_silent_gates(evaluation)
    following = list(Stage)[Stage(evaluation.stage).position + 1]
    enter(evaluation, following, VisitEnd.ADVANCED, by)
    return evaluation


def require_no_test(evaluation: Evaluation) -> None:
    if evaluation.is_practice:
        raise Refused(
            "A test invitation stays in research. It ends when answering closes."
        )


def require_silent_gates(evaluation: Evaluation) -> None:
    closed = blockers(evaluation)
    if closed:
        if len(closed) > 1:
            more = f" And {len(closed) - 1} more."
        else:
            more = ""
        raise Refused(
            f"It cannot go on yet. {closed[0].sentence}{more}", code="gate_closed"
        )


@transaction.atomic
def send_back(
    *, evaluation: Evaluation, to_stage: str, reason: str, by: By
) -> Evaluation:
    evaluation = lock(evaluation)
    check_send_back(evaluation, by)
    need(reason, "reason", "Give a reason.")
    if Stage(to_stage).position >= Stage(evaluation.stage).position:
        raise Refused(EARLIER_ONLY)
    drop_asked_opening(evaluation=evaluation, by=by, because="It was sent back.")
    enter(evaluation, Stage(to_stage), VisitEnd.SENT_BACK, by, reason)
    return evaluation


@transaction.atomic
def cancel(*, evaluation: Evaluation, reason: str, by: By) -> Evaluation:
    evaluation = lock(evaluation)
    check_cancel(evaluation, by)
    need(reason, "reason", "Give a reason.")
    drop_asked_opening(evaluation=evaluation, by=by, because="It was cancelled.")
    end_visit(evaluation, VisitEnd.CANCELLED, by, reason)
    change_and_tell(
        evaluation, "evaluation.cancelled", by, reason, status=Status.CANCELLED
    )
    return evaluation


@transaction.atomic
def waive_gate(*, evaluation: Evaluation, gate: str, reason: str, by: User) -> Waiver:
    """Let a closed gate pass on this visit; the memo prints the reason.

    Raises:
        Forbidden: `by` is not leadership here. Refused: another stage's gate, one that
        cannot be waived, or done already.
    """
    evaluation = lock(evaluation)
    holder = check_waive_gate(evaluation, by)
    need(reason, "reason", "Give a reason.")
    rule = GATES.get(gate)
    if rule is None or rule.stage != evaluation.stage:
        raise Refused("That rule does not belong to the stage that it is in.")
    if not rule.waivable:
        raise Refused(f"This rule cannot be waived: {rule.rule}")
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    if Waiver.objects.filter(visit=visit, gate=gate).exists():
        raise Refused("This rule is waived already.")
    waiver = Waiver.objects.create(
        visit=visit, gate=gate, rule=rule.rule, reason=reason.strip(), waived_by=holder
    )
    after = {"gate": gate, "rule": rule.rule, "stage": visit.stage}
    journal.record(evaluation, "gate.waived", waiver, by, after=after, reason=reason)
    grant_waiting(WaiverRequest.objects.of_gate(visit, gate), waiver.reason, by)
    return waiver


def enter(
    evaluation: Evaluation, stage: Stage, ended: VisitEnd, by: By, reason: str = ""
) -> None:
    before = evaluation.stage
    visit = end_visit(evaluation, ended, by, reason)
    evaluation.stage = stage
    evaluation.save(update_fields=["stage"])
    Visit.objects.create(
        evaluation=evaluation,
        number=visit.number + 1,
        stage=stage,
        entered_by=actor_of(by).user or evaluation.owner,
    )
    journal.record(
        evaluation=evaluation,
        action=f"stage.{ended}",
        subject=evaluation,
        by=by,
        before={"stage": before, "visit": visit.number},
        after={"stage": stage, "visit": visit.number + 1},
        reason=reason,
    )


def end_visit(evaluation: Evaluation, ended: VisitEnd, by: By, reason: str) -> Visit:
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    visit.left_at = timezone.now()
    visit.left_by = actor_of(by).user
    visit.ended = ended
    visit.reason = reason
    visit.save(update_fields=["left_at", "left_by", "ended", "reason"])
    return visit


# The name under which decision/notices.py knows it.
DECISION_MADE = "decision_made"


def check_draft_decision(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by, Stage.DECISION)
    check_judges(evaluation, by)


@transaction.atomic
def draft_decision(
    *,
    evaluation: Evaluation,
    candidate: Candidate | None,
    by: By,
    rationale: str = "",
    dissent: str = "",
    revisit_when: str = "",
) -> Decision:
    """Write or rewrite the draft; a change makes the memo other words to sign.

    Raises:
        Forbidden: not the owner. Refused: not the decision stage. Invalid: the
        candidate is of another evaluation or not shortlisted.
    """
    evaluation = lock(evaluation)
    check_draft_decision(evaluation, by)
    if candidate is not None and (
        candidate.evaluation_id != evaluation.pk
        or candidate.state != CandidateState.SHORTLISTED
    ):
        raise Invalid("Choose one of the shortlisted candidates.", field="candidate")
    decision = Decision.objects.filter(evaluation=evaluation).first()
    is_new = decision is None
    if decision is None:
        decision = Decision.objects.create(
            evaluation=evaluation, drafted_by=evaluation.owner
        )
    before, after = change(
        decision,
        candidate=candidate,
        rationale=rationale,
        dissent=dissent,
        revisit_when=revisit_when,
    )
    if after or is_new:
        journal.record(
            evaluation, "decision.drafted", decision, by, before=before, after=after
        )
    return decision


@transaction.atomic
def decide(*, evaluation: Evaluation, by: By) -> Decision:
    """Freeze the memo and end the evaluation.

    1. Lock the row and ask every gate of the decision stage again.
    2. Freeze inputs, results, words and signatures, with their SHA-256, the formula
       version and the journal's head.
    3. Mark the candidate chosen, end the visit, close the evaluation.
    4. Draft letters to the vendors, plan the promise checks, owe its people a mail.

    Raises:
        Forbidden: not the owner. Refused: a gate is closed, or decided already.
    """
    evaluation = lock(evaluation)
    check_draft_decision(evaluation, by)
    require_silent_gates(evaluation)
    decision = Decision.objects.select_related("candidate").get(evaluation=evaluation)
    decider = actor_of(by).user
    if decider is None or decision.candidate is None:
        raise Refused("No candidate is chosen.")
    memo = compile_memo(evaluation, draw_all) | {"seal": gather_seal(evaluation)}
    decision.memo = memo
    decision.memo_sha256 = digest_of_memo(memo)
    decision.formula_version = memo["inputs"]["formula_version"]
    decision.decided_by = decider
    decision.decided_at = timezone.now()
    decision.save()
    change(decision.candidate, state=CandidateState.CHOSEN)
    end_visit(evaluation, VisitEnd.DECIDED, by, "")
    evaluation.status = Status.DECIDED
    evaluation.save(update_fields=["status"])
    letters = draft_letters(decision=decision)
    checks = plan_checks(evaluation=evaluation)
    for person in insiders(evaluation).exclude(pk=evaluation.owner_id):
        owe_now(
            DECISION_MADE, evaluation, evaluation.pk, occurrence=1, recipient=person
        )
    before = {"status": Status.OPEN}
    after = {
        "status": Status.DECIDED,
        "candidate": decision.candidate.name,
        "memo_sha256": decision.memo_sha256,
        "formula_version": decision.formula_version,
        "letters": len(letters),
        "promise_checks": [check.due_on for check in checks],
    }
    journal.record(
        evaluation, "evaluation.decided", decision, by, before=before, after=after
    )
    return decision


def compile_memo(evaluation: Evaluation, draws: Draws | None = None) -> Memo:
    """The memo as it stands. What is frozen is drawn anew: it rests on nothing kept."""
    inputs = gather_inputs(evaluation)
    results = compute_results(inputs, draws or exact_draws(evaluation))
    return {"inputs": inputs, "results": results, "text": write_memo(inputs, results)}


def memo_for(user: User, evaluation: Evaluation) -> tuple[Decision | None, Memo]:
    """The frozen memo with its decision, or the one of now, to who may read answers.

    Raises:
        Refused: before the decision stage, when scores and prices are sealed.
        Forbidden: prices are not open to them.
    """
    decision = Decision.objects.filter(
        evaluation=evaluation, decided_at__isnull=False
    ).select_related("candidate", "decided_by")
    if frozen := decision.first():
        return frozen, frozen.memo
    if evaluation.stage != Stage.DECISION:
        raise Refused(
            "The memo is written in the decision stage; until then scores and prices "
            "are sealed."
        )
    if not may_see_prices(user, evaluation):
        raise Forbidden("Prices are not open to you, and the memo names them.")
    return None, compile_memo(evaluation)


# Test invitations: a vendor tries everything against a made-up list.
#
# Each is an evaluation of its own, so nothing of the real one can see it, and all that
# an invitation can do is there to be tried. It ends by itself.

# So long a vendor may try it.
LASTS = datetime.timedelta(days=14)
TITLE_LIMIT = 150
OVER = "The time of the test is over."
# The list. Of each need: its ref, priority and words, and whether it must hold for
# every room.
MADE_UP: dict[str, Any] = json.loads(
    Path(__file__).with_name("test-invitation.json").read_text(encoding="utf-8")
)


def check_send_test_invitation(candidate: Candidate, by: User) -> None:
    """The owner sends one at a time to who is or may be invited, until demos begin."""
    evaluation = candidate.evaluation
    vendor = candidate.vendor
    check_owned(evaluation, by, Stage.REQUIREMENTS, Stage.RESEARCH)
    require_starter(by)
    if evaluation.is_practice:
        raise Refused("This is a test invitation already.")
    if candidate.kind not in INVITABLE or vendor is None:
        raise Refused(
            f"{candidate.name} has nobody to invite: it needs a vendor, and to be "
            "bought or open source."
        )
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{candidate.name} is eliminated; reinstate it first.")
    if not Contact.objects.current().filter(vendor=vendor).exists():
        raise Refused(f"{vendor} has no contact yet; add one first.")
    last = last_tests(by, [vendor.pk]).get(vendor.pk)
    if last is not None and last.is_open:
        raise Refused(
            f"A test invitation of {vendor} is open already. “Open the test” beside "
            "the candidate on the invitations page leads to it."
        )


@transaction.atomic
def send_test_invitation(
    *, candidate: Candidate, contacts: Iterable[Contact], by: User
) -> Evaluation:
    """Invite a candidate's vendor to answer a made-up list for two weeks.

    Returns:
        The evaluation of the test, which `by` owns.

    Raises:
        Forbidden: not the owner, or one who may not start evaluations. Refused: demos
        have begun, nobody to invite, or a test is open. Invalid: nobody chosen, or
        somebody who is no contact of the vendor.
    """
    evaluation = lock(candidate.evaluation)
    candidate = Candidate.objects.select_related("evaluation", "vendor").get(
        pk=candidate.pk
    )
    check_send_test_invitation(candidate, by)
    invited = list(contacts)
    if not invited:
        raise Invalid("Say to whom it goes.", field="contacts")
    test = _made_up(evaluation, candidate, by)
    tried = add_candidate(
        evaluation=test,
        name=candidate.name,
        kind=candidate.kind,
        vendor=candidate.vendor,
        by=by,
    )
    enter(test, Stage.RESEARCH, VisitEnd.ADVANCED, by)
    open_claims(evaluation=test, close_at=today_in(test.zone) + LASTS, by=by)
    people = proposed_about(evaluation)["people"]
    release_about(evaluation=test, people=people, by=by)
    invite(candidate=tried, contacts=invited, by=by)
    after = {
        "candidate": candidate.name,
        "told": [contact.email for contact in invited],
        "test": str(test.pk),
    }
    journal.record(evaluation, "test_invitation.sent", candidate, by, after=after)
    test.refresh_from_db()
    return test


def _made_up(evaluation: Evaluation, candidate: Candidate, by: User) -> Evaluation:
    test = create_evaluation(
        title=shortened(f"Test invitation: {candidate.vendor}", TITLE_LIMIT),
        buyer=evaluation.buyer,
        zone=evaluation.zone,
        problem=MADE_UP["problem"],
        is_practice=True,
        by=by,
    )
    names = MADE_UP["rooms"]
    values = MADE_UP["room_names"]
    rooms = add_list(evaluation=test, name=names, values=values, by=by)
    for name, needs in MADE_UP["needs"].items():
        category = add_category(evaluation=test, name=name, by=by)
        for ref, priority, text, everywhere in needs:
            add_requirement(
                evaluation=test,
                category=category,
                ref=ref,
                text=text,
                priority=priority,
                vendor_help=MADE_UP["help"],
                must_hold_for=[rooms] if everywhere else [],
                by=by,
            )
    return test


def end_tests() -> None:
    """A chore: end each test whose answering is over; its link ends with it."""
    for key in _over().values_list("pk", flat=True):
        with transaction.atomic():
            # Its end may have been moved meanwhile.
            lock(Evaluation(pk=key))
            for test in _over().filter(pk=key):
                cancel(evaluation=test, reason=OVER, by=SYSTEM)


def _over() -> QuerySet[Evaluation]:
    closed = Q(claims_closed_at__isnull=False) | Q(claims_close_at__lte=database_now())
    rows: QuerySet[Evaluation] = Evaluation.objects.filter(
        closed, is_practice=True, status=Status.OPEN
    )
    return rows


WEEK = 7


def tell_of_late_stages() -> None:
    """A chore: owe the owner a mail when a stage is late, and each week it stays so."""
    going = list(
        Evaluation.objects.filter(status=Status.OPEN, must_run_by__isnull=False)
        .select_related("owner")
        .prefetch_related("visits")
    )
    places = places_of(going)
    for evaluation in going:
        late = lateness_of(evaluation, places[evaluation.pk])
        if late is None:
            continue
        weeks = (today_in(evaluation.zone) - late.due).days // WEEK
        owe_now(
            kind=StageLate.name,
            evaluation=evaluation,
            subject_id=late.visit.pk,
            occurrence=late.due.isoformat(),
            offset_days=-weeks * WEEK,
            recipient=evaluation.owner,
        )


def check_answer_waiver_request(waiver_request: WaiverRequest, by: User) -> None:
    """Leadership answers, unless a conflict of interest keeps them from what it is of.

    Raises:
        Forbidden: not leadership, or a conflict. Refused: not declared, answered
        already, or the stage is over.
    """
    evaluation = waiver_request.evaluation
    if not is_leadership(by, evaluation):
        raise Forbidden("Only leadership answers a request for a waiver.")
    check_waive_gate(evaluation, by)
    if waiver_request.tells:
        check_read_answers(evaluation, by)
    require_waiting(waiver_request)


@transaction.atomic
def answer_waiver_request(
    *, waiver_request: WaiverRequest, answer: str, reason: str, by: User
) -> WaiverRequest:
    """Grant it, by the waiver or the excuse itself, or decline it with a reason.

    Raises:
        Forbidden: not leadership, or a conflict. Invalid: no answer, or no reason.
        Refused: answered already, the stage is over, or there is nothing to waive.
    """
    row = lock_request(waiver_request)
    check_answer_waiver_request(row, by)
    reason = need(reason, "reason", "Give a reason. The person who asked reads it.")
    if answer == WaiverAnswer.GRANTED:
        if row.candidate is None or row.requirement is None:
            waive_gate(evaluation=row.evaluation, gate=row.gate, reason=reason, by=by)
        else:
            excuse_knock_out(
                candidate=row.candidate,
                requirement=row.requirement,
                reason=reason,
                by=by,
            )
    elif answer == WaiverAnswer.DECLINED:
        close_request(row, WaiverAnswer.DECLINED, reason, by)
        journal.record(
            evaluation=row.evaluation,
            action="waiver_request.declined",
            subject=row,
            by=by,
            after={"thing": row.thing},
            reason=reason,
        )
    else:
        raise Invalid("Grant it or decline it.", field="answer")
    row.refresh_from_db()
    return row
