"""The quick way's types say what the description says."""

from typing import Any

import msgspec
import pytest
from django.test import Client

from vendors.api.intake import ClaimBody

SAID = ("type", "maxLength", "minLength", "maxItems", "format", "enum")


def plain(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What a schema demands, however it is written down."""
    for wrapped in ("allOf", "oneOf", "anyOf"):
        kinds = [
            value for value in schema.get(wrapped, ()) if value != {"type": "null"}
        ]
        if len(kinds) == 1:
            schema = {**schema, **kinds[0]}
    if "$ref" in schema:
        schema = {**schema, **known[schema["$ref"].rsplit("/", 1)[1]]}
    found = {name: schema[name] for name in SAID if name in schema}
    if isinstance(found.get("type"), list):
        found["type"] = next(value for value in found["type"] if value != "null")
    if "enum" in found:
        found = {"enum": sorted(value for value in found["enum"] if value)}
    if "items" in schema:
        found["items"] = plain(schema["items"], known)
    return found


@pytest.mark.django_db
def test_a_claim_is_described_as_it_is_read() -> None:
    accept = {"accept": "application/vnd.oai.openapi+json"}
    described = Client().get("/api/v1/schema/", headers=accept).json()
    known = described["components"]["schemas"]
    said = known["ClaimInput"] if "ClaimInput" in known else known["ClaimInputRequest"]
    (read,), types = msgspec.json.schema_components([ClaimBody])
    body = types["ClaimBody"]
    assert read == {"$ref": "#/$defs/ClaimBody"}
    assert sorted(body["required"]) == sorted(said["required"])
    assert body["properties"].keys() == said["properties"].keys()
    for name, schema in said["properties"].items():
        assert plain(body["properties"][name], types) == plain(schema, known), name


@pytest.mark.parametrize("more", [{"status": "x"}, {"requirement": 1}])
def test_what_does_not_fit_is_not_read(more: dict[str, Any]) -> None:
    good = {"requirement": "R1", "availability": "now", "statement": "Yes."}
    msgspec.convert(good, ClaimBody)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**good, **more}, ClaimBody)
