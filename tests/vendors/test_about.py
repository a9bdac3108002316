"""What this is about: released by the owner, read by the vendor before it answers."""

import re
from typing import Any

import pytest
from django.test import Client

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.talk.services import attach_files
from evaltracker.toolbox.languages import speaking
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.factories.vendors import invite
from tests.keys import without_keys
from tests.talk.attaching import upload
from tests.vendors.door import case
from tests.vendors.mails import owed, read, to_whom
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import AboutRevision
from vendors.selectors.dialogue import person_of, proposed_about, released_about
from vendors.services import contacts
from vendors.services.about import name_owners, release_about, write_about
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
LINA = "Lina Ortega, procurement lead, lina@example.com, +1 555 0100"
PURPOSE = "Twelve people wait two days for a machine."
MARK = "mark-of-a-draft"


@pytest.fixture
def where(db: None) -> Evaluation:
    return vendors.in_research(common.evaluation(budget=4_321_000))


def release(where: Evaluation, **values: Any) -> AboutRevision:
    said = {"purpose": PURPOSE, "people": [LINA], **values}
    return release_about(evaluation=where, by=where.owner, **said)


def test_b1_nobody_is_invited_before_it_is_released(where: Evaluation) -> None:
    expected = case("B1")["expected"]
    acme = vendors.candidate(where)
    assert acme.vendor is not None
    ada = add_contact(
        vendor=acme.vendor, name="Ada", email="a@a.example", by=where.owner
    )
    write_about(evaluation=where, by=where.owner, purpose=PURPOSE)
    with pytest.raises(Refused) as refused:
        contacts.invite(candidate=acme, contacts=[ada], by=where.owner)
    assert refused.value.status == expected["status"]
    assert Notice.objects.count() == expected["mails"]
    form = signed_in(where.owner).get(refused.value.page)
    assert form.status_code == 200, expected["links_to"]
    assert PURPOSE in form.content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_changed_addresses.py"
    "::test_q30_a_cookie_of_before_the_change_reads_no_price",
)
def test_b2_the_first_tab_tells_purpose_people_and_nothing_of_rivals(
    where: Evaluation,
) -> None:
    expected = case("B2")["expected"]
    vendors.candidate(where, "Databrix One")
    release(where)
    ada = Visitor(invited(where)).sign_in()
    first = re.search(r'<a href="([^"]+)"', ada.get().content.decode().split("<nav")[1])
    assert first is not None
    page = ada.get(first[1])
    assert page.status_code == expected["status"]
    text = page.content.decode()
    for word in (PURPOSE, *expected["holds"][1:]):
        assert word in text
    for word in ("weight", "Databrix", "budget", "4,321", "4321"):
        assert word not in without_keys(text).casefold()


