"""Asking people to sign when it is their turn, and telling them what reopened.

Whatever opens or closes a gate is written on five floors, by services that know
nothing of gates. So no change writes these notices itself: a chore looks at every
evaluation that moved since it was last looked at, and owes what is owed by the facts.
The rows are unique, so to look twice owes nothing twice, and nothing that moved is
forgotten: the journal's head counts every change.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, Unpack

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evaltracker.decision.memo.signed_words import QUESTIONS, changes, document_of
from evaltracker.decision.models import Outlook, WaiverAnswer
from evaltracker.errors import Forbidden, Invalid, Refused, Stale, why_not
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import (
    Category,
    Entry,
    Evaluation,
    Notice,
    Requirement,
    User,
    Visit,
)
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_open,
)
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.days import database_now, today_in
from evaltracker.workflow.gates import Gate, GateContext
from evaltracker.workflow.gates.context import (
    DIGEST_KEPT,
    IN_THE_RUNNING,
    GateReport,
    SignerState,
    gate_reports,
    required_signers,
)
from evaltracker.workflow.gates.rules import scores_locked, unjudged_words, why_not_half
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.inbox.glances import Awaited, Reminded, occurrence_of
from evaltracker.workflow.inbox.items import stage_state
from evaltracker.workflow.models import BellLook, Snooze, WaiverRequest
from evaltracker.workflow.notices import (
    ScoresRequested,
    SignOffEscalated,
    SignOffReopened,
    SignOffRequested,
    SignOffWaiting,
    WaiverAnswered,
    WaiverAsked,
)
from stakeholders.models import (
    APPROVALS,
    Role,
    SignedDocument,
    SignOff,
    SignOffRule,
    digest_of,
    role_names,
)
from stakeholders.policy import leaders
from stakeholders.selectors import weights_of_role
from stakeholders.services.people import weigh_for_role
from stakeholders.services.sign_offs import (
    ConditionAsked,
    Origin,
    record_sign_off,
    why_not_weightless,
)
from trials.models import Excuse
from trials.policy import need, require_same
from trials.selectors.evaluation_cache import versions_of
from trials.selectors.scores import unlocked_scorers
from trials.services.evidence import check_excuse_knock_out
from vendors.models import Candidate, Conflict, PriceOpening
from vendors.policy import barring_interest, check_judges, to_declare, unbarred
from vendors.services.candidates import lock_candidate
from vendors.services.quotes import (
    ESCALATED_FROM,
    WAITING_EVERY,
    schedule_opening_mails,
    times_since,
)

# Marking what is new as seen. It is personal, so no journal tells it.


@transaction.atomic
def mark_news_seen(*, until: datetime.datetime, by: User) -> None:
    """Remember that `by` has seen what was new up to that moment. What came after the
    page was made stays new, and nothing that was seen becomes new again."""
    moment = min(until, database_now())
    look, is_new = BellLook.objects.select_for_update(no_key=True).get_or_create(
        person=by, defaults={"until": moment}
    )
    if not is_new and look.until < moment:
        look.until = moment
        look.save(update_fields=["until"])


def check_remind_colleague(awaited: Awaited, by: By) -> None:
    """The owner reminds colleagues whose turn it is, each once a day of one thing."""
    check_owned(awaited.evaluation, by)
    waiting = [person for person in awaited.people if awaited.work_of(person)]
    if not waiting:
        raise Refused(f"Nobody waits for {awaited.thing} from {awaited} now.")
    if not awaited.fresh().left.people:
        raise Refused(
            f"{awaited} {'were' if waiting[1:] else 'was'} reminded of {awaited.thing} "
            "today. Once a day is enough."
        )


@transaction.atomic
def remind_colleague(*, awaited: Awaited, by: By) -> None:
    """Owe each whose turn it is a mail about what the others wait for.

    Raises:
        Forbidden: not the owner. Refused: it has ended, nobody waits for it, or all
        were reminded today.
    """
    evaluation = lock(awaited.evaluation)
    check_remind_colleague(awaited, by)
    for person in filter(awaited.work_of, awaited.fresh().left.people):
        owe_now(
            kind=Reminded.name,
            evaluation=evaluation,
            subject_id=evaluation.pk,
            occurrence=occurrence_of(awaited.kind, today_in(evaluation.zone)),
            recipient=person,
        )
        after = {"person": person.name, "of": awaited.thing}
        journal.record(evaluation, "colleague.reminded", evaluation, by, after=after)


def schedule_scoring_notices(look: GateContext) -> None:
    for part in unlocked_scorers([look.evaluation]).select_related("user"):
        owe_now(
            evaluation=look.evaluation,
            kind=ScoresRequested.name,
            subject_id=part.pk,
            occurrence=look.visit.number,
            recipient=part.user,
        )


# Whoever edits ten requirements asks once, not ten times: people are asked when the
# words have stood still for so long.
QUIET = datetime.timedelta(minutes=10)
# Even if nothing was written: a day passes, a login is stopped, a substitute begins.
LOOK_AGAIN = datetime.timedelta(hours=1)
# Entries that change no words that anybody signs.
WORDLESS = Q(action__startswith="sign_off.") | Q(action__startswith="notice.")

logger = structlog.get_logger(__name__)


def look_at_what_moved() -> None:
    """A chore: look closely at each evaluation that moved, and ask who is to be asked.
    One that cannot be looked at is told in the log and holds up no other."""
    for evaluation in [*evaluations_to_review(), *counted_otherwise()]:
        try:
            with transaction.atomic():
                look_closely(evaluation)
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("look_failed", evaluation=str(evaluation.pk))


def evaluations_to_review() -> QuerySet[Evaluation]:
    count = F("journal_head__count")
    evaluations: QuerySet[Evaluation] = Evaluation.objects.filter(
        Q(outlook__isnull=True)
        | ~Q(outlook__entries=count)
        | ~Q(outlook__asked_entries=count)
        | Q(outlook__looked_at__lt=timezone.now() - LOOK_AGAIN)
        | Q(outlook__valid_until__lte=timezone.now()),
        status=Status.OPEN,
    )
    return evaluations.select_related("owner", "journal_head")


def counted_otherwise() -> Iterable[Evaluation]:
    """Open evaluations in which nothing was written, and something else that counts is
    not as it was: a person's name or login, or the code that counts."""
    rows = Outlook.objects.filter(evaluation__status=Status.OPEN)
    versions = dict(
        rows.exclude(evaluation__in=evaluations_to_review()).values_list(
            "evaluation", "version"
        )
    )
    now = versions_of(versions)
    evaluations = Evaluation.objects.filter(
        pk__in=[key for key, version in versions.items() if version != now[key].digest]
    )
    return evaluations.select_related("owner", "journal_head")


