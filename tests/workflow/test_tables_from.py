"""Where a comparison of tables begins: with all, at an anchor, at a checkpoint."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltracker.evaluations.commitments import committed_models
from evaltracker.evaluations.journal import GENESIS, chained_hash
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.models.evaluation import SealedRecord
from evaltracker.evaluations.tables import cover_tables
from tests.factories import trials, vendors
from tests.meddling import meddle
from tests.workflow.rewriting import delete, insert, put
from vendors.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    """A purchase with one claim."""
    made = trials.platform("must", "should")
    trials.claimed(made, made.requirements.get(ref="R1"))
    return made


def verify(where: Evaluation, *arguments: str) -> str:
    """What the command says of one purchase, good or bad."""
    said = io.StringIO()
    command = ("verify_journal", where.slug, *arguments)
    try:
        call_command(*command, stdout=said, stderr=io.StringIO())
    except CommandError as error:
        return str(error)
    return said.getvalue().strip()


def claim_another(where: Evaluation) -> Claim:
    """One more claim."""
    option = where.candidates.get()
    return vendors.claim(option, where.requirements.get(ref="R2")).claim


def as_older_code_wrote(where: Evaluation) -> None:
    """No salts, and entries that commit to nothing; their hashes are of no matter."""
    for model in committed_models():
        if issubclass(model, SealedRecord):
            meddle(f"UPDATE {model._meta.db_table} SET salt = NULL")
    meddle("UPDATE evaluations_entry SET rows = NULL")
    rechain(where)


def rechain(where: Evaluation) -> None:
    """Hash every entry anew, as older code would have."""
    previous = GENESIS
    entries = Entry.objects.filter(evaluation=where).defer(None).order_by("number")
    meddle("UPDATE evaluations_entry SET previous_hash = 'x' || number")
    for entry in entries:
        entry.previous_hash = previous
        previous = chained_hash(entry)
        meddle(
            f"UPDATE evaluations_entry SET previous_hash = '{entry.previous_hash}', "
            f"hash = '{previous}' WHERE number = {entry.number}"
        )
    where.journal_head.refresh_from_db()
    where.journal_head.hash = previous
    where.journal_head.save()


def test_after_an_anchor_only_what_was_told_since_is_compared(
    where: Evaluation, tmp_path: Path
) -> None:
    anchor = verify(where, "--print-anchor")
    later = claim_another(where)
    said = verify(where, "--tables", "--since", anchor)
    assert said.startswith("Verified 1 journal, 1 entry; 1 row agrees; ")
    assert "not covered by the entries that were read" in said
    log = tmp_path / "log"
    line = {"event": "journal_head", "evaluation": str(where.pk), "anchor": anchor}
    log.write_text(json.dumps(line))
    assert verify(where, "--tables", "--from-anchor", str(log)) == said
    put(later, "statement = 'No.'")
    found = verify(where, "--tables", "--since", anchor)
    assert f"claim {later.pk} was changed in statement" in found
    number = anchor.partition(":")[0]
    other = verify(where, "--since", f"{number}:{'0' * 64}")
    assert "is not the one of the anchor" in other


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_newer_entries.py"
    "::test_rows_told_of_since_are_compared_all_the_same",
)
def test_a_checkpoint_compares_every_row_and_reads_only_new_entries(
    where: Evaluation, tmp_path: Path
) -> None:
    file = tmp_path / "checkpoint"
    first = Claim.objects.get()
    verify(where, "--checkpoint", str(file))
    assert first.statement not in file.read_text()
    claim_another(where)
    said = verify(where, "--checkpoint", str(file))
    assert re.fullmatch(r"Verified 1 journal, 1 entry; \d+ rows agree\.", said)
    kept = file.read_text()
    put(first, "statement = 'No.'")
    found = verify(where, "--checkpoint", str(file))
    assert f"claim {first.pk} was changed in statement" in found
    # What does not hold moves no checkpoint.
    assert file.read_text() == kept


def test_what_is_no_checkpoint_is_refused(where: Evaluation, tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_text("{}")
    assert "no checkpoint" in verify(where, "--checkpoint", str(file))
    file.write_text("%")
    assert "cannot be read" in verify(where, "--checkpoint", str(file))
    both = verify(where, "--checkpoint", str(file), "--since", "1:00000000")
    assert both.startswith("Choose one of")


def test_entries_of_before_are_counted_until_their_rows_are_covered(
    where: Evaluation,
) -> None:
    as_older_code_wrote(where)
    entries = Entry.objects.filter(evaluation=where).count()
    said = verify(where, "--tables")
    assert said.startswith(f"Verified 1 journal, {entries} entries; 0 rows agree; ")
    assert f"{entries} entries commit to nothing, being of before." in said
    assert re.search(r"[1-9]\d* rows agree", verify(where, "--tables", "--cover"))
    assert cover_tables(where) is None
    claim = Claim.objects.get()
    assert claim.salt
    insert(claim, revision="2", superseded_at="CURRENT_TIMESTAMP", salt="NULL")
    assert "appeared without an entry" in verify(where, "--tables")
    delete(claim)
    assert f"{claim.pk} is gone" in verify(where, "--tables")
