"""The canonical form of an answer, so that anybody can recompute its SHA-256."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from vendors.models import Claim


def digest_of(claims: Iterable[Claim]) -> str:
    """SHA-256 over the claims, sorted by requirement, as compact UTF-8 JSON."""
    return _digest(_document(claim, claim.own_revision) for claim in claims)


def is_receipt_of(sha256: str, claims: Iterable[Claim]) -> bool:
    """Whether a receipt of that digest is of these claims as they stand.

    Receipts from before vendors had a numbering of their own were given over the
    buyer's, and go on counting.
    """
    rows = list(claims)
    by_buyers_numbers = _digest(_document(claim, claim.revision) for claim in rows)
    return sha256 in (digest_of(rows), by_buyers_numbers)


def _document(claim: Claim, revision: int) -> dict[str, Any]:
    """A claim as its vendor wrote it, in the words of the API."""
    date = claim.available_from
    return {
        "requirement": claim.requirement.ref,
        "availability": claim.availability,
        "available_from": date.isoformat() if date else None,
        "environments": claim.environments,
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "revision": revision,
    }


def _digest(documents: Iterable[dict[str, Any]]) -> str:
    in_order = sorted(documents, key=lambda row: row["requirement"])
    text = json.dumps(
        in_order, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
