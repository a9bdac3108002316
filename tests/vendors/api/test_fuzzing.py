"""T35, small: the same cases each time, one after the other; `./dev bench fuzz` tries
over ten thousand against the deployed processes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.tiers import by_tier
from tests.vendors.api.conftest import Party
from tests.vendors.api.fuzzing import fuzz


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "phases",
    by_tier(
        "examples",
        "examples,coverage",
        reason="each value at each edge of the description takes minutes; each "
        "push tries every call by its examples",
    ),
)
def test_nothing_breaks_and_every_answer_is_as_described(
    acme: Party,
    globex: Party,
    live_server: Any,
    settings: Settings,
    tmp_path: Path,
    figure: Callable[[str], None],
    phases: str,
) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 1_000_000
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 1_000_000
    settings.MEDIA_ROOT = tmp_path / "media"
    acme.claim()
    globex.claim(statement="GLOBEX-SECRET")
    done = fuzz(
        live_server.url,
        acme.token,
        tmp_path / "run",
        f"--phases={phases}",
        "--workers=1",
        invitation=str(acme.candidate.pk),
        ref="R1",
    )
    assert done.code == 0, done.said[-20_000:]
    assert b"GLOBEX-SECRET" not in done.heard.read_bytes()
    figure(f"T35, small: {done.cases:,} cases of {phases}")
