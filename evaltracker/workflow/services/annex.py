"""The annex of promises: what the chosen vendor said, drafted and put forward."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from evaltracker.decision.models import AnnexLine
from evaltracker.decision.selectors.contract_terms import term_of
from evaltracker.decision.selectors.letters import rivals_named
from evaltracker.decision.selectors.promises import chosen_of, open_gaps_of
from evaltracker.decision.services.promise_checks import follow_annex
from evaltracker.enumerations import Source
from evaltracker.errors import Invalid, Refused, Stale
from evaltracker.evaluations.journal import By, as_json_value, snapshot
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import add_and_tell, lock, require_owner
from evaltracker.toolbox.days import local_day
from evaltracker.toolbox.measures import Measured
from evaltracker.toolbox.text import read_field, read_reason
from evaltracker.workflow.annex import (
    NOBODY,
    Facts,
    annex_text,
    chosen_rows,
    digest_of_annex,
    lines_of,
)
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import ledger
from trials.selectors.matrix import cell_numbers
from vendors.choices import DocumentKind
from vendors.fields import write_holds_for
from vendors.models import Candidate, Claim, Contact, PublishedDocument
from vendors.notices import DocumentPublished
from vendors.policy import check_judges
from vendors.selectors.annex import annex_versions
from vendors.selectors.claims import own_claims
from vendors.selectors.costs import offered_of
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


def rulings_of(candidate: Candidate) -> list[AnnexLine]:
    """What the owner ruled last of each line that they ever ruled on."""
    rows = candidate.annex_lines.select_related("requirement", "ruled_by")
    return [*{(row.requirement_id, row.words): row for row in rows}.values()]


def facts_of(candidate: Candidate) -> Facts:
    """What a version would be written from now, as plain JSON."""
    evaluation = candidate.evaluation
    term = term_of(candidate.evaluation)
    refs: dict[bool, list[str]] = {True: [], False: []}
    undertakings = []
    for row in rulings_of(candidate):
        if row.requirement:
            ref = row.requirement.ref
        else:
            ref = None
        if not row.words:
            refs[not row.reason].append(str(ref))
        elif not row.reason:
            undertaking = {
                "id": row.pk,
                "words": row.words,
                "day": row.due_on,
                "ref": ref,
            }
            undertakings.append(undertaking)
    facts: Facts = as_json_value(
        {
            "title": evaluation.title,
            "candidate": candidate.name,
            "vendor": candidate.vendor.name if candidate.vendor else "",
            "kind": candidate.kind,
            "tested": evaluation.say("Tested in the trial"),
            "shown": evaluation.say("Shown in a demo"),
            "contract_starts_on": term.starts_on if term else None,
            "requirements": list(_requirements(candidate)),
            "costs": [*offered_of(candidate)] if evaluation.prices_opened_at else None,
            "added": refs[True],
            "struck": refs[False],
            "undertakings": undertakings,
        }
    )
    return facts | {"lines": lines_of(facts)}


def _requirements(candidate: Candidate) -> Iterator[Facts]:
    evaluation = candidate.evaluation
    book = ledger(evaluation, candidates=[candidate])
    numbers = cell_numbers(evaluation)
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    gaps: dict[object, list[Facts]] = defaultdict(list)
    for gap in open_gaps_of(candidate).order_by("found_on", "pk"):
        details = snapshot(gap, ("found_on", "text", "reply", "promised_for"))
        replied = gap.reply_at and local_day(gap.reply_at, evaluation.zone)
        gaps[gap.requirement_id].append(details | {"reply_day": replied})
    for row in book.requirements:
        cell = book.cell(candidate, row)
        claim = claims.get(row.pk)
        measured = getattr(numbers.get((candidate.pk, row.pk)), "measured", ())
        if not cell.not_applicable:
            yield {
                **snapshot(row, ("ref", "text", "revision", "weight")),
                "must": row.is_must,
                "claim": _claim_facts(claim, cell, evaluation) if claim else None,
                "trial": _tested(cell),
                "demo": cell.shown,
                "gaps": gaps[row.pk],
                "measured": [_measured(reading) for reading in measured],
            }


def _measured(reading: Measured) -> str:
    """Its frozen words without the machines, files and people of the buyer."""
    if reading.left_out:
        left_out = {**reading.left_out, "by": []}
    else:
        left_out = {}
    text = replace(reading, pool=None, moves=(), left_out=left_out).words
    if reading.named:
        return f"{reading.named}: {text}"
    return text


def _claim_facts(claim: Claim, cell: LedgerCell, evaluation: Evaluation) -> Facts:
    held: Any = claim.holds_for or {"said": None, "means": {}}
    several = len({value.list_name for value in cell.values}) > 1
    return {
        **snapshot(claim, ("by_vendor", "availability", "available_from", "statement")),
        "revision": claim.own_revision,
        "day": local_day(claim.submitted_at, evaluation.zone),
        "number": claim.number_words,
        "holds_for": write_holds_for(held["said"]),
        "values": {
            value.name if several else value.value: statement
            for value in cell.values
            if (statement := held["means"].get(value.list_name, {}).get(value.value))
            and not value.not_applicable
        },
    }


def _tested(cell: LedgerCell) -> str:
    """The last verdict of a trial: of several values the harshest, and *holds* only if
    it was found for each of them."""
    verdicts = {
        str(value.verdict_of(Source.TRIAL) or "") for value in cell.state.counted
    }
    return next((word for word in ("fails", "partly") if word in verdicts), cell.tested)


def check_annex(candidate: Candidate, by: By) -> None:
    require_owner(by, candidate.evaluation)
    check_judges(candidate.evaluation, by)
    if candidate != promisor(candidate.evaluation):
        raise Refused(EARLY)


@transaction.atomic
def add_annex_line(
    *,
    candidate: Candidate,
    requirement: Requirement | None = None,
    words: str = "",
    due_on: datetime.date | None = None,
    by: By,
) -> AnnexLine:
    """Take in a requirement that the vendor promised, whatever it weighs; or write down
    what the vendor is to do besides, naming no other candidate."""
    candidate.evaluation = lock(candidate.evaluation)
    check_annex(candidate, by)
    if words or due_on or requirement is None:
        words = " ".join(read_field("words", words).split())
    elif requirement.ref not in chosen_rows(facts_of(candidate))[1]:
        raise Refused(NO_PROMISE)
    if named := rivals_named(candidate, words):
        sentence = f"It names {named[0]}, and no vendor may learn who else was invited."
        raise Invalid(sentence, field="words")
    return _rule(
        candidate,
        "annex.line_added",
        by,
        words=words,
        due_on=due_on,
        requirement=requirement,
    )


@transaction.atomic
def strike_annex_line(
    *, candidate: Candidate, line: str, reason: str, by: By
) -> AnnexLine:
    """Leave the line of that key out from now on; versions of before keep it."""
    candidate.evaluation = lock(candidate.evaluation)
    check_annex(candidate, by)
    facts = facts_of(candidate)
    if line not in {row["key"] for row in facts["lines"]}:
        raise Refused(NO_LINE)
    rows = {row["id"]: row for row in facts["undertakings"]}
    row = rows.get(line, {"ref": line, "words": "", "day": None})
    reason = read_reason(reason, "Write why the line is struck.")
    requirement = candidate.evaluation.requirements.filter(ref=row["ref"]).first()
    return _rule(
        candidate,
        "annex.line_struck",
        by,
        words=row["words"],
        due_on=row["day"],
        reason=reason,
        requirement=requirement,
    )


def _rule(candidate: Candidate, action: str, by: By, **values: Any) -> AnnexLine:
    owner = candidate.evaluation.owner
    row = AnnexLine(candidate=candidate, ruled_by=owner, **values)
    add_and_tell(row, action, by, ("candidate", *values))
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
    facts = facts_of(candidate)
    last = annex_versions(candidate).first()
    text = annex_text(facts)
    if digest_of_annex(text) != digest:
        raise Stale(MOVED)
    if last and last.sha256 == digest:
        raise Refused(f"Nothing has changed since version {last.version}.")
    kind = DocumentKind.ANNEX
    document = publish_document(
        candidate=candidate, kind=kind, text=text, facts=facts, by=by
    )
    if settings.VENDOR_SITE_URL:
        for contact in Contact.objects.current().filter(vendor=candidate.vendor_id):
            mail_link(candidate, contact, DocumentPublished.name, document)
    follow_annex(evaluation=candidate.evaluation)
    return document
