"""A program reads what its runs come to, and nothing else of the purchase."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import trials as cast
from tests.factories import vendors
from tests.trials.runs.confirming import confirm, latencies, measured
from tests.trials.runs.posting import LATENCY, Program, program, report, run
from trials.models import Criterion, Trial
from trials.services.runs import revoke_run_token
from vendors.models import Claim

pytestmark = pytest.mark.django_db


def read(ci: Program, query: str = "", address: str = "") -> Any:
    headers = {"authorization": f"Bearer {ci.secret}"}
    place = f"{address or ci.address}{query}"
    return Client(raise_request_exception=False).get(place, headers=headers)


def rows(ci: Program, query: str = "") -> dict[str, Any]:
    """The results by code."""
    answer = read(ci, query)
    assert answer.status_code == 200, answer.content
    return {row["code"]: row for row in answer.json()["results"]}


def reported(ci: Program, key: str, p95: str, **where: str) -> Any:
    runs = [run(number) for number in latencies(p95)]
    answer = ci.post(report(*runs, key=key, **where))
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_it_reads_count_statistic_and_proposal_as_a_post_answers_them(
    ci: Program,
) -> None:
    assert rows(ci)["R1"]["missing"] == 20
    answer = reported(ci, "a", "12", environment="m5", commit="ab12")
    assert answer["results"] == read(ci).json()["results"]
    assert answer["url"].endswith(f"/admin/trials/{ci.trial.pk}/")
    assert answer["reported"] == {"R1": 40}
    found = rows(ci)["R1"]
    assert found == {
        **{"code": "R1", "bound": "at most 20 ms", "n": 40, "least": 20, "missing": 0},
        **{"failed": 0, "value": "12", "unit": "ms", "proposed": "holds"},
        **{"asks": None, "left_out": 0, "moves": [], "confirmed": None},
        "why": "p95 is 12 ms over 40 runs; asked was at most 20 ms.",
        "pools": [
            {
                **{"environment": "m5", "commit": "ab12", "n": 40, "left_out": 0},
                **{"value": "12", "would_be": "holds"},
            }
        ],
    }
    confirm(measured(ci.trial), "holds")
    assert rows(ci)["R1"]["confirmed"] == "holds"
    assert rows(ci)["R2"]["bound"] is None


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_criteria_with_runs.py"
    "::test_its_bound_may_change_by_an_amendment",
)
def test_it_reads_one_pool_where_several_are(ci: Program) -> None:
    reported(ci, "a", "12", environment="m5", commit="ab12")
    reported(ci, "b", "31", environment="laptop", commit="ab12")
    both = rows(ci)["R1"]
    assert (both["proposed"], both["asks"], both["missing"]) == (
        None,
        "environment",
        None,
    )
    assert {pool["would_be"] for pool in both["pools"]} == {"holds", "fails"}
    assert rows(ci, "?environment=laptop")["R1"]["proposed"] == "fails"
    assert rows(ci, "?environment=m5&commit=ab12")["R1"]["proposed"] == "holds"
    assert rows(ci, "?environment=nowhere")["R1"]["n"] == 0
    assert read(ci, "?environment=m5&environment=a").status_code == 400


def test_a_dry_run_says_what_it_would_come_to(ci: Program) -> None:
    runs = [run(number) for number in latencies("12")]
    said = ci.post(report(*runs), address=f"{ci.address}?dry_run=1").json()
    assert {row["code"]: row["proposed"] for row in said["results"]} == {
        "R1": "holds",
        "R2": None,
    }
    assert rows(ci)["R1"]["n"] == 0


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_it_reads_no_claim_note_price_or_other_trial(db: None) -> None:
    where = cast.platform("must", "must")
    options = [cast.claimed(where, name=name) for name in ("Acme ML", "Globex")]
    vendors.enter(where, "trials")
    trials = []
    for option in options:
        option.refresh_from_db()
        trials.append(cast.trial(option, "R1", "R2"))
    Criterion.objects.filter(position=1).update(measure=LATENCY)
    ci, other = map(program, trials)
    reported(ci, "a", "12")
    secret = "nobody tells programs"
    Claim.objects.update(statement=secret)
    Criterion.objects.update(method=secret, text=secret)
    Trial.objects.update(summary=secret, workload=secret, difference=secret)
    criterion = measured(ci.trial)
    confirm(criterion, "partly", reason=secret)
    answer = read(ci)
    assert answer.status_code == 200
    assert secret not in answer.content.decode()
    reported(other, "b", "17.77")
    assert "17.77" not in read(ci).content.decode()
    assert read(ci, address=other.address).status_code == 404


def test_a_token_that_ended_reads_nothing(ci: Program) -> None:
    revoke_run_token(token=ci.token, by=ci.trial.lead)
    assert read(ci).status_code == 403
    trial = ci.trial
    fresh = program(trial)
    trial.closed_at = timezone.now()
    trial.save(update_fields=["closed_at"])
    assert read(fresh).status_code == 409
    assert Client().get(ci.address).status_code == 401


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_dry_run_says_what_it_would_come_to",
)
def test_a_read_takes_as_many_queries_for_any_number_of_runs(
    ci: Program, django_assert_max_num_queries: Any
) -> None:
    reported(ci, "a", "12", environment="m5", commit="ab12")
    with django_assert_max_num_queries(25):
        rows(ci)
    for number in range(5):
        reported(ci, f"more {number}", "12", environment="m5", commit="ab12")
    with django_assert_max_num_queries(25):
        assert Decimal(rows(ci)["R1"]["value"]) < 20
