"""Workers that take large files in, as processes with production's rights."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaltracker.evaluations.models import Evaluation, ImportDraft, ImportWork
from evaltracker.importing.services.drafts import answer_draft, ask_for, keep_draft
from evaltracker.importing.services.imports import work_on_imports
from tests.faults.notices.world import Process

KNOCK = (
    "import django; django.setup(); "
    "from evaltracker.notices.tasks import work; work.apply_async()"
)


def shown(
    where: Evaluation, kind: str, lines: Sequence[str], answers: Mapping[str, str] = {}
) -> ImportDraft:
    """A large file that was handed in, read and shown."""
    draft = keep_draft(
        evaluation=where,
        kind=kind,
        filename="large.csv",
        content="\n".join(lines).encode(),
        by=where.owner,
    )
    answer_draft(draft=draft, answers=answers)
    work_on_imports()
    draft.refresh_from_db()
    return draft


def say_yes(draft: ImportDraft) -> None:
    """Say yes to what is shown; a worker will hear it."""
    assert draft.preview is not None
    ask_for(draft, ImportWork.IMPORT, draft.preview["facts"]["digest"])


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
