"""Three rivals in one evaluation, each with a row in every table that leads to it."""

from __future__ import annotations

import datetime
import io
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.db.models import Model
from django.http import HttpResponse
from django.test import override_settings

from evaltracker.decision.models import AnnexLine
from evaltracker.evaluations.journal import SYSTEM, Actor
from evaltracker.evaluations.models import AttachedFile, Evaluation, Requirement
from evaltracker.evaluations.topic_types import TOPICS
from evaltracker.talk.services import add_comment
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.secrets import new_secret
from tests.factories import common, trials, vendors
from tests.trials.efforts import asked
from tests.vendors.isolation.marks import (
    HOUSE,
    MORE,
    NOTED_DAYS,
    STATED,
    TOOK,
    mark,
    mark_of,
)
from tests.vendors.isolation.rows import ONLY_GROW, OURS, owner_path
from trials.models import Gap, Milestone, ScoreSheet
from vendors.answers import EMPTY
from vendors.choices import DocumentKind
from vendors.mail import link_secret
from vendors.models import (
    AboutRevision,
    AnswerDraft,
    Candidate,
    Claim,
    ClaimFile,
    Contact,
    ContactRequest,
    DocumentReply,
    DraftFile,
    Effort,
    IdempotencyRecord,
    InvitationLink,
    MailedSheet,
    PriceItem,
    PublishedDocument,
    QuoteRead,
    Vendor,
    VendorEvent,
    VendorToken,
)
from vendors.models.candidates import VendorRecord
from vendors.portal.access import keep_session
from vendors.services.access import ask_code, begin_session, revoke_token
from vendors.services.annex import object_to_annex
from vendors.services.claims import note_claim, state_support, withdraw_claim
from vendors.services.contacts import add_contact, give_link
from vendors.services.dialogue import answer_question, ask_question, publish_document
from vendors.services.drafts import attach_file, hand_in
from vendors.services.quotes import QuotedLine, hand_in_quote
from vendors.services.schedule import change_price_item, write_schedule

type Near = dict[Any, Any]
NAMES = ("Acme", "Globex", "Initech")
PUBLISHED = "a published answer"
# Of each vendor's prices, with a note beside it.
# A kind of cost that the owner ruled not applicable.
RULED_OUT = "exit"
AMOUNT, WRITTEN = Decimal("8484.84"), "8484.84"
# What makes a row of this model one that its constraints take.
FITTING: dict[str, dict[str, Any]] = {
    "Conflict": {"has_interest": False},
    "Evidence": {"source": "demo", "verdict": "holds", "note": HOUSE, "took": TOOK},
    "Score": {"value": 3},
    "Demo": {"scheduled_for": datetime.datetime(2027, 2, 1, 9, tzinfo=datetime.UTC)},
    "AnnexLine": {"words": HOUSE, "reason": HOUSE},
    "Gap": {"severity": "challenge"},
    "LeftOut": {"reason": HOUSE},
    "Measurement": {"proposed": "holds"},
    "Milestone": {"zone": "UTC", "state": "open"},
    "Proposal": {"new_category": "New"},
    "ResearchNote": {"kind": "peer"},
    "Run": {"number": 1, "unit": "ms"},
    "RunReport": {"format": "json"},
}


@dataclass(frozen=True, slots=True)
class Party:
    """One vendor with its invitation, and what it could be asked for by id."""

    name: str
    vendor: Vendor
    candidate: Candidate
    token: str
    revoked: str
    # A requirement that only this vendor is asked, in another evaluation.
    ref: str
    file: str
    gap: str
    document: str
    # Of its contact: what stands in the link, and the cookie of a session.
    secret: str
    cookie: str
    # Of a colleague who came after its prices, and whom nobody named to read them.
    late: str

    @property
    def mark(self) -> str:
        """What every text of this vendor holds."""
        return mark_of(self.name)


@dataclass(frozen=True, slots=True)
class World:
    """The evaluation that all three answer, and the three."""

    shared: Evaluation
    # The name of the category that all are asked.
    category: str
    parties: dict[str, Party]


def build_world() -> World:
    """All of it, with a mark in every text."""
    shared = trials.platform("must", "should", "could", "could", stage="trials")
    asked(shared)
    parties = {name: _party(shared, name) for name in NAMES}
    vendors.enter(shared, "research")
    for party in parties.values():
        _fill(shared, party)
    # Whoever came later has no part in what was there before.
    late = {name: _contact(row.candidate, "d")[1] for name, row in parties.items()}
    parties = {name: replace(row, late=late[name]) for name, row in parties.items()}
    _mark_all(shared, parties)
    _draft_about(shared)
    write_schedule(evaluation=shared, by=shared.owner)
    leave = PriceItem.objects.get(evaluation=shared, kind=RULED_OUT)
    change_price_item(item=leave, not_applicable=HOUSE, by=shared.owner)
    _publish(shared, parties["Initech"])
    _uninvited(parties["Acme"])
    shared.refresh_from_db()
    return World(shared, shared.categories.get().name, parties)


