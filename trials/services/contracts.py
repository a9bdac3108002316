"""Contracts of trials: drawn up, put forward, agreed by each role, then numbered."""

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused, Stale, why_not
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_stage,
)
from evaltracker.toolbox.measures import UNSAID, Pool
from evaltracker.toolbox.text import listed, read_reason
from evaltracker.toolbox.working_days import monday_to_friday, working_day
from evaltracker.toolbox.working_days import shift as shift_day
from stakeholders.policy import has_role, require_part
from trials.models import Agreement, Criterion, Trial
from trials.policy import (
    TRIAL_STAGES,
    check_trial,
    journal_on,
    require_same,
    require_unclosed,
)
from trials.selectors.ledger import Ledger, ledger
from trials.selectors.trials import (
    DAYS,
    TERM_WORDS,
    WORDS,
    Contract,
    common_values,
    contract_of,
    finalists_without_trial,
    open_trials_drawn_up,
    shifts_of_trial,
    unlike_the_others,
)
from trials.services.criteria import put_criterion
from trials.services.mails import ask_for_agreement
from trials.services.milestones import add_milestone, reschedule
from trials.services.trials import (
    PLAN,
    change_plan,
    change_trial,
    check_days,
    locked_trial,
    number_change,
    open_trial,
    plan_trial,
    read_words,
    withdraw_proposal,
)
from vendors.models import Candidate
from vendors.policy import require_no_conflict

NO_ROLE = "Only people with a role agree to the contract."
CHANGED = "The contract was changed after you opened it; read it again."


def check_agree_contract(trial: Trial, by: By) -> User:
    evaluation = trial.candidate.evaluation
    user = require_part(by, evaluation)
    contract = contract_of(trial)
    if not any(
        part.user_id == user.pk for role in contract.roles for part in role.awaited
    ):
        raise Forbidden(NO_ROLE)
    require_no_conflict(user, trial.candidate)
    require_stage(evaluation, *TRIAL_STAGES)
    require_unclosed(trial)
    if trial.proposed_at is None:
        raise Refused("The terms aren't sent yet. Ask the trial's lead to send them.")
    if not contract.parts_of(user):
        raise Refused("Your role has agreed to this text already.")
    return user


def check_agree_contracts(evaluation: Evaluation, by: By) -> list[Trial]:
    user = require_part(by, evaluation)
    if not has_role(user, evaluation):
        raise Forbidden(NO_ROLE)
    trials = contracts_awaiting(evaluation, user)
    if len(trials) < 2:
        raise Refused("There are not several contracts here that await your role.")
    return trials


def contracts_awaiting(evaluation: Evaluation, user: User) -> list[Trial]:
    """The trials whose contract awaits a role of `user`, in the order of their days."""
    rows = Trial.objects.filter(
        candidate__evaluation=evaluation,
        proposed_at__isnull=False,
        closed_at__isnull=True,
    ).select_related("candidate__evaluation", "lead")
    return [
        trial
        for trial in rows.order_by("starts_on", "pk")
        if why_not(check_agree_contract, trial, user) is None
    ]


def digest_of_all(trials: Iterable[Trial]) -> str:
    digests = "\n".join(contract_of(trial).digest for trial in trials)
    return hashlib.sha256(digests.encode()).hexdigest()


@transaction.atomic
def agree_contract(*, trial: Trial, digest: str, by: By) -> Trial:
    """Say yes, for each of one's roles, to the words with that digest.

    With the last role the contract is agreed: from then on the trial is judged, and
    the contract changes only by number and with a reason.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest in the candidate.
        Refused: not put forward, closed, or one's roles have agreed already. Stale: the
        words are others by now; they are in the difference.
    """
    evaluation = lock(trial.candidate.evaluation)
    trial = locked_trial(trial, evaluation)
    user = check_agree_contract(trial, by)
    if digest != contract_of(trial).digest:
        raise Stale(CHANGED, difference=contract_of(trial).text)
    return _agree(trial, user, by)


@transaction.atomic
def agree_contracts(*, evaluation: Evaluation, digest: str, by: By) -> list[Trial]:
    """Say yes to every contract that awaits a role of the acting user, read together.

    Raises:
        Forbidden: no part in the evaluation. Refused: fewer than two contracts await
        them. Stale: they are not the contracts that `digest_of_all` was shown for.
    """
    evaluation = lock(evaluation)
    trials = check_agree_contracts(evaluation, by)
    if digest != digest_of_all(trials):
        texts = (contract_of(trial).text for trial in trials)
        raise Stale(CHANGED, difference="\n\n".join(texts))
    user = require_part(by, evaluation)
    return [_agree(locked_trial(trial, evaluation), user, by) for trial in trials]


