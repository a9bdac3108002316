"""People's own interests in candidates: declared by them, cleared by somebody else."""

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.evaluations.policy import change as policy_change
from evaltracker.evaluations.policy import (
    checked,
    is_owner,
    lock,
    require_open,
    require_owner,
    require_stage,
)
from evaltracker.importing.rows import RowsPlan, moved_since
from evaltracker.importing.services.log import (
    delete_unused,
    log_import,
    refuse_moved,
    refuse_repeat,
    told_of,
)
from evaltracker.requirements.services.requirements import refuse_problems
from evaltracker.toolbox.processes import BATCH, create_all
from evaltracker.toolbox.text import Inputs, read_reason
from stakeholders.policy import is_leadership
from vendors.candidates import COLUMNS, IMPORTED
from vendors.choices import Availability
from vendors.imports.answers import STATUS_WORDS
from vendors.imports.candidates import KnownCandidates
from vendors.imports.money_words import Meaning
from vendors.models import Candidate, Conflict, StatusWord, Vendor
from vendors.models.candidates import MEANINGS
from vendors.notices import tell_leadership
from vendors.policy import (
    barring_interest,
    check_read_answers,
    clears_it,
    is_asked,
    to_declare,
)
from vendors.services.candidates import check_vendor, lock_candidate
from vendors.services.contacts import add_vendor

# Taking the candidates of a spreadsheet into an evaluation, and undoing it.

KIND = "candidates"
WRITTEN = ("vendor_id", *(column.name for column in IMPORTED))
# What tells that somebody has worked on a row since.
STATE = ("vendor_id", "name", "kind", "state", *(column.name for column in COLUMNS))
STAGES = (Stage.REQUIREMENTS, Stage.RESEARCH)


def known_candidates(*, evaluation: Evaluation) -> KnownCandidates:
    """What the evaluation has, for a plan to compare a file with."""
    rows = Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    candidates = {
        row.name: {
            "kind": row.kind,
            "vendor": row.vendor.name if row.vendor else "",
            **{column.name: getattr(row, column.name) for column in IMPORTED},
        }
        for row in rows
    }
    vendors = Vendor.objects.values_list("name", "aliases")
    return KnownCandidates(
        candidates=candidates,
        names={name: values["aliases"] for name, values in candidates.items()},
        vendors={name: [str(it) for it in aliases] for name, aliases in vendors},
    )


def refuse_outdated(evaluation: Evaluation, plan: RowsPlan) -> None:
    """Insist that the candidates are as they were when the file was read.

    Raises:
        Stale: they changed since.

    """
    known = known_candidates(evaluation=evaluation).candidates
    moved = moved_since(plan, {(name,): values for name, values in known.items()})
    if moved:
        raise Stale(
            "The candidates changed since the file was compared with them. Import it "
            "again to see the difference.",
            difference=", ".join(moved),
        )


@transaction.atomic
def import_candidates(
    *,
    evaluation: Evaluation,
    plan: RowsPlan,
    by: User,
    import_id: uuid.UUID | None = None,
) -> dict[str, int]:
    """Do what `plan` says, all of it or nothing, as one journal entry.

    Companies that are not in the list yet are added to it.

    Raises:
        Forbidden: not the owner. Refused: too late, done already, or a vendor that is
            invited would change. Invalid: the plan has problems.
        Stale: the candidates changed since.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    refuse_repeat(import_id)
    require_stage(evaluation, *STAGES)
    refuse_problems(plan.problems)
    refuse_outdated(evaluation, plan)
    if not (plan.new or plan.changed):
        return plan.counts
    vendors, made = needed_vendors(plan, by)
    added = add(evaluation, plan, vendors)
    changed = change(evaluation, plan, vendors)
    log_import(
        evaluation=evaluation,
        kind=KIND,
        plan=plan,
        by=by,
        kept={
            "new": {str(row.pk): journal.snapshot(row, STATE) for row in added},
            "changed": changed,
            "vendors": [str(vendor.pk) for vendor in made],
        },
        import_id=import_id,
    )
    journal.record(
        evaluation=evaluation,
        action="candidates.imported",
        subject=evaluation,
        by=by,
        before={it.line.name: dict(it.before) for it in plan.changed},
        after=told_of(
            plan,
            new={line.name: dict(line.values) for line in plan.new},
            changed={it.line.name: dict(it.after) for it in plan.changed},
        ),
    )
    return plan.counts


def needed_vendors(plan: RowsPlan, by: User) -> tuple[dict[str, Vendor], list[Vendor]]:
    """The companies that the plan names, and those of them that are new."""
    wanted = [line.values.get("vendor") for line in plan.new]
    wanted += [change.after.get("vendor") for change in plan.changed]
    names = [str(name) for name in dict.fromkeys(wanted) if name]
    found = {row.name: row for row in Vendor.objects.filter(name__in=names)}
    made = [add_vendor(name=name, by=by) for name in names if name not in found]
    return found | {row.name: row for row in made}, made


def add(
    evaluation: Evaluation, plan: RowsPlan, vendors: dict[str, Vendor]
) -> list[Candidate]:
    """Put the new ones on the long list."""
    rows = []
    for line in plan.new:
        values = dict(line.values)
        vendor = vendors.get(values.pop("vendor", ""))
        (name,) = line.key
        row = Candidate(evaluation=evaluation, name=name, vendor=vendor, **values)
        clean(row)
        rows.append(row)
    return create_all(rows)


def change(
    evaluation: Evaluation, plan: RowsPlan, vendors: dict[str, Vendor]
) -> dict[str, list[dict[str, Any]]]:
    """Write what differs; by id, the row before and after."""
    names = [change.line.key[0] for change in plan.changed]
    locked = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation, name__in=names
    )
    rows = {row.name: row for row in locked}
    kept = {}
    for one in plan.changed:
        row = rows[one.line.key[0]]
        before = journal.snapshot(row, STATE)
        for field, value in one.after.items():
            setattr(row, field, vendors[value] if field == "vendor" else value)
        if row.invited_at and str(row.vendor_id) != before["vendor_id"]:
            raise Refused(
                f"The vendor of {row.name} is invited, so it stays. Blank the cell."
            )
        clean(row)
        kept[str(row.pk)] = [before, journal.snapshot(row, STATE)]
    save(list(rows.values()))
    return kept


def clean(row: Candidate) -> None:
    """Validate a row's own fields, and that its vendor fits its kind."""
    check_vendor(row)
    try:
        row.clean_fields(exclude={"evaluation", "vendor"})
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(f"{row.name}: {field}: {sentences[0]}") from error


