"""verify_journal, replay_decision and export_evaluation."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from evaltracker.decision.memo.results import replay
from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.toolbox.text import harmless
from tests.factories import common
from tests.meddling import meddle
from tests.workflow.deciding import decided, in_decision

pytestmark = pytest.mark.django_db


def run(command: str, *args: Any) -> str:
    out = io.StringIO()
    call_command(command, *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = common.evaluation()
    common.requirement(where)
    return where


def test_a_sound_journal_is_verified_with_a_sentence(purchase: Evaluation) -> None:
    assert run("verify_journal") == "Verified 1 journal, 4 entries.\n"
    assert run("verify_journal", purchase.slug) == "Verified 1 journal, 4 entries.\n"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "UPDATE evaluations_entry SET actor_name = 'Mallory' WHERE number = 2",
            "entry 2 was altered",
        ),
        ("DELETE FROM evaluations_entry WHERE number = 2", "entry 2 is missing"),
    ],
)
def test_the_first_broken_entry_is_named(
    purchase: Evaluation, sql: str, words: str
) -> None:
    meddle(sql)
    with pytest.raises(CommandError, match=f"{purchase.slug}: {words}"):
        run("verify_journal")


def test_an_anchor_finds_a_tail_that_was_cut(purchase: Evaluation) -> None:
    anchor = run("verify_journal", purchase.slug, "--print-anchor").strip()
    assert "Verified" in run("verify_journal", purchase.slug, "--anchor", anchor)
    last = Entry.objects.filter(evaluation=purchase).latest("number")
    meddle(f"DELETE FROM evaluations_entry WHERE number = {last.number}")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluations_journalhead SET count = %s, hash = %s",
            [last.number - 1, last.previous_hash],
        )
    assert "Verified" in run("verify_journal", purchase.slug)
    with pytest.raises(CommandError, match="was cut before"):
        run("verify_journal", purchase.slug, "--anchor", anchor)
    with pytest.raises(CommandError, match="NUMBER:HASH"):
        run("verify_journal", purchase.slug, "--anchor", "x")
    with pytest.raises(CommandError, match="name it"):
        run("verify_journal", "--anchor", anchor)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_evaluation_leaves_in_five_formats[memo]",
)
def test_a_decision_is_counted_again() -> None:
    where, _ = decided()
    assert "The same results" in run("replay_decision", where.slug)
    decision = Decision.objects.get()
    decision.memo["results"][str(decision.candidate_id)]["fit"] = "0.1"
    decision.save()
    with pytest.raises(CommandError, match="SHA-256 does not fit"):
        run("replay_decision", where.slug)


def test_better_words_and_new_figures_are_no_difference_but_a_number_is() -> None:
    _, option = decided()
    memo = Decision.objects.get().memo
    cost = memo["results"][str(option.pk)]["cost"]
    cost["rows"][0]["working"] = "as it was put then"
    del cost["low"]
    assert replay(memo) == []
    memo["inputs"]["candidates"][0]["cost_lines"][0]["likely"] = "91234.01"
    memo["inputs"]["candidates"][0]["cost_lines"][0]["high"] = "91234.01"
    told = replay(memo)
    assert "Acme ML, cost, likely: frozen '91234.00', counted again '91234.01'" in told
    assert not [text for text in told if "cost" not in text]


def test_what_is_not_decided_is_not_counted_again(purchase: Evaluation) -> None:
    with pytest.raises(CommandError, match="not decided yet"):
        run("replay_decision", purchase.slug)
    with pytest.raises(CommandError, match=f"There are: {purchase.slug}"):
        run("replay_decision", "nothing")


@pytest.mark.parametrize("form", ["memo", "md", "pdf", "xlsx", "docx"])
def test_an_evaluation_leaves_in_five_formats(tmp_path: Path, form: str) -> None:
    where, _ = in_decision()
    path = tmp_path / f"out.{form}"
    run("export_evaluation", where.slug, "--format", form, "-o", str(path))
    content = path.read_bytes()
    if form == "memo":
        assert json.loads(content).keys() == {"inputs", "results", "text"}
    elif form == "md":
        assert content.startswith(b"# Decision memo")
    elif form == "pdf":
        assert content.startswith(b"%PDF-")
    elif form == "docx":
        assert content.startswith(b"PK")
    else:
        book = openpyxl.load_workbook(path)
        assert book["Comparison"]["A2"].value == "Acme ML"


def test_a_file_that_cannot_be_written_is_told(
    purchase: Evaluation, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_evaluation", purchase.slug, "-o", str(tmp_path / "no" / "x"))
    with pytest.raises(CommandError, match="needs a file"):
        run("export_evaluation", purchase.slug, "--format", "xlsx")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "|x", "%x"])
def test_no_cell_of_a_workbook_runs(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless("plain - text = fine") == "plain - text = fine"
