"""Options of an evaluation, the companies behind them, people's interests in them."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError, Q
from django.utils import timezone
from django.utils.text import slugify

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.evaluations.policy import (
    change,
    change_and_tell,
    check_owned,
    checked,
    is_owner,
    lock,
    require_open,
    require_owner,
    require_stage,
)
from evaltracker.importing.services import imports
from evaltracker.requirements.services.requirements import require_known
from evaltracker.rows.plan import ImportPlan
from evaltracker.rows.subjects import Key
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import BATCH, create_all
from evaltracker.toolbox.text import CallFields, free_name, read_reason
from stakeholders.models import Role, role_names
from stakeholders.policy import is_leadership
from vendors import policy
from vendors.candidates import COLUMNS, IMPORTED, WORDED
from vendors.choices import CandidateKind, CandidateState
from vendors.models import (
    Candidate,
    Conflict,
    Contact,
    Vendor,
    VendorSession,
    VendorToken,
)
from vendors.notices import tell_leadership

WORDS = frozenset({"name", *(column.name for column in WORDED)})
EDITABLE = WORDS | {"vendor", *(column.name for column in COLUMNS)}
ADDED = ("name", "kind", "vendor", *(column.name for column in WORDED))


def check_add_candidate(evaluation: Evaluation, by: By) -> None:
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
    """Put an option on the long list, until research ends; `columns` as in COLUMNS."""
    evaluation = lock(evaluation)
    check_add_candidate(evaluation, by)
    require_known(columns, EDITABLE)
    columns |= read_words(name=name, **columns)
    candidate = Candidate(evaluation=evaluation, kind=kind, vendor=vendor, **columns)
    check_vendor(candidate)
    checked(candidate)
    candidate.save()
    after = journal.snapshot(candidate, ADDED)
    journal.record(evaluation, "candidate.added", candidate, by, after=after)
    return candidate


@transaction.atomic
def change_candidate(*, candidate: Candidate, by: By, **values: Any) -> Candidate:
    """Change a candidate's words, its vendor before the invitation, or its value."""
    candidate = lock_candidate(candidate)
    check_owned(candidate.evaluation, by)
    require_known(values, EDITABLE)
    if candidate.invited_at and values.get("vendor", candidate.vendor) != (
        candidate.vendor
    ):
        raise Refused(
            f"{candidate.vendor} is invited for {candidate.name}; another vendor "
            "needs a candidate of its own."
        )
    now = {field: getattr(candidate, field) for field in WORDS}
    texts = {field: values.pop(field, now[field]) for field in WORDS}
    changes = read_words(**texts) | values
    change_and_tell(candidate, "candidate.changed", by, **changes)
    check_vendor(candidate)
    return candidate


# From where a candidate comes to a state.
COMES_FROM = {
    CandidateState.SHORTLISTED: (CandidateState.LONGLISTED,),
    CandidateState.ELIMINATED: (CandidateState.LONGLISTED, CandidateState.SHORTLISTED),
    CandidateState.LONGLISTED: (CandidateState.ELIMINATED,),
}


@transaction.atomic
def shortlist(*, candidate: Candidate, by: By) -> Candidate:
    return _move(candidate, by, "candidate.shortlisted", CandidateState.SHORTLISTED)


@transaction.atomic
def eliminate(*, candidate: Candidate, reason: str, by: By) -> Candidate:
    """Drop a candidate for a reason that stays readable; nothing of it is deleted."""
    reason = read_reason(reason, "Give a reason for eliminating it.")
    state = CandidateState.ELIMINATED
    gone = _move(candidate, by, "candidate.eliminated", state, reason)
    end_sessions(link__candidate=gone)
    return gone


@transaction.atomic
def reinstate(*, candidate: Candidate, reason: str, by: By) -> Candidate:
    reason = read_reason(reason, "Give a reason for bringing it back.")
    state = CandidateState.LONGLISTED
    return _move(candidate, by, "candidate.reinstated", state, reason)


def lock_candidate(candidate: Candidate) -> Candidate:
    """The candidate as it is now, locked after its evaluation, always in that order."""
    evaluation = lock(candidate.evaluation)
    fresh = lock(candidate)
    fresh.evaluation = evaluation
    return fresh


