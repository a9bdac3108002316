"""A zip of everything that a decision rests on."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction

from evaltracker.decision.memo.documents import csv_of
from evaltracker.decision.memo.inputs import SIGN_OFF
from evaltracker.decision.memo.pack import (
    Pack,
    add_manual,
    add_memo,
    altered_words,
    fingerprints,
)
from evaltracker.decision.models import Decision
from evaltracker.decision.selectors import stored_files
from evaltracker.decision.services.exports import may_export
from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.account_log import misfit
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    ImportedHistory,
    JournalHead,
    User,
)
from evaltracker.evaluations.policy import lock
from evaltracker.portable.registry import parts
from evaltracker.talk.rules import files_of
from stakeholders.models import Condition, SignedDocument, SignOff
from trials.models import Evidence
from vendors.models import ClaimFile
from vendors.policy import check_read_answers, may_see_prices

SIGNED = ("visit__stage", *SIGN_OFF)
ASKED = ("sign_off__printed_name", "text", "due_on", "closing_note")


def check_take_pack(evaluation: Evaluation, by: User) -> None:
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
        Refused: not decided; or the memo, words that were signed or a file that was
        handed in is missing, or not what the journal tells.
    """
    evaluation = lock(evaluation)
    check_take_pack(evaluation, by)
    decision = Decision.objects.select_related("evaluation", "decided_by").get(
        evaluation=evaluation
    )
    faults = [*fingerprints(decision), *altered_words(decision)]
    for file in stored_files.kept_files(evaluation.slug):
        faults += [f"“{file.name}” {file.altered}."] if file.altered else []
    if faults:
        raise Refused(
            f"{faults[0]} No evidence pack is made of what was altered: restore it "
            "from a backup first."
        )
    pack = Pack(decision)
    printed = add_memo(pack)
    shut = {
        str(part.model._meta.model_name)
        for part in parts()
        if part.sealed and part.sealed(by, evaluation)
    }
    signed = SignOff.objects.filter(visit__evaluation=evaluation).order_by("signed_at")
    pack.add("sign-offs/sign-offs.csv", csv_of_rows(SIGNED, signed))
    conditions = Condition.objects.filter(sign_off__visit__evaluation=evaluation)
    pack.add(
        "sign-offs/conditions.csv", csv_of_rows(ASKED, conditions.order_by("text"))
    )
    documents = SignedDocument.objects.filter(evaluation=evaluation)
    for document in documents.order_by("sha256").iterator(chunk_size=20):
        pack.add(f"sign-offs/{document.sha256}.md", document.content)
    add_files(pack, evaluation, shut, by)
    after = {"memo_sha256": decision.memo_sha256, "withheld": sorted(shut)}
    journal.record(evaluation, "pack.taken", decision, by, after=after)
    pack.add_lines("journal/journal.jsonl", entry_lines(evaluation, shut))
    chain = JournalHead.objects.get(evaluation=evaluation)
    head = {
        "entries": chain.count,
        "head": chain.hash,
        "fields": journal.CHAINED,
        "memo_sha256": pack.decision.memo_sha256,
        "withheld": sorted(shut),
    }
    pack.add("journal/head.json", json.dumps(head, indent=1))
    add_manual(pack, head | {"by": by.name}, unprinted=not printed)
    return pack.finish()


def csv_of_rows(fields: tuple[str, ...], rows: Any) -> bytes:
    head = [field.replace("__", " ").replace("_", " ") for field in fields]
    values = (
        ["" if value is None else str(value) for value in row]
        for row in rows.values_list(*fields)
    )
    return csv_of(chain([head], values))


def add_files(pack: Pack, evaluation: Evaluation, shut: set[str], by: User) -> None:
    rows = [["file", "original name", "candidate or thing", "requirement"]]

    def add(sha256: str, name: str, place: str, *about: str) -> None:
        with default_storage.open(place, "rb") as file:
            rows.append([pack.add_stored(sha256, name, file), name, *about])

    of_claim = {"claim__candidate__evaluation": evaluation}
    related = ("claim__candidate", "claim__requirement")
    if "claimfile" not in shut:
        for claim_file in ClaimFile.objects.filter(**of_claim).select_related(*related):
            about = (claim_file.claim.candidate.name, claim_file.claim.requirement.ref)
            add(claim_file.sha256, claim_file.name, claim_file.stored_as, *about)
    verdicts = Evidence.objects.filter(**of_claim).exclude(file="")
    for row in verdicts.select_related(*related):
        about = (row.claim.candidate.name, row.claim.requirement.ref)
        add(row.file_sha256, row.file_name, str(row.file.name), *about)
    for attached in files_of(by, evaluation):
        add(attached.sha256, attached.name, attached.stored_as, attached.about, "")
    pack.add("files/files.csv", csv_of(iter(rows)))


def entry_lines(evaluation: Evaluation, shut: set[str]) -> Iterator[bytes]:
    """One JSON object per entry, its fields as they are hashed."""
    history = ImportedHistory.objects.filter(evaluation=evaluation).first()
    rows = Entry.objects.filter(evaluation=evaluation).order_by("number")
    for entry in rows.iterator(chunk_size=2000):
        # Gives an imported entry the actor's number that was hashed.
        misfit(entry, history)
        # What changed was made plain when it was written down.
        line = {
            name: value if name in ("before", "after") else journal.as_json_value(value)
            for name in journal.CHAINED
            for value in (getattr(entry, name),)
        }
        if entry.subject_type in shut:
            line |= {"before": None, "after": None, "reason": None, "withheld": True}
        line |= {"previous_hash": entry.previous_hash, "hash": entry.hash}
        # What it commits to of the rows; digests, from which nothing can be read.
        line["rows"] = entry.rows
        yield f"{json.dumps(line, ensure_ascii=False)}\n".encode()
