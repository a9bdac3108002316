"""Rows and files are compared both ways, as after a restore; what no row names goes."""

import datetime
import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from pytest_django import Settings

from evaltracker.decision.selectors import stored_files
from evaltracker.decision.services import leftover_files
from evaltracker.decision.services.leftover_files import remove_old_leftovers
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.management.commands import verify_files
from tests.factories import common, trials
from tests.object_store import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(settings: Settings, tmp_path: Path) -> Evaluation:
    """An evaluation with two files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
    return trials.with_files()


@pytest.fixture
def anywhere(any_storage: Place) -> Evaluation:
    """The same on a disk and in S3."""
    return trials.with_files()


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be old enough, since the disk's clock cannot be set."""
    for module in (stored_files, verify_files):
        monkeypatch.setattr(module, "GRACE", datetime.timedelta(0))


def leave(folder: Path, name: str) -> Path:
    """A file that no row names."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"%PDF-1.7 of nobody")
    return file


def stray(*names: str) -> None:
    """Files that no row names, wherever files are kept."""
    for name in names:
        assert default_storage.save(name, ContentFile(b"%PDF-1.7 of nobody")) == name


def printed_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the command wrote, line by line."""
    return capsys.readouterr().out.splitlines()


def test_it_says_that_all_is_well(
    anywhere: Evaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_files")
    call_command("verify_files", anywhere.slug)
    assert printed_lines(capsys) == [
        "2 files are as handed in, none is missing. Nothing else lies beside them.",
        "2 files are as handed in, none is missing.",
    ]


def test_a_missing_and_an_altered_file_are_named_with_their_evaluation(
    anywhere: Evaluation, any_storage: Place
) -> None:
    where = anywhere
    proof, notes = any_storage.names()
    default_storage.delete(proof)
    stray(proof)
    default_storage.delete(notes)
    with pytest.raises(CommandError) as told:
        call_command("verify_files")
    altered, missing = str(told.value).splitlines()
    assert altered.startswith(f"{where.slug}: “proof.pdf” (claim_files/")
    assert altered.endswith(") is not the file that was handed in")
    assert missing.startswith(f"{where.slug}: “notes.txt” (evidence/")
    assert missing.endswith(") is missing")


def test_a_file_that_too_many_may_read_is_named(
    where: Evaluation, tmp_path: Path
) -> None:
    next(tmp_path.glob("claim_files/*")).chmod(0o644)
    next(tmp_path.glob("evidence/*")).chmod(0o600)
    with pytest.raises(CommandError, match=r"too many: mode 0644, not 0640$"):
        call_command("verify_files")


def test_only_the_evaluation_that_was_named_is_looked_at(
    where: Evaluation, tmp_path: Path
) -> None:
    other = common.evaluation(title="Another")
    for path in tmp_path.glob("evidence/*"):
        path.unlink()
    call_command("verify_files", other.slug)
    with pytest.raises(CommandError, match="notes"):
        call_command("verify_files", where.slug)
    with pytest.raises(CommandError, match="There is no evaluation"):
        call_command("verify_files", "nowhere")


def test_files_that_no_row_names_are_told_and_are_no_failure(
    where: Evaluation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(tmp_path, "evidence/old.pdf")
    leave(tmp_path, "claim_files/.new.pdf.part")
    leave(tmp_path, "not_ours/old.pdf")
    call_command("verify_files")
    half, whole, last = printed_lines(capsys)
    assert half == "claim_files/.new.pdf.part: half a file, under a day old"
    assert whole == "evidence/old.pdf: no row names it, under a day old"
    assert "2 that no row names lie beside them" in last


def test_the_chore_removes_none_of_the_last_day(
    where: Evaluation, tmp_path: Path
) -> None:
    young = leave(tmp_path, "evidence/young.pdf")
    os.utime(young, (0, 0))  # as `tar` puts it back: old, and yet just come
    remove_old_leftovers()
    assert young.exists()


def test_the_chore_removes_what_is_older_and_never_what_a_row_names(
    anywhere: Evaluation, any_storage: Place, no_grace: None
) -> None:
    named = any_storage.names()
    stray("evidence/a.pdf", "evidence/.b.pdf.part", "not_ours/old.pdf")
    remove_old_leftovers()
    assert any_storage.names() == sorted([*named, "not_ours/old.pdf"])
    call_command("verify_files")


def test_files_beside_the_database_of_another_day_wait_for_a_person(
    anywhere: Evaluation,
    any_storage: Place,
    no_grace: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leftover_files, "MOST_BY_ITSELF", 2)
    named = any_storage.names()
    whole = [f"evidence/{at}.pdf" for at in range(3)]
    stray(*whole, "evidence/.4.pdf.part")
    remove_old_leftovers()
    assert any_storage.names() == sorted([*named, *whole])
    call_command("verify_files", "--remove")
    assert any_storage.names() == named
