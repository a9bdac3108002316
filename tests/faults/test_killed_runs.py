"""T60, small: a post of 1,000 runs that is killed leaves all of them or none.

It is killed with its rows and its file written, as it waits to write the journal;
`./dev bench kills` does so 20 times at random moments.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import transaction

from evaltracker.decision.selectors.stored_files import leftovers
from evaltracker.evaluations import verifying
from evaltracker.evaluations.models import JournalHead
from tests.faults.killing import await_quiet, await_waiting, kill_while_sending
from tests.served import Site, app_login, served
from tests.trials.runs.posting import Program, measured_trial, program, report, run
from trials.models import Run

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 1_000


def post(site: Site, ci: Program, body: Any) -> requests.Response:
    """The report, over a connection."""
    header = {"Authorization": f"Bearer {ci.secret}"}
    return requests.post(
        f"{site.url}{ci.address}", json=body, headers=header, timeout=60
    )


@pytest.mark.nightly(
    reason="Another program's call; each push kills a site under a vendor's batch.",
    short="tests/faults/test_kills.py"
    "::test_a_batch_whose_processes_are_killed_leaves_nothing_and_may_be_sent_again",
)
def test_a_report_whose_processes_are_killed_leaves_nothing_and_may_be_sent_again(
    tmp_path: Path,
) -> None:
    ci = program(measured_trial())
    where = ci.trial.candidate.evaluation
    body = report(*(run(f"{at}.5") for at in range(MANY)))

    with (
        app_login() as url,
        served(tmp_path, settings="evaltracker.settings", DATABASE_URL=url) as site,
    ):
        with transaction.atomic():
            JournalHead.objects.select_for_update().get(evaluation=where)
            sending = partial(post, site, ci, body)
            kill_while_sending(site, sending, when=await_waiting)
        await_quiet()
        assert Run.objects.count() == 0
        site.start()
        assert post(site, ci, body).status_code == 201
        assert Run.objects.count() == MANY
        assert post(site, ci, body).status_code == 200
    assert Run.objects.count() == MANY
    assert verifying.find_break(where) is None
    assert all(not left.is_half for left in leftovers())
