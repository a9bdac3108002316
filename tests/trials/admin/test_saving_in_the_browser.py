"""Verdicts, notes and scores are saved where they are typed, and drafts are kept."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import Watched
from tests.factories import stakeholders, trials, vendors
from trials.models import Demo, DemoNote, Evidence, Score
from trials.services.demos import hold_demo
from trials.services.scripts import draw_up_script
from vendors.models import Candidate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "It took four minutes."


@pytest.fixture
def acme(transactional_db: None) -> Candidate:
    where = trials.platform("must", "must")
    option = trials.claimed(where)
    vendors.enter(where, "demos")
    return option


@pytest.fixture
def demo(acme: Candidate) -> Demo:
    """A demo of Acme that is being held, with two items on its script."""
    planned = trials.demo(acme)
    draw_up_script(demo=planned, by=acme.evaluation.owner)
    return hold_demo(demo=planned, attendees="We", notes="", by=acme.evaluation.owner)


def item(watched: Watched, ref: str) -> Locator:
    """The form that judges a requirement."""
    buttons = watched.page.get_by_role("group", name=f"Verdict on {ref}", exact=True)
    return watched.page.locator("form").filter(has=buttons)


def set_up(watched: Watched) -> None:
    """Who ran it and on whose data, once for all rows."""
    watched.page.locator("#all-runner").select_option("us")
    watched.page.locator("#all-data").select_option("ours")


def judged(form: Locator, verdict: str) -> Locator:
    return form.locator(f"button[value={verdict}][aria-pressed=true]")


@pytest.mark.nightly(
    reason="a page that saves in place; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_a_verdict_is_saved_in_place_and_no_other_note_is_lost(
    watched: Watched, demo: Demo
) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/demos/{demo.pk}/")
    page = watched.page
    page.evaluate("window.sameOne = true")
    first, second = item(watched, "R1"), item(watched, "R2")
    second.get_by_label("Note").fill(NOTE)
    set_up(watched)
    first.get_by_role("button", name="Holds").click()
    expect(page.get_by_role("status").filter(has_text="Recorded: R1")).to_be_visible()
    expect(page.get_by_text("1 of 2", exact=True)).to_be_visible()
    expect(judged(first, "holds")).to_be_visible()
    expect(second.get_by_label("Note")).to_have_value(NOTE)
    expect(second.locator("[name=runner]")).to_have_value("us")
    assert watched.barriers() == []

    second.get_by_role("button", name="Fails").click()
    expect(page.get_by_text("2 of 2", exact=True)).to_be_visible()
    assert page.evaluate("window.sameOne")
    found = Evidence.objects.order_by("recorded_at").values_list("verdict", "note")
    assert list(found) == [("holds", ""), ("fails", NOTE)]


@pytest.mark.nightly(
    reason="verdicts by keys; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_keys_judge_the_row_that_has_the_focus(watched: Watched, demo: Demo) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/demos/{demo.pk}/")
    page = watched.page
    set_up(watched)
    page.get_by_role("link", name="Judge next").click()
    expect(item(watched, "R1").locator("summary").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("1")
    expect(judged(item(watched, "R2"), "holds")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("2")
    expect(judged(item(watched, "R1"), "partly")).to_be_visible()
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    expect(judged(item(watched, "R1"), "partly")).to_have_count(0)
    expect(page.get_by_text("1 of 2", exact=True)).to_be_visible()
    assert watched.barriers() == []


@pytest.mark.nightly(
    reason="each push sends both, and reads what is answered",
    short="tests/trials/admin/test_demo_pages.py"
    "::test_what_somebody_judged_meanwhile_is_told_and_replaced_once_seen",
)
def test_what_somebody_judged_meanwhile_is_shown_and_sent_over_once_seen(
    watched: Watched, demo: Demo
) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/demos/{demo.pk}/")
    set_up(watched)
    mine = item(watched, "R1")
    mine.get_by_label("Note").fill(NOTE)
    shown = demo.script_items.get(requirement__ref="R1")
    claim = trials.claim_of(demo.candidate)
    trials.verdict(claim, "demo", "fails", note="It froze.", script_item=shown)
    mine.get_by_role("button", name="Holds").click()
    expect(mine.get_by_text("Send again to replace theirs.")).to_be_visible()
    expect(mine.get_by_text("It froze.")).to_be_visible()
    expect(mine.get_by_label("Note")).to_have_value(NOTE)
    mine.get_by_role("button", name="Holds").click()
    expect(judged(mine, "holds")).to_be_visible()
    assert Evidence.objects.count() == 2
    watched.complaints = [it for it in watched.complaints if "409" not in it]


@pytest.mark.nightly(
    reason="each push sends it and reads what is refused where",
    short="tests/trials/admin/test_demo_pages.py"
    "::test_a_verdict_that_is_refused_in_place_names_its_field",
)
def test_a_refused_verdict_says_so_at_its_field(watched: Watched, demo: Demo) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/demos/{demo.pk}/")
    form = item(watched, "R1")
    set_up(watched)
    form.get_by_role("button", name="Fails").click()
    note = form.get_by_label("Note")
    expect(note).to_have_attribute("aria-invalid", "true")
    expect(note).to_be_focused()
    expect(form.get_by_role("alert")).to_be_visible()
    assert watched.barriers() == []
    assert not Evidence.objects.exists()
    note.fill(NOTE)
    form.get_by_role("button", name="Fails").click()
    expect(judged(form, "fails")).to_be_visible()
    watched.complaints = [it for it in watched.complaints if "400" not in it]


@pytest.mark.nightly(
    reason="each push types, reloads and has it back",
    short="tests/pages/test_drafts_in_time.py"
    "::test_who_types_and_reloads_at_once_has_it_back[chromium-1]",
)
def test_a_draft_outlives_a_reload_and_ends_when_it_is_saved(
    watched: Watched, demo: Demo
) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/demos/{demo.pk}/")
    page, form = watched.page, item(watched, "R2")
    form.get_by_label("Note").fill(NOTE)
    page.reload()
    expect(form.get_by_text("restored")).to_be_visible()
    expect(form.get_by_label("Note")).to_have_value(NOTE)
    assert watched.barriers() == []
    form.get_by_role("button", name="Discard").click()
    expect(form.get_by_label("Note")).to_have_value("")
    page.reload()
    expect(form.get_by_text("restored")).to_have_count(0)

    mine = page.get_by_label("Your note")
    mine.fill("Convincing.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("1 note so far")).to_be_visible()
    assert DemoNote.objects.get().text == "Convincing."
    page.reload()
    expect(mine).to_have_value("Convincing.")
    expect(page.get_by_text("restored")).to_have_count(0)


@pytest.mark.nightly(
    reason="acts wait for a connection with each push (test_drafts_in_the_browser)",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_without_a_connection_a_verdict_waits_until_it_is_back(
    watched: Watched, demo: Demo
) -> None:
    watched.log_in("ivan")
    watched.open(f"/admin/demos/{demo.pk}/")
    page, form = watched.page, item(watched, "R1")
    set_up(watched)
    form.get_by_label("Note").fill(NOTE)
    page.context.set_offline(True)
    form.get_by_role("button", name="Holds").click()
    expect(form.get_by_text("Not saved. Try again.")).to_be_visible()
    expect(form.get_by_label("Note")).to_have_value(NOTE)
    assert not Evidence.objects.exists()
    page.context.set_offline(False)
    expect(judged(form, "holds")).to_be_visible()
    assert Evidence.objects.get().note == NOTE
    watched.complaints = [it for it in watched.complaints if "DISCON" not in it]


@pytest.mark.nightly(
    reason="each push fills in a sheet by the same form",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_scores_are_saved_row_by_row(watched: Watched, acme: Candidate) -> None:
    where = acme.evaluation
    watched.log_in("priya")
    watched.open(f"/admin/e/{where.slug}/scores/")
    page = watched.page
    value, reason = page.get_by_role("radio").nth(1), page.get_by_label("Reason: ")
    value.press("4")
    page.get_by_role("button", name="Save", exact=True).focus()
    expect(reason).to_have_attribute("aria-invalid", "true")
    assert watched.barriers() == []
    reason.fill("Fast enough.")
    reason.press("Tab")
    expect(page.get_by_text("1 of 1")).to_be_visible()
    given = Score.objects.get(sheet__stakeholder__user=stakeholders.holder("pm"))
    assert (given.value, given.reason) == (4, "Fast enough.")
    expect(page.get_by_role("link", name="Lock")).to_be_visible()
    watched.complaints = [it for it in watched.complaints if "400" not in it]


@pytest.mark.nightly(
    reason="a trial with a file in Chromium; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_a_trial_is_judged_in_place_with_its_file(
    watched: Watched, acme: Candidate
) -> None:
    vendors.enter(acme.evaluation, "trials")
    trial = trials.trial(acme, "R1", "R2")
    watched.log_in(stakeholders.holder("engineering").username)
    watched.open(f"/admin/trials/{trial.pk}/")
    page = watched.page
    first, second = item(watched, "R1"), item(watched, "R2")
    second.get_by_label("note").fill(NOTE)
    set_up(watched)
    first.locator("summary").first.click()
    first.get_by_label("File").set_input_files(
        {"name": "runs.csv", "mimeType": "text/csv", "buffer": b"run,minutes\n1,4\n"}
    )
    first.get_by_role("button", name="Holds").click()
    expect(page.get_by_role("link", name="runs.csv").first).to_be_visible()
    expect(page.locator("#judged b")).to_have_text("1 of 2")
    expect(second.get_by_label("note")).to_have_value(NOTE)
    close = page.get_by_role("link", name="Close the trial")
    expect(close).to_have_count(0)
    second.get_by_role("button", name="Holds").click()
    expect(close).to_be_visible()
    assert watched.barriers() == []
