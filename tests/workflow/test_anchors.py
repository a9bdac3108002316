"""The heads of journals go to the log, and a log kept elsewhere finds a forged tail."""

import io
import json
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from structlog.testing import capture_logs

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.categories import MOVED_WITHIN, tell_heads
from tests.evaluations.tampering import TAMPERINGS, rows_of
from tests.factories import common
from tests.meddling import meddle

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    """An evaluation with some entries."""
    made = common.evaluation()
    for number in range(6):
        common.requirement(made, f"R{number}")
    return made


def logged_heads() -> list[dict[str, str]]:
    """What the chore logs."""
    with capture_logs() as lines:
        tell_heads()
    return [dict(line) for line in lines]


def keep(log: Path, lines: list[dict[str, str]]) -> str:
    """A log of other things and these lines; its address."""
    noise = [{"event": "request_finished", "code": "200"}]
    log.write_text("\n".join(json.dumps(row) for row in [*noise, *lines, *noise]))
    return str(log)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/api/test_acts.py"
    "::test_a_category_of_another_purchase_is_none",
)
def test_the_head_of_each_journal_that_grew_is_told(where: Evaluation) -> None:
    other = common.evaluation(title="Another")
    with time_machine.travel(timezone.now() + MOVED_WITHIN, tick=False):
        common.requirement(other)
        (line,) = logged_heads()
    last = Entry.objects.filter(evaluation=other).latest("number")
    assert line["event"] == "journal_head"
    assert line["evaluation"] == str(other.pk)
    assert line["anchor"] == f"{last.number}:{last.hash}"


def test_a_log_finds_a_tail_that_was_cut_and_one_that_was_rewritten(
    where: Evaluation, tmp_path: Path
) -> None:
    log = keep(tmp_path / "log", logged_heads())
    common.requirement(where, "R9")
    call_command("verify_journal", "--anchors", log)
    call_command("verify_journal", where.slug, "--anchors", log)
    last = Entry.objects.filter(evaluation=where).latest("number").number
    TAMPERINGS["rewrite from there on"](rows_of(where), last // 2)
    with pytest.raises(CommandError, match="is not the one of the anchor"):
        call_command("verify_journal", "--anchors", log)
    TAMPERINGS["cut the tail"](rows_of(where), last // 2)
    call_command("verify_journal")
    with pytest.raises(CommandError, match="was cut before entry"):
        call_command("verify_journal", where.slug, "--anchors", log)


def test_a_log_as_people_read_it_and_from_standard_input_is_taken_too(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = logged_heads()
    words = "2026-11-25T10:00:00Z [info     ] journal_head   [heads] "
    logged = f"worker-1  | {words} anchor={line['anchor']} evaluation={where.pk}\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(logged))
    call_command("verify_journal", "--anchors", "-")
    forged = logged.replace("anchor=", "anchor=9")
    monkeypatch.setattr("sys.stdin", io.StringIO(forged))
    with pytest.raises(CommandError, match="was cut before entry 9"):
        call_command("verify_journal", "--anchors", "-")


def test_an_evaluation_that_is_gone_is_named(where: Evaluation, tmp_path: Path) -> None:
    gone = "6f1c1b9e-0000-4000-8000-000000000000"
    lines = [{**row, "evaluation": gone} for row in logged_heads()]
    with pytest.raises(CommandError, match=f"{gone}: the evaluation is no longer"):
        call_command("verify_journal", "--anchors", keep(tmp_path / "log", lines))


def test_a_journal_without_a_head_is_broken(where: Evaluation) -> None:
    meddle("DELETE FROM evaluations_journalhead")
    with pytest.raises(CommandError, match=f"{where.slug}: the journal has no head"):
        call_command("verify_journal")


def test_a_log_that_tells_no_head_or_is_not_there_is_refused_with_a_sentence(
    where: Evaluation, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="tells no head of a journal"):
        call_command("verify_journal", "--anchors", keep(tmp_path / "log", []))
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("verify_journal", "--anchors", str(tmp_path / "nothing"))
