"""What leaves with a decision: letters to vendors, exports, the evidence pack."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import IO, Any

import structlog
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaltracker.decision import selectors
from evaltracker.decision.memo.documents import csv_of
from evaltracker.decision.memo.inputs import SIGN_OFF
from evaltracker.decision.memo.pack import (
    Pack,
    add_manual,
    add_memo,
    altered_words,
    fingerprints,
)
from evaltracker.decision.memo.record import (
    CandidateResult,
    FrozenRequirement,
    Inputs,
    OwnedBrief,
)
from evaltracker.decision.memo.results import Counted, count_candidate
from evaltracker.decision.models import Decision, Letter
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.account_log import misfit
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    ImportedHistory,
    JournalHead,
    User,
)
from evaltracker.evaluations.policy import change, is_owner, lock, require_owner
from evaltracker.evaluations.words import say
from evaltracker.ocds import as_ocds
from evaltracker.portable.registry import Document, parts
from evaltracker.portable.writing import as_bytes, document_of
from evaltracker.talk.rules import files_of
from evaltracker.toolbox.languages import speaking
from evaltracker.toolbox.text import TEXT_LIMIT
from stakeholders.models import Condition, SignedDocument, SignOff, digest_of
from stakeholders.policy import is_leadership
from trials.models import Evidence
from trials.scoring import FEWEST_TESTED, Coverage, SourceRecord
from vendors.choices import DocumentKind
from vendors.models import Candidate, ClaimFile, Contact
from vendors.policy import check_read_answers, may_see_prices
from vendors.selectors.claims import vendors_answers
from vendors.services.contacts import mail_link
from vendors.services.dialogue import publish_document

# What a vendor is told of the decision, drafted from the ledger that was frozen.
#
# A draft reads one candidate's column alone: no name, score or price of anybody else
# can get into it, nor its own, for what people scored is between them.


# Stands where the ledger has no reason; a letter with it is not sent.
REASON_ASKED = "[Say here why you chose somebody else.]"
# So many requirements are named one by one.
MOST = 6
CONVINCED = {
    "proven": gettext_lazy("%(need)s: worked in your trial."),
    "shown": gettext_lazy("%(need)s: was shown in your demo."),
}
SHORT = {
    "refuted": gettext_lazy("%(need)s: did not work."),
    "partly": gettext_lazy("%(need)s: worked in part."),
    "slipped": gettext_lazy("%(need)s: the date that you gave passed without proof."),
    "unanswered": gettext_lazy("%(need)s: was not answered."),
    "never": gettext_lazy("%(need)s: you answered that you do not offer it."),
}


def convincing_sentences(brief: OwnedBrief) -> dict[str, str]:
    named = brief.get("words", {}).items()
    words = {key: name.replace("%", "%%") for key, name in named}
    return {standing: say(words, str(text)) for standing, text in CONVINCED.items()}


def draft_letter(
    brief: OwnedBrief,
    requirements: list[FrozenRequirement],
    result: CandidateResult,
    own: Counted,
    *,
    chosen: bool,
) -> str:
    ordered = sorted(
        requirements, key=lambda row: (row["priority"] != "must", -float(row["weight"]))
    )
    standings = [(row, result["standings"].get(row["ref"], "")) for row in ordered]
    lead = _("Where it fell short of what we need:")
    decided = _(
        "We have made our decision, and you were not chosen this time. Here is our "
        "feedback."
    )
    if chosen:
        lead = _("What we would like to review with you:")
        decided = _(
            "We are glad to tell you that we chose you. We will write to you about "
            "the contract; this letter is not an order."
        )
    thanks = _("Thank you for the time and work that you put into “%(title)s”.")
    short = requirement_lines(lead, standings, SHORT)
    parts = [
        thanks % {"title": brief["title"]},
        decided,
        requirement_lines(
            _("What convinced us:"), standings, convincing_sentences(brief)
        ),
        short or ("" if chosen else REASON_ASKED),
        seen_words(own.fit.coverage, brief),
        promises_kept_words(own.promises),
        _("If you would like to talk about it, please reply to this mail."),
        f"{brief['owner']}\n{brief['buyer']}",
    ]
    return "\n\n".join(part for part in parts if part)


def requirement_lines(
    lead: str,
    told: Iterable[tuple[FrozenRequirement, str]],
    words: Mapping[str, Any],
    most: int = MOST,
) -> str:
    lines = [
        words[standing] % {"need": f"– {row['ref']} {row['text']}"}
        for row, standing in told
        if standing in words
    ]
    if not lines:
        return ""
    more = len(lines) - most
    rest = ngettext("– and %(n)s more.", "– and %(n)s more.", more)
    return "\n".join([lead, *lines[:most], *([rest % {"n": more}] if more > 0 else [])])


def count_own(inputs: Inputs, candidate: str, refs: Collection[str]) -> Counted:
    """What the formulas say of a candidate by its vendor's own answers alone; `refs`
    are what it answered. What we noted ourselves shows in no number."""
    item = next(row for row in inputs["candidates"] if row["id"] == candidate)
    cells = {ref: cell for ref, cell in item["cells"].items() if ref in refs}
    requirements = [row for row in inputs["requirements"] if row["ref"] in refs]
    return count_candidate(
        {**item, "cells": cells}, {**inputs, "requirements": requirements}
    )


def seen_words(own: Coverage, brief: OwnedBrief) -> str:
    if not (own.shown or own.tested):
        return ""
    counted = _(
        "Of the requirements that carry weight you answered %(answered)s in full. "
        "Shown in a demo: %(shown)s of %(answered)s. "
        "Tested in a trial: %(tested)s of %(answered)s."
    )
    names = ("answered", "shown", "tested")
    numbers = {name: getattr(own, name) for name in names}
    return say(brief.get("words", {}), counted % numbers)


def promises_kept_words(own: SourceRecord) -> str:
    if own.hidden:
        return ""
    kept = _(
        "Of the %(tested)s features that you said are available and that we tested, "
        "%(held)s worked, %(partly)s worked in part and %(failed)s did not."
    )
    if own.overall.short:
        kept = _(
            "Of the %(tested)s features that you said are available and that we "
            "tested, %(held)s worked, %(short)s worked short of your own number, "
            "%(partly)s worked in part and %(failed)s did not."
        )
    names = ("tested", "held", "short", "partly", "failed")
    return kept % {name: getattr(own.overall, name) for name in names}


# A vendor's promise record as it may read it: its own answers, and what was found.
#
# It reads one candidate's column of the frozen ledger, and of that only what its vendor
# answered itself.


def promise_record_text(
    brief: OwnedBrief,
    requirements: list[FrozenRequirement],
    result: CandidateResult,
    own: Counted,
    refs: Collection[str],
) -> str:
    standings = result["standings"]
    judged = [
        (row, standings.get(row["ref"], ""))
        for row in requirements
        if row["ref"] in refs
    ]
    parts = [
        _("What you answered for “%(title)s”, and what we found.")
        % {"title": brief["title"]},
        seen_words(own.fit.coverage, brief),
        promises_kept_words(own.promises)
        or _(
            "We tested fewer than %(n)s of the features that you said are available, "
            "too few to give a rate."
        )
        % {"n": FEWEST_TESTED},
        requirement_lines(
            _("What held:"), judged, convincing_sentences(brief), most=len(judged)
        ),
        requirement_lines(_("What did not:"), judged, SHORT, most=len(judged)),
        f"{brief['owner']}\n{brief['buyer']}",
    ]
    return "\n\n".join(part for part in parts if part)


FORMS: dict[str, Callable[[Document], bytes]] = {"json": as_bytes, "ocds": as_ocds}


def may_export(user: User, evaluation: Evaluation) -> bool:
    return is_owner(user, evaluation) or is_leadership(user, evaluation)


@transaction.atomic
def export_whole(*, evaluation: Evaluation, form: str = "json") -> bytes:
    """All of it, sealed or not; for whoever operates the server.

    `form` is json or ocds. The row is locked meanwhile, so that no half of a change
    gets in.

    Raises:
        Refused: a file that was handed in is missing, or all are too much.
    """
    return FORMS[form](document_of(lock(evaluation)))


def check_export(evaluation: Evaluation, by: User) -> None:
    if not may_export(by, evaluation):
        raise Forbidden("Only the owner and leadership can export an evaluation.")
    check_read_answers(evaluation, by)


@transaction.atomic
def export_as_seen(*, evaluation: Evaluation, by: User, form: str = "json") -> bytes:
    """What `by` may see of it, as a file that names what is left out.

    Raises:
        Forbidden: neither the owner nor leadership, or a conflict of interest. Refused:
        `by` has not declared their conflicts of interest.
    """
    evaluation = lock(evaluation)
    check_export(evaluation, by)
    document = document_of(evaluation, by)
    content = FORMS[form](document)
    after = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": form,
        "complete": document["complete"],
    }
    journal.record(evaluation, "evaluation.exported", evaluation, by, after=after)
    return content


logger = structlog.get_logger(__name__)
# More whole files at once than faults leave: rather the database is of another day.
MOST_BY_ITSELF = 100


def remove_old_leftovers() -> None:
    """Remove leftovers that are over a day old; what a chore may do by itself. Where
    whole files are so many that an older database was restored beside newer files, they
    stay, and the log says so: a person decides (`verify_files --remove`)."""
    old = [file for file in selectors.leftovers() if file.age > selectors.GRACE]
    whole = [file for file in old if not file.is_half]
    if len(whole) > MOST_BY_ITSELF:
        logger.warning("leftovers_kept", files=len(whole))
        old = [file for file in old if file.is_half]
    remove_leftovers(old)


def remove_leftovers(found: list[selectors.Leftover]) -> None:
    for file in found:
        default_storage.delete(file.stored_as)
        logger.info("leftover_removed", file=file.stored_as, half=file.is_half)


def draft_letters(*, decision: Decision) -> list[Letter]:
    """A draft to each invited vendor, in the transaction of the decision. It takes no
    actor: deciding is the act, and its journal entry speaks for it."""
    language = decision.evaluation.vendor_language
    invited = Candidate.objects.filter(
        evaluation=decision.evaluation_id, invited_at__isnull=False
    )
    return Letter.objects.bulk_create(
        Letter(
            candidate=row, language=language, text=draft_text(decision, row, language)
        )
        for row in invited
    )


def draft_text(decision: Decision, candidate: Candidate, language: str) -> str:
    *column, _refs = column_of(decision, candidate)
    with speaking(language):
        return draft_letter(*column, chosen=candidate.pk == decision.candidate_id)


def column_of(decision: Decision, candidate: Candidate) -> tuple[Any, ...]:
    """What of the frozen ledger its vendor may be told, as `promise_record_text` takes
    it."""
    inputs, key = decision.memo["inputs"], str(candidate.pk)
    answers = vendors_answers().filter(candidate=candidate)
    refs = set(answers.values_list("requirement__ref", flat=True))
    result, own = decision.memo["results"][key], count_own(inputs, key, refs)
    return inputs["brief"], inputs["requirements"], result, own, refs


def text_in(letter: Letter, language: str) -> str:
    """The draft in that language; words that somebody changed stay."""
    decision = Decision.objects.get(evaluation=letter.candidate.evaluation_id)
    if letter.text != draft_text(decision, letter.candidate, letter.language):
        return letter.text
    return draft_text(decision, letter.candidate, language)


@transaction.atomic
def write_letter(*, letter: Letter, text: str, by: By, language: str = "") -> Letter:
    """Word a draft anew, or have what nobody changed drafted in another language.

    Raises:
        Forbidden: not the owner. Refused: it was sent. Invalid: empty, too long, or it
        names another candidate.
    """
    letter, evaluation = open_letter(letter, by)
    check_write_letter(letter, by)
    text, former = text.replace("\r\n", "\n").strip(), letter.text
    language = language or letter.language
    if text == former:
        text = text_in(letter, language)
    require_sendable(letter, text)
    _before, after = change(letter, text=text, language=language)
    if after:
        journal.record(
            evaluation=evaluation,
            action="letter.written",
            subject=letter,
            by=by,
            before={"sha256": digest_of(former)},
            after={"candidate": letter.candidate, "sha256": digest_of(text)},
        )
    return letter


@transaction.atomic
def send_letter(
    *, letter: Letter, contacts: Collection[Contact], by: By, language: str = ""
) -> Letter:
    """Owe a letter to contacts of its vendor; from then on its words stand, in that
    language if it is the first time.

    A mail that may have arrived is not repeated without a person's word. Somebody who
    was not told at first can be told later; nobody is told twice.

    Raises:
        Forbidden: not the owner. Refused: not decided, not gone over where the draft
        asks for it, or somebody has had it. Invalid: nobody, a stranger to the vendor,
        or it names another candidate.
    """
    letter, evaluation = open_letter(letter, by)
    vendor, keys = letter.candidate.vendor, [contact.pk for contact in contacts]
    current = Contact.objects.current().filter(vendor=vendor, pk__in=keys)
    recipients = list(current)
    if not recipients or len(recipients) != len(contacts):
        raise Invalid(f"Choose contacts of {vendor}.", field="contacts")
    if language and letter.released_at is None:
        change(letter, text=text_in(letter, language), language=language)
    require_sendable(letter, letter.text)
    if REASON_ASKED in letter.text:
        raise Refused(f"Review it first; it still says “{REASON_ASKED}”.")
    had = set(selectors.letter_notices([letter]).values_list("address", flat=True))
    if again := [contact.name for contact in recipients if contact.email in had]:
        raise Refused(f"{', '.join(again)} had this letter already.")
    if letter.released_at is None:
        change(letter, released_at=timezone.now(), released_by=evaluation.owner)
    kind = DocumentKind.LETTER
    if not letter.candidate.documents.filter(kind=kind).exists():
        publish_document(
            candidate=letter.candidate,
            kind=kind,
            text=letter.text,
            language=letter.language,
            by=by,
        )
    for contact in recipients:
        mail_link(letter.candidate, contact, selectors.LETTER, letter, 1)
    after = {
        "candidate": letter.candidate,
        "told": [contact.email for contact in recipients],
        "sha256": digest_of(letter.text),
    }
    journal.record(evaluation, "letter.sent", letter, by, after=after)
    return letter


def open_letter(letter: Letter, by: By) -> tuple[Letter, Evaluation]:
    evaluation = lock(letter.candidate.evaluation)
    letter = Letter.objects.select_related("candidate__vendor").get(pk=letter.pk)
    letter.candidate.evaluation = evaluation
    check_letter(letter, by)
    return letter, evaluation


def check_letter(letter: Letter, by: By) -> None:
    evaluation = letter.candidate.evaluation
    require_owner(by, evaluation)
    if evaluation.status != Status.DECIDED:
        raise Refused("Letters are written once the evaluation is decided.")


def check_write_letter(letter: Letter, by: By) -> None:
    check_letter(letter, by)
    if letter.released_at is not None:
        raise Refused("This letter was sent and can no longer change.")


def require_sendable(letter: Letter, text: str) -> None:
    sentence = ""
    if not text:
        sentence = "Write the letter first."
    elif len(text) > TEXT_LIMIT:
        sentence = f"A letter has at most {TEXT_LIMIT:,} characters."
    elif named := selectors.rivals_named(letter.candidate, text):
        sentence = f"It names {named[0]}, and no vendor may learn who else was invited."
    if sentence:
        raise Invalid(sentence, field="text")


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
    for file in selectors.kept_files(evaluation.slug):
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
        for one in ClaimFile.objects.filter(**of_claim).select_related(*related):
            about = (one.claim.candidate.name, one.claim.requirement.ref)
            add(one.sha256, one.name, one.stored_as, *about)
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