def look_closely(evaluation: Evaluation) -> Outlook:
    """Keep how it stands now, and owe what is owed once its words stand still. The
    count of entries and the version were read before the facts: what is written
    meanwhile makes it move once more."""
    entries = evaluation.journal_head.count
    version = versions_of([evaluation.pk])[evaluation.pk]
    look = GateContext(evaluation)
    stand = stage_state(look)
    lately = Entry.objects.filter(evaluation=evaluation, at__gt=timezone.now() - QUIET)
    still = not lately.exclude(WORDLESS).exists()
    if still and look.has_rules:
        schedule_sign_off_mails(look, is_turn=stand.is_signed_now)
    if still and stand.gate == scores_locked.__name__:
        schedule_scoring_notices(look)
    opening = PriceOpening.objects.awaited().filter(evaluation=evaluation).first()
    if opening is not None:  # who may confirm by now may not have been there
        schedule_opening_mails(opening)
    seen = {
        "entries": entries,
        "looked_at": timezone.now(),
        "version": version.digest,
        "valid_until": version.valid_until,
        "due_on": stand.due,
        "digest": stand.digest,
        "is_signed_now": stand.is_signed_now,
        "what": stand.step.what,
        "why": stand.step.why,
        "link": stand.step.link,
        "verb": stand.step.verb,
    }
    if still:
        seen["asked_entries"] = entries
    outlook, _ = Outlook.objects.update_or_create(evaluation=evaluation, defaults=seen)
    return outlook


