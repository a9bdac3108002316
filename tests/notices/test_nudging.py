"""A task and a nudge carry no meaning: they wake a sweep, or they do not."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from evaltracker.celery import app
from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.tasks import nudge, sweep
from tests.notices.kinds import owe
from tests.smtp_sink import Sink

# Seconds that somebody waits for the broker who does wait.
NO_ANSWER = 120.0


@pytest.fixture
def broken_broker() -> Iterator[None]:
    """A broker that takes connections and never says a word."""
    kept = app.conf.broker_url, app.conf.broker_transport_options
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        timeouts = {"socket_timeout": NO_ANSWER, "socket_connect_timeout": NO_ANSWER}
        app.conf.update(broker_url=url, broker_transport_options=timeouts)
        _forget_connections()
        yield
    # It hangs up on who still waits.
    _join_nudges()
    app.conf.update(broker_url=kept[0], broker_transport_options=kept[1])
    _forget_connections()


def _forget_connections() -> None:
    app.close()
    vars(app).pop("amqp", None)


def _join_nudges() -> None:
    for thread in threading.enumerate():
        if thread.name == "nudge":
            thread.join(60)
            assert not thread.is_alive()


@pytest.mark.django_db
def test_the_task_sends_what_is_due(platform: Evaluation, smtp_sink: Sink) -> None:
    owe(platform)

    sweep()

    assert len(smtp_sink.arrived) == 1


@pytest.mark.django_db
def test_a_nudge_waits_for_the_commit_and_is_dropped_with_a_rollback(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        with transaction.atomic():
            nudge()
        with contextlib.suppress(OSError), transaction.atomic():
            nudge()
            raise OSError

    assert len(callbacks) == 1


@pytest.mark.usefixtures("broken_broker")
@pytest.mark.django_db
def test_a_broker_that_does_not_answer_holds_nobody(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(20):
            nudge()

    # All twenty together wait less than half as long as one that waits.
    assert time.monotonic() - began < NO_ANSWER / 2
    assert sum(thread.name == "nudge" for thread in threading.enumerate()) == 1