def lock_candidates(evaluation: Evaluation, **which: Any) -> dict[str, Candidate]:
    """By name: whoever writes a cost or a claim locks its candidate."""
    rows = Candidate.objects.select_for_update(of=("self",), no_key=True)
    return {row.name: row for row in rows.filter(evaluation=evaluation, **which)}


def lock_invitation(candidate: Candidate) -> tuple[Candidate, datetime.datetime]:
    """The same for what its vendor says, and the instant at which it is said."""
    candidate = lock_candidate(candidate)
    if candidate.invited_at is None:
        raise NotFound
    now = database_now()
    policy.require_claims_open(candidate.evaluation, now)
    return candidate, now


def read_words(*, name: str, **columns: Any) -> dict[str, Any]:
    inputs = CallFields()
    texts: dict[str, Any] = {"name": inputs.line("name", name)}
    for column in COLUMNS:
        if column.read is not None:
            value = columns.get(column.name, column.blank)
            texts[column.name] = column.read(inputs, column.name, value)
    inputs.check()
    return texts


def check_vendor(candidate: Candidate) -> None:
    if candidate.vendor is not None and candidate.kind not in policy.INVITABLE:
        sentence = f"“{candidate.get_kind_display()}” has no vendor; leave it blank."
        raise Invalid(sentence, field="vendor")


def check_move(candidate: Candidate, by: By, state: CandidateState) -> None:
    check_owned(candidate.evaluation, by)
    policy.check_no_conflict(candidate.evaluation, by)
    if candidate.state not in COMES_FROM[state]:
        raise Refused(
            f"{candidate.name} is {candidate.get_state_display().lower()}, so it "
            f"cannot become {state.label.lower()}."
        )


def _move(
    candidate: Candidate, by: By, action: str, state: CandidateState, reason: str = ""
) -> Candidate:
    candidate = lock_candidate(candidate)
    check_move(candidate, by, state)
    change_and_tell(candidate, action, by, reason, state=state, state_reason=reason)
    return candidate


VENDOR_FIELDS = frozenset({"name", "website", "aliases"})


@transaction.atomic
def add_vendor(
    *, name: str, by: By, website: str = "", aliases: Iterable[str] = ()
) -> Vendor:
    """Add a company; it belongs to no evaluation until it is a candidate's vendor.

    Raises:
        Forbidden: `by` runs no evaluation. Invalid: by field. Refused: a vendor of that
        name is there.
    """
    policy.require_vendor_keeper(by)
    fields = read_vendor(name=name, website=website, aliases=aliases)
    if Vendor.objects.filter(name=fields["name"]).exists():
        raise Refused(f"A vendor called “{fields['name']}” is in the list already.")
    vendor = Vendor(slug=free_slug(fields["name"]), **fields)
    checked(vendor)
    vendor.save()
    return vendor


@transaction.atomic
def change_vendor(*, vendor: Vendor, by: By, **values: Any) -> Vendor:
    policy.require_vendor_keeper(by)
    require_known(values, VENDOR_FIELDS)
    now = {field: getattr(vendor, field) for field in VENDOR_FIELDS}
    before, after = change(vendor, **read_vendor(**{**now, **values}))
    if after:
        record_for_vendor(vendor, "vendor.changed", by, before=before, after=after)
    return vendor


def record_for_vendor(
    subject: Vendor | Contact | VendorToken, action: str, by: By, **more: Any
) -> None:
    """Write one entry into the journal of each evaluation with its vendor that is open,
    or has chosen it.

    A company stands above evaluations, a journal belongs to one. The evaluations are
    locked in one order, so that two writers never wait for each other.
    """
    if isinstance(subject, Vendor):
        vendor = subject
    else:
        vendor = subject.vendor
    chosen = Q(candidates__state=CandidateState.CHOSEN, status=Status.DECIDED)
    touched = Evaluation.objects.filter(
        Q(status=Status.OPEN) | chosen, candidates__vendor=vendor
    ).distinct()
    for evaluation in touched.order_by("pk"):
        journal.record(
            evaluation=lock(evaluation), action=action, subject=subject, by=by, **more
        )


def record_on(
    candidate: Candidate,
    action: str,
    by: By,
    subject: Model | None = None,
    /,
    reason: str = "",
    **details: Any,
) -> None:
    """Write one entry about a candidate, or `subject` of it, which names it."""
    after = {"candidate": candidate.name, **details}
    about = (candidate.evaluation, action, subject or candidate, by)
    journal.record(*about, after=after, reason=reason)


