"""Letters that tell vendors of the decision."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaltracker.decision.memo.record import (
    CandidateResult,
    FrozenRequirement,
    Inputs,
    OwnedBrief,
)
from evaltracker.decision.memo.results import Counted, count_candidate
from evaltracker.decision.models import Decision, Letter
from evaltracker.decision.selectors import letters
from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    Evaluation,
)
from evaltracker.evaluations.policy import change, lock, require_owner
from evaltracker.evaluations.words import say
from evaltracker.toolbox.languages import speaking
from evaltracker.toolbox.text import TEXT_LIMIT
from stakeholders.models import digest_of
from trials.scoring import FEWEST_TESTED, Coverage, SourceRecord
from vendors.choices import DocumentKind
from vendors.models import Candidate, Contact
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
    escaped = {key: name.replace("%", "%%") for key, name in named}
    return {standing: say(escaped, str(text)) for standing, text in CONVINCED.items()}


def draft_letter(
    brief: OwnedBrief,
    requirements: list[FrozenRequirement],
    result: CandidateResult,
    counted: Counted,
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
        seen_words(counted.fit.coverage, brief),
        promises_kept_words(counted.promises),
        _("If you would like to talk about it, please reply to this mail."),
        f"{brief['owner']}\n{brief['buyer']}",
    ]
    return "\n\n".join(part for part in parts if part)


def requirement_lines(
    lead: str,
    standings: Iterable[tuple[FrozenRequirement, str]],
    sentences: Mapping[str, Any],
    most: int = MOST,
) -> str:
    lines = [
        sentences[standing] % {"need": f"– {row['ref']} {row['text']}"}
        for row, standing in standings
        if standing in sentences
    ]
    if not lines:
        return ""
    more = len(lines) - most
    rest = ngettext("– and %(n)s more.", "– and %(n)s more.", more)
    shown = [lead, *lines[:most]]
    if more > 0:
        shown.append(rest % {"n": more})
    return "\n".join(shown)


def count_own(inputs: Inputs, candidate: str, refs: Collection[str]) -> Counted:
    """What the formulas say of a candidate by its vendor's own answers alone; `refs`
    are what it answered. What we noted ourselves shows in no number."""
    item = next(row for row in inputs["candidates"] if row["id"] == candidate)
    cells = {ref: cell for ref, cell in item["cells"].items() if ref in refs}
    requirements = [row for row in inputs["requirements"] if row["ref"] in refs]
    return count_candidate(
        {**item, "cells": cells}, {**inputs, "requirements": requirements}
    )


def seen_words(coverage: Coverage, brief: OwnedBrief) -> str:
    if not (coverage.shown or coverage.tested):
        return ""
    counted = _(
        "Of the requirements that carry weight you answered %(answered)s in full. "
        "Shown in a demo: %(shown)s of %(answered)s. "
        "Tested in a trial: %(tested)s of %(answered)s."
    )
    names = ("answered", "shown", "tested")
    numbers = {name: getattr(coverage, name) for name in names}
    return say(brief.get("words", {}), counted % numbers)


def promises_kept_words(record: SourceRecord) -> str:
    if record.hidden:
        return ""
    kept = _(
        "Of the %(tested)s features that you said are available and that we tested, "
        "%(held)s worked, %(partly)s worked in part and %(failed)s did not."
    )
    if record.overall.short:
        kept = _(
            "Of the %(tested)s features that you said are available and that we "
            "tested, %(held)s worked, %(short)s worked short of your own number, "
            "%(partly)s worked in part and %(failed)s did not."
        )
    names = ("tested", "held", "short", "partly", "failed")
    return kept % {name: getattr(record.overall, name) for name in names}


# A vendor's promise record as it may read it: its own answers, and what was found.
#
# It reads one candidate's column of the frozen ledger, and of that only what its vendor
# answered itself.


def promise_record_text(
    brief: OwnedBrief,
    requirements: list[FrozenRequirement],
    result: CandidateResult,
    counted: Counted,
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
        seen_words(counted.fit.coverage, brief),
        promises_kept_words(counted.promises)
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
    inputs = decision.memo["inputs"]
    key = str(candidate.pk)
    answers = vendors_answers().filter(candidate=candidate)
    refs = set(answers.values_list("requirement__ref", flat=True))
    result = decision.memo["results"][key]
    counted = count_own(inputs, key, refs)
    return inputs["brief"], inputs["requirements"], result, counted, refs


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
    text = text.replace("\r\n", "\n").strip()
    former = letter.text
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
    vendor = letter.candidate.vendor
    keys = [contact.pk for contact in contacts]
    current = Contact.objects.current().filter(vendor=vendor, pk__in=keys)
    recipients = list(current)
    if not recipients or len(recipients) != len(contacts):
        raise Invalid(f"Choose contacts of {vendor}.", field="contacts")
    if language and letter.released_at is None:
        change(letter, text=text_in(letter, language), language=language)
    require_sendable(letter, letter.text)
    if REASON_ASKED in letter.text:
        raise Refused(f"Review it first; it still says “{REASON_ASKED}”.")
    had = set(letters.letter_notices([letter]).values_list("address", flat=True))
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
        mail_link(letter.candidate, contact, letters.LETTER, letter, 1)
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
    elif named := letters.rivals_named(letter.candidate, text):
        sentence = f"It names {named[0]}, and no vendor may learn who else was invited."
    if sentence:
        raise Invalid(sentence, field="text")
