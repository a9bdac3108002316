"""Reading a decision's promises again, after 3, 6 and 12 months."""

import datetime
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from evaltracker.decision.models import (
    CheckFound,
    CheckVerdict,
    Decision,
    Letter,
    MetricValue,
    PromiseCheck,
    Succession,
)
from evaltracker.decision.selectors.letters import letter_notices
from evaltracker.decision.selectors.promises import (
    ANNEX_NOTICE,
    CHECK_NOTICE,
    GAP_NOTICE,
    chosen_of,
    keepers_of,
    open_gaps_of,
    promised_rows,
)
from evaltracker.decision.services.letters import (
    check_letter,
    column_of,
    open_letter,
    promise_record_text,
)
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.money import CODES
from evaltracker.notices.services.scheduling import cancel_notices, schedule_notice
from evaltracker.requirements.services.evaluations import (
    BRIEF_FIELDS,
    create_evaluation,
)
from evaltracker.requirements.services.templates import TEMPLATE_PARTS, copy_needs
from evaltracker.toolbox.days import MORNING, today_in
from evaltracker.toolbox.languages import speaking
from evaltracker.toolbox.text import read_reason
from evaltracker.toolbox.working_days import months_after
from stakeholders.policy import require_part
from stakeholders.services.people import add_same_people
from stakeholders.services.roles import ask_usual_roles
from trials.models import Gap
from vendors.candidates import WORDED
from vendors.choices import CandidateState, DocumentKind
from vendors.models import Contact, PublishedDocument
from vendors.notices import DocumentPublished
from vendors.policy import check_read_answers, require_no_conflict
from vendors.selectors.annex import annex_versions
from vendors.services.candidates import add_candidate
from vendors.services.contacts import mail_link
from vendors.services.dialogue import check_publish, publish_document

MONTHS = (3, 6, 12)
# Days before the day on which the owner is reminded; a week after, if it is open.
OFFSETS = (7, 0, -7)
# Of a day in the annex: weekly after it, eight times.
ANNEX_OFFSETS = (7, *range(0, -57, -7))
CLOSED = "The promise check is closed."


def plan_checks(*, evaluation: Evaluation) -> list[PromiseCheck]:
    """Plan the checks in the transaction of the decision, if there is what to check:
    something that was promised, or a metric that was to move; and owe reminders of the
    days for which open gaps are promised. It takes no actor: deciding is the act, and
    its journal entry speaks for it."""
    candidate = chosen_of(evaluation)
    if candidate is None:
        return []
    for gap in open_gaps_of(candidate):
        if gap.promised_for:
            schedule_reminders(GAP_NOTICE, gap, gap.promised_for, evaluation)
    if not (promised_rows(candidate) or evaluation.metrics.exists()):
        return []
    today = today_in(evaluation.zone)
    checks = PromiseCheck.objects.bulk_create(
        PromiseCheck(
            candidate=candidate, months=month, due_on=months_after(today, month)
        )
        for month in MONTHS
    )
    for check in checks:
        schedule_reminders(
            CHECK_NOTICE, check, check.due_on, evaluation, check.occurrence
        )
    return checks


def schedule_reminders(
    kind: str,
    row: PromiseCheck | Gap | PublishedDocument,
    due_on: datetime.date,
    evaluation: Evaluation,
    occurrence: object = "",
    people: Iterable[User] = (),
    offsets: Iterable[int] = OFFSETS,
) -> None:
    """Schedule a mail to `people`, or else the owner, before, on and after the day;
    none for what is past."""
    recipients = set(people) or {evaluation.owner}
    for offset, person in product(offsets, recipients):
        day = due_on - datetime.timedelta(days=offset)
        if day < today_in(evaluation.zone):
            continue
        schedule_notice(
            kind=kind,
            evaluation=evaluation,
            subject_id=row.pk,
            occurrence=occurrence,
            day=day,
            time=MORNING,
            zone=evaluation.zone,
            offset_days=offset,
            recipient=person,
        )