def _party(shared: Evaluation, name: str) -> Party:
    """The vendor, with claims from before and a trial that is under way."""
    vendors.enter(shared, "research")
    candidate = vendors.invited(shared, f"{name} ML")
    _say(candidate, shared)
    mailed_sheet(candidate, shared)
    vendors.enter(shared, "trials")
    trial = trials.trial(candidate)
    vendor = candidate.vendor
    assert vendor is not None
    near = {type(row): row for row in (shared, trial, shared.owner)}
    _make(Milestone, near, trial=trial)
    gap = _make(Gap, near)
    link, cookie = _contact(candidate)
    secret = vendors.token(vendor, "other")
    revoke_token(token=VendorToken.objects.get(vendor=vendor), by=SYSTEM)
    return Party(
        name=name,
        vendor=vendor,
        candidate=candidate,
        token=vendors.token(vendor),
        revoked=secret,
        ref=f"{mark_of(name)}-only",
        file=str(_attach(candidate, name).pk),
        gap=str(gap.pk),
        document=str(_document(candidate, name).pk),
        secret=link_secret(link.pk),
        cookie=cookie,
        late="",
    )


def _document(candidate: Candidate, name: str) -> PublishedDocument:
    """A letter to it and an annex, with its mark; nothing writes it into them later."""
    text = vendors.ANNEX.replace("8,484.84 USD", f"{mark_of(name)} price")
    vendors.annex(
        candidate,
        text=text.replace("> Yes.", f"> {mark_of(name)}"),
        lines=[{"weight": HOUSE}],
    )
    return publish_document(
        candidate=candidate,
        kind=DocumentKind.LETTER,
        text=f"{mark_of(name)} was not chosen",
        by=candidate.evaluation.owner,
    )


def _contact(candidate: Candidate, name: str = "c") -> tuple[InvitationLink, str]:
    """The link of a contact of the vendor, who asked for a code and is in its pages."""
    vendor, owner = candidate.vendor, candidate.evaluation.owner
    assert vendor is not None
    contact = add_contact(
        vendor=vendor, name=name, email=f"{name}@{vendor.slug}.example", by=owner
    )
    # Marked before anything is told by the address.
    mark([contact], mark_of(str(vendor).split(maxsplit=1)[0]))
    contact.refresh_from_db()
    link = give_link(candidate=candidate, contact=contact)
    ask_code(link=link, nonce=new_secret())
    _, secret = begin_session(link=link, now=database_now())
    response = HttpResponse()
    keep_session(response, candidate.pk, secret)
    (cookie,) = response.cookies.values()
    return link, f"{cookie.key}={cookie.coded_value}"


def _say(candidate: Candidate, shared: Evaluation) -> None:
    """Its own claims, and what the buyer noted before, after and instead of them."""
    first, second, third, fourth = shared.requirements.order_by("ref")
    note(candidate, first)
    note_effort(candidate, first, superseded_at=database_now())
    stated = (STATED[str(candidate.vendor).split()[0]], MORE, MORE)
    for requirement, days in zip((first, second, fourth), stated, strict=True):
        effort = {"how": "customise", "days": {"likely": days}, "by": "vendor"}
        vendors.claim(candidate, requirement)
        vendors.claim(candidate, requirement, "beta", effort=effort)
    withdraw_claim(
        candidate=candidate, requirement=fourth, by=Actor(name=str(candidate.vendor))
    )
    for requirement in (third, fourth):
        note(candidate, requirement)
        note_effort(candidate, requirement)


def note(candidate: Candidate, requirement: Requirement) -> None:
    """What the buyer heard somewhere."""
    note_claim(
        candidate=candidate,
        requirement=requirement,
        statement="They say so.",
        by=requirement.evaluation.owner,
    )


def note_effort(candidate: Candidate, requirement: Requirement, **more: Any) -> None:
    """What the buyer heard that it takes, out of a file."""
    days = dict.fromkeys(("low", "likely", "high"), NOTED_DAYS)
    Effort.objects.create(
        candidate=candidate,
        requirement=requirement,
        revision=1,
        by_vendor=False,
        submitted_at=database_now(),
        submitted_by=HOUSE,
        **{"how": "build", "by": "buyer", **days, **more},
    )


