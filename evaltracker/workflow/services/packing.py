"""Taking the evidence pack of a decision; the journal says who took it."""

import json
from collections.abc import Iterator
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.imported_entries import misfit
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    ImportedHistory,
    JournalHead,
    User,
)
from evaltracker.evaluations.policy import lock
from evaltracker.files.selectors import files_of
from evaltracker.portable.registry import parts
from evaltracker.workflow.memo.matrix import csv_of
from evaltracker.workflow.memo.pack import Pack, add_manual, add_memo
from evaltracker.workflow.models import Decision
from evaltracker.workflow.services.exporting import may_export
from stakeholders.models import Condition, SignedDocument, SignOff
from trials.models import Evidence
from vendors.models import ClaimFile
from vendors.policy import check_read_answers, may_see_prices

SIGNED = (
    "visit__stage",
    "visit__number",
    "role",
    "printed_name",
    "verdict",
    "reason",
    "signed_at",
    "document__sha256",
)
ASKED = ("sign_off__printed_name", "text", "due_on", "closing_note")


def check_take_pack(evaluation: Evaluation, by: User) -> None:
    """The owner, and leadership once it reads the prices, of what is decided."""
    if not may_export(by, evaluation):
        raise Forbidden("Only the owner and leadership can download the evidence pack.")
    if evaluation.status != Status.DECIDED:
        raise Refused("The evidence pack is available once the evaluation is decided.")
    check_read_answers(evaluation, by)
    if not may_see_prices(by, evaluation):
        raise Forbidden("Only the owner and leadership can download the evidence pack.")


@transaction.atomic
def take_pack(*, evaluation: Evaluation, by: User) -> IO[bytes]:
    """A zip of everything that the decision rests on, as `by` may see it.

    The entry that tells of it is written first, so the journal in the pack ends with
    it. What is sealed from `by` is withheld in the journal, and said to be.

    Raises:
        Forbidden: neither owner nor leadership, or prices are not open to them.
        Refused: not decided, or a file that was handed in is missing.

    """
    evaluation = lock(evaluation)
    check_take_pack(evaluation, by)
    decision = Decision.objects.select_related("evaluation", "decided_by").get(
        evaluation=evaluation
    )
    pack = Pack(decision)
    printed = add_memo(pack)
    shut = {
        str(part.model._meta.model_name)
        for part in parts()
        if part.sealed and part.sealed(by, evaluation)
    }
    add_signatures(pack, evaluation)
    add_files(pack, evaluation, shut, by)
    journal.record(
        evaluation=evaluation,
        action="pack.taken",
        subject=decision,
        by=by,
        after={"memo_sha256": decision.memo_sha256, "withheld": sorted(shut)},
    )
    told = add_journal(pack, evaluation, shut)
    add_manual(pack, told | {"by": by.name}, unprinted=not printed)
    return pack.finish()


def add_signatures(pack: Pack, evaluation: Evaluation) -> None:
    """Every signature, what was asked for with it, and the words that were signed."""
    signed = SignOff.objects.filter(visit__evaluation=evaluation).order_by("signed_at")
    pack.add("sign-offs/sign-offs.csv", listed(SIGNED, signed))
    asked = Condition.objects.filter(sign_off__visit__evaluation=evaluation)
    pack.add("sign-offs/conditions.csv", listed(ASKED, asked.order_by("text")))
    documents = SignedDocument.objects.filter(evaluation=evaluation)
    for document in documents.order_by("sha256").iterator(chunk_size=20):
        pack.add(f"sign-offs/{document.sha256}.md", document.content)


def listed(fields: tuple[str, ...], rows: Any) -> bytes:
    """Some columns of rows as CSV."""

    def lines() -> Iterator[list[str]]:
        yield [field.replace("__", " ").replace("_", " ") for field in fields]
        for row in rows.values_list(*fields):
            yield ["" if value is None else str(value) for value in row]

    return csv_of(lines())


def add_files(pack: Pack, evaluation: Evaluation, shut: set[str], by: User) -> None:
    """What was handed in with claims and verdicts, what people attached to things, and
    what each was called."""
    rows = [["file", "original name", "candidate or thing", "requirement"]]
    if "claimfile" not in shut:
        claims = ClaimFile.objects.filter(claim__candidate__evaluation=evaluation)
        for one in claims.select_related("claim__candidate", "claim__requirement"):
            place = stored(pack, one.sha256, one.name, one.stored_as)
            claim = one.claim
            rows.append([place, one.name, claim.candidate.name, claim.requirement.ref])
    found = Evidence.objects.filter(claim__candidate__evaluation=evaluation)
    for each in found.exclude(file="").select_related(
        "claim__candidate", "claim__requirement"
    ):
        place = stored(pack, each.file_sha256, each.file_name, str(each.file.name))
        claim = each.claim
        rows.append(
            [place, each.file_name, claim.candidate.name, claim.requirement.ref]
        )
    for attached in files_of(by, evaluation):
        place = stored(pack, attached.sha256, attached.name, attached.stored_as)
        rows.append([place, attached.name, attached.about, ""])
    pack.add("files/files.csv", csv_of(iter(rows)))


def stored(pack: Pack, sha256: str, name: str, place: str) -> str:
    """Copy one file; returns what it is called in the pack."""
    try:
        with default_storage.open(place, "rb") as file:
            return pack.add_stored(sha256, name, file)
    except FileNotFoundError as error:
        raise Refused(
            f"The file with the SHA-256 {sha256[:8]}… is missing where files are "
            "kept. Put it back from the backup, then take the pack again."
        ) from error


def add_journal(pack: Pack, evaluation: Evaluation, shut: set[str]) -> dict[str, Any]:
    """Every entry, and the head; returns what README tells of it."""
    pack.add_lines("journal/journal.jsonl", entry_lines(evaluation, shut))
    head = JournalHead.objects.get(evaluation=evaluation)
    told = {
        "entries": head.count,
        "head": head.hash,
        "fields": journal.CHAINED,
        "memo_sha256": pack.decision.memo_sha256,
        "withheld": sorted(shut),
    }
    pack.add("journal/head.json", json.dumps(told, indent=1))
    return told


def entry_lines(evaluation: Evaluation, shut: set[str]) -> Iterator[bytes]:
    """One JSON object per entry, its fields as they are hashed."""
    history = ImportedHistory.objects.filter(evaluation=evaluation).first()
    rows = Entry.objects.filter(evaluation=evaluation).order_by("number")
    for entry in rows.iterator(chunk_size=2000):
        # Gives an imported entry the actor's number that was hashed.
        misfit(entry, history)
        # What changed was made plain when it was written down.
        told = {
            name: value if name in ("before", "after") else journal.plain(value)
            for name in journal.CHAINED
            for value in (getattr(entry, name),)
        }
        if entry.subject_type in shut:
            told |= {"before": None, "after": None, "reason": None, "withheld": True}
        told |= {"previous_hash": entry.previous_hash, "hash": entry.hash}
        # What it commits to of the rows; digests, from which nothing can be read.
        told["rows"] = entry.rows
        yield f"{json.dumps(told, ensure_ascii=False)}\n".encode()
