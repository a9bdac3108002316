"""A stage that lasts longer than the plan leaves it is told to its owner."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.workflow.services.stages import tell_of_late_stages
from tests.factories import common, stakeholders

pytestmark = pytest.mark.django_db
# Seventeen weeks before it, the requirements must be settled within two.
STARTED, RUNS = "2026-11-02T09:00Z", datetime.date(2027, 2, 26)


@pytest.fixture
def where() -> Iterator[Evaluation]:
    with time_machine.travel(STARTED, tick=False):
        evaluation = common.evaluation(must_run_by=RUNS, zone="Europe/Berlin")
        stakeholders.stakeholders(evaluation)
    yield evaluation


def owed_by(moment: str) -> list[tuple[str, int]]:
    with time_machine.travel(moment, tick=False):
        tell_of_late_stages()
        tell_of_late_stages()
    rows = Notice.objects.filter(kind="stage_late").order_by("-offset_days")
    return [(str(row.recipient), row.offset_days) for row in rows]


def test_its_owner_hears_when_it_is_late_and_each_week(where: Evaluation) -> None:
    owner = str(where.owner)
    assert owed_by("2026-11-13T22:00Z") == []
    assert owed_by("2026-11-13T23:30Z") == [(owner, 0)], "it is Saturday in Berlin"
    assert owed_by("2026-11-19T12:00Z") == [(owner, 0)]
    assert owed_by("2026-11-20T12:00Z") == [(owner, 0), (owner, -7)]


def test_the_mail_says_since_when_and_what_it_does_to_the_date(
    where: Evaluation,
) -> None:
    owed_by("2026-11-20T12:00Z")
    notice = Notice.objects.filter(kind="stage_late").latest("due_at")
    kind = KINDS["stage_late"]
    with time_machine.travel("2026-11-20T12:00Z", tick=False):
        assert kind.holds(notice) == ""
        message = kind.compose(notice)
    assert message.subject.startswith("The requirements stage is late")
    assert "it has to end by 13 November 2026. Already late" in message.text


def test_it_is_not_sent_once_the_plan_is_another(where: Evaluation) -> None:
    owed_by("2026-11-20T12:00Z")
    notice = Notice.objects.filter(kind="stage_late").latest("due_at")
    with time_machine.travel("2026-11-20T12:00Z", tick=False):
        change_brief(
            evaluation=where, must_run_by=datetime.date(2027, 6, 1), by=where.owner
        )
        assert "another one" in KINDS["stage_late"].holds(notice)
    assert Notice.objects.filter(kind="stage_late").count() == 1
