"""One's own scores from a spreadsheet: blind, until they are locked."""

import json

import pytest

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Import
from evaltracker.importing.services.import_log import undo_import
from tests.cast import common, stakeholders, trials, vendors
from tests.clients import signed_in
from tests.import_pages import Importer
from trials.models import Score
from trials.services.scores import give_score, lock_scores

pytestmark = pytest.mark.django_db
FILE = "candidate,category,score,reason\nAcme ML,{},4,Queues well.\n"


@pytest.fixture
def where() -> Evaluation:
    option = trials.claimed(trials.platform())
    return vendors.enter(option.evaluation, "demos")


@pytest.fixture
def desk(where: Evaluation) -> Importer:
    return Importer(where, "scores", stakeholders.holder("it"))


@pytest.fixture
def file(where: Evaluation) -> str:
    return FILE.format(where.categories.get().name)


def test_scores_come_in_and_nobody_reads_them_anywhere(
    where: Evaluation, desk: Importer, file: str
) -> None:
    desk.take(file, "my secret 4.csv")
    score = Score.objects.get()
    assert (score.value, score.reason) == (4, "Queues well.")
    assert score.sheet.stakeholder.user == stakeholders.holder("it")
    told = Entry.objects.get(action="scores.imported")
    said = json.dumps([told.before, told.after])
    assert "4" not in said
    assert "Queues" not in said
    done = Import.objects.get()
    for who in (where.owner, stakeholders.holder("devops"), common.otto()):
        assert not Import.objects.visible_to(who).exists()
        url = f"/admin/act/undo-import/{done.pk}/"
        assert signed_in(who).get(url).status_code == 404
        with pytest.raises(Forbidden):
            undo_import(imported=done, by=who)


def test_undoing_gives_back_what_stood_until_the_lock(
    where: Evaluation, desk: Importer, file: str
) -> None:
    mine = where.stakeholders.get(role="it")
    give_score(
        stakeholder=mine,
        candidate=where.candidates.get(),
        category=where.categories.get(),
        value=1,
        reason="First.",
        by=mine.user,
    )
    desk.take(file)
    done = Import.objects.get()
    assert done.counts["changed"] == 1
    undo_import(imported=done, by=mine.user)
    assert Score.objects.get().value == 1
    desk.take(file)
    lock_scores(stakeholder=mine, by=mine.user)
    with pytest.raises(Refused, match="locked"):
        undo_import(imported=Import.objects.get(undone_at=None), by=mine.user)
    desk.upload(file.replace(",4,", ",2,"))
    assert desk.say(desk.yes()).status_code == 409
    assert Score.objects.get().value == 4


def test_only_who_scores_imports(where: Evaluation, desk: Importer) -> None:
    assert signed_in(where.owner).get(desk.url).status_code == 403
    assert signed_in(common.noor()).get(desk.url).status_code == 404
    assert desk.client.get(desk.url + "sheet.xlsx").status_code == 200