def schedule_sign_off_mails(look: GateContext, *, is_turn: bool) -> None:
    mailed: set[User] = set()
    if is_turn:
        for signer in required_signers(look):
            for user in signer.people:
                ask(signer, user)
                mailed.add(user)
    for occurrence, signed in reopened(look):
        if signed.person in mailed or signed.person_id == look.evaluation.owner_id:
            continue
        owe_now(
            evaluation=look.evaluation,
            kind=SignOffReopened.name,
            subject_id=look.visit.pk,
            occurrence=occurrence,
            recipient=signed.person,
        )


def ask(signer: SignerState, user: User) -> None:
    """Ask once; remind every three days; tell the owner from the second time on."""
    evaluation = signer.look.evaluation
    about = {"subject_id": signer.rule.pk, "occurrence": signer.occurrence}
    owe_now(evaluation=evaluation, kind=SignOffRequested.name, recipient=user, **about)
    request = Notice.objects.get(
        kind=SignOffRequested.name,
        recipient=user,
        **about | {"subject_id": str(signer.rule.pk)},
    )
    times = times_since(request.due_at)
    if times < 1:
        return
    days = -times * WAITING_EVERY.days
    owe_now(
        evaluation=evaluation,
        kind=SignOffWaiting.name,
        recipient=user,
        offset_days=days,
        **about,
    )
    if times >= ESCALATED_FROM:
        owe_now(
            evaluation=evaluation,
            kind=SignOffEscalated.name,
            recipient=evaluation.owner,
            offset_days=days,
            **about,
        )


def reopened(look: GateContext) -> list[tuple[str, SignOff]]:
    visit = look.visit
    pairs = [
        (f"words.{sign_off.document.sha256[:DIGEST_KEPT]}", sign_off)
        for rule in look.tallies
        for sign_off in rule.outdated
    ]
    earlier = SignOff.objects.filter(visit=visit, round__lt=visit.round)
    pairs += [
        (f"round.{visit.round}", sign_off)
        for sign_off in earlier.select_related("person")
    ]
    before = Visit.objects.filter(
        evaluation=look.evaluation, number=visit.number - 1, ended=VisitEnd.SENT_BACK
    )
    if before.exists():
        later = [
            stage for stage in Stage if stage.position >= Stage(visit.stage).position
        ]
        undone = SignOff.objects.filter(
            visit__evaluation=look.evaluation,
            visit__number__lt=visit.number,
            visit__stage__in=later,
        )
        pairs += [
            (f"back.{visit.number}", sign_off)
            for sign_off in undone.select_related("person")
        ]
    return pairs


class SignatureFields(TypedDict):
    verdict: str
    shown: str
    reason: NotRequired[str]
    conditions: NotRequired[Sequence[ConditionAsked]]
    accepts_unjudged: NotRequired[bool]
    weights: NotRequired[Mapping[Category, int]]
    without_weights: NotRequired[bool]
    origin: NotRequired[Origin | None]


SEALED = "The memo names prices, which are sealed until two people open them."


def sign(
    *, rule: SignOffRule, by: User, **signature: Unpack[SignatureFields]
) -> SignOff:
    """Sign the words whose digest is `shown`; what is refused is journaled, too.

    An open transaction of the caller's has to be committed for that, even though the
    signature was refused.

    Raises:
        Stale: the content is another by now; carries the difference. Forbidden: not
        their role, the owner, or a declared conflict. Refused: not this stage, signed
        already, or no word yet on one's interests. Invalid: a reason is missing, or
        half a trial, or the absence of weights, is approved by mistake.
    """
    try:
        return put_name_to(rule, by, **signature)
    except (Refused, Forbidden, Stale) as problem:
        with transaction.atomic():
            journal.record(
                evaluation=rule.evaluation,
                action="sign_off.refused",
                subject=rule,
                by=by,
                after={"verdict": signature["verdict"], "code": problem.code},
                reason=problem.sentence,
            )
        raise


