"""One tap on the trial page confirms what its runs propose, without leaving it."""

import pytest
from playwright.sync_api import expect

from tests.browser import Watched
from tests.trials.runs.confirming import add_runs, latencies, measured
from tests.trials.runs.posting import measured_trial
from trials.models import Evidence, Trial
from trials.services.runs import leave_out_runs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trial(transactional_db: None) -> Trial:
    trial = measured_trial()
    criterion = measured(trial)
    add_runs(criterion, latencies("19.6"), days_ago=2)
    add_runs(criterion, latencies("12"), days_ago=1)
    add_runs(criterion, latencies("15"))
    leave_out_runs(
        of=add_runs(criterion, ["28"])[0],
        reason="The network was down.",
        by=trial.lead,
    )
    return trial


@pytest.mark.nightly(
    reason="each push sends what the tap sends",
    short="tests/trials/admin/test_runs_on_the_page.py"
    "::test_one_tap_confirms_and_new_runs_ask_again",
)
def test_one_tap_confirms_in_place(watched: Watched, trial: Trial) -> None:
    watched.log_in(trial.lead.username)
    watched.open(f"/admin/trials/{trial.pk}/")
    page = watched.page
    row = page.locator("#criteria .vr").first
    # In the row, whose numbers open below.
    row.get_by_role("button", name="Confirm: holds for R1").click()
    expect(page.get_by_text("Confirmed on these runs.")).to_be_visible()
    row.locator("summary.vr-head").click()
    expect(page.get_by_role("img", name="over 120 runs")).to_be_visible()
    assert Evidence.objects.get().verdict == "holds"
