"""Every state in which a vendor's page can be met, one after the other."""

import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.requirements.services.scopes import add_list, demand
from tests.factories import common, stakeholders, trials, vendors
from tests.trials.efforts import asked
from tests.trials.portal.test_demo_dates import arranged
from tests.trials.portal.test_own_trial_page import tried
from tests.trials.runs.posting import LATENCY
from tests.vendors.portal.visitor import Visitor, invited, newest, stranger_with
from trials.choices import Retest
from trials.services.demos import call_off_demo, hold_demo, move_demo
from trials.services.milestones import add_milestone
from trials.services.trials import retest_gap
from vendors.choices import DocumentKind
from vendors.effort import BYS, HOWS
from vendors.mail import code_of
from vendors.models import (
    Claim,
    Contact,
    ContactRequest,
    DraftFile,
    Proposal,
    Question,
)
from vendors.rate_limits import forget_counts
from vendors.selectors.claims import OFFERED
from vendors.services.access import MOST_UNKNOWN
from vendors.services.answering import close_claims
from vendors.services.contacts import (
    accept_contact,
    add_contact,
    decline_contact,
    give_link,
)
from vendors.services.dialogue import (
    accept_proposal,
    answer_question,
    decline_proposal,
    publish_document,
)

VERSION = re.compile(r'name="version" value="(\d+)"')
FIELD = re.compile(r'<input type="hidden" name="(digest|shown)" value="([^"]*)"')
type State = tuple[str, Any]
PRICES = {"currency": "EUR", "valid_until": "2040-06-30"}
LICENCE = {"0-kind": "licence", "0-likely": "90.50", "0-quantity": "150"}


def reading(visitor: Visitor, language: str) -> Visitor:
    """The same contact in a browser of that language."""
    browser = Client(
        enforce_csrf_checks=True, headers={"accept-language": f"{language};q=0.9"}
    )
    return replace(visitor, browser=browser)


def research(*, is_open: bool = True, title: str = "Choose an ML platform") -> Any:
    """An evaluation in research that asks for a number, and where it holds."""
    where = common.evaluation(title=title)
    for number in range(1, 5):
        common.requirement(where, f"R{number}", "must" if number < 4 else "should")
    scope = add_list(
        evaluation=where, name="Sites", values=["Rome", "Lyon"], by=where.owner
    )
    demand(requirement=where.requirements.get(ref="R3"), scopes=[scope], by=where.owner)
    Requirement.objects.filter(evaluation=where, ref="R2").update(measure=LATENCY)
    stakeholders.stakeholders(where, scores=True)
    if is_open:
        return vendors.in_research(where)
    return vendors.enter(where, "research")


def door(where: Evaluation, settings: Settings, language: str) -> Iterator[State]:
    """From the link in the mail until one is in, or is not."""
    ada = reading(Visitor(invited(where)), language)
    yield "start", ada.get(ada.start)
    yield "nothing here", ada.get("/vendor/start/nothing/")
    yield "nowhere", ada.get("/vendor/nowhere/at/all/")
    yield "signed out", ada.get()
    yield "code without asking", ada.get(f"{ada.start}code/")
    code = ada.ask()
    yield "code", ada.get(f"{ada.start}code/")
    yield "wrong code", ada.type("AAAA-AAAA")
    ada.post(ada.start)
    yield "asked again at once", ada.get(f"{ada.start}code/")
    yield "expired form", ada.browser.post(ada.start, {})
    stranger = None
    for number in range(MOST_UNKNOWN + 1):
        stranger = reading(stranger_with(ada.link, number), language)
        answer = stranger.post(stranger.start)
    yield "replaced", answer
    calls, settings.VENDOR_CALLS_PER_MINUTE = settings.VENDOR_CALLS_PER_MINUTE, 0
    yield "too many", ada.get()
    settings.VENDOR_CALLS_PER_MINUTE = calls
    forget_counts()
    assert ada.type(code_of(code.pk)).status_code == 302
    yield "left", ada.post(f"{ada.home}sign-out/", ada.home)


