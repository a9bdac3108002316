"""A replayed decision counts each statistic again from the runs frozen with it."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.models import Evaluation
from tests.trials.runs.posting import LATENCY
from tests.workflow.deciding import decided
from trials.models import Evidence, Measurement

pytestmark = pytest.mark.django_db


def replayed_with(**other: Any) -> str:
    """What the replay says where a verdict rests on twenty runs of 12 ms."""
    decided()
    where = Evaluation.objects.get()
    frozen = {"measure": LATENCY, "results": ["12"] * 20, "n": 20, "value": "12"}
    Measurement.objects.create(
        evidence=Evidence.objects.get(), **{**frozen, "proposed": "holds", **other}
    )
    out = io.StringIO()
    call_command("replay_decision", where.slug, stdout=out)
    return out.getvalue()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_runs_as_they_were_frozen_hold() -> None:
    assert "The same results" in replayed_with()


@pytest.mark.parametrize(
    ("altered", "sentence"),
    [
        ({"results": ["31"] * 20}, "R1, runs, value: frozen '12', counted again '31'"),
        ({"n": 19}, "R1, runs, n: frozen 19, counted again 20"),
        ({"proposed": "fails"}, "proposed: frozen 'fails', counted again 'holds'"),
        (
            {"results": ["31"] * 20, "value": "31", "proposed": "fails"},
            "they propose “fails”, and “holds” was recorded without a reason",
        ),
        ({"results": ["much"]}, "they cannot be counted any more"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[altered4-they cannot be counted any more]",
)
def test_what_was_altered_is_named(altered: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        replayed_with(**altered)
