"""The parties of the API's tests, and both ways of answering one call."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import transaction

from evaltracker.evaluations.models import Entry
from tests.vendors.api.conftest import CLAIM as CLAIM
from tests.vendors.api.conftest import Party
from tests.vendors.api.conftest import acme as acme
from tests.vendors.api.conftest import globex as globex
from tests.vendors.api.conftest import only_ordinary as only_ordinary
from tests.vendors.api.conftest import where as where
from vendors.models import Claim, IdempotencyRecord
from vendors.services import intake

NOW = re.compile(r"it is now \S+")
# What differs between any two calls.
OWN = (
    *("id", "at", "submitted_at", "superseded_at", "created_at", "request_id"),
    *("hash", "previous_hash", "subject_id", "subject_label", "rows", "salt"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and all that it left behind, but for ids and times."""

    status: int
    headers: dict[str, str]
    body: Any
    rows: list[Any]


def left_behind() -> list[Any]:
    """Claims, journal and kept answers, in words."""
    kept = (
        *Claim.objects.order_by("candidate", "requirement", "revision"),
        *Entry.objects.order_by("evaluation", "number"),
        *IdempotencyRecord.objects.order_by("key"),
    )
    return [
        {
            field.attname: mask(getattr(row, field.attname))
            for field in row._meta.concrete_fields
            if field.attname not in OWN
        }
        for row in kept
    ]


def mask(value: Any) -> Any:
    """A kept body without the time in it."""
    if isinstance(value, str) and value.startswith("{"):
        return {**json.loads(value), "submitted_at": None}
    return value


def hear(call: Callable[[], Any]) -> Said:
    """What `call` gets and leaves; all of it is undone again."""
    cache.clear()
    caches["process"].clear()
    with transaction.atomic():
        answer = call()
        body = answer.json()
        if isinstance(body, dict):
            body.pop("submitted_at", None)
            if "detail" in body:
                body["detail"] = NOW.sub("now", body["detail"])
        said = Said(
            status=answer.status_code,
            headers={
                name: value
                for name, value in answer.items()
                if name not in ("X-Request-ID", "Content-Length")
            },
            body=body,
            rows=left_behind(),
        )
        transaction.set_rollback(True)
    return said


@pytest.fixture
def ways(
    acme: Party, only_ordinary: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., bool]:
    """Compare both ways of one call; whether the quick one took it."""
    acme.call("GET", acme.home)
    taken: list[Any] = []
    at_a_desk = intake._at_a_desk

    def watched(*given: Any) -> Any:
        taken.append(at_a_desk(*given))
        return taken[-1]

    monkeypatch.setattr(intake, "_at_a_desk", watched)

    def compare(call: Callable[[], Any]) -> bool:
        taken.clear()
        quick = hear(call)
        took = any(taken)
        with only_ordinary():
            ordinary = hear(call)
        assert quick == ordinary
        return took

    return compare