def answering(where: Evaluation, language: str) -> Iterator[State]:
    """Answers, one by one, until a receipt."""
    ada = reading(Visitor(invited(where, "Globex ML", "bo@globex.example")), language)
    ada.sign_in()
    yield "nothing handed in, no receipt", ada.get(f"{ada.home}receipt/")
    yield "hand in nothing", ada.post(f"{ada.home}hand-in/")
    yield "answers", ada.get()
    page = f"{ada.home}answer/R1/"
    yield "answer", ada.get(page)
    for availability in OFFERED:
        save(ada, "R1", availability=availability, statement="Yes.")
        yield f"answer: {availability}", ada.get(page)
    yield "answer of two tabs", ada.post(page, version="1", statement="No.")
    save(ada, "R1", availability="now", statement="Yes.")
    yield "no file", save(ada, "R1", then="attach")
    wrong = SimpleUploadedFile("proof.exe", b"MZ")
    yield "wrong file", save(ada, "R1", file=wrong, then="attach")
    proof = SimpleUploadedFile("proof.txt", b"proof")
    save(ada, "R1", then="attach", file=proof)
    assert DraftFile.objects.exists()
    yield "file", ada.get(page)
    number = f"{ada.home}answer/R2/"
    save(ada, "R2", number="1.200")
    yield "asked back", ada.get(number)
    yield "hand in what has two meanings", ada.post(f"{ada.home}hand-in/")
    save(ada, "R2", number="many")
    yield "no number", ada.get(number)
    yield "hand in what is no number", ada.post(f"{ada.home}hand-in/")
    save(ada, "R2", number="12", unit="requests")
    yield "hand in another unit", ada.post(f"{ada.home}hand-in/")
    save(ada, "R2", number="12", availability="planned")
    yield "hand in a plan without a day", ada.post(f"{ada.home}hand-in/")
    values = f"{ada.home}answer/R3/"
    own = {"holds_for": '["Sites", "Rome"]', "own_answers": "Sites: Lyon = soon"}
    save(ada, "R3", **own)
    yield "answer with values", ada.get(values)
    yield "hand in wrong values", ada.post(f"{ada.home}hand-in/")
    save(ada, "R3", then="discard")
    save(ada, "R2", number="12")
    yield "to hand in", ada.get(f"{ada.home}hand-in/")
    assert ada.post(f"{ada.home}hand-in/").status_code == 302
    yield "receipt without prices", ada.get(f"{ada.home}receipt/")
    yield "hand in the same", ada.post(f"{ada.home}hand-in/")
    yield "handed in", ada.get(page)
    where.requirements.filter(ref="R1").update(revision=2)
    yield "changed", ada.get(page)
    yield "answers, one changed", ada.get()
    yield from support(ada)
    yield from prices(ada)
    yield "receipt with prices", ada.get(f"{ada.home}receipt/")
    yield "hand in with prices", ada.get(f"{ada.home}hand-in/")
    yield from sheets(ada)
    yield from talking(ada, where)
    yield from earlier(ada)
    yield from taking(ada)
    close_claims(evaluation=where, by=where.owner)
    yield "answers, closed", ada.get()
    yield "answer, closed", ada.get(page)
    yield "late", ada.post(f"{ada.home}hand-in/", ada.home)
    yield "late question", ada.post(f"{ada.home}questions/", ada.home, text="Why?")
    yield "prices, closed", ada.get(f"{ada.home}quote/")
    early = research(is_open=False, title="Choose a data catalogue")
    cy = Visitor(invited(early, "Initech ML", "cy@initech.example"))
    cy = reading(cy, language).sign_in()
    yield "answers, not open", cy.get()


def save(ada: Visitor, ref: str, **fields: Any) -> Any:
    """The form of an answer as its page is now, with these fields."""
    page = f"{ada.home}answer/{ref}/"
    version = VERSION.search(ada.get(page).content.decode())
    form = {"availability": "now", "statement": "Yes.", "unit": "ms"}
    return ada.post(page, version=version[1] if version else "0", **form | fields)


def support(ada: Visitor) -> Iterator[State]:
    """What this is about, and which support comes with it."""
    where = ada.link.candidate.evaluation
    yield "about", ada.get(f"{ada.home}about/")
    days = ["2040-05-03 We meet.", "2040-06-03 We decide."]
    vendors.released(where, purpose="We lose two days a week.", timetable=days)
    yield "about, changed", ada.get(f"{ada.home}about/")
    page = f"{ada.home}support/"
    yield "support, none", ada.get(page)
    yield "support refused", ada.post(page, kind="", text="")
    ada.post(page, kind="business_hours", text="By Ada.")
    yield "support stated", ada.get(page)


