"""T30: one call sent forty times at once to two processes does its work once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from tests.cast import floor1, vendors
from tests.served import served
from vendors.models import Claim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 40


def test_forty_posts_with_one_key_make_one_revision(
    login: str, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    where = floor1.evaluation()
    floor1.requirement(where, "R1")
    vendors.in_research(where)
    candidate = vendors.invited(where)
    assert candidate.vendor is not None
    headers = {
        "Authorization": f"Bearer {vendors.token(candidate.vendor)}",
        "Idempotency-Key": "one key",
    }
    words = {"requirement": "R1", "availability": "now", "statement": "Yes."}
    with served(tmp_path) as site:
        address = f"{site.url}/api/v1/invitations/{candidate.pk}/claims/"

        def send(statement: str) -> requests.Response:
            body = {**words, "statement": statement}
            return requests.post(address, json=body, headers=headers, timeout=60)

        with ThreadPoolExecutor(MANY) as pool:
            answers = list(pool.map(send, ["Yes."] * MANY))
        other = send("No.")
    # Who waited for more than two seconds is told to come again, and does no harm.
    taken = [one for one in answers if one.status_code == 201]
    assert {one.status_code for one in answers} <= {201, 409}
    assert len({one.content for one in taken}) == 1
    fresh = [one for one in taken if "Idempotent-Replayed" not in one.headers]
    assert len(fresh) == 1
    assert Claim.objects.get().revision == 1
    assert other.status_code == 422
    figure(f"T30: of {MANY} at once 1 did its work, {len(taken) - 1} were replayed")
