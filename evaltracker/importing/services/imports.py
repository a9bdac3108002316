"""Imports: read and planned, taken in by one yes, logged, and undone."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import batched
from typing import Any

import structlog
from django.db import models, transaction
from django.db.models import Q
from django.db.models.deletion import get_candidate_relations_to_delete
from django.utils import timezone

from evaltracker.errors import Invalid, Problem, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import (
    ColumnMemory,
    Evaluation,
    Import,
    ImportDraft,
    ImportWork,
    User,
)
from evaltracker.evaluations.policy import lock, require_open, require_owner
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.preview import Preview, packed, preview_of, unpacked
from evaltracker.importing.services import drafts
from evaltracker.rows.plan import Answers, ImportPlan, read
from evaltracker.rows.sources import Workbook, read_pasted, read_table
from evaltracker.rows.subjects import Context, Key
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.processes import Stopped, asked_to_stop, tell_progress

REST = "rest"
SHOWN = 10
BATCH = 5_000
TRIES = 3
MOVED = (
    "The evaluation changed since this was shown, so nothing was written. This is what "
    "the file would do now."
)
FAILED = (
    "The import failed, and nothing was imported. Try it again; if it fails again, "
    "tell your evaltracker operator."
)
logger = structlog.get_logger(__name__)


# What is remembered of columns and words: certain where it was said, proposed in other
# evaluations to whoever sees that one. A row holds the keys that begin alike:
# `column:<set of names>` or `words:<closed list>`.


def context_of(kind: ImportKind, evaluation: Evaluation, user: User) -> Context:
    """What the evaluation has, with what was said about such files before."""
    seen = Evaluation.objects.visible_to(user).real().exclude(pk=evaluation.pk)
    memories = ColumnMemory.objects.filter(
        Q(evaluation=evaluation) | Q(evaluation__in=seen),
        kind=kind.slug,
        signature__contains=":",
    )
    here: dict[str, str] = {}
    elsewhere: dict[str, tuple[str, str]] = {}
    for memory in memories.select_related("evaluation").order_by("set_at"):
        if memory.evaluation_id == evaluation.pk:
            here |= memory.columns
        else:
            title = str(memory.evaluation)
            elsewhere |= {
                key: (meaning, title) for key, meaning in memory.columns.items()
            }
    context = kind.context(evaluation, user)
    return replace(context, remembered=here, elsewhere=elsewhere)


def remember(
    *, evaluation: Evaluation, kind: str, decided: Mapping[str, str], by: User
) -> None:
    """Remember what columns hold and words mean, in the caller's transaction."""
    parts: dict[str, dict[str, str]] = {}
    for key, meaning in decided.items():
        signature = ":".join(key.split(":")[:2])[:64]
        parts.setdefault(signature, {})[key] = meaning
    memories = ColumnMemory.objects.filter(evaluation=evaluation, kind=kind)
    before = {row.signature: row.columns for row in memories}
    for signature, columns in parts.items():
        known = before.get(signature, {})
        if columns.items() <= known.items():
            continue
        defaults = {"columns": known | columns, "set_by": by, "set_at": timezone.now()}
        ColumnMemory.objects.update_or_create(
            evaluation=evaluation, kind=kind, signature=signature, defaults=defaults
        )


def memories_of(evaluation: Evaluation, kind: str) -> list[tuple[str, str]]:
    """Signatures of what is remembered here, with what it says."""
    rows = ColumnMemory.objects.filter(evaluation=evaluation, kind=kind)
    return [
        (
            row.signature,
            ", ".join(
                f"{key.rpartition(':')[2]}: {meaning}"
                for key, meaning in row.columns.items()
            ),
        )
        for row in rows.filter(signature__contains=":").exclude(
            signature__startswith="names:"
        )
    ]


