"""A release package made of the document that an export is."""

import json
from typing import Any

from evaltracker.evaluations.choices import Priority, Stage, Status
from evaltracker.ocds.awarding import awards, bids, value
from evaltracker.portable.registry import Document

# Nobody's: whoever publishes puts the prefix that is registered for them.
PREFIX = "ocds-000000"
BUYER = "buyer"
EXTENSIONS = [
    "https://raw.githubusercontent.com/open-contracting-extensions/"
    f"{name}/master/extension.json"
    for name in ("ocds_requirements_extension", "ocds_bid_extension")
]
TENDER_STATUS = {
    Status.OPEN: "active",
    Status.DECIDED: "complete",
    Status.CANCELLED: "cancelled",
}
NOT_ALL = (
    "Made by somebody from whom these parts of the evaluation were sealed at that "
    "moment, so nothing here rests on them."
)
MILESTONE_STATUS = {"open": "scheduled", "met": "met", "missed": "notMet"}


def as_ocds(document: Document) -> bytes:
    """The release package, as bytes that the same document gives again."""
    told = json.dumps(without_empty(package(document)), ensure_ascii=False, indent=1)
    return f"{told}\n".encode()


def without_empty(told: Any) -> Any:
    """The same without what holds nothing: the standard wants no empty list or text."""
    if isinstance(told, dict):
        kept = {key: without_empty(value) for key, value in told.items()}
        return {key: value for key, value in kept.items() if not is_empty(value)}
    if isinstance(told, list):
        return [it for it in map(without_empty, told) if not is_empty(it)]
    return told


def is_empty(value: Any) -> bool:
    """Whether it says nothing; 0 and False say something."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def package(document: Document) -> dict[str, Any]:
    """One release, of how it stands now."""
    evaluation = document["evaluation"]
    return {
        "uri": f"urn:uuid:{evaluation['id']}",
        "version": "1.1",
        "extensions": EXTENSIONS,
        "publishedDate": last_change(document),
        "publisher": {"name": evaluation["buyer"]},
        **left_out(document),
        "releases": [release(document)],
    }


def left_out(document: Document) -> dict[str, Any]:
    """What was sealed from whoever made it, in a field beside those of the standard."""
    if document["complete"]:
        return {}
    parts = [name.replace("_", " ") for name in document["left_out"]]
    return {"leftOut": {"note": NOT_ALL, "parts": parts}}


def release(document: Document) -> dict[str, Any]:
    """Planning, tender, bids and, once decided, the award."""
    evaluation = document["evaluation"]
    ocid = f"{PREFIX}-{evaluation['id']}"
    awarded = awards(document, ocid)
    tag = ["planning"]
    if evaluation["stage"] != Stage.REQUIREMENTS:
        tag.append("tender")
    return {
        "ocid": ocid,
        "id": f"{ocid}-{len(document['journal'])}",
        "date": last_change(document),
        "language": "en",
        "tag": [*tag, "award"] if awarded else tag,
        "initiationType": "tender",
        "parties": parties(document),
        "buyer": {"id": BUYER, "name": evaluation["buyer"]},
        "planning": planning(evaluation),
        "tender": tender(document, ocid),
        "bids": {"details": bids(document)},
        **({"awards": awarded} if awarded else {}),
    }


def last_change(document: Document) -> str:
    """When the newest entry of the journal was written."""
    at: str = document["journal"][-1]["at"]
    return at


def parties(document: Document) -> list[dict[str, Any]]:
    """The buyer, and every company behind a candidate."""
    buyer = {
        "id": BUYER,
        "name": document["evaluation"]["buyer"],
        "roles": ["buyer", "procuringEntity"],
    }
    chosen = {
        candidate["vendor"]
        for candidate in document["candidates"]
        if candidate["state"] == "chosen"
    }
    return [buyer] + [
        {
            "id": vendor["slug"],
            "name": vendor["name"],
            "roles": ["tenderer", *["supplier"] * (vendor["slug"] in chosen)],
            **({"details": {"url": vendor["website"]}} if vendor["website"] else {}),
        }
        for vendor in document["vendors"]
    ]


def planning(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Why it is bought, and for how much at most."""
    budget: dict[str, Any] = {"project": evaluation["title"]}
    if evaluation["budget"] is not None:
        budget["amount"] = value(evaluation["budget"], evaluation["currency"])
    return {"rationale": evaluation["problem"], "budget": budget}


def tender(document: Document, ocid: str) -> dict[str, Any]:
    """What is asked for, by when, and who was invited."""
    evaluation = document["evaluation"]
    companies = {vendor["slug"]: vendor["name"] for vendor in document["vendors"]}
    period = {
        "startDate": evaluation["claims_opened_at"],
        "endDate": evaluation["claims_closed_at"] or evaluation["claims_close_at"],
    }
    found: dict[str, Any] = {
        "id": f"{ocid}-tender",
        "title": evaluation["title"],
        "description": evaluation["context"] or evaluation["problem"],
        "status": status(evaluation),
        "mainProcurementCategory": "services",
        "awardCriteria": "ratedCriteria",
        "hasEnquiries": bool(document["questions"]),
        "numberOfTenderers": len(companies),
        "tenderers": [{"id": slug, "name": name} for slug, name in companies.items()],
        "criteria": criteria(document),
        "milestones": milestones(document),
    }
    if period["startDate"]:
        found["tenderPeriod"] = {key: at for key, at in period.items() if at}
    if evaluation["must_run_by"]:
        found["contractPeriod"] = {
            "startDate": f"{evaluation['must_run_by']}T00:00:00Z"
        }
    return found


def status(evaluation: dict[str, Any]) -> str:
    """A word of the codelist tenderStatus."""
    if evaluation["status"] == Status.OPEN and (
        evaluation["stage"] == Stage.REQUIREMENTS
    ):
        return "planning"
    return TENDER_STATUS[Status(evaluation["status"])]


def criteria(document: Document) -> list[dict[str, Any]]:
    """Categories as criteria; in each a group of requirements per priority."""
    found = []
    for category in document["categories"]:
        groups = []
        for priority in Priority:
            asked = [
                {
                    "id": requirement["id"],
                    "title": requirement["ref"],
                    "description": requirement["text"],
                    "dataType": "string",
                }
                for requirement in document["requirements"]
                if requirement["category"] == category["id"]
                and requirement["priority"] == priority
                and requirement["retired_at"] is None
            ]
            if asked:
                groups.append(
                    {
                        "id": f"{category['id']}-{priority}",
                        "description": priority.label,
                        "requirements": asked,
                    }
                )
        found.append(
            {
                "id": category["id"],
                "title": category["name"],
                "source": "tenderer",
                "relatesTo": "tenderer",
                "requirementGroups": groups,
            }
        )
    return found


def milestones(document: Document) -> list[dict[str, Any]]:
    """Dates of the evaluation itself; those of its trials are between two parties."""
    return [
        {
            "id": milestone["id"],
            "title": milestone["title"],
            "type": "assessment",
            "dueDate": milestone["due_at"],
            "status": MILESTONE_STATUS[milestone["state"]],
            **(
                {"dateMet": milestone["settled_at"]}
                if milestone["state"] == "met"
                else {}
            ),
        }
        for milestone in document["milestones"]
        if milestone["trial"] is None and milestone["state"] in MILESTONE_STATUS
    ]