def read_vendor(*, name: str, website: str, aliases: Iterable[str]) -> dict[str, Any]:
    inputs = CallFields()
    fields = {
        "name": inputs.line("name", name),
        "website": inputs.link("website", website),
        "aliases": inputs.lines("aliases", aliases, limit=150),
    }
    inputs.check()
    return fields


def free_slug(name: str) -> str:
    stem = slugify(name)[:70] or "vendor"
    alike = Vendor.objects.filter(slug__startswith=stem)
    return free_name(stem, set(alike.values_list("slug", flat=True)))


def end_sessions(**filters: Any) -> int:
    rows = VendorSession.objects.filter(ended_at__isnull=True, **filters)
    return rows.update(ended_at=database_now())


def names_of(candidate: Candidate) -> list[str]:
    names = [str(alias) for alias in candidate.aliases]
    if candidate.vendor is not None:
        names += [candidate.vendor.name, *map(str, candidate.vendor.aliases)]
    return names


KIND = "candidates"
WRITTEN = ("vendor_id", *(column.name for column in IMPORTED))
# What tells that somebody has worked on a row since.
STATE = ("vendor_id", "name", "kind", "state", *(column.name for column in COLUMNS))
STAGES = (Stage.REQUIREMENTS, Stage.RESEARCH)


def known_candidates(*, evaluation: Evaluation) -> dict[Key, dict[str, Any]]:
    rows = Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    return {
        (row.name,): {
            "kind": row.kind,
            "vendor": row.vendor.name if row.vendor else "",
            **{column.name: getattr(row, column.name) for column in IMPORTED},
        }
        for row in rows
    }


@transaction.atomic
def import_candidates(
    *,
    evaluation: Evaluation,
    plan: ImportPlan,
    by: User,
    note_contact: Callable[..., Contact],
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    Companies that are not in the list yet are added to it; contacts by `note_contact`,
    the service of theirs.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    imports.refuse_repeat(import_id)
    require_stage(evaluation, *STAGES)
    imports.refuse_stale(plan, known_candidates(evaluation=evaluation))
    if not (plan.new or plan.changed):
        return plan.counts
    vendors, made = _needed_vendors(plan, by)
    added = _add_new(evaluation, plan, vendors)
    changed = _write_changes(evaluation, plan, vendors)
    contacts = _note_contacts(evaluation, plan, partial(note_contact, by=by))
    imports.log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept={
            "new": {str(row.pk): journal.snapshot(row, STATE) for row in added},
            "changed": changed,
            "vendors": [str(vendor.pk) for vendor in made],
            "contacts": contacts,
        },
        import_id=import_id,
        action="candidates.imported",
        before={edit.record.name: edit.before for edit in plan.changed},
        new={record.name: record.values for record in plan.new},
        changed={edit.record.name: edit.after for edit in plan.changed},
    )
    return plan.counts


def _needed_vendors(
    plan: ImportPlan, by: User
) -> tuple[dict[str, Vendor], list[Vendor]]:
    wanted = [record.values.get("vendor") for record in plan.new]
    wanted += [edit.after.get("vendor") for edit in plan.changed]
    names = [str(name) for name in dict.fromkeys(wanted) if name]
    known = {row.name: row for row in Vendor.objects.filter(name__in=names)}
    made = [add_vendor(name=name, by=by) for name in names if name not in known]
    return known | {row.name: row for row in made}, made


def _add_new(
    evaluation: Evaluation, plan: ImportPlan, vendors: dict[str, Vendor]
) -> list[Candidate]:
    rows = []
    for record in plan.new:
        values = {**record.values, "name": record.name}
        values["vendor"] = vendors.get(values.get("vendor", ""))
        values.pop("contact", None)
        row = Candidate(evaluation=evaluation, **values)
        _clean(row)
        rows.append(row)
    return create_all(rows)


