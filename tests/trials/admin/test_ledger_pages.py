"""A candidate's ledger, and the whole story of one cell."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from evaltracker.evaluations.models import User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.object_store import ObjectStore, Place, use
from trials.models import Evidence, Excuse, ResearchNote
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(db: None) -> Candidate:
    """Claims R1 (must) and R2 in research."""
    return trials.claimed(trials.platform("must", "should"), statement="Yes <i>we</i>")


def read(path: str, user: User, status: int = 200) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == status
    return answer.content.decode()


def place(option: Candidate, ref: str = "R1") -> str:
    return f"{option.pk}.{option.evaluation.requirements.get(ref=ref).pk}"


def cell(option: Candidate, ref: str = "R1") -> str:
    return f"/admin/cells/{place(option, ref).replace('.', '/')}/"


def test_the_ledger_shows_the_words_the_fit_and_its_working(acme: Candidate) -> None:
    body = read(f"/admin/candidates/{acme.pk}/", stakeholders.holder("it"))
    assert "Yes &lt;i&gt;we&lt;/i&gt;" in body
    assert "50%" in body
    assert "claimed, available now: 0.5" in body
    assert "0 of its promises were tested in a trial" in body


def test_strangers_find_neither_candidate_nor_cell(acme: Candidate) -> None:
    read(f"/admin/candidates/{acme.pk}/", common.noor(), 404)
    read(cell(acme), common.noor(), 404)
    read(f"/admin/cells/{acme.pk}/{acme.pk}/", acme.evaluation.owner, 404)
    read(f"/admin/candidates/{acme.pk}/?show=prices", acme.evaluation.owner, 400)


def test_filters_of_the_ledger(acme: Candidate) -> None:
    url = f"/admin/candidates/{acme.pk}/?show="
    owner = acme.evaluation.owner
    rows = read(url + "musts", owner).split('class="lg"')[1]
    assert ">R1<" in rows
    assert ">R2<" not in rows
    assert "No requirement passes" in read(url + "refuted", owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_numbers_in_views.py"
    "::test_a_claimed_number_stays_when_the_measure_becomes_of_another_"
    "kind",
)
def test_evidence_is_recorded_on_the_words_that_were_shown(acme: Candidate) -> None:
    it = stakeholders.holder("it")
    form = {"source": "research", "verdict": "holds", "independent": "on"}
    form["claim"] = str(trials.claim_of(acme).pk)
    assert act("record-evidence", place(acme), it, **form) == 400
    form["note"] = "A peer runs it."
    assert act("record-evidence", place(acme), it, **form) == 302
    assert act("record-evidence", place(acme), common.noor(), **form) == 404
    vendors.claim(
        acme, acme.evaluation.requirements.get(ref="R1"), statement="Other words"
    )
    assert act("record-evidence", place(acme), it, **form) == 409
    body = read(cell(acme), it)
    assert "to re-confirm" in body
    assert body.index("Other words") < body.index("Yes &lt;i&gt;")


def test_older_evidence_is_said_again_once(acme: Candidate) -> None:
    found = trials.verdict(trials.claim_of(acme))
    vendors.claim(acme, acme.evaluation.requirements.get(ref="R1"), statement="New")
    it = stakeholders.holder("it")
    assert act("reconfirm-evidence", found, it, note="The same holds") == 302
    assert act("reconfirm-evidence", found, it, note="The same holds") == 409
    assert "first said of revision 1" in read(cell(acme), it)


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_a_file_is_kept_and_handed_out_as_an_attachment(
    any_storage: Place, acme: Candidate
) -> None:
    file = SimpleUploadedFile("report.txt", b"It runs.")
    form = {"source": "research", "verdict": "holds", "file": file}
    form["claim"] = str(trials.claim_of(acme).pk)
    assert act("record-evidence", place(acme), acme.evaluation.owner, **form) == 302
    url = f"/admin/evidence/{Evidence.objects.get().pk}/file/"
    answer = signed_in(stakeholders.holder("it")).get(url)
    assert b"".join(answer.streaming_content) == b"It runs."  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert signed_in(common.noor()).get(url).status_code == 404
    liar = SimpleUploadedFile("report.pdf", b"<html>")
    assert (
        act(
            "record-evidence",
            place(acme),
            acme.evaluation.owner,
            **form | {"file": liar},
        )
        == 415
    )


def test_a_knock_out_is_excused_by_owner_or_leadership(acme: Candidate) -> None:
    where = acme.evaluation
    assert act("excuse-knock-out", place(acme), where.owner, reason="x") == 409
    vendors.enter(where, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    assert "Blocked: 1 must-have" in read(f"/admin/candidates/{acme.pk}/", where.owner)
    it, chief = stakeholders.holder("it"), stakeholders.holder("leadership")
    assert act("excuse-knock-out", place(acme), it, reason="x") == 403
    assert act("excuse-knock-out", place(acme), chief, reason="In a year") == 302
    assert Excuse.objects.get().reason == "In a year"
    assert "In a year" in read(cell(acme), it)


def test_research_is_noted_with_its_source(acme: Candidate) -> None:
    form = {"kind": "podcast", "title": "A talk", "text": "They <b>said</b>"}
    bad = form | {"source_url": "javascript:alert(1)"}
    it = stakeholders.holder("it")
    assert act("note-research", acme, it, **bad) == 400
    assert act("note-research", acme, it, **form) == 302
    assert ResearchNote.objects.get().noted_by == it
    assert "They &lt;b&gt;said" in read(f"/admin/candidates/{acme.pk}/", it)


def test_files_that_are_away_are_said_beside_the_form_and_may_be_sent_again(
    object_store: ObjectStore, settings: Settings, acme: Candidate
) -> None:
    client = signed_in(acme.evaluation.owner)
    address = reverse("admin:act_on", args=["record-evidence", place(acme)])
    form = {"source": "research", "verdict": "holds", "note": "Read."}
    form["claim"] = str(trials.claim_of(acme).pk)
    for url, status in (
        (object_store.url("no-such-bucket"), 503),
        (object_store.bucket(), 302),
    ):
        use(settings, url)
        proof = SimpleUploadedFile("report.txt", b"It runs.")
        answer = client.post(address, {**form, "file": proof})
        assert answer.status_code == status
        assert Evidence.objects.count() == (status == 302)
        assert (b"cannot be reached" in answer.content) is (status == 503)
        assert answer.headers.get("Retry-After", "") == ("10" if status == 503 else "")
