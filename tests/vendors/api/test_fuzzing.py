"""A machine that reads the description and tries everything that it allows, and more
(T35). `SCHEMATHESIS_SECONDS=150` is the long run; here it gets 20."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.vendors.api.conftest import Party

SECONDS = os.environ.get("SCHEMATHESIS_SECONDS", "20")
# Of what the shape allows, the rules refuse much: a ref that is not asked, a past day.
NOT_PROMISED = "positive_data_acceptance"
CONFIG = """
[parameters]
"path.invitation" = "{invitation}"
"path.ref" = "R1"
"""


@pytest.mark.django_db(transaction=True)
def test_nothing_breaks_and_every_answer_is_as_described(
    acme: Party,
    globex: Party,
    live_server: Any,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 1_000_000
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 1_000_000
    settings.MEDIA_ROOT = tmp_path / "media"
    acme.claim()
    globex.claim(statement="GLOBEX-SECRET")
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.format(invitation=acme.candidate.pk))
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={config}",
            "run",
            f"{live_server.url}/api/v1/schema/",
            f"--header=Authorization: Bearer {acme.token}",
            f"--max-time={SECONDS}",
            "--seed=1",
            "--workers=2",
            "--checks=all",
            f"--exclude-checks={NOT_PROMISED}",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=int(SECONDS) * 4 + 120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20000:] + run.stderr[-2000:]
    assert "GLOBEX-SECRET" not in run.stdout
