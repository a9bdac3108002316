"""Who offers, what they say, and what it costs."""

from vendors.models.answer_drafts import AnswerDraft, DraftFile
from vendors.models.candidates import Candidate, Contact, Ruling, Vendor
from vendors.models.claims import Claim, ClaimFile, LastSeen, Submission
from vendors.models.contact_requests import ContactRequest
from vendors.models.costs import CostLine
from vendors.models.dialogue import Asking, Proposal, Question
from vendors.models.interests import Conflict
from vendors.models.mailed_sheets import MailedSheet
from vendors.models.opening import PriceOpening
from vendors.models.published import PublishedDocument
from vendors.models.quotes import Quote
from vendors.models.rates import ExchangeRate
from vendors.models.sign_in import InvitationLink, SignInCode, VendorSession
from vendors.models.tokens import IdempotencyRecord, RefusedCall, VendorToken
from vendors.models.words import StatusWord

__all__ = [
    "AnswerDraft",
    "Asking",
    "Candidate",
    "Claim",
    "ClaimFile",
    "Conflict",
    "Contact",
    "ContactRequest",
    "CostLine",
    "DraftFile",
    "ExchangeRate",
    "IdempotencyRecord",
    "InvitationLink",
    "LastSeen",
    "MailedSheet",
    "PriceOpening",
    "Proposal",
    "PublishedDocument",
    "Question",
    "Quote",
    "RefusedCall",
    "Ruling",
    "SignInCode",
    "StatusWord",
    "Submission",
    "Vendor",
    "VendorSession",
    "VendorToken",
]