def forget(*, evaluation: Evaluation, kind: str, signature: str, by: User) -> None:
    """Forget what was said of one set of names, or of the words of one list."""
    KINDS[kind].check_allowed(by, evaluation)
    ColumnMemory.objects.filter(
        evaluation=evaluation, kind=kind, signature=signature
    ).delete()


def planned(
    kind: ImportKind,
    evaluation: Evaluation,
    user: User,
    book: Workbook,
    answers: Answers,
) -> ImportPlan:
    """What a source would do to the evaluation as it is now, as far as answered.

    Raises:
        Unreadable: no sheet of it holds anything.
    """
    context = context_of(kind, evaluation, user)
    return read(kind, book, context, kind.known(evaluation=evaluation), answers)


@transaction.atomic
def import_pasted(
    kind: ImportKind,
    evaluation: Evaluation,
    user: User,
    text: str,
    answers: Answers,
    shown: str,
) -> Import | ImportPlan | None:
    """Take pasted rows in as an import, or give back what is to be looked at first.

    They come in if nothing about them needs a look, or if `shown` is the digest of what
    somebody saw; None if all of them are there.

    Raises:
        Forbidden: it is not `user` who imports. Unreadable: there is no table in it.
    """
    evaluation = lock(evaluation)
    kind.check_allowed(user, evaluation)
    require_open(evaluation)
    plan = planned(kind, evaluation, user, read_pasted(text), answers)
    if plan.lands(shown):
        return import_plan(kind, evaluation, plan, user)
    return plan


@transaction.atomic
def import_plan(
    kind: ImportKind,
    evaluation: Evaluation,
    plan: ImportPlan,
    by: User,
    key: uuid.UUID | None = None,
) -> Import | None:
    """Do what a plan says and remember how it was read; None if nothing is new.

    `key` is that of the yes, by which a repeated one is recognised.
    """
    if not (plan.new or plan.changed):
        return None
    key = key or uuid.uuid4()
    kind.take_in(evaluation=evaluation, plan=plan, by=by, import_id=key)
    remember(evaluation=evaluation, kind=kind.slug, decided=plan.decided, by=by)
    return Import.objects.get(pk=key)


def plan_of(draft: ImportDraft, evaluation: Evaluation, user: User) -> ImportPlan:
    """Read a draft and plan it against the evaluation as it is now."""
    tell_progress("read", 0, 0)
    book = read_table(bytes(draft.content), draft.filename)
    tell_progress("compared", 0, 0)
    answers = draft.reading.get("answers", {})
    return planned(KINDS[draft.kind], evaluation, user, book, answers)


def preview_for(draft: ImportDraft, user: User) -> Preview | None:
    """What there is to see of a file; None while a large one is worked on.

    Raises:
        Unreadable: the file is no table.
    """
    if not draft.is_large:
        return preview_of(KINDS[draft.kind], plan_of(draft, draft.evaluation, user))
    kept: dict[str, Any] = draft.preview or {}
    if draft.work or "facts" not in kept:
        return None
    return unpacked(kept, lambda: bytes(draft.pages or b""))


@transaction.atomic
def apply_draft(
    *, kind: ImportKind, evaluation: Evaluation, by: User, import_id: Any, shown: str
) -> Import | None:
    """Do what was shown, once; a large file in the background, which gives None.

    Raises:
        Stale: it would do something else by now. Refused: the file is gone, or this
        very yes took it in already.
    """
    draft = drafts.read_draft(evaluation=evaluation, kind=kind.slug, by=by)
    if draft is not None and draft.is_large:
        preview = preview_for(draft, by)
        facts = preview.facts if preview else {}
        if facts.get("can_apply") and facts["digest"] == shown:
            drafts.ask_for(draft, ImportWork.IMPORT, shown)
        elif draft.work != ImportWork.IMPORT or draft.said != shown:
            raise Stale(MOVED)
        return None
    lock(evaluation)
    draft = drafts.read_draft(evaluation=evaluation, kind=kind.slug, by=by)
    if draft is None or draft.pk != import_id:
        refuse_repeat(import_id)
        raise Refused(drafts.GONE)
    done = _import_draft(draft, shown)
    if isinstance(done, ImportPlan):
        raise Stale(MOVED)
    drafts.discard_draft(draft=draft)
    return done