@transaction.atomic
def put_name_to(
    rule: SignOffRule,
    by: User,
    *,
    verdict: str,
    shown: str,
    accepts_unjudged: bool = False,
    weights: Mapping[Category, int] | None = None,
    without_weights: bool = False,
    **rest: Any,
) -> SignOff:
    evaluation = lock(rule.evaluation)
    require_open(evaluation)
    visit = Visit.objects.select_related("evaluation").get(
        evaluation=evaluation, left_at__isnull=True
    )
    visit.evaluation = evaluation
    if is_sealed(evaluation):
        raise Refused(SEALED)
    refuse_conflicted(by, visit)
    content = document_of(evaluation, visit=visit)
    if digest_of(content) != shown:
        rows = SignedDocument.objects.filter(evaluation=evaluation, sha256=shown)
        before = rows.first()
        raise Stale(
            "The text changed after you opened it; nothing was signed. Please read it "
            "again.",
            difference=changes(before.content, content) if before else "",
        )
    half = str(unjudged_words(GateContext(evaluation)))
    if why := why_not_half(half, verdict, accepts=accepts_unjudged):
        raise Invalid(why, field="accepts_unjudged")
    for category, weight in (weights or {}).items():
        weigh_for_role(
            evaluation=evaluation,
            by=by,
            category=category,
            role=rule.role,
            weight=weight,
        )
    signed = record_sign_off(
        visit=visit,
        rule=rule,
        verdict=verdict,
        content=content,
        meaning=visit.evaluation.say(QUESTIONS[Stage(visit.stage)]),
        by=by,
        **rest,
    )
    if signed.on_behalf_of is not None and interest_of(signed.on_behalf_of, visit):
        raise Forbidden(
            f"{signed.on_behalf_of.name} declared a conflict of interest. The owner "
            "has to clear it before anybody signs for them."
        )
    role_weights = weights_of_role(evaluation, rule.role)
    if None in [row for _, row in role_weights]:
        weightless = rule.get_role_display()
    else:
        weightless = ""
    if why := why_not_weightless(weightless, verdict, accepts=without_weights):
        raise Invalid(why, field="weights")
    if weightless and verdict in APPROVALS:
        after = {"role": rule.role, "role_name": weightless}
        journal.record(evaluation, "sign_off.without_weights", signed, by, after=after)
    return signed


def is_sealed(evaluation: Evaluation) -> bool:
    """Whether what is signed now names prices that are sealed from who signs."""
    return evaluation.stage == Stage.DECISION and evaluation.prices_opened_at is None


def refuse_conflicted(by: User, visit: Visit) -> None:
    if visit.stage == Stage.REQUIREMENTS:
        return
    if barring := interest_of(by, visit):
        raise Forbidden(
            f"You declared a conflict of interest in {barring.candidate}. "
            f"{visit.evaluation.owner.name} has to clear it before you can sign."
        )
    unasked = to_declare(by).filter(evaluation=visit.evaluation_id)
    for candidate in unasked.filter(state__in=IN_THE_RUNNING):
        raise Refused(
            f"First declare whether you have a conflict of interest in {candidate}."
        )


def interest_of(person: User, visit: Visit) -> Conflict | None:
    if visit.stage == Stage.REQUIREMENTS:
        return None
    return barring_interest(person, visit.evaluation)


# Putting off a line of one's own work, and taking it back.
#
# It is personal, so no journal tells it; and it hides nothing from anybody else: what
# is owed to the person by mail, and every deadline, goes on.

LONGEST = datetime.timedelta(days=60)


