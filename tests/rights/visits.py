"""A contact of a vendor who is in the vendor pages."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from evaltracker.evaluations.models import AttachedFile
from evaltracker.toolbox.days import database_now
from vendors.models import (
    Candidate,
    Contact,
    ContactRequest,
    MailedSheet,
    VendorSession,
)
from vendors.services.access import begin_session
from vendors.services.contacts import add_contact, give_link
from vendors.sheets import COLUMNS


def mailed(candidate: Candidate) -> MailedSheet:
    """An answer sheet that its vendor sent by mail, to be entered."""
    evaluation, now = candidate.evaluation, database_now()
    asked = evaluation.requirements.filter(retired_at__isnull=True)[0]
    heads = [COLUMNS[name][0] for name in COLUMNS]
    said = {"requirement": asked.ref, "availability": "beta", "statement": "By mail."}
    rows = (heads, [said.get(name, "") for name in COLUMNS])
    content = "\n".join(",".join(row) for row in rows).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    file = AttachedFile.objects.create(
        evaluation=evaluation,
        topic="candidate",
        subject_id=candidate.pk,
        about=candidate.name,
        name="answers.csv",
        content_type="text/csv",
        size=len(content),
        sha256=sha256,
        stored_as=default_storage.save(
            f"attached_files/{candidate.pk}.csv", ContentFile(content)
        ),
        uploaded_by=evaluation.owner,
    )
    made: MailedSheet = MailedSheet.objects.create(
        candidate=candidate,
        file=file,
        sha256=sha256,
        arrived_at=now,
        uploaded_at=now,
        uploaded_by=evaluation.owner,
    )
    return made


def asks_for_a_colleague(candidate: Candidate) -> ContactRequest:
    """Somebody of the candidate's vendor wants a colleague let in."""
    contact = let_in(candidate).link.contact
    made: ContactRequest = ContactRequest.objects.create(
        candidate=candidate, asked_by=contact, name="Kim Lee", email="kim@acme.example"
    )
    return made


def let_in(candidate: Candidate) -> VendorSession:
    """Somebody of the candidate's vendor, with a session that is live."""
    vendor = candidate.vendor
    assert vendor is not None
    people = Contact.objects.current().filter(vendor=vendor)
    contact = people.first() or add_contact(
        vendor=vendor,
        name="Ada Park",
        email=f"ada@{vendor.slug}.example",
        by=candidate.evaluation.owner,
    )
    link = give_link(candidate=candidate, contact=contact)
    return begin_session(link=link, now=database_now())[0]
