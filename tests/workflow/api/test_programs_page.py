"""What docs/programs.md shows is what the product does, through a real HTTP server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evaltracker.evaluations.models import Requirement
from tests.factories import common
from tests.vendors.api.test_over_http import EXAMPLE, curl, matches
from tests.workflow.api.test_examples import token_of

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
CASES = json.loads((ROOT / "tests/data/cases/programs_cases.json").read_text())["cases"]
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_code_that_verifies_a_signature_does[signature]",
)
def test_every_command_does_what_the_page_shows(
    live_server: Any, settings: Any, tmp_path: Path
) -> None:
    settings.SITE_URL = live_server.url
    where = common.evaluation()
    known = {
        "SITE": live_server.url,
        "AUTH": f"Authorization: Bearer {token_of(where.owner)}",
        "SLUG": where.slug,
        "ID": str(where.pk),
        "CATEGORY": str(common.category(where).pk),
    }
    examples = EXAMPLE.findall(PAGE)
    assert len(examples) == 9
    for command, shown in examples:
        for name, value in known.items():
            command = command.replace(f"${name}", value)
        answer = curl(command, tmp_path)
        assert answer.ok, (command, answer.text)
        got = answer.json()
        if "entry" in got:
            got["entry"] = str(got["entry"])
        if shown:
            assert matches(json.loads(shown), got), answer.text
    assert Requirement.objects.get(evaluation=where).text == "Restarts a job"


@pytest.mark.parametrize("name", ["signature", "signature while the secret changes"])
def test_the_code_that_verifies_a_signature_does(name: str) -> None:
    names: dict[str, Any] = {}
    (code,) = CODE.findall(PAGE)
    exec("import base64, hmac\n" + code, names)
    (case,) = [case for case in CASES if case["name"] == name]
    given = case["given"]
    headers = {**given, **case["expected"]}
    body = given["body"].encode()
    assert names["is_ours"](headers, body, given["secret"])
    assert not names["is_ours"](headers, body + b" ", given["secret"])
    if "previous" in given:
        assert names["is_ours"](headers, body, given["previous"])
