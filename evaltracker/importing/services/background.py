"""Large files, worked on in the background: what waits, and who holds it.

A draft says what is to be done about it. A worker holds it for a while, and as long as
it lives it holds it again; if it is killed, another takes over, and since all rows come
in with the draft's end in one transaction, nothing comes in half or twice. Whoever
deletes the draft stops the work.
"""

import datetime
import threading
import uuid
from types import TracebackType
from typing import Any, Self

from django.db import Error, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evaltracker.evaluations.models import ImportDraft, ImportWork
from evaltracker.kit.clock import database_now
from evaltracker.kit.long_work import work_waits
from evaltracker.kit.progress import Stopped
from evaltracker.kit.shutdown import asked_to_stop

HELD = datetime.timedelta(seconds=60)
BEAT = 1.0
TRIES = 3


def ask_for_preview(draft: ImportDraft) -> None:
    """Have a large file read and compared anew; a small one is, on its page."""
    if draft.is_large:
        _ask(ImportDraft.objects.filter(pk=draft.pk), ImportWork.PREVIEW)


def ask_for_import(draft: ImportDraft, said: str) -> None:
    """Have a large file imported, if it would still do what was shown.

    Of many yeses at once one is heard: the others find its work, or no file any more.
    """
    rows = ImportDraft.objects.filter(pk=draft.pk, work=ImportWork.NONE)
    _ask(rows, ImportWork.IMPORT, said=said)


def _ask(rows: QuerySet[ImportDraft], work: ImportWork, said: str = "") -> None:
    # Who works on what was asked before loses it.
    begun = rows.update(
        work=work,
        said=said,
        tries=0,
        asked_at=timezone.now(),
        progress={},
        holder=None,
        held_until=None,
    )
    if begun:
        work_waits()


@transaction.atomic
def hold_next() -> ImportDraft | None:
    """Hold the draft that has waited longest and that nobody else works on.

    One evaluation takes in one file at a time; another would only wait for its lock.
    """
    now = database_now()
    busy = ImportDraft.objects.filter(work=ImportWork.IMPORT, held_until__gt=now)
    found: ImportDraft | None = (
        ImportDraft.objects.filter(Q(held_until=None) | Q(held_until__lte=now))
        .exclude(work=ImportWork.NONE)
        .exclude(
            work=ImportWork.IMPORT, evaluation__in=busy.order_by().values("evaluation")
        )
        .order_by("asked_at", "id")
        .defer("pages")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .first()
    )
    if found is None:
        return None
    found.holder, found.held_until = uuid.uuid4(), now + HELD
    found.tries += 1
    found.save(update_fields=["holder", "held_until", "tries"])
    return found


def held(draft: ImportDraft) -> Any:
    """The draft, while its holder has it."""
    return ImportDraft.objects.filter(pk=draft.pk, holder=draft.holder)


def let_go(draft: ImportDraft) -> None:
    """Leave it to another; it was no try."""
    held(draft).update(holder=None, held_until=None, tries=F("tries") - 1)


@transaction.atomic
def keep_preview(draft: ImportDraft, preview: dict[str, Any], pages: Any) -> None:
    """Keep what came of the work, for the page to show."""
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


class Holding:
    """Holds a draft for as long as the block runs, and says how far it is.

    A thread with a connection of its own says so, since nobody sees what the work's
    transaction writes. SQLite lets only one write, so there nobody is told.
    """

    def __init__(self, draft: ImportDraft) -> None:
        self.draft = draft
        self.progress: dict[str, Any] = {}
        self._over = threading.Event()
        self._lost = threading.Event()
        self._seen = False
        self._thread = threading.Thread(
            target=self._hold, name="import progress", daemon=True
        )

    def __enter__(self) -> Self:
        if connection.vendor == "postgresql":
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Hear how far the work is.

        Raises:
            Stopped: it is not wanted any more, or the worker is to end.

        """
        self.progress = {"what": what, "done": done, "total": total}
        if self._lost.is_set() or asked_to_stop():
            raise Stopped

    def _hold(self) -> None:
        try:
            while not self._over.wait(BEAT):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            count = held(self.draft).update(
                progress=self.progress, held_until=database_now() + HELD
            )
        # The work itself will meet it.
        except Error:
            connection.close()
            return
        # What it has not seen yet is not committed; in the end `finish` looks anyway.
        if self._seen and not count:
            self._lost.set()
        self._seen = self._seen or bool(count)