def _import_draft(draft: ImportDraft, shown: str) -> Import | ImportPlan:
    """Take a file in, or give back what it would do by now."""
    kind = KINDS[draft.kind]
    person = draft.person
    evaluation = lock(draft.evaluation)
    if not person.is_active:
        raise Refused(f"Importing {kind.things} is not yours to do here.")
    kind.check_allowed(person, evaluation)
    plan = plan_of(draft, evaluation, person)
    if plan.can_apply and plan.digest == shown:
        return import_plan(kind, evaluation, plan, person, draft.pk) or plan
    return plan


def work_on_imports() -> None:
    while not asked_to_stop():
        draft = drafts.hold_next()
        if draft is None:
            return
        work_on(draft)


def work_on(draft: ImportDraft) -> None:
    """Read or take in a large file; its person finds what became of it."""
    try:
        if draft.tries > TRIES:
            raise Refused(FAILED)
        with drafts.holding(draft):
            notice: dict[str, Any] = {}
            if draft.work == ImportWork.IMPORT:
                with transaction.atomic():
                    plan = _import_draft(draft, draft.said)
                    if isinstance(plan, Import):
                        drafts.finish(draft)
                        return
                notice = {"notice": MOVED}
            else:
                plan = plan_of(draft, draft.evaluation, draft.person)
            kept, pages = packed(preview_of(KINDS[draft.kind], plan))
            drafts.store_preview(draft, kept | notice, pages)
    except Stopped:
        if asked_to_stop():
            drafts.release(draft)
    except Problem as problem:
        _store_problem(draft, problem.sentence)
    # Its person shall know, and the others' files still wait.
    except Exception as error:
        if database_is_away(error):
            raise
        logger.exception("import_failed", draft=str(draft.pk))
        _store_problem(draft, FAILED)


def _store_problem(draft: ImportDraft, sentence: str) -> None:
    shown = drafts.held(draft).values_list("preview", "pages").first()
    if shown is not None:
        preview, pages = shown
        drafts.store_preview(
            draft, {**(preview or {}), "notice": sentence}, bytes(pages or b"")
        )


# What came in: each import a row, so that it can be recognised and undone.


def refuse_repeat(import_id: uuid.UUID | None) -> None:
    """Refuse to do once more what one yes has done; call it under the lock."""
    if import_id:
        done = Import.objects.filter(pk=import_id).first()
    else:
        done = None
    if done is not None:
        raise Refused(
            f"“{done.filename}” was imported by this very yes already.", code="imported"
        )


def refuse_stale(
    plan: ImportPlan, known: Mapping[Key, Mapping[str, Any]], gone: Iterable[str] = ()
) -> None:
    """Refuse a plan with something open, or whose rows are not what they were.

    Call it under the lock; of `known` only what the plan writes is looked at.
    """
    if plan.open:
        sentence = f"Nothing was imported: {plan.open[0].title} is still to choose."
        raise Invalid(sentence, errors={"file": [line.title for line in plan.open]})
    moved = [record.name for record in plan.new if record.key in known]
    for change in plan.changed:
        now = known.get(change.record.key, {})
        if any(now.get(field) != change.before.get(field) for field in change.after):
            moved.append(change.record.name)
    if moved := [*moved, *gone]:
        raise Stale(
            "The evaluation changed since the file was compared with it. Import it "
            "again to see the difference.",
            difference=", ".join(moved),
        )


