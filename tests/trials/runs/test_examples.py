"""The programs of the docs report runs that are taken."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from evaltracker.toolbox.measures import Measure, propose
from tests.trials.runs.confirming import confirm
from tests.trials.runs.posting import Program, measured_trial, program, report, run
from tests.trials.runs.stub_service import (
    EXAMPLES,
    Service,
    stub_service,
    time_service,
)
from trials.models import Evidence, Run
from trials.selectors.runs import run_counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Iterator[str]:
    """The address of a service to be timed."""
    with stub_service() as address:
        yield address


@pytest.mark.parametrize(
    ("p95", "verdict"), [("12", "holds"), ("19.6", "holds"), ("31", "fails")]
)
def test_the_timer_reports_what_its_clock_says(
    service: str, monkeypatch: pytest.MonkeyPatch, p95: str, verdict: str
) -> None:
    ci: Program = program(measured_trial())
    monkeypatch.setenv("EVALTRACKER_RUN_TOKEN", ci.secret)
    time_service(service, to=service, p95=p95)
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
