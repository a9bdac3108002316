"""What a program asks for waits for its person, who presses it or says no."""

import datetime
import html
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, PersonalToken, User
from evaltracker.talk.services import attach_files
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.services.proposed_actions import ask, check_quote_needed
from tests.clients import program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.talk.attaching import subject_of, upload
from trials.models import Criterion, Evidence
from vendors.models import Candidate

HOLDS = {"verdict": "holds", "note": "CI is green.", **trials.SETTING}
TERMS = b"SCIM provisioning is included in every plan. It was never turned off."


@pytest.fixture
def engineer(db: None) -> User:
    return stakeholders.holder("engineering")


@pytest.fixture
def criterion(db: None) -> Criterion:
    """Of a trial that goes on; engineering leads it."""
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "trials")
    return trials.trial(option).criteria.get()


def token_of(person: User) -> PersonalToken:
    program(person, "write")
    token: PersonalToken = PersonalToken.objects.filter(person=person).latest("made_at")
    return token


def asked(criterion: Criterion, person: User, **more: Any) -> AskedAct:
    return ask(
        **{
            "token": token_of(person),
            "act": "judge-criterion",
            "target_id": str(criterion.pk),
            "evaluation": criterion.trial.candidate.evaluation,
            "fields": HOLDS,
            **more,
        }
    )


def filled_in(client: Client, row: AskedAct) -> dict[str, Any]:
    """What the form on the page would send, and the page itself."""
    page = client.get(row.link)
    assert page.status_code == 200
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, "")}
    return sent | {"asked_seen": page.context["asked_for"].seen}


def last_entry(criterion: Criterion) -> Entry:
    entry: Entry = criterion.trial.candidate.evaluation.entries.latest("number")
    return entry


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_lapses[expired]",
)
def test_it_waits_for_its_person_alone(criterion: Criterion, engineer: User) -> None:
    before = last_entry(criterion), len(my_work(engineer))
    row = asked(criterion, engineer)
    assert not Evidence.objects.exists()
    assert (last_entry(criterion), len(my_work(engineer))) == before
    page = html.unescape(signed_in(engineer).get("/admin/").text)
    assert str(row) == "“CI” asks you to judge the criterion: Acme ML, R1, holds"
    assert f">{row}</strong>" in page
    for other in (criterion.trial.candidate.evaluation.owner, common.otto()):
        assert "asks you to" not in signed_in(other).get("/admin/").text
        for act in (row.link, f"/admin/act/decline-asked/{row.pk}/"):
            assert signed_in(other).get(act).status_code == 404
            assert signed_in(other).post(act, HOLDS).status_code == 404


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_its_person_may_change_what_was_asked",
)
def test_its_person_presses_the_verb(criterion: Criterion, engineer: User) -> None:
    row, client = asked(criterion, engineer), signed_in(engineer)
    sent = filled_in(client, row)
    assert sent["verdict"] == "holds"
    assert sent["note"] == "CI is green."
    assert client.post(row.link, sent).status_code == 302
    [evidence] = Evidence.objects.all()
    assert (evidence.recorded_by, evidence.note) == (engineer, "CI is green.")
    entry = last_entry(criterion)
    assert (entry.actor, entry.actor_name) == (engineer, engineer.name)
    assert entry.reason == "asked by token “CI”"
    row.refresh_from_db()
    assert row.state == "done"
    for act in (row.link, f"/admin/act/decline-asked/{row.pk}/"):
        assert client.post(act, {**sent, "reason": "No."}).status_code == 409
    assert Evidence.objects.count() == 1


def test_its_person_may_change_what_was_asked(
    criterion: Criterion, engineer: User
) -> None:
    row, client = asked(criterion, engineer), signed_in(engineer)
    sent = filled_in(client, row) | {"verdict": "partly", "note": "Half of it."}
    assert client.post(row.link, sent).status_code == 302
    assert Evidence.objects.get().verdict == "partly"


