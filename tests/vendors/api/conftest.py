"""Two rivals in one evaluation, each with an invitation, a token and a claim."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.scopes import add_list, demand
from evaltracker.toolbox.database import Pipeline
from tests.factories import common, vendors
from vendors.models import Candidate, Claim
from vendors.rate_limits import forget_counts

API = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Party:
    """One vendor: its invitation, and calls with its token."""

    candidate: Candidate
    token: str

    @property
    def home(self) -> str:
        """The address of its invitation."""
        return f"{API}invitations/{self.candidate.pk}/"

    def call(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """A call with its token; a body that is no bytes becomes JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = headers.pop("content_type", "application/json")
        sent = {"authorization": f"Bearer {self.token}", **headers}
        return Client(raise_request_exception=False).generic(
            method, address, b"" if body is None else raw, kind, headers=sent
        )

    def upload(
        self, address: str, content: bytes, name: str = "report.pdf", **headers: str
    ) -> Any:
        """A file in the field `file`, as multipart."""
        body = {"file": SimpleUploadedFile(name, content)}
        kind = f"{MULTIPART_CONTENT}; charset=utf-8"
        sent = encode_multipart(BOUNDARY, body)
        return self.call("POST", address, sent, content_type=kind, **headers)

    def claim(self, **fields: Any) -> Any:
        """A claim on R1."""
        headers = fields.pop("headers", {})
        return self.call("POST", f"{self.home}claims/", {**CLAIM, **fields}, **headers)


CLAIM = {"requirement": "R1", "availability": "now", "statement": "Yes."}


def refused(answer: Any, status: int) -> dict[str, Any]:
    """The problem, after looking at its shape."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert {"title", "detail", "code"} <= problem.keys()
    assert problem["type"].endswith(f"/api/v1/problems/#{problem['code']}")
    assert problem["request_id"] == answer["X-Request-ID"]
    assert not Claim.objects.exists()
    return problem


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    """Calls of one test do not count in the next."""
    forget_counts()


@pytest.fixture
def where(db: None) -> Evaluation:
    """An evaluation in research with two requirements, open for claims."""
    made = common.evaluation()
    asked = common.requirement(
        made, "R1", weight=7, vendor_help="Name it", scorer_help="SCORER-MARK"
    )
    common.requirement(made, "R2")
    places = add_list(
        evaluation=made, name="Runs on", values=["AWS", "on premises"], by=made.owner
    )
    demand(requirement=asked, scopes=[places], by=made.owner)
    return vendors.in_research(made)


def party(where: Evaluation, name: str) -> Party:
    """An invited vendor with a token."""
    candidate = vendors.invited(where, name)
    assert candidate.vendor is not None
    return Party(candidate, vendors.token(candidate.vendor))


@pytest.fixture
def acme(where: Evaluation) -> Party:
    """The vendor that calls."""
    return party(where, "Acme ML")


@pytest.fixture
def globex(where: Evaluation) -> Party:
    """Its rival, of whom it must not learn."""
    return party(where, "Globex ML")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of a block, through Django's cursors or past them."""
    sent: list[str] = []
    ask = Pipeline.ask

    def asking(self: Pipeline, statement: str, /, **values: Any) -> Any:
        sent.append(statement)
        return ask(self, statement, **values)

    with (
        pytest.MonkeyPatch.context() as patch,
        CaptureQueriesContext(connection) as caught,
    ):
        patch.setattr(Pipeline, "ask", asking)
        yield sent
    sent += [query["sql"] for query in caught]


@pytest.fixture
def mid_minute(time_machine: Any) -> None:
    """The middle of a minute, which does not end while calls are counted."""
    time_machine.move_to(timezone.now().replace(second=30, microsecond=0), tick=False)
