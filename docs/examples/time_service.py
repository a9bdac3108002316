#!/usr/bin/env python3
"""Time a service and report its runs to evaltracker. Needs Python 3.12 alone.

    export EVALTRACKER_RUN_TOKEN=evr_...
    python time_service.py https://service.example/health \\
        --to https://evaltracker.example/api/v1/trials/TRIAL/runs/ --criterion 1

The address to report to stands on the trial's page. A post that gets no answer is sent
again under the same id, so no run counts twice.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

TRIES = 5


def time_calls(
    url: str, times: int, clock: Callable[[], float] = time.perf_counter
) -> list[dict[str, Any]]:
    """Call the service so many times; each is a run in milliseconds."""
    runs = []
    for _ in range(times):
        began = clock()
        with urllib.request.urlopen(url, timeout=60) as answer:
            answer.read()
        took = (clock() - began) * 1000
        now = datetime.datetime.now(datetime.UTC).isoformat()
        runs.append({"value": f"{took:.3f}", "unit": "ms", "measured_at": now})
    return runs


def report(address: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post the runs; the same id again changes nothing, so it may be tried again."""
    request = urllib.request.Request(
        address,
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            said = error.read().decode()
            if error.code not in (429, 500, 502, 503, 504) or not left:
                raise SystemExit(f"Not taken ({error.code}): {said}") from error
            time.sleep(float(error.headers.get("Retry-After", 5)))
        except urllib.error.URLError as error:
            if not left:
                raise SystemExit(f"No answer from {address}: {error.reason}") from error
            time.sleep(5)
    raise SystemExit(f"No answer from {address}.")


def main(given: list[str] | None = None, clock: Any = time.perf_counter) -> None:
    """Measure, then report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="what is timed")
    parser.add_argument("--to", required=True, help="where the trial takes runs")
    parser.add_argument("--criterion", required=True, help="its number on the trial")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--id", default=f"time-service-{uuid.uuid4()}")
    parser.add_argument("--commit", default=os.environ.get("GITHUB_SHA", ""))
    parser.add_argument("--link", default="", help="where it ran")
    options = parser.parse_args(given)
    token = os.environ.get("EVALTRACKER_RUN_TOKEN", "")
    if not token:
        raise SystemExit("Put the run token into EVALTRACKER_RUN_TOKEN.")
    runs = time_calls(options.url, options.times, clock)
    body = {
        "id": options.id,
        "commit": options.commit,
        "link": options.link,
        "environment": platform.platform(),
        "runs": [{"criterion": options.criterion, **run} for run in runs],
    }
    kept = report(options.to, token, body)
    sys.stdout.write(f"{kept['runs']} runs reported as {kept['id']}.\n")


if __name__ == "__main__":
    main()
