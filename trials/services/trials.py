"""Planning a trial, closing it, and the gaps that it finds."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_stage,
)
from evaltracker.requirements.services.requirements import require_known
from evaltracker.toolbox.days import instant_of, is_working_day, today_in
from evaltracker.toolbox.measures import pool_name
from evaltracker.toolbox.text import CallFields, read_field
from trials.choices import EvidenceVerdict, Retest, Severity
from trials.models import ContractChange, Criterion, Evidence, Gap, Trial
from trials.policy import (
    TRIAL_STAGES,
    change_on,
    check_part,
    check_running,
    check_trial,
    journal_on,
    may_lead,
    require_insider,
    require_same,
    require_trial_lead,
    require_unclosed,
)
from trials.selectors.cells import awaiting_reply
from trials.selectors.trials import WORDS, unjudged_criteria
from trials.services.mails import tell_vendor_of
from trials.services.milestones import cancel_open_milestones
from vendors.models import Candidate
from vendors.policy import require_no_conflict
from vendors.services.candidates import lock_candidate

# Where numbers count from, and how long each may be.
DECLARED = {"counted_environment": 80, "counted_commit": 200}
LIMITS = {**DECLARED, "threshold": 200}
TEXTS = ("title", *WORDS, "difference", *DECLARED)
PLAN = ("starts_on", "ends_on", "zone", "lead", *TEXTS)


@transaction.atomic
def plan_trial(
    *,
    candidate: Candidate,
    starts_on: datetime.date,
    ends_on: datetime.date,
    lead: User,
    by: By,
    zone: str = "",
    drawn_up: bool = False,
    **texts: str,
) -> Trial:
    """Plan a candidate's trial; `texts` are some of `TEXTS`, and what of them is blank
    is filled in before it is agreed.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or eliminated. Invalid: by
        field, e.g. a lead without a part in the evaluation.
    """
    candidate = lock_candidate(candidate)
    check_plan_trial(candidate, by)
    evaluation = candidate.evaluation
    require_insider(lead, evaluation, "lead")
    require_known(texts, TEXTS)
    texts = read_words("workload", **{name: texts.get(name, "") for name in TEXTS})
    check_days(starts_on, ends_on)
    trial = Trial(
        candidate=candidate,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=zone or evaluation.zone,
        lead=lead,
        drawn_up=drawn_up,
        **texts,
    )
    declare(trial, {name: texts[name] for name in DECLARED if texts[name]})
    checked(trial)
    trial.save()
    journal_on(trial, "trial.planned", by, after=journal.snapshot(trial, PLAN))
    return trial


@transaction.atomic
def change_trial(*, trial: Trial, by: By, **values: Any) -> Trial:
    """Change the plan, until its contract is agreed.

    What was put forward is taken back with it, and agreed to anew.

    Raises:
        Forbidden: neither lead nor owner. Refused: agreed. Invalid: by field.
    """
    require_known(values, PLAN)
    trial, evaluation = open_trial(trial, by, check_change_trial)
    before, after = change_plan(trial, evaluation, values)
    if after:
        withdraw_proposal(trial)
        journal_on(trial, "trial.changed", by, before=before, after=after)
    return trial


def change_plan(
    trial: Trial, evaluation: Evaluation, values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    if "lead" in values:
        require_insider(values["lead"], evaluation, "lead")
    texts = {field: values[field] for field in TEXTS if field in values}
    values |= read_words("workload", **texts)
    check_days(
        values.get("starts_on", trial.starts_on), values.get("ends_on", trial.ends_on)
    )
    declare(trial, values)
    return change(trial, **values)


@transaction.atomic
def close_trial(*, trial: Trial, summary: str, by: By) -> Trial:
    """End a trial with what it came to; its open milestones are called off.

    Raises:
        Forbidden: neither lead nor owner. Refused: never agreed, a criterion is not
        judged, or the vendor may still answer what failed. Invalid: no summary.
    """
    trial = open_trial(trial, by, check_close_trial)[0]
    cleaned = read_field("summary", summary)
    before, after = change(trial, summary=cleaned, closed_at=timezone.now())
    called_off = cancel_open_milestones(trial, "The trial was closed.")
    after["milestones_called_off"] = called_off
    journal_on(trial, "trial.closed", by, before=before, after=after)
    return trial


def withdraw_proposal(trial: Trial) -> None:
    if trial.proposed_at and not trial.agreed_at:
        change(trial, proposed_at=None, version=trial.version + 1)


def check_plan_trial(candidate: Candidate, by: By) -> None:
    check_owned(candidate.evaluation, by, *TRIAL_STAGES)
    check_running(candidate)


def check_change_trial(trial: Trial, by: By) -> None:
    check_trial(trial, by)
    if trial.agreed_at:
        raise Refused(
            "The contract of this trial is agreed; change it with a reason, by number."
        )


def check_close_trial(trial: Trial, by: By) -> None:
    check_trial(trial, by, Stage.TRIALS)
    if not trial.agreed_at:
        raise Refused("The contract of this trial was never agreed.")
    missing = [
        f"{criterion.requirement.ref}: {criterion.text[:80]}"
        for criterion in unjudged_criteria().filter(trial=trial)
    ]
    if missing:
        raise Refused(
            f"Not judged yet: {'; '.join(missing[:5])}"
            + (f" and {len(missing) - 5} more." if len(missing) > 5 else ".")
        )
    gap = trial.gaps.filter(awaiting_reply()).order_by("-reply_until").first()
    if gap is not None and gap.reply_until is not None:
        until = gap.reply_until.astimezone(ZoneInfo(trial.zone))
        raise Refused(
            f"The vendor may answer what failed until {until:%d %B %Y, %H:%M %Z}; "
            "close the trial then, or once it has replied."
        )


def open_trial(
    trial: Trial, by: By, rule: Callable[[Trial, By], object] = check_trial
) -> tuple[Trial, Evaluation]:
    """The trial under a row lock, after its evaluation's, if `rule` lets `by` go on."""
    evaluation = lock(trial.candidate.evaluation)
    fresh = locked_trial(trial, evaluation)
    rule(fresh, by)
    return fresh, evaluation


