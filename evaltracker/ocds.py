"""A release package made of the document that an export is."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from evaltracker.enumerations import Priority, Source
from evaltracker.evaluations.choices import PRIORITY_LABELS, Stage, Status
from evaltracker.portable.registry import Document
from evaltracker.toolbox.measures import FAILED, CellNumbers, Measure, Measured, Reading
from trials.selectors.matrix import Spot, TrialVerdict, measured_by
from vendors.claims import named_words
from vendors.effort import effort_in
from vendors.fields import word_of, write_effort, write_holds_for

# The claimed and measured numbers of a document, by candidate and requirement.

type Row = dict[str, Any]


def numbers_of(document: Document) -> dict[Spot, CellNumbers]:
    measured = measured_by(verdicts(document))
    measures = {row["id"]: Measure.from_json(row["measure"]) for row in needs(document)}
    claimed = {
        spot_of(row): Reading.kept(row["number"])
        for row in document["claims"]
        if row["number"] and row["superseded_at"] is None
    }
    return {
        spot: CellNumbers(measures[spot[1]], claimed.get(spot), measured.get(spot, ()))
        for spot in {**claimed, **measured}
        if spot[1] in measures
    }


def needs(document: Document) -> Iterator[Row]:
    yield from (row for row in document["requirements"] if row["retired_at"] is None)


def spot_of(claim: Row) -> Spot:
    return claim["candidate"], claim["requirement"]


def verdicts(document: Document) -> Iterator[TrialVerdict]:
    now = document["journal"][-1]["at"]
    spots = {row["id"]: spot_of(row) for row in document["claims"]}
    shared = {row["id"]: row["named_values"] for row in document["criteria"]}
    measurements = {row["evidence"]: row for row in document["measurements"]}
    awaited = {
        row["evidence"]
        for row in document["gaps"]
        if not (row["reply_at"] or row["closed_at"])
        and (row["reply_until"] or "") > now
    }
    rows = (row for row in document["evidence"] if row["source"] == Source.TRIAL)
    for row in sorted(rows, key=lambda row: (row["recorded_at"], row["id"])):
        named = {**shared.get(row["criterion"], {}), **row["named_values"]}
        measurement = measurements.get(row["id"])
        yield TrialVerdict(
            key=row["id"],
            spot=spots[row["claim"]],
            reconfirms=row["reconfirms"],
            named=named,
            measured=measured_of(measurement, named) if measurement else None,
            awaits=row["id"] in awaited,
        )


def measured_of(measurement: Row, named: dict[str, list[str]]) -> Measured | None:
    failed = measurement["results"].count(FAILED)
    names = named_words(named)
    return Measured.from_json({**measurement, "named": names, "failed": failed})


# Bids and the award of a release.

CODES: dict[str, Any] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)


def bids(document: Document) -> list[dict[str, Any]]:
    refs = {row["id"]: row["ref"] for row in document["requirements"]}
    numbers = numbers_of(document)
    sent = last_sent(document)
    efforts = efforts_of(document)
    return [
        {
            "id": candidate["id"],
            "status": CODES["bids"][candidate["state"]],
            "date": sent.get(candidate["id"]),
            "tenderers": [tenderer],
            "requirementResponses": [
                {
                    "id": claim["id"],
                    "value": claim["availability"],
                    "description": described(claim, numbers, efforts),
                    "requirement": {
                        "id": claim["requirement"],
                        "title": refs[claim["requirement"]],
                    },
                    "relatedTenderer": tenderer,
                }
                for claim in document["claims"]
                if claim["candidate"] == candidate["id"]
                and claim["superseded_at"] is None
            ],
        }
        for candidate in document["candidates"]
        for tenderer in companies(document, candidate["vendor"])
    ]


def companies(document: Document, *slugs: str) -> list[dict[str, str]]:
    """The vendors, or of them those with these slugs."""
    return [
        {"id": vendor["slug"], "name": vendor["name"]}
        for vendor in document["vendors"]
        if not slugs or vendor["slug"] in slugs
    ]


def last_sent(document: Document) -> dict[str, str]:
    sent: dict[str, str] = {}
    for submission in document["submissions"]:
        sent[submission["candidate"]] = max(
            sent.get(submission["candidate"], ""), submission["submitted_at"]
        )
    return sent


def efforts_of(document: Document) -> dict[Spot, str]:
    """What is stated now of each answer, where the evaluation asks for efforts."""
    if document["evaluation"].get("asks_effort"):
        rows = document["efforts"]
    else:
        rows = ()
    return {
        spot_of(row): write_effort(effort_in(row), word_of)
        for row in rows
        if row["how"] and row["superseded_at"] is None
    }


def described(
    claim: dict[str, Any], numbers: dict[Spot, CellNumbers], efforts: dict[Spot, str]
) -> str:
    spot = spot_of(claim)
    held = write_holds_for(claim["holds_for"] and claim["holds_for"]["said"])
    lines = [f"Holds for: {held}"] if held else []
    lines += [f"{numbers[spot].words}."] if spot in numbers else []
    lines += [f"Effort to meet: {efforts[spot]}."] if spot in efforts else []
    return "\n".join([claim["statement"], *lines])


def awards(document: Document, ocid: str) -> list[dict[str, Any]]:
    currency = document["evaluation"]["currency"]
    options = {candidate["id"]: candidate for candidate in document["candidates"]}
    rows = []
    for decision in document["decision"]:
        if not decision["decided_at"]:
            continue
        chosen = options[decision["candidate"]]
        cost = decision["memo"]["results"][chosen["id"]].get("cost") or {}
        award = {
            "id": f"{ocid}-award",
            "title": chosen["name"],
            "description": decision["rationale"],
            "status": "active",
            "date": decision["decided_at"],
            "suppliers": companies(document, chosen["vendor"]),
            "value": value(cost.get("likely"), currency),
        }
        rows.append(award)
    return rows


def value(amount: str | None, currency: str) -> dict[str, Any] | None:
    """A Value; the standard wants a JSON number."""
    if amount is None:
        return None
    number = Decimal(amount)
    whole = number == number.to_integral_value()
    return {"amount": int(number) if whole else float(number), "currency": currency}


# Nobody's: whoever publishes puts the prefix that is registered for them.
PREFIX = "ocds-000000"
BUYER = "buyer"
NOT_ALL = (
    "Made by somebody from whom these parts of the evaluation were sealed at that "
    "moment, so nothing here rests on them."
)


def as_ocds(document: Document) -> bytes:
    text = json.dumps(without_empty(package(document)), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def without_empty(content: Any) -> Any:
    """The same without what holds nothing: the standard wants no empty list or text."""
    if isinstance(content, dict):
        values = {key: without_empty(value) for key, value in content.items()}
        return {key: value for key, value in values.items() if not is_empty(value)}
    if isinstance(content, list):
        return [value for value in map(without_empty, content) if not is_empty(value)]
    return content


def is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def package(document: Document) -> dict[str, Any]:
    evaluation = document["evaluation"]
    return {
        "uri": f"urn:uuid:{evaluation['id']}",
        "version": "1.1",
        "extensions": CODES["extensions"],
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
        "awards": awarded,
    }


def last_change(document: Document) -> str:
    at: str = document["journal"][-1]["at"]
    return at


def parties(document: Document) -> list[dict[str, Any]]:
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
            "details": {"url": vendor["website"]},
        }
        for vendor in document["vendors"]
    ]


def planning(evaluation: dict[str, Any]) -> dict[str, Any]:
    amount = value(evaluation["budget"], evaluation["currency"])
    budget = {"project": evaluation["title"], "amount": amount}
    return {"rationale": evaluation["problem"], "budget": budget}


def tender(document: Document, ocid: str) -> dict[str, Any]:
    evaluation = document["evaluation"]
    tenderers = companies(document)
    opened = evaluation["claims_opened_at"]
    run_by = evaluation["must_run_by"]
    closed = evaluation["claims_closed_at"] or evaluation["claims_close_at"]
    return {
        "id": f"{ocid}-tender",
        "title": evaluation["title"],
        "description": evaluation["context"] or evaluation["problem"],
        "status": status(evaluation),
        "mainProcurementCategory": "services",
        "awardCriteria": "ratedCriteria",
        "hasEnquiries": bool(document["questions"]),
        "numberOfTenderers": len(tenderers),
        "tenderers": tenderers,
        "criteria": criteria(document),
        "milestones": milestones(document),
        "tenderPeriod": opened and {"startDate": opened, "endDate": closed},
        "contractPeriod": run_by and {"startDate": f"{run_by}T00:00:00Z"},
    }


def status(evaluation: dict[str, Any]) -> str:
    if evaluation["status"] == Status.OPEN and (
        evaluation["stage"] == Stage.REQUIREMENTS
    ):
        return "planning"
    status: str = CODES["tender"][evaluation["status"]]
    return status


def criteria(document: Document) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in needs(document):
        requirement = {
            "id": row["id"],
            "title": row["ref"],
            "description": row["text"],
            "dataType": "string",
        }
        groups.setdefault((row["category"], row["priority"]), []).append(requirement)
    return [
        {
            "id": category["id"],
            "title": category["name"],
            "source": "tenderer",
            "relatesTo": "tenderer",
            "requirementGroups": [
                {
                    "id": f"{category['id']}-{priority}",
                    "description": str(PRIORITY_LABELS[priority]),
                    "requirements": groups[category["id"], priority],
                }
                for priority in Priority
                if (category["id"], priority) in groups
            ],
        }
        for category in document["categories"]
    ]


def milestones(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "id": milestone["id"],
            "title": milestone["title"],
            "type": "assessment",
            "dueDate": milestone["due_at"],
            "status": CODES["milestones"][milestone["state"]],
            "dateMet": milestone["settled_at"] if milestone["state"] == "met" else None,
        }
        for milestone in document["milestones"]
        if milestone["trial"] is None and milestone["state"] in CODES["milestones"]
    ]
