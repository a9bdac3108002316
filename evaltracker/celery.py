"""The Celery application: it only wakes sweeps, it never carries meaning."""

import gc
import os
import tempfile
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, celeryd_init, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from evaltracker.toolbox.registry import about_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")

app = Celery("evaltracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def announce_start(**kwargs: Any) -> None:
    """Let what has to be asked before any work be asked now."""
    about_to_start.send(sender=app)


@beat_init.connect
def _watch_ticks(**_: Any) -> None:
    """In beat's process each tick is noted in a file, for deploy/health.py."""
    ticked = Path(tempfile.gettempdir()) / "evaltracker-beat"

    def note_tick(**_: Any) -> None:
        ticked.touch()

    before_task_publish.connect(note_tick, weak=False)


@worker_init.connect
def _keep_what_is_loaded(**_: Any) -> None:
    """What is loaded before the first task stays, as in evaltracker/wsgi.py."""
    gc.collect()
    gc.freeze()