def follow_annex(*, evaluation: Evaluation) -> None:
    """Owe mails of each day in the newest annex, and none of older ones, in the
    transaction of what puts it forward or names who looks after it."""
    candidate = chosen_of(evaluation)
    if candidate:
        versions = [*annex_versions(candidate)]
    else:
        versions = []
    for former in versions[1:]:
        because = "A newer version of the annex was put forward."
        cancel_notices(kind=ANNEX_NOTICE, subject_id=former.pk, because=because)
    if candidate and versions and not candidate.promise_checks.exists():
        plan_checks(evaluation=evaluation)
    terms = (keepers_of(evaluation), ANNEX_OFFSETS)
    for newest in versions[:1]:
        for day in {line["due"] for line in newest.facts["lines"] if line["due"]}:
            due_on = datetime.date.fromisoformat(day)
            schedule_reminders(ANNEX_NOTICE, newest, due_on, evaluation, day, *terms)


@transaction.atomic
def move_check(*, check: PromiseCheck, due_on: datetime.date, by: By) -> PromiseCheck:
    """Do a check on another day; who was reminded of the old one is reminded anew."""
    check, evaluation = open_check(check)
    check_run(check, by)
    if due_on < today_in(evaluation.zone):
        raise Invalid("Choose today or a future date.", field="due_on")
    if due_on == check.due_on:
        return check
    before, after = policy.change(check, due_on=due_on, occurrence=check.occurrence + 1)
    cancel_notices(kind=CHECK_NOTICE, subject_id=check.pk, because="It was moved.")
    schedule_reminders(CHECK_NOTICE, check, due_on, evaluation, check.occurrence)
    record_in_journal(check, evaluation, "moved", by, before, after)
    return check


@transaction.atomic
def waive_check(*, check: PromiseCheck, reason: str, by: By) -> PromiseCheck:
    check, evaluation = open_check(check)
    check_run(check, by)
    reason = read_reason(reason, "Give a reason for skipping it.")
    close_without_check(check, evaluation, waived_reason=reason)
    record_in_journal(check, evaluation, "waived", by, reason=reason)
    return check


@transaction.atomic
def record_promises(
    *, check: PromiseCheck, found: Mapping[str, tuple[str, str]], by: By
) -> PromiseCheck:
    """Say of what was promised whether it holds today, each with a note.

    `found` is verdict and note by the key of the row, which is a requirement's ref;
    what is left out stays open.

    Raises:
        Forbidden: no part, or a declared interest. Refused: closed. Invalid: nothing
        promised of that name, no known verdict, or no note.
    """
    check, evaluation = open_check(check)
    user = check_judge(check, by)
    promised = promised_rows(check.candidate, [check])
    rows = {row.key: row for row in promised}
    before = {}
    after = {}
    for key, (verdict, note) in found.items():
        if key not in rows:
            raise Invalid(f"{key} is not among what was promised.")
        line = rows[key]
        (old,) = rows[key].verdicts
        if old is not None and (old.found, old.note) == (verdict, note.strip()):
            continue
        if old is not None:
            before[line.name] = f"{old.found}: {old.note}"
        if verdict not in CheckFound.values or not note.strip():
            sentence = f"{line.name}: say whether it holds, and how you saw it."
            raise Invalid(sentence, errors={f"note-{key}": [sentence]})
        row = old or CheckVerdict(
            promise_check=check,
            requirement=line.requirement,
            undertaking=line.undertaking,
        )
        row.found = verdict
        row.note = note.strip()
        save_recorded(row, user)
        after[line.name] = f"{row.found}: {row.note}"
    if after:
        record_in_journal(check, evaluation, "judged", by, before, after)
    return check


def save_recorded(row: CheckVerdict | MetricValue, user: User) -> None:
    row.recorded_by = user
    row.recorded_at = timezone.now()
    policy.checked(row)
    row.save()