def locked_trial(trial: Trial, evaluation: Evaluation) -> Trial:
    fresh = lock(trial, "candidate", "lead")
    fresh.candidate.evaluation = evaluation
    return fresh


def read_words(needed: str, **texts: str) -> dict[str, str]:
    """The words of a contract or a criterion as they are kept; all but the title and
    what is `needed` may wait."""
    inputs = CallFields()
    cleaned = {}
    for field, text in texts.items():
        if field == "title":
            cleaned[field] = inputs.line(field, text)
        elif limit := LIMITS.get(field):
            line = inputs.line(field, text, limit=limit, blank=True)
            cleaned[field] = pool_name(line) if field in DECLARED else line
        else:
            cleaned[field] = inputs.text(field, text, blank=field != needed)
    inputs.check()
    return cleaned


def declare(row: Trial | Criterion, values: Mapping[str, Any]) -> None:
    """Note when it is that the contract says, or says anew, where numbers count from;
    before the values are given to the row, which its caller saves."""
    if any(
        values.get(name, current := getattr(row, name)) != current for name in DECLARED
    ):
        row.declared_at = timezone.now()
        if not row._state.adding:
            row.save(update_fields=["declared_at"])


def check_days(starts_on: datetime.date, ends_on: datetime.date) -> None:
    if ends_on < starts_on:
        raise Invalid("A trial cannot end before it starts.", field="ends_on")


def number_change(
    trial: Trial, what: str, reason: str, by: By, changed: Iterable[str] = ("words",)
) -> int:
    """Give a change of an agreed contract its number; the caller journals it.

    Run tokens live on if nothing else is `changed` than where numbers count from.
    """
    last = trial.changes.order_by("-number").first()
    row = ContractChange(
        trial=trial,
        number=last.number + 1 if last else 1,
        what=what,
        reason=reason,
        changed_by=journal.actor_of(by).user,
    )
    checked(row)
    row.save(force_insert=True)
    former = trial.version
    change(trial, version=row.number + 1)
    if DECLARED.keys() >= set(changed):
        trial.run_tokens.filter(version=former).update(version=trial.version)
    return row.number


# Days on which somebody at the vendor works: enough to look, too few to rebuild.
REPLY_DAYS = 3


