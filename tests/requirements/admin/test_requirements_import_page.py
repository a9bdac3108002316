"""A spreadsheet of requirements: seen first, taken in on a second word."""

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from evaltracker.evaluations.models import Entry, Evaluation, Import, ImportDraft
from evaltracker.importing.services.drafts import forget_old_drafts
from evaltracker.requirements.services.requirements import change_requirement
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db
CSV = """Ref,Category,Requirement,Priority,Weight
R1,Training,Trains on GPUs,must,5
S1,Security,Single sign-on,must,7
"""


@pytest.fixture
def desk(purchase: Evaluation) -> Importer:
    return Importer(purchase, "requirements", purchase.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_a_stranger_imports_nothing",
)
def test_the_preview_counts_and_writes_nothing(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload(CSV)
    assert "Import 2" in " ".join(body.split())
    assert "Single sign-on" in body
    assert purchase.requirements.count() == 2
    assert "Import 2" in " ".join(desk.see().split())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_rows_without_a_ref_are_found_by_their_text_or_numbered",
)
def test_the_second_word_takes_in_what_was_shown_and_once(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(CSV)
    yes = desk.yes()
    assert desk.say(yes).status_code == 302
    assert purchase.requirements.get(ref="S1").weight == 7
    assert purchase.requirements.get(ref="R1").text == "Trains on GPUs"
    row = Import.objects.get()
    assert str(row.pk) == yes["import"]
    assert row.counts == {"new": 1, "changed": 1, "same": 0, "refused": 0}
    assert not ImportDraft.objects.exists()
    # The same yes again, by a second click or a browser that repeats it.
    again = desk.client.post(desk.url, yes, follow=True)
    assert "imported by this very yes already" in again.content.decode()
    assert Import.objects.count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_rows_without_a_ref_are_found_by_their_text_or_numbered",
)
def test_the_same_file_again_says_when_it_came_and_brings_nothing(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.take(CSV)
    body = desk.upload(CSV)
    assert f"{purchase.owner.name} imported this file on" in body
    assert "nothing to import" in body
    assert 'value="apply"' not in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_row_that_does_not_fit_keeps_all_of_it_out",
)
def test_what_changed_since_the_preview_is_shown_and_not_written_over(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(CSV)
    yes = desk.yes()
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, text="Meanwhile", by=purchase.owner)
    answer = desk.say(yes)
    assert answer.status_code == 409
    assert "nothing was written" in answer.content.decode()
    assert "<del>Meanwhile</del>" in answer.content.decode()
    row.refresh_from_db()
    assert row.text == "Meanwhile"
    assert desk.say(desk.yes()).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_a_stranger_imports_nothing",
)
def test_a_file_waits_for_whoever_handed_it_in_and_for_a_day(
    purchase: Evaluation, desk: Importer
) -> None:
    desk.upload(CSV)
    yes = desk.yes()
    Evaluation.objects.filter(pk=purchase.pk).update(owner=common.otto())
    other = Importer(purchase, "requirements", common.otto())
    assert other.say(yes).status_code == 409
    assert "list.csv" not in other.see()
    Evaluation.objects.filter(pk=purchase.pk).update(owner=purchase.owner)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        forget_old_drafts()
    assert not ImportDraft.objects.exists()
    assert desk.say(yes).status_code == 409


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n", "photo.xlsx", "This is"),
        (b"%PDF-1.7", "list.pdf", "This is a PDF file"),
    ],
)
def test_a_file_that_is_no_table_says_why_and_is_not_kept(
    desk: Importer, content: bytes, name: str, sentence: str
) -> None:
    answer = desk.post(content, name)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not ImportDraft.objects.exists()


def test_a_row_that_does_not_fit_keeps_all_of_it_out(
    purchase: Evaluation, desk: Importer
) -> None:
    body = desk.upload("Ref,Requirement\nA,one\nA,two\n")
    assert "“A” stands in rows 2 and 3, each with another text." in body
    assert "1 thing to choose" in body
    said = {"step": "apply", "import": str(ImportDraft.objects.get().pk), "shown": ""}
    assert desk.say(said).status_code == 409
    assert purchase.requirements.count() == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_a_stranger_imports_nothing",
)
def test_looking_changes_nothing(desk: Importer) -> None:
    desk.upload(CSV)
    kept = ImportDraft.objects.values().get()
    before = Entry.objects.count()
    desk.see()
    desk.client.head(desk.url)
    assert ImportDraft.objects.values().get() == kept
    assert Entry.objects.count() == before


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_a_stranger_imports_nothing",
)
def test_a_file_can_be_put_away(desk: Importer) -> None:
    desk.upload(CSV)
    desk.say({"step": "discard"})
    assert "list.csv" not in desk.see()


@pytest.mark.parametrize("said", [{}, {"step": "eat"}])
def test_a_step_that_is_none_is_refused(desk: Importer, said: dict[str, Any]) -> None:
    assert desk.say(said).status_code == 400


def test_only_the_owner_imports(purchase: Evaluation, desk: Importer) -> None:
    stakeholders.stakeholders(purchase, "it")
    for who, status in ((stakeholders.holder("it"), 403), (common.noor(), 404)):
        assert signed_in(who).get(desk.url).status_code == status