def _attach(candidate: Candidate, name: str) -> ClaimFile:
    evaluation = vendors.enter(candidate.evaluation, "research")
    candidate = Candidate.objects.get(pk=candidate.pk)
    kept = attach_file(
        candidate=candidate,
        requirement=evaluation.requirements.get(ref="R1"),
        file=io.BytesIO(f"{mark_of(name)} in a file".encode()),
        name=f"{mark_of(name)}.txt",
        by=Actor(name=name),
    )
    return kept.file


def mailed_sheet(candidate: Candidate, shared: Evaluation) -> Any:
    """A sheet of before, which the owner entered for it."""
    near: Near = {type(row): row for row in (shared, candidate, shared.owner)}
    place = {"topic": "candidate", "subject_id": candidate.pk, "sha256": "0" * 64}
    file = _make(AttachedFile, near, stored_as=f"attached_files/{candidate}", **place)
    given = hand_in(candidate=candidate, by=Actor(name=candidate.name))
    said = {"file": file, "submission": given, "entered_at": database_now()}
    return _make(MailedSheet, near, **said)


def _fill(shared: Evaluation, party: Party) -> None:
    """A row in every other table that leads to the vendor, and a private evaluation."""
    candidate = Candidate.objects.get(pk=party.candidate.pk)
    ask_question(
        evaluation=shared, candidate=candidate, text="Open?", by=Actor(name=party.name)
    )
    hand_in(candidate=candidate, by=Actor(name=party.name))
    typed = {**EMPTY, "availability": "now", "statement": f"{party.mark} draft"}
    draft = AnswerDraft.objects.create(
        candidate=candidate,
        requirement=shared.requirements.get(ref="R2"),
        typed=typed,
        saved_at=database_now(),
    )
    DraftFile.objects.create(
        draft=draft,
        name=f"{party.mark}.txt",
        content_type="text/plain",
        size=5,
        sha256=party.name,
        content=f"{party.mark} in a draft's file".encode(),
        uploaded_at=database_now(),
    )
    ContactRequest.objects.create(
        candidate=candidate,
        asked_by=Contact.objects.get(vendor=party.vendor),
        name="Kim",
        email="k@example.com",
    )
    asked = shared.requirements.get(ref="R1")
    for topic, row in (("candidate", candidate), ("requirement", asked)):
        # The process of vendors has no pages that lead to it.
        with override_settings(ROOT_URLCONF="evaltracker.urls"):
            subject = TOPICS[topic].find(shared.owner, row.pk)
            assert subject is not None
            said = f"{HOUSE} of {party.name}"
            add_comment(subject=subject, text=said, by=shared.owner)
    reader = Contact.objects.get(vendor=party.vendor).email.lower()
    note = f"{party.mark} price"
    quote = hand_in_quote(
        candidate=candidate,
        currency="USD",
        valid_until=datetime.date(2040, 6, 30),
        lines=[QuotedLine(kind="licence", likely=AMOUNT, note=note)],
        by=Actor(name=f"{party.mark} token"),
        reader=reader,
    ).quote
    QuoteRead.objects.create(
        quote=quote,
        candidate=candidate,
        key=uuid.uuid4(),
        reader=f"{party.mark} reader",
        read_at=database_now(),
    )
    against = {"line": "P1", "words": f"{party.mark} objection", "reader": reader}
    object_to_annex(candidate=candidate, by=Actor(name=party.mark), **against)
    stated = {"kind": "self_service", "text": f"{party.mark} support"}
    state_support(candidate=candidate, by=Actor(name=f"{party.mark} token"), **stated)
    told = {"type": "gap.recorded", "at": database_now(), "placed_at": database_now()}
    about = {"kind": "gap", "id": f"{party.mark} gap"}
    VendorEvent.objects.create(candidate=candidate, number=1, subject=about, **told)
    IdempotencyRecord.objects.create(
        vendor=party.vendor, key="first", route="POST /", status=201, body="{}"
    )
    alone = common.evaluation(title=f"{party.name} alone")
    asked = common.requirement(alone, party.ref)
    vendors.in_research(alone)
    vendors.claim(vendors.invited(alone, f"{party.name} Two"), asked)
    near = _near(party, shared)
    # What the owner rules of its annex; nothing of it is the vendor's to read before
    # it is put forward.
    _make(AnnexLine, near)
    receipt = {"words": party.mark, "made_by": party.mark, "address": reader}
    near[DocumentReply] = _make(DocumentReply, near, **receipt)
    for model in apps.get_models():
        if issubclass(model, VendorRecord):
            mine = {model.vendor_path: party.vendor.pk}
            if not model._base_manager.filter(**mine).exists():
                near[model] = _make(model, near)


