"""A chat room hears what people are reminded of: once, and never inside our network."""

import ipaddress
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from pytest_django import Settings

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import register
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.notices.services.digests import remove_chat, set_chat
from evaltracker.notices.services.scheduling import cancel_notices
from evaltracker.toolbox.safe_post import NotAllowed, check_url, is_public, post
from tests.cast import common
from tests.notices.kinds import Reminder, owe
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@register
class Heard(Reminder):
    """The room hears it, too."""

    name: ClassVar[str] = "test_heard"
    for_chat: ClassVar[bool] = True


class Room(HTTPServer):
    """A chat's server on this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[Any] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook/secret?x=1"


class _Handler(BaseHTTPRequestHandler):
    server: Room

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", self.server.url)
        self.end_headers()
        self.wfile.write(b"no_service" if self.server.status != 200 else b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def room() -> Iterator[Room]:
    server = Room()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def tell(where: Evaluation, room: Room, flavour: str = "slack") -> None:
    set_chat(evaluation=where, flavour=flavour, url=room.url, by=where.owner)


def shadow() -> Notice:
    found: Notice = Notice.objects.get(webhook__isnull=False)
    return found


@pytest.mark.parametrize("flavour", ["slack", "teams"])
def test_the_room_hears_once_what_two_people_are_mailed(
    platform: Evaluation, smtp_sink: Sink, room: Room, flavour: str
) -> None:
    tell(platform, room, flavour)
    noor = common.noor()
    platform.readers.add(noor)
    owe(platform, kind="test_heard")
    owe(platform, kind="test_heard", recipient=noor)

    assert sweep_notices().sent == 3
    ((path, said),) = room.heard
    assert path == "/hook/secret?x=1"
    words = json.dumps(said)
    assert "A trial milestone is due" in words
    assert "Choose an ML platform" in words
    assert "http://testserver/admin/" in words
    assert "Noor" not in words
    assert ("attachments" in said) is (flavour == "teams")


def test_markup_in_a_title_mentions_nobody(
    platform: Evaluation, smtp_sink: Sink, room: Room
) -> None:
    platform.title = "<!channel> & co"
    platform.save()
    tell(platform, room)
    owe(platform, kind="test_heard")
    sweep_notices()

    assert "&lt;!channel&gt; &amp; co" in room.heard[0][1]["text"]


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, "pending"), (429, "pending"), (404, "dead"), (302, "dead")],
)
def test_what_the_room_answers_decides_and_redirects_are_not_followed(
    platform: Evaluation, smtp_sink: Sink, room: Room, status: int, state: str
) -> None:
    tell(platform, room)
    room.status = status
    owe(platform, kind="test_heard")
    sweep_notices()

    assert shadow().state == state
    assert shadow().last_error.startswith(str(status))
    assert "secret" not in shadow().last_error
    assert len(room.heard) == 1


def test_a_room_that_was_removed_or_a_date_that_was_called_off_is_not_told(
    platform: Evaluation, smtp_sink: Sink, room: Room
) -> None:
    tell(platform, room)
    room.status = 500
    owe(platform, kind="test_heard")
    sweep_notices()
    Notice.objects.update(next_try_at="2026-01-01T00:00Z")
    remove_chat(evaluation=platform, by=platform.owner)
    assert sweep_notices().suppressed == 1
    assert shadow().suppressed_because == "The chat room was removed."
    with pytest.raises(Refused, match="no chat room"):
        remove_chat(evaluation=platform, by=platform.owner)


def test_cancelling_the_notice_cancels_its_shadow(
    platform: Evaluation, smtp_sink: Sink, room: Room
) -> None:
    tell(platform, room)
    room.status = 500
    notice = owe(platform, kind="test_heard")
    sweep_notices()
    cancel_notices(kind="test_heard", subject_id=notice.subject_id, because="Off.")
    assert shadow().state == NoticeState.SUPPRESSED


def test_only_the_owner_gives_a_room_and_its_address_is_written_nowhere(
    platform: Evaluation, room: Room
) -> None:
    with pytest.raises(Forbidden):
        set_chat(evaluation=platform, flavour="slack", url=room.url, by=common.noor())
    tell(platform, room)
    tell(platform, room)  # another one takes its place
    assert platform.chat_webhooks.filter(removed_at=None).count() == 1
    written = "".join(f"{entry.before}{entry.after}" for entry in Entry.objects.all())
    assert "127.0.0.1" in written
    assert "secret" not in written


INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1"),
    *("fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_public(address: str, settings: Settings) -> None:
    settings.CHAT_ON_THIS_MACHINE = False
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotAllowed):
        check_url(f"https://{host}/hook")


def test_public_addresses_are(settings: Settings) -> None:
    for address in ("1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/x", "ftp://example.com", "https://u:p@example.com/"),
        *(
            "https://localhost/x",
            "https://ex ample.com",
            "https://[::1",
            "javascript:1",
        ),
        *("https://2130706433/", "https://0x7f.1/", "https://localhost.:8/"),
    ],
)
def test_addresses_that_are_refused_before_or_when_they_are_resolved(
    url: str, settings: Settings, platform: Evaluation
) -> None:
    settings.CHAT_ON_THIS_MACHINE = False
    with pytest.raises(NotAllowed):
        post(url, b"{}")
    if url.startswith(("http:", "ftp")):
        with pytest.raises(Invalid):
            set_chat(evaluation=platform, flavour="slack", url=url, by=platform.owner)
