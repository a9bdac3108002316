"""Bids and the award of a release."""

from decimal import Decimal
from typing import Any

from evaltracker.measures import CellNumbers
from evaltracker.ocds.numbers import numbers_of, spot_of
from evaltracker.portable.registry import Document
from vendors.holds_for_text import write_holds_for

BID_STATUS = {
    "longlisted": "invited",
    "shortlisted": "valid",
    "chosen": "valid",
    "eliminated": "disqualified",
}


def bids(document: Document) -> list[dict[str, Any]]:
    """Each company's candidate with what it says now of each requirement."""
    companies = {vendor["slug"]: vendor["name"] for vendor in document["vendors"]}
    refs = {
        requirement["id"]: requirement["ref"]
        for requirement in document["requirements"]
    }
    numbers, sent = numbers_of(document), last_sent(document)
    return [
        {
            "id": candidate["id"],
            "status": BID_STATUS[candidate["state"]],
            **({"date": sent[candidate["id"]]} if candidate["id"] in sent else {}),
            "tenderers": [
                {"id": candidate["vendor"], "name": companies[candidate["vendor"]]}
            ],
            "requirementResponses": [
                {
                    "id": claim["id"],
                    "value": claim["availability"],
                    "description": described(claim, numbers.get(spot_of(claim))),
                    "requirement": {
                        "id": claim["requirement"],
                        "title": refs[claim["requirement"]],
                    },
                    "relatedTenderer": {
                        "id": candidate["vendor"],
                        "name": companies[candidate["vendor"]],
                    },
                }
                for claim in document["claims"]
                if claim["candidate"] == candidate["id"]
                and claim["superseded_at"] is None
            ],
        }
        for candidate in document["candidates"]
        if candidate["vendor"]
    ]


def last_sent(document: Document) -> dict[str, str]:
    """When each candidate handed in for the last time."""
    sent: dict[str, str] = {}
    for submission in document["submissions"]:
        sent[submission["candidate"]] = max(
            sent.get(submission["candidate"], ""), submission["submitted_at"]
        )
    return sent


def described(claim: dict[str, Any], numbers: CellNumbers | None = None) -> str:
    """The statement, for which values of lists it holds, and its numbers."""
    held = write_holds_for(claim["holds_for"] and claim["holds_for"]["said"])
    lines = [f"Holds for: {held}"] if held else []
    lines += [f"{numbers.words}."] if numbers else []
    return "\n".join([claim["statement"], *lines])


def awards(document: Document, ocid: str) -> list[dict[str, Any]]:
    """The decision, once it is made, with the likely cost over the horizon."""
    decided = [row for row in document["decision"] if row["decided_at"]]
    if not decided:
        return []
    decision = decided[0]
    options = {candidate["id"]: candidate for candidate in document["candidates"]}
    chosen = options[decision["candidate"]]
    companies = {vendor["slug"]: vendor["name"] for vendor in document["vendors"]}
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
