"""A purchase whose matrix is looked at, and its page."""

import pytest

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import signed_in
from tests.factories import trials

EVIL = "<script>alert('x')</script>"


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """Must-haves R1 and R2, and R3; Acme ML claims R1 and R2, Globex ML R1."""
    where = trials.platform("must", "must", "should")
    one, two, _ = where.requirements.order_by("ref")
    trials.claimed(where, one, two)
    trials.claimed(where, one, name="Globex ML")
    return where


def body_of(where: Evaluation, query: str = "", user: User | None = None) -> str:
    client = signed_in(user or where.owner)
    answer = client.get(f"/admin/e/{where.slug}/matrix/{query}")
    assert answer.status_code == 200
    return answer.content.decode()