@transaction.atomic
def snooze_work(
    *, evaluation: Evaluation, line: str, until: datetime.date, by: User
) -> Snooze:
    """Leave a line out of one's own list until a day.

    Raises:
        Invalid: nothing like it waits on the person, or the day is none to wait for.
    """
    today = today_in(by.time_zone)
    if not today < until <= today + LONGEST:
        raise Invalid(
            f"Choose a day from tomorrow to {LONGEST.days} days from now.",
            field="until",
        )
    if line not in {item.line for item in my_work(by, evaluation)}:
        raise Invalid("It no longer waits on you. Load My work again.")
    row, _ = Snooze.objects.update_or_create(
        person=by, line=line, defaults={"evaluation": evaluation, "until": until}
    )
    snooze: Snooze = row
    return snooze


@transaction.atomic
def wake_work(*, evaluation: Evaluation, line: str, by: User) -> None:
    rows = Snooze.objects.visible_to(by).in_evaluation(evaluation)
    rows.filter(line=line).delete()


# Asking leadership to let a rule or a knock-out pass, and taking that back.

ASKED_ALREADY = "You asked for this waiver already; it waits for leadership."


def answerers(evaluation: Evaluation, *, tells: bool) -> QuerySet[User]:
    people = leaders(evaluation)
    if tells:
        return unbarred(evaluation, people)
    return people


def check_ask_for_waiver(evaluation: Evaluation, by: By) -> None:
    """The owner asks, while somebody of leadership is there to answer."""
    check_owned(evaluation, by)
    require_answerers(evaluation, tells=False)
    if not askable_gates(evaluation, by):
        raise Refused("No rule is open that leadership could waive.")


def askable_gates(evaluation: Evaluation, by: By) -> list[Gate]:
    return [
        report.gate
        for report in gate_reports(evaluation)
        if why_not(require_askable, report, evaluation, by) is None
    ]


def check_ask_to_excuse(candidate: Candidate, requirement: Requirement, by: By) -> None:
    """The owner asks about a knock-out that stands, once."""
    evaluation = candidate.evaluation
    check_owned(evaluation, by)
    check_excuse_knock_out(candidate, requirement, by)
    require_answerers(evaluation, tells=True)
    requests = WaiverRequest.objects.of_cell(candidate, requirement)
    if requests.waiting().exists():
        raise Refused(ASKED_ALREADY)


def require_askable(report: GateReport, evaluation: Evaluation, by: By) -> None:
    """Refuse a gate that holds, that is waived or cannot be, or that was asked for."""
    gate = report.gate
    if gate.tells:
        check_judges(evaluation, by)
    if not gate.waivable:
        raise Refused(f"This rule cannot be waived: {gate.rule}")
    if report.waiver:
        raise Refused("This rule is waived already.")
    if not report.blockers:
        raise Refused("No waiver needed: this rule holds.")
    if report.asked is not None and report.asked.is_waiting:
        raise Refused(ASKED_ALREADY)
    require_answerers(evaluation, tells=gate.tells)


def require_answerers(evaluation: Evaluation, *, tells: bool) -> None:
    if not answerers(evaluation, tells=tells).exists():
        called = role_names(evaluation)[Role.LEADERSHIP]
        raise Refused(
            f"Nobody who holds the {called} role can answer. Add a stakeholder first."
        )


GIVE_A_REASON = "Give a reason. Leadership reads it."


def check_withdraw_waiver_request(waiver_request: WaiverRequest, by: By) -> None:
    check_owned(waiver_request.evaluation, by)
    require_waiting(waiver_request)


@transaction.atomic
def ask_for_waiver(
    *, evaluation: Evaluation, gate: str, reason: str, by: By
) -> WaiverRequest:
    """Ask leadership to let a closed gate pass on this stay in its stage.

    Raises:
        Forbidden: not the owner, or a conflict where the gate tells of answers.
        Refused: it holds, is waived, cannot be, or was asked for already. Invalid: no
        reason.
    """
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    report = next(
        (report for report in gate_reports(evaluation) if report.gate.name == gate),
        None,
    )
    if report is None:
        raise Refused("That rule does not belong to the stage that it is in.")
    require_askable(report, evaluation, by)
    rule = report.gate
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    row = WaiverRequest(visit=visit, gate=gate, rule=rule.rule, tells=rule.tells)
    return _record_request(row, reason, by)


