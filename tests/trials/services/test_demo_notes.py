"""After a demo everybody writes alone for a quarter of an hour, then all read all."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, User
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Demo, DemoNote
from trials.services.demos import end_demo, reveal_demo_notes, write_demo_note
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
SECRET = "The pipeline view was a mock-up."


@pytest.fixture
def held() -> Demo:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "demos")
    return trials.demo(option, held=True)


@pytest.fixture
def elif_(held: Demo) -> User:
    return stakeholders.holder("engineering")


def read_by(user: User) -> list[str]:
    return [demo_note.text for demo_note in DemoNote.objects.visible_to(user)]


def test_nobody_reads_anothers_note_before_the_time_is_over(
    held: Demo, elif_: User
) -> None:
    owner, pm = held.candidate.evaluation.owner, stakeholders.holder("pm")
    write_demo_note(demo=held, text=SECRET, by=elif_)
    end_demo(demo=held, by=pm)
    assert read_by(elif_) == [SECRET]
    assert read_by(owner) == read_by(pm) == []
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=14)):
        assert read_by(pm) == []
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=16)):
        assert read_by(owner) == read_by(pm) == [SECRET]
        assert read_by(common.noor()) == []


def test_an_operator_reads_no_sealed_note_either(held: Demo, elif_: User) -> None:
    write_demo_note(demo=held, text=SECRET, by=elif_)
    operator = common.person("olga")
    operator.is_superuser = True
    operator.save()
    assert read_by(operator) == []


def test_the_journal_tells_that_a_note_was_written_and_not_what(
    held: Demo, elif_: User
) -> None:
    write_demo_note(demo=held, text=SECRET, by=elif_)
    entry = Entry.objects.filter(evaluation=held.candidate.evaluation).latest("number")
    assert entry.action == "demo.note_written"
    assert SECRET not in str(entry.after)
    assert len(entry.after["sha256"]) == 64


def test_a_note_may_change_until_all_are_revealed_and_then_never(
    held: Demo, elif_: User
) -> None:
    write_demo_note(demo=held, text="Fine.", by=elif_)
    changed = write_demo_note(demo=held, text=SECRET, by=elif_)
    assert DemoNote.objects.get() == changed
    entries = Entry.objects.count()
    write_demo_note(demo=held, text=SECRET, by=elif_)
    assert Entry.objects.count() == entries
    owner = held.candidate.evaluation.owner
    end_demo(demo=held, by=owner)
    reveal_demo_notes(demo=held, by=owner)
    with pytest.raises(Refused, match="revealed"):
        write_demo_note(demo=held, text="No, fine.", by=elif_)
    assert read_by(owner) == [SECRET]


def test_only_the_owner_reveals_early_and_only_after_the_end(
    held: Demo, elif_: User
) -> None:
    owner = held.candidate.evaluation.owner
    with pytest.raises(Refused, match="End the demo"):
        reveal_demo_notes(demo=held, by=owner)
    end_demo(demo=held, by=elif_)
    with pytest.raises(Refused, match="over already"):
        end_demo(demo=held, by=elif_)
    with pytest.raises(Forbidden):
        reveal_demo_notes(demo=held, by=elif_)
    reveal_demo_notes(demo=held, by=owner)
    with pytest.raises(Refused, match="already"):
        reveal_demo_notes(demo=held, by=owner)


def test_no_note_on_a_demo_to_come_from_outside_or_by_a_friend(held: Demo) -> None:
    to_come = trials.demo(held.candidate)
    owner, it = held.candidate.evaluation.owner, stakeholders.holder("it")
    with pytest.raises(Refused, match="not been held"):
        write_demo_note(demo=to_come, text="Nice.", by=owner)
    with pytest.raises(Refused, match="not been held"):
        end_demo(demo=to_come, by=owner)
    with pytest.raises(Forbidden):
        write_demo_note(demo=held, text="Nice.", by=common.noor())
    with pytest.raises(Invalid):
        write_demo_note(demo=held, text="  ", by=owner)
    declare_conflict(
        candidate=held.candidate,
        has_interest=True,
        statement="My sister sells it.",
        by=it,
    )
    with pytest.raises(Forbidden):
        write_demo_note(demo=held, text="Nice.", by=it)
    assert DemoNote.objects.count() == 0
