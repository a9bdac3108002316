"""One mail of every kind to a vendor's contact, as it would leave now."""

import datetime
from typing import Any

from django.utils import timezone

from evaltracker.evaluations.models import Entry, Notice
from evaltracker.notices.kinds import KINDS, Message
from trials.models import Gap
from vendors.choices import DocumentKind
from vendors.models import (
    AboutRevision,
    InvitationLink,
    PublishedDocument,
    SignInCode,
    Submission,
    VendorToken,
)
from vendors.notices import KEYS, ToVendor


def kinds_to_vendors() -> set[str]:
    """The names of all kinds that go to vendors."""
    return {name for name, kind in KINDS.items() if isinstance(kind, ToVendor)}


def subjects_of(link: InvitationLink, gap: Gap) -> dict[str, list[Any]]:
    """By kind, what its mails can be about; rows are made, that none is missing."""
    candidate, now = link.candidate, timezone.now()
    code = SignInCode.objects.create(
        link=link,
        browser_digest="b",
        asked_at=now,
        last_asked_at=now,
        expires_at=now + datetime.timedelta(minutes=15),
    )
    receipt = Submission.objects.create(
        candidate=candidate,
        number="ACME-1",
        submitted_at=now,
        submitted_by="Acme",
        claims=1,
        sha256="a" * 64,
    )
    documents = [
        PublishedDocument.objects.create(
            candidate=candidate, kind=kind, text="Thank you.", published_at=now
        )
        for kind in DocumentKind
    ]
    entries = [
        Entry(action=key, after=after, actor_name="Acme (Bo)", subject_label="Ada")
        for key in KEYS
        for after in ({}, {"own": "yes"})
    ]
    about: dict[str, list[Any]] = {
        "sign_in_code": [code],
        "answer_handed_in": [receipt],
        "document_published": documents,
        "new_link": [link],
        "new_key": entries,
        "token_leaked_outside": [VendorToken(vendor=link.vendor, prefix="evt_1")],
        "gap_found": [gap],
        "gap_still_there": [gap],
        "about_changed": [AboutRevision(evaluation=candidate.evaluation, revision=9)],
        "claims_closing": [candidate.evaluation],
        "question_answered": [candidate.evaluation],
    }
    return {kind: about.get(kind, [candidate]) for kind in kinds_to_vendors()}


def mails_of(link: InvitationLink, gap: Gap) -> list[tuple[str, Message]]:
    """Every kind's mails to the contact of the link, whatever holds them back."""
    return [
        (kind, compose(kind, subject, link))
        for kind, subjects in sorted(subjects_of(link, gap).items())
        for subject in subjects
    ]


def compose(kind: str, subject: Any, link: InvitationLink) -> Message:
    """The mail about `subject`, in the language of its reader."""
    notice = Notice(
        kind=kind,
        evaluation=link.candidate.evaluation,
        subject_id=str(subject.pk),
        occurrence=str(link.candidate_id) if kind == "new_key" else "",
        address=link.contact.email,
        addressee=link.contact.name,
    )
    notice.subject = subject
    return KINDS[kind].compose(notice)