def test_b3_a_rivals_name_is_refused_and_then_confirmed(where: Evaluation) -> None:
    expected = case("B3")["expected"]
    for name in ("Acme ML", "Databrix One"):
        vendors.candidate(where, name)
    lead, form = signed_in(where.owner), f"/admin/act/release-about/{where.pk}/"
    typed = {"purpose": "We replace Databrix today.", "people": LINA}
    answer = lead.post(form, typed)
    statuses = [answer.status_code]
    text = answer.content.decode()
    assert expected["sentence_names"] in text
    tick = re.search(r'name="shared" value="(\w{64})"', text)
    assert tick is not None
    statuses.append(lead.post(form, {**typed, "shared": tick[1]}).status_code)
    assert statuses == expected["status"]
    told = Entry.objects.filter(evaluation=where, action__startswith="about.")
    assert [entry.action for entry in told] == expected["journal"]
    assert told[0].after == {"names": ["Databrix"]}
    # What vendors read already needs no second yes.
    assert lead.post(form, {**typed, "judged": "Fairly."}).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_people.py"
    "::test_q3_a_token_of_the_buyer_is_told_of_with_what_it_reads",
)
def test_b4_a_change_is_mailed_once_with_the_line_that_changed(
    where: Evaluation,
) -> None:
    expected = case("B4")["expected"]
    lines = ["2040-05-03 Demos", "2040-06-01 Contract"]
    release(where, timetable=lines)
    for name, people in (("Acme ML", ("a", "b")), ("Bolt ML", ("c",))):
        option = vendors.candidate(where, name)
        assert option.vendor is not None
        host = f"{name[:4]}.example"
        told = [
            add_contact(
                vendor=option.vendor, name=one, email=f"{one}@{host}", by=where.owner
            )
            for one in people
        ]
        invite(candidate=option, contacts=told, by=where.owner)
    for day in ("2040-05-08", "2040-05-10"):
        changed = [f"{day} Demos", lines[1]]
        write_about(evaluation=where, by=where.owner, timetable=changed)
    assert owed("about_changed") == []
    release_about(evaluation=where, by=where.owner)
    assert where.about_revisions.count() == expected["revisions"]
    assert len(to_whom("about_changed")) == expected["mails"]
    letter = read(owed("about_changed")[0])
    assert "10 May 2040: Demos" in letter.text, expected["mail_names"]
    assert "Contract" not in letter.text
    assert "purpose" not in letter.text.casefold()


def test_b5_a_stranger_reads_who_asks_and_no_purpose(where: Evaluation) -> None:
    expected = case("B5")["expected"]
    release(where)
    link = invited(where)
    text = Client().get(Visitor(link).start).content.decode()
    for word in (*expected["holds"][:2], "Answers are taken until"):
        assert word in text
    for word in (PURPOSE, link.contact.name, link.contact.email):
        assert word not in text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py"
    "::test_the_code_opens_a_session_with_an_id_of_its_own",
)
def test_b6_words_that_are_not_released_stay_inside(where: Evaluation) -> None:
    release(where)
    ada = Visitor(invited(where)).sign_in()
    write_about(
        evaluation=where,
        by=where.owner,
        purpose=MARK,
        people=[f"{MARK}, {LINA}"],
        timetable=[f"2040-05-03 {MARK}"],
        judged=MARK,
    )
    bearer = {"authorization": f"Bearer {vendors.token(ada.link.vendor)}"}
    home = f"/api/v1/invitations/{ada.link.candidate_id}"
    told = Client().get(f"{home}/about/", headers=bearer)
    assert told.json()["purpose"] == PURPOSE
    heard = [told.content.decode(), ada.get(f"{ada.home}about/").content.decode()]
    heard += [ada.get(ada.start).content.decode(), ada.get().content.decode()]
    assert PURPOSE in heard[1]
    assert [text for text in heard if MARK in text] == [], case("B6")["expected"]