def test_its_person_declines_with_a_reason(
    criterion: Criterion, engineer: User
) -> None:
    row, client = asked(criterion, engineer), signed_in(engineer)
    before = last_entry(criterion)
    decline = f"/admin/act/decline-asked/{row.pk}/"
    assert client.post(decline, {"reason": " "}).status_code == 400
    assert client.post(decline, {"reason": "It is not green."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == ("declined", "It is not green.")
    assert last_entry(criterion) == before
    assert client.get(row.link).status_code == 409


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_what_changed_is_told_before_it_is_changed_again",
)
def test_the_claim_changed_meanwhile(criterion: Criterion, engineer: User) -> None:
    row, client = asked(criterion, engineer), signed_in(engineer)
    later = timezone.now() + datetime.timedelta(days=1)
    Evaluation.objects.update(
        stage="research", claims_closed_at=None, claims_close_at=later
    )
    option = Candidate.objects.get()
    vendors.claim(option, criterion.requirement, statement="Only at night.")
    Evaluation.objects.update(stage="trials")
    answer = client.post(row.link, filled_in(client, row))
    assert answer.status_code == 409
    assert "Only at night." in answer.text
    row.refresh_from_db()
    assert row.state == "open"
    form, seen = answer.context["form"], answer.context["asked_for"].seen
    again = {name: form[name].value() or "" for name in form.fields}
    answer = client.post(row.link, again | {"asked_seen": seen})
    assert answer.status_code == 302, (answer.context["problem"], again)
    assert Evidence.objects.get().claim.statement == "Only at night."


def test_what_changed_is_told_before_it_is_changed_again(db: None) -> None:
    where = trials.platform(stage="requirements")
    requirement, client = where.requirements.get(), signed_in(where.owner)
    row = ask(
        token=token_of(where.owner),
        act="change-requirement",
        target_id=str(requirement.pk),
        evaluation=where,
        fields={"weight": 9},
    )
    requirement.weight = 7
    requirement.save()
    sent = filled_in(client, row)
    answer = client.post(row.link, sent)
    assert answer.status_code == 409
    assert "Weight: " in answer.text
    assert "→ 7" in answer.text
    requirement.refresh_from_db()
    assert requirement.weight == 7
    sent["asked_seen"] = answer.context["asked_for"].seen
    assert client.post(row.link, sent).status_code == 302
    requirement.refresh_from_db()
    assert requirement.weight == 9


@pytest.mark.parametrize("ending", ["revoked", "expired", "old", "part"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[expired]"
)
def test_it_lapses(criterion: Criterion, engineer: User, ending: str) -> None:
    row, client, now = asked(criterion, engineer), signed_in(engineer), timezone.now()
    sent = filled_in(client, row)
    assert row.lapses_at - row.asked_at == datetime.timedelta(days=14)
    match ending:
        case "revoked":
            PersonalToken.objects.update(revoked_at=now)
        case "expired":
            PersonalToken.objects.update(ends_at=now)
        case "old":
            AskedAct.objects.update(lapses_at=now)
        case "part":
            engineer.readable_evaluations.clear()
    assert not AskedAct.objects.waiting_on(engineer).exists()
    assert "asks you to" not in client.get("/admin/").text
    status = 404 if ending == "part" else 409
    assert client.get(row.link).status_code == status
    assert client.post(row.link, sent).status_code == status
    assert not Evidence.objects.exists()


def test_the_201st_is_refused(criterion: Criterion, engineer: User) -> None:
    row = asked(criterion, engineer)
    values = {name: getattr(row, name) for name in ("fields", "held", "lapses_at")}
    names = {"person": engineer, "token": row.token, "act": row.act, "title": "Judge"}
    AskedAct.objects.bulk_create(AskedAct(**names, **values) for _ in range(199))
    with pytest.raises(Refused, match="200 acts wait") as refused:
        asked(criterion, engineer)
    assert refused.value.code == "too_many_asked"
    AskedAct.objects.filter(pk=row.pk).update(state="declined")
    asked(criterion, engineer)


def file_on(criterion: Criterion) -> str:
    """The id of a file that the owner attached to the candidate."""
    owner = criterion.trial.candidate.evaluation.owner
    subject = subject_of("candidate", criterion.trial.candidate, owner)
    files = [upload("terms.txt", TERMS)]
    [file] = attach_files(subject=subject, files=files, by=owner)
    return str(file.pk)


def test_what_was_quoted_is_shown_and_kept(
    criterion: Criterion, engineer: User
) -> None:
    words = "SCIM provisioning is included in every plan."
    quote = {"file": file_on(criterion), "words": words}
    row, client = asked(criterion, engineer, quote=quote), signed_in(engineer)
    page = html.unescape(client.get(row.link).text)
    assert f"<mark>{words}</mark> It was never turned off." in page
    sent = filled_in(client, row)
    assert client.post(row.link, sent).status_code == 302
    entry, evidence = last_entry(criterion), Evidence.objects.get()
    for kept in (evidence.note, entry.reason):
        assert "terms.txt, page 1, SHA-256 " in kept
    assert evidence.note.startswith(f"CI is green.\n\n“{words}” (terms.txt, page 1")
    assert entry.reason.endswith("; asked by token “CI”")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("SCIM provisioning is included in any plan.", "are not in “terms.txt”"),
        ("Too short", "Too short to prove anything"),
    ],
)
def test_words_that_do_not_stand_there_are_refused(
    criterion: Criterion, engineer: User, words: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        quote = {"file": file_on(criterion), "words": words}
        asked(criterion, engineer, quote=quote)
    assert list(refused.value.errors) == ["quote"]
    assert not AskedAct.objects.exists()


@pytest.mark.parametrize("file", ["", "x", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_file_that_is_not_there_for_them(
    criterion: Criterion, engineer: User, file: str
) -> None:
    with pytest.raises(Invalid, match="There is no such file"):
        asked(criterion, engineer, quote={"file": file, "words": "These words " * 9})


def test_an_assistant_judges_by_a_quote_or_says_that_it_does_not(
    criterion: Criterion, engineer: User
) -> None:
    with pytest.raises(Invalid) as refused:
        check_quote_needed("judge-criterion", None, own_words=False)
    assert refused.value.code == "quote_needed"
    check_quote_needed("judge-criterion", {"file": "", "words": ""}, own_words=False)
    check_quote_needed("judge-criterion", None, own_words=True)
    check_quote_needed("add-requirement", None, own_words=False)
    row = asked(criterion, engineer, own_words=True)
    assert "Own words, no quote." in signed_in(engineer).get(row.link).text


def test_programs_read_what_became_of_what_they_asked(
    criterion: Criterion, engineer: User
) -> None:
    row, other = asked(criterion, engineer), asked(criterion, engineer)
    AskedAct.objects.filter(pk=other.pk).update(state="declined", reason="Not green.")
    client = program(engineer)
    first, second = client.get("/api/v1/staff/asked/").json()["results"]
    assert (first["id"], first["act"]) == (str(row.pk), "judge-criterion")
    assert (first["state"], first["link"]) == ("open", row.link)
    assert (second["state"], second["reason"]) == ("declined", "Not green.")
    elsewhere = program(engineer, evaluation=trials.platform())
    assert elsewhere.get("/api/v1/staff/asked/").json()["results"] == []
    AskedAct.objects.update(lapses_at=timezone.now())
    first, second = client.get("/api/v1/staff/asked/").json()["results"]
    assert (first["state"], second["state"]) == ("lapsed", "declined")
    lead = criterion.trial.candidate.evaluation.owner
    for who in (lead, common.otto()):
        assert program(who).get("/api/v1/staff/asked/").json()["results"] == []


def test_a_verdict_by_a_program_waits_for_the_person(
    criterion: Criterion, engineer: User
) -> None:
    client, act = program(engineer, "write"), f"judge-criterion/{criterion.pk}/"
    seen = client.get(f"/api/v1/staff/acts/{act}")
    answer = client.post(
        f"/api/v1/staff/acts/{act}",
        HOLDS,
        content_type="application/json",
        headers={"If-Match": seen["ETag"]},
    )
    assert answer.status_code == 202, answer.content
    row = AskedAct.objects.get()
    assert answer.json()["asked"]["link"].endswith(row.link)
    assert not Evidence.objects.exists()
    browser = signed_in(engineer)
    assert browser.post(row.link, filled_in(browser, row)).status_code == 302
    assert Evidence.objects.get().note == "CI is green."
