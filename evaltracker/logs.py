"""Structured logs: ids, never contents; times in UTC."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

_LOG_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(*, readable: bool) -> dict[str, Any]:
    """Django's LOGGING: one line per event, as JSON or readable for a person."""
    structlog.configure(
        processors=[
            *_LOG_STEPS,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": structlog.dev.ConsoleRenderer(colors=False)
                if readable
                else structlog.processors.JSONRenderer(),
                "foreign_pre_chain": _LOG_STEPS,
            },
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "structured"},
        },
        "root": {"handlers": ["console"], "level": "INFO"},
    }


def report_errors(*, dsn: str) -> None:
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
    sentry_sdk.init(dsn=dsn, send_default_pii=False)
