"""Out, into an empty place, and out again: the same bytes."""

import datetime
import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from evaltracker.decision.services.exports import export_whole
from evaltracker.evaluations.journal import record
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    ImportedHistory,
    Notice,
    User,
)
from evaltracker.evaluations.verifying import find_break
from stakeholders.models import SignedDocument, SignOff, digest_of
from tests.factories import common, trials, vendors
from tests.factories.workflow import ready_to_advance
from tests.meddling import triggers_aside
from tests.object_store import Place
from tests.portable.files import carried_away, document, taken_in, written_again
from tests.workflow.deciding import decided
from trials.models import Evidence
from trials.services.milestones import add_milestone
from vendors.models import ClaimFile, Vendor, VendorToken
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db


def test_a_decided_evaluation_comes_back_as_it_was() -> None:
    where, option = decided()
    content = carried_away(where)
    entries = len(document(content)["journal"])
    common.person("somebody_else")  # so that people have other numbers here
    again = taken_in(content)
    assert written_again(again, entries=entries) == content
    assert again.pk == where.pk
    assert find_break(again) is None
    call_command("verify_journal", stdout=io.StringIO())
    said = io.StringIO()
    call_command("replay_decision", again.slug, stdout=said)
    assert "The same results" in said.getvalue()
    for one in SignedDocument.objects.all():
        assert digest_of(one.content) == one.sha256
    assert again.candidates.get().pk == option.pk


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_company_of_the_same_name_is_the_same_company",
)
def test_a_file_from_before_the_lists_of_the_brief_comes_in() -> None:
    told = document(carried_away(ready_to_advance()))
    for name in ("scopes", "scope_values", "demands"):
        assert told.pop(name) == []
    assert not taken_in(told).scopes.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_company_of_the_same_name_is_the_same_company",
)
def test_what_happens_next_is_chained_on_and_travels_further() -> None:
    content = carried_away(ready_to_advance())
    again = taken_in(content)
    told = Entry.objects.filter(evaluation=again, action="evaluation.imported").get()
    history = ImportedHistory.objects.get()
    assert told.number == history.entries + 1
    assert told.after["sha256"] == history.sha256
    record(evaluation=again, action="x.y", subject=again, by=again.owner)
    third = taken_in(carried_away(again))
    assert find_break(third) is None
    assert ImportedHistory.objects.get().entries == told.number + 2


def test_an_import_that_was_tampered_with_is_found() -> None:
    again = taken_in(carried_away(ready_to_advance()))
    history = ImportedHistory.objects.filter(evaluation=again)
    kept = history.get()
    moved = [1 if actor is None else actor + 1 for actor in kept.actors]
    for change in ({"actors": moved}, {"entries": kept.entries - 1}, {"sha256": "0"}):
        with triggers_aside("evaluations_importedhistory"):
            history.update(**change)
            assert find_break(again) is not None, change
            history.update(**{name: getattr(kept, name) for name in change})
    assert find_break(again) is None


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_files_that_were_handed_in_come_along(any_storage: Place) -> None:
    where = trials.with_files()
    before = {row.sha256 for row in ClaimFile.objects.all()}
    again = taken_in(carried_away(where))
    proof, seen = ClaimFile.objects.get(), Evidence.objects.get()
    assert {proof.sha256} == before
    with default_storage.open(proof.stored_as) as file:
        assert file.read() == b"%PDF-1.7 proof"
    with seen.file.open() as file:
        assert file.read() == b"seen on the day"
    assert again.is_open
    assert sorted([proof.stored_as, str(seen.file.name)]) == [
        name for name in any_storage.names() if name.startswith("imported_files/")
    ]


def test_no_secret_and_no_address_of_an_outsider_leaves() -> None:
    where = vendors.in_research(common.evaluation())
    option = vendors.invited(where)
    assert option.vendor
    add_contact(
        vendor=option.vendor, name="Wendy", email="wendy@acme.test", by=where.owner
    )
    secret = vendors.token(option.vendor)
    told = document(export_whole(evaluation=where))
    assert "contact.added" in {row["action"] for row in told.pop("journal")}
    digest = VendorToken.objects.get().digest
    for word in (secret, digest, "wendy@acme.test", where.owner.password):
        assert word not in str(told)


def test_everybody_is_found_by_address_then_by_login_name_else_stopped() -> None:
    content = carried_away(ready_to_advance())
    lina = common.person("lina.lead")
    User.objects.filter(pk=lina.pk).update(email="Lina@Example.com")
    impostor = common.person("ivan")
    User.objects.filter(pk=impostor.pk).update(email="another@example.com")
    viktor = common.person("viktor")
    User.objects.filter(pk=viktor.pk).update(email="")
    again = taken_in(content)
    assert again.owner == lina
    assert again.stakeholders.get(role="leadership").user == viktor
    ivan = again.stakeholders.get(role="it").user
    assert ivan != impostor
    assert not ivan.is_active
    assert not ivan.has_usable_password()
    assert ivan.username == "ivan-2"
    assert not Evaluation.objects.visible_to(impostor).exists()


def test_a_company_of_the_same_name_is_the_same_company() -> None:
    where = vendors.in_research(common.evaluation())
    vendors.invited(where)
    content = carried_away(where)
    here = vendors.vendor("Acme")
    again = taken_in(content)
    assert again.candidates.get().vendor == here
    assert Vendor.objects.count() == 1


def test_signatures_that_came_with_a_file_open_no_gate() -> None:
    where = ready_to_advance()
    again = taken_in(carried_away(where))
    visit = again.visits.get()
    assert SignOff.objects.get().round == 1
    assert visit.round == 2


def test_milestones_remind_here_too() -> None:
    where = trials.platform()
    trials.claimed(where)
    add_milestone(
        evaluation=where,
        title="Access is given",
        owner_user=where.owner,
        due_time=datetime.time(17),
        due_on=trials.TODAY() + datetime.timedelta(days=9),
        by=where.owner,
    )
    owed = Notice.objects.filter(kind="milestone_due").count()
    assert owed
    taken_in(carried_away(where))
    assert Notice.objects.filter(kind="milestone_due").count() == owed


def test_the_commands_go_there_and_back(tmp_path: Path) -> None:
    where = ready_to_advance()
    path = tmp_path / "out.json"
    call_command("export_evaluation", where.slug, "-o", str(path), stderr=io.StringIO())
    carried_away(where)
    said = io.StringIO()
    call_command("import_evaluation", str(path), "--dry-run", stdout=said)
    assert "Nothing was written." in said.getvalue()
    assert not Evaluation.objects.exists()
    call_command("import_evaluation", str(path), "--as", "second", stdout=said)
    assert "Imported as second." in said.getvalue()
    assert Evaluation.objects.get().slug == "second"
