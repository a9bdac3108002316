"""Every call of people's programs, tried by schemathesis as its description says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evaltracker.evaluations.journal import Actor
from evaltracker.pages.acts import ACTS
from tests.factories import trials, vendors
from tests.vendors.api.fuzzing import fuzz
from tests.workflow.api.test_examples import token_of
from trials.services.trials import record_gap
from vendors.services.dialogue import ask_question

ALL_CALLS = "."
# The list of evaluations, and acts that begin with these letters.
SOME_CALLS = "/evaluations/$|/acts/ad"


def targets() -> Iterator[tuple[str, str]]:
    """Of each open act the address, and a thing that there is."""
    for act in ACTS.values():
        if act.program != "closed" and act.model is not None:
            row = act.model._base_manager.first()
            if row is not None:
                yield f"/api/v1/staff/acts/{act.name}/{{target}}/", str(row.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("phases", "calls"),
    [
        pytest.param("fuzzing", SOME_CALLS, id="part"),
        pytest.param(
            *("fuzzing", ALL_CALLS),
            id="fuzzing",
            marks=pytest.mark.nightly(
                reason="every call once; each push tries some of each kind",
                short="[part]",
            ),
        ),
        pytest.param(
            *("coverage", ALL_CALLS),
            id="coverage",
            marks=pytest.mark.nightly(
                reason="each value at each edge of the description takes minutes; each "
                "push tries some calls once",
                short="[part]",
            ),
        ),
    ],
)
def test_nothing_breaks_and_every_answer_is_as_described(
    live_server: Any,
    settings: Any,
    tmp_path: Path,
    figure: Callable[[str], None],
    phases: str,
    calls: str,
) -> None:
    settings.STAFF_CALLS_PER_MINUTE = 1_000_000
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 1_000_000
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SITE_URL = live_server.url
    where = trials.platform()
    option = trials.claimed(where)
    ask_question(
        evaluation=where, candidate=option, text="Which?", by=Actor(name="Acme")
    )
    vendors.enter(where, "trials")
    tried = trials.trial(option)
    record_gap(trial=tried, severity="challenge", text="It stops.", by=tried.lead)
    done = fuzz(
        live_server.url,
        token_of(where.owner),
        tmp_path / "run",
        f"--phases={phases}",
        "--workers=1",
        "--max-examples=1",
        f"--include-path-regex={calls}",
        schema="api/v1/staff/schema/",
        slug=where.slug,
        targets=dict(targets()),
    )
    assert done.code == 0, done.said[-20_000:]
    assert done.cases > 50
    figure(f"Staff calls: {done.cases:,} cases of {phases}")