def _write_changes(
    evaluation: Evaluation, plan: ImportPlan, vendors: dict[str, Vendor]
) -> dict[str, list[dict[str, Any]]]:
    names = [edit.record.name for edit in plan.changed]
    rows = lock_candidates(evaluation, name__in=names)
    changes = {}
    for edit in plan.changed:
        row = rows[edit.record.name]
        before = journal.snapshot(row, STATE)
        for field, value in edit.after.items():
            if field != "contact":
                setattr(row, field, vendors[value] if field == "vendor" else value)
        if row.invited_at and str(row.vendor_id) != before["vendor_id"]:
            raise Refused(
                f"The vendor of {row.name} is invited, so it stays. Blank the cell."
            )
        _clean(row)
        changes[str(row.pk)] = [before, journal.snapshot(row, STATE)]
    _save_rows(list(rows.values()))
    return changes


def _note_contacts(
    evaluation: Evaluation, plan: ImportPlan, note: Callable[..., Contact]
) -> list[str]:
    """Note the contacts that a file names; the keys of those that are new."""
    contacts = {record.name: record.values.get("contact") for record in plan.new}
    contacts |= {edit.record.name: edit.after.get("contact") for edit in plan.changed}
    rows = Candidate.objects.filter(evaluation=evaluation, name__in=contacts)
    stood = set(Contact.objects.values_list("pk", flat=True))
    noted = [
        note(candidate=row, contact=contacts[row.name]).pk
        for row in rows.select_related("vendor")
        if contacts[row.name]
    ]
    return [str(key) for key in noted if key not in stood]


def _clean(row: Candidate) -> None:
    check_vendor(row)
    try:
        row.clean_fields(exclude={"evaluation", "vendor"})
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(f"{row.name}: {field}: {sentences[0]}") from error


def _save_rows(rows: list[Candidate]) -> None:
    fields = [field.removesuffix("_id") for field in WRITTEN]
    Candidate.objects.bulk_update(rows, fields, batch_size=BATCH)


def undo(imported: Import, by: User) -> None:
    evaluation = imported.evaluation
    require_stage(evaluation, *STAGES)
    new = imported.kept["new"]
    changed = imported.kept["changed"]
    rows = {str(row.pk): row for row in lock_candidates(evaluation).values()}
    expected = new | {key: after for key, (_, after) in changed.items()}
    imports.refuse_moved(
        rows[key].name if key in rows else "a candidate that is gone"
        for key, after in expected.items()
        if key not in rows or journal.snapshot(rows[key], after) != after
    )
    for key, (before, _) in changed.items():
        for field in before.keys() & WRITTEN:
            setattr(rows[key], field, before[field])
    _save_rows([rows[key] for key in changed])
    ours = Candidate.objects.filter(evaluation=evaluation)
    imports.delete_unused(ours, new, str)
    for model, kept in ((Contact, "contacts"), (Vendor, "vendors")):
        # Somebody who has one locked has use for it; nobody is waited for.
        unlocked = model.objects.select_for_update(of=("self",), skip_locked=True)
        for row in unlocked.filter(pk__in=imported.kept.get(kept, ())):
            try:
                row.delete()
            except ProtectedError:
                continue  # Somebody has use for it by now.
    before = {rows[key].name: after for key, after in expected.items()}
    after = {rows[key].name: before for key, (before, _) in changed.items()}
    journal.record(
        evaluation, "candidates.put_back", evaluation, by, before=before, after=after
    )


DECLARED = ("has_interest", "statement")


def check_declare_interest(candidate: Candidate, by: User) -> None:
    """Everybody with a part declares their own, while it is open."""
    _require_asked(by, candidate.evaluation)


def check_declare_interests(evaluation: Evaluation, by: User) -> None:
    _require_asked(by, evaluation)
    if not policy.to_declare(by).filter(evaluation=evaluation).exists():
        raise Refused(
            "You have answered for some of them already; load the page again."
        )


def check_clear_interest(conflict: Conflict, by: By) -> None:
    """Somebody else clears one that bars: the owner, or where the owner has a conflict
    Leadership without one.
    """
    evaluation = conflict.candidate.evaluation
    user = actor_of(by).user
    if user is not None and user.pk == conflict.person_id:
        raise Forbidden(
            "Nobody clears their own conflict of interest; "
            f"{policy.clears_it(user, evaluation)} does."
        )
    if user is None or policy.barring_interest(evaluation.owner, evaluation) is None:
        require_owner(by, evaluation)
    else:
        if not is_leadership(user, evaluation):
            raise Forbidden(
                f"{evaluation.owner.name}, who runs this evaluation, has a conflict of "
                f"interest; {role_names(evaluation)[Role.LEADERSHIP]} clears it."
            )
        policy.check_read_answers(evaluation, user)
    require_open(evaluation)
    if not Conflict.objects.barring().filter(pk=conflict.pk).exists():
        raise Refused("There is no declared interest to clear.")