@transaction.atomic
def close_check(*, check: PromiseCheck, summary: str, by: By) -> PromiseCheck:
    check, evaluation = open_check(check)
    check_close(check, by)
    close_without_check(check, evaluation, summary=summary.strip())
    record_in_journal(check, evaluation, "closed", by, after={"summary": check.summary})
    return check


def check_run(check: PromiseCheck, by: By) -> None:
    policy.require_owner(by, check.candidate.evaluation)
    require_open_check(check)


def check_judge(check: PromiseCheck, by: By) -> User:
    user = require_part(by, check.candidate.evaluation)
    require_no_conflict(user, check.candidate)
    require_open_check(check)
    return user


def check_close(check: PromiseCheck, by: By) -> None:
    check_run(check, by)
    rows = promised_rows(check.candidate, [check])
    missing = [row.name for row in rows if row.last is None]
    if missing:
        raise Refused(f"Not judged yet: {', '.join(missing)}.")


def require_open_check(check: PromiseCheck) -> None:
    if check.candidate.evaluation.status != Status.DECIDED or not check.is_open:
        raise Refused(CLOSED)


def open_check(check: PromiseCheck) -> tuple[PromiseCheck, Evaluation]:
    evaluation = policy.lock(check.candidate.evaluation)
    rows = PromiseCheck.objects.select_related("candidate__evaluation__owner")
    return rows.get(pk=check.pk), evaluation


def close_without_check(
    check: PromiseCheck, evaluation: Evaluation, **columns: str
) -> None:
    policy.change(
        check, closed_at=timezone.now(), closed_by=evaluation.owner, **columns
    )
    cancel_notices(kind=CHECK_NOTICE, subject_id=check.pk, because=CLOSED)


