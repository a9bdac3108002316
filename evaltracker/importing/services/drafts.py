"""Files that wait for a yes: kept for a day, for one person, seen by nobody else.

A large file is worked on in the background. A worker holds its draft for a while, and
as long as it lives it holds it again; if it is killed, another takes over, and since
all rows come in with the draft's end in one transaction, nothing comes in half or
twice. Whoever deletes the draft stops the work.
"""

import datetime
import threading
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import Error, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, ImportDraft, ImportWork, User
from evaltracker.evaluations.policy import require_open
from evaltracker.importing.kinds import KINDS
from evaltracker.rows.guards import is_large
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.files import clean_name
from evaltracker.toolbox.processes import WORK_WAITS, Stopped, asked_to_stop, listening

HELD = datetime.timedelta(seconds=60)
BEAT = 1.0
KEPT = datetime.timedelta(days=1)
GONE = (
    "The file is gone: it was imported, discarded, or older than a day. Choose it "
    "again."
)
MOST_TYPED = 500


@transaction.atomic
def keep_draft(
    *, evaluation: Evaluation, kind: str, filename: str, content: bytes, by: User
) -> ImportDraft:
    """Keep a file until its person says yes or no; it replaces the one before.

    Raises:
        Refused: the evaluation has ended. Invalid: the file's name hides something.
    """
    require_open(evaluation)
    ImportDraft.objects.filter(evaluation=evaluation, person=by, kind=kind).delete()
    draft = ImportDraft(
        evaluation=evaluation,
        person=by,
        kind=kind,
        filename=clean_name(filename, limit=1000)[:200],
        content=content,
        is_large=is_large(content),
    )
    draft.save(force_insert=True)
    ask_for(draft, ImportWork.PREVIEW)
    return draft


def _kept(**of: Any) -> QuerySet[ImportDraft]:
    kept_at = timezone.now() - KEPT
    rows: QuerySet[ImportDraft] = ImportDraft.objects.filter(kept_at__gt=kept_at, **of)
    return rows


def read_draft(*, evaluation: Evaluation, kind: str, by: User) -> ImportDraft | None:
    """The file that waits for `by`'s yes; None once it is over a day old."""
    rows = _kept(evaluation=evaluation, person=by, kind=kind)
    return rows.defer("content", "pages").first()


def answer_draft(*, draft: ImportDraft, answers: Mapping[str, str]) -> None:
    """Keep what somebody chose and typed; blank takes an earlier answer back.

    Raises:
        Refused: the file is gone, as by a yes on another page, or too much was typed.
    """
    merged = {**draft.reading.get("answers", {}), **answers}
    # A cell may be typed blank; a choice may not.
    merged = {
        key: text for key, text in merged.items() if text or key.startswith("cell:")
    }
    if sum(key.startswith("cell:") for key in merged) > MOST_TYPED:
        raise Refused(
            f"You can correct up to {MOST_TYPED:,} cells here. Fix the others in the "
            "file and choose it again."
        )
    draft.reading = {"answers": merged}
    if not ImportDraft.objects.filter(pk=draft.pk).update(reading=draft.reading):
        raise Refused(GONE)
    ask_for(draft, ImportWork.PREVIEW)


def discard_draft(*, draft: ImportDraft) -> bool:
    """Delete it, which also stops the work on it; whether it was still there."""
    count, _ = ImportDraft.objects.filter(pk=draft.pk).delete()
    return bool(count)


def forget_old_drafts() -> None:
    ImportDraft.objects.filter(kept_at__lte=timezone.now() - KEPT).delete()


class PendingDraft(NamedTuple):
    what: str
    why: str
    until: datetime.datetime
    # Whether it is its person's turn, and not the background's.
    is_theirs: bool = False


def waiting_for(*, by: User, evaluations: Collection[Evaluation]) -> list[ImportDraft]:
    rows = _kept(person=by, evaluation__in=evaluations, kind__in=[*KINDS])
    rows = rows.only("evaluation", "kind", "filename", "kept_at", "work")
    by_key = {evaluation.pk: evaluation for evaluation in evaluations}
    return [
        draft
        for draft in rows.order_by("kept_at")
        if KINDS[draft.kind].allowed(by, by_key[draft.evaluation_id])
    ]