def save(rows: list[Candidate]) -> None:
    """Write what an import writes."""
    fields = [field.removesuffix("_id") for field in WRITTEN]
    Candidate.objects.bulk_update(rows, fields, batch_size=BATCH)


def undo(imported: Import, by: User) -> None:
    """Take out what is new and unused, and put back the words of the rest."""
    evaluation = imported.evaluation
    require_stage(evaluation, *STAGES)
    new, changed = imported.kept["new"], imported.kept["changed"]
    locked = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation
    )
    rows = {str(row.pk): row for row in locked}
    expected = new | {key: after for key, (_, after) in changed.items()}
    refuse_moved(
        rows[key].name if key in rows else "a candidate that is gone"
        for key, after in expected.items()
        if key not in rows or journal.snapshot(rows[key], after) != after
    )
    for key, (before, _) in changed.items():
        for field in before.keys() & WRITTEN:
            setattr(rows[key], field, before[field])
    save([rows[key] for key in changed])
    ours = Candidate.objects.filter(evaluation=evaluation)
    delete_unused(ours, new, str)
    # Somebody who has one locked has use for it; nobody is waited for.
    unlocked = Vendor.objects.select_for_update(of=("self",), skip_locked=True)
    for vendor in unlocked.filter(pk__in=imported.kept["vendors"]):
        try:
            vendor.delete()
        except ProtectedError:
            continue  # Somebody has use for it by now.
    journal.record(
        evaluation=evaluation,
        action="candidates.put_back",
        subject=evaluation,
        by=by,
        before={rows[key].name: after for key, after in expected.items()},
        after={rows[key].name: before for key, (before, _) in changed.items()},
    )


DECLARED = ("has_interest", "statement")


def check_declare_interest(candidate: Candidate, by: User) -> None:
    """Everybody with a part declares their own, while it is open."""
    _require_asked(by, candidate.evaluation)


def check_declare_interests(evaluation: Evaluation, by: User) -> None:
    """The same, for whoever has a candidate left to answer for."""
    _require_asked(by, evaluation)
    if not to_declare(by).filter(evaluation=evaluation).exists():
        raise Refused(
            "You have answered for some of them already; load the page again."
        )


