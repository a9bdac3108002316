"""Three finalists in a browser: from the shortlist to measured and confirmed trials."""

import datetime
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched, follow_on
from tests.factories import trials, vendors
from tests.trials.runs.clients import environment, run_client
from tests.trials.runs.confirming import add_runs, confirm, latencies
from tests.trials.runs.posting import LATENCY, report, run
from trials.models import Criterion, Trial

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FINALISTS = ("Acme ML", "Globex", "Initech")
LOOKS = ((1280, False), (1280, True), (390, False))
MOST_FORMS = 6
UNJUDGED = "Trial of {}: {} of 10 criteria not judged."


@pytest.mark.nightly(
    reason="runs, verdicts and the drawing up of trials are asked in each push",
    short="tests/trials/admin/test_drawing_up.py"
    "::test_three_finalists_with_ten_criteria_need_two_forms",
)
def test_three_finalists_are_tried_on_the_same_terms(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    watched, forms = Watched(page, live_server.url), 0
    where = trials.platform(*["must"] * 10)
    where.requirements.filter(ref="R1").update(measure=LATENCY)
    for name in FINALISTS:
        trials.claimed(where, name=name)
    vendors.enter(where, "trials")
    where.candidates.update(state="shortlisted")
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/trials/")
    follow_on(page.get_by_role("link", name="Create trials"))
    look(watched)
    for name, words in trials.CONTRACT.items():
        page.locator(f"[name={name}]").fill(words)
    for box in page.locator("[name^=threshold_]").all():
        box.fill("100 runs a day")
    follow_on(page.get_by_role("button", name="Create trials"))
    forms += 1
    follow_on(page.get_by_role("link", name="Send the terms for approval"))
    follow_on(page.get_by_role("button", name="Send for approval"))
    forms += 1
    expect(page.get_by_text("sent for approval").first).to_be_visible()
    look(watched)
    rows = Trial.objects.filter(candidate__evaluation=where)
    assert forms <= MOST_FORMS
    assert [trial.criteria.count() for trial in rows] == [10, 10, 10]
    for trial in rows:
        trials.agreed_to(trial)
    watched.open(f"/admin/trials/{rows[0].pk}/")
    expect(page.get_by_text("the same for all finalists")).to_be_visible()
    # Their first day has come.
    rows.update(starts_on=trials.TODAY() - datetime.timedelta(days=1))
    first, *others = rows
    measure_by_program(watched, first, tmp_path)
    watched.open(f"/admin/e/{where.slug}/")
    gate = page.locator("#gate-criteria_judged")
    expect(gate).to_contain_text(UNJUDGED.format(first.candidate, 9))
    for trial in others:
        add_runs(measured(trial), latencies("12"))
        confirm(measured(trial), "holds")
    for trial in rows:
        judge_the_rest(trial)
    watched.open(f"/admin/e/{where.slug}/")
    expect(page.get_by_role("main")).not_to_contain_text("not judged")
    watched.open(f"/admin/e/{where.slug}/comparison/")
    expect(page.get_by_text("p95 19.6 ms of 20 runs")).to_be_visible()
    look(watched)
    assert watched.complaints == []


def measure_by_program(watched: Watched, trial: Trial, folder: Path) -> None:
    """Make its token, let the program of the docs report, confirm what it proposes."""
    page = watched.page
    watched.open(f"/admin/trials/{trial.pk}/runs/")
    follow_on(page.get_by_role("link", name="Make a run token"))
    follow_on(page.get_by_role("button", name="Make the token"))
    secret = page.get_by_label("Run token").input_value()
    address = f"{watched.home}/api/v1/trials/{trial.pk}/runs/"
    numbers = [*["5"] * 18, "19.6", "500"]
    (folder / "runs.json").write_text(json.dumps(report(*map(run, numbers))))
    env = environment(address, secret)
    ended = run_client("runs.json", "--gate", "holds", cwd=folder, env=env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    watched.open(f"/admin/e/{trial.candidate.evaluation.slug}/trials/")
    expect(page.get_by_text(f"{trial.candidate}: 20 runs to confirm")).to_be_visible()
    watched.open(f"/admin/trials/{trial.pk}/")
    page.get_by_role("button", name="Confirm: holds for R1").click()
    expect(page.get_by_text("Confirmed on these runs.")).to_be_visible()


def measured(trial: Trial) -> Criterion:
    """Its criterion with a measure."""
    found: Criterion = trial.criteria.select_related("requirement", "trial").get(
        requirement__ref="R1"
    )
    return found


def judge_the_rest(trial: Trial) -> None:
    """By eye, what no run measures."""
    for criterion in trial.criteria.filter(measure={}).select_related("requirement"):
        claim = trials.claim_of(trial.candidate, criterion.requirement.ref)
        trials.verdict(claim, "trial", criterion=criterion)


def look(watched: Watched) -> None:
    """The page has no barrier and fits, at a desk, in the dark and on a phone."""
    page = watched.page
    for width, dark in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        theme = "on => document.documentElement.classList.toggle('dark', on)"
        page.evaluate(theme, dark)
        page.evaluate("document.getAnimations().forEach(it => it.finish())")
        assert watched.barriers() == [], (width, dark)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})
