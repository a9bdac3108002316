"""What rows of candidates become; pure, from rows that are read."""

from typing import Any

import pytest

from evaltracker.rows.subjects import Context, ParsedRecord, ReadRow, Refusal
from vendors.imports.candidates import Candidates

CONTEXT = Context(
    candidates={"acmeml": "Acme ML", "aml": "Acme ML", "own": "Own"},
    more={
        "known": {
            ("Acme ML",): {"kind": "buy", "vendor": "Acme"},
            ("Own",): {"kind": "build", "vendor": ""},
        },
        "vendors": {"acme": "Acme", "acmeinc": "Acme"},
        "contacts": {("Acme", "ada@acme.example")},
    },
)


def read(*rows: dict[str, Any]) -> list[ParsedRecord | Refusal]:
    given = (ReadRow("Sheet1", number, row) for number, row in enumerate(rows, 2))
    return list(Candidates().records(given, CONTEXT))


def record(row: dict[str, Any]) -> ParsedRecord:
    (one,) = read(row)
    assert isinstance(one, ParsedRecord), one
    return one


def test_a_candidate_is_found_by_any_of_its_names_and_keeps_its_kind() -> None:
    found = record({"candidate": "AML", "website": "https://acme.example"})
    assert found.key == ("Acme ML",)
    assert found.values == {"website": "https://acme.example"}


def test_a_new_one_has_a_kind_and_a_vendor_that_is_found_by_any_name() -> None:
    row = {"candidate": "Lite", "kind": "buy", "vendor": "ACME Inc."}
    assert record(row).values == {"kind": "buy", "vendor": "Acme"}
    row = {"candidate": "Mlflow", "kind": "open_source", "aliases": "MLF; ml-flow"}
    assert record(row).values == {"kind": "open_source", "aliases": ["MLF", "ml-flow"]}


def test_a_bare_host_is_a_website() -> None:
    row = {"candidate": "Lite", "kind": "buy", "website": "lite.example"}
    assert record(row).values["website"] == "https://lite.example"


def test_a_bare_address_is_a_contact_and_one_that_is_known_says_nothing_new() -> None:
    row = {"candidate": "Acme ML", "contact": "bob@acme.example"}
    assert record(row).values == {"contact": "bob@acme.example <bob@acme.example>"}
    row["contact"] = "Bob Park, Sales <bob@acme.example>"
    assert record(row).values == {"contact": "Bob Park, Sales <bob@acme.example>"}
    row["contact"] = "Ada <ADA@acme.example>"
    assert record(row).values == {}


@pytest.mark.parametrize(
    ("row", "role", "sentence"),
    [
        ({"kind": "buy"}, "candidate", "must not be blank"),
        ({"candidate": "Own", "kind": "buy"}, "kind", "Own is “Build in-house” here"),
        (
            {"candidate": "Own", "contact": "a@b.example"},
            "contact",
            "Name the company whose contact a@b.example <a@b.example> is",
        ),
        (
            {"candidate": "Acme ML", "contact": "call us"},
            "contact",
            "Write an address, or “Ada Park <ada@acme.example>”.",
        ),
        (
            {"candidate": "Acme ML", "website": "ftp://acme.example"},
            "website",
            "must start with http",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_its_cell(
    row: dict[str, Any], role: str, sentence: str
) -> None:
    (refusal,) = read(row)
    assert isinstance(refusal, Refusal)
    assert refusal.role == role
    assert sentence in refusal.sentence


def test_a_contact_without_a_company_has_the_blank_cell_to_type_in() -> None:
    _, refusal = read(
        {"candidate": "Lite", "kind": "buy", "vendor": "Acme"},
        {"candidate": "Mlflow", "kind": "buy", "contact": "a@b.example"},
    )
    assert isinstance(refusal, Refusal)
    assert refusal.role == "vendor"


def test_two_rows_of_one_candidate_are_one_unless_they_differ() -> None:
    first, second = read(
        {"candidate": "Lite", "kind": "buy"},
        {"candidate": "Lite", "kind": "buy", "summary": "Serves."},
    )
    assert isinstance(first, ParsedRecord)
    assert isinstance(second, ParsedRecord)
    assert first.values == second.values == {"kind": "buy", "summary": "Serves."}
    for one in read(
        {"candidate": "Lite", "kind": "buy"}, {"candidate": "Lite", "kind": "build"}
    ):
        assert isinstance(one, Refusal)
        assert "in rows 2 and 3, each with another kind" in one.sentence
