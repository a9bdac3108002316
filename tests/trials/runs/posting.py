"""A trial with a measured criterion and a prose one, and a program that posts to it."""

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from evaltracker.toolbox.measures import Measure
from tests.factories import trials as cast
from tests.factories import vendors
from trials.models import Criterion, Run, RunToken, Trial
from trials.run_formats import ReportedFile, ReportedRun
from trials.services.runs import make_run_token, receive_report

LATENCY = {
    "quantity": "latency",
    "unit": "ms",
    "direction": "at_most",
    "bound": "20",
    "statistic": "p95",
    "least_n": 20,
}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that holds a run token."""

    trial: Trial
    token: RunToken
    secret: str

    @property
    def address(self) -> str:
        """Where its trial takes runs."""
        return f"/api/v1/trials/{self.trial.pk}/runs/"

    def post(
        self, body: Any, kind: str = "application/json", address: str = "", **more: str
    ) -> Any:
        """A post with its token; a body that is no text becomes JSON."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {"authorization": f"Bearer {self.secret}", **more}
        return Client(raise_request_exception=False).generic(
            "POST", address or self.address, raw, kind, headers=headers
        )


def measured_trial() -> Trial:
    """An agreed trial: criterion 1 is measured, criterion 2 is prose."""
    option = cast.claimed(cast.platform("must", "must"))
    vendors.enter(option.evaluation, "trials")
    option.refresh_from_db()
    trial = cast.trial(option, "R1", "R2")
    Criterion.objects.filter(trial=trial, position=1).update(measure=LATENCY)
    return trial


def program(trial: Trial) -> Program:
    """The program of the trial's lead."""
    token, secret = make_run_token(trial=trial, label="nightly", by=trial.lead)
    return Program(trial, token, secret)


def report_test(token: RunToken, position: int = 1) -> Run:
    """A run of one criterion, as a program reports it: a test that passed, or a
    number where it is measured."""
    criterion = token.trial.criteria.all()[position - 1]
    measure = Measure.from_json(criterion.measure)
    said: dict[str, Any] = (
        {"number": measure.bound, "unit": measure.unit}
        if measure
        else {"failed": False}
    )
    case = ReportedRun("testcase.1", str(criterion.pk), timezone.now(), **said)
    received = receive_report(
        token=token,
        content=b"<testsuite/>",
        reported_file=ReportedFile(key="build-7", runs=[case], format="junit"),
    )
    return Run.objects.get(report=received.report)


def run(value: Any = "12.1", **fields: Any) -> dict[str, Any]:
    """One run of the measured criterion, a minute ago."""
    then = timezone.now() - datetime.timedelta(minutes=1)
    return {
        "criterion": "R1",
        "value": value,
        "unit": "ms",
        "measured_at": then.isoformat(),
        **fields,
    }


def report(*runs: dict[str, Any], key: str = "build-7", **fields: Any) -> Any:
    """A file of runs as JSON."""
    return {"id": key, "runs": list(runs) or [run()], **fields}
