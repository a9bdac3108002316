"""What is kept of who comes to the door: the first visit, and who was turned away."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.api.conftest import Party
from vendors.api import access as throttling
from vendors.models import RefusedCall, VendorToken
from vendors.services.access import KEPT, forget_refused_calls, revoke_token


def test_the_first_call_that_names_an_invitation_is_kept_and_journaled_once(
    acme: Party, globex: Party
) -> None:
    assert acme.call("GET", "/api/v1/invitations/").status_code == 200
    acme.candidate.refresh_from_db()
    assert acme.candidate.first_seen_at is None
    for _ in range(2):
        assert acme.call("GET", acme.home).status_code == 200
    acme.candidate.refresh_from_db()
    globex.candidate.refresh_from_db()
    assert acme.candidate.first_seen_at is not None
    assert globex.candidate.first_seen_at is None
    (entry,) = Entry.objects.filter(action="invitation.seen")
    assert entry.actor_name.startswith("Acme (token evt_")


def test_a_refused_look_at_a_rivals_invitation_is_no_visit(
    acme: Party, globex: Party
) -> None:
    assert acme.call("GET", globex.home).status_code == 404
    globex.candidate.refresh_from_db()
    assert globex.candidate.first_seen_at is None


def test_a_claim_can_be_the_first_call_and_later_calls_write_nothing_of_it(
    acme: Party,
) -> None:
    assert acme.claim().status_code == 201
    acme.candidate.refresh_from_db()
    assert acme.candidate.first_seen_at is not None
    acme.call("GET", acme.home)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        acme.call("GET", acme.home)
    assert not [
        query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))
    ]


def turned_away(header: str, **more: Any) -> list[tuple[str, str]]:
    answer = Client().get(
        "/api/v1/invitations/", headers={"authorization": header}, **more
    )
    assert answer.status_code in (401, 429)
    return list(RefusedCall.objects.values_list("prefix", "why"))


def test_revoked_cut_and_unknown_tokens_are_noted_alike(where: Evaluation) -> None:
    acme = vendors.vendor()
    secret = vendors.token(acme)
    prefix = secret[:16]
    assert turned_away(f"Bearer {secret[:-1]}") == [(prefix, "unknown")]
    RefusedCall.objects.all().delete()
    revoke_token(token=VendorToken.objects.get(), by=SYSTEM)
    with CaptureQueriesContext(connection) as revoked:
        assert turned_away(f"Bearer {secret}") == [(prefix, "unknown")]
    RefusedCall.objects.all().delete()
    stranger = f"evt_{'0' * 12}_{'A' * 43}"
    with CaptureQueriesContext(connection) as unknown:
        assert turned_away(f"Bearer {stranger}") == [("evt_000000000000", "unknown")]
    assert len(revoked) == len(unknown)


@pytest.mark.parametrize("header", ["{}", "Token {}", "Bearer {} x", 'Bearer "{}"'])
def test_a_token_in_another_shape_is_told_by_its_beginning(
    where: Evaluation, header: str
) -> None:
    secret = vendors.token(vendors.vendor())
    why = "unknown" if '"' in header else "header"
    assert turned_away(header.format(secret)) == [(secret[:16], why)]


@pytest.mark.parametrize("header", ["", "Bearer abc", "Basic dXNlcg==", "evt_XYZ"])
def test_what_begins_like_no_token_is_not_kept(where: Evaluation, header: str) -> None:
    assert turned_away(header) == []


def test_the_same_refusal_is_one_row_a_minute_and_never_holds_the_secret(
    where: Evaluation, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now().replace(second=1), tick=False)
    secret = vendors.token(vendors.vendor())
    for _ in range(3):
        turned_away(f"Bearer {secret}x", REMOTE_ADDR="203.0.113.9")
    (row,) = RefusedCall.objects.values()
    assert row["address"] == "203.0.113.9"
    assert secret[17:] not in str(row)


@pytest.mark.usefixtures("mid_minute")
def test_a_flood_of_them_is_not_kept(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "NOTED_A_MINUTE", 2)
    for number in range(5):
        turned_away(f"Bearer evt_{number:012d}_{'A' * 43}")
    assert RefusedCall.objects.count() == 2


def test_calls_over_the_limit_are_noted_for_token_and_address(
    acme: Party, settings: Any
) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 0
    assert acme.call("GET", acme.home).status_code == 429
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 0
    turned_away(f"Bearer evt_{'0' * 12}_{'A' * 43}")
    assert [why for _, why in RefusedCall.objects.values_list("prefix", "why")] == (
        ["throttled"] * 2
    )


def test_they_are_forgotten_after_a_week(where: Evaluation) -> None:
    turned_away(f"Bearer evt_{'0' * 12}_{'A' * 43}")
    forget_refused_calls()
    assert RefusedCall.objects.count() == 1
    RefusedCall.objects.update(at=timezone.now() - KEPT)
    forget_refused_calls()
    assert RefusedCall.objects.count() == 0
