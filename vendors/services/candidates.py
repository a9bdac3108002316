"""Options of an evaluation: putting them up, inviting, shortlisting, dropping."""

import datetime
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_open,
    require_owner,
)
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import Inputs, read_reason
from vendors.candidates import COLUMNS, WORDED
from vendors.choices import CandidateKind, CandidateState
from vendors.models import Candidate, Vendor
from vendors.policy import INVITABLE, check_no_conflict, require_claims_open
from vendors.services.idempotency import end_sessions

WORDS = frozenset({"name", *(column.name for column in WORDED)})
EDITABLE = WORDS | {"vendor", *(column.name for column in COLUMNS)}
ADDED = ("name", "kind", "vendor", *(column.name for column in WORDED))


def check_add_candidate(evaluation: Evaluation, by: By) -> None:
    """The owner adds options until research ends."""
    check_owned(evaluation, by, Stage.REQUIREMENTS, Stage.RESEARCH)


@transaction.atomic
def add_candidate(
    *,
    evaluation: Evaluation,
    name: str,
    by: By,
    kind: str = CandidateKind.BUY,
    vendor: Vendor | None = None,
    **columns: Any,
) -> Candidate:
    """Put an option on the long list, until research ends; `columns` as in COLUMNS.

    Raises:
        Forbidden: not the owner. Refused: too late. Invalid: by field.

    """
    evaluation = lock(evaluation)
    check_add_candidate(evaluation, by)
    unknown = columns.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    columns |= read_words(name=name, **columns)
    candidate = Candidate(evaluation=evaluation, kind=kind, vendor=vendor, **columns)
    check_vendor(candidate)
    checked(candidate)
    candidate.save()
    journal.record(
        evaluation=evaluation,
        action="candidate.added",
        subject=candidate,
        by=by,
        after=journal.snapshot(candidate, ADDED),
    )
    return candidate


@transaction.atomic
def change_candidate(*, candidate: Candidate, by: By, **values: Any) -> Candidate:
    """Change a candidate's words, its vendor before the invitation, or its value.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or the vendor is invited.
        Invalid: by field.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    unknown = values.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    if candidate.invited_at and values.get("vendor", candidate.vendor) != (
        candidate.vendor
    ):
        raise Refused(
            f"{candidate.vendor} is invited for {candidate.name}; another vendor "
            "needs a candidate of its own."
        )
    now = {field: getattr(candidate, field) for field in WORDS}
    words = {field: values.pop(field, now[field]) for field in WORDS}
    before, after = change(candidate, **read_words(**words), **values)
    check_vendor(candidate)
    return _recorded(candidate, "candidate.changed", by, before, after)


# From where a candidate comes to a state.
COMES_FROM = {
    CandidateState.SHORTLISTED: (CandidateState.LONGLISTED,),
    CandidateState.ELIMINATED: (CandidateState.LONGLISTED, CandidateState.SHORTLISTED),
    CandidateState.LONGLISTED: (CandidateState.ELIMINATED,),
}


@transaction.atomic
def shortlist(*, candidate: Candidate, by: By) -> Candidate:
    """Take a longlisted candidate into the closer choice."""
    return _move(
        candidate,
        by=by,
        action="candidate.shortlisted",
        state=CandidateState.SHORTLISTED,
    )


@transaction.atomic
def eliminate(*, candidate: Candidate, reason: str, by: By) -> Candidate:
    """Drop a candidate for a reason that stays readable; nothing of it is deleted."""
    gone = _move(
        candidate,
        by=by,
        action="candidate.eliminated",
        state=CandidateState.ELIMINATED,
        reason=read_reason(reason, "Say why it is eliminated."),
    )
    end_sessions(link__candidate=gone)
    return gone


@transaction.atomic
def reinstate(*, candidate: Candidate, reason: str, by: By) -> Candidate:
    """Put an eliminated candidate back on the long list."""
    return _move(
        candidate,
        by=by,
        action="candidate.reinstated",
        state=CandidateState.LONGLISTED,
        reason=read_reason(reason, "Say why it is back in the choice."),
    )


def lock_candidate(candidate: Candidate) -> Candidate:
    """The candidate as it is now, locked after its evaluation, always in that order."""
    evaluation = lock(candidate.evaluation)
    fresh: Candidate = Candidate.objects.select_for_update(
        of=("self",), no_key=True
    ).get(pk=candidate.pk)
    fresh.evaluation = evaluation
    return fresh


def lock_invitation(candidate: Candidate) -> tuple[Candidate, datetime.datetime]:
    """The same for what its vendor says, and the instant at which it is said.

    Raises:
        NotFound: not invited. Refused: claims are not open.

    """
    candidate = lock_candidate(candidate)
    if candidate.invited_at is None:
        raise NotFound
    now = database_now()
    require_claims_open(candidate.evaluation, now)
    return candidate, now


def read_words(*, name: str, **columns: Any) -> dict[str, Any]:
    """A candidate's words as they are kept; what is not given is blank."""
    inputs = Inputs()
    words: dict[str, Any] = {"name": inputs.line("name", name)}
    for column in COLUMNS:
        if column.read is not None:
            given = columns.get(column.name, column.blank)
            words[column.name] = column.read(inputs, column.name, given)
    inputs.check()
    return words


def check_vendor(candidate: Candidate) -> None:
    """Refuse a vendor for what nobody outside answers for."""
    if candidate.vendor is not None and candidate.kind not in INVITABLE:
        sentence = f"“{candidate.get_kind_display()}” has no vendor; leave it blank."
        raise Invalid(sentence, errors={"vendor": [sentence]})


def check_move(candidate: Candidate, by: By, state: CandidateState) -> None:
    """The owner puts it there from where one comes there, unless a conflict bars them.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or it stands elsewhere.

    """
    check_owned(candidate.evaluation, by)
    check_no_conflict(candidate.evaluation, by)
    if candidate.state not in COMES_FROM[state]:
        raise Refused(
            f"{candidate.name} is {candidate.get_state_display().lower()}, so it "
            f"cannot become {state.label.lower()}."
        )


def _move(
    candidate: Candidate,
    *,
    by: By,
    action: str,
    state: CandidateState,
    reason: str = "",
) -> Candidate:
    candidate = lock_candidate(candidate)
    check_move(candidate, by, state)
    before, after = change(candidate, state=state, state_reason=reason)
    return _recorded(candidate, action, by, before, after, reason)


def _recorded(
    candidate: Candidate,
    action: str,
    by: By,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str = "",
) -> Candidate:
    if after:
        journal.record(
            evaluation=candidate.evaluation,
            action=action,
            subject=candidate,
            by=by,
            before=before,
            after=after,
            reason=reason,
        )
    return candidate
