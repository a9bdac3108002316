"""The canonical form of an answer, so that anybody can recompute its SHA-256."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from vendors.models import Claim

# The version of the form; the second had no `number`, and the first neither a version
# nor `holds_for`.
FORM = 3


def digest_of(claims: Iterable[Claim]) -> str:
    """SHA-256 over the claims, sorted by requirement, as compact UTF-8 JSON."""
    rows = [_with_values(claim) | {"number": claim.number or None} for claim in claims]
    return _digest({"form": FORM, "claims": _in_order(rows)})


def is_receipt_of(sha256: str, claims: Iterable[Claim]) -> bool:
    """Whether a receipt of that digest is of these claims as they stand.

    Receipts of the former forms go on counting, also those from before vendors had a
    numbering of their own, which were given over the buyer's.
    """
    rows = list(claims)
    second_form = {"form": 2, "claims": _in_order(map(_with_values, rows))}
    first_form = (
        [_document(claim, claim.own_revision) for claim in rows],
        [_document(claim, claim.revision) for claim in rows],
    )
    former = (second_form, *map(_in_order, first_form))
    return sha256 in (digest_of(rows), *map(_digest, former))


def _with_values(claim: Claim) -> dict[str, Any]:
    """A claim with the values that it holds for, as the second form has it."""
    held = claim.holds_for and claim.holds_for["said"]
    return {**_document(claim, claim.own_revision), "holds_for": held}


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


def _in_order(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(documents, key=lambda row: row["requirement"])


def _digest(document: object) -> str:
    text = json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
