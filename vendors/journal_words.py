"""What the journal says of candidates, their answers, prices and vendors' logins."""

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Q

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.workspace import EVERYTHING, JOURNAL, JournalPart, Phrases
from stakeholders.policy import is_leadership
from vendors.costs import IT
from vendors.models import Conflict, Proposal, Question
from vendors.policy import may_read_answers, may_read_contacts, may_see_prices

OF_CANDIDATES: dict[str, Phrases] = {
    "candidate.added": ("added a candidate", "added the candidate {subject}"),
    "candidate.changed": ("changed a candidate", "changed {fields} of {subject}"),
    "candidate.shortlisted": ("shortlisted a candidate", "shortlisted {subject}"),
    "candidate.eliminated": ("eliminated a candidate", "eliminated {subject}"),
    "candidate.reinstated": ("took a candidate back in", "took {subject} back in"),
    "candidate.invited": (
        "invited a candidate to answer",
        "invited {subject} to answer",
    ),
    "candidate.chased": (
        "asked a candidate for missing answers",
        "asked {candidate} for missing answers",
    ),
    "candidates.imported": "imported candidates from a spreadsheet",
    "candidates.put_back": "put candidates back as they were before an import",
    "invitation.sent_again": (
        "sent an invitation again",
        "sent the invitation to {subject} again",
    ),
    "invitation.seen": ("read the invitation", "read the invitation of {candidate}"),
    "vendor.changed": ("changed a vendor", "changed {fields} of the vendor {subject}"),
    "contact.added": ("added a contact of a vendor", "added the contact {subject}"),
    "contact.changed": (
        "changed a contact of a vendor",
        "changed the contact {subject}",
    ),
    "contact.removed": (
        "removed a contact of a vendor",
        "removed the contact {subject}",
    ),
    "contact.disowned": "said that a contact is not one of them",
    "contact_request.made": (
        "asked to let a colleague in",
        "asked to let {name} in for {candidate}",
    ),
    "contact_request.accepted": (
        "let a vendor's colleague in",
        "let {name} in for {candidate}",
    ),
    "contact_request.declined": (
        "declined to let a vendor's colleague in",
        "declined to let {name} in for {candidate}",
    ),
    "shared_address.allowed": (
        "allowed an address that stands for two candidates",
        "allowed {shared} to stand for {candidate} and for {rival}",
    ),
    "token.issued": ("gave a vendor a token", "gave {vendor} a token"),
    "token.ends": ("set when a token ends", "set when a token of {vendor} ends"),
    "vendor_session.begun": (
        "signed in with a code",
        "signed in to answer for {candidate}",
    ),
    "link.turned": (
        "gave a vendor's contact a new link",
        "gave {contact} of {candidate} a new link: {why}",
    ),
    "vendor_session.ended": (
        "ended a vendor's session",
        "ended the session of {contact}",
    ),
    "token.revoked": ("revoked a token", "revoked a token of {vendor}"),
    "interest.declared": (
        "declared a conflict of interest",
        "declared a conflict of interest in {candidate}",
    ),
    "interest.none_declared": (
        "declared that there is no conflict of interest",
        "declared no conflict of interest in {candidates}",
    ),
    "interest.cleared": "cleared a conflict of interest",
}

OF_ANSWERS: dict[str, Phrases] = {
    "draft.started_over": "started over on a colleague's draft",
    "mailed_sheet.uploaded": (
        "uploaded an answer sheet that came by mail",
        "uploaded an answer sheet of {candidate} that came by mail",
    ),
    "mailed_sheet.entered": (
        "entered an answer sheet that came by mail",
        "entered an answer sheet of {candidate}, receipt {receipt}",
    ),
    "mailed_sheet.confirmed": (
        "confirmed the answers that were entered from its mail",
        "confirmed the answers of {candidate} that were entered from its mail",
    ),
    "claim.submitted": ("gave an answer", "answered {requirement} for {candidate}"),
    "claim.noted": (
        "noted an answer for a candidate",
        "noted an answer of {candidate} to {requirement}",
    ),
    "claim.withdrawn": (
        "withdrew an answer",
        "withdrew the answer of {candidate} to {requirement}",
    ),
    "claim.file_attached": (
        "attached a file to an answer",
        "attached {name} to the answer of {candidate} to {requirement}",
    ),
    "claims.submitted": ("gave answers", "gave answers of {candidate}"),
    "claims.imported": "imported answers from a spreadsheet",
    "claims.put_back": "put answers back as they were before an import",
    "claims.opened": "opened the time for answers",
    "claims.closed": "closed the time for answers",
    "claims.reopened": "opened the time for answers again",
    "claims.close_moved": (
        "moved the end of the time for answers",
        "moved the end of the time for answers to {claims_close_at}",
    ),
    "claims.words_explained": "said what the words of an answer sheet mean",
    "answer.handed_in": ("handed in an answer", "handed in the answer of {candidate}"),
    "promise.slipped": (
        "noted that a promised date has passed",
        "noted that {candidate} promised {requirement} for a day that has passed",
    ),
    "requirement.ruled_out": (
        "ruled that a requirement does not apply",
        "ruled that {requirement} does not apply to {candidate}",
    ),
    "requirement.ruled_in": (
        "ruled that a requirement applies after all",
        "ruled that {requirement} applies to {candidate} after all",
    ),
    "document.published": (
        "published a document to a vendor",
        "published the {document} to the vendor of {candidate}",
    ),
    "question.asked": ("asked a question", "asked: “{text}”"),
    "question.answered": ("answered a question", "answered the question {subject}"),
    "proposal.made": ("suggested a requirement", "suggested the requirement “{text}”"),
    "proposal.accepted": (
        "accepted a suggested requirement",
        "accepted the suggested requirement {subject}",
    ),
    "proposal.declined": (
        "declined a suggested requirement",
        "declined the suggested requirement {subject}",
    ),
}