@transaction.atomic
def declare_conflict(
    *, candidate: Candidate, has_interest: bool, by: User, statement: str = ""
) -> Conflict:
    """Declare one's own interest in a candidate, or that there is none.

    A declared interest closes answers and bars from judging until somebody else clears
    it; the person cannot take it back alone. An earlier declaration stays on record.
    """
    candidate = lock_candidate(candidate)
    check_declare_interest(candidate, by)
    return _declare(candidate, by, has_interest=has_interest, statement=statement)


@transaction.atomic
def declare_interests(
    *, evaluation: Evaluation, interests: Mapping[UUID, str], by: User
) -> list[Candidate]:
    """Answer for the candidates that `by` was asked about and has not answered for.

    `interests` holds what was said by candidate id, blank for no interest; those
    without are one entry together.
    """
    evaluation = lock(evaluation)
    check_declare_interests(evaluation, by)
    candidates = list(
        policy.to_declare(by).filter(evaluation=evaluation, pk__in=interests)
    )
    if not interests or len(candidates) != len(interests):
        raise Refused(
            "You have answered for some of them already; load the page again."
        )
    clean = []
    for candidate in candidates:
        candidate.evaluation = evaluation
        if interests[candidate.pk].strip():
            _declare(
                candidate, by, has_interest=True, statement=interests[candidate.pk]
            )
        else:
            _save(candidate, by, has_interest=False)
            clean.append(candidate)
    if clean:
        after = {"candidates": [candidate.name for candidate in clean]}
        journal.record(
            evaluation, "interest.none_declared", evaluation, by, after=after
        )
    return candidates


@transaction.atomic
def clear_conflict(*, conflict: Conflict, reason: str, by: By) -> Conflict:
    """Let a person with a declared interest read answers, score and sign after all."""
    candidate = lock_candidate(conflict.candidate)
    conflict = lock(conflict)
    conflict.candidate = candidate
    check_clear_interest(conflict, by)
    reason = read_reason(reason, "Give a reason why the interest doesn't matter.")
    change_and_tell(
        conflict,
        "interest.cleared",
        by,
        reason,
        cleared_by=actor_of(by).user,
        cleared_at=timezone.now(),
        cleared_reason=reason,
    )
    return conflict


def _require_asked(by: User, evaluation: Evaluation) -> None:
    if not policy.is_asked(by, evaluation):
        raise Forbidden(
            "Only people with a part in this evaluation declare their interests, each "
            "their own."
        )
    require_open(evaluation)


def _declare(
    candidate: Candidate, by: User, *, has_interest: bool, statement: str
) -> Conflict:
    inputs = CallFields()
    text = inputs.text("statement", statement, blank=not has_interest)
    inputs.check()
    before = Conflict.objects.standing().of(by).filter(candidate=candidate).first()
    if before and before.has_interest and not before.cleared_by and not has_interest:
        raise Refused(
            "You declared an interest; only "
            f"{policy.clears_it(by, candidate.evaluation)} can clear it."
        )
    conflict = _save(candidate, by, has_interest=has_interest, statement=text)
    if before:
        declared = journal.snapshot(before, DECLARED)
    else:
        declared = {}
    after = {"candidate": candidate, **journal.snapshot(conflict, DECLARED)}
    about = (candidate.evaluation, "interest.declared", conflict, by)
    journal.record(*about, before=declared, after=after)
    if has_interest and is_owner(by, candidate.evaluation):
        tell_leadership(conflict, candidate.evaluation)
    return conflict


def _save(
    candidate: Candidate, by: User, *, has_interest: bool, statement: str = ""
) -> Conflict:
    now = timezone.now()
    Conflict.objects.standing().of(by).filter(candidate=candidate).update(
        replaced_at=now
    )
    conflict = Conflict(
        candidate=candidate,
        person=by,
        has_interest=has_interest,
        statement=statement,
        declared_at=now,
    )
    checked(conflict)
    conflict.save()
    return conflict