def _near(party: Party, shared: Evaluation) -> Near:
    """What a row of this vendor would point to."""
    trial, claim = party.candidate.trials.get(), party.candidate.claims.first()
    requirement: Requirement = shared.requirements.get(ref="R1")
    person = shared.stakeholders.first()
    sheet, _ = ScoreSheet.objects.get_or_create(stakeholder=person)
    rows = [
        PublishedDocument.objects.get(pk=party.document),
        trial.criteria.first(),
        *(party.vendor, party.candidate, trial, claim, requirement),
        *(requirement.category, shared, shared.owner, person, sheet),
    ]
    return {type(row): row for row in rows}


def _make(model: type[Model], near: Near, **values: Any) -> Model:
    """One row of `model`, with all that it must point to and say."""
    values = {**FITTING.get(model.__name__, {}), **values}
    for field in model._meta.concrete_fields:
        needed = not (field.null or field.has_default() or field.name in values)
        if needed and field.is_relation:
            values[field.name] = _one(cast("type[Model]", field.related_model), near)
        elif needed and not (field.blank and field.empty_strings_allowed):
            values[field.name] = _value(field)
    return model._base_manager.create(**values)


def _one(model: type[Model], near: Near) -> Model:
    """The row of `model` that is near, or of all; made where there is none yet."""
    if model not in near:
        near[model] = model._base_manager.first() or _make(model, near)
    found: Model = near[model]
    return found


def _value(field: models.Field[Any, Any]) -> object:
    match field:
        case models.DateTimeField():
            return datetime.datetime.now(datetime.UTC)
        case models.DateField():
            return datetime.date(2026, 11, 20)
        case models.BooleanField():
            return False
        case models.TimeField():
            return datetime.time(9)
        case models.IntegerField() | models.DecimalField():
            return 1
    return uuid.uuid4().hex if field.unique else "x"


def _mark_all(shared: Evaluation, parties: dict[str, Party]) -> None:
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model.__name__ in ONLY_GROW:
            continue
        rows, path = model._base_manager.all(), owner_path(model)
        if path is None:
            mark(rows, "shared")
            continue
        for party in parties.values():
            mark(rows.filter(**{path: party.vendor.pk}), party.mark)
    for party in parties.values():
        # Its ending tells its type, as it is handed in.
        waiting = DraftFile.objects.filter(draft__candidate__vendor=party.vendor)
        waiting.update(name=f"{party.mark}.txt")
    for link in InvitationLink.objects.select_related("contact"):
        address = link.contact.email.lower()
        InvitationLink.objects.filter(pk=link.pk).update(address=address)
    # What the buyer noted is the house's, whomever it is about.
    noted = Claim.objects.filter(by_vendor=False)
    for row in noted:
        noted.filter(pk=row.pk).update(
            statement=f"{HOUSE} statement",
            evidence_url=f"https://{HOUSE}.example/",
            environments=[HOUSE],
        )
    Effort.objects.filter(by_vendor=False).update(submitted_by=HOUSE)
    for party in parties.values():
        alone = Evaluation.objects.get(requirements__ref=party.ref)
        mark([alone, *alone.categories.all(), *alone.requirements.all()], party.mark)
    shared.refresh_from_db()


def _publish(shared: Evaluation, asker: Party) -> None:
    """An answered question: for all to read, but not whose it was."""
    question, _ = ask_question(
        evaluation=shared,
        candidate=Candidate.objects.get(pk=asker.candidate.pk),
        text="a published question",
        by=Actor(name=asker.name),
    )
    answer_question(question=question, answer=PUBLISHED, by=shared.owner)


def _draft_about(shared: Evaluation) -> None:
    """What it is about, as nobody has released it yet."""
    AboutRevision.objects.create(
        evaluation=shared,
        revision=2,
        purpose=HOUSE,
        people=[f"{HOUSE}, 555 0100"],
        timetable=[f"2040-05-03 {HOUSE}"],
        judged=HOUSE,
    )


def _uninvited(party: Party) -> None:
    """An evaluation that has the vendor on its list and has not told it yet."""
    silent = common.evaluation(title="Silent")
    option = vendors.candidate(silent, "Silent", vendor=party.vendor)
    write_schedule(evaluation=silent, by=silent.owner)
    mark([silent, option], HOUSE)