def log_import(
    *,
    evaluation: Evaluation,
    kind: str,
    plan: ImportPlan,
    by: By,
    kept: Mapping[str, Any],
    import_id: uuid.UUID | None,
    action: str,
    before: dict[str, Any],
    new: Mapping[str, Any],
    changed: Mapping[str, Any],
) -> None:
    """Write down that a file came in, in the caller's transaction.

    `kept` is what undoing needs. Without an `import_id` (a command) it gets a new one.
    The journal tells of cells and rows that were left out their places alone, for what
    stood there may be sealed.
    """
    if plan.rest:
        rest = {REST: list(plan.rest)}
    else:
        rest = {}
    row = Import(
        id=import_id or uuid.uuid4(),
        evaluation=evaluation,
        kind=kind,
        filename=plan.filename[:200],
        sha256=plan.sha256,
        by=actor_of(by).user,
        counts=plan.counts,
        kept=journal.as_json_value({**kept, **rest}),
    )
    row.save(force_insert=True)
    left = {part["sheet"]: [row["row"] for row in part["rows"]] for part in plan.rest}
    after = {
        "file": plan.filename,
        "sha256": plan.sha256,
        "new": new,
        "changed": changed,
        "same": len(plan.same),
        **({"typed": list(plan.typed)} if plan.typed else {}),
        **({"left_out": left} if left else {}),
    }
    journal.record(evaluation, action, evaluation, by, before=before, after=after)


@transaction.atomic
def undo_import(*, imported: Import, by: User) -> Import:
    """Put back what stood before an import, all of it or nothing.

    Raises:
        Forbidden: `by` is not the owner. Refused: undone already, too late, rows
        changed since (it names them), or such things are not imported any more.
    """
    evaluation = lock(imported.evaluation)
    imported = lock(imported)
    imported.evaluation = evaluation
    require_owner(by, evaluation)
    require_open(evaluation)
    if imported.undone_at:
        raise Refused("This import was undone already.")
    if imported.kind not in KINDS:
        raise Refused("Such files are not imported any more. Change the rows by hand.")
    KINDS[imported.kind].take_back(imported, by)
    # What it takes to undo is of no use any more, and may hold sealed values.
    imported.kept = {}
    imported.undone_by = by
    imported.undone_at = timezone.now()
    imported.save(update_fields=["kept", "undone_at", "undone_by"])
    before = {"kind": imported.kind, **imported.counts, "file": imported.filename}
    journal.record(evaluation, "import.undone", imported, by, before=before)
    return imported


def refuse_moved(names: Iterable[str]) -> None:
    moved = list(dict.fromkeys(names))
    if moved:
        shown = ", ".join(moved[:SHOWN])
        if len(moved) > SHOWN:
            more = f" and {len(moved) - SHOWN:,} more"
        else:
            more = ""
        raise Refused(
            "It cannot be undone, because these rows changed or were used since: "
            f"{shown}{more}. Change them by hand instead."
        )


def delete_unused[M: models.Model](
    rows: models.QuerySet[M], keys: Collection[str], name_of: Callable[[M], str]
) -> None:
    """Delete those of `rows` that have these keys, or refuse with the names of some.

    Each table that can point at them is asked once, by `rows` and not by their keys: of
    50,000 rows, Django's own `delete` asks each of a dozen tables a hundred times.

    Raises:
        Refused: something points at one of them.
    """
    pointed: set[str] = set()
    relations: Iterable[Any] = get_candidate_relations_to_delete(
        rows.model._meta  # type: ignore[arg-type]
    )
    for relation in relations:
        key = relation.field.attname
        pointing = relation.related_model._base_manager.filter(**{f"{key}__in": rows})
        pointed.update(map(str, pointing.order_by().values_list(key, flat=True)))
    used = pointed.intersection(keys)
    refuse_moved(sorted(map(name_of, rows.filter(pk__in=used))) if used else ())
    for batch in batched(keys, BATCH):
        # Nothing points at them, so there is nothing to collect.
        rows.filter(pk__in=batch)._raw_delete(rows.db)
