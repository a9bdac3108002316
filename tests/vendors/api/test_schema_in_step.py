"""A claim is read as the description says."""

import datetime
from typing import Any

import pytest
from django.test import Client

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation
from vendors.api.claims import FIELDS, read_claim_body
from vendors.models import Candidate
from vendors.services.claims import read_stated

GOOD = {"requirement": "R1", "availability": "beta", "statement": "Yes."}
TODAY = datetime.date(2026, 11, 24)


def described() -> dict[str, Any]:
    """The schema of a claim's body, with what it refers to put in."""
    accept = {"accept": "application/vnd.oai.openapi+json"}
    document = Client().get("/api/v1/schema/", headers=accept).json()
    known = document["components"]["schemas"]
    said = known["ClaimInput"] if "ClaimInput" in known else known["ClaimInputRequest"]
    return {
        **said,
        "properties": {
            name: plain(schema, known) for name, schema in said["properties"].items()
        },
    }


def plain(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What a schema demands, however it is written down."""
    for wrapped in ("allOf", "oneOf", "anyOf"):
        kinds = [one for one in schema.get(wrapped, ()) if one != {"type": "null"}]
        if len(kinds) == 1:
            schema = {**schema, **kinds[0]}
    if "$ref" in schema:
        schema = {**schema, **known[schema["$ref"].rsplit("/", 1)[1]]}
    if isinstance(schema.get("type"), list):
        kind = next(one for one in schema["type"] if one != "null")
        schema = {**schema, "type": kind}
    if "items" in schema:
        schema = {**schema, "items": plain(schema["items"], known)}
    return schema


def wrong_fields(**fields: Any) -> set[str]:
    """Which fields of a claim are refused."""
    try:
        [said] = read_claim_body({**GOOD, **fields})
        asking = Candidate(evaluation=Evaluation(asks_effort=True))
        read_stated(said, asking, TODAY)
    except Invalid as error:
        return {field.split(".")[0] for field in error.errors}
    return set()


def longest(name: str, length: int) -> str:
    """A text of that length that is right in that field."""
    start = "https://a.example/" if name == "evidence_url" else ""
    return start.ljust(length, "x")


@pytest.mark.django_db
def test_a_claim_is_described_as_it_is_read() -> None:
    schema = described()
    assert schema["properties"].keys() == FIELDS
    assert sorted(schema["required"]) == sorted(GOOD)
    for name in schema["required"]:
        with pytest.raises(Invalid, match="required"):
            read_claim_body({key: GOOD[key] for key in GOOD if key != name})
    for name, said in schema["properties"].items():
        kind = {"string": 1, "object": 1, "array": "x"}[said.get("type", "string")]
        assert wrong_fields(**{name: kind}) == {name}
        if said.get("format") == "date":
            assert wrong_fields(**{name: "2040-03-01"}) == set()
            assert wrong_fields(**{name: "1.3.2040"}) == {name}
        if said.get("minLength"):
            assert wrong_fields(**{name: ""}) <= {name}


@pytest.mark.django_db
def test_its_limits_are_those_that_are_described() -> None:
    properties = described()["properties"]
    for name in ("statement", "evidence_url"):
        most = properties[name]["maxLength"]
        assert wrong_fields(**{name: longest(name, most)}) == set()
        assert wrong_fields(**{name: longest(name, most + 1)}) == {name}
    most, item = (properties["environments"][key] for key in ("maxItems", "items"))
    names = [f"{number}".ljust(item["maxLength"], "x") for number in range(most)]
    assert wrong_fields(environments=names) == set()
    assert wrong_fields(environments=[*names, "x"]) == {"environments"}
    assert wrong_fields(environments=[names[0] + "x"]) == {"environments"}
    words = [word for word in properties["availability"]["enum"] if word]
    for word in words:
        day = {"available_from": "2040-03-01"} if word == "planned" else {}
        assert wrong_fields(availability=word, **day) == set()
    assert wrong_fields(availability="unstated") == {"availability"}


@pytest.mark.parametrize("more", [{"status": "x"}, {"requirement": 1}])
def test_what_does_not_fit_is_not_read(more: dict[str, Any]) -> None:
    read_claim_body(GOOD)
    with pytest.raises(Invalid):
        read_claim_body({**GOOD, **more})
