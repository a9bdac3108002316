"""The contract that a decision led to, the draws kept for pages, and a new owner."""

import datetime
import time
from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import (
    SimulationInputs,
    compute_results,
    draw_all,
)
from evaltracker.decision.models import (
    ContractTerm,
    KeptDraws,
    TermOutcome,
    default_remind_days,
)
from evaltracker.decision.notices import EvaluationHandedOn
from evaltracker.decision.selectors import TERM_NOTICE, term_of
from evaltracker.decision.services.promise_checks import follow_annex
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.services import scheduling
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.days import MORNING, today_in
from evaltracker.toolbox.text import read_reason
from evaltracker.toolbox.working_days import months_after
from stakeholders.models import SignOff
from stakeholders.policy import voices
from trials.policy import read_reminder_days, require_insider
from trials.selectors.matrix import versions_of
from vendors.policy import barring_interest
from vendors.services.quotes import drop_asked_opening

EARLIEST = 730


def remind_anew(term: ContractTerm, *, moved: bool) -> None:
    if moved:
        term.outcome, term.outcome_note = "", ""
        term.settled_at = term.settled_by = None
    term.occurrence += 1
    term.save()
    scheduling.cancel_notices(
        kind=TERM_NOTICE,
        subject_id=term.pk,
        because="The contract's dates or people were changed.",
    )
    owe_term_reminders(term)
    follow_annex(evaluation=term.evaluation)


def owe_term_reminders(term: ContractTerm) -> None:
    """Owe its keeper and the owner a mail for each day; days past collapse into one. Of
    a last day that is over nobody is reminded: the page and *My work* say so."""
    evaluation, today = term.evaluation, today_in(term.evaluation.zone)
    if term.is_settled or term.deadline is None or term.deadline < today:
        return
    days = sorted(term.remind_days)
    left = (term.deadline - today).days
    past = [day for day in days if day > left][:1]
    for person in {term.looks_after, evaluation.owner}:
        for offset in [*past, *(day for day in days if day <= left)]:
            scheduling.schedule_notice(
                kind=TERM_NOTICE,
                evaluation=evaluation,
                subject_id=term.pk,
                occurrence=term.occurrence,
                offset_days=offset,
                recipient=person,
                day=term.deadline - datetime.timedelta(days=offset),
                time=MORNING,
                zone=evaluation.zone,
            )


SETTLED = "It was decided what happens to the contract."
DATES = ("starts_on", "ends_on", "notice_months", "notice_on", "renewal_months")


@transaction.atomic
def set_contract_term(
    *,
    evaluation: Evaluation,
    starts_on: datetime.date,
    looks_after: User,
    by: By,
    remind_days: Iterable[int] = (),
    **dates: Any,
) -> ContractTerm:
    """Enter or change how long the contract runs; reminders follow its dates.

    The owner and `looks_after`, somebody with a part, are reminded `remind_days` before
    the last day to give notice, else before the end; none means a quarter, a month and
    a week. `dates` are `ends_on`, `notice_months`, `notice_on` and `renewal_months`.

    Raises:
        Forbidden: not the owner. Refused: not decided. Invalid: dates that contradict
        each other, or somebody without a part.
    """
    evaluation = policy.lock(evaluation)
    check_set_term(evaluation, by)
    require_insider(looks_after, evaluation, "looks_after")
    term = term_of(evaluation)
    is_new = term is None
    if term is None:
        term = ContractTerm(
            evaluation=evaluation, starts_on=starts_on, looks_after=looks_after
        )
    old = (term.deadline, term.looks_after_id, list(term.remind_days))
    wanted = read_reminder_days(remind_days, earliest=EARLIEST, field="remind_days")
    wanted = wanted or default_remind_days()
    values = {
        **dict.fromkeys(DATES, None),
        **dates,
        "starts_on": starts_on,
        "looks_after": looks_after,
        "remind_days": wanted,
    }
    require_consistent_dates(ContractTerm(evaluation=evaluation, **values))
    if is_new:
        for name, value in values.items():
            setattr(term, name, value)
        policy.checked(term)
        term.save(force_insert=True)
        before: dict[str, Any] = {}
        after = {name: value for name, value in values.items() if value is not None}
    else:
        before, after = policy.change(term, **values)
    if not after:
        return term
    if is_new or old != (term.deadline, looks_after.pk, term.remind_days):
        remind_anew(term, moved=old[0] != term.deadline)
    record_in_journal(term, "entered" if is_new else "changed", by, before, after)
    return term


