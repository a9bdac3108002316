"""Bad and odd fields of a claim, each refused by name or kept as it is."""

from typing import Any

import pytest

from tests.taken_back import taken_back
from tests.vendors.api.conftest import Party, refused
from vendors.rate_limits import forget_counts

FIELDS_400: list[tuple[str, dict[str, Any]]] = [
    ("#/statement", {"statement": "NUL \x00"}),
    ("#/statement", {"statement": "bell \x07"}),
    ("#/statement", {"statement": " \n\t "}),
    ("#/statement", {"statement": ""}),
    ("#/statement", {"statement": None}),
    ("#/statement", {"statement": 5}),
    ("#/statement", {"statement": True}),
    ("#/statement", {"statement": ["x"]}),
    ("#/statement", {"statement": "\u200b\u200d\u2060"}),
    ("#/statement", {"statement": "a" + "\u0301" * 150}),
    ("#/statement", {"statement": "x" * 5001}),
    ("#/availability", {"availability": "unstated"}),
    ("#/availability", {"availability": "withdrawn"}),
    ("#/availability", {"availability": {"now": 1}}),
    ("#/availability", {"availability": 2**63}),
    ("#/availability", {"availability": None}),
    ("#/available_from", {"availability": "planned"}),
    ("#/available_from", {"availability": "planned", "available_from": "2026-02-30"}),
    ("#/available_from", {"availability": "planned", "available_from": "0000-00-00"}),
    ("#/available_from", {"availability": "planned", "available_from": "20400101"}),
    ("#/available_from", {"availability": "planned", "available_from": "2040-W01-1"}),
    ("#/available_from", {"availability": "planned", "available_from": "２０40-01-01"}),
    (
        "#/available_from",
        {"availability": "planned", "available_from": "9999-12-31T23:59:59-23:59"},
    ),
    ("#/available_from", {"availability": "planned", "available_from": "9999-12-31"}),
    ("#/available_from", {"availability": "planned", "available_from": 2040}),
    ("#/available_from", {"availability": "now", "available_from": "2040-01-01"}),
    ("#/environments", {"environments": None}),
    ("#/environments", {"environments": "aws"}),
    ("#/environments", {"environments": ["x"] * 21}),
    ("#/environments/0", {"environments": [1]}),
    ("#/environments", {"environments": ["a\nb"]}),
    ("#/environments", {"environments": ["\u202eswa"]}),
    ("#/evidence_url", {"evidence_url": "javascript:alert(1)"}),
    ("#/evidence_url", {"evidence_url": "file:///etc/passwd"}),
    ("#/evidence_url", {"evidence_url": "https://a.example/\r\nX: y"}),
    ("#/evidence_url", {"evidence_url": "https://user@a.example/"}),
    ("#/evidence_url", {"evidence_url": "//a.example"}),
    ("#/evidence_url", {"evidence_url": "https://[::1"}),
    ("#/evidence_url", {"evidence_url": "https://a.example:99999/"}),
    ("#/requirement", {"requirement": "R9"}),
    ("#/requirement", {"requirement": 1.1}),
    ("#/requirement", {"requirement": "x" * 81}),
    ("#/status", {"status": "x"}),
    ("#/vendor", {"vendor": "globex"}),
    ("#/score", {"score": 5}),
    ("#/id", {"id": 1}),
]
STORED: list[dict[str, Any]] = [
    {"statement": "<script>alert(1)</script> {{7*7}} =HYPERLINK() +1 @SUM"},
    {"statement": "right \u202e to left \u200b stays in a long text"},
    {"statement": "x" * 5000},
    {"evidence_url": "http://169.254.169.254/latest"},
    {"evidence_url": "http://2130706433/"},
    {"evidence_url": "https://xn--80ak6aa92e.com/"},
    {"available_from": None},
]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_how_to_mend.py"
    "::test_a_wrong_field_is_told_what_is_right[fields6-start with http"
    ":// or https://]",
)
def test_a_bad_field_is_400_and_named(acme: Party, subtests: pytest.Subtests) -> None:
    for number, (pointer, fields) in enumerate(FIELDS_400):
        with subtests.test(pointer, number=number), taken_back():
            forget_counts()
            problem = refused(acme.claim(**fields), 400)
            assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("fields", STORED)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[fields5]"
)
def test_odd_but_honest_text_is_kept_as_it_is(
    acme: Party, fields: dict[str, Any]
) -> None:
    answer = acme.claim(**fields)
    assert answer.status_code == 201
    for name, value in fields.items():
        assert answer.json()[name] == value
