"""T15, small: a rival's id and one that is nowhere make the server work alike.

Times are measured by `./dev bench timing`; here the statements are the same, in the
same order, so that none of them takes the time that would tell.
"""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.vendors.isolation.world import World

UNKNOWN = f"evt_{'0' * 12}_{'A' * 43}"
# Values, and the names of savepoints.
LITERAL = re.compile(r"'[^']*'(::\w+)?|\b\d+\b|\bs\d+_x\d+\b")


def statements(path: str, token: str) -> tuple[int, list[str]]:
    """The status of a call, and what it asks of the database, without the values."""
    client = Client(raise_request_exception=False)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(
            f"/api/v1/invitations/{path}", headers={"authorization": f"Bearer {token}"}
        )
    said = [LITERAL.sub("?", query["sql"]) for query in asked.captured_queries]
    return answer.status_code, said


@pytest.mark.parametrize("path", ["{}/", "{}/claims/", "{own}/files/{}/"])
def test_t15_foreign_and_absent_take_the_same_statements(
    world: World, path: str
) -> None:
    me, rival = world.parties["Acme"], world.parties["Globex"]
    foreign = rival.file if "files" in path else rival.candidate.pk
    own = me.candidate.pk
    # The first call of a day notes that the token is in use.
    statements(f"{own}/", me.token)
    heard = statements(path.format(foreign, own=own), me.token)
    assert heard == statements(path.format(uuid.uuid4(), own=own), me.token)
    assert heard[0] == 404
    assert len(heard[1]) > 1


def test_t15_a_revoked_and_an_unknown_token_take_the_same_statements(
    world: World,
) -> None:
    me = world.parties["Acme"]
    home = f"{me.candidate.pk}/"
    heard = statements(home, me.revoked)
    assert heard == statements(home, UNKNOWN)
    assert heard[0] == 401
    assert heard[1]
