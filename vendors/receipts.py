"""The canonical form of an answer, so that anybody can recompute its SHA-256."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vendors.models import Claim


def claim_document(claim: Claim) -> dict[str, Any]:
    """A claim as its vendor wrote it, in the words of the API."""
    date = claim.available_from
    return {
        "requirement": claim.requirement.ref,
        "availability": claim.availability,
        "available_from": date.isoformat() if date else None,
        "environments": claim.environments,
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "revision": claim.revision,
    }


def digest_of(claims: Iterable[Claim]) -> str:
    """SHA-256 over the claims, sorted by requirement, as compact UTF-8 JSON."""
    documents = sorted(map(claim_document, claims), key=lambda one: one["requirement"])
    text = json.dumps(
        documents, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
