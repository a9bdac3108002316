"""On a phone, in both lights: what a program asks is read, pressed or declined."""

import datetime
import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import PersonalToken
from evaltracker.talk.services import attach_files
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.services.proposed_actions import ask
from tests.browser import Watched
from tests.factories import stakeholders, trials, vendors
from tests.talk.attaching import subject_of, upload
from trials.models import Criterion, Evidence

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "SCIM provisioning is included in every plan."
REVIEW = re.compile("^Review.*“CI” asks you to judge")
PICTURES = os.environ.get("JOURNEY_PICTURES", "")


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Watched:
    return Watched(page, live_server.url)


@pytest.fixture
def criterion(db: None) -> Criterion:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "trials")
    return trials.trial(option).criteria.get()


def asked(criterion: Criterion) -> AskedAct:
    """By a program of whoever leads the trial, with words of a file."""
    option = criterion.trial.candidate
    owner, engineer = option.evaluation.owner, stakeholders.holder("engineering")
    [file] = attach_files(
        subject=subject_of("candidate", option, owner),
        files=[upload("terms.txt", f"{WORDS} It is never turned off.".encode())],
        by=owner,
    )
    # Without a second factor, which the browser would be asked for.
    token = PersonalToken.objects.create(
        person=engineer,
        label="CI",
        scope="ask",
        digest="-",
        ends_at=timezone.now() + datetime.timedelta(days=30),
    )
    return ask(
        token=token,
        act="judge-criterion",
        target_id=str(criterion.pk),
        evaluation=option.evaluation,
        fields={"verdict": "holds", "note": "CI is green.", **trials.SETTING},
        quote={"file": str(file.pk), "words": WORDS},
    )


def picture(watched: Watched, name: str) -> None:
    if PICTURES:
        watched.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.mark.nightly(
    reason="three looks at a form that each push reads and sends",
    short="tests/workflow/api/test_asked_acts.py"
    "::test_what_was_quoted_is_shown_and_kept",
)
@pytest.mark.parametrize("look", [(390, "light"), (390, "dark"), (1280, "light")])
def test_its_person_presses_what_was_asked(
    watched: Watched, criterion: Criterion, look: tuple[int, str]
) -> None:
    row, page = asked(criterion), watched.page
    width, light = look
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")
    watched.log_in(row.person.username)
    watched.open("/admin/")
    picture(watched, f"work-{width}-{light}")
    page.get_by_role("link", name=REVIEW).click()
    assert row.quote is not None
    mark = page.get_by_role("dialog").locator("mark")
    expect(mark).to_have_text(WORDS)
    expect(page.get_by_label("Note")).to_have_value(
        f"CI is green.\n\n“{WORDS}” ({row.quote['said']})"
    )
    picture(watched, f"asked-{width}-{light}")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("asks you to judge")).to_have_count(0)
    assert Evidence.objects.get().note.startswith("CI is green.")


@pytest.mark.nightly(
    reason="each push declines by the same form",
    short="tests/workflow/api/test_asked_acts.py"
    "::test_its_person_declines_with_a_reason",
)
def test_its_person_declines(watched: Watched, criterion: Criterion) -> None:
    row, page = asked(criterion), watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    watched.log_in(row.person.username)
    watched.open("/admin/")
    page.get_by_role("link", name=REVIEW).click()
    page.get_by_role("dialog").get_by_role("link", name="Decline").click()
    page.get_by_label("Reason").fill("It is not green.")
    picture(watched, "decline-390")
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_text("asks you to judge")).to_have_count(0)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("declined", "It is not green.")
