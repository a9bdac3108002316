"""The annex of promises: what the chosen vendor said, drafted and put forward."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evaltracker.decision.models import AnnexLine, Undertaking
from evaltracker.decision.selectors import (
    chosen_of,
    open_gaps_of,
    rivals_named,
    term_of,
)
from evaltracker.decision.services.after import follow_annex
from evaltracker.errors import Invalid, Refused, Stale
from evaltracker.evaluations.journal import By, plain, snapshot
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import (
    add_and_tell,
    change_and_tell,
    lock,
    require_owner,
)
from evaltracker.toolbox.days import local_day
from evaltracker.toolbox.measures import Measured
from evaltracker.toolbox.text import read_field, read_reason
from evaltracker.workflow.annex import (
    NOBODY,
    SAID,
    Facts,
    annex_text,
    chosen_rows,
    digest_of_annex,
    lines_of,
)
from trials.scoring import Source
from trials.selectors.cells import Cell
from trials.selectors.ledger import ledger
from trials.selectors.matrix import cell_numbers
from vendors.choices import DocumentKind, PriceSource
from vendors.costs import LineState, offer_words
from vendors.fields import write_holds_for
from vendors.models import Candidate, Claim, Contact, CostLine, PublishedDocument
from vendors.notices import DocumentPublished
from vendors.policy import check_judges
from vendors.selectors.annex import annex_versions
from vendors.selectors.claims import own_claims
from vendors.selectors.costs import asked_of, cost_input, kinds_of
from vendors.services.contacts import mail_link
from vendors.services.dialogue import publish_document

EARLY = "The annex is of the chosen candidate, once the evaluation is decided."
NO_LINE = "This is no line of the draft."
NO_PROMISE = "The vendor did not promise it, or it is a line already."
MOVED = "The draft changed after you opened it; nothing was put forward. Read it again."


def promisor(evaluation: Evaluation) -> Candidate:
    """The chosen candidate, whose vendor promised something.

    Raises:
        Refused: not decided, or nobody else is to deliver it.
    """
    candidate = chosen_of(evaluation)
    if candidate is None or not candidate.vendor_id:
        raise Refused(NOBODY if candidate else EARLY)
    return candidate


def facts_of(candidate: Candidate) -> Facts:
    """What a version would be written from now, as plain JSON."""
    evaluation, term = candidate.evaluation, term_of(candidate.evaluation)
    ruled = candidate.annex_lines.values_list("requirement__ref", "is_struck")
    facts: Facts = plain(
        {
            "title": evaluation.title,
            "candidate": candidate.name,
            "vendor": candidate.vendor.name if candidate.vendor else "",
            "kind": candidate.kind,
            "tested": evaluation.say("Tested in the trial"),
            "shown": evaluation.say("Shown in a demo"),
            "contract_starts_on": term.starts_on if term else None,
            "requirements": list(_requirements(candidate)),
            "costs": list(_costs(candidate)) if evaluation.prices_opened_at else None,
            "added": [ref for ref, struck in ruled if not struck],
            "struck": [ref for ref, struck in ruled if struck],
            "undertakings": list(
                candidate.undertakings.filter(struck_at=None).values(
                    "id", "words", day=F("due_on"), ref=F("requirement__ref")
                )
            ),
        }
    )
    return facts | {"lines": lines_of(facts)}


def _requirements(candidate: Candidate) -> Iterator[Facts]:
    evaluation = candidate.evaluation
    book, numbers = ledger(evaluation, candidates=[candidate]), cell_numbers(evaluation)
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    gaps: dict[object, list[Facts]] = defaultdict(list)
    for gap in open_gaps_of(candidate).order_by("found_on", "pk"):
        told = snapshot(gap, ("found_on", "text", "reply", "promised_for"))
        replied = gap.reply_at and local_day(gap.reply_at, evaluation.zone)
        gaps[gap.requirement_id].append(told | {"reply_day": replied})
    for row in book.requirements:
        cell = book.cell(candidate, row)
        if cell.not_applicable:
            continue
        measured = getattr(numbers.get((candidate.pk, row.pk)), "measured", ())
        claim = claims.get(row.pk)
        yield {
            **snapshot(row, ("ref", "text", "revision", "weight")),
            "must": row.is_must,
            "claim": _said(claim, cell, evaluation) if claim else None,
            "trial": _tested(cell),
            "demo": cell.shown,
            "gaps": gaps[row.pk],
            "measured": [_measured(each) for each in measured],
        }


def _measured(found: Measured) -> str:
    """Its frozen words without the machines, files and people of the buyer."""
    left_out = {**found.left_out, "by": []} if found.left_out else {}
    words = replace(found, pool=None, moves=(), left_out=left_out).words
    return f"{found.named}: {words}" if found.named else words


def _said(claim: Claim, cell: Cell, evaluation: Evaluation) -> Facts:
    lists = {one.list_name for one in cell.values}
    holds_for: Any = claim.holds_for or {"said": None, "means": {}}
    means = holds_for["means"]
    return {
        **snapshot(claim, ("by_vendor", "availability", "available_from", "statement")),
        "revision": claim.own_revision,
        "day": local_day(claim.submitted_at, evaluation.zone),
        "number": claim.number_words,
        "holds_for": write_holds_for(holds_for["said"]),
        "values": {
            one.value if len(lists) == 1 else one.name: answer
            for one in cell.values
            if not one.not_applicable
            and (answer := means.get(one.list_name, {}).get(one.value))
        },
    }


def _tested(cell: Cell) -> str:
    """The last verdict of a trial: of several values the harshest, and *holds* only if
    it was found for each of them."""
    found = {str(one.verdict_of(Source.TRIAL) or "") for one in cell.state.counted}
    return next((word for word in ("fails", "partly") if word in found), cell.tested)


def _costs(candidate: Candidate) -> Iterator[Facts]:
    kinds = kinds_of(candidate.evaluation)
    lines = list(CostLine.objects.filter(candidate=candidate))
    for asked in asked_of(candidate, lines):
        rows = [
            (cost_input(line, {}, kinds), line.said_by == PriceSource.VENDOR)
            for line in lines
            if line.kind == asked.kind.key and line.state != LineState.NOT_APPLICABLE
        ]
        for row, by_vendor in rows:
            words = offer_words(row) if row.state == LineState.PRICED else ""
            state = "not_offered" if row.state == LineState.EXCLUDED else row.state
            told = {"words": words, "by_vendor": by_vendor}
            yield {"label": row.name, "state": state, **told}
        for part in asked.missing or ("",) * (not rows):
            label = f"{asked.kind.name} ({part})" if part else asked.kind.name
            yield {"label": label, "state": "unsaid"}


def refs_of(facts: Facts) -> tuple[list[str], list[str]]:
    """The lines that are promises, and what else the vendor promised."""
    there = [row["ref"] for row in chosen_rows(facts)[0]]
    claims = {row["ref"]: row["claim"] for row in facts["requirements"]}
    said = [ref for ref, it in claims.items() if it and it["availability"] in SAID]
    return there, [ref for ref in said if ref not in there]


def check_annex(candidate: Candidate, by: By) -> None:
    require_owner(by, candidate.evaluation)
    check_judges(candidate.evaluation, by)
    if candidate != promisor(candidate.evaluation):
        raise Refused(EARLY)


@transaction.atomic
def rule_annex_line(
    *, candidate: Candidate, requirement: Requirement, reason: str = "", by: By
) -> AnnexLine:
    """Leave a promise out from now on, for a reason; without one, take it in."""
    candidate.evaluation = lock(candidate.evaluation)
    check_annex(candidate, by)
    lines, more = refs_of(facts_of(candidate))
    if requirement.ref not in (lines if reason else more):
        raise Refused(NO_LINE if reason else NO_PROMISE)
    about = {"candidate": candidate, "requirement": requirement}
    row = AnnexLine.objects.filter(**about).first() or AnnexLine(**about)
    row.is_struck, row.reason = bool(reason), reason and read_reason(reason, "")
    row.ruled_at, row.ruled_by = timezone.now(), candidate.evaluation.owner
    action = "annex.line_struck" if reason else "annex.line_added"
    add_and_tell(row, action, by, ("candidate", "ref", "reason"))
    return row


@transaction.atomic
def add_undertaking(
    *,
    candidate: Candidate,
    words: str,
    due_on: datetime.date | None = None,
    requirement: Requirement | None = None,
    by: By,
) -> Undertaking:
    """Write down what the vendor is to do besides, naming no other candidate."""
    candidate.evaluation = lock(candidate.evaluation)
    check_annex(candidate, by)
    words = " ".join(read_field("words", words).split())
    if named := rivals_named(candidate, words):
        sentence = f"It names {named[0]}, and no vendor may learn who else was invited."
        raise Invalid(sentence, field="words")
    told: Any = {"words": words, "due_on": due_on, "requirement": requirement}
    added: Any = {"added_at": timezone.now(), "added_by": candidate.evaluation.owner}
    row = Undertaking(candidate=candidate, **told, **added)
    add_and_tell(row, "undertaking.added", by, ("candidate", *told))
    return row


def check_strike_undertaking(undertaking: Undertaking, by: By) -> None:
    check_annex(undertaking.candidate, by)
    if undertaking.struck_at is not None:
        raise Refused("This undertaking is struck already.")


@transaction.atomic
def strike_undertaking(*, undertaking: Undertaking, reason: str, by: By) -> Undertaking:
    """Leave it out from now on; versions of before keep it."""
    row: Undertaking = lock(undertaking)
    check_strike_undertaking(row, by)
    reason = read_reason(reason, "Write why the undertaking is struck.")
    owner = row.candidate.evaluation.owner
    struck: Any = {"struck_at": timezone.now(), "struck_by": owner}
    change_and_tell(row, "undertaking.struck", by, struck_reason=reason, **struck)
    return row


@transaction.atomic
def put_forward_annex(
    *, candidate: Candidate, digest: str, by: By
) -> PublishedDocument:
    """Freeze the draft with its facts as the next version, and tell the contacts.

    Raises:
        Forbidden: not the owner. Refused: not the chosen one, or the newest version
        says the same. Stale: it is not what was read.
    """
    candidate.evaluation = lock(candidate.evaluation)
    check_annex(candidate, by)
    facts, last = facts_of(candidate), annex_versions(candidate).first()
    text = annex_text(facts)
    if digest_of_annex(text) != digest:
        raise Stale(MOVED)
    if last and last.sha256 == digest:
        raise Refused(f"Nothing has changed since version {last.version}.")
    document = publish_document(
        candidate=candidate,
        kind=DocumentKind.ANNEX,
        text=text,
        by=by,
        version=last.version + 1 if last else 1,
        facts=facts,
    )
    if settings.VENDOR_SITE_URL:
        for contact in Contact.objects.current().filter(vendor=candidate.vendor_id):
            mail_link(candidate, contact, DocumentPublished.name, document)
    follow_annex(evaluation=candidate.evaluation)
    return document
