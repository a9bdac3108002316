"""Words that were signed, memo and files have one digest: of the content, of the row,
and of the journal's entry. Each is rewritten by plain SQL, and nobody passes it on."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from evaltracker.decision.models import Decision, KeptDraws
from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import AttachedFile, Evaluation
from stakeholders.models import SignedDocument, SignOff
from tests.clients import signed_in
from tests.factories import trials
from tests.meddling import meddle
from tests.talk.attaching import attach
from tests.trials.runs.posting import measured_trial, program, report
from tests.workflow.comparing import another
from tests.workflow.deciding import decided, in_decision
from tests.workflow.rewriting import put
from tests.workflow.test_pack import take, unpacked, verified
from trials.models import RunReport
from trials.selectors.evaluation_cache import clear_evaluation_caches
from vendors.models import ClaimFile

pytestmark = pytest.mark.django_db
ALTERED = "These words were altered after they were signed"
WORDS = "content = replace(content, 'Acme', 'Kodiak')"


def swapped(document: SignedDocument) -> str:
    """Other words, under a digest that fits them."""
    other = document.content.replace("Acme", "Kodiak")
    digest = hashlib.sha256(other.encode()).hexdigest()
    return f"{WORDS}, sha256 = '{digest}'"


def only_relabelled(document: SignedDocument) -> str:
    """The words as they were, under a digest of others."""
    return f"sha256 = '{'a' * 64}'"


TAMPERINGS: dict[str, Callable[[SignedDocument], str]] = {
    "other words": lambda document: WORDS,
    "other words and their digest": swapped,
    "another digest": only_relabelled,
}


def signed_document(where: Evaluation) -> SignedDocument:
    found: SignedDocument = where.signed_documents.get(content__contains="Acme ML")
    return found


def said(command: str, *arguments: str) -> tuple[int, str]:
    """The exit code and what is said."""
    out = io.StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.mark.parametrize("name", TAMPERINGS)
def test_words_that_were_rewritten_are_shown_by_nobody_as_signed(name: str) -> None:
    where, _ = decided()
    document, client = signed_document(where), signed_in(where.owner)
    sign_off = SignOff.objects.get(document=document)
    pages = (f"/admin/documents/{document.pk}/", f"/admin/receipts/{sign_off.pk}/")
    for page in pages:
        assert ALTERED not in client.get(page).text
    assert client.get(pages[0]).text.count("<article") == 1
    put(document, TAMPERINGS[name](document))
    for page in pages:
        body = client.get(page).text
        assert ALTERED in body
        assert "never be changed" not in body
    assert "<article" not in client.get(pages[0]).text
    assert "Kodiak" not in client.get(pages[0]).text
    assert ALTERED in client.get(f"/admin/e/{where.slug}/decision/").text
    code, told = said("verify_journal", where.slug, "--tables")
    assert code == 1
    assert f"signed document {document.pk} was changed in " in told
    code, told = said("replay_decision", where.slug)
    assert code == 1
    assert ALTERED in told
    answer = take(where, where.owner)
    assert answer.status_code == 409
    assert ALTERED in answer.content.decode()


def rewrite_in(folder: Path, name: str, content: str, *, rename: bool = False) -> None:
    """Other content of a packed file; the sums of the pack are made to fit."""
    (folder / name).unlink()
    digest = hashlib.sha256(content.encode()).hexdigest()
    other = f"{Path(name).parent}/{digest}.md" if rename else name
    (folder / other).write_text(content)
    sums = folder / "SHA256SUMS"
    kept = [
        line for line in sums.read_text().splitlines() if not line.endswith(f"  {name}")
    ]
    sums.write_text("\n".join([*kept, f"{digest}  {other}"]) + "\n")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_words_that_were_rewritten_are_shown_by_nobody_as_signed[ano"
    "ther digest]",
)
def test_a_pack_of_rewritten_words_does_not_verify(tmp_path: Path) -> None:
    where, _ = decided()
    document = signed_document(where)
    name, words = f"sign-offs/{document.sha256}.md", document.content
    answers: list[Any] = []
    for at in range(3):
        answers.append(unpacked(take(where, where.owner), tmp_path / str(at)))
        assert verified(answers[-1]) == (0, "Everything holds.\n")
    content, renamed, gone = answers
    rewrite_in(content, name, words.replace("Acme", "Kodiak"))
    assert verified(content) == (1, f"{name} is not what its name says\n")
    rewrite_in(renamed, name, words.replace("Acme", "Kodiak"), rename=True)
    code, told = verified(renamed)
    assert code == 1
    assert f"{name} is missing" in told
    assert "no entry tells that sign-offs/" in told
    (gone / name).unlink()
    sums = gone / "SHA256SUMS"
    lines = sums.read_text().splitlines(keepends=True)
    sums.write_text("".join(line for line in lines if name not in line))
    assert verified(gone) == (1, f"{name} is missing\n")


@pytest.mark.parametrize("fits", [False, True])
def test_no_pack_is_made_of_a_rewritten_memo(fits: bool) -> None:
    where, _ = decided()
    decision = Decision.objects.get()
    memo = json.loads(json.dumps(decision.memo).replace("Acme ML", "Kodiak"))
    text = json.dumps(memo, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    escaped = text.replace("'", "''")
    put(decision, f"memo = '{escaped}'" + (f", memo_sha256 = '{digest}'" * fits))
    answer = take(where, where.owner)
    assert answer.status_code == 409
    assert "No evidence pack is made of what was altered" in answer.content.decode()


def rewrite_file(place: str, content: bytes) -> str:
    """Other content where files are kept; its digest."""
    default_storage.delete(place)
    assert default_storage.save(place, ContentFile(content)) == place
    return hashlib.sha256(content).hexdigest()


def report_file() -> tuple[Evaluation, RunReport]:
    ci = program(measured_trial())
    assert ci.post(report()).status_code == 201
    return ci.trial.candidate.evaluation, RunReport.objects.get()


def attached_file() -> tuple[Evaluation, AttachedFile]:
    where, _ = in_decision()
    (file,) = attach("decision", where, "contract.txt")
    return where, file


def claim_file() -> tuple[Evaluation, ClaimFile]:
    where = trials.with_files()
    return where, ClaimFile.objects.get()


@pytest.mark.parametrize("made", [report_file, attached_file, claim_file])
def test_a_file_rewritten_with_its_digest_is_named(
    made: Callable[[], tuple[Evaluation, Any]],
) -> None:
    where, row = made()
    assert said("verify_files", where.slug)[0] == 0
    kept, place = row.sha256, row.stored_as
    digest = rewrite_file(place, b"%PDF-1.7 forged")
    altered = (1, f"{where.slug}: “{row.name}” ({place}) ")
    for other in (kept, digest):
        put(row, f"sha256 = '{other}'")
        code, told = said("verify_files", where.slug)
        assert (code, told[: len(altered[1])]) == altered
        assert told.endswith("is not the file that was handed in")


def test_no_pack_is_made_of_a_rewritten_file() -> None:
    where, _ = decided()
    (row,) = attach("decision", where, "contract.txt")
    digest = rewrite_file(row.stored_as, b"%PDF-1.7 forged")
    for other in (row.sha256, digest):
        put(row, f"sha256 = '{other}'")
        answer = take(where, where.owner)
        assert answer.status_code == 409
        assert "is not the file that was handed in" in answer.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_words_that_were_rewritten_are_shown_by_nobody_as_signed[other words]",
)
def test_draws_that_were_rewritten_are_drawn_anew_and_named() -> None:
    where, _ = in_decision()
    another(where, "Globex ML")
    keep_draws(evaluation=where)
    assert said("verify_ledger", where.slug)[0] == 0
    kept = KeptDraws.objects.get(evaluation=where)
    first, last = sorted(kept.results["all_wins"])
    shares = kept.results["all_wins"]
    # Adding up to 1 as before: no sum gives it away.
    for other in (
        {"all_wins": {first: shares[last], last: shares[first]}},
        {"all_wins": {first: "0.97", last: "0.49"}},
        {"knocked_out": {first: "0.5", last: "0"}},
        {"judged": 99},
    ):
        text = json.dumps({**kept.results, **other}).replace("'", "''")
        put(kept, f"results = '{text}'")
        # With pages counted before it was rewritten, and after.
        assert said("verify_ledger", where.slug)[0] == 1
        clear_evaluation_caches()
        code, told = said("verify_ledger", where.slug)
        assert code == 1
        assert "the comparison is counted and drawn otherwise" in told
    meddle("DELETE FROM workflow_keptdraws", "workflow_keptdraws")
    clear_evaluation_caches()
    assert "everything comes out the same" in said("verify_ledger", where.slug)[1]