def require_consistent_dates(term: ContractTerm) -> None:
    start, end, notice = term.starts_on, term.ends_on, term.notice_on
    wrong = {
        "ends_on": "The end is before the start."
        if end is not None and end < start
        else "",
        "notice_on": "Notice has to be given before the contract ends."
        if end is not None and notice is not None and notice > end
        else "",
        "renewal_months": "An open-ended contract does not renew; enter its end."
        if end is None and term.renewal_months is not None
        else "",
    }
    if not any(wrong.values()) and term.notice_day and term.notice_day < start:
        field = "notice_on" if notice else "notice_months"
        wrong[field] = "The last day to give notice is before the start."
    errors = {field: [sentence] for field, sentence in wrong.items() if sentence}
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors=errors)


@transaction.atomic
def settle_contract_term(
    *, term: ContractTerm, outcome: str, note: str, by: By
) -> ContractTerm:
    """Say what happens on its last day; nobody is reminded of that day any more.

    What renews automatically and goes on runs to its next end at once.

    Raises:
        Forbidden: neither the owner nor who looks after it. Refused: it is settled, or
        has no date. Invalid: no outcome, or no note.
    """
    evaluation = policy.lock(term.evaluation)
    term = ContractTerm.objects.select_related("looks_after").get(pk=term.pk)
    term.evaluation = evaluation
    check_settle_term(term, by)
    if outcome not in TermOutcome.values:
        raise Invalid("Choose what happens to the contract.", field="outcome")
    note = read_reason(note, "Write how it was decided; the journal keeps it.")
    if outcome == TermOutcome.GOES_ON and term.renewed_until is not None:
        return renew(term, note, by)
    before, after = policy.change(
        term,
        outcome=outcome,
        outcome_note=note,
        settled_at=timezone.now(),
        settled_by=actor_of(by).user,
    )
    scheduling.cancel_notices(kind=TERM_NOTICE, subject_id=term.pk, because=SETTLED)
    record_in_journal(term, "settled", by, before, after)
    return term


def renew(term: ContractTerm, note: str, by: By) -> ContractTerm:
    months = term.renewal_months or 0
    notice = term.notice_on and months_after(term.notice_on, months)
    before, after = policy.change(term, ends_on=term.renewed_until, notice_on=notice)
    remind_anew(term, moved=True)
    record_in_journal(term, "renewed", by, before, after, note)
    return term


def check_set_term(evaluation: Evaluation, by: By) -> None:
    policy.require_owner(by, evaluation)
    if evaluation.status != Status.DECIDED:
        raise Refused("The contract is entered once the evaluation is decided.")


def check_settle_term(term: ContractTerm, by: By) -> None:
    user = actor_of(by).user
    keepers = (term.evaluation.owner_id, term.looks_after_id)
    if user is None or not user.is_active or user.pk not in keepers:
        raise Forbidden("Only the owner and the person who looks after it may do this.")
    if term.deadline is None:
        raise Refused("The contract has no date by which to decide.")
    if term.is_settled:
        raise Refused(SETTLED)


def record_in_journal(
    term: ContractTerm,
    verb: str,
    by: By,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str = "",
) -> None:
    journal.record(
        evaluation=term.evaluation,
        action=f"contract_term.{verb}",
        subject=term,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )


# Keeping the draws of what moved, so that no page waits for them.
#
# A chore counts for every evaluation that is of another version than its draws. Those
# are kept by the digest of their inputs: an entry that moved none of them costs no new
# draws.

# A chore that has counted for so long leaves the rest to the next tick.
BUDGET = 20.0

logger = structlog.get_logger(__name__)


def keep_moved_draws() -> None:
    """A chore: count the draws of each undecided evaluation that moved. One that cannot
    be counted is told in the log and holds up no other."""
    ends = time.monotonic() + BUDGET
    for evaluation in evaluations_with_stale_draws():
        if time.monotonic() > ends:
            return
        try:
            with transaction.atomic():
                keep_draws(evaluation=evaluation)
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("draws_failed", evaluation=str(evaluation.pk))


def evaluations_with_stale_draws() -> list[Evaluation]:
    rows = Evaluation.objects.exclude(status=Status.DECIDED).select_related("owner")
    evaluations = {row.pk: row for row in rows.order_by("created_at")}
    now = versions_of(evaluations)
    for draws in KeptDraws.objects.filter(evaluation__in=now).defer("results"):
        is_over = draws.valid_until <= timezone.now()
        if draws.version == now[draws.evaluation_id].digest and not (
            is_over and evaluations[draws.evaluation_id].is_open
        ):
            del evaluations[draws.evaluation_id]
    return [row for key, row in evaluations.items() if key in now]