OF_PRICES: dict[str, Phrases] = {
    "cost.set": ("set a cost", "set a cost of {candidate}: {kind}"),
    "cost.removed": ("removed a cost", "removed a cost of {candidate}: {kind}"),
    "costs.imported": "imported costs from a spreadsheet",
    "costs.written": ("wrote prices", "wrote {lines} prices into the grid"),
    "costs.put_back": "put costs back as they were",
    "price_items.written": "wrote the kinds of cost down",
    "price_items.taken": "took kinds of cost from a template",
    "price_item.added": ("added a kind of cost", "added the kind of cost {subject}"),
    "price_item.changed": (
        "changed a kind of cost",
        "changed the kind of cost {subject}",
    ),
    "price_item.moved": ("moved a kind of cost", "moved the kind of cost {subject}"),
    "price_item.removed": (
        "removed a kind of cost",
        "removed the kind of cost {subject}",
    ),
    "payments.set": (
        "set who pays a candidate when",
        "set the payment plan of {subject}",
    ),
    "quote.handed_in": (
        "handed in prices",
        "handed in the prices of {candidate}, valid until {valid_until}",
    ),
    "quote.read": (
        "read its own prices",
        "read version {revision} of the prices of {candidate}",
    ),
    "quote.reader_named": "let a colleague read its prices",
    "quote.withdrawn": ("withdrew its prices", "withdrew the prices of {candidate}"),
    "quote.taken_out": (
        "took withdrawn prices out of the costs",
        "took the prices that {candidate} withdrew out of the costs",
    ),
    "quote.entered": (
        "entered the prices of a quote among the costs",
        "entered the prices that {candidate} quoted among the costs",
    ),
    "quotes.reader_set": "set whether quotes are sealed from the procurement lead",
    "prices.asked": "asked a second person to open the prices",
    "prices.ask_withdrawn": "withdrew the request to open the prices",
    "prices.opened": ("opened the prices", "opened the prices, asked by {asked_by}"),
    "rate.set": ("set an exchange rate", "set the exchange rate of {subject}"),
    "rate.removed": (
        "removed an exchange rate",
        "removed the exchange rate of {subject}",
    ),
}


def _texts(model: Any) -> Any:
    def names(ids: Collection[str]) -> dict[str, str]:
        rows = model.objects.filter(pk__in=ids).values_list("pk", "text")
        return {str(pk): f"“{text}”" for pk, text in rows}

    return names


def opened_interests(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """The owner reads all declarations, Leadership the owner's, everybody their own."""
    if is_owner(user, evaluation):
        return set(ids)
    theirs = Q(person=user)
    if is_leadership(user, evaluation):
        theirs |= Q(person=evaluation.owner_id)
    own = Conflict.objects.filter(theirs, pk__in=ids)
    return {str(pk) for pk in own.values_list("pk", flat=True)}


def all_if(may: Callable[[User, Evaluation], bool]) -> Any:
    return lambda user, evaluation, ids: set(ids) if may(user, evaluation) else set()


JOURNAL.register(
    "vendors",
    JournalPart(
        words={**OF_CANDIDATES, **OF_ANSWERS, **OF_PRICES},
        codes={"kind": {kind.key: kind.name for kind in IT}},
        names={"question": _texts(Question), "proposal": _texts(Proposal)},
        seals={
            # The journal tells claims, prices and scores: closed to whom those are.
            EVERYTHING: all_if(may_read_answers),
            "costline": all_if(may_see_prices),
            "conflict": opened_interests,
            "contact": all_if(may_read_contacts),
        },
    ),
)
