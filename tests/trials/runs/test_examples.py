"""The jobs and the document show what works as it is shipped."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.trials.runs.clients import environment
from tests.trials.runs.confirming import latencies
from tests.trials.runs.posting import Program, measured_trial, program, report, run
from trials.models import Run, RunReport

DOCS = Path(__file__).resolve().parents[3] / "docs"
PASSING = f"""
import pytest

@pytest.mark.criterion("R1")
@pytest.mark.parametrize("number", {[float(each) for each in latencies("12")]})
def test_latency(measured, number):
    measured(number, "ms")

def test_r2_restores():
    pass

def test_other():
    pass
"""
FAILING = f"{PASSING}\ndef test_r2_is_lost():\n    assert False\n"


def github(text: str) -> Iterator[tuple[str, dict[str, str], bool]]:
    """Each step's lines, what it knows, and whether it runs after one that failed."""
    (job,) = yaml.safe_load(text)["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            known = {**job.get("env", {}), **step.get("env", {})}
            yield step["run"], known, "!cancelled()" in step.get("if", "")


def gitlab(text: str) -> Iterator[tuple[str, dict[str, str], bool]]:
    jobs = yaml.safe_load(text)
    for stage in jobs.pop("stages"):
        for job in jobs.values():
            if job["stage"] == stage:
                lines = "\n".join(job["script"])
                yield lines, {}, job.get("when") == "always"


def run_job(steps: Any, cwd: Path, env: Mapping[str, str]) -> list[int]:
    """The exits of the steps, as the service runs them in bash; a step after one that
    failed is left out unless it says otherwise."""
    exits: list[int] = []
    for lines, known, always in steps:
        if any(exits) and not always:
            continue
        own = {name: re.sub(r"\$\{\{.*\}\}", env[name], known[name]) for name in known}
        ended = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", lines],
            cwd=cwd,
            env={**env, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        sys.stdout.write(ended.stdout + ended.stderr)
        exits.append(ended.returncode)
    return exits


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty repository of one commit."""
    somebody = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    first = ["commit", "--quiet", "--allow-empty", "--message=Begin"]
    for command in (["init", "--quiet"], [*somebody, *first]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "job"),
    [
        pytest.param("github.yml", github, id="github"),
        pytest.param(
            *("gitlab.yml", gitlab),
            id="gitlab",
            marks=pytest.mark.nightly(
                reason="the same script in another file; each push runs one",
                short="[github]",
            ),
        ),
    ],
)
def test_a_job_reports_its_tests_whether_they_pass_or_fail(
    name: str, job: Any, repository: Path, live_server: LiveServer
) -> None:
    ci = program(measured_trial())
    text = (DOCS / "examples" / name).read_text()
    assert "||" not in text
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    # What is there already needs no network, and no plug-in of ours is there.
    here |= {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    here |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env = environment(f"{live_server.url}{ci.address}", ci.secret, **here)

    (repository / "test_trial.py").write_text(PASSING)
    *before, reported = run_job(job(text), repository, env)
    assert not any(before)
    assert reported == 0
    kept = RunReport.objects.get()
    assert (kept.runs.count(), kept.ignored) == (41, 1)
    assert re.fullmatch("[0-9a-f]{40}(-dirty)?", kept.commit)

    (repository / "test_trial.py").write_text(FAILING)
    *before, reported = run_job(job(text), repository, env)
    assert before[-1] == 1
    assert reported == 1
    assert Run.objects.filter(criterion__code="R2", failed=True).count() == 1


@pytest.mark.django_db
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_posting.py"
    "::test_sqlite_keeps_fifteen_digits_and_the_file_all",
)
def test_the_document_shows_what_is_taken_and_answered() -> None:
    ci: Program = program(measured_trial())
    text = (DOCS / "runs.md").read_text()
    blocks = re.findall(r"```(json|xml)\n(.+?)```", text, re.DOTALL)
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    kinds = {"json": "application/json", "xml": "application/xml"}
    numbers, junit, *answers = (
        (kinds[kind], re.sub(r"\d{4}-\d\d-\d\dT10:1\d:00Z", now, body))
        for kind, body in (
            (kind, body.replace('"T6"', '"R1"').replace("t7", "r2"))
            for kind, body in blocks
        )
    )
    first = ci.post(numbers[1].encode(), numbers[0])
    assert first.status_code == 201, first.content
    assert first.json().keys() == json.loads(answers[0][1]).keys()
    tests = ci.post(junit[1].encode(), junit[0], f"{ci.address}?{urlencode({'id': 2})}")
    assert (tests.status_code, tests.json()["runs"]) == (201, 2)
    other = ci.post(report(run(unit="requests"), key="c"))
    again = ci.post(report(run(), key="build-7"))
    read = Client().get(ci.address, headers={"authorization": f"Bearer {ci.secret}"})
    shown = json.loads(answers.pop()[1])
    assert read.json().keys() == shown.keys()
    for row in read.json()["results"]:
        assert row.keys() == shown["results"][0].keys()
    for answer, (_, shown) in zip((other, again), answers[1:], strict=True):
        said = json.loads(shown)
        assert answer.json().keys() == said.keys()
        for name in ("title", "status", "code"):
            assert answer.json()[name] == said[name]
