"""A claim is answered alike alone and among others: in words, and in what it leaves."""

import json
from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.verifying import find_break
from tests.taken_back import taken_back
from tests.vendors.api.conftest import CLAIM, Party
from tests.vendors.api.test_bad_fields import FIELDS_400, STORED
from vendors.claims import WORDS
from vendors.models import Claim
from vendors.rate_limits import forget_counts

KEY = {"idempotency_key": "order 66"}
SAID = (*WORDS, "revision", "requirement_revision", "by_vendor")
GOOD: list[dict[str, Any]] = [
    *STORED,
    {},
    {"environments": ["aws", "aws"]},
    {"statement": "Größe “ok”\r\nsecond line"},
    {"availability": "planned", "available_from": "2040-03-01"},
]


def many(acme: Party, *claims: Any, **headers: str) -> Any:
    """A batch of these claims."""
    address = f"{acme.home}claims/batch/"
    return acme.call("POST", address, {"claims": list(claims)}, **headers)


def faults(answer: Any) -> dict[str, str]:
    """What is wrong, by field."""
    assert answer.status_code == 400
    return {
        error["pointer"].replace("/claims/0", ""): error["detail"]
        for error in answer.json()["errors"]
    }


@pytest.mark.parametrize("fields", GOOD)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[fields0]"
)
def test_a_good_claim_becomes_the_same_revision(
    acme: Party, globex: Party, where: Evaluation, fields: dict[str, Any]
) -> None:
    claim = {**CLAIM, **fields}
    for said in (CLAIM, claim, claim):
        acme.claim(**said)
        many(globex, said)
    mine, theirs = (
        list(
            Claim.objects.filter(candidate=party.candidate)
            .order_by("revision")
            .values(*SAID)
        )
        for party in (acme, globex)
    )
    assert mine == theirs
    assert 1 <= len(mine) <= 2
    assert find_break(where) is None


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_wrong_shape_is_refused_at_the_same_place[claim4]",
)
def test_a_bad_field_is_refused_in_the_same_words(
    acme: Party, subtests: pytest.Subtests
) -> None:
    for number, (pointer, fields) in enumerate(FIELDS_400):
        with subtests.test(pointer, number=number), taken_back():
            forget_counts()
            alone = faults(acme.claim(**fields))
            assert alone == faults(many(acme, {**CLAIM, **fields}))


@pytest.mark.parametrize("claim", ["x", None, [], {}, {"requirement": ""}])
def test_a_wrong_shape_is_refused_at_the_same_place(acme: Party, claim: Any) -> None:
    alone = acme.call("POST", f"{acme.home}claims/", json.dumps(claim).encode())
    # Many are told the faults of their words with those of their shape.
    assert faults(alone).keys() <= faults(many(acme, claim)).keys()


def test_a_key_replays_either(acme: Party) -> None:
    for send in (acme.claim, lambda **more: many(acme, CLAIM, **more["headers"])):
        first, again = send(headers=KEY), send(headers=KEY)
        assert "Idempotent-Replayed" not in first
        assert again["Idempotent-Replayed"] == "true"
        assert again.content == first.content


def test_a_revoked_token_opens_nothing_at_the_next_call(acme: Party) -> None:
    assert acme.claim().status_code == 201
    acme.call("GET", f"{acme.home}?t={acme.token}")
    assert acme.claim().status_code == 401
    assert many(acme, CLAIM).status_code == 401


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_wrong_shape_is_refused_at_the_same_place[claim4]",
)
def test_what_is_not_theirs_is_404_whatever_the_body(
    acme: Party, globex: Party
) -> None:
    for address in (globex.home, f"{globex.home[:-2]}0/", "/api/v1/invitations/none/"):
        for body in (CLAIM, {"odd": 1}, b"{", {"claims": [CLAIM]}):
            for path in ("claims/", "claims/batch/"):
                answer = acme.call("POST", f"{address}{path}", body)
                assert answer.status_code == 404, (address, body, path)


@pytest.mark.parametrize("body", [CLAIM, {"claims": [CLAIM]}, {"odd": 1}])
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_the_first_call_by_an_invitation_is_noted_whatever_it_brings(
    globex: Party, body: Any
) -> None:
    globex.call("POST", f"{globex.home}claims/", body, **KEY)
    globex.candidate.refresh_from_db()
    assert globex.candidate.first_seen_at is not None


@pytest.mark.usefixtures("mid_minute")
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_one_call_counts_once(acme: Party, settings: Any) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 3
    acme.call("GET", acme.home)
    statuses = [acme.claim(requirement=ref).status_code for ref in ("R1", "R9", "R2")]
    assert statuses == [201, 400, 429]


def test_a_claim_is_answered_as_it_was_sent(acme: Party) -> None:
    answer = json.loads(acme.claim().content)
    assert {name: answer[name] for name in CLAIM} == CLAIM
