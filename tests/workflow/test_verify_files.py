"""Files are checked against their digests, as after a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from tests.cast import floor1, trials

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from evaltracker.evaluations.models import Evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(settings: Settings, tmp_path: Path) -> Evaluation:
    """An evaluation with two files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
    return trials.with_files()


def test_nothing_is_said_of_files_that_are_what_was_handed_in(
    where: Evaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_files")
    call_command("verify_files", where.slug)
    assert capsys.readouterr() == ("", "")


def test_a_missing_and_an_altered_file_are_named_with_their_evaluation(
    where: Evaluation, tmp_path: Path
) -> None:
    next(tmp_path.glob("claim_files/*")).write_bytes(b"%PDF-1.7 other")
    next(tmp_path.glob("evidence/*")).unlink()
    with pytest.raises(CommandError) as told:
        call_command("verify_files")
    altered, missing = str(told.value).splitlines()
    assert altered.startswith(f"{where.slug}: “proof.pdf” (claim_files/")
    assert altered.endswith(") is not the file that was handed in")
    assert missing.startswith(f"{where.slug}: “notes.txt” (evidence/")
    assert missing.endswith(") is missing")


def test_only_the_evaluation_that_was_named_is_looked_at(
    where: Evaluation, tmp_path: Path
) -> None:
    other = floor1.evaluation(title="Another")
    for one in tmp_path.glob("evidence/*"):
        one.unlink()
    call_command("verify_files", other.slug)
    with pytest.raises(CommandError, match="notes"):
        call_command("verify_files", where.slug)
    with pytest.raises(CommandError, match="There is no evaluation"):
        call_command("verify_files", "nowhere")
