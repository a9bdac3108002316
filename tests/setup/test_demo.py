"""`./dev demo` from an empty folder: what it says is all that a newcomer needs."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from evaltracker.serving.demo import ADDRESS, Greeter
from tests.services import free_port

ROOT = Path(__file__).parents[2]
LAST = "Ctrl-C stops all of it."
LONGEST = 900  # seconds; it takes one or two minutes where nothing else runs


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo on its way up, in a folder and on a port of its own."""
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"DATA_DIR": str(tmp_path / "demo"), "PORT": str(free_port())}
    with ExitStack() as stack:
        process = subprocess.Popen(
            [sys.executable, "-m", "evaltracker.serving.demo"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        stack.enter_context(process)
        stack.callback(process.kill)
        too_long = threading.Timer(LONGEST, process.kill)
        too_long.start()
        stack.callback(too_long.cancel)
        yield process


class Ready(BaseHTTPRequestHandler):
    """Answers each probe as a site that is ready."""

    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def test_it_says_once_where_all_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logins.txt").write_text("lead  who leads\n")
    with HTTPServer((ADDRESS, 0), Ready) as server:
        port = server.server_port
        greet = Greeter(port=port, data=tmp_path)
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        greet()
        answering.join()
        # It is ready, and asks no more.
        greet()

    said = "".join(capsys.readouterr())
    assert said.count(LAST) == 1
    assert said.index("lead  who leads") < said.index(f"localhost:{port}/")


def test_nobody_is_greeted_before_it_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Greeter(port=free_port(), data=tmp_path)()

    assert LAST not in "".join(capsys.readouterr())


@pytest.mark.nightly(
    reason="Builds a demo and starts its processes; each push signs in to a copy.",
    short="tests/journeys/test_demo.py::test_the_printed_password_lets_a_newcomer_in",
)
def test_what_it_prints_lets_a_newcomer_in(demo: subprocess.Popen[str]) -> None:
    assert demo.stdout
    said = []
    for line in demo.stdout:
        said.append(line.strip())
        if line.strip() == LAST:
            break
    text = "\n".join(said)
    assert LAST in said, text
    assert "[info" not in text
    assert sum(line.startswith("Loading ") for line in said) == 6  # itself and five

    assert any("/vendor/start/" in line for line in said)
    home = next(line for line in said if "runs at" in line).split()[-1]
    above_password = next(line for line in said if "password" in line)
    password = said[said.index(above_password) + 1]
    with requests.Session() as browser:
        address = f"{home}admin/login/"
        token = browser.get(address, timeout=60).cookies["csrftoken"]
        login = {"username": "lead", "password": password}
        page = browser.post(
            address, {**login, "csrfmiddlewaretoken": token}, timeout=60
        )
    assert "GPU training service" in page.text

    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=60) == 0
