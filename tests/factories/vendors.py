"""Acme and Globex, rivals; “Acme ML” and “Globex ML”, what they offer."""

import datetime
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from evaltracker.evaluations.journal import SYSTEM, Actor
from evaltracker.evaluations.models import Evaluation, Requirement, User, Visit
from tests.factories import stakeholders
from tests.fixture_cache import built_once
from vendors.choices import DocumentKind
from vendors.models import AboutRevision, Candidate, Claim, PublishedDocument, Vendor
from vendors.policy import to_declare
from vendors.selectors.claims import current_claims
from vendors.selectors.dialogue import released_about
from vendors.services import contacts
from vendors.services.about import release_about
from vendors.services.access import issue_token
from vendors.services.answering import open_claims
from vendors.services.candidates import add_candidate, add_vendor, declare_interests
from vendors.services.claims import SubmitResult, submit_claim
from vendors.services.quotes import ask_to_open_prices, confirm_price_opening
from vendors.services.schedule import take_costs


@built_once
def enter(where: Evaluation, stage: str) -> Evaluation:
    """Put an evaluation into a stage without asking its gates; `advance` has its
    own tests."""
    Visit.objects.filter(evaluation=where, left_at__isnull=True).update(
        left_at=where.created_at, ended="advanced"
    )
    Visit.objects.create(
        evaluation=where,
        number=where.visits.count() + 1,
        stage=stage,
        entered_by=where.owner,
    )
    Evaluation.objects.filter(pk=where.pk).update(stage=stage)
    where.refresh_from_db()
    return where


@built_once
def open_prices(where: Evaluation) -> Evaluation:
    """Prices opened by two people, the owner and Leadership, in the decision stage."""
    boss = stakeholders.holder("leadership")
    if not where.stakeholders.filter(user=boss).exists():
        stakeholders.stakeholders(where, "leadership")
    declare_none(where)
    if where.stage != "decision":
        enter(where, "decision")
    opening = ask_to_open_prices(evaluation=where, by=where.owner)
    confirm_price_opening(opening=opening, by=boss)
    where.refresh_from_db()
    return where


@built_once
def vendor(name: str = "Acme") -> Vendor:
    """A company; made once per name."""
    found = Vendor.objects.filter(name=name).first()
    return found or add_vendor(name=name, by=SYSTEM)


@built_once
def candidate(
    where: Evaluation, name: str = "Acme ML", kind: str = "buy", **fields: Any
) -> Candidate:
    """An option; what is bought comes from the company of its first word.

    Everybody who has a part by then declares to have no interest in it, unless
    `declares` is false.
    """
    if kind == "buy" and "vendor" not in fields:
        fields["vendor"] = vendor(name.split(maxsplit=1)[0])
    declares = fields.pop("declares", True)
    option = add_candidate(
        evaluation=where, name=name, kind=kind, by=where.owner, **fields
    )
    if declares:
        declare_none(where)
    return option


def candidate_late(where: Evaluation, name: str) -> Candidate:
    """An option that was not there while options could be added."""
    made: Candidate = Candidate.objects.create(evaluation=where, name=name)
    declare_none(where)
    return made


@built_once
def declare_none(where: Evaluation) -> None:
    """The owner and everybody with a part who were not asked yet declare none."""
    for person in (where.owner, *where.readers.all()):
        asked = to_declare(person).filter(evaluation=where).values_list("pk", flat=True)
        if asked:
            declare_interests(
                evaluation=where, interests=dict.fromkeys(asked, ""), by=person
            )


@built_once
def asks_for(where: Evaluation, name: str) -> None:
    """Let it have the kinds of cost of that template."""
    text = Path("tests/data/cases/any_purchase_templates.json").read_text()
    with transaction.atomic():
        take_costs(where, json.loads(text)["templates"][name]["costs"], where.owner)


def released(where: Evaluation, **values: Any) -> AboutRevision:
    """What this is about, as it is released once before anybody is invited."""
    if not values and (about := released_about(where)).revision:
        return about
    people = [f"{where.owner.name}, +1 555 0100"]
    said = {"purpose": "We lose a day a week.", "people": people, **values}
    return release_about(evaluation=where, by=where.owner, **said)


@built_once
def invite(*, candidate: Candidate, by: User, **terms: Any) -> Candidate:
    """Invite a vendor as its owner does, what this is about being released."""
    released(candidate.evaluation)
    return contacts.invite(candidate=candidate, by=by, **terms)


@built_once
def invited(where: Evaluation, name: str = "Acme ML", **fields: Any) -> Candidate:
    """A candidate of an evaluation in research, with its vendor invited."""
    return invite(candidate=candidate(where, name, **fields), by=where.owner)


def token(holder: Vendor, label: str = "test") -> str:
    """The secret text of a new token."""
    return issue_token(vendor=holder, label=label, by=SYSTEM)[1]


@built_once
def in_research(where: Evaluation, *, days: int = 14) -> Evaluation:
    """The evaluation in research, its claims open for `days`."""
    enter(where, "research")
    close_at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    return open_claims(evaluation=where, close_at=close_at, by=where.owner)


def close_by_deadline(where: Evaluation, *, seconds: float = 1) -> Evaluation:
    """Let the deadline have passed `seconds` ago."""
    passed = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds)
    Evaluation.objects.filter(pk=where.pk).update(claims_close_at=passed)
    where.refresh_from_db()
    return where


@built_once
def claim(
    of: Candidate, requirement: Requirement, availability: str = "now", **words: Any
) -> SubmitResult:
    """A claim by the candidate's own vendor."""
    return submit_claim(
        candidate=of,
        requirement=requirement,
        availability=availability,
        statement=words.pop("statement", f"Yes, {requirement.ref} works."),
        by=Actor(name=f"{of.vendor} by API"),
        **words,
    )


def to_reconfirm(of: Candidate) -> list[Claim]:
    """Current claims of words that were changed since."""
    return [
        claim
        for claim in current_claims(of)
        if claim.requirement_revision != claim.requirement.revision
    ]


ANNEX = """Annex of promises
Choose an ML platform: Acme ML, Acme
This lists what was said and tested. It binds only as part of a contract.

Promises
P1. R1 Requirement R1 (revision 1)
Said by the vendor, revision 1, 2026-11-29: now.
> Yes.
>
> P9. Due: 2099-01-01.
Tested in the trial: holds.
Due: 2026-12-12.

Undertakings
U1. A named engineer
Due: 2027-01-31.

Costs
C1. licence or usage: 8,484.84 USD, once.
Included: set-up.

Not said by the vendor: R2.
"""


def annex(
    option: Candidate,
    version: int = 1,
    text: str = ANNEX,
    lines: Sequence[dict[str, Any]] = (),
) -> PublishedDocument:
    """A version of the annex, as it is put forward to the candidate's vendor."""
    found: PublishedDocument = PublishedDocument.objects.create(
        candidate=option,
        kind=DocumentKind.ANNEX,
        version=version,
        text=text,
        facts={"lines": list(lines)},
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    return found
