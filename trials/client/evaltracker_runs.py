#!/usr/bin/env python3
"""Report what was measured in a trial to evaltracker, and let a build fail by it.

    export EVALTRACKER_RUNS=https://evaltracker.example/api/v1/trials/ID/runs/
    export EVALTRACKER_RUN_TOKEN=evr_...
    python3 evaltracker_runs.py results.xml --environment m5.large --gate holds

Needs Python 3.9 and nothing else. Address and token are those of "Runs and tokens" of
the trial's page. Files: JUnit XML, pytest-benchmark, hyperfine, k6 summary, in-toto
test result, or evaltracker's own JSON.

Exit: 0 kept and the gate, if any, met; 1 gate missed; 2 wrong use; 3 refused; 4 not
reached; 5 the gate cannot be told yet, since runs are missing.

It is a plug-in for pytest, too, which writes criterion, number and time into JUnit XML:

    python3 -m pytest -p evaltracker_runs --junit-xml=results.xml

    @pytest.mark.criterion("T6")
    def test_waiting(measured):
        measured(12.1, "s")
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

KEPT, MISSED, USAGE, REFUSED, UNREACHED, UNKNOWN = range(6)
RETRIES, LONGEST_WAIT = 3, 60.0
TRY_AGAIN = (429, 502, 503, 504)
GATES = {"holds": {"holds"}, "partly": {"holds", "partly"}}
TOLD = ("environment", "criterion", "metric", "zone")
HEADS = ("Criterion", "Runs", "Value", "Must be", "Proposed")


class StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, which would turn the post into a read elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def build() -> tuple[str, str, str]:
    """Id, commit and link of the build that this runs in; without one, of git."""
    env = os.environ
    if env.get("GITHUB_ACTIONS"):
        run, attempt = env.get("GITHUB_RUN_ID", ""), env.get("GITHUB_RUN_ATTEMPT", "1")
        project = f"{env.get('GITHUB_SERVER_URL')}/{env.get('GITHUB_REPOSITORY')}"
        link = f"{project}/actions/runs/{run}"
        return f"github-{run}-{attempt}-", env.get("GITHUB_SHA", ""), link
    if env.get("GITLAB_CI"):
        names = ("CI_JOB_ID", "CI_COMMIT_SHA", "CI_JOB_URL")
        run, commit, link = (env.get(name, "") for name in names)
        return f"gitlab-{run}-", commit, link
    # A tree with changes is not its commit: it ends with -dirty.
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True)
        return "", said.stdout.strip(), ""
    except (OSError, subprocess.CalledProcessError):
        return "", "", ""


def described(file: Path, content: bytes, options: Any) -> tuple[str, dict[str, str]]:
    """The content type of a file, and what the address says of it: nothing that is
    known of the build where the file says it itself."""
    run, commit, link = build()
    changed = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc)
    said: Any = {}
    kind = "application/xml"
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        kind = "application/json"
        with contextlib.suppress(ValueError):  # the server says what is wrong
            said = json.loads(content)
    said = said if isinstance(said, dict) else {}
    own = said if "runs" in said else {"commit": said.get("commit_info")}
    params = {
        "id": "" if own.get("id") else run + hashlib.sha256(content).hexdigest()[:16],
        "commit": "" if own.get("commit") else commit,
        "link": "" if own.get("link") else link,
        **{name: getattr(options, name) for name in TOLD},
        "measured_at": changed.isoformat(),
        "dry_run": "1" if options.dry_run else "",
    }
    return kind, {name: text for name, text in params.items() if text}


def post(address: str, kind: str, content: bytes, token: str) -> tuple[int, Any]:
    """Status and answer; 0 and a sentence if nobody answered. The same file under the
    same id changes nothing, so it may be sent again."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    request = urllib.request.Request(address, content, headers, method="POST")
    opener = urllib.request.build_opener(StayHere)
    for left in range(RETRIES, -1, -1):
        wait = 2.0 ** (RETRIES - left)
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode("utf-8", "replace")
            if status in TRY_AGAIN and left:
                given = error.headers.get("Retry-After", "")
                wait = float(given) if given.isdigit() else wait
            elif status >= 500 or status in TRY_AGAIN:
                return 0, f"{status} {text[:300]}"
            else:
                return status, text
        except (OSError, ValueError, http.client.HTTPException) as error:
            if not left:
                return 0, str(error)
        time.sleep(min(wait, LONGEST_WAIT))
    return 0, ""


