"""The examples of docs/api.md, and a whole journey, through a real HTTP server."""

import argparse
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation
from tests.factories import stakeholders, trials, vendors
from tests.vendors.api.conftest import Party
from tests.vendors.api.test_example_client import program
from trials.services.trials import record_gap
from vendors.models import Claim

pytestmark = pytest.mark.django_db(transaction=True)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "api.md"
EXAMPLE = re.compile(r"```sh\n(curl .*?)\n```(?:\n\n```json\n(.*?)\n```)?", re.DOTALL)


def curl(command: str, folder: Path) -> requests.Response:
    """What the command would get in `folder`; only the options of our examples."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-X")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("--json")
    parser.add_argument("-F")
    parser.add_argument("-o")
    parser.add_argument("url")
    given = parser.parse_args(shlex.split(command)[1:])
    headers = dict(header.split(": ", 1) for header in given.H)
    files = None
    if given.F:
        field, name = given.F.split("=@")
        files = {field: (name, (folder / name).read_bytes())}
    answer = requests.request(
        given.X or ("POST" if given.json else "GET"),
        given.url,
        headers=headers,
        json=json.loads(given.json) if given.json else None,
        files=files,
        timeout=60,
    )
    if given.o:
        (folder / given.o).write_bytes(answer.content)
    return answer


def matches(shown: Any, got: Any) -> bool:
    """Whether `got` is what the page shows; “…” stands for anything."""
    if shown == "…":
        return isinstance(got, str)
    if isinstance(shown, dict):
        return shown.keys() == got.keys() and all(
            matches(shown[key], got[key]) for key in shown
        )
    if isinstance(shown, list):
        return len(shown) == len(got) and all(map(matches, shown, got))
    return bool(shown == got)


def a_gap(of: Party) -> str:
    """The id of what the vendor's trial found missing."""
    stakeholders.stakeholders(of.candidate.evaluation)
    vendors.declare_none(of.candidate.evaluation)
    vendors.enter(of.candidate.evaluation, "trials")
    of.candidate.evaluation.refresh_from_db()
    gap = record_gap(
        trial=trials.trial(of.candidate),
        severity="challenge",
        text="Runners stop after 50 jobs.",
        by=of.candidate.evaluation.owner,
    )
    return str(gap.pk)


def test_every_example_of_the_page_does_what_the_page_shows(
    acme: Party, live_server: Any, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 proof")
    examples = EXAMPLE.findall(DOCS.read_text())
    assert len(examples) == 20
    for command, shown in examples:
        known = {
            "SITE": live_server.url,
            "AUTH": f"Authorization: Bearer {acme.token}",
            "ID": str(acme.candidate.pk),
        }
        if "$GAP" in command:
            known["GAP"] = a_gap(acme)
        for name, value in known.items():
            command = command.replace(f"${name}", value)
        answer = curl(command, tmp_path)
        assert answer.ok, answer.text
        if shown:
            assert matches(json.loads(shown), answer.json()), answer.text
    assert Claim.objects.count() == 4


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_holds_for.py"
    "::test_what_was_said_is_kept_with_what_it_means[said0-means0]",
)
def test_the_receipt_is_computed_again_as_the_example_does(acme: Party) -> None:
    acme.claim(statement="Größe “ok”\nsecond line", environments=["aws"])
    acme.claim(requirement="R2", availability="planned", available_from="2040-03-01")
    receipt = acme.call("POST", f"{acme.home}submission/").json()
    claims = acme.call("GET", f"{acme.home}claims/").json()["results"]
    assert program().digest_of(claims) == receipt["sha256"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_a_vendor_answers_everything_until_claims_close(
    acme: Party, globex: Party, where: Evaluation, live_server: Any
) -> None:
    vendor = requests.Session()
    vendor.headers["Authorization"] = f"Bearer {acme.token}"
    # A cookie of the admin, as a browser on the same machine would send it.
    vendor.cookies["sessionid"] = "whatever"
    home = f"{live_server.url}{acme.home}"
    asked, page = [], f"{home}requirements/?limit=1"
    while page:
        body = vendor.get(page, timeout=60).json()
        asked += [result["ref"] for result in body["results"]]
        page = body["next"]
    assert asked == ["R1", "R2"]
    for ref in asked:
        words = {"requirement": ref, "availability": "now", "statement": "Yes."}
        answer = vendor.post(f"{home}claims/", json=words, timeout=60)
        assert (answer.status_code, answer.json()["requirement"]) == (201, ref)
    vendors.close_by_deadline(where)
    late = vendor.post(f"{home}claims/", json=words, timeout=60)
    assert (late.status_code, late.json()["code"]) == (409, "claims_closed")
    rival = vendor.get(f"{live_server.url}{globex.home}", timeout=60)
    assert rival.status_code == 404
    big = vendor.post(f"{home}claims/", data=b"x" * 300_000, timeout=60)
    assert big.status_code == 415
    kind = {"Content-Type": "application/json"}
    big = vendor.post(f"{home}claims/", data=b"x" * 300_000, headers=kind, timeout=60)
    assert big.status_code == 413
