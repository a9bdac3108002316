"""Structured logs: ids, never contents; times in UTC."""

import re
import sys
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bound_contextvars

from evaltracker.toolbox.database import database_is_away

# The address of a person's calendar is a secret, and so are those of a new password and
# of a vendor's invitation.
_SECRET_PATH = re.compile(r"(/calendar/|/password/reset/key/|/vendor/start/)[^/\s\"']+")


class RequestIdMiddleware:
    """Names each request by an id of ours, in log, journal and answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Whatever the caller sent; the log's own middleware takes it from here.
        name = request.META["HTTP_X_REQUEST_ID"] = str(uuid4())
        with bound_contextvars(request_id=name):
            answer = self.get_response(request)
        answer.headers["X-Request-ID"] = name
        return answer


def hide_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> Any:
    """Leave out of every line what lets in whoever reads it, and what was searched."""
    if isinstance(line := event.get("request"), str):
        event["request"] = line.partition("?")[0]
    for name, value in event.items():
        if isinstance(value, str) and "/" in value:
            event[name] = _SECRET_PATH.sub(r"\1…", value)
    return event


def hide_in_report(event: MutableMapping[str, Any], _: Any) -> Any:
    """Leave it out of what goes to Sentry too; a query may hold a leaked token."""
    request = event.get("request", {})
    request.pop("query_string", None)
    if "url" in request:
        request["url"] = _SECRET_PATH.sub(r"\1…", request["url"])
    return event


def shorten_absence(_: Any, __: str, event: MutableMapping[str, Any]) -> Any:
    """Say in one line that the database is away: each call meanwhile meets it."""
    info = event.get("exc_info")
    if isinstance(info, tuple):
        error = info[1]
    else:
        error = info
    if error is True:
        error = sys.exception()
    if isinstance(error, BaseException) and database_is_away(error):
        del event["exc_info"]
        event.update(level="warning", database="away")
        if event.get("code") == HTTPStatus.INTERNAL_SERVER_ERROR:
            event["code"] = HTTPStatus.SERVICE_UNAVAILABLE.value
    return event


_LOG_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    shorten_absence,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_secrets,
]
# One list for all: loggers keep the one that they met first.
_PROCESSORS: list[Any] = [
    structlog.stdlib.filter_by_level,
    *_LOG_STEPS,
    structlog.processors.format_exc_info,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def hand_over_events() -> None:
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def configure_logs(*, readable: bool, anchors_file: str = "") -> dict[str, Any]:
    """Django's LOGGING: one line per event, as JSON or readable for a person.

    Where journals end is also added to `anchors_file`, which nobody rotates.
    """
    hand_over_events()
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": structlog.dev.ConsoleRenderer(
                    colors=False, exception_formatter=structlog.dev.plain_traceback
                )
                if readable
                else structlog.processors.JSONRenderer(),
                "foreign_pre_chain": _LOG_STEPS,
            },
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "structured"},
            "null": {"class": "logging.NullHandler"},
        },
        "loggers": {
            # The maker of PDFs tells of every page.
            "weasyprint.progress": {"level": "WARNING"},
            # A stranger's wrong Host is 400 and no fault of ours; the log of requests
            # has its line.
            "django.security.DisallowedHost": {
                "handlers": ["null"],
                "propagate": False,
            },
        },
        "root": {"handlers": ["console"], "level": "INFO"},
    }
    if anchors_file:
        add_anchors(config, anchors_file)
    return config


def add_anchors(config: dict[str, Any], path: str) -> None:
    config["handlers"]["anchors"] = {
        "class": "logging.handlers.WatchedFileHandler",
        "filename": path,
        "delay": True,
        "formatter": "structured",
    }
    config["loggers"]["evaltracker.requirements.services.journal_heads"] = {
        "handlers": ["anchors"]
    }


def report_errors(*, dsn: str, version: str) -> None:
    """Send errors to Sentry when asked; the client is an optional package."""
    if not dsn:
        return
    try:
        import sentry_sdk
    except ImportError as missing:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set but sentry-sdk is not installed. Install it beside "
            "the product (`pip install sentry-sdk`) or unset SENTRY_DSN."
        ) from missing
    sentry_sdk.init(
        dsn=dsn,
        release=f"evaltracker@{version}",
        send_default_pii=False,
        # Both hold what people and vendors wrote, tokens and prices too.
        include_local_variables=False,
        max_request_body_size="never",
        before_send=hide_in_report,
    )
