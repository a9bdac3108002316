"""One sweep from the shell or a system timer; the second waker beside beat."""

import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaltracker.notices.services.delivery import do_chores, sweep_notices
from evaltracker.toolbox.processes import ask_to_stop, do_long_work


class Command(BaseCommand):
    help = "Send the notices that are due; safe to run beside any number of others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, help="take at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        limit = options["limit"]
        if limit is not None and limit < 1:
            raise CommandError("--limit must be at least 1.")
        with _stoppable():
            do_chores()
            report = sweep_notices(limit=limit)
            do_long_work()
        self.stdout.write(str(report))
        if report.trouble:
            raise CommandError(f"{report.trouble} Nothing is lost; it is tried again.")


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        before = signal.signal(signal.SIGTERM, lambda *_: ask_to_stop())
    except ValueError:  # called from a thread, which gets no signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
