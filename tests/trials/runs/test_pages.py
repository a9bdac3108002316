"""The pages of runs: tokens, what was reported, and what does not count."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, User
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.trials.runs.posting import Program, report, run
from trials.models import Run, RunReport, RunToken
from trials.services.runs import leave_out_runs, take_back_runs


def page(user: User, name: str, *args: Any) -> Any:
    """A page as somebody sees it."""
    return signed_in(user).get(reverse(f"admin:{name}", args=args))


def test_a_token_is_shown_once_in_the_answer_to_its_making(ci: Program) -> None:
    lead = signed_in(ci.trial.lead)
    address = reverse("admin:run_token", args=[ci.trial.pk])
    assert b'value="1"' in lead.get(address).content
    made = lead.post(address, {"label": "CI", "seen": "1"})
    token = RunToken.objects.get(label="CI")
    assert f"{token.prefix}_" in made.content.decode()
    assert made["Cache-Control"].startswith("max-age=0") or "no-store" in str(made)
    again = lead.post(address, {"label": "CI", "seen": "1"})
    assert again.status_code == 409
    listed = page(ci.trial.lead, "trial_runs", ci.trial.pk).content.decode()
    assert token.prefix in listed
    assert f"{token.prefix}_" not in listed


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_posting.py"
    "::test_sqlite_keeps_fifteen_digits_and_the_file_all",
)
def test_runs_and_files_are_there_for_people_with_a_part(ci: Program) -> None:
    ci.post(report(run("12.10"), commit="ab12", environment="m5.large"))
    kept = RunReport.objects.get()
    for who in (ci.trial.lead, stakeholders.holder("it")):
        shown = page(who, "trial_runs", ci.trial.pk).content.decode()
        assert "12.1 ms" in shown
        assert "m5.large" in shown
        file = page(who, "run_file", kept.pk)
        assert file["Content-Disposition"].startswith("attachment")
        assert b"12.10" in b"".join(file)
    for name, key in (("trial_runs", ci.trial.pk), ("run_file", kept.pk)):
        assert page(common.noor(), name, key).status_code == 404


def test_a_run_that_is_left_out_stays_with_its_reason(ci: Program) -> None:
    ci.post(report())
    one = Run.objects.get()
    leave_out_runs(of=one, reason="The network was down.", by=ci.trial.lead)
    assert not Run.objects.counting().exists()
    shown = page(ci.trial.lead, "trial_runs", ci.trial.pk).content.decode()
    assert "<s>12.1 ms</s>" in shown
    assert "The network was down." in shown
    assert Entry.objects.get(action="run.left_out").reason == "The network was down."
    with pytest.raises(Refused, match="left out already"):
        leave_out_runs(of=one, reason="Again.", by=ci.trial.lead)
    take_back_runs(of=one, by=ci.trial.lead)
    assert Run.objects.counting().exists()
    entry = Entry.objects.get(action="run.taken_back")
    assert "trials.leftout/1" in (entry.rows or "")
    with pytest.raises(Forbidden):
        leave_out_runs(of=one, reason="No.", by=stakeholders.holder("it"))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_run_that_is_left_out_stays_with_its_reason",
)
def test_any_number_of_runs_takes_the_same_queries(ci: Program) -> None:
    lead = signed_in(ci.trial.lead)
    address = reverse("admin:trial_runs", args=[ci.trial.pk])

    def queries() -> int:
        lead.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert lead.get(address).status_code == 200
        return len(caught)

    ci.post(report())
    few = queries()
    for number in range(3):
        ci.post(report(*(run() for _ in range(40)), key=f"more-{number}"))
    assert queries() == few
    assert b"Page 1 of 2" in lead.get(address).content
