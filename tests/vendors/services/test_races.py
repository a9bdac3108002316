"""Many at once: one revision each, no third token, nothing after the deadline."""

import datetime
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.journal import SYSTEM, Actor
from evaltracker.evaluations.models import Entry
from evaltracker.evaluations.policy import lock
from evaltracker.evaluations.verifying import find_break
from evaltracker.toolbox.days import database_now
from tests.at_once import at_once
from tests.factories import common, vendors
from tests.faults.killing import await_waiting
from tests.vendors.portal.visitor import invited
from vendors.models import Claim, SignInCode, VendorToken
from vendors.services.access import (
    CodeRequest,
    ask_code,
    begin_session,
    issue_token,
    use_code,
)
from vendors.services.answering import close_claims
from vendors.services.contacts import add_contact, change_contact, give_link
from vendors.services.quotes import QuotedLine, hand_in_quote, note_read

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_twenty_different_claims_at_once_become_twenty_revisions() -> None:
    where = common.evaluation()
    asked = common.requirement(where)
    acme = vendors.invited(vendors.in_research(where))
    at_once(20, lambda n: vendors.claim(acme, asked, statement=f"Answer {n}"))
    revisions = Claim.objects.order_by("revision").values_list("revision", flat=True)
    assert list(revisions) == list(range(1, 21))
    assert Claim.objects.filter(superseded_at__isnull=True).get().revision == 20
    assert find_break(where) is None


def test_the_same_claim_twenty_times_at_once_is_written_once() -> None:
    where = common.evaluation()
    asked = common.requirement(where)
    acme = vendors.invited(vendors.in_research(where))
    results = at_once(20, lambda _: vendors.claim(acme, asked).created)
    assert sorted(map(bool, results)) == [False] * 19 + [True]
    assert Claim.objects.count() == 1


def test_two_candidates_claim_at_once_without_waiting_for_ever() -> None:
    where = common.evaluation()
    asked = common.requirement(where)
    vendors.in_research(where)
    rivals = [vendors.invited(where), vendors.invited(where, "Globex ML")]
    results = at_once(
        12, lambda n: vendors.claim(rivals[n % 2], asked, statement=f"Answer {n}")
    )
    assert not [result for result in results if isinstance(result, Problem)]
    assert Claim.objects.count() == 12


def test_a_claim_that_waited_behind_the_closing_is_refused() -> None:
    where = common.evaluation()
    asked = common.requirement(where)
    acme = vendors.invited(vendors.in_research(where))
    late: list[object] = []
    with transaction.atomic():
        lock(where)
        waiting = threading.Thread(
            target=lambda: late.extend(at_once(1, lambda _: vendors.claim(acme, asked)))
        )
        waiting.start()
        await_waiting()
        assert waiting.is_alive()
        close_claims(evaluation=where, by=where.owner)
    waiting.join(timeout=60)
    assert isinstance(late[0], Refused)
    assert late[0].code == "claims_closed"
    assert not Claim.objects.exists()


def test_ten_tokens_asked_for_at_once_are_two() -> None:
    acme = vendors.vendor()
    results = at_once(10, lambda _: issue_token(vendor=acme, by=SYSTEM))
    assert sum(isinstance(result, Refused) for result in results) == 8
    assert VendorToken.objects.count() == 2


@pytest.mark.parametrize(("changes", "live"), [(False, 2), (True, 0)])
def test_own_tokens_made_at_once_are_two_and_outlive_no_change_of_address(
    changes: bool, live: int
) -> None:
    where = common.evaluation()
    acme = vendors.invited(vendors.in_research(where)).vendor
    assert acme is not None
    who: Any = {"name": "Ada", "by": where.owner}
    ada = add_contact(vendor=acme, email="ada@acme.example", **who)

    def race(number: int) -> None:
        if changes and number == 4:
            change_contact(contact=ada, email="me@lead.example", **who)
        else:
            issue_token(vendor=acme, label="x", by=SYSTEM, contact=ada)

    at_once(8, race)
    assert VendorToken.objects.filter(revoked_at=None).count() == live


def test_a_session_that_reads_prices_ten_times_at_once_is_told_of_once() -> None:
    where = common.evaluation()
    acme = vendors.invited(vendors.in_research(where))
    contact = add_contact(
        vendor=vendors.vendor(), name="Ada", email="ada@acme.example", by=where.owner
    )
    link = give_link(candidate=acme, contact=contact)
    quote = hand_in_quote(
        candidate=acme,
        currency="EUR",
        valid_until=datetime.date(2040, 6, 30),
        lines=[QuotedLine(kind="licence", likely=Decimal(9))],
        by=Actor(name="Acme (Ada)"),
        reader="ada@acme.example",
    ).quote
    session, _ = begin_session(link=link, now=database_now())
    results = at_once(10, lambda _: note_read(quote=quote, key=session))
    assert not [result for result in results if isinstance(result, Problem)]
    assert quote.reads.get().reader == "Ada"
    assert Entry.objects.filter(action="quote.read").count() == 1
    assert find_break(where) is None


def test_twelve_strangers_at_once_are_eight_codes_and_twelve_tries_are_five() -> None:
    link = invited(vendors.in_research(common.evaluation()))
    asked = at_once(12, lambda _: ask_code(link=link))
    codes = [
        answer for answer in asked if isinstance(answer, CodeRequest) and answer.code
    ]
    assert len(codes) == SignInCode.objects.count() == 8
    link.refresh_from_db()
    assert link.turn_marked_at is not None
    nonce = codes[0].nonce
    tries = at_once(12, lambda _: use_code(link=link, nonce=nonce, typed="AAAA-AAAA"))
    assert tries == [None] * 12
    assert SignInCode.objects.exclude(wrong_tries=0).get().wrong_tries == 5