def reply_deadline(zone: str) -> datetime.datetime:
    """Until when a vendor may answer a finding: the end of the third working day.

    Working days are Monday to Friday, since a vendor's holidays are not known.
    """
    day = today_in(zone)
    left = REPLY_DAYS
    while left:
        day += datetime.timedelta(days=1)
        left -= is_working_day(day)
    return instant_of(day + datetime.timedelta(days=1), datetime.time(), zone)


def check_record_gap(trial: Trial, by: By) -> User:
    user = check_part(trial.candidate.evaluation, by, Stage.TRIALS)
    require_no_conflict(user, trial.candidate)
    require_unclosed(trial)
    return user


def check_reply_to_gap(gap: Gap, by: By) -> None:
    evaluation = gap.trial.candidate.evaluation
    if actor_of(by).user is not None:
        require_trial_lead(by, gap.trial)
    late = evaluation.stage != Stage.TRIALS and not gap.awaits_reply
    if not evaluation.is_open or late or gap.trial.closed_at or gap.closed_at:
        raise Refused(_("This gap no longer takes replies."))


def check_close_gap(gap: Gap, by: By) -> None:
    require_trial_lead(by, gap.trial)
    require_stage(gap.trial.candidate.evaluation, Stage.TRIALS)
    if gap.closed_at:
        raise Refused("This gap is closed already.")


@transaction.atomic
def record_gap(
    *,
    trial: Trial,
    severity: str,
    text: str,
    by: By,
    requirement: Requirement | None = None,
    found_on: datetime.date | None = None,
    workaround: str = "",
) -> Gap:
    """Note what is missing, as soon as it is found; today unless said.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest. Refused: not the
        trials stage, or closed. Invalid: by field.
    """
    evaluation = lock(trial.candidate.evaluation)
    trial = locked_trial(trial, evaluation)
    user = check_record_gap(trial, by)
    require_same(evaluation, requirement)
    today = today_in(trial.zone)
    day = found_on or today
    inputs = CallFields()
    if not trial.starts_on <= day <= today:
        inputs.refuse(
            "found_on", f"It was found between {trial.starts_on}, day one, and today."
        )
    gap = Gap(
        trial=trial,
        requirement=requirement,
        severity=severity,
        text=inputs.text("text", text),
        found_on=day,
        found_by=user,
        workaround=inputs.text("workaround", workaround, blank=True),
    )
    inputs.check()
    return _record(gap, "workaround", by)


def open_gap_for_refuted(*, evidence: Evidence, trial: Trial, by: By) -> Gap:
    """Show the vendor what failed, and give it one bounded time to answer.

    Until it replied or the time is over the verdict does not count. A failed must-have
    knocks the candidate out by itself, so the gap is a challenge, no deal-breaker.
    Called by `record_evidence`, in its transaction.
    """
    gap = Gap(
        trial=trial,
        requirement=evidence.claim.requirement,
        severity=Severity.CHALLENGE,
        text=evidence.note,
        found_on=max(today_in(trial.zone), trial.starts_on),
        found_by=evidence.recorded_by,
        evidence=evidence,
        reply_until=reply_deadline(trial.zone),
    )
    return _record(gap, "reply_until", by)


def _record(gap: Gap, extra_field: str, by: By) -> Gap:
    checked(gap)
    gap.save()
    after = journal.snapshot(gap, ("severity", "text", "found_on", extra_field))
    after["requirement"] = gap.requirement.ref if gap.requirement else ""
    journal_on(gap, "gap.recorded", by, after=after)
    tell_vendor_of(gap)
    return gap


@transaction.atomic
def reply_to_gap(
    *,
    gap: Gap,
    reply: str,
    by: By,
    promised_for: datetime.date | None = None,
    workaround: str = "",
) -> Gap:
    """Keep the vendor's answer, with the date that it promises and a workaround.

    `by` is the vendor that a token stands for, or whoever runs the trial and notes
    what the vendor said. A newer reply takes the place of the older, which the
    journal keeps; a blank workaround leaves the one that is noted.

    Raises:
        Forbidden: a person who does not run the trial. Refused: closed, in words for
        outsiders. Invalid: by field.
    """
    evaluation = lock(gap.trial.candidate.evaluation)
    fresh = locked_gap(gap, evaluation)
    check_reply_to_gap(fresh, by)
    by_vendor = actor_of(by).user is None
    inputs = CallFields()
    answer: dict[str, Any] = {
        "reply": inputs.text("reply", reply),
        "promised_for": promised_for,
        "workaround": inputs.text("workaround", workaround, blank=True)
        or fresh.workaround,
    }
    if by_vendor and promised_for and promised_for < today_in(fresh.trial.zone):
        inputs.refuse("promised_for", _("Choose a future date."))
    inputs.check()
    if all(getattr(fresh, field) == value for field, value in answer.items()):
        return fresh
    answer["reply_at"] = timezone.now()
    answer["reply_noted_by"] = None if by_vendor else actor_of(by).user
    change_on(fresh, fresh.trial.candidate, "gap.replied", by, **answer)
    return fresh


