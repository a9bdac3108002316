"""Reads of floor 3, for people by scope and for a vendor by its token."""

from vendors.selectors.candidates import (
    active_candidates,
    asked_requirements,
    invitations,
    ruled_out,
    shortlisted,
    with_counts,
)
from vendors.selectors.claims import (
    claim_history,
    claims_by_cell,
    claims_to_reconfirm,
    current_claims,
    last_submission,
    open_proposals,
    open_questions,
    own_claims,
    own_claims_to_confirm,
    own_files,
    own_history,
    own_proposals,
    questions_for,
    unanswered_musts,
)
from vendors.selectors.costs import (
    candidate_cost,
    cost_coverage,
    cost_input,
    cost_inputs,
    total_of,
)
from vendors.selectors.letters import invitation_letters
from vendors.selectors.tokens import (
    SECRET,
    find_token,
    live_tokens,
)

__all__ = [
    "SECRET",
    "active_candidates",
    "asked_requirements",
    "candidate_cost",
    "claim_history",
    "claims_by_cell",
    "claims_to_reconfirm",
    "cost_coverage",
    "cost_input",
    "cost_inputs",
    "current_claims",
    "find_token",
    "invitation_letters",
    "invitations",
    "last_submission",
    "live_tokens",
    "open_proposals",
    "open_questions",
    "own_claims",
    "own_claims_to_confirm",
    "own_files",
    "own_history",
    "own_proposals",
    "questions_for",
    "ruled_out",
    "shortlisted",
    "total_of",
    "unanswered_musts",
    "with_counts",
]
