"""After going back: what a newer version wrote is neither confirmed nor called altered.

The newer version's entries are written here by hand, hashed in a way of their own.
"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from tests.clients import signed_in
from tests.factories import trials, vendors
from tests.meddling import meddle
from tests.workflow.deciding import decided
from tests.workflow.rewriting import put
from tests.workflow.test_pack import take, unpacked, verified
from vendors.models import Claim

pytestmark = pytest.mark.django_db
NEWER = "was written by a newer version; its content was not checked"
# What a newer version may commit to; forms, tables and columns are unknown here.
COVERED = "form/2 - - -\n{'rows': 'told in another way'}"
UNKNOWN_TABLE = f"form/1 - - -\nvendors.rebate/1 7 {'a' * 64} -"
OTHER_COLUMNS = f"form/1 - - -\nvendors.claim/99 {{claim}} {'b' * 64} -"


@pytest.fixture
def where() -> Evaluation:
    """A purchase with one claim."""
    made = trials.platform("must", "should")
    trials.claimed(made, made.requirements.get(ref="R1"))
    return made


def verify(where: Evaluation, *arguments: str) -> tuple[int, str]:
    """The exit code and what is said."""
    said = io.StringIO()
    command = ("verify_journal", where.slug, *arguments)
    try:
        call_command(*command, stdout=said, stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, str(error)
    return 0, said.getvalue()


def write_as_newer(where: Evaluation, rows: str, *, digest: str = "") -> int:
    """Append an entry as a newer version does; its number."""
    head = JournalHead.objects.get(evaluation=where)
    number = head.count + 1
    text = f"{head.hash} {number} {rows}".encode()
    hashed = digest or hashlib.sha3_256(text).hexdigest()
    Entry(
        evaluation=where,
        number=number,
        at=timezone.now(),
        actor_name="evaltracker",
        action="journal.covered",
        subject_type="evaluation",
        subject_id=str(where.pk),
        rows=rows,
        previous_hash=head.hash,
        hash=hashed,
    ).save(force_insert=True)
    head.count, head.hash = number, hashed
    head.save()
    return number


def write_in_this_form(where: Evaluation, rows: str) -> int:
    """Append an entry that a newer version hashes as this one does."""
    number = write_as_newer(where, rows, digest="0" * 64)
    entry = Entry.objects.defer(None).get(evaluation=where, number=number)
    fields: tuple[Any, ...] = (
        *(str(where.pk), number, in_utc(entry), None, "evaltracker", ""),
        *("journal.covered", "evaluation", str(where.pk), "", {}, {}, "", ""),
    )
    texts = [json.dumps(value).encode() for value in fields] + [rows.encode()]
    chained = b"".join(b"%d:%b" % (len(text), text) for text in texts)
    digest = hashlib.sha256(entry.previous_hash.encode() + chained).hexdigest()
    meddle(f"UPDATE evaluations_entry SET hash = '{digest}' WHERE number = {number}")
    JournalHead.objects.filter(evaluation=where).update(hash=digest)
    return number


def in_utc(entry: Entry) -> str:
    return entry.at.isoformat(timespec="microseconds")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_rows_told_of_since_are_compared_all_the_same",
)
def test_an_entry_in_a_newer_form_is_passed_and_named(where: Evaluation) -> None:
    number = write_as_newer(where, COVERED)
    # What it tells of may have changed with it; and this version goes on writing.
    put(Claim.objects.get(), "statement = 'as a newer version wrote'")
    vendors.claim(where.candidates.get(), where.requirements.get(ref="R2"))
    for arguments in ((), ("--tables",)):
        code, said = verify(where, *arguments)
        assert (code, said) == (2, f"{where.slug}: entry {number} {NEWER}")


def test_rows_told_of_since_are_compared_all_the_same(where: Evaluation) -> None:
    number = write_as_newer(where, COVERED)
    claim = vendors.claim(where.candidates.get(), where.requirements.get(ref="R2"))
    put(claim.claim, "statement = 'other words'")
    code, said = verify(where, "--tables")
    assert code == 1
    assert f"entry {number + 1}: claim {claim.claim.pk} was changed" in said
    assert f"entry {number} {NEWER}" in said


def test_a_contradiction_elsewhere_is_one(where: Evaluation) -> None:
    write_as_newer(where, COVERED)
    meddle("UPDATE evaluations_entry SET reason = 'x' WHERE number = 2")
    assert verify(where) == (1, f"{where.slug}: entry 2 was altered")


def test_a_form_that_is_put_on_or_taken_off_does_not_verify(where: Evaluation) -> None:
    last = Entry.objects.defer(None).filter(evaluation=where).latest("number")
    assert last.rows is not None
    assert last.rows.startswith("form/1 - - -\n")
    for rows, code in ((last.rows.partition("\n")[2], 1), (COVERED, 2)):
        escaped = rows.replace("'", "''")
        meddle(
            f"UPDATE evaluations_entry SET rows = '{escaped}' "
            f"WHERE number = {last.number}"
        )
        assert verify(where)[0] == code


@pytest.mark.parametrize("rows", [UNKNOWN_TABLE, OTHER_COLUMNS])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[rows1]"
)
def test_a_newer_table_or_version_of_columns_is_not_compared(
    where: Evaluation, rows: str
) -> None:
    claim = Claim.objects.get()
    number = write_in_this_form(where, rows.format(claim=claim.pk))
    if rows == OTHER_COLUMNS:
        put(claim, "statement = 'as a newer version wrote'")
    assert verify(where)[0] == 0
    assert verify(where, "--tables") == (2, f"{where.slug}: entry {number} {NEWER}")


def test_no_checkpoint_is_kept_of_what_was_not_checked(
    where: Evaluation, tmp_path: Path
) -> None:
    write_as_newer(where, COVERED)
    file = tmp_path / "checkpoint"
    assert verify(where, "--checkpoint", str(file))[0] == 2
    assert not file.exists()


def test_what_cannot_be_checked_at_all_is_no_contradiction(where: Evaluation) -> None:
    assert verify(where, "--since", "nothing")[0] == 2


def test_the_page_says_that_it_is_not_all(where: Evaluation) -> None:
    number = write_as_newer(where, COVERED)
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/journal/?check=1").text
    assert f"entry {number} {NEWER}" in page
    assert "does not hold" not in page


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_gates_decision.py"
    "::test_choice_not_knocked_out_refuses_until_somebody_excuses",
)
def test_a_pack_says_so_too(tmp_path: Path) -> None:
    where, _ = decided("Globex ML")
    number = write_as_newer(where, COVERED)
    folder = unpacked(take(where, where.owner), tmp_path)
    assert verified(folder) == (2, f"entry {number} {NEWER}\n")
    journal = folder / "journal" / "journal.jsonl"
    journal.write_text(journal.read_text().replace("Globex ML", "Glebex ML", 1))
    assert verified(folder)[0] == 1
