"""Bids and the award of a release."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltracker.evaluations.portable.registry import Document

BID_STATUS = {
    "longlisted": "invited",
    "shortlisted": "valid",
    "chosen": "valid",
    "eliminated": "disqualified",
}


def bids(document: Document) -> list[dict[str, Any]]:
    """Each company's candidate with what it says now of each requirement."""
    companies = {one["slug"]: one["name"] for one in document["vendors"]}
    refs = {one["id"]: one["ref"] for one in document["requirements"]}
    sent: dict[str, str] = {}
    for one in document["submissions"]:
        sent[one["candidate"]] = max(
            sent.get(one["candidate"], ""), one["submitted_at"]
        )
    return [
        {
            "id": one["id"],
            "status": BID_STATUS[one["state"]],
            **({"date": sent[one["id"]]} if one["id"] in sent else {}),
            "tenderers": [{"id": one["vendor"], "name": companies[one["vendor"]]}],
            "requirementResponses": [
                {
                    "id": claim["id"],
                    "value": claim["availability"],
                    "description": claim["statement"],
                    "requirement": {
                        "id": claim["requirement"],
                        "title": refs[claim["requirement"]],
                    },
                    "relatedTenderer": {
                        "id": one["vendor"],
                        "name": companies[one["vendor"]],
                    },
                }
                for claim in document["claims"]
                if claim["candidate"] == one["id"] and claim["superseded_at"] is None
            ],
        }
        for one in document["candidates"]
        if one["vendor"]
    ]


def awards(document: Document, ocid: str) -> list[dict[str, Any]]:
    """The decision, once it is made, with the likely cost over the horizon."""
    decided = [one for one in document["decision"] if one["decided_at"]]
    if not decided:
        return []
    decision = decided[0]
    options = {one["id"]: one for one in document["candidates"]}
    chosen = options[decision["candidate"]]
    companies = {one["slug"]: one["name"] for one in document["vendors"]}
    cost = decision["memo"]["results"][chosen["id"]].get("cost") or {}
    award: dict[str, Any] = {
        "id": f"{ocid}-award",
        "title": chosen["name"],
        "description": decision["rationale"],
        "status": "active",
        "date": decision["decided_at"],
        "suppliers": [
            {"id": slug, "name": companies[slug]} for slug in [chosen["vendor"]] if slug
        ],
    }
    if cost.get("likely") is not None:
        award["value"] = value(cost["likely"], document["evaluation"]["currency"])
    return [award]


def value(amount: str, currency: str) -> dict[str, Any]:
    """A Value; the standard wants a JSON number."""
    number = Decimal(amount)
    whole = number == number.to_integral_value()
    return {"amount": int(number) if whole else float(number), "currency": currency}
