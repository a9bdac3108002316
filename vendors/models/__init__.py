"""Who offers, what they say, and what it costs."""

from vendors.models.access import (
    IdempotencyRecord,
    InvitationLink,
    MailedSheet,
    RefusedCall,
    SignInCode,
    VendorSession,
    VendorToken,
)
from vendors.models.candidates import (
    Candidate,
    Conflict,
    Contact,
    Ruling,
    StatusWord,
    Vendor,
    VendorRecord,
    VendorScopedQuerySet,
)
from vendors.models.claims import (
    AnswerDraft,
    Claim,
    ClaimFile,
    DraftFile,
    Effort,
    LastSeen,
    Submission,
    SupportStatement,
)
from vendors.models.costs import (
    CostLine,
    ExchangeRate,
    PriceItem,
    PriceOpening,
    Quote,
    QuoteRead,
    QuoteReader,
)
from vendors.models.dialogue import (
    AboutRevision,
    Asking,
    ContactRequest,
    DocumentReply,
    Proposal,
    PublishedDocument,
    Question,
    VendorEvent,
)
