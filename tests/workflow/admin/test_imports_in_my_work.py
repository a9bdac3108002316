"""A file that waits for its yes is in My work of whoever handed it in."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, ImportDraft, User
from evaltracker.toolbox.processes import do_long_work
from evaltracker.workflow.inbox import WorkItem, my_work
from tests.factories import common
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db
NEEDS = "ref,text\nR7,Trains\n"


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


@pytest.fixture
def desk(where: Evaluation) -> Importer:
    return Importer(where, "requirements", where.owner)


def found(user: User) -> list[WorkItem]:
    return [item for item in my_work(user) if item.kind == "import"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_pages_of_other_kinds_lead_to_the_file",
)
def test_a_file_waits_for_its_yes_and_for_its_person_alone(
    where: Evaluation, desk: Importer
) -> None:
    assert found(where.owner) == []
    desk.upload(NEEDS)
    (item,) = found(where.owner)
    assert item.what == "Finish importing requirements from “list.csv”"
    assert item.link == desk.url
    assert item.due == ImportDraft.objects.get().kept_at + datetime.timedelta(days=1)
    assert not item.waits
    assert item.what in desk.client.get("/admin/").content.decode()
    assert found(common.otto()) == []
    desk.say(desk.yes())
    assert found(where.owner) == []


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_large_file_that_comes_in_is_told",
)
def test_a_large_file_is_no_turn_of_theirs_while_it_is_worked_on(
    where: Evaluation, desk: Importer
) -> None:
    desk.upload("ref,text,note\n" + f"R7,Trains,{'x' * 30_000}\n" * 60)
    (item,) = found(where.owner)
    assert (item.what, item.waits) == ("“list.csv” is being read", True)
    do_long_work()
    assert not found(where.owner)[0].waits


def test_a_large_file_that_comes_in_is_told(where: Evaluation, desk: Importer) -> None:
    rows = "".join(f"R{at},Trains,{'x' * 30_000}\n" for at in range(60))
    desk.upload(f"ref,text,note\n{rows}")
    do_long_work()
    desk.say(desk.yes())
    (item,) = found(where.owner)
    assert item.what == "Requirements come in from “list.csv”"
    assert (item.waits, item.group) == (True, "Not your turn")


def test_pages_of_other_kinds_lead_to_the_file(
    where: Evaluation, desk: Importer
) -> None:
    desk.upload(NEEDS)
    candidates = Importer(where, "candidates", where.owner)
    assert f'<a href="{desk.url}">Finish importing requirements' in candidates.see()
    assert "Finish importing" not in desk.see()


def test_it_is_gone_after_a_day_and_with_the_right_to_import(
    where: Evaluation, desk: Importer
) -> None:
    desk.upload(NEEDS)
    before = where.owner
    Evaluation.objects.filter(pk=where.pk).update(owner=common.otto())
    assert found(before) == []
    Evaluation.objects.filter(pk=where.pk).update(owner=before)
    assert found(before)
    ago = timezone.now() - datetime.timedelta(days=1)
    ImportDraft.objects.update(kept_at=ago)
    assert found(before) == []
