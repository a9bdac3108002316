"""Reads of vendors, for people by scope and for a vendor by its token."""

from vendors.selectors.access import SECRET, find_tokens, live_tokens, recognise
from vendors.selectors.candidates import (
    active_candidates,
    asked_requirements,
    invitation_letters,
    invitations,
)
from vendors.selectors.claims import (
    claim_history,
    claims_to_reconfirm,
    current_claims,
    last_submission,
    own_claim,
    own_claims,
    own_claims_to_confirm,
    own_files,
    own_history,
    vendors_answers,
    with_counts,
)
from vendors.selectors.costs import (
    candidate_cost,
    cost_coverage,
    cost_input,
    envelope_of,
    rates_of,
    terms_of,
    tiers_of,
    total_of,
    worth_of,
)
from vendors.selectors.dialogue import (
    open_proposals,
    open_questions,
    own_proposals,
    questions_for,
)

__all__ = [
    "SECRET",
    "active_candidates",
    "asked_requirements",
    "candidate_cost",
    "claim_history",
    "claims_to_reconfirm",
    "cost_coverage",
    "cost_input",
    "current_claims",
    "envelope_of",
    "find_tokens",
    "invitation_letters",
    "invitations",
    "last_submission",
    "live_tokens",
    "open_proposals",
    "open_questions",
    "own_claim",
    "own_claims",
    "own_claims_to_confirm",
    "own_files",
    "own_history",
    "own_proposals",
    "questions_for",
    "rates_of",
    "recognise",
    "terms_of",
    "tiers_of",
    "total_of",
    "vendors_answers",
    "with_counts",
    "worth_of",
]
