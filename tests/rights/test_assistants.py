"""Every tool of assistants × every role, as the read that it is.

With every push each is used by whoever differs, and by some of those who are alike.
"""

from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation, User
from tests.clients import program
from tests.rights.table import EVERYBODY
from tests.rights.test_pages import TURNS, in_turn
from tests.rights.world import MAIN
from tests.workflow.api.assistants import use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]
STAFF = "/api/v1/staff/"
WITHIN = {
    "my_work": "inbox/",
    "brief": "",
    "requirements": "requirements/",
    "matrix": "matrix/",
    "gaps": "gaps/",
    "comparison": "comparison/",
    "blockers": "blockers/",
    "events": "events/",
}


def calls() -> dict[str, tuple[dict[str, str], str]]:
    """Each tool that reads: what it is called with, and the address of its read."""
    home = f"{STAFF}evaluations/{MAIN}/"
    where = Evaluation.objects.get(slug=MAIN)
    candidate = where.candidates.order_by("pk")[0]
    ref = where.requirements.order_by("pk")[0].ref
    cell = {"candidate": str(candidate.pk), "requirement": ref}
    asked = f"candidate={candidate.pk}&requirement={ref}"
    here = {"evaluation": MAIN}
    on = f"candidate:{candidate.pk}"
    return {
        "evaluations": ({}, f"{STAFF}evaluations/"),
        **{tool: (here, home + below) for tool, below in WITHIN.items()},
        "cell": (here | cell, f"{home}cell/?{asked}"),
        "acts": ({"on": on}, f"{STAFF}acts/?on={on}"),
        "act_form": (
            {"act": "eliminate", "target": str(candidate.pk)},
            f"{STAFF}acts/eliminate/{candidate.pk}/",
        ),
    }


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_tool_says_what_its_read_says(
    people: dict[str, User], who: str, turns: int
) -> None:
    client, differ = program(people[who]), []
    for tool, (given, address) in in_turn(calls(), who, turns):
        read: Any = client.get(address)
        said = use(client, tool, **given)
        problem = {**said["structuredContent"], "request_id": ""}
        if tool == "act_form" and not said["isError"]:
            assert f'"{problem.pop("etag")}"' == read["ETag"]
        expected = {**read.json(), "request_id": ""}
        if said["isError"] is (read.status_code == 200) or problem != expected:
            differ.append((tool, read.status_code, said["isError"]))
    assert differ == []
