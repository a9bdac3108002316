"""Doing what waits: reading large files, comparing them, and taking them in."""

import structlog
from django.db import transaction

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import ImportDraft, ImportWork
from evaltracker.evaluations.policy import lock
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.background import (
    TRIES,
    Holding,
    finish,
    held,
    hold_next,
    keep_preview,
    let_go,
)
from evaltracker.importing.services.looks import keep_look, look_at
from evaltracker.kit.database_away import database_is_away
from evaltracker.kit.progress import Stopped, listening
from evaltracker.kit.shutdown import asked_to_stop

FAILED = (
    "The import failed, and nothing was imported. Try it again; if it fails again, "
    "tell whoever runs this installation."
)
MOVED = (
    "The evaluation changed since this was shown, so nothing was written. This is what "
    "the file would do now."
)
logger = structlog.get_logger(__name__)


def work_on_imports() -> None:
    """Work on whatever waits, one file after another."""
    while not asked_to_stop():
        draft = hold_next()
        if draft is None:
            return
        work_on(draft)


def work_on(draft: ImportDraft) -> None:
    """Do what the draft asks for; what goes wrong is kept for its page."""
    try:
        if draft.tries > TRIES:
            raise Refused(FAILED)
        with Holding(draft) as holding, listening(holding):
            if draft.work == ImportWork.IMPORT:
                take_in(draft)
            else:
                look_through(draft)
    except Stopped:
        if asked_to_stop():
            let_go(draft)
    except Problem as problem:
        keep_problem(draft, problem.sentence)
    # Its person shall know, and the others' files still wait.
    except Exception as error:
        if database_is_away(error):
            raise
        logger.exception("import_failed", draft=str(draft.pk))
        keep_problem(draft, FAILED)


def look_through(draft: ImportDraft) -> None:
    """Read and compare a file, and keep what it would do."""
    kind = KINDS[draft.kind]
    look = look_at(draft, kind, draft.evaluation, draft.person)
    keep_preview(draft, *keep_look(look, kind))


def take_in(draft: ImportDraft) -> None:
    """Do what was shown, or show what it would be by now.

    Raises:
        Refused: its person may not any more. Stopped: somebody put the file away.

    """
    kind, person = KINDS[draft.kind], draft.person
    with transaction.atomic():
        evaluation = lock(draft.evaluation)
        if not (person.is_active and kind.allowed(person, evaluation)):
            raise Refused(f"Importing {kind.things} is not yours to do here.")
        look = look_at(draft, kind, evaluation, person)
        if look.problem is None and look.plan is not None and look.digest == draft.said:
            plan, reading = look.plan, look.reading
            del look  # The file is as large as all that is written of it.
            kind.apply(evaluation, person, plan, reading, draft.pk)
            finish(draft)
            return
    kept, pages = keep_look(look, kind)
    keep_preview(draft, {**kept, "notice": MOVED}, pages)


def keep_problem(draft: ImportDraft, sentence: str) -> None:
    """Keep why nothing came of it, beside what was shown before."""
    shown = held(draft).values_list("preview", "pages").first()
    if shown is not None:
        preview, pages = shown
        keep_preview(draft, {**(preview or {}), "notice": sentence}, pages)