def sentences(text: str) -> list[str]:
    """What a problem says, place by place."""
    try:
        said = json.loads(text)
        errors = [
            f"{one['pointer']}: {one['detail']}" for one in said.get("errors", ())
        ]
        return errors or [str(said["detail"])]
    except (AttributeError, KeyError, TypeError, ValueError):
        return [text[:300]]


def row(found: dict[str, Any]) -> tuple[str, ...]:
    """One criterion, as the table shows it."""
    runs = f"{found.get('n', '')} of {found.get('least', '')}"
    runs += f", {found['failed']} failed" if found.get("failed") else ""
    value = found.get("value") or "-"
    value += f" {found.get('unit') or ''}" if value[-1].isdigit() else ""
    proposed = found.get("proposed") or "not yet"
    if found.get("asks"):
        proposed = f"say which {found['asks']} counts"
    cells = (found.get("code"), runs, value, found.get("bound") or "", proposed)
    return tuple(str(cell).replace("|", "/") for cell in cells)


def table(results: list[dict[str, Any]]) -> str:
    rows = [HEADS, *map(row, results)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, tuple("-" * width for width in widths))
    padded = ([cell.ljust(w) for cell, w in zip(cells, widths)] for cells in rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in padded)


def gate(results: list[dict[str, Any]], wanted: str) -> int:
    """Whether all that was reported proposes what is wanted; one that does not is
    told before one that cannot be told."""
    verdicts = [found.get("proposed") for found in results]
    if any(verdict not in GATES[wanted] for verdict in verdicts if verdict):
        return MISSED
    return KEPT if verdicts and all(verdicts) else UNKNOWN


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--gate", choices=sorted(GATES), help="fail below that")
    parser.add_argument("--environment", default="", help="where it ran; never guessed")
    parser.add_argument("--criterion", default="", help="what all of it is for")
    parser.add_argument("--metric", default="", help="http_req_duration:p(95), for k6")
    parser.add_argument("--zone", default="", help="of times without an offset")
    parser.add_argument("--dry-run", action="store_true", help="look, keep nothing")
    options = parser.parse_args(given)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    address = os.environ.get("EVALTRACKER_RUNS", "")
    token = os.environ.get("EVALTRACKER_RUN_TOKEN", "")
    if not token or not address.startswith(("https://", "http://")):
        parser.error("set EVALTRACKER_RUNS and EVALTRACKER_RUN_TOKEN")
    for file in options.files:
        if not file.is_file():
            parser.error(f"{file} is not there; did the tests run?")
    worst, codes = KEPT, set[str]()
    answer: dict[str, Any] = {}
    for file in options.files:
        content = file.read_bytes()
        kind, params = described(file, content, options)
        query = urllib.parse.urlencode(params)
        status, said = post(f"{address}?{query}", kind, content, token)
        if status in (200, 201):
            answer, kept = said, "looked at" if options.dry_run else "kept"
            codes.update(said.get("reported") or ())
            print(f"{file}: {said.get('runs', '?')} runs {kept} as {said.get('id')}.")
            if said.get("ignored"):
                names = ", ".join(said.get("ignored_names") or ())
                print(f"  {said['ignored']} tests are for no criterion: {names}")
        elif status:
            worst = REFUSED
            print(f"{file}: refused ({status}).", *sentences(said), sep="\n  ")
        else:
            worst = worst or UNREACHED
            print(f"{file}: no answer from {address}: {said}")
    told = [it for it in answer.get("results", ()) if not codes or it["code"] in codes]
    if told:
        shown = f"{table(told)}\n{answer.get('url', '')}\n"
        print(f"\n{shown}")
        if os.environ.get("GITHUB_STEP_SUMMARY"):
            with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as page:
                page.write(f"{shown}\n")
    if worst or not options.gate:
        return worst
    return gate(told, options.gate)


if "pytest" in sys.modules:
    import pytest

    def pytest_configure(config: Any) -> None:
        mark = "criterion(code): the criterion of the trial that a test is for"
        config.addinivalue_line("markers", mark)

    @pytest.fixture(autouse=True)
    def _criterion(request: Any, record_property: Any) -> None:
        mark = request.node.get_closest_marker("criterion")
        if mark is not None:
            record_property("criterion", mark.args[0])
            record_property("measured_at", datetime.now(timezone.utc).isoformat())

    @pytest.fixture
    def measured(record_property: Any) -> Any:
        """Call it with the number and its unit."""

        def say(value: object, unit: str) -> None:
            digits = f"{value:.12g}" if isinstance(value, float) else str(value)
            record_property("measure.value", digits)
            record_property("measure.unit", unit)

        return say


if __name__ == "__main__":
    sys.exit(main())