@transaction.atomic
def ask_to_excuse(
    *, candidate: Candidate, requirement: Requirement, reason: str, by: By
) -> WaiverRequest:
    """Ask leadership to excuse the knock-out of a candidate.

    Raises:
        Forbidden: not the owner, or a conflict of interest. Refused: no knock-out,
        excused or asked for already. Invalid: no reason.
    """
    candidate = lock_candidate(candidate)
    evaluation = candidate.evaluation
    require_same(evaluation, requirement)
    check_ask_to_excuse(candidate, requirement, by)
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    row = WaiverRequest(visit=visit, candidate=candidate, requirement=requirement)
    return _record_request(row, reason, by)


@transaction.atomic
def withdraw_waiver_request(*, waiver_request: WaiverRequest, by: By) -> WaiverRequest:
    """Take a request back before leadership answers it.

    Raises:
        Forbidden: not the owner. Refused: answered, or the stage is over.
    """
    waiver_request = lock_request(waiver_request)
    check_withdraw_waiver_request(waiver_request, by)
    close_request(waiver_request, WaiverAnswer.WITHDRAWN, "", by)
    journal.record(
        evaluation=waiver_request.evaluation,
        action="waiver_request.withdrawn",
        subject=waiver_request,
        by=by,
        after={"thing": waiver_request.thing},
    )
    return waiver_request


def grant_what_was_excused(*, excuse: Excuse, by: By, **_: Any) -> None:
    requests = WaiverRequest.objects.of_cell(excuse.candidate, excuse.requirement)
    grant_waiting(requests, excuse.reason, by)


def grant_waiting(requests: QuerySet[WaiverRequest], reason: str, by: By) -> None:
    for row in requests.filter(answer="").select_related("visit__evaluation__owner"):
        close_request(row, WaiverAnswer.GRANTED, reason, by)


def close_request(row: WaiverRequest, answer: str, reason: str, by: By) -> None:
    user = actor_of(by).user
    change(
        row,
        answer=answer,
        answer_reason=reason.strip(),
        answered_by=user,
        answered_at=timezone.now(),
    )
    cancel_notices(
        kind=WaiverAsked.name,
        subject_id=row.pk,
        because="It was answered or withdrawn.",
    )
    if row.asked_by != user:
        owe_now(WaiverAnswered.name, row.evaluation, row.pk, recipient=row.asked_by)


def lock_request(row: WaiverRequest) -> WaiverRequest:
    """The request as it is now, its evaluation locked until the transaction ends."""
    evaluation = lock(row.evaluation)
    requests = WaiverRequest.objects.select_related("visit", "candidate", "asked_by")
    fresh = requests.get(pk=row.pk)
    fresh.visit.evaluation = evaluation
    if fresh.candidate is not None:
        fresh.candidate.evaluation = evaluation
    return fresh


def require_waiting(row: WaiverRequest) -> None:
    if row.answer:
        raise Refused(f"This request was {row.get_answer_display().lower()} already.")
    if not row.is_waiting:
        raise Refused("This request is no longer needed.")


def _record_request(row: WaiverRequest, reason: str, by: By) -> WaiverRequest:
    user = actor_of(by).user
    if user is None:
        raise Refused("Only a person asks for a waiver.")
    row.reason = need(reason, "reason", GIVE_A_REASON)
    row.asked_by = user
    checked(row)
    row.save()
    evaluation = row.evaluation
    after = {"thing": row.thing, "stage": evaluation.stage}
    journal.record(
        evaluation, "waiver_request.asked", row, by, after=after, reason=row.reason
    )
    for leader in answerers(evaluation, tells=row.tells).exclude(pk=user.pk):
        owe_now(WaiverAsked.name, evaluation, row.pk, recipient=leader)
    return row
