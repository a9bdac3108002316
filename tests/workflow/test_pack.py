"""The evidence pack verifies with nothing but itself, and leaves a trace."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.workflow.services.stages import decide
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.object_store import Place
from tests.workflow.deciding import agree, decided, in_decision
from vendors.models import ClaimFile
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
PROOF = b"%PDF-1.7 proof"


def take(where: Evaluation, who: User) -> Any:
    return signed_in(who).post(f"/admin/act/take-pack/{where.pk}/")


def unpacked(answer: Any, folder: Path) -> Path:
    content = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        pack.extractall(folder)
    return folder


def verified(folder: Path) -> tuple[int, str]:
    command = [sys.executable, "-I", str(folder / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def attach(where: Evaluation) -> None:
    option = where.candidates.get(name="Acme ML")
    ClaimFile.objects.create(
        claim=option.claims.get(),
        name="../../soc2 report.PDF",
        content_type="application/pdf",
        size=len(PROOF),
        sha256=hashlib.sha256(PROOF).hexdigest(),
        stored_as=default_storage.save("claims/x", ContentFile(PROOF)),
    )


@pytest.mark.nightly(
    reason="files in a bucket, too; each push has them on disk",
    short="[disk]",
)
def test_it_is_whole_and_verifies_by_itself(any_storage: Place, tmp_path: Path) -> None:
    where, _ = decided("Globex ML")
    attach(where)
    folder = unpacked(take(where, where.owner), tmp_path)
    names = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    digest = hashlib.sha256(PROOF).hexdigest()
    assert {
        "README.txt",
        "SHA256SUMS",
        "memo/memo-a4.pdf",
        "memo/memo-letter.pdf",
        "memo/memo.docx",
        "memo/memo.md",
        "memo/memo.xlsx",
        "matrix/matrix.csv",
        "matrix/matrix.xlsx",
        "sign-offs/sign-offs.csv",
        "journal/journal.jsonl",
        f"files/{digest}.pdf",
    } <= names
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        said, name = line.split("  ", 1)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == said
    signed = hashlib.sha256(Decision.objects.get().memo["text"].encode()).hexdigest()
    assert f"sign-offs/{signed}.md" in names
    assert "Acme ML: standing" in (folder / "matrix" / "matrix.csv").read_text()
    assert verified(folder) == (0, "Everything holds.\n")
    last = Entry.objects.filter(evaluation=where).latest("number")
    assert last.action == "pack.taken"
    head = json.loads((folder / "journal" / "head.json").read_text())
    assert head["head"] == last.hash
    assert last.hash in (folder / "README.txt").read_text()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_gates_decision.py"
    "::test_choice_not_knocked_out_refuses_until_somebody_excuses",
)
def test_whatever_is_altered_in_it_is_found(tmp_path: Path) -> None:
    where, _ = decided()
    folder = unpacked(take(where, where.owner), tmp_path)
    journal = folder / "journal" / "journal.jsonl"
    whole = journal.read_text()
    for other, words in (
        (whole.replace("Acme ML", "Acne ML", 1), "was altered"),
        ("".join(whole.splitlines(keepends=True)[:-1]), "does not end at its head"),
        ("".join(whole.splitlines(keepends=True)[1:]), "does not follow"),
    ):
        journal.write_text(other)
        code, told = verified(folder)
        assert code == 1
        assert words in told
        assert "journal/journal.jsonl was altered" in told
    journal.write_text(whole)
    (folder / "memo" / "memo.json").write_text("{}")
    (folder / "more.txt").write_text("x")
    told = verified(folder)[1]
    assert "memo.json is not what was decided" in told
    assert "more.txt is not in SHA256SUMS" in told


def test_it_withholds_what_is_sealed_from_leadership_and_still_verifies(
    tmp_path: Path,
) -> None:
    where, option = in_decision()
    declare_conflict(
        candidate=option,
        has_interest=True,
        statement="interestmark",
        by=stakeholders.holder("devops"),
    )
    agree(where, option)
    decide(evaluation=where, by=where.owner)
    viktor = stakeholders.holder("leadership")
    folder = unpacked(take(where, viktor), tmp_path / "v")
    assert verified(folder)[0] == 0
    everything = b"".join(path.read_bytes() for path in folder.rglob("*.*"))
    assert b"interestmark" not in everything
    assert "withheld" in (folder / "README.txt").read_text()
    owners = unpacked(take(where, where.owner), tmp_path / "o")
    assert "interestmark" in (owners / "journal" / "journal.jsonl").read_text()
    assert verified(owners)[0] == 0


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_only_owner_and_leadership_take_it_once_decided_and_by_post() -> None:
    where, _ = in_decision()
    assert take(where, where.owner).status_code == 409
    where, _ = decided()
    before = Entry.objects.count()
    assert take(where, stakeholders.holder("it")).status_code == 403
    lina = signed_in(where.owner)
    assert lina.get(f"/admin/act/take-pack/{where.pk}/").status_code == 200
    assert Entry.objects.count() == before
