"""The programs of the docs report runs that are taken."""

import importlib.util
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from evaltracker.measures import Measure, propose
from tests.trials.runs.confirming import confirm
from tests.trials.runs.posting import Program, measured_trial, program, report, run
from trials.models import Evidence, Run
from trials.selectors.run_counts import run_counts

pytestmark = pytest.mark.django_db
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


class Service(BaseHTTPRequestHandler):
    """A service to be timed, which also takes reports for a program's trial."""

    protocol_version = "HTTP/1.1"
    posted: ClassVar[list[tuple[str, bytes]]] = []

    def do_GET(self) -> None:
        """Answer at once."""
        self.answer(200, b"ok")

    def do_POST(self) -> None:
        """Keep what was posted; the first time the answer gets lost."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posted.append((self.headers["Authorization"], body))
        kept = b'{"id": "x", "runs": 1}'
        self.answer(503 if len(self.posted) == 1 else 201, kept)

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """Its address."""
    Service.posted.clear()
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def timer() -> Any:
    """The script as a module."""
    place = EXAMPLES / "time_service.py"
    spec = importlib.util.spec_from_file_location("time_service", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("p95", "verdict"), [("12", "holds"), ("19.6", "holds"), ("31", "fails")]
)
def test_the_timer_reports_what_its_clock_says(
    service: str, monkeypatch: pytest.MonkeyPatch, p95: str, verdict: str
) -> None:
    ci: Program = program(measured_trial())
    monkeypatch.setenv("EVALTRACKER_RUN_TOKEN", ci.secret)
    took = [*[0.005] * 18, float(p95) / 1000, 0.5]
    ticks = iter(list(chain.from_iterable((0.0, seconds) for seconds in took)))
    given = [service, "--to", service, "--criterion", "1", "--times", "20"]
    timer().main(given, clock=lambda: next(ticks))
    (first, again) = Service.posted
    assert first == again
    assert first[0] == f"Bearer {ci.secret}"
    assert ci.post(first[1]).status_code == 201
    assert ci.post(again[1]).status_code == 200
    runs = list(Run.objects.select_related("criterion"))
    measure = Measure.from_json(runs[0].criterion.measure)
    assert measure is not None
    numbers = [run.number for run in runs if run.number is not None]
    assert propose(measure, numbers).verdict == verdict
    criterion = runs[0].criterion
    proposal = run_counts([criterion], ci.trial.zone)[criterion.pk].proposal
    assert (proposal.verdict, proposal.n) == (verdict, 20)
    assert not Evidence.objects.exists()
    assert confirm(criterion, verdict).measurement.proposed == verdict


def test_the_plug_in_writes_what_is_taken(tmp_path: Path) -> None:
    ci = program(measured_trial())
    (tmp_path / "test_trial.py").write_text(
        "import pytest\n"
        "@pytest.mark.criterion(1)\n"
        "def test_latency(measured):\n    measured('12.1', 'ms')\n"
        "@pytest.mark.criterion(2)\n"
        "def test_lost():\n    assert False\n"
        "def test_other():\n    pass\n"
    )
    plug_in = ["-p", "report_to_evaltracker", "-p", "no:cacheprovider"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plug_in, "--junit-xml=out.xml"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(EXAMPLES), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=False,
        capture_output=True,
    )
    results = (tmp_path / "out.xml").read_bytes()
    answer = ci.post(results, "application/xml", f"{ci.address}?id=a")
    assert answer.status_code == 201, answer.content
    assert answer.json()["ignored"] == 1
    assert {run.words for run in Run.objects.all()} == {"12.1 ms", "failed"}


def test_the_document_shows_what_is_taken_and_answered() -> None:
    ci = program(measured_trial())
    text = (EXAMPLES.parent / "runs.md").read_text()
    blocks = re.findall(r"```(json|xml)\n(.+?)```", text, re.DOTALL)
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    described = urlencode({"id": "b", "measured_at": now})
    kinds = {"json": "application/json", "xml": "application/xml"}
    numbers, junit, statement, *answers = (
        (kinds[kind], re.sub(r"\d{4}-\d\d-\d\dT10:15:00Z", now, body))
        for kind, body in blocks
    )
    first = ci.post(numbers[1].encode(), numbers[0])
    assert first.status_code == 201
    assert first.json().keys() == json.loads(answers[0][1]).keys()
    tests = ci.post(junit[1].encode(), junit[0], f"{ci.address}?id=a")
    assert (tests.status_code, tests.json()["runs"]) == (201, 2)
    in_toto = "application/vnd.in-toto+json"
    reported = ci.post(statement[1].encode(), in_toto, f"{ci.address}?{described}")
    assert reported.status_code == 201
    other = ci.post(report(run(unit="requests"), key="c"))
    again = ci.post(report(run(), key="build-7"))
    for answer, (_, shown) in zip((other, again), answers[1:], strict=True):
        said = json.loads(shown)
        assert answer.json().keys() == said.keys()
        for name in ("title", "status", "code"):
            assert answer.json()[name] == said[name]
