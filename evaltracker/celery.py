"""The Celery application: it only wakes sweeps, it never carries meaning."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, celeryd_init
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")

app = Celery("evaltracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_strong_role(**kwargs: Any) -> None:
    """Refuse to work with a database role that could do too much."""
    # Its settings are loaded by now, and not before.
    from evaltracker.wall.starting import refuse_strong_role

    refuse_strong_role()


@beat_init.connect
def _watch_ticks(**_: Any) -> None:
    """In beat's process each tick is noted in a file, for deploy/health.py."""
    ticked = Path(tempfile.gettempdir()) / "evaltracker-beat"

    def note_tick(**_: Any) -> None:
        ticked.touch()

    before_task_publish.connect(note_tick, weak=False)
