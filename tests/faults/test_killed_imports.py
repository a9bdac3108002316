"""A worker that is killed in the middle of a large import leaves nothing (R50)."""

import datetime
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from evaltracker.evaluations import verifying
from evaltracker.evaluations.models import Import, ImportDraft, JournalHead
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.background import ask_for_import
from evaltracker.importing.services.looks import kept_look
from evaltracker.importing.services.waiting_files import keep_draft
from evaltracker.importing.services.working import work_on_imports
from tests.cast import common
from tests.faults.killing import await_quiet, await_waiting
from tests.faults.notices.world import Process
from tests.served import app_login

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
]
ROWS = 700
KNOCK = (
    "import django; django.setup(); "
    "from evaltracker.notices.tasks import work; work.apply_async()"
)


@pytest.fixture
def app(transactional_db: None) -> Iterator[str]:
    """The address of the database for the application's role."""
    with app_login() as url:
        yield url


def waiting_import() -> ImportDraft:
    """A large file whose person has said yes."""
    where = common.evaluation()
    lines = [f"Q{at},What Q{at} asks,{'x' * 2500}" for at in range(ROWS)]
    content = "\n".join(["ref,text,note", *lines]).encode()
    keep_draft(
        evaluation=where,
        kind="requirements",
        filename="large.csv",
        content=content,
        by=where.owner,
    )
    work_on_imports()
    draft = ImportDraft.objects.get()
    look = kept_look(draft, KINDS["requirements"], where, where.owner)
    assert look is not None
    ask_for_import(draft, look.digest)
    return draft


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


def test_an_import_whose_worker_is_killed_comes_in_whole_with_the_next(
    app: str, tmp_path: Path
) -> None:
    draft = waiting_import()
    where = draft.evaluation
    with transaction.atomic():
        JournalHead.objects.select_for_update().get(evaluation=where)
        first = worker(tmp_path, "first", app)
        try:
            far = ImportDraft.objects.filter(progress__total=ROWS)
            await_that(far.exists, first.log)
            await_waiting()
        finally:
            first.kill()
    await_quiet()
    assert where.requirements.count() == 0
    assert not Import.objects.exists()
    left = ImportDraft.objects.get()
    assert left.work == "import"
    assert left.holder is not None
    # What it held it holds no longer than a minute.
    ago = timezone.now() - datetime.timedelta(seconds=1)
    ImportDraft.objects.update(held_until=ago)
    second = worker(tmp_path, "second", app)
    try:
        await_that(lambda: not ImportDraft.objects.exists(), second.log)
    finally:
        second.kill()
    assert where.requirements.count() == ROWS
    assert Import.objects.get().pk == draft.pk
    assert verifying.find_break(where) is None