def check_clear_interest(conflict: Conflict, by: By) -> None:
    """Somebody else clears one that bars: the owner, or where the owner has a conflict
    Leadership without one.

    Raises:
        Forbidden: the wrong person. Refused: none stands, or it has ended.

    """
    evaluation = conflict.candidate.evaluation
    user = actor_of(by).user
    if user is not None and user.pk == conflict.person_id:
        raise Forbidden(
            "Nobody clears their own conflict of interest; "
            f"{clears_it(user, evaluation)} does."
        )
    if user is None or barring_interest(evaluation.owner, evaluation) is None:
        require_owner(by, evaluation)
    else:
        _require_leadership(user, evaluation)
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

    Raises:
        Forbidden: no part in the evaluation. Refused: it would take an interest
            back. Invalid: an interest without words.

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

    Raises:
        Forbidden: no part in the evaluation. Refused: another answer came before.
        Invalid: a statement that cannot be kept.

    """
    evaluation = lock(evaluation)
    check_declare_interests(evaluation, by)
    asked = list(to_declare(by).filter(evaluation=evaluation, pk__in=interests))
    if not interests or len(asked) != len(interests):
        raise Refused(
            "You have answered for some of them already; load the page again."
        )
    clean = []
    for candidate in asked:
        candidate.evaluation = evaluation
        if interests[candidate.pk].strip():
            _declare(
                candidate, by, has_interest=True, statement=interests[candidate.pk]
            )
        else:
            _save(candidate, by, has_interest=False)
            clean.append(candidate)
    if clean:
        journal.record(
            evaluation=evaluation,
            action="interest.none_declared",
            subject=evaluation,
            by=by,
            after={"candidates": [candidate.name for candidate in clean]},
        )
    return asked


@transaction.atomic
def clear_conflict(*, conflict: Conflict, reason: str, by: By) -> Conflict:
    """Let a person with a declared interest read answers, score and sign after all.

    Raises:
        Forbidden: one's own, or somebody else's to clear. Refused: no interest stands.
        Invalid: no reason.

    """
    candidate = lock_candidate(conflict.candidate)
    conflict = Conflict.objects.select_for_update(of=("self",), no_key=True).get(
        pk=conflict.pk
    )
    conflict.candidate = candidate
    check_clear_interest(conflict, by)
    reason = read_reason(reason, "Say why the interest does not matter.")
    before, after = policy_change(
        conflict,
        cleared_by=actor_of(by).user,
        cleared_at=timezone.now(),
        cleared_reason=reason,
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="interest.cleared",
        subject=conflict,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return conflict


def _require_leadership(user: User, evaluation: Evaluation) -> None:
    """Refuse all but Leadership without a conflict of interest of its own."""
    owner = evaluation.owner.name
    if not is_leadership(user, evaluation):
        raise Forbidden(
            f"{owner}, who runs this evaluation, has a conflict of interest; "
            "Leadership clears it."
        )
    check_read_answers(evaluation, user)


def _require_asked(by: User, evaluation: Evaluation) -> None:
    if not is_asked(by, evaluation):
        raise Forbidden(
            "Only people with a part in this evaluation declare their interests, each "
            "their own."
        )
    require_open(evaluation)


def _declare(
    candidate: Candidate, by: User, *, has_interest: bool, statement: str
) -> Conflict:
    """Keep a declaration, and say so in the journal."""
    inputs = Inputs()
    words = inputs.text("statement", statement, blank=not has_interest)
    inputs.check()
    before = Conflict.objects.standing().of(by).filter(candidate=candidate).first()
    if before and before.has_interest and not before.cleared_by and not has_interest:
        raise Refused(
            "You declared an interest; only "
            f"{clears_it(by, candidate.evaluation)} can clear it."
        )
    conflict = _save(candidate, by, has_interest=has_interest, statement=words)
    journal.record(
        evaluation=candidate.evaluation,
        action="interest.declared",
        subject=conflict,
        by=by,
        before=journal.snapshot(before, DECLARED) if before else {},
        after={"candidate": candidate, **journal.snapshot(conflict, DECLARED)},
    )
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


# Saying once what a status word of a spreadsheet means in an evaluation.

LONGEST = 60


def words_of(*, evaluation: Evaluation) -> dict[str, Meaning]:
    """The words that were explained, as a plan looks them up."""
    return {
        row.word: Meaning(row.availability, row.available_from)
        for row in StatusWord.objects.filter(evaluation=evaluation)
    }


@transaction.atomic
def explain_words(
    *, evaluation: Evaluation, meanings: Mapping[str, Meaning], by: User
) -> None:
    """Remember what words mean here; *unstated* keeps a word as text for good.

    What was imported before stays as it is: import the file again to read it anew.

    Raises:
        Forbidden: not the owner. Refused: it has ended.
        Invalid: no such meaning, a date that is none, or a word with a meaning.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    before = words_of(evaluation=evaluation)
    fresh = {
        word: meaning
        for word, meaning in meanings.items()
        if before.get(word) != meaning
    }
    for word, meaning in fresh.items():
        check(word, meaning)
        StatusWord.objects.update_or_create(
            evaluation=evaluation,
            word=word,
            defaults={
                "availability": meaning.availability,
                "available_from": meaning.available_from,
                "set_by": by,
                "set_at": timezone.now(),
            },
        )
    if fresh:
        journal.record(
            evaluation=evaluation,
            action="claims.words_explained",
            subject=evaluation,
            by=by,
            before={
                word: meaning_words(before[word]) for word in fresh if word in before
            },
            after={word: meaning_words(meaning) for word, meaning in fresh.items()},
        )


def check(word: str, meaning: Meaning) -> None:
    """Refuse what cannot be kept."""
    if not word or len(word) > LONGEST or word in STATUS_WORDS:
        raise Invalid(f"“{word[:LONGEST]}” is no word that can be explained.")
    if meaning.availability not in MEANINGS:
        raise Invalid(f"“{meaning.availability}” is no availability.")
    if meaning.available_from and meaning.availability != Availability.PLANNED:
        raise Invalid(f"“{word}”: only planned has a date.")


def meaning_words(meaning: Meaning) -> str:
    """A meaning as the journal says it."""
    day = meaning.available_from
    return f"{meaning.availability} {day}" if day else meaning.availability