def what_waits(draft: ImportDraft) -> PendingDraft:
    plural = KINDS[draft.kind].things
    file = f"“{draft.filename}”"
    what = f"Finish importing {plural} from {file}"
    why = "You chose the file; it is deleted a day later unless you import it."
    if draft.work == ImportWork.IMPORT:
        what = f"{plural.capitalize()} come in from {file}"
        why = "It continues in the background. You can stop it."
    elif draft.work == ImportWork.PREVIEW:
        what = f"{file} is being read"
        why = f"You chose it to import {plural}. What it would do is shown next."
    return PendingDraft(what, why, draft.kept_at + KEPT, is_theirs=not draft.work)


def ask_for(draft: ImportDraft, work: ImportWork, shown: str = "") -> None:
    """Have a large file read and compared anew, or imported as it was shown.

    Of many yeses at once one is heard: the others find its work, or no file any more.
    A small file is read on its page.
    """
    rows = ImportDraft.objects.filter(pk=draft.pk, is_large=True)
    if work == ImportWork.IMPORT:
        rows = rows.filter(work=ImportWork.NONE)
    # Who works on what was asked before loses it.
    begun = rows.update(
        work=work,
        said=shown,
        tries=0,
        asked_at=timezone.now(),
        progress={},
        holder=None,
        held_until=None,
    )
    if begun:
        WORK_WAITS.say()


@transaction.atomic
def hold_next() -> ImportDraft | None:
    """Hold the draft that has waited longest and that nobody else works on.

    One evaluation takes in one file at a time; another would only wait for its lock.
    """
    now = database_now()
    busy = ImportDraft.objects.filter(work=ImportWork.IMPORT, held_until__gt=now)
    waits = busy.order_by().values("evaluation")
    rows = ImportDraft.objects.filter(Q(held_until=None) | Q(held_until__lte=now))
    rows = rows.filter(kind__in=[*KINDS]).exclude(work=ImportWork.NONE)
    rows = rows.exclude(work=ImportWork.IMPORT, evaluation__in=waits).defer("pages")
    rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    draft: ImportDraft | None = rows.order_by("asked_at", "id").first()
    if draft is None:
        return None
    draft.holder = uuid.uuid4()
    draft.held_until = now + HELD
    draft.tries += 1
    draft.save(update_fields=["holder", "held_until", "tries"])
    return draft


def held(draft: ImportDraft) -> QuerySet[ImportDraft]:
    rows: QuerySet[ImportDraft] = ImportDraft.objects.filter(
        pk=draft.pk, holder=draft.holder
    )
    return rows


def release(draft: ImportDraft) -> None:
    """Leave it to another; it was no try."""
    held(draft).update(holder=None, held_until=None, tries=F("tries") - 1)


@transaction.atomic
def store_preview(draft: ImportDraft, preview: Mapping[str, Any], pages: bytes) -> None:
    held(draft).update(
        preview=preview,
        pages=pages,
        work=ImportWork.NONE,
        holder=None,
        held_until=None,
        progress={},
    )


def finish(draft: ImportDraft) -> None:
    """End the draft with its import, in the import's transaction.

    Raises:
        Stopped: it is gone, or another holds it: then nothing comes in.
    """
    count, _ = held(draft).delete()
    if not count:
        raise Stopped


@contextmanager
def holding(draft: ImportDraft) -> Iterator[None]:
    """Hold a draft for as long as the block runs, and say how far it is.

    A thread with a connection of its own says so, since nobody sees what the work's
    transaction writes. SQLite lets only one write, so there nobody is told. The work
    ends by `Stopped` if it is not wanted any more, or the worker is to end.
    """
    over = threading.Event()
    lost = threading.Event()
    progress: dict[str, Any] = {}

    def hear(what: str, done: int, total: int) -> None:
        progress.update(what=what, done=done, total=total)
        if lost.is_set() or asked_to_stop():
            raise Stopped

    def beat() -> None:
        was_seen = False
        while not over.wait(BEAT):
            try:
                count = held(draft).update(
                    progress=dict(progress), held_until=database_now() + HELD
                )
            # The work itself will meet it.
            except Error:
                connection.close()
                continue
            # What was not seen yet is not committed; in the end `finish` looks anyway.
            if was_seen and not count:
                lost.set()
            was_seen = was_seen or bool(count)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    if connection.vendor == "postgresql":
        thread.start()
    try:
        with listening(hear):
            yield
    finally:
        over.set()
        if thread.is_alive():
            thread.join()
