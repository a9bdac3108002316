"""Large files are read, compared and imported in the background."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Import, ImportDraft
from evaltracker.importing.services.log import work_on, work_on_imports
from evaltracker.importing.services.waiting import hold_next
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.processes import do_long_work
from tests.cast import common
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db
FILLING = "x" * 30_000
ROWS = 60


def large(rows: int = ROWS) -> str:
    """A file of a few rows that is as big as one of ten thousand."""
    lines = [f'R{at},"What R{at} asks",{FILLING}' for at in range(1, rows + 1)]
    return "\n".join(["ref,text,note", *lines])


@pytest.fixture
def desk(purchase: Evaluation) -> Importer:
    return Importer(purchase, "requirements", purchase.owner)


def test_a_large_file_is_read_in_the_background_and_its_preview_is_found_again(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload(large())
    assert "Preview of “list.csv”" in body
    assert "It begins in a moment." in body
    assert 'value="apply"' not in body
    do_long_work()
    body = desk.see()
    assert "Import 59 new and 1 changed" in body
    assert "1–50 of 59" in body
    assert "What R51 asks" in body
    assert "What R52 asks" not in body
    assert purchase.requirements.count() == 2


def test_a_large_file_is_imported_in_the_background_once(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(large())
    do_long_work()
    yes = desk.yes()
    assert desk.say(yes).status_code == 302
    assert desk.say(yes).status_code == 302
    assert "Import of “list.csv”" in desk.see()
    assert purchase.requirements.count() == 2
    do_long_work()
    do_long_work()
    assert purchase.requirements.count() == 61
    assert str(Import.objects.get().pk) == yes["import"]
    assert not ImportDraft.objects.exists()
    assert "59 new, 1 changed" in desk.see()
    assert (
        "imported by this yes already"
        in desk.client.post(desk.url, yes, follow=True).content.decode()
    )


@pytest.mark.parametrize("content", [large(), large().replace(FILLING, "x")])
def test_the_preview_turns_its_pages(desk: Importer, content: str) -> None:
    desk.upload(content)
    do_long_work()
    body = desk.client.get(desk.url, {"new": "2"}).content.decode()
    assert "51–59 of 59" in body
    assert "What R60 asks" in body
    assert "What R51 asks" not in body
    for wrong in ("3", "0", "x"):
        assert desk.client.get(desk.url, {"new": wrong}).status_code == 400


def test_what_is_said_of_a_large_file_makes_its_preview_anew(desk: Importer) -> None:
    desk.upload(large().replace("ref,text,note", "ref,thing,note"))
    do_long_work()
    assert "Say which column holds what" in desk.see()
    assert "What R1 asks" in desk.body or 'id="preview"' in desk.body
    desk.read(**{"place-0": "ref", "place-1": "text"})
    assert "It begins in a moment." in desk.body
    do_long_work()
    assert "Import 59 new and 1 changed" in desk.see()


def test_rows_of_a_large_file_are_left_out_in_its_preview(desk: Importer) -> None:
    desk.upload(large())
    do_long_work()
    assert 'name="out" value="40:"' in desk.see()
    desk.say({"step": "mend", "offered": "40:", "out": "40:"})
    do_long_work()
    body = desk.see()
    assert "Left out, as you said: 1 row (40)." in body
    assert "stays out" in body


def test_what_changed_since_the_preview_is_shown_and_not_written_over(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(large())
    do_long_work()
    desk.say(desk.yes())
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, text="Meanwhile", by=purchase.owner)
    do_long_work()
    body = desk.see()
    assert "nothing was written" in body
    assert "<del>Meanwhile</del>" in body
    row.refresh_from_db()
    assert row.text == "Meanwhile"
    assert not Import.objects.exists()
    desk.say(desk.yes())
    do_long_work()
    assert Import.objects.count() == 1


def test_a_yes_to_what_is_not_shown_is_refused(desk: Importer) -> None:
    desk.upload(large())
    do_long_work()
    assert desk.say(desk.yes() | {"shown": "0" * 64}).status_code == 409
    assert "Import 59 new" in desk.see()


def test_a_large_file_that_is_no_table_says_why_and_can_be_put_away(
    desk: Importer,
) -> None:
    desk.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_000, "photo.csv")
    do_long_work()
    assert "although its name ends in .csv" in desk.see()
    desk.say({"step": "discard"})
    assert not ImportDraft.objects.exists()


def test_a_file_that_is_put_away_while_it_comes_in_leaves_nothing(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(large())
    do_long_work()
    desk.say(desk.yes())
    held = hold_next()
    assert held is not None
    desk.say({"step": "discard"})
    work_on(held)
    assert purchase.requirements.count() == 2
    assert not Import.objects.exists()


def test_nobody_holds_what_another_holds_until_that_one_is_silent(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(large())
    do_long_work()
    desk.say(desk.yes())
    first = hold_next()
    assert first is not None
    assert hold_next() is None
    ago = timezone.now() - datetime.timedelta(seconds=1)
    ImportDraft.objects.update(held_until=ago)
    work_on_imports()
    assert purchase.requirements.count() == 61
    work_on(first)
    assert Import.objects.count() == 1


def test_what_fails_three_times_is_told_and_not_tried_for_ever(
    desk: Importer,
) -> None:
    desk.upload(large())
    for _ in range(3):
        assert hold_next() is not None
        ImportDraft.objects.update(held_until=None)
    do_long_work()
    assert "The import failed, and nothing was imported." in desk.see()
    assert hold_next() is None


def test_who_may_no_longer_import_imports_nothing(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(large())
    do_long_work()
    desk.say(desk.yes())
    with transaction.atomic():
        Evaluation.objects.filter(pk=purchase.pk).update(owner=common.otto())
    do_long_work()
    assert purchase.requirements.count() == 2
    assert not Import.objects.exists()


def test_what_has_waited_long_says_what_may_be_the_matter(desk: Importer) -> None:
    desk.upload(large())
    ago = timezone.now() - datetime.timedelta(minutes=3)
    ImportDraft.objects.update(asked_at=ago)
    assert "is not running" in desk.see()