def keep_draws(*, evaluation: Evaluation) -> KeptDraws:
    """Draw what stands now and keep it; draws of the same inputs stay as they are. The
    version was read before the facts: what is written meanwhile makes it move once
    more."""
    now = versions_of([evaluation.pk])[evaluation.pk]
    draws = KeptDraws.objects.filter(evaluation=evaluation).first()
    drawn = draws.results if draws and draws.adds_up else {}
    digest = draws.digest if draws and drawn else ""

    def draw(race: SimulationInputs) -> dict[str, object]:
        nonlocal drawn, digest
        if race.digest != digest:
            digest, drawn = race.digest, draw_all(race)
        return drawn

    results = compute_results(gather_inputs(evaluation), draw)
    ranking = results["robustness"].get("ranking", [])
    draws, _ = KeptDraws.objects.update_or_create(
        evaluation=evaluation,
        defaults={
            "version": now.digest,
            "valid_until": now.valid_until,
            "digest": digest,
            "results": drawn,
            "firsts": [row["id"] for row in ranking if row["rank"] == 1],
        },
    )
    return draws


FIELD = "new_owner"


def check_hand_on(evaluation: Evaluation, by: By) -> None:
    """The owner hands it on; an operator does once the owner's login is stopped."""
    user, owner = actor_of(by).user, evaluation.owner
    operates = user is not None and user.is_active and user.is_superuser
    owns = user is not None and policy.is_owner(user, evaluation)
    if not owns and (owner.is_active or not operates):
        raise Forbidden(
            f"Only {owner.name}, who runs this evaluation, hands it on; an operator "
            "does once that login is stopped."
        )
    policy.require_open(evaluation)
    if not may_take_over(evaluation).exists():
        raise Refused(
            "Nobody else can take it over yet. An operator gives people the right to "
            "start evaluations."
        )


def may_take_over(evaluation: Evaluation) -> QuerySet[User]:
    here = voices().filter(evaluation=evaluation).order_by().values("user")
    people = policy.people_who_may_start().exclude(pk=evaluation.owner_id)
    return people.exclude(pk__in=here).order_by("last_name", "username")


@transaction.atomic
def hand_on_evaluation(
    *, evaluation: Evaluation, new_owner: User, reason: str, by: By
) -> Evaluation:
    """Make somebody else the owner; they declare conflicts before they read answers.

    What was asked of a second person for the prices is dropped, since the one who
    asked no longer runs it.

    Raises:
        Forbidden: neither the owner, nor an operator in their place. Refused: it has
        ended. Invalid: no reason, or nobody who can take it.
    """
    evaluation = policy.lock(evaluation)
    check_hand_on(evaluation, by)
    reason = read_reason(reason, "Give a reason for handing it on.")
    sentence = why_not_theirs(evaluation, new_owner)
    if sentence:
        raise Invalid(sentence, field=FIELD)
    drop_asked_opening(
        evaluation=evaluation, by=by, because="The evaluation was handed on."
    )
    before = evaluation.owner
    evaluation.owner = new_owner
    evaluation.save(update_fields=["owner"])
    entry = journal.record(
        evaluation=evaluation,
        action="evaluation.handed_on",
        subject=evaluation,
        by=by,
        before={"owner": before.name},
        after={"owner": new_owner.name},
        reason=reason,
    )
    scheduling.owe_now(
        kind=EvaluationHandedOn.name,
        evaluation=evaluation,
        subject_id=evaluation.pk,
        occurrence=entry.number,
        recipient=new_owner,
    )
    return evaluation


def why_not_theirs(evaluation: Evaluation, person: User) -> str:
    if person.pk == evaluation.owner_id:
        return f"{person.name} runs it already."
    if voices().filter(evaluation=evaluation, user=person).exists():
        return (
            f"{person.name} holds a role here, and who runs an evaluation signs for "
            "nobody in it. End that role first."
        )
    theirs = Q(person=person) | Q(on_behalf_of=person)
    signed = SignOff.objects.filter(
        theirs, visit__evaluation=evaluation, visit__left_at__isnull=True
    )
    if signed.exists():
        return f"{person.name} has signed this stage, so cannot run it."
    if not may_take_over(evaluation).filter(pk=person.pk).exists():
        return f"{person.name} may not run evaluations; an operator gives that right."
    if barring_interest(person, evaluation) is not None:
        return f"{person.name} has a conflict of interest that nobody has cleared."
    return ""
