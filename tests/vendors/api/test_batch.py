"""Up to 1,000 claims in one call: all of them or none."""

import json
from typing import Any

import pytest

from evaltracker.evaluations.models import Entry, Evaluation, Requirement
from tests.factories import common, vendors
from tests.taken_back import taken_back
from tests.vendors.api.conftest import CLAIM, Party, refused, statements
from tests.vendors.api.test_bad_fields import FIELDS_400, STORED
from tests.vendors.api.test_bad_input import RAW_400
from vendors.models import Claim
from vendors.rate_limits import forget_counts

SECOND = {"requirement": "R2", "availability": "never", "statement": "Out of scope."}


def send(party: Party, *claims: Any, **headers: str) -> Any:
    return party.call(
        "POST", f"{party.home}claims/batch/", {"claims": list(claims)}, **headers
    )


def pointers(problem: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


def test_new_words_are_counted_apart_from_the_same_again(acme: Party) -> None:
    acme.claim()
    first = send(acme, CLAIM, SECOND)
    assert (first.status_code, first.json()) == (200, {"created": 1, "unchanged": 1})
    again = send(acme, CLAIM, SECOND)
    assert again.json() == {"created": 0, "unchanged": 2}
    other = send(acme, {**CLAIM, "availability": "beta"})
    assert other.json() == {"created": 1, "unchanged": 0}
    listed = acme.call("GET", f"{acme.home}claims/").json()["results"]
    assert [(row["requirement"], row["revision"]) for row in listed] == [
        ("R1", 2),
        ("R2", 1),
    ]


def test_a_batch_is_one_entry_of_the_journal(acme: Party) -> None:
    acme.claim()
    before = Entry.objects.count()
    send(acme, {**CLAIM, "statement": "Better."}, SECOND)
    assert Entry.objects.count() == before + 1
    entry = Entry.objects.latest("number")
    assert entry.action == "claims.submitted"
    assert entry.before["claims"]["R1"]["statement"] == "Yes."
    assert entry.after["claims"]["R1"]["revision"] == 2
    send(acme, SECOND)
    assert Entry.objects.count() == before + 1


def test_one_wrong_claim_keeps_all_out_and_every_fault_is_named(acme: Party) -> None:
    problem = refused(
        send(acme, CLAIM, {**SECOND, "availability": "soon", "statement": " "}, CLAIM),
        400,
    )
    assert pointers(problem) == [
        "#/claims/1/availability",
        "#/claims/1/statement",
        "#/claims/2/requirement",
    ]
    assert problem["detail"] == "2 claims are wrong, so none was taken."


def test_an_unknown_field_is_told_with_all_other_faults(acme: Party) -> None:
    odd = {**CLAIM, "price": "5"}
    soon = {**SECOND, "availability": "soon", "statement": 5}
    problem = refused(send(acme, odd, soon, {**CLAIM, "requirement": "R9"}, None), 400)
    assert pointers(problem) == [
        "#/claims/0/price",
        "#/claims/1/availability",
        "#/claims/1/statement",
        "#/claims/2/requirement",
        "#/claims/3",
    ]
    assert problem["detail"] == "4 claims are wrong, so none was taken."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_another_shape_is_400_and_named[#/claims/0/statement-body8]",
)
def test_a_claim_is_read_as_strictly_as_alone(
    acme: Party, subtests: pytest.Subtests
) -> None:
    for number, (pointer, fields) in enumerate(FIELDS_400):
        if pointer == "#/environments/0":
            continue
        with subtests.test(pointer, number=number), taken_back():
            forget_counts()
            problem = refused(send(acme, SECOND, {**CLAIM, **fields}), 400)
            assert pointers(problem) == [pointer.replace("#/", "#/claims/1/")]


@pytest.mark.parametrize("fields", STORED)
def test_odd_but_honest_text_is_kept_as_it_is(
    acme: Party, fields: dict[str, Any]
) -> None:
    assert send(acme, {**CLAIM, **fields}).status_code == 200
    kept = acme.call("GET", f"{acme.home}claims/").json()["results"][0]
    assert kept == {**kept, **fields}


@pytest.mark.parametrize("name", RAW_400)
@pytest.mark.nightly(
    reason="21 values; each push has the first of them",
    short="[brackets]",
)
def test_a_body_that_is_not_a_plain_json_object_is_400(acme: Party, name: str) -> None:
    refused(acme.call("POST", f"{acme.home}claims/batch/", RAW_400[name]), 400)


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("#/claims", {}),
        ("#/claims", {"claims": None}),
        ("#/claims", {"claims": {}}),
        ("#/claims", {"claims": []}),
        ("#/claims", {"claims": [CLAIM] * 1001}),
        ("#/claims/0", {"claims": [None]}),
        ("#/claims/0", {"claims": ["R1"]}),
        ("#/vendor", {"claims": [CLAIM], "vendor": "globex"}),
        ("#/claims/0/statement", {"claims": [{**CLAIM, "statement": None}]}),
    ],
)
def test_another_shape_is_400_and_named(acme: Party, pointer: str, body: Any) -> None:
    problem = refused(acme.call("POST", f"{acme.home}claims/batch/", body), 400)
    assert pointer in pointers(problem)


