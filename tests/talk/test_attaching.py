"""Files on things: what is taken, what is kept once, who removes what."""

import hashlib
from unittest.mock import ANY

import pytest
from django.core.files.storage import default_storage

from evaltracker.decision.selectors.stored_files import kept_files, leftovers
from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.models import AttachedFile, Entry
from evaltracker.talk.services import attach_files, remove_file
from evaltracker.toolbox.files import SIZE_LIMIT, TypeNotTaken
from tests.factories import common, stakeholders, trials
from tests.talk.attaching import PDF, attach, subject_of, upload
from tests.workflow.deciding import decided
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


def an_option() -> Candidate:
    return trials.claimed(trials.platform())


def test_several_files_are_attached_at_once_and_none_twice() -> None:
    option = an_option()
    where = option.evaluation
    first, second = attach("candidate", option, "offer.txt", "nda.txt")
    assert attach("candidate", option, "offer.txt") == []
    assert (first.name, first.about) == ("offer.txt", option.name)
    assert first.sha256 == hashlib.sha256(b"This is offer.txt.").hexdigest()
    assert first.stored_as.startswith("attached_files/")
    assert "offer" not in first.stored_as
    with default_storage.open(second.stored_as) as kept:
        assert kept.read() == b"This is nda.txt."
    entries = Entry.objects.filter(evaluation=where, action="file.attached")
    assert [entry.after["name"] for entry in entries] == ["offer.txt", "nda.txt"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("offer.exe", b"MZ", "of this type are not taken"),
        ("offer.pdf", b"<html>", "does not match its name"),
        ("offer.pdf", b"%PDF-1.7" + b"x" * SIZE_LIMIT, "over 10 MB"),
        ("page.html", b"<p>", "of this type are not taken"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[offer.exe-MZ-of this type are not taken]",
)
def test_a_file_that_is_not_taken_is_named_and_nothing_is_kept(
    name: str, content: bytes, told: str
) -> None:
    option = an_option()
    owner, before = option.evaluation.owner, len(leftovers())
    with pytest.raises(Invalid, match=told) as problem:
        attach_files(
            subject=subject_of("candidate", option, owner),
            files=[upload("good.txt"), upload(name, content)]
            if len(content) < SIZE_LIMIT
            else [upload(name, content)],
            by=owner,
        )
    assert name in problem.value.errors["files"][0]
    assert isinstance(problem.value, TypeNotTaken) == ("over" not in told)
    assert not AttachedFile.objects.exists()
    assert len(leftovers()) == before


def test_too_many_and_too_much_at_once_are_refused() -> None:
    option = an_option()
    owner = option.evaluation.owner
    subject = subject_of("candidate", option, owner)
    half = PDF + b"x" * (SIZE_LIMIT // 2)
    for files, told in (
        ([], "Choose a file"),
        ([upload(f"{number}.txt") for number in range(11)], "at most 10 files"),
        ([upload("a.pdf", half), upload("b.pdf", half)], "Together"),
    ):
        with pytest.raises(Invalid, match=told):
            attach_files(subject=subject, files=files, by=owner)


def test_who_attached_it_or_the_owner_removes_it_and_the_journal_keeps_the_hash(
    django_capture_on_commit_callbacks: object,
) -> None:
    option = an_option()
    it, pm = stakeholders.holder("it"), stakeholders.holder("pm")
    (file,) = attach("candidate", option, "offer.txt", by=it)
    place, digest = file.stored_as, file.sha256
    with pytest.raises(Forbidden):
        remove_file(file=file, by=pm)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        remove_file(file=file, by=it)
    assert not default_storage.exists(place)
    file.refresh_from_db()
    assert (file.sha256, file.stored_as, file.removed_by) == ("", "", it)
    entry = Entry.objects.get(action="file.removed")
    assert entry.before == {
        "about": option.name,
        "name": "offer.txt",
        "content_type": "text/plain",
        "size": ANY,
        "sha256": digest,
    }
    assert list(kept_files()) == []
    with pytest.raises(Refused):
        remove_file(file=file, by=it)


def test_who_has_no_part_and_what_takes_no_files_are_refused() -> None:
    option = an_option()
    where = option.evaluation
    subject = subject_of("candidate", option, where.owner)
    with pytest.raises(NotFound):
        attach_files(subject=subject, files=[upload("a.txt")], by=common.noor())
    with pytest.raises(Forbidden):
        attach_files(subject=subject, files=[upload("a.txt")], by=common.otto())
    asked = where.requirements.all()[0]
    with pytest.raises(NotFound):
        attach("requirement", asked, "a.txt", by=where.owner)


def test_after_the_decision_files_go_to_the_decision_alone() -> None:
    where, option = decided()
    with pytest.raises(Refused, match="Attach the file to the decision"):
        attach("candidate", option, "contract.txt")
    (file,) = attach("decision", where, "contract.txt")
    assert file.about == "The decision"