def record_in_journal(
    check: PromiseCheck,
    evaluation: Evaluation,
    verb: str,
    by: By,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    journal.record(
        evaluation=evaluation,
        action=f"promise_check.{verb}",
        subject=check,
        by=by,
        before=before,
        after={"candidate": check.candidate, **(after or {})},
        reason=reason,
    )


def check_measure(check: PromiseCheck, by: By) -> User:
    user = require_part(by, check.candidate.evaluation)
    require_open_check(check)
    return user


@transaction.atomic
def record_metric_values(
    *, check: PromiseCheck, values: Mapping[UUID, tuple[str, str]], by: By
) -> PromiseCheck:
    """Enter what metrics are on the day of a check, each with a note if need be.

    `values` is value and note by the metric's id; what is left out stays missing.

    Raises:
        Forbidden: no part. Refused: closed. Invalid: no metric of this brief, or a
        blank value.
    """
    check, evaluation = open_check(check)
    user = check_measure(check, by)
    metrics = evaluation.metrics.in_bulk()
    by_metric = {row.metric_id: row for row in check.metric_values.all()}
    before = {}
    after = {}
    for key, (value, note) in values.items():
        if key not in metrics:
            raise Invalid("That is no metric of this brief.")
        entered = (value.strip(), note.strip())
        old = by_metric.get(key)
        if old is not None and (old.value, old.note) == entered:
            continue
        name = metrics[key].name
        if old is not None:
            before[name] = old.value
        row = old or MetricValue(promise_check=check, metric=metrics[key])
        row.value, row.note = entered
        if not row.value:
            sentence = f"Enter the value of “{name}”."
            raise Invalid(sentence, errors={f"value-{key}": [sentence]})
        save_recorded(row, user)
        after[name] = row.value
    if after:
        record_in_journal(check, evaluation, "measured", by, before, after)
    return check


def check_publish_promises(letter: Letter, by: By) -> None:
    check_letter(letter, by)
    if letter.released_at is None:
        raise Refused("Send the letter first; the promise record follows it.")
    if not settings.VENDOR_SITE_URL:
        raise Refused("This installation has no vendor pages to publish it on.")
    check_publish(letter.candidate, DocumentKind.PROMISES, by)


def record_of(letter: Letter) -> str:
    decision = Decision.objects.get(evaluation=letter.candidate.evaluation_id)
    with speaking(letter.language):
        return promise_record_text(*column_of(decision, letter.candidate))


@transaction.atomic
def publish_promises(*, letter: Letter, by: By) -> PublishedDocument:
    """Let a vendor read its own promise record, and tell whoever had the letter.

    Raises:
        Forbidden: not the owner. Refused: not decided, the letter is not sent, or it is
        published already.
    """
    letter, _ = open_letter(letter, by)
    check_publish_promises(letter, by)
    document = publish_document(
        candidate=letter.candidate,
        kind=DocumentKind.PROMISES,
        text=record_of(letter),
        language=letter.language,
        by=by,
    )
    had = letter_notices([letter]).values("address")
    for contact in Contact.objects.current().filter(
        vendor=letter.candidate.vendor_id, email__in=had
    ):
        mail_link(letter.candidate, contact, DocumentPublished.name, document)
    return document


# Starting the next evaluation from one that is there: what was needed, by whom asked.
#
# What vendors said, what was seen, scored, signed and decided stays where it was; the
# new one has a journal of its own.

# Asked for anew: they belong to one purchase.
OWN = frozenset({"title", "buyer", "must_run_by"})
CANDIDATE = ("name", "kind", *(column.name for column in WORDED))


def may_follow(user: User, origin: Evaluation) -> bool:
    seen = Evaluation.objects.visible_to(user).filter(pk=origin.pk)
    return policy.may_start_evaluations(user) and seen.exists()


@transaction.atomic
def start_next(
    *,
    origin: Evaluation,
    title: str,
    by: User,
    must_run_by: datetime.date | None = None,
    with_people: bool = True,
    with_candidates: bool = False,
) -> Evaluation:
    """An evaluation in the requirements stage, owned by `by`, that follows `origin`.

    Brief, metrics, categories and requirements with weights and help, and whatever a
    template keeps, as who must sign and the kinds of cost, come along; people with
    their roles and candidates, longlisted anew and without a word of theirs, if asked
    for. Retired requirements, eliminated candidates and people who left do not.

    Raises:
        Forbidden: `by` does not see `origin`, or may not start evaluations. Refused:
        candidates come along, and `by` has not said yet whether they have an interest
        in each. Invalid: by field.
    """
    origin = policy.lock(origin)
    if not may_follow(by, origin):
        raise Forbidden("You may not start an evaluation from this one.")
    if with_candidates:
        check_read_answers(origin, by)
    brief = {name: getattr(origin, name) for name in sorted(BRIEF_FIELDS - OWN)}
    # What former days took for a currency, no rate can be written for.
    if brief["currency"] not in CODES:
        del brief["currency"]
    following = create_evaluation(
        title=title, buyer=origin.buyer, must_run_by=must_run_by, by=by, **brief
    )
    for part in TEMPLATE_PARTS.values():
        if part.load is not None and (content := part.save(origin)):
            part.load(following, content, by)
    ask_usual_roles(evaluation=following, by=by)
    counts = {
        "requirements": copy_needs(origin=origin, evaluation=following, by=by),
        "rules": following.sign_off_rules.count(),
        "people": add_same_people(
            evaluation=following, people_of=origin if with_people else None, by=by
        ),
        "candidates": 0,
    }
    if with_candidates:
        options = origin.candidates.exclude(state=CandidateState.ELIMINATED)
        for option in options.select_related("vendor"):
            values = {name: getattr(option, name) for name in CANDIDATE}
            add_candidate(evaluation=following, vendor=option.vendor, by=by, **values)
            counts["candidates"] += 1
    Succession.objects.create(evaluation=following, origin=origin)
    # By id: not everybody who sees the one has to know of the other.
    after = {"origin": origin.pk, **counts}
    journal.record(following, "evaluation.follows", following, by, after=after)
    return following