def taking(ada: Visitor) -> Iterator[State]:
    """What an answer takes in days, where the owner asks for it."""
    asked(ada.link.candidate.evaluation)
    page = f"{ada.home}answer/R4/"
    yield "answer and what it takes", ada.get(page)
    wrong = {
        "days out of the box": {"how": "out_of_box", "days": "3"},
        "days that are none": {"how": "configure", "days": "many"},
        "too many days": {"how": "build", "days": "2001"},
        "days of nobody": {"days": "3", "by": "third_party"},
    }
    for name, fields in wrong.items():
        save(ada, "R4", **fields)
        yield name, ada.get(page)
        yield f"hand in {name}", ada.post(f"{ada.home}hand-in/")
    save(ada, "R4", availability="never", how="build")
    yield "what is not offered takes days", ada.post(f"{ada.home}hand-in/")
    for how, by in zip(HOWS[1:], BYS, strict=True):
        save(ada, "R4", how=how, days="1/2,5/3", by=by)
        yield f"answer takes: {how}", ada.get(page)
        yield f"hand in what takes: {how}", ada.get(f"{ada.home}hand-in/")
    sheet = f"{ada.home}sheet/"
    book = load_workbook(io.BytesIO(ada.get(f"{sheet}file/").content))
    yield "answer sheet with days", workbook(book)
    cells = book.worksheets[0]
    column = next(cell.column for cell in cells[1] if cell.value == "Aufwand")
    for said in ("many", "out of the box, 3 days", "vendor, 3 days"):
        cells.cell(5, column).value = said
        yield f"wrong days on a sheet: {said}", ada.post(sheet, file=file(book))
    cells.cell(5, column).value = "customise; 5/10/20; buyer"
    yield "days of a sheet", ada.post(sheet, file=file(book))
    assert ada.post(f"{ada.home}hand-in/").status_code == 302
    yield "what it takes, handed in", ada.get(page)
    yield "receipt with days", ada.get(f"{ada.home}receipt/")


def earlier(ada: Visitor) -> Iterator[State]:
    """What was answered to the same words in another evaluation."""
    page = f"{ada.home}earlier/"
    yield "no earlier answers", ada.get(page)
    there = research(title="Choose a queue")
    option = vendors.candidate(there, "Globex Queue")
    vendors.invite(candidate=option, contacts=[ada.link.contact], by=there.owner)
    day = there.created_at.date()
    need, ahead = there.requirements.get(ref="R4"), datetime.timedelta(days=9)
    vendors.claim(option, need, "planned", available_from=day + ahead)
    passed = datetime.timedelta(days=2)
    Claim.objects.filter(candidate=option).update(available_from=day - passed)
    yield "answers, some given before", ada.get()
    yield "earlier answers", ada.get(page)
    ada.post(page, ada.home)
    yield "answer with a remark", ada.get(f"{ada.home}answer/R4/")


def prices(ada: Visitor) -> Iterator[State]:
    """Prices until they are withdrawn."""
    page = f"{ada.home}quote/"
    yield "prices", ada.get(page)
    yield "withdraw nothing", ada.post(page, then="withdraw")
    wrong = {"0-likely": "1.200", "1-kind": "setup", "1-likely": "dear"}
    wrong |= {"1-tiers": "a lot", "2-kind": "support", "2-low": "5", "2-likely": "4"}
    yield "prices refused", ada.post(page, **PRICES, **LICENCE | wrong)
    state = {"0-state": "included"}
    yield "included for a price", ada.post(page, **PRICES, **LICENCE, **state)
    passed = PRICES | {"valid_until": "2020-01-01"}
    yield "prices of a day that passed", ada.post(page, **passed, **LICENCE)
    other = PRICES | {"currency": "XXX"}
    yield "prices without a currency", ada.post(page, **other, **LICENCE)
    yield "no prices", ada.post(page, **PRICES)
    yield "another line", ada.post(page, add="licence", **PRICES, **LICENCE)
    looked = ada.post(page, **PRICES, **LICENCE)
    yield "looked over", looked
    hand_in(ada, page, looked)
    yield "prices stand", ada.get(page)
    dear = LICENCE | {"0-likely": "90500"}
    yield "a hundred times more", ada.post(page, **PRICES, **dear)
    book = load_workbook(io.BytesIO(ada.get(f"{page}sheet/").getvalue()))
    yield "sheet of prices", workbook(book)
    yield "no sheet of prices", ada.post(page, then="sheet", **PRICES)
    yield "prices of a sheet", ada.post(page, then="sheet", sheet=file(book), **PRICES)
    book.worksheets[0].cell(2, 1).value = "Nonsense"
    yield "wrong sheet", ada.post(page, then="sheet", sheet=file(book), **PRICES)
    late = later(ada)
    yield "prices hidden", late.get(page)
    yield "withdraw what is hidden", late.post(page, then="withdraw")
    yield "people of one who came later", late.get(f"{late.home}people/")
    yield "a colleague's draft", late.get(f"{late.home}answer/R4/")
    ada.post(page, then="withdraw")
    yield "prices withdrawn", ada.get(page)
    hand_in(ada, page, ada.post(page, **PRICES, **LICENCE))


