"""/healthz: the process lives. /readyz: it can do its work, and mail is not late."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse

from evaltracker.celery import app
from evaltracker.errors import Unavailable
from evaltracker.evaluations.choices import NOTICE_OPEN
from evaltracker.evaluations.models import Notice

LATE_AFTER = timedelta(minutes=10)
# How old the last success of each kind of backup may be (deploy/backup/backup.sh).
BACKUPS = {
    "base": timedelta(hours=26),
    "stream": timedelta(minutes=5),
    "offsite": timedelta(minutes=30),
}
logger = structlog.get_logger(__name__)


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def check_broker() -> str:
    broker: Any  # the stubs know only what every transport has
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        # Opening a channel is what really talks to it.
        broker.default_channel.close()
    return ""


def check_files() -> str:
    """Asked in the folder that every process may read."""
    default_storage.exists("claim_files/ready")
    return ""


def check_notices() -> str:
    """No due notice has waited for over ten minutes, by the database's clock."""
    late = Notice.objects.filter(
        state__in=NOTICE_OPEN, digest__isnull=True, next_try_at__lt=Now() - LATE_AFTER
    )
    if late.exists():
        return "a notice that is due is over 10 minutes late"
    return ""


def last_backups() -> dict[str, datetime]:
    """When each kind of backup last succeeded; a kind that never did is left out."""
    last = {}
    for kind in BACKUPS:
        with suppress(FileNotFoundError):
            changed = (Path(settings.BACKUP_STATUS) / kind).stat().st_mtime
            last[kind] = datetime.fromtimestamp(int(changed), UTC)
    return last


def check_backup() -> str:
    """Base and stream are as young as they should be, and off-site copies, if any."""
    last = last_backups()
    now = datetime.now(UTC)
    for kind, most in BACKUPS.items():
        if kind not in last and kind != "offsite":
            return f"there is no {kind} yet"
        if kind in last and now - last[kind] > most:
            return f"the last {kind} is too old"
    return ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "broker": check_broker,
    "files": check_files,
    "notices": check_notices,
    "backup": check_backup,
}


def readiness(names: Iterable[str] = tuple(CHECKS)) -> dict[str, str]:
    """What each check says: "ok", or a sentence without any inner detail."""
    states = {}
    for name in names:
        try:
            states[name] = CHECKS[name]() or "ok"
        # Whatever breaks a check is what the check is there for.
        except Exception as error:  # noqa: BLE001
            logger.warning("not_ready", check=name, error=type(error).__name__)
            states[name] = "does not answer"
    return states


class HealthMiddleware:
    """Answers probes before anything that wants a host name, TLS or a session."""

    checks: ClassVar = tuple(CHECKS)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path_info == "/readyz":
            backed_up = bool(settings.BACKUP_STATUS) and "backup" in self.checks
            states = readiness(
                name for name in self.checks if name != "backup" or backed_up
            )
            ready = all(word == "ok" for word in states.values())
            if backed_up:
                last = {"last_backups": last_backups()}
            else:
                last = {}
            return JsonResponse(
                {"ready": ready, **states, **last},
                status=200 if ready else 503,
                headers={"Cache-Control": "no-store"},
            )
        answer = self.get_response(request)
        if answer.status_code == Unavailable.status:
            answer.headers.setdefault("Retry-After", str(Unavailable.retry_after))
        return answer


class VendorHealthMiddleware(HealthMiddleware):
    """The same for a process that serves vendors alone; its role sees no notices."""

    checks: ClassVar = ("database", "files")
