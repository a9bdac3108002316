"""What a vendor reads of the runs in its trial: criterion, number, unit and time."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import vendors
from tests.trials.runs.posting import Program, report, report_test, run
from vendors.isolation.access import ACCESS
from vendors.models import Candidate

SECRETS = ("commitmark", "environmentmark", "linkmark", "keymark")


def runs_of(option: Candidate, **params: str) -> Any:
    """The runs of its trial, by its token."""
    assert option.vendor is not None
    secret = vendors.token(option.vendor)
    return Client().get(
        f"/api/v1/invitations/{option.pk}/trial/runs/",
        params,
        headers={"authorization": f"Bearer {secret}"},
    )


def test_a_vendor_reads_numbers_and_nothing_of_where_they_came_from(
    ci: Program,
) -> None:
    ci.post(
        report(
            run("12.10"),
            run("0.013", unit="s"),
            key="keymark",
            commit="commitmark",
            environment="environmentmark",
            link="https://linkmark.example",
        )
    )
    report_test(ci.token, 2)
    answer = runs_of(ci.trial.candidate)
    assert answer.status_code == 200
    rows = answer.json()["results"]
    assert [row["value"] for row in rows] == ["12.1", "0.013"]
    names = {"criterion", "requirement", "value", "unit", "measured_at"}
    assert {name for row in rows for name in row} == names
    assert not [word for word in SECRETS if word in answer.content.decode()]
    assert runs_of(ci.trial.candidate, limit="1").json()["next"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_posting.py"
    "::test_sqlite_keeps_fifteen_digits_and_the_file_all",
)
def test_a_rival_finds_nothing(ci: Program) -> None:
    ci.post(report())
    where = vendors.enter(ci.trial.candidate.evaluation, "research")
    rival = vendors.invited(where, "Globex ML")
    assert runs_of(rival).status_code == 404


def test_the_role_of_vendors_may_read_five_columns() -> None:
    shown = set(ACCESS["trials_run"].shown)
    assert shown == {"id", "criterion_id", "number", "unit", "measured_at"}
