"""Letters: drafted from one candidate's column, sent by a person, never repeated."""

import pytest

from evaltracker.decision.models import Decision, Letter
from evaltracker.decision.services.letters import (
    REASON_ASKED,
    draft_letters,
    send_letter,
    write_letter,
)
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.workflow.services.stages import compile_memo
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from tests.vendors import mails
from tests.workflow.deciding import decided
from vendors.models import Contact
from vendors.services.claims import note_claim
from vendors.services.contacts import add_contact, remove_contact

pytestmark = pytest.mark.django_db
RIVAL = "Globexmark ML"
# The rival's name, its price and why it went; our own price; a person who scored.
SEALED = ("Globexmark", "98,765", "98765", "91,234", "91234", "too much")


@pytest.fixture
def where(db: None) -> Evaluation:
    found, _ = decided(RIVAL)
    return found


def of(name: str) -> Letter:
    return Letter.objects.get(candidate__name=name)


def gone_over(name: str) -> Letter:
    letter = of(name)
    text = letter.text.replace(REASON_ASKED, "Your offer came late.")
    owner = letter.candidate.evaluation.owner
    return write_letter(letter=letter, text=text, by=owner)


def contact_of(letter: Letter, email: str = "zoe@vendor.example") -> Contact:
    vendor = letter.candidate.vendor
    assert vendor is not None
    owner = letter.candidate.evaluation.owner
    return add_contact(vendor=vendor, name="Zoe", email=email, by=owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_each_vendor_that_answered_has_a_draft_of_its_own(where: Evaluation) -> None:
    won, lost = of("Acme ML"), of(RIVAL)
    assert "we chose you" in won.text
    assert "you were not chosen" in lost.text
    assert "R1" in won.text
    assert (won.released_at, lost.released_at) == (None, None)
    assert not Notice.objects.filter(kind="decision_letter").exists()


def test_no_draft_tells_of_anybody_else_or_of_money(where: Evaluation) -> None:
    for mark in SEALED:
        assert mark not in of("Acme ML").text, mark
    for mark in ("Acme", *SEALED[1:]):
        assert mark not in of(RIVAL).text, mark


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_memo_efforts.py"
    "::test_building_what_does_not_set_us_apart_is_told[build-no-True]",
)
def test_it_counts_what_its_reader_answered_each_of_how_many() -> None:
    where = trials.platform("must", "should", "could")
    option = trials.claimed(where, *where.requirements.exclude(ref="R3"))
    noted = where.requirements.get(ref="R3")
    note_claim(candidate=option, requirement=noted, statement="Seen.", by=where.owner)
    vendors.enter(where, "trials")
    running = trials.trial(option, "R1")
    trials.verdict(trials.claim_of(option), "trial", criterion=running.criteria.get())
    memo = compile_memo(where)
    (letter,) = draft_letters(
        decision=Decision(evaluation=where, candidate=option, memo=memo)
    )
    assert (
        "Of the requirements that carry weight you answered 2 in full. "
        "Shown in a demo: 0 of 2. Tested in a trial: 1 of 2."
    ) in letter.text
    # What we noted ourselves is in the memo, and in no number of the letter.
    result = memo["results"][str(option.pk)]
    assert (result["answered"], result["noted"], result["ours"]) == (2, 1, 0)


def test_the_owner_words_it_and_names_no_rival(where: Evaluation) -> None:
    letter = of(RIVAL)
    write_letter(letter=letter, text=" You were close. ", by=where.owner)
    assert of(RIVAL).text == "You were close."
    for words in ("Acme was better.", "acme ml won", "", "x" * 5001):
        with pytest.raises(Invalid):
            write_letter(letter=letter, text=words, by=where.owner)
    # “Acmes” is no name, and a letter may name its own reader.
    write_letter(letter=letter, text=f"Acmes, {RIVAL}.", by=where.owner)
    with pytest.raises(Forbidden):
        write_letter(letter=letter, text="x", by=stakeholders.holder("leadership"))
    entry = Entry.objects.filter(action="letter.written").last()
    assert entry is not None
    assert "Acmes" not in str(entry.after)


