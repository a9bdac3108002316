"""Workers that take large files in, as processes with production's rights."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evaltracker.evaluations.models import Evaluation, ImportDraft
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.log import kept_look, work_on_imports
from evaltracker.importing.services.waiting import (
    ask_for_import,
    keep_draft,
    say_how_to_read,
)
from tests.faults.notices.world import Process

KNOCK = (
    "import django; django.setup(); "
    "from evaltracker.notices.tasks import work; work.apply_async()"
)


def shown(
    where: Evaluation, kind: str, lines: Sequence[str], **reading: bool
) -> ImportDraft:
    """A large file that was handed in, read and shown."""
    draft = keep_draft(
        evaluation=where,
        kind=kind,
        filename="large.csv",
        content="\n".join(lines).encode(),
        by=where.owner,
    )
    say_how_to_read(draft=draft, reading=reading)
    work_on_imports()
    draft.refresh_from_db()
    return draft


def say_yes(draft: ImportDraft) -> None:
    """Say yes to what is shown; a worker will hear it."""
    where = draft.evaluation
    look = kept_look(draft, KINDS[draft.kind], where, where.owner)
    assert look is not None
    ask_for_import(draft, look.digest)


def worker(folder: Path, name: str, login: str) -> Process:
    """A Celery worker with production's rights, and something to do."""
    settings = "tests.faults.notices.settings"
    env = {
        **os.environ,
        "DATABASE_URL": login,
        "DJANGO_SETTINGS_MODULE": settings,
    }
    command = [sys.executable, "-m", "celery", "-A", "evaltracker", "worker"]
    started = Process([*command, "--concurrency", "1"], env, folder / f"{name}.log")
    Process([sys.executable, "-c", KNOCK], env, folder / "knock.log").process.wait()
    return started


def await_that(what: Callable[[], object], log: Path) -> None:
    """Wait until it is so."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