def _agree(trial: Trial, user: User, by: By) -> Trial:
    contract = contract_of(trial)
    parts = contract.parts_of(user)
    for part in parts:
        agreement = Agreement(
            trial=trial, stakeholder=part, version=trial.version, digest=contract.digest
        )
        checked(agreement)
        agreement.save(force_insert=True)
    journal_on(
        trial,
        "trial.contract_agreed_to",
        by,
        after={
            "roles": [part.get_role_display() for part in parts],
            "version": trial.version,
            "sha256": contract.digest,
        },
    )
    agree_if_all(trial, contract_of(trial), by)
    return trial


def agree_if_all(trial: Trial, contract: Contract, by: By) -> None:
    if contract.awaited or trial.agreed_at:
        return
    before, after = change(
        trial, agreed_at=timezone.now(), agreed_by=journal.actor_of(by).user
    )
    after |= journal.snapshot(trial, PLAN)
    after["sha256"] = contract.digest
    after["contract"] = contract.text
    journal_on(trial, "trial.agreed", by, before=before, after=after)


WHY = "The contract is agreed; give a reason for the change."


def check_propose_contract(trial: Trial, by: By) -> None:
    check_trial(trial, by)
    if trial.proposed_at:
        raise Refused("The terms of this trial are already sent for approval.")
    wording = trial.candidate.evaluation.wording
    blank = [
        wording.get(TERM_WORDS.get(field, ""), _verbose(field)).lower()
        for field in WORDS
        if not getattr(trial, field).strip()
        and wording.get(TERM_WORDS.get(field, ""), field)
    ]
    if blank:
        raise Refused(f"The contract does not state yet: {', '.join(blank)}.")
    if not trial.criteria.exists():
        raise Refused("Name at least one success criterion, with its number, first.")
    vague = trial.criteria.filter(threshold="", measure={}).select_related(
        "requirement"
    )
    if vague:
        names = ", ".join(sorted({criterion.requirement.ref for criterion in vague}))
        raise Refused(f"A number is missing in the criteria of {names}; add it first.")
    if unlike := unexplained(trial):
        raise Refused(f"{unlike} Change the plan and say why.")


def unexplained(trial: Trial) -> str:
    """In what it differs from the other finalists' trials, if nobody has said why."""
    if trial.difference or not (names := unlike_the_others(trial)):
        return ""
    unlike = listed([_verbose(name) for name in names])
    return f"It differs from the other finalists' trials: {unlike}."


def check_amend_contract(trial: Trial, by: By) -> None:
    check_trial(trial, by)
    if trial.agreed_at is None:
        raise Refused("The contract is not agreed yet; change the plan instead.")


@transaction.atomic
def propose_contract(*, trial: Trial, by: By) -> Trial:
    """Put the contract forward: what is run, where, on which data, how it is judged.

    Each role with a part is asked to agree. Where nobody has a part, it is agreed.

    Raises:
        Forbidden: neither lead nor owner. Refused: put forward already, no criterion,
        one without its number, or a part of it is blank.
    """
    trial, _ = open_trial(trial, by, check_propose_contract)
    before, after = change(trial, proposed_at=timezone.now())
    contract = contract_of(trial)
    journal_on(
        trial,
        "trial.contract_proposed",
        by,
        before=before,
        after={**after, "sha256": contract.digest},
    )
    agree_if_all(trial, contract, by)
    ask_for_agreement(trial)
    return trial


@transaction.atomic
def amend_contract(
    *, trial: Trial, reason: str, by: By, together: bool = False, **values: Any
) -> Trial:
    """Change what was agreed, by number and with a reason; every role is asked anew.

    The trial goes on meanwhile. Its days move by `move_trial`. `together` says that
    the trials of all finalists change alike.

    Raises:
        Forbidden: neither lead nor owner. Refused: not agreed yet, or closed. Invalid:
        by field.
    """
    trial, evaluation = open_trial(trial, by, check_amend_contract)
    reason = read_reason(reason, WHY)
    before, after = change_plan(trial, evaluation, values)
    if not together and (unlike := unexplained(trial)):
        raise Invalid(f"{unlike} Say why.", field="difference")
    if after:
        what = f"Changed: {', '.join(map(_verbose, after))}."
        after["number"] = number_change(trial, what, reason, by, after)
        changed = {"before": before, "after": after}
        journal_on(trial, "trial.contract_changed", by, reason=reason, **changed)
        ask_for_agreement(trial)
    return trial


def _verbose(field: str) -> str:
    return str(Trial._meta.get_field(field).verbose_name)  # type: ignore[union-attr]