def test_the_body_may_be_two_megabytes_and_no_more(acme: Party) -> None:
    big = json.dumps({"claims": [{**CLAIM, "statement": "x" * 300_000}]}).encode()
    assert "claims/0/statement" in str(
        refused(acme.call("POST", f"{acme.home}claims/batch/", big), 400)
    )
    big = b'{"claims": "' + b"x" * 2 * 1024 * 1024 + b'"}'
    problem = refused(acme.call("POST", f"{acme.home}claims/batch/", big), 413)
    assert "2,097,152 bytes" in problem["detail"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_new_words_are_counted_apart_from_the_same_again",
)
def test_the_number_of_statements_does_not_grow_with_the_batch(
    acme: Party, where: Evaluation
) -> None:
    refs = [
        common.requirement(where, f"X{number}", priority="could").ref
        for number in range(60)
    ]
    acme.call("GET", acme.home)
    counts = []
    for some in (refs[:2], refs):
        for words in ("One", "Two"):
            claims = [{**CLAIM, "requirement": ref, "statement": words} for ref in some]
            with statements() as sent:
                assert send(acme, *claims).status_code == 200
            counts.append(len(sent))
    # The very first supersedes nothing.
    assert counts[0] + 1 == counts[1] == counts[2] == counts[3]
    assert max(counts) <= 21


def test_a_batch_with_a_key_is_replayed(acme: Party) -> None:
    first = send(acme, CLAIM, idempotency_key="all")
    again = send(acme, CLAIM, idempotency_key="all")
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert send(acme, SECOND, idempotency_key="all").status_code == 422


def test_after_the_deadline_nothing_of_a_batch_is_taken(
    acme: Party, where: Evaluation
) -> None:
    vendors.close_by_deadline(where)
    assert refused(send(acme, CLAIM), 409)["code"] == "claims_closed"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_odd_but_honest_text_is_kept_as_it_is[fields6]",
)
def test_a_thousand_claims_are_read_back_equal(acme: Party, where: Evaluation) -> None:
    group = where.categories.first()
    assert group is not None
    Requirement.objects.bulk_create(
        Requirement(
            evaluation=where, category=group, ref=f"Q{n:04}", text="x", position=n
        )
        for n in range(1000)
    )
    claims = [
        {
            "requirement": f"Q{n:04}",
            "availability": "beta",
            "available_from": "2040-01-01",
            "environments": ["aws"],
            "statement": f"Answer {n}",
            "evidence_url": "https://acme.example/",
        }
        for n in range(1000)
    ]
    assert send(acme, *claims).json() == {"created": 1000, "unchanged": 0}
    back = acme.call("GET", f"{acme.home}claims/?limit=1000").json()["results"]
    names = claims[0].keys()
    assert (
        sorted(
            ({name: value[name] for name in names} for value in back),
            key=lambda row: str(row["requirement"]),
        )
        == claims
    )
    assert Claim.objects.count() == 1000