def hand_in(ada: Visitor, page: str, looked: Any) -> None:
    """Confirm what the look-over shows, where there is one."""
    if looked.status_code == 302:
        return
    fields = dict(FIELD.findall(looked.content.decode()))
    sent = PRICES | LICENCE | fields | {"then": "hand_in"}
    answer = ada.post(page, **sent)
    assert answer.status_code == 302


def later(ada: Visitor) -> Visitor:
    """A colleague who came after the prices, and after a draft."""
    page = f"{ada.home}answer/R4/"
    ada.post(page, version="0", availability="now", statement="A secret.")
    where = ada.link.candidate.evaluation
    contact = add_contact(
        vendor=ada.link.vendor, name="Dee Moss", email="dee@x.example", by=where.owner
    )
    give_link(candidate=ada.link.candidate, contact=contact)
    link = newest(replace(ada, link=contact.links.latest("pk"))).link
    return replace(ada, link=link, browser=_like(ada.browser)).sign_in()


def _like(browser: Client) -> Client:
    fresh = Client(enforce_csrf_checks=True)
    fresh.defaults |= browser.defaults
    return fresh


def file(book: Any) -> SimpleUploadedFile:
    """The workbook as it is sent."""
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("sheet.xlsx", stream.getvalue())


def workbook(book: Any) -> list[str]:
    """Everything that a workbook says to who fills it in; of a list each choice."""
    found = []
    for sheet in book.worksheets:
        found.append(sheet.title)
        cells = [cell for row in sheet.iter_rows() for cell in row]
        found += [cell.value for cell in cells if isinstance(cell.value, str)]
        for rule in sheet.data_validations.dataValidation:
            said = (rule.prompt, rule.promptTitle, rule.error, rule.errorTitle)
            found += [text for text in said if text]
            if rule.type == "list":
                found += rule.formula1.strip('"').split(",")
    return found


def sheets(ada: Visitor) -> Iterator[State]:
    """The answer sheet down and up."""
    page = f"{ada.home}sheet/"
    yield "sheet", ada.get(page)
    book = load_workbook(io.BytesIO(ada.get(f"{page}file/").content))
    yield "answer sheet", workbook(book)
    cells = book.worksheets[0]
    yield "same sheet", ada.post(page, file=file(book))
    cells["F4"], cells["I4"], cells["F5"] = "soon", "x", "planned"
    cells["G5"], cells["A3"], cells["E3"] = "03/04/2040", "R9", "1.200"
    yield "wrong cells", ada.post(page, file=file(book))
    cells["A3"], cells["F4"], cells["G5"] = "R2", "now", "2040-04-03"
    cells["E3"] = None
    yield "sheet read", ada.post(page, file=file(book))
    yield "no sheet", ada.post(page)
    other = SimpleUploadedFile("answers.pdf", b"%PDF-1.7")
    yield "sheet of another type", ada.post(page, file=other)
    yield "sheet too old", ada.post(page, packed="made up")


def talking(ada: Visitor, where: Evaluation) -> Iterator[State]:
    """Questions, proposals, people, colleagues."""
    page = f"{ada.home}questions/"
    yield "questions, none", ada.get(page)
    yield "no question", ada.post(page, text=" ", about="")
    ada.post(page, text="Which versions?", about="R1")
    ada.post(page, text="Which sites?", about="")
    yield "questions", ada.get(page)
    asked = Question.objects.first()
    assert asked is not None
    answer_question(question=asked, answer="All of them.", by=where.owner)
    yield "questions, answered", ada.get(page)
    page = f"{ada.home}proposals/"
    yield "proposals, none", ada.get(page)
    category = where.categories.get().name
    yield "no proposal", ada.post(page, text=" ", category=category)
    yield "no category", ada.post(page, text="Quotas", category="")
    for text in ("Quotas", "Export", "Exit plan"):
        ada.post(page, text=text, category=category, reason="They matter.")
    first, second, _ = Proposal.objects.order_by("proposed_at")
    accept_proposal(proposal=first, ref="R9", by=where.owner)
    decline_proposal(proposal=second, reason="Not for us.", by=where.owner)
    yield "proposals", ada.get(page)
    page = f"{ada.home}colleagues/"
    yield "colleagues, none", ada.get(page)
    yield "no colleague", ada.post(page, name="", email="nobody")
    for name in ("Kim Lee", "Lou Roe", "Max Orr"):
        ada.post(page, name=name, email=f"{name[:3].lower()}@globex.example")
    kim, lou, _ = ContactRequest.objects.order_by("asked_at")
    accept_contact(request=kim, by=where.owner)
    decline_contact(request=lou, reason="One is enough.", by=where.owner)
    yield "colleagues", ada.get(page)
    page = f"{ada.home}people/"
    yield "people", ada.get(page)
    yield "token made", ada.post(page, then="token", label="Build server")
    yield "token without a name", ada.post(page, then="token", label="")
    yield "people and a token", ada.get(page)
    dee = Contact.objects.get(name="Dee Moss")
    ada.post(page, then="read", key=str(dee.pk))
    ada.post(page, then="disown", key=str(dee.pk))
    yield "people, one kept out", ada.get(page)


