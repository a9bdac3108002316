"""A grid without a mouse: moved about, edited, pasted, refused, undone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Response, expect

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import change_requirement
from tests.browser import PASTE, Watched
from tests.factories import common

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Where Tab leads into the table.
STOP = "#grid-requirements [tabindex='0']"


@pytest.fixture
def grid(watched: Watched, purchase: Evaluation) -> Iterator[Page]:
    """The requirements, with the focus in the words of the first."""
    watched.page.set_viewport_size({"width": 1280, "height": 900})
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/requirements/")
    watched.page.locator(STOP).focus()
    yield watched.page
    # A refused cell is a 400 or 409, which the browser itself reports.
    watched.complaints = [
        it for it in watched.complaints if "the server resp" not in it
    ]


def focused(page: Page) -> str:
    """The text of the cell that has the focus."""
    return str(page.evaluate("document.activeElement.innerText")).strip()


def saved(page: Page, sentence: str) -> None:
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()


def test_cells_are_edited_pasted_and_undone_by_keyboard(
    grid: Page, purchase: Evaluation
) -> None:
    assert focused(grid) == "Trains a model on a cluster of GPUs"
    assert grid.evaluate("document.activeElement.getAttribute('role')") == "gridcell"
    grid.keyboard.press("ArrowDown")
    assert focused(grid) == "Shows cost by team"
    grid.keyboard.press("Enter")
    grid.keyboard.type("Shows cost by project")
    grid.keyboard.press("Tab")
    saved(grid, "Saved.")
    grid.keyboard.press("Escape")
    grid.keyboard.press("Shift+ArrowRight")
    grid.evaluate(PASTE, "must\t8")
    saved(grid, "2 cells saved.")
    row = purchase.requirements.get(ref="1.10")
    assert (row.text, row.priority, row.weight) == ("Shows cost by project", "must", 8)
    assert purchase.requirements.count() == 2
    grid.keyboard.press("Control+z")
    saved(grid, "Undone.")
    row.refresh_from_db()
    assert (row.priority, row.weight) == ("should", 5)


@pytest.mark.nightly(
    reason="each push reads both refusals where they are answered",
    short="tests/pages/grids/test_requirements_grid.py"
    "::test_a_cell_that_somebody_else_changed_is_refused_with_both_values",
)
def test_a_refused_cell_says_why_and_a_changed_one_shows_both_values(
    grid: Page, purchase: Evaluation, watched: Watched
) -> None:
    grid.keyboard.press("ArrowRight")
    grid.keyboard.press("ArrowRight")
    grid.keyboard.type("11")
    grid.keyboard.press("Enter")
    refused = grid.locator("[aria-invalid=true]")
    expect(refused).to_contain_text("less than or equal to 10")
    named = refused.get_attribute("aria-describedby") or ""
    assert grid.locator(f"[id='{named}']").count() == 1
    assert watched.barriers() == []
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, weight=3, by=purchase.owner)
    grid.keyboard.press("ArrowUp")
    grid.keyboard.type("9")
    grid.keyboard.press("Enter")
    expect(refused).to_contain_text("changed Weight to “3” meanwhile; you entered “9”")
    row.refresh_from_db()
    assert row.weight == 3


@pytest.mark.nightly(
    reason="more keys in Chromium; each push edits, pastes and undoes by keyboard",
    short="::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_rows_are_pasted_below_ticked_and_retired_by_keyboard(
    grid: Page, purchase: Evaluation
) -> None:
    grid.get_by_placeholder("Type here, or paste rows").focus()
    grid.evaluate(PASTE, "Requirement\tWeight\nRolls back\t9\nHas SSO\t8\n")
    grid.get_by_role("button", name="Add 2").click()
    saved(grid, "2 added.")
    assert list(purchase.requirements.values_list("weight", flat=True)) == [5, 5, 9, 8]
    grid.locator(STOP).focus()
    grid.keyboard.press("Space")
    grid.keyboard.press("ArrowDown")
    grid.keyboard.press("Space")
    bar = grid.get_by_role("group", name="Selected rows")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Retire").press("Enter")
    grid.keyboard.type("Asked twice")
    bar.get_by_role("button", name="Retire").last.press("Enter")
    saved(grid, "Retired 2.")
    assert purchase.requirements.filter(retired_at=None).count() == 2


@pytest.mark.nightly(
    reason="one more page in Chromium; each push edits the same grid",
    short="::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_html_in_a_cell_is_text(grid: Page, purchase: Evaluation) -> None:
    grid.keyboard.type("<img src=x onerror=alert(1)><b>bold</b>")
    grid.keyboard.press("Enter")
    saved(grid, "Saved.")
    expect(grid.get_by_text("<b>bold</b>")).to_be_visible()
    assert grid.locator(".gr-table img, .gr-table b").count() == 0


@pytest.mark.nightly(
    reason="each push sends what both ways send",
    short="tests/pages/grids/test_requirements_grid.py"
    "::test_a_row_is_moved_into_the_category_of_the_row_above",
)
def test_a_row_is_moved_by_key_and_by_dragging_and_put_back(
    grid: Page, purchase: Evaluation
) -> None:
    def order() -> list[str]:
        rows = purchase.requirements.order_by("position")
        return list(rows.values_list("ref", flat=True))

    before = order()
    grid.keyboard.press("Alt+ArrowDown")
    saved(grid, "Moved.")
    assert order() == before[::-1]
    assert focused(grid) == "Trains a model on a cluster of GPUs"
    grid.keyboard.press("Control+z")
    saved(grid, "Undone.")
    assert order() == before
    handles = grid.locator(".tabulator-row .gr-handle")
    handles.nth(1).hover()
    grid.mouse.down()
    expect(grid.locator(".tabulator-moving")).to_be_attached()
    top = grid.locator("#grid-requirements .tabulator-tableholder").bounding_box()
    assert top is not None
    for down in (12, 6, 3):
        grid.mouse.move(top["x"] + 60, top["y"] + down)
    grid.mouse.up()
    saved(grid, "Moved.")
    assert order() == before[::-1]


def weights(page: Page) -> list[str]:
    cells = page.locator("#grid-requirements .tabulator-row [data-column=weight]")
    return [text.strip() for text in cells.all_inner_texts()]


@pytest.mark.nightly(
    reason="each push pastes and undoes by keyboard",
    short="::test_cells_are_edited_pasted_and_undone_by_keyboard[chromium]",
)
def test_cells_are_marked_by_mouse_filled_down_undone_and_done_again(
    grid: Page, purchase: Evaluation
) -> None:
    cells = grid.locator("#grid-requirements .tabulator-row [data-column=weight]")
    cells.nth(0).click()
    grid.keyboard.type("9")
    grid.keyboard.press("Enter")
    saved(grid, "Saved.")
    first, last = (cells.nth(place).bounding_box() for place in (0, 1))
    assert first
    assert last
    grid.mouse.move(first["x"] + 4, first["y"] + 4)
    grid.mouse.down()
    grid.mouse.move(last["x"] + 4, last["y"] + 4, steps=5)
    grid.mouse.up()
    expect(grid.locator(".gr-in")).to_have_count(2)
    grid.keyboard.press("Control+d")
    saved(grid, "1 cell saved.")
    assert weights(grid) == ["9", "9"]
    grid.keyboard.press("Control+z")
    saved(grid, "Undone.")
    assert weights(grid) == ["9", "5"]
    grid.keyboard.press("Control+Shift+Z")
    saved(grid, "Done again.")
    assert weights(grid) == ["9", "9"]
    grid.keyboard.press("Control+a")
    grid.evaluate(PASTE, "x")
    alert = grid.locator("#grid-requirements > .gr-alert")
    expect(alert).to_contain_text("not changed here")
    assert purchase.requirements.get(ref="R1").text == "x"


def sent(part: str) -> Callable[[Response], bool]:
    """Whether an answer is to a request that holds `part`."""
    return lambda answer: part in (answer.request.post_data or "")


@pytest.mark.nightly(
    reason="each push keeps a view and reads it back",
    short="tests/pages/grids/test_views.py"
    "::test_a_view_is_ones_own_and_the_owners_is_for_everybody_else",
)
def test_a_table_is_filtered_ticked_and_arranged_and_stays_so(
    grid: Page, watched: Watched, purchase: Evaluation
) -> None:
    here = grid.locator("#grid-requirements")
    grid.get_by_label("Select R1", exact=True).click()
    grid.get_by_label("Select 1.10", exact=True).click(modifiers=["Shift"])
    bar = grid.get_by_role("group", name="Selected rows")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Clear").click()
    here.get_by_role("button", name="Filter", exact=True).click()
    with grid.expect_response(sent('"value":"r1"')):
        grid.keyboard.type("r1")
    expect(here.locator(".gr-tools")).to_contain_text("1 of 2 rows")
    grid.get_by_label("Select all rows shown").click()
    expect(bar).to_contain_text("1 selected")
    bar.get_by_role("button", name="Clear").click()
    with grid.expect_response(sent('"filters":[]')):
        here.get_by_role("button", name="Show all").click()
    expect(here.locator(".gr-tools")).not_to_contain_text("rows")
    expect(here.locator(".tabulator-row")).to_have_count(2)

    def choose(column: str, what: str) -> None:
        here.get_by_role("button", name=f"{column}: sort, hide, move").focus()
        grid.keyboard.press("Enter")
        grid.locator(".tabulator-menu").get_by_role("button", name=what).click()

    choose("Ref", "Sort ascending")
    refs = here.locator(".tabulator-row [data-column=ref]")
    expect(refs.first).to_contain_text("1.10")
    refs.first.click()
    grid.keyboard.press("Alt+ArrowDown")
    alert = grid.locator("#grid-requirements > .gr-alert")
    expect(alert).to_contain_text("sorted or filtered")
    choose("Moves", "Hide")

    def is_moved(answer: Response) -> bool:
        sent = answer.request.post_data or ""
        return -1 < sent.find("cells.weight") < sent.find("cells.priority")

    with grid.expect_response(is_moved):
        choose("Weight", "Move left")
    watched.open(f"/admin/e/{purchase.slug}/requirements/")
    heads = here.locator(".tabulator-col:visible .tabulator-col-title")
    expect(refs.first).to_contain_text("1.10")
    shown = [text for text in heads.all_inner_texts() if text.strip("⋮\n ")]
    assert [text.strip("⋮\n ") for text in shown][:5] == [
        *("Ref", "Requirement", "Weight", "Priority", "Category")
    ]


@pytest.mark.nightly(
    reason="each push reads what is asked, and answers it",
    short="tests/pages/grids/test_requirements_grid.py"
    "::test_what_is_not_certain_is_asked_and_nothing_is_kept",
)
def test_pasted_rows_of_a_stranger_are_asked_about_over_the_table(
    watched: Watched,
) -> None:
    where = common.evaluation()
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/requirements/")
    page = watched.page
    page.get_by_placeholder("Type here, or paste rows").focus()
    page.evaluate(
        PASTE,
        "Area\tNo.\tRequirement\tPriority\nOps\tX1\tRuns at night\tMust\n"
        "Ops\tX2\tRuns by day\tHigh",
    )
    dialog = page.get_by_role("dialog", name="How the pasted rows are read")
    expect(dialog.get_by_role("button", name="Add 2")).to_be_disabled()
    assert watched.barriers() == []
    dialog.get_by_label("“High”").select_option(label="Should have")
    dialog.get_by_role("button", name="Add 2").click()
    saved(page, "2 added.")
    categories = page.locator("#grid-requirements [data-column=category]")
    assert categories.all_inner_texts() == ["Ops", "Ops"]
    page.get_by_role("button", name="Undo").click()
    saved(page, "Undone.")
    assert not where.requirements.exists()
