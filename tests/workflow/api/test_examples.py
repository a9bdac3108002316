"""The programs of the docs for people's programs, run against a server."""

import base64
import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from standardwebhooks import Webhook

from evaltracker.evaluations.models import Entry, Evaluation
from tests.clients import program
from tests.factories import common

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
EVENT = {
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "type": "claim.submitted",
    "link": "https://evaltracker.example/admin/e/ml-platform/matrix/",
    "text": "A vendor answered a requirement.",
}
REQUIREMENTS = """ref,category,text,priority,weight
R1,Contacts,Imports a CSV of contacts,must,8
R2,Contacts,Finds contacts that are there twice,should,5
R3,Mail,Sends a mail to a list,must,7
"""


def example(name: str) -> Any:
    """A program of the docs as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server of its own with that handler."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Room(BaseHTTPRequestHandler):
    """A chat room's incoming webhook."""

    heard: ClassVar[list[Any]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.heard.append(json.loads(self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the bridge, which posts to a room."""
    Room.heard, Room.status = [], 200
    with served(Room) as room, served(example("room_bridge").Bridge) as address:
        monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
        monkeypatch.setenv("ROOM_URL", room)
        yield address


def send(bridge: str, at: datetime, secret: str = SECRET, body: str = "") -> int:
    """Post it as a webhook, signed by another's library; the status."""
    body = body or json.dumps(EVENT)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, json.dumps(EVENT)),
    }
    try:
        with urlopen(Request(bridge, body.encode(), headers), timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_a_signed_event_is_said_in_the_room(bridge: str) -> None:
    assert send(bridge, datetime.now(UTC)) == 204
    assert Room.heard == [{"text": f"{EVENT['text']} {EVENT['link']}"}]


def test_what_is_not_signed_now_is_not_said(bridge: str) -> None:
    now = datetime.now(UTC)
    other = "whsec_" + base64.b64encode(bytes(32)).decode()
    assert send(bridge, now, other) == 401
    assert send(bridge, now - timedelta(minutes=6)) == 401
    assert send(bridge, now, body="{}") == 401
    assert Room.heard == []


def test_what_the_room_does_not_take_is_refused_so_that_it_comes_again(
    bridge: str,
) -> None:
    Room.status = 500
    assert send(bridge, datetime.now(UTC)) == 502


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_signed_event_is_said_in_the_room",
)
def test_a_purchase_is_started_with_the_requirements_of_a_file(
    live_server: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: Any,
) -> None:
    settings.SITE_URL = live_server.url
    owner = common.lina()
    monkeypatch.setenv("EVALTRACKER_TOKEN", token_of(owner))
    file = tmp_path / "requirements.csv"
    file.write_text(REQUIREMENTS)
    run = example("start_purchase").main
    terms = ["--title", "Choose a CRM", "--buyer", "Example Foods"]
    assert run([live_server.url, str(file), *terms]) == 0
    made = Evaluation.objects.get(title="Choose a CRM")
    said = capsys.readouterr().out
    assert said.startswith(f"{made.slug}: 3 requirements\n- ")
    rows = made.requirements.order_by("ref").values_list(
        "ref", "category__name", "text", "priority", "weight"
    )
    assert [",".join(map(str, row)) for row in rows] == REQUIREMENTS.split("\n")[1:4]
    actors = set(
        Entry.objects.filter(evaluation=made).values_list("actor_name", flat=True)
    )
    assert actors == {"Lina Lead by token “CI”"}
    file.write_text(REQUIREMENTS.replace("must", "urgent"))
    assert run([live_server.url, str(file), *terms]) == 1
    assert "urgent" in capsys.readouterr().err


def token_of(owner: Any) -> str:
    headers: Any = program(owner, "write").defaults
    return str(headers["HTTP_AUTHORIZATION"]).removeprefix("Bearer ")
