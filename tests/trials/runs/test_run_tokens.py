"""A run token posts runs of one trial, until it ends, and opens nothing else."""

import datetime
import json
import re
from itertools import cycle
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Notice
from tests.clients import heard
from tests.factories import stakeholders
from tests.factories import trials as cast
from tests.trials.runs.posting import Program, program, report
from trials.models import Run, RunToken
from trials.services.contracts import amend_contract
from trials.services.runs import MOST_LIVE, make_run_token, revoke_run_token
from vendors.isolation.access import ACCESS
from vendors.services.candidates import declare_conflict

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
KWARG = re.compile(r"<(\w+):\w+>|<\w+>|\(\?P<\w+>[^)]*\)")


def addresses(urls: str) -> list[str]:
    """Every address of a URL configuration, with something in its gaps."""
    return sorted(set(flat(get_resolver(urls).url_patterns, "/")))


def flat(patterns: list[Any], before: str) -> list[str]:
    found = []
    for pattern in patterns:
        text = before + KWARG.sub(gap, str(pattern.pattern)).replace("^", "")
        if isinstance(pattern, URLResolver):
            found += flat(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            found.append(text.replace("\\Z", "").replace("$", "").replace("\\", ""))
    return found


def gap(found: re.Match[str]) -> str:
    kinds = {"uuid": "3f0e2a52-7a5f-4b7b-9f3e-0d6c1f2d3e4a", "int": "1"}
    return kinds.get(found[1] or "", "x")


@pytest.mark.parametrize("urls", ["evaltracker.urls", "evaltracker.vendor_urls"])
@pytest.mark.parametrize(
    "tries_all",
    [
        pytest.param(False, id="read and one more"),
        pytest.param(
            True,
            id="all",
            marks=pytest.mark.nightly(
                reason="each address by each method; each push reads it and tries one "
                "other, in turn",
                short="[read and one more-*]",
            ),
        ),
    ],
)
def test_t60_a_run_token_opens_no_other_address(
    ci: Program, tries_all: bool, urls: str, settings: Settings
) -> None:
    settings.ROOT_URLCONF = urls
    wrong, walked = [], [it for it in addresses(urls) if "/trials/x/runs/" not in it]
    others = cycle(method for method in METHODS if method != "GET")
    for address in walked:
        for method in METHODS if tries_all else ("GET", next(others)):
            answer = Client(raise_request_exception=False).generic(
                method, address, headers={"authorization": f"Bearer {ci.secret}"}
            )
            if answer.status_code not in (403, 404):
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert wrong == []
    assert len(walked) > 30


def test_runs_are_taken_by_the_web_process_alone(
    ci: Program, settings: Settings
) -> None:
    assert "/api/v1/trials/x/runs/" in addresses("evaltracker.urls")
    of_vendors = addresses("evaltracker.vendor_urls")
    assert not [it for it in of_vendors if it.startswith("/api/v1/trials/")]
    settings.ROOT_URLCONF = "evaltracker.vendor_urls"
    assert ci.post(report()).status_code == 404
    assert not Run.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_another_trial_is_as_absent_as_none(ci: Program) -> None:
    other = cast.trial(ci.trial.candidate, "R1", title="Other")
    theirs = ci.post(report(), address=f"/api/v1/trials/{other.pk}/runs/")
    none = ci.post(report(), address=f"/api/v1/trials/{ci.token.pk}/runs/")
    assert theirs.status_code == none.status_code == 404
    assert heard(theirs) == heard(none)
    assert ci.post(report(), address="/api/v1/trials/no-id/runs/").status_code == 404


def test_only_posts_and_reads_are_answered(ci: Program) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = Client().generic(
            method, ci.address, headers={"authorization": f"Bearer {ci.secret}"}
        )
        assert answer.status_code == 405


def test_only_a_digest_of_it_is_kept(ci: Program) -> None:
    kept = RunToken.objects.values().get()
    assert ci.secret not in str(kept)
    assert ci.secret.startswith(kept["prefix"])
    assert ci.secret not in str(list(Entry.objects.values()))


def test_a_revoked_token_is_refused_at_the_next_call(ci: Program) -> None:
    assert ci.post(report()).status_code == 201
    revoke_run_token(token=ci.token, by=ci.trial.lead)
    answer = ci.post(report(key="next"))
    assert answer.status_code == 403
    assert "was revoked" in answer.json()["detail"]
    with pytest.raises(Refused, match="already"):
        revoke_run_token(token=ci.token, by=ci.trial.lead)


def test_a_token_ends_with_the_last_day_of_its_trial(ci: Program) -> None:
    yesterday = timezone.now().date() - datetime.timedelta(days=2)
    ci.trial.ends_on = yesterday
    ci.trial.save(update_fields=["ends_on"])
    answer = ci.post(report())
    assert answer.status_code == 403
    assert "this token ended with it" in answer.json()["detail"]


def test_a_closed_trial_takes_no_runs(ci: Program) -> None:
    ci.trial.closed_at = timezone.now()
    ci.trial.save(update_fields=["closed_at"])
    answer = ci.post(report())
    assert answer.status_code == 409
    assert answer.json()["detail"] == "This trial is closed."


def test_a_token_ends_with_the_part_of_who_made_it(ci: Program) -> None:
    ci.trial.lead = stakeholders.holder("it")
    ci.trial.save(update_fields=["lead"])
    answer = ci.post(report())
    assert answer.status_code == 403
    assert "no longer runs the trial" in answer.json()["detail"]


def test_a_token_ends_with_a_declared_conflict(ci: Program) -> None:
    declare_conflict(
        candidate=ci.trial.candidate,
        has_interest=True,
        statement="I own shares.",
        by=ci.token.made_by,
    )
    answer = ci.post(report())
    assert answer.status_code == 403
    assert "conflict of interest" in answer.json()["detail"]
    with pytest.raises(Forbidden):
        make_run_token(trial=ci.trial, by=ci.token.made_by)


def test_a_token_is_bound_to_the_version_of_the_contract(ci: Program) -> None:
    amend_contract(
        trial=ci.trial, reason="Twice the load.", workload="More", by=ci.trial.lead
    )
    answer = ci.post(report())
    assert answer.status_code == 403
    assert "version 2" in answer.json()["detail"]
    ci.trial.refresh_from_db()
    assert program(ci.trial).post(report()).status_code == 201


def test_tokens_are_made_by_who_runs_an_agreed_trial(ci: Program) -> None:
    owner = ci.trial.candidate.evaluation.owner
    make_run_token(trial=ci.trial, by=owner)
    with pytest.raises(Forbidden):
        make_run_token(trial=ci.trial, by=stakeholders.holder("it"))
    planned = cast.trial(ci.trial.candidate, "R1", title="Next", agreed=False)
    with pytest.raises(Refused, match="agree first"):
        make_run_token(trial=planned, by=owner)
    for _ in range(MOST_LIVE - 2):
        make_run_token(trial=ci.trial, by=owner)
    with pytest.raises(Refused, match="revoke one"):
        make_run_token(trial=ci.trial, by=owner)


@pytest.mark.parametrize("below", ["/api/v1/trials/x/runs/", "/", "/admin/", "/no/"])
def test_a_token_in_an_address_is_revoked_and_its_lead_told(
    ci: Program, below: str
) -> None:
    hidden = ci.secret.replace("evr", "%65vr")
    answer = Client().get(f"{below}?token={hidden}")
    assert answer.status_code == 400
    assert "revoked" in answer.json()["detail"]
    kept = RunToken.objects.get()
    assert kept.revoked_at
    assert kept.leaked_at
    told = Notice.objects.filter(kind="run_token_leaked")
    assert [notice.recipient for notice in told] == [ci.trial.lead]
    assert Client().get(f"{below}?token={hidden}").status_code == 400
    assert told.count() == 1


def test_calls_without_a_good_token_are_all_answered_alike(ci: Program) -> None:
    unknown = f"{ci.secret[:-1]}{'a' if ci.secret[-1] != 'a' else 'b'}"
    texts = set()
    for header in (None, "Bearer x", f"Bearer {unknown}", f"Basic {ci.secret}"):
        headers = {} if header is None else {"authorization": header}
        answer = Client().post(ci.address, headers=headers)
        assert answer.status_code == 401
        texts.add(str(heard(answer)))
    assert len(texts) == 1


@pytest.mark.usefixtures("mid_minute")
def test_calls_are_counted_by_token_and_guesses_by_address(
    ci: Program, settings: Settings
) -> None:
    settings.RUN_CALLS_PER_MINUTE = settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 2
    body = json.dumps(report())
    statuses = [ci.post(body).status_code for _ in range(3)]
    assert statuses == [201, 200, 429]
    guesses = [Client().post(ci.address).status_code for _ in range(3)]
    assert guesses == [401, 401, 429]


def test_the_role_of_vendors_finds_neither_token_nor_file() -> None:
    assert not {"trials_runtoken", "trials_runreport"} & ACCESS.keys()
