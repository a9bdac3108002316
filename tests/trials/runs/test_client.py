"""The client says by its exit what became of a file, and what its runs propose."""

import ast
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.trials.runs.clients import environment, run_client
from tests.trials.runs.test_read_cases import FILE
from trials.run_api import CLIENT

EXITS = json.loads(FILE.read_text())["exits"]


class Answers(BaseHTTPRequestHandler):
    """Gives the answers that a case lists, in turn, and keeps what was posted."""

    given: ClassVar[list[int]] = []
    proposes: ClassVar[dict[str, str | None]] = {}
    posted: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        """The next answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        given = parse_qs(urlsplit(self.path).query)
        query = {name: values[0] for name, values in given.items()}
        self.posted.append((self.headers, query, body))
        status = self.given.pop(0)
        rows = [
            {"code": code, "n": 20, "least": 20, "proposed": proposed}
            for code, proposed in self.proposes.items()
        ]
        answer: dict[str, Any] = {"id": "a", "runs": 1, "results": rows}
        if status >= 400:
            answer = {"detail": "It is not so.", "errors": []}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        """Nobody reads instead of posting."""
        self.posted.append("read")
        self.send_error(404)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Where the answers are given."""
    Answers.posted.clear()
    Answers.proposes = {}
    site = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}/api/v1/trials/x/runs/"
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


@pytest.mark.parametrize("case", EXITS, ids=lambda case: case["name"])
@pytest.mark.nightly(
    reason="14 values; each push has the first of them",
    short="[kept, no gate]",
)
def test_it_exits_as_its_case_says(
    case: dict[str, Any], server: str, tmp_path: Path
) -> None:
    (tmp_path / "results.xml").write_text("<testsuite/>")
    Answers.given = [*case["answers"]]
    Answers.proposes = case.get("proposes", {})
    env = environment(server, "evr_1")
    for name in case.get("env_without", ()):
        del env[name]
    args = case["args"] if "nowhere.json" in case["args"] else None
    ended = run_client(*(args or [*case["args"], "results.xml"]), cwd=tmp_path, env=env)
    assert ended.returncode == case["exit"], ended.stdout + ended.stderr
    assert len(Answers.posted) == len(case["answers"])
    for code in Answers.proposes:
        assert code in ended.stdout


def test_it_says_what_the_build_is_and_never_guesses_where(
    server: str, tmp_path: Path
) -> None:
    (tmp_path / "results.xml").write_text("<testsuite/>")
    ours = {"id": "own", "commit": "ab12", "runs": []}
    (tmp_path / "ours.json").write_text(json.dumps(ours))
    Answers.given = [201, 201, 201]
    github = {
        **{"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "2"},
        **{"GITHUB_SHA": "cd34", "GITHUB_SERVER_URL": "https://github.com"},
        **{"GITHUB_REPOSITORY": "me/it", "GITHUB_STEP_SUMMARY": str(tmp_path / "sum")},
    }
    Answers.proposes = {"T6": "holds"}
    env = environment(server, "evr_1", **github)
    run_client("results.xml", "ours.json", cwd=tmp_path, env=env)
    gitlab = {"GITLAB_CI": "true", "CI_JOB_ID": "9", "CI_COMMIT_SHA": "ef56"}
    options = ("--environment", "m5.large", "--metric", "a:p(95)", "--criterion", "T6")
    env = environment(server, "evr_1", **gitlab)
    run_client("results.xml", *options, cwd=tmp_path, env=env)
    (head, first, _), (_, second, _), (_, third, _) = Answers.posted
    assert head["Authorization"] == "Bearer evr_1"
    assert head["Content-Type"] == "application/xml"
    assert first["id"].startswith("github-7-2-")
    assert (first["commit"], first["link"]) == (
        "cd34",
        "https://github.com/me/it/actions/runs/7",
    )
    assert "environment" not in first
    assert not second.keys() & {"id", "commit"}
    assert third["id"].startswith("gitlab-9-")
    assert (third["environment"], third["metric"]) == ("m5.large", "a:p(95)")
    assert (third["commit"], third["criterion"]) == ("ef56", "T6")
    assert "| T6 " in (tmp_path / "sum").read_text()


def test_a_redirect_is_a_refusal_and_not_a_read_elsewhere(
    server: str, tmp_path: Path
) -> None:
    (tmp_path / "results.xml").write_text("<testsuite/>")
    Answers.given = [302]
    ended = run_client("results.xml", cwd=tmp_path, env=environment(server, "evr_1"))
    assert ended.returncode == 3
    assert "read" not in Answers.posted


def test_it_is_one_short_file_for_an_old_python_that_anybody_may_fetch(
    db: None,
) -> None:
    text = CLIENT.read_text()
    ast.parse(text, feature_version=(3, 9))
    assert len(text.splitlines()) <= 250
    answer = Client().get("/api/v1/trials/client.py")
    assert (answer.status_code, answer.content.decode()) == (200, text)
    assert Client().post("/api/v1/trials/client.py").status_code == 405
