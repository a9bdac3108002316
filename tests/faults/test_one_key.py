"""T30 and T50: a call sent forty times at once to four processes does its work once.

Each round is the first that its invitation sees, so that noting the first call and
taking the claim meet, as the database role of a vendor process. With every push, in
four rounds.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.factories import common, vendors
from tests.served import served
from tests.tiers import by_tier
from vendors.models import Candidate, Claim, IdempotencyRecord

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 40
CLAIM = {"requirement": "R1", "availability": "now", "statement": "Yes."}


def fresh_invitation(number: int) -> Candidate:
    """An invitation by which nobody called yet."""
    where = common.evaluation(title=f"Purchase {number}")
    common.requirement(where, "R1")
    return vendors.invited(vendors.in_research(where))


@pytest.mark.parametrize(
    "rounds",
    by_tier(4, 12, reason="the same in more rounds"),
)
def test_forty_first_calls_with_one_key_make_one_revision(
    login: str, tmp_path: Path, figure: Callable[[str], None], rounds: int
) -> None:
    invitations = [fresh_invitation(number) for number in range(rounds)]
    vendor = invitations[0].vendor
    assert vendor is not None
    headers = {
        "Authorization": f"Bearer {vendors.token(vendor)}",
        "Idempotency-Key": "one key",
    }
    statuses: Counter[int] = Counter()
    with (
        served(tmp_path, workers=4, VENDOR_CALLS_PER_MINUTE="10000") as site,
        ThreadPoolExecutor(MANY) as pool,
    ):

        def send(candidate: Candidate, statement: str = "Yes.") -> requests.Response:
            address = f"{site.url}/api/v1/invitations/{candidate.pk}/claims/"
            body = {**CLAIM, "statement": statement}
            return requests.post(address, json=body, headers=headers, timeout=60)

        for candidate in invitations:
            answers = list(pool.map(send, [candidate] * MANY))
            statuses.update(answer.status_code for answer in answers)
            # Who waited for over two seconds is asked to come again: 409.
            assert {answer.status_code for answer in answers} <= {201, 409}
            taken = [answer for answer in answers if answer.status_code == 201]
            assert len({answer.content for answer in taken}) == 1
            fresh = [
                response
                for response in taken
                if "Idempotent-Replayed" not in response.headers
            ]
            assert len(fresh) == 1
            assert Claim.objects.get(candidate=candidate).revision == 1
            assert send(candidate, "No.").status_code == 422
    assert IdempotencyRecord.objects.count() == rounds
    figure(
        f"T30, T50: {rounds} times {MANY} first calls at once with one key: "
        f"{rounds} did their work, {statuses[201] - rounds} were replayed, "
        f"{statuses[409]} were asked to come again, 0 broke"
    )
