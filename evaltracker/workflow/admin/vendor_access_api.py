"""The last step of a vendor's way in: who serves the API, and does it answer?"""

import http
import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from evaltracker.environment import SERVE_VENDOR_API, vendor_database
from vendors.admin.vendor_access import (
    BAD,
    CHECKS,
    GOOD,
    LATER,
    WARN,
    Look,
    Mend,
    Step,
)
from vendors.isolation.faults import faults_of

DOOR = "/api/v1/invitations/"
SECONDS = 4
BUILD_AGAIN = "The operator runs `manage.py harden_database` (docs/isolation.md)."


@CHECKS.at(100)
def is_served(look: Look) -> Iterator[Step]:
    """The API is served, by this process or by one whose database role is right."""
    title = "The API is served"
    if SERVE_VENDOR_API:
        yield Step(title, GOOD, "This process serves it, with the database as its own.")
        return
    try:
        role = vendor_database()["USER"]
    except ImproperlyConfigured:
        yield Step(
            title,
            WARN,
            "A process of its own serves it. Which database role it has is not known "
            "here: VENDOR_DATABASE_URL is not set for this one.",
        )
        return
    faults = faults_of(connection, role)
    if faults:
        yield Step(title, BAD, f"{faults[0]} {BUILD_AGAIN}", (), tuple(faults[1:]))
    else:
        yield Step(
            title, GOOD, f"A process of its own does, as {role}; its rights are whole."
        )


@CHECKS.at(110)
def answers(look: Look) -> Iterator[Step]:
    """Its address answers as a vendor without a token is answered."""
    title, address = "Its address answers", f"{settings.SITE_URL}{DOOR}"
    if not look.tries:
        mend = Mend("Try it now", f"{look.here}?try=1")
        yield Step(title, LATER, f"Not tried: {address}", (mend,))
        return
    fault = knock(address)
    if fault:
        yield Step(title, BAD, f"{address}: {fault}")
    else:
        yield Step(
            title,
            GOOD,
            f"{address} asks for a token, as it should. That was tried from here; the "
            "vendor's own network may still keep it from reaching us.",
        )


def knock(address: str) -> str:
    """Empty if that address of ours asks for a token, else what it does instead.

    It is the address that mails and docs name, never one that somebody typed; no
    redirect is followed.
    """
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        line.request("GET", parts.path, headers={"Accept": "application/json"})
        answer = line.getresponse()
        body = answer.read(10_000)
    except (OSError, http.client.HTTPException) as error:
        return f"it cannot be reached from here ({type(error).__name__}: {error})."
    finally:
        line.close()
    if answer.status == http.HTTPStatus.UNAUTHORIZED and _is_ours(body):
        return ""
    if answer.status == http.HTTPStatus.TOO_MANY_REQUESTS and _is_ours(body):
        return "it answers 429; too many calls without a token came from our address."
    return (
        f"it answers {answer.status} instead of 401. Something else stands there: look "
        "at the proxy's rules for /api/v1/, and at ALLOWED_HOSTS of the vendor process."
    )


def _is_ours(body: bytes) -> bool:
    """Whether it is a problem as our API tells one."""
    try:
        told = json.loads(body)
    except ValueError:
        return False
    return isinstance(told, dict) and {"code", "status", "detail"} <= told.keys()