def shown(where: Evaluation, language: str) -> Iterator[State]:
    """Demo, trial, gaps and letters."""
    globex = where.candidates.get(name="Globex ML")
    person = Contact.objects.get(name="Ada Park", vendor=globex.vendor)
    link = give_link(candidate=globex, contact=person)
    ada = reading(Visitor(link), language).sign_in()
    vendors.enter(where, "demos")
    globex.evaluation = where
    demo = arranged(globex)
    yield "demo", ada.get(f"{ada.home}demos/")
    yield "demo in a calendar", ada.get(f"{ada.home}demos/demo.ics").content.decode()
    when = {"day": datetime.date(2044, 2, 2), "time": datetime.time(9)}
    move_demo(demo=demo, by=where.owner, **when)  # type: ignore[arg-type]
    yield "demo moved", ada.get(f"{ada.home}demos/")
    demo.refresh_from_db()
    call_off_demo(demo=demo, reason="Too late.", by=where.owner)
    yield "demo called off", ada.get(f"{ada.home}demos/")
    past = trials.demo(globex)
    hold_demo(demo=past, attendees="Elif", by=where.owner)
    yield "demo held", ada.get(f"{ada.home}demos/")
    vendors.enter(where, "trials")
    globex.evaluation = where
    gap = tried(globex)
    add_milestone(
        evaluation=where,
        title="Half time",
        owner_user=where.owner,
        due_on=datetime.date(2044, 3, 1),
        due_time=datetime.time(9),
        trial=gap.trial,
        by=where.owner,
    )
    yield "trial", ada.get(f"{ada.home}trial/")
    page = f"{ada.home}gaps/{gap.pk}/reply/"
    yield "reply", ada.get(page)
    fields = {"reply": "", "promised_for": "2020-01-01", "workaround": ""}
    yield "reply refused", ada.post(page, **fields)
    said = {"reply": "Fixed in 9.1.", "promised_for": "2040-04-15"}
    ada.post(page, **said, workaround="Restart it.")
    yield "replied", ada.get(f"{ada.home}trial/")
    gap.refresh_from_db()
    retest_gap(gap=gap, outcome=Retest.STILL_THERE, note="Still.", by=gap.trial.lead)
    yield "tried again", ada.get(f"{ada.home}trial/")
    yield "documents, none", ada.get(f"{ada.home}documents/")
    for kind in (DocumentKind.LETTER, DocumentKind.PROMISES):
        letter = publish_document(
            candidate=globex, kind=kind, text="We thank you.", by=where.owner
        )
        yield f"document: {kind}", ada.get(f"{ada.home}documents/{letter.pk}/")
    yield "documents", ada.get(f"{ada.home}documents/")
    yield from annex(ada)


def annex(ada: Visitor) -> Iterator[State]:
    """Objected to, put forward anew and confirmed."""
    page, option = f"{ada.home}annex/", ada.link.candidate
    first = vendors.annex(option)
    yield "annex", ada.get(page)
    yield "annex: no such line", ada.post(page, line="P9", words="")
    yield "annex: no name", ada.post(page, sha256=first.sha256, name="")
    yield "annex: no such version", ada.post(page, sha256="0" * 64, name="Yes.")
    ada.post(page, line="P1", words="No.")
    yield "annex: objected to", ada.get(page)
    text = vendors.ANNEX.replace("2027-01-31", "2027-02-28")
    newer = vendors.annex(option, 2, text)
    yield "annex: newer", ada.post(page, sha256=first.sha256, name="Yes.")
    ada.post(page, sha256=newer.sha256, name="Yes.")
    yield "annex: confirmed", ada.get(page)
    yield "annex: too late", ada.post(page, line="P1", words="No.")