def test_it_goes_to_contacts_of_its_vendor_once_and_then_stands(
    where: Evaluation,
) -> None:
    letter = gone_over(RIVAL)
    zoe, stranger = contact_of(letter), contact_of(of("Acme ML"), "al@acme.example")
    for told in ([], [stranger], [zoe, stranger]):
        with pytest.raises(Invalid):
            send_letter(letter=letter, contacts=told, by=where.owner)
    send_letter(letter=letter, contacts=[zoe], by=where.owner)
    (owed,) = mails.owed("decision_letter")
    message = mails.read(owed)
    assert "you were not chosen" in message.text
    assert "Hello Zoe" in message.text
    assert message.reply_to == where.owner.email
    for mark in ("Acme", *SEALED[1:], "/admin/"):
        assert mark not in message.text + message.html, mark
    with pytest.raises(Refused, match="had this letter"):
        send_letter(letter=letter, contacts=[zoe], by=where.owner)
    with pytest.raises(Refused, match="was sent"):
        write_letter(letter=letter, text="No.", by=where.owner)
    later = contact_of(letter, "later@vendor.example")
    send_letter(letter=letter, contacts=[later], by=where.owner)
    assert mails.to_whom("decision_letter") == [later.email, zoe.email]


def test_whoever_left_gets_none_and_it_is_never_repeated_by_itself(
    where: Evaluation,
) -> None:
    letter = of(RIVAL)
    zoe = contact_of(letter)
    with pytest.raises(Refused, match="Review it first"):
        send_letter(letter=letter, contacts=[zoe], by=where.owner)
    letter = gone_over(RIVAL)
    send_letter(letter=letter, contacts=[zoe], by=where.owner)
    (owed,) = mails.owed("decision_letter")
    remove_contact(contact=zoe, reason="She left.", by=where.owner)
    assert "no contact of it any more" in mails.why_not(owed)
    assert KINDS["decision_letter"].hold


def test_what_people_typed_stays_text_in_the_mail(where: Evaluation) -> None:
    letter = of(RIVAL)
    text = "Thank you.\n\n<script>x</script>\nand more"
    write_letter(letter=letter, text=text, by=where.owner)
    send_letter(letter=letter, contacts=[contact_of(letter)], by=where.owner)
    message = mails.read(mails.owed("decision_letter")[0])
    assert "<script>" not in message.html
    assert "<script>x</script>\nand more" in message.text


def test_the_page_shows_state_and_ways_and_only_the_owner_sends(
    where: Evaluation,
) -> None:
    letter = gone_over(RIVAL)
    lina, viktor = (
        signed_in(person) for person in (where.owner, stakeholders.holder("leadership"))
    )
    page = f"/admin/e/{where.slug}/letters/"
    send = f"/admin/act/send-letter/{letter.pk}/"
    zoe = contact_of(letter)
    assert "Send it" in lina.get(page).content.decode()
    assert "Send it" not in viktor.get(page).content.decode()
    assert viktor.post(send, {"contacts": zoe.pk}).status_code == 403
    assert "you were not chosen" in lina.get(send).content.decode()
    assert lina.post(send, {"contacts": zoe.pk}).status_code == 302
    body = lina.get(page).content.decode()
    assert "zoe@vendor.example" in body
    assert "released" in body


def test_everybody_with_a_part_hears_that_it_is_decided(where: Evaluation) -> None:
    told = Notice.objects.filter(kind="decision_made")
    people = {notice.recipient for notice in told}
    assert stakeholders.holder("leadership") in people
    assert where.owner not in people
    message = KINDS["decision_made"].compose(told[0])
    for mark in ("Acme", *SEALED):
        assert mark not in message.text
