"""T21, outside the pages: no mail, calendar, event or log line tells what is sealed.

A mail goes to a mailbox, an event to a program and a log line to whoever keeps the
server. So nothing sealed is in them whoever the reader is, before the opening or after.
"""

import datetime
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.test import Client
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import (
    AttachedFile,
    Comment,
    Entry,
    Evaluation,
    Notice,
    Requirement,
    User,
)
from evaltracker.notices.about import About
from evaltracker.notices.calendars import calendar_of, dates_of
from evaltracker.notices.kinds import KINDS, TYPE_OF, Message, NoticeKind
from evaltracker.notices.selectors import daily_mail
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.workflow.models import WaiverRequest
from tests.clients import signed_in
from tests.factories import vendors
from tests.lock_order import around_tests
from tests.rights import walk
from tests.rights.logs import written
from tests.rights.sealed import MARKS, build, move, type_draft
from tests.rights.visits import asks_for_a_colleague, let_in
from tests.rights.world import MAIN
from tests.tiers import by_tier
from trials.models import DemoNote, RunToken, Score, Trial
from vendors.choices import DocumentKind
from vendors.models import (
    Candidate,
    Claim,
    Conflict,
    CostLine,
    Quote,
    Submission,
    VendorToken,
)
from vendors.notices import KEYS, NewKey
from vendors.services.access import ask_code
from vendors.services.contacts import add_contact, disown_contact
from vendors.services.dialogue import publish_document
from vendors.services.quotes import QuotedLine, kept_line

pytestmark = pytest.mark.django_db
WORDS = [word for words in MARKS.values() for word in words]
# Why it is sent, for the kinds that say so.
WHY = {
    "demo_without_them": "2",
    "sign_off_reopened": "words",
    "reminded": "scores.2026-11-27",
    "benchmark_silent": "2026-11-25",
    "annex_line_due": "2040-06-30",
}
QUOTED, QUOTE_NOTE = Decimal("827364.55"), "quotemarkquux"
# Rows of a kind that says what it is about.
MANY = 12
# Mails of a kind that can be about any row.
ENOUGH = by_tier(
    3,
    12,
    reason="three mails of each kind are read a push",
)
OURS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")
# As nobody types them, but in every field that an act may have.
TYPED = dict.fromkeys(
    ("reason", "statement", "text", "note", "source_text", "scorer_help"),
    "pricemarkquux",
) | {"likely": "918273.64", "low": "918273", "kind": "licence"}


def mark_everything() -> None:
    """A mark in all that is sealed from somebody, in all purchases, which are late."""
    Evaluation.objects.update(must_run_by=timezone.localdate())
    price = Decimal("918273.64")
    Requirement.objects.update(scorer_help="helpmarkquux")
    Claim.objects.update(statement="claimmarkquux")
    CostLine.objects.exclude(likely=None).update(
        low=price, likely=price, high=price, source_text="pricemarkquux"
    )
    Score.objects.update(reason="scoremarkofit")
    DemoNote.objects.update(text="notemarkquux")
    Comment.objects.update(text="talkmarkofcost", about="talkmarkofcell")
    AttachedFile.objects.update(name="filemarkofcost.txt")
    WaiverRequest.objects.update(reason="waivermarkquux")
    declined = WaiverRequest.objects.filter(answer="declined")
    declined.update(answer_reason="waivermarkquux")
    Conflict.objects.exclude(statement="").update(statement="interestmarkquux")
    option = Candidate.objects.filter(evaluation__slug=MAIN).first()
    assert option is not None
    type_draft(option, "R02.1")
    for each in Candidate.objects.filter(quotes__isnull=True):
        Quote.objects.create(
            candidate=each,
            revision=1,
            currency="JPY",
            valid_until=datetime.date(2040, 6, 30),
            lines=[kept_line(QuotedLine(kind="setup", likely=QUOTED, note=QUOTE_NOTE))],
            handed_in_at=timezone.now(),
            handed_in_by="Acme",
        )
    VendorToken.objects.update(expires_at=timezone.now() + datetime.timedelta(days=3))


def come_from_outside(where: Evaluation) -> None:
    """A contact asked for a code and for a colleague; a vendor has two documents."""
    option = where.candidates.filter(vendor__isnull=False).first()
    assert option is not None
    ask_code(link=let_in(option).link, nonce="of the browser")
    asks_for_a_colleague(option)
    assert option.vendor is not None
    friend: Any = {"name": "A. Friend", "email": "friend@example.com"}
    stranger = add_contact(vendor=option.vendor, **friend, by=where.owner)
    disown_contact(contact=stranger, by=Actor(name="Acme (Bid desk)"))
    Submission.objects.create(
        candidate=option,
        number="ACME-1",
        submitted_at=timezone.now(),
        submitted_by="Acme",
        claims=1,
        sha256="0" * 64,
    )
    publish_document(
        candidate=option,
        kind=DocumentKind.PROMISES,
        text="What you answered, and what we found.",
        by=where.owner,
    )
    trial = Trial.objects.select_related("lead").first()
    assert trial is not None
    RunToken.objects.create(
        trial=trial, prefix="evr_1", digest="0", version=1, made_by=trial.lead
    )