@transaction.atomic
def move_trial(
    *,
    trial: Trial,
    starts_on: datetime.date,
    ends_on: datetime.date,
    reason: str,
    by: By,
    together: bool = False,
) -> Trial:
    """Put a trial to other days; its open milestones move along: those on its
    last day or later with that, the others with its first day.

    If its contract is agreed, that is a numbered change of it. The reason says why its
    days differ from the other finalists', unless they all move `together`.

    Raises:
        Forbidden: neither lead nor owner. Refused: closed. Invalid: no reason, or it
        ends before it starts.
    """
    trial, evaluation = open_trial(trial, by)
    reason = read_reason(
        reason, "Give a reason for the move; people have planned around it."
    )
    check_days(starts_on, ends_on)
    shifts = shifts_of_trial(trial, starts_on, ends_on)
    before, after = change(trial, starts_on=starts_on, ends_on=ends_on)
    if not after:
        return trial
    if not together and unexplained(trial):
        change(trial, difference=reason)
    if trial.agreed_at:
        what = f"Moved to {starts_on} until {ends_on}."
        after["number"] = number_change(trial, what, reason, by)
        ask_for_agreement(trial)
    else:
        withdraw_proposal(trial)
    journal_on(trial, "trial.moved", by, before=before, after=after, reason=reason)
    for shift in shifts:
        milestone = shift.milestone
        milestone.evaluation = evaluation
        because = f"Moved along with the trial: {reason}"
        reschedule(
            milestone, shift.due_on, milestone.due_time, milestone.zone, because, by
        )
    return trial


NONE_YET = "No trials were drawn up together here, or all of them are closed."


def check_change_trials(evaluation: Evaluation, by: By) -> list[Trial]:
    """The trials on common terms; the owner changes what they have in common."""
    check_owned(evaluation, by, *TRIAL_STAGES)
    trials = open_trials_drawn_up(evaluation)
    if not trials:
        raise Refused(NONE_YET)
    return trials


@transaction.atomic
def change_trials(
    *, evaluation: Evaluation, by: By, reason: str = "", **values: Any
) -> list[Trial]:
    """Give the trials of all finalists other words, days or another lead.

    What differs in a trial stays as it is there. Other days, and whatever is agreed,
    need a reason.

    Raises:
        Forbidden: not the owner. Refused: there are none. Invalid: by field.
    """
    evaluation = lock(evaluation)
    trials = check_change_trials(evaluation, by)
    common = common_values(trials)
    new = {name: value for name, value in values.items() if value != common[name]}
    for trial in trials:
        changed = {
            name: value
            for name, value in new.items()
            if getattr(trial, name) == common[name]
        }
        if any(name in changed for name in DAYS):
            days = {name: changed.pop(name, getattr(trial, name)) for name in DAYS}
            move_trial(trial=trial, reason=reason, by=by, together=True, **days)
        if changed and trial.agreed_at:
            amend_contract(trial=trial, reason=reason, by=by, together=True, **changed)
        elif changed:
            change_trial(trial=trial, by=by, **changed)
    return trials


def check_propose_contracts(evaluation: Evaluation, by: By) -> list[Trial]:
    trials = [
        trial
        for trial in check_change_trials(evaluation, by)
        if trial.proposed_at is None
    ]
    if not trials:
        raise Refused("The terms of all these trials are already sent for approval.")
    for trial in trials:
        problem = why_not(check_propose_contract, trial, by)
        if problem is not None:
            raise Refused(f"{trial.candidate}: {problem}")
    return trials


@transaction.atomic
def propose_contracts(*, evaluation: Evaluation, by: By) -> list[Trial]:
    """Put the contracts of all finalists forward, as `propose_contract` does one.

    Raises:
        Forbidden: not the owner. Refused: none waits, or one is not whole.
    """
    evaluation = lock(evaluation)
    return [
        propose_contract(trial=trial, by=by)
        for trial in check_propose_contracts(evaluation, by)
    ]


MORNING = datetime.time(9)
EVENING = datetime.time(17)
CLEAN_UP = 2  # working days after the last one


@dataclass(frozen=True, slots=True)
class CommonCriterion:
    """What every finalist must reach; `shared` marks one that trials have already."""

    requirement: Requirement
    text: str
    threshold: str = ""
    method: str = ""
    shared: uuid.UUID | None = None
    # As its requirement's, unless trials have another already.
    measure: Mapping[str, Any] | None = None
    declared: Pool = UNSAID


@dataclass(frozen=True, slots=True)
class Finalist:
    """Who is tried, who leads that if somebody else does, and what differs and why."""

    candidate: Candidate
    lead: User | None = None
    difference: str = ""


