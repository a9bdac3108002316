"""Large files are read, compared and imported in the background."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Import, ImportDraft
from evaltracker.importing.services.drafts import hold_next
from evaltracker.importing.services.imports import work_on, work_on_imports
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.processes import do_long_work
from tests.factories import common
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db
FILLING = "x" * 30_000


def large(rows: int = 60) -> str:
    """A file of a few rows that is as big as one of ten thousand."""
    lines = [f'R{at},"What R{at} asks",{FILLING}' for at in range(1, rows + 1)]
    return "\n".join(["Ref,Requirement,Remarks", *lines])


@pytest.fixture
def read(desk: Importer) -> Importer:
    desk.upload(large())
    do_long_work()
    return desk


def test_a_large_file_is_read_and_imported_in_the_background_once(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload(large())
    assert "Preview of “list.csv”" in body
    assert "It begins in a moment." in body
    assert 'value="apply"' not in body
    do_long_work()
    yes = desk.yes()
    assert "59 new" in desk.body
    assert "1 changed" in desk.body
    assert desk.say(yes).status_code == 302
    assert desk.say(yes).status_code == 302
    assert "Import of “list.csv”" in desk.see()
    assert purchase.requirements.count() == 2
    do_long_work()
    do_long_work()
    assert purchase.requirements.count() == 61
    assert str(Import.objects.get().pk) == yes["import"]
    assert not ImportDraft.objects.exists()
    again = desk.client.post(desk.url, yes, follow=True).content.decode()
    assert "imported by this very yes already" in again


@pytest.mark.parametrize("content", [large(), large().replace(FILLING, "x")])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[content0]"
)
def test_rows_of_the_file_and_new_ones_have_pages(desk: Importer, content: str) -> None:
    desk.upload(content)
    do_long_work()
    body = desk.client.get(desk.url, {"new": "2", "rows": "2"}).content.decode()
    assert "51–59 of 59" in body
    assert "51–61 of 61" in body
    assert body.count("What R60 asks") == 2
    assert "What R40 asks" not in body
    for wrong in ("3", "0", "x"):
        assert desk.client.get(desk.url, {"new": wrong}).status_code == 400


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_large_file_is_read_and_imported_in_the_background_once",
)
def test_an_answer_has_a_large_file_read_anew(read: Importer) -> None:
    assert "It begins in a moment." in read.answer({"row::40": "left"})
    do_long_work()
    assert "58 new" in read.see()
    assert "What stays out" in read.body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_may_no_longer_import_imports_nothing",
)
def test_what_changed_since_the_preview_is_shown_and_not_written_over(
    purchase: Evaluation, read: Importer
) -> None:
    read.say(read.yes())
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, text="Meanwhile", by=purchase.owner)
    do_long_work()
    body = read.see()
    assert "nothing was written" in body
    assert "<del>Meanwhile</del>" in body
    assert not Import.objects.exists()
    assert read.say(read.yes() | {"shown": "0" * 64}).status_code == 409
    read.say(read.yes())
    do_long_work()
    assert Import.objects.count() == 1


def test_a_large_file_that_is_no_table_says_why_and_can_be_put_away(
    desk: Importer,
) -> None:
    desk.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_000, "photo.csv")
    do_long_work()
    assert "although its name ends in .csv" in desk.see()
    desk.say({"step": "discard"})
    assert not ImportDraft.objects.exists()


def test_a_file_that_is_put_away_while_it_comes_in_leaves_nothing(
    purchase: Evaluation, read: Importer
) -> None:
    read.say(read.yes())
    held = hold_next()
    assert held is not None
    read.say({"step": "discard"})
    work_on(held)
    assert purchase.requirements.count() == 2
    assert not Import.objects.exists()


def test_nobody_holds_what_another_holds_until_that_one_is_silent(
    purchase: Evaluation, read: Importer
) -> None:
    read.say(read.yes())
    first = hold_next()
    assert first is not None
    assert hold_next() is None
    ago = timezone.now() - datetime.timedelta(seconds=1)
    ImportDraft.objects.update(held_until=ago)
    work_on_imports()
    assert purchase.requirements.count() == 61
    work_on(first)
    assert Import.objects.count() == 1


def test_what_fails_three_times_is_told_and_not_tried_for_ever(desk: Importer) -> None:
    desk.upload(large())
    for _ in range(3):
        assert hold_next() is not None
        ImportDraft.objects.update(held_until=None)
    do_long_work()
    assert "The import failed, and nothing was imported." in desk.see()
    assert hold_next() is None


def test_who_may_no_longer_import_imports_nothing(
    purchase: Evaluation, read: Importer
) -> None:
    read.say(read.yes())
    with transaction.atomic():
        Evaluation.objects.filter(pk=purchase.pk).update(owner=common.otto())
    do_long_work()
    assert purchase.requirements.count() == 2
    assert not Import.objects.exists()


def test_what_has_waited_long_says_what_may_be_the_matter(desk: Importer) -> None:
    desk.upload(large())
    ago = timezone.now() - datetime.timedelta(minutes=3)
    ImportDraft.objects.update(asked_at=ago)
    assert "is down" in desk.see()
