"""Files wait with a draft, the vendor's alone, and are handed in with it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.object_store import ObjectStore, Place, use
from tests.vendors.door import case
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import AnswerDraft, ClaimFile, DraftFile
from vendors.services import drafts as files

PROOF = b"the proof itself"


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


def attach(
    visitor: Visitor, *, name: str = "proof.txt", content: bytes = PROOF, **fields: str
) -> Any:
    """Press “Attach” in the form of R1, with whatever else was typed there."""
    sent = {"version": "0", "then": "attach", **fields}
    file = SimpleUploadedFile(name, content)
    return visitor.post(f"{visitor.home}answer/R1/", file=file, **sent)


def body(answer: Any) -> bytes:
    # The client closes what it has read to its end.
    return b"".join(answer)


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_a_file_waits_with_what_was_typed_and_is_handed_in_with_it(
    any_storage: Place,
    inside: Visitor,
) -> None:
    typed: dict[str, Any] = {"availability": "now", "statement": "OIDC."}
    assert attach(inside, **typed).headers["Location"].endswith("answer/R1/#files")
    # Else the browser would go on at the files of the next one.
    following = inside.post(f"{inside.home}answer/R1/", **typed, version="1")
    assert following.headers["Location"].endswith(case("O9")["expected"]["fragment"])
    assert AnswerDraft.objects.get().typed["statement"] == "OIDC."
    waiting = DraftFile.objects.get()
    page = inside.get(f"{inside.home}answer/R1/").content.decode()
    assert "proof.txt" in page
    assert "with your draft" in page
    assert body(inside.get(f"{inside.home}file/{waiting.pk}/")) == PROOF
    assert not ClaimFile.objects.exists()
    before = Entry.objects.count()
    inside.post(f"{inside.home}hand-in/")
    actions = [entry.action for entry in Entry.objects.order_by("number")[before:]]
    assert actions == ["claim.submitted", "claim.file_attached", "answer.handed_in"]
    kept = ClaimFile.objects.get()
    assert (kept.name, kept.claim.requirement.ref) == ("proof.txt", "R1")
    assert body(inside.get(f"{inside.home}file/{kept.pk}/")) == PROOF
    assert not DraftFile.objects.exists()
    # Where nothing is drafted, it is proof of what stands.
    assert attach(inside, content=b"more", **typed).status_code == 302
    assert ClaimFile.objects.count() == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_attaching_nothing_says_so",
)
def test_a_file_alone_makes_a_draft_that_is_not_an_answer(inside: Visitor) -> None:
    attach(inside)
    assert "0 of 4 answers" in " ".join(inside.get().content.decode().split())
    refused = inside.post(f"{inside.home}hand-in/")
    assert refused.status_code == 400
    assert "Say when it exists." in refused.content.decode()
    form = {"version": "1", "availability": "now", "statement": "x"}
    inside.post(f"{inside.home}answer/R1/", **form)
    cleared = {"version": "2", "availability": "", "statement": ""}
    inside.post(f"{inside.home}answer/R1/", **cleared)
    assert DraftFile.objects.count() == 1
    key = str(DraftFile.objects.get().pk)
    removed = {"version": "3", "remove": key, "statement": ""}
    inside.post(f"{inside.home}answer/R1/", **removed)
    assert not AnswerDraft.objects.exists()


def test_a_draft_that_is_thrown_away_takes_its_files_with_it(inside: Visitor) -> None:
    attach(inside, statement="x")
    inside.post(f"{inside.home}answer/R1/", version="1", then="discard")
    assert not (DraftFile.objects.exists() or AnswerDraft.objects.exists())


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": "proof.exe"}, 415, "Files of this type are not taken"),
        ({"content": b""}, 400, "The file is empty."),
        ({"content": b"x" * (10 * 2**20 + 1)}, 400, "The file is over 10 MB."),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[fields2-400-The file is over 10 MB.]",
)
def test_a_file_that_is_not_taken_leaves_what_was_typed(
    inside: Visitor, fields: dict[str, Any], status: int, sentence: str
) -> None:
    refused = attach(inside, statement="Typed beside it.", **fields)
    assert refused.status_code == status
    page = refused.content.decode()
    assert sentence in page
    assert "Typed beside it." in page
    assert AnswerDraft.objects.get().typed["statement"] == "Typed beside it."
    assert not DraftFile.objects.exists()


def test_attaching_nothing_says_so(inside: Visitor) -> None:
    sent = {"version": "0", "then": "attach", "statement": "Typed."}
    refused = inside.post(f"{inside.home}answer/R1/", **sent)
    assert refused.status_code == 400
    assert "Choose a file first" in refused.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_attaching_nothing_says_so",
)
def test_files_of_drafts_and_of_answers_share_one_quota(
    inside: Visitor, where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 1)
    attach(inside, statement="x")
    again = attach(inside, content=b"more", version="1", statement="x")
    assert again.status_code == 409
    assert "There are 1 files already" in again.content.decode()
    same = attach(inside, version="1", statement="x")
    assert same.status_code == 409
    # Handing in needs no room beside what the draft had.
    form = {"version": "1", "availability": "now", "statement": "x"}
    inside.post(f"{inside.home}answer/R1/", **form)
    inside.post(f"{inside.home}hand-in/")
    assert ClaimFile.objects.count() == 1


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_attaching_nothing_says_so",
)
def test_a_rival_finds_no_file_of_a_draft(inside: Visitor, where: Evaluation) -> None:
    attach(inside, statement="x")
    key = DraftFile.objects.get().pk
    bo = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    assert bo.get(f"{bo.home}file/{key}/").status_code == 404
    removed = {"version": "0", "remove": str(key)}
    assert bo.post(f"{bo.home}answer/R1/", **removed).status_code == 404
    assert DraftFile.objects.count() == 1


def test_after_the_deadline_a_file_stays_with_its_draft(
    inside: Visitor, where: Evaluation
) -> None:
    attach(inside, statement="x", availability="now")
    vendors.close_by_deadline(where)
    late = inside.post(f"{inside.home}hand-in/", inside.home)
    assert late.status_code == 409
    assert DraftFile.objects.count() == 1
    assert not ClaimFile.objects.exists()


def test_a_storage_that_is_away_is_said_on_the_page_and_nothing_is_lost(
    object_store: ObjectStore, settings: Settings, inside: Visitor
) -> None:
    typed: dict[str, Any] = {"availability": "now", "statement": "OIDC."}
    attach(inside, **typed)
    use(settings, object_store.url("no-such-bucket"))
    answer = inside.post(f"{inside.home}hand-in/")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Nothing was saved; try again in a minute." in answer.content.decode()
    assert DraftFile.objects.get().name == "proof.txt"
    assert not ClaimFile.objects.exists()
    use(settings, object_store.bucket())
    assert inside.post(f"{inside.home}hand-in/").status_code == 302
    kept = ClaimFile.objects.get()
    use(settings, object_store.url("no-such-bucket"))
    answer = inside.get(f"{inside.home}file/{kept.pk}/")
    assert answer.status_code == 503
    assert "try again in a minute" in answer.content.decode()