def check_draw_up_trials(evaluation: Evaluation, by: By) -> list[Candidate]:
    """The finalists that get a trial: shortlisted, and without an open one."""
    check_owned(evaluation, by, *TRIAL_STAGES)
    finalists = finalists_without_trial(evaluation)
    if not finalists:
        raise Refused(
            "Nothing to create: every shortlisted candidate has a trial. Shortlist "
            "another candidate first."
        )
    return finalists


@transaction.atomic
def draw_up_trials(
    *,
    evaluation: Evaluation,
    finalists: Sequence[Finalist],
    criteria: Sequence[CommonCriterion],
    starts_on: datetime.date,
    ends_on: datetime.date,
    lead: User,
    by: By,
    **terms: Any,
) -> list[Trial]:
    """Plan the same trial for each of these finalists, with criteria and milestones.

    `terms` are the others of `plan_trial`. Where trials were drawn up before and are
    open, these join them and get their criteria.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or one has a trial already.
        Invalid: by field; of a criterion by its field and its requirement's id.
    """
    evaluation = lock(evaluation)
    waiting = {candidate.pk for candidate in check_draw_up_trials(evaluation, by)}
    late = [
        finalist.candidate.name
        for finalist in finalists
        if finalist.candidate.pk not in waiting
    ]
    if late:
        raise Refused(f"{late[0]} has a trial already, or is not shortlisted any more.")
    criteria = criteria_in_common(evaluation) or [
        _read(criterion, evaluation) for criterion in criteria
    ]
    if not finalists or not criteria:
        raise Invalid("Choose at least one finalist, and at least one criterion.")
    book = ledger(evaluation, candidates=[finalist.candidate for finalist in finalists])
    trials = []
    for finalist in finalists:
        trial = plan_trial(
            candidate=finalist.candidate,
            title=evaluation.say("Trial of {}", finalist.candidate)[:150],
            starts_on=starts_on,
            ends_on=ends_on,
            lead=finalist.lead or lead,
            difference=finalist.difference,
            drawn_up=True,
            by=by,
            **terms,
        )
        trial.candidate.evaluation = evaluation
        _fill(trial, criteria, book, by)
        trials.append(trial)
    after = {
        "candidates": [trial.candidate.name for trial in trials],
        "requirements": [criterion.requirement.ref for criterion in criteria],
    }
    journal.record(evaluation, "trials.drawn_up", evaluation, by, after=after)
    return trials


def criteria_in_common(evaluation: Evaluation) -> list[CommonCriterion]:
    for trial in open_trials_drawn_up(evaluation)[:1]:
        rows = trial.criteria.exclude(shared=None).select_related("requirement")
        return [
            CommonCriterion(
                row.requirement,
                row.text,
                row.threshold,
                row.method,
                row.shared,
                row.measure,
                Pool(row.counted_environment, row.counted_commit),
            )
            for row in rows
        ]
    return []


def _read(criterion: CommonCriterion, evaluation: Evaluation) -> CommonCriterion:
    requirement = criterion.requirement
    require_same(evaluation, requirement)
    try:
        texts: dict[str, Any] = read_words(
            "text",
            text=criterion.text,
            threshold=criterion.threshold,
            method=criterion.method,
        )
    except Invalid as problem:
        raise Invalid(
            f"{requirement.ref}: {problem}",
            errors={
                f"{field}_{requirement.pk.hex}": sentence
                for field, sentence in problem.errors.items()
            },
        ) from problem
    return CommonCriterion(requirement, shared=uuid.uuid4(), **texts)


def _fill(
    trial: Trial, criteria: Sequence[CommonCriterion], book: Ledger, by: By
) -> None:
    for common_criterion in criteria:
        measure = common_criterion.measure
        if measure is None:
            measure = common_criterion.requirement.measure
        criterion = Criterion(
            trial=trial,
            requirement=common_criterion.requirement,
            text=common_criterion.text,
            threshold=common_criterion.threshold,
            method=common_criterion.method,
            measure=measure,
            shared=common_criterion.shared,
            counted_environment=common_criterion.declared.environment,
            counted_commit=common_criterion.declared.commit,
        )
        cell = book.cell(trial.candidate, common_criterion.requirement)
        put_criterion(criterion, "", by, cell)
    first = trial.starts_on
    last = trial.ends_on
    half = min(last, working_day(first + (last - first) // 2))
    for title, day, time in (
        ("First day", first, MORNING),
        ("Half-time review", half, EVENING),
        ("Last day", last, EVENING),
        ("Clean-up", shift_day(last, CLEAN_UP, monday_to_friday), EVENING),
    ):
        add_milestone(
            evaluation=trial.candidate.evaluation,
            trial=trial,
            title=title,
            owner_user=trial.lead,
            due_on=day,
            due_time=time,
            by=by,
        )