@transaction.atomic
def close_gap(*, gap: Gap, note: str, by: By) -> Gap:
    fresh = locked_gap(gap, lock(gap.trial.candidate.evaluation))
    check_close_gap(fresh, by)
    if not note.strip():
        raise Invalid("Describe how it ended.", field="note")
    closed = {"closed_at": timezone.now(), "closing_note": read_field("note", note)}
    change_on(fresh, fresh.trial.candidate, "gap.closed", by, **closed)
    return fresh


def locked_gap(gap: Gap, evaluation: Evaluation) -> Gap:
    fresh = lock(gap, "trial__candidate", "trial__lead")
    fresh.trial.candidate.evaluation = evaluation
    return fresh


HELD = "It held when it was judged again."


def check_retest_gap(gap: Gap, by: By) -> User:
    user = check_record_gap(gap.trial, by)
    if gap.closed_at:
        raise Refused("This gap is closed; if it is back, record it as a new one.")
    return user


@transaction.atomic
def retest_gap(*, gap: Gap, outcome: str, note: str, by: By) -> Gap:
    """Say what trying it again came to; the journal keeps what it came to before.

    Mended, it is closed if `by` runs the trial, else it waits for who does. Still
    there, the vendor is told, and may reply once more.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest. Refused: not the
        trials stage, or closed. Invalid: by field.
    """
    evaluation = lock(gap.trial.candidate.evaluation)
    trial = locked_trial(gap.trial, evaluation)
    fresh = locked_gap(gap, evaluation)
    user = check_retest_gap(fresh, by)
    if outcome not in Retest.values:
        raise Invalid("Choose the result: mended, or still there.", field="outcome")
    cleaned = read_field("note", note)
    closes = outcome == Retest.MENDED and may_lead(user, trial)
    _keep(fresh, Retest(outcome), cleaned, user, by, closes=closes)
    return fresh


def judged_anew(*, evidence: Evidence, trial: Trial, by: By) -> bool:
    """Let a newer verdict of a trial speak for what an earlier one found to fail.

    What holds now closes the finding. What fails again, after the vendor has had its
    time to answer, gives no second time: it counts at once, and the vendor is told.
    Called by `record_evidence`, in its transaction.

    Returns:
        Whether a failure is one for which the vendor was heard.
    """
    findings = Gap.objects.select_for_update(of=("self",), no_key=True).filter(
        trial=trial,
        evidence__claim__requirement=evidence.claim.requirement_id,
        closed_at__isnull=True,
    )
    if evidence.verdict == EvidenceVerdict.FAILS:
        heard = Q(reply_at__isnull=False) | Q(reply_until__lte=timezone.now())
        findings = findings.filter(heard, evidence__claim=evidence.claim_id)
        outcome = Retest.STILL_THERE
    elif evidence.verdict == EvidenceVerdict.HOLDS:
        outcome = Retest.MENDED
    else:
        return False
    gaps = list(findings)
    for gap in gaps:
        gap.trial = trial
        note = evidence.note or HELD
        _keep(gap, outcome, note, evidence.recorded_by, by, closes=True)
    return bool(gaps)


def _keep(
    gap: Gap, outcome: Retest, note: str, user: User, by: By, *, closes: bool
) -> None:
    """Write it down; `closes` says whether what is mended is over with it."""
    now = timezone.now()
    fields: dict[str, Any] = {"retest": outcome, "retest_note": note}
    fields |= {"retested_at": now, "retested_by": user}
    if closes and outcome == Retest.MENDED:
        fields |= {"closed_at": now, "closing_note": note}
    change_on(gap, gap.trial.candidate, "gap.retested", by, **fields)
    if outcome == Retest.STILL_THERE:
        tell_vendor_of(gap)