def ids() -> list[list[str]]:
    """Some rows of each table: a notice may be about any of them."""
    found = [
        [str(pk) for pk in model._default_manager.values_list("pk", flat=True)[:3]]
        for model in apps.get_models()
        if model._meta.app_label in OURS
    ]
    # Mails of new keys are about what the journal tells of them.
    for action in [*KEYS, *TYPE_OF]:
        entries = Entry.objects.filter(action=action, evaluation__slug=MAIN)
        found.append([str(pk) for pk in entries.values_list("pk", flat=True)[:3]])
    return [rows for rows in found if rows]


def rows_for(kind: NoticeKind, tables: list[list[str]]) -> list[list[str]]:
    """The rows that it can be about, where it says so; else some of each table."""
    if isinstance(kind, About):
        rows = kind.rows.order_by("pk").values_list("pk", flat=True)[:MANY]
        if rows:
            return [[str(pk) for pk in rows]]
    return tables


def mails(
    kind: str, where: Evaluation, reader: User, tables: list[list[str]]
) -> Iterator[Message]:
    """What mails of that kind say to the reader, of the rows that it can be about: of
    tables whose first row it can be about; where there is none, of any."""
    none = True
    for rows in rows_for(KINDS[kind], tables):
        for message in written_of(kind, where, reader, rows[:1]):
            none = False
            yield message
            yield from written_of(kind, where, reader, rows[1:])
    for rows in tables if none else ():
        yield from written_of(kind, where, reader, rows)


def written_of(
    kind: str, where: Evaluation, reader: User, rows: list[str]
) -> Iterator[Message]:
    """The mails of that kind about these rows, where there are any."""
    known, now = KINDS[kind], timezone.now()
    option = where.candidates.filter(vendor__isnull=False).earliest("pk")
    for text in rows:
        notice = Notice(
            kind=kind,
            evaluation=where,
            subject_id=text,
            occurrence=str(option.pk) if kind == NewKey.name else WHY.get(kind, ""),
            recipient=reader,
            wall_time=now,
            due_at=now,
        )
        try:
            notice.subject = known.subjects([text]).get(text)
            yield known.compose(notice)
        except (LookupError, ValueError, ObjectDoesNotExist):
            continue  # not about such a row


def leaves(message: Message) -> str:
    """All that leaves the house of it: mail or event, calendar file."""
    parts = [message.subject, message.text, message.html, str(message.ics)]
    return "\n".join(parts)


def own_kinds() -> list[str]:
    """The product's kinds, without those of tests in the same process."""
    return [
        registered_kind
        for registered_kind in KINDS
        if not type(KINDS[registered_kind]).__module__.startswith("tests.")
    ]


@pytest.mark.parametrize("enough", ENOUGH)
def test_t21_no_mail_calendar_or_event_tells_what_is_sealed(
    people: dict[str, User], figure: Callable[[str], None], enough: int
) -> None:
    mark_everything()
    where = Evaluation.objects.get(slug=MAIN)
    come_from_outside(where)
    reader = people["it"]
    daily = Notice(recipient=reader, evaluation=where)
    about, silent, leaks, said = ids(), [], [], 0
    kinds = own_kinds()
    for kind in kinds:
        found = list(islice(mails(kind, where, reader, about), enough))
        texts = [leaves(message) for message in found]
        if len(found) > 1:
            texts.append(leaves(daily_mail(daily, found)))
        said += len(texts)
        silent += [] if found else [kind]
        leaks += [kind for text in texts if walk.found_in(text, WORDS)]
    for name, person in people.items():
        if walk.found_in(calendar_of(*dates_of(person), name="x").decode(), WORDS):
            leaks.append(f"calendar of {name}")
    figure(f"T21: {said} mails of {len(kinds)} kinds; leaks: {len(leaks)}")
    assert leaks == []
    assert silent == []


@pytest.mark.parametrize(
    "turns",
    by_tier(16, 1, reason="every 16th act is posted each push"),
)
def test_t21_no_log_line_tells_what_is_sealed(db: None, turns: int) -> None:
    with written() as paper:
        sealed = build()
        lead = signed_in(sealed.where.owner)
        for url in [*walk.acts(sealed)][::turns]:
            with around_tests():
                walk.content_of(lead.post(url, TYPED))
                transaction.set_rollback(True)
        say(sealed.candidate, {"statement": "claimmarkquux", "availability": "now"})
        say(sealed.candidate, {"statement": "claimmarkquux", "price": "pricemarkquux"})
        sweep_notices()
        move(sealed, "decision")
    lines = paper.getvalue().splitlines()
    assert [line for line in lines if walk.found_in(line, WORDS)] == []
    # What would tell is written: each request, and what was refused.
    assert sum("request_started" in line for line in lines) > 160 / turns
    assert sum('"code": 400' in line for line in lines) > 20 / turns


def say(candidate: Any, body: dict[str, str]) -> None:
    """A claim over the vendor's API, whatever becomes of it."""
    secret = vendors.token(candidate.vendor)
    Client().generic(
        "POST",
        f"/api/v1/invitations/{candidate.pk}/claims/",
        json.dumps({"requirement": "R1", **body}),
        "application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