def test_a_file_of_the_brief_is_read_once_it_is_released(where: Evaluation) -> None:
    subject = TOPICS["brief"].find(where.owner, where.pk)
    assert subject is not None
    files = [upload("net.txt", b"our network"), upload("own.txt", b"our secret")]
    shown, hidden = attach_files(subject=subject, files=files, by=where.owner)
    release(where, files=[shown.sha256])
    ada = Visitor(invited(where)).sign_in()
    assert "net.txt" in ada.get(f"{ada.home}about/").content.decode()
    got = ada.get(f"{ada.home}file/{shown.pk}/")
    assert b"".join(got.streaming_content) == b"our network"
    assert ada.get(f"{ada.home}file/{hidden.pk}/").status_code == 404
    bearer = {"authorization": f"Bearer {vendors.token(ada.link.vendor)}"}
    home = f"/api/v1/invitations/{ada.link.candidate_id}"
    told = Client().get(f"{home}/about/", headers=bearer).json()
    assert [file["name"] for file in told["files"]] == ["net.txt"]
    for file, status in ((shown, 200), (hidden, 404)):
        got = Client().get(f"{home}/files/{file.pk}/", headers=bearer)
        assert got.status_code == status
        assert (b"our network" in b"".join(got)) == (file == shown)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_b3_a_rivals_name_is_refused_and_then_confirmed",
)
def test_the_form_proposes_the_brief_and_a_first_invitation_releases_it(
    where: Evaluation,
) -> None:
    Evaluation.objects.filter(pk=where.pk).update(problem=PURPOSE, engineers=12)
    acme, globex = vendors.candidate(where), vendors.candidate(where, "Globex ML")
    for option in (acme, globex):
        assert option.vendor is not None
        email = f"bids@{option.vendor.slug}.example"
        add_contact(vendor=option.vendor, name="Bids", email=email, by=where.owner)
    lead, form = signed_in(where.owner), f"/admin/act/invite/{acme.pk}/"
    text = lead.get(form).content.decode()
    for word in ("Release and invite", PURPOSE, "12 people will work with it."):
        assert word in text
    typed = {"purpose": PURPOSE, "people": LINA}
    assert lead.post(form, {**typed, "purpose": ""}).status_code == 400
    assert lead.post(form, {**typed, "people": "Lina Ortega"}).status_code == 400
    assert not Entry.objects.filter(action="candidate.invited").exists()
    assert lead.post(form, typed).status_code == 302
    assert released_about(where).purpose == PURPOSE
    text = lead.get(f"/admin/act/invite/{globex.pk}/").content.decode()
    assert "Release and invite" not in text
    assert PURPOSE not in text
    assert act("invite", globex, where.owner) == 302
    assert where.about_revisions.count() == 1


def test_what_is_proposed_is_in_the_language_of_its_vendors_and_of_no_sum(
    where: Evaluation,
) -> None:
    said = str(proposed_about(where)).casefold()
    for word in ("4321", "weight", "score", "budget", "vendors"):
        assert word not in said
    with speaking("de"):
        assert proposed_about(where)["judged"].startswith("Several people")


def test_who_was_invited_before_learns_who_asks(where: Evaluation) -> None:
    link = invited(where)
    where.about_revisions.all().delete()
    name_owners()
    name_owners()
    text = Client().get(Visitor(link).start).content.decode()
    assert where.owner.name in text
    assert where.owner.email in text
    assert where.about_revisions.get().revision == 0
    with pytest.raises(Refused):
        contacts.invite(candidate=vendors.candidate(where, "Bolt"), by=where.owner)
    release(where)
    assert len(to_whom("about_changed")) == 1


def test_only_the_owner_writes_it_and_lines_have_their_days(where: Evaluation) -> None:
    with pytest.raises(Forbidden):
        write_about(evaluation=where, by=common.otto(), purpose=PURPOSE)
    for wrong in (["soon: demos"], [f"2040-01-{day:02} x" for day in range(1, 14)]):
        with pytest.raises(Invalid) as told:
            release(where, timetable=wrong)
        assert told.value.errors.keys() == {"timetable"}
    with pytest.raises(Invalid) as told:
        release(where, people=[LINA] + [f"{one}, x@x.example" for one in "abc"])
    assert told.value.errors.keys() == {"people"}
    assert not AboutRevision.objects.exists()


def test_a_person_is_told_apart_by_commas() -> None:
    assert person_of(LINA) == {
        "name": "Lina Ortega",
        "role": "procurement lead",
        "email": "lina@example.com",
        "phone": "+1 555 0100",
    }
    assert person_of("Otto")["phone"] == ""
    assert person_of("Otto, o12345@x.example")["phone"] == ""


def test_the_page_shows_the_draft_to_its_owner_alone(where: Evaluation) -> None:
    release(where)
    write_about(evaluation=where, by=where.owner, purpose=MARK)
    page = f"/admin/e/{where.slug}/about/"
    assert MARK in signed_in(where.owner).get(page).content.decode()
    where.readers.add(common.noor())
    vendors.declare_none(where)
    text = signed_in(common.noor()).get(page).content.decode()
    assert PURPOSE in text
    assert MARK not in text
