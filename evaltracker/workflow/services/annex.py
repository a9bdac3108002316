"""The annex of promises: what the chosen vendor said, drafted and put forward."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
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
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, plain
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import checked, lock, require_owner
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
from vendors.services.dialogue import check_publish, publish_document

EARLY = "The annex is written once the evaluation is decided."
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
            "undertakings": [
                {
                    "id": row.pk,
                    "words": row.words,
                    "day": row.due_on,
                    "ref": row.requirement.ref if row.requirement else None,
                }
                for row in candidate.undertakings.filter(struck_at=None).select_related(
                    "requirement"
                )
            ],
        }
    )
    return facts | {"lines": lines_of(facts)}


def _requirements(candidate: Candidate) -> Iterator[Facts]:
    evaluation = candidate.evaluation
    book, numbers = ledger(evaluation, candidates=[candidate]), cell_numbers(evaluation)
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    gaps: dict[object, list[Facts]] = defaultdict(list)
    for gap in open_gaps_of(candidate).order_by("found_on", "pk"):
        replied = gap.reply_at and local_day(gap.reply_at, evaluation.zone)
        gaps[gap.requirement_id].append(
            {
                **{"found_on": gap.found_on, "text": gap.text, "reply": gap.reply},
                **{"reply_day": replied, "promised_for": gap.promised_for},
            }
        )
    for row in book.requirements:
        cell = book.cell(candidate, row)
        if cell.not_applicable:
            continue
        measured = getattr(numbers.get((candidate.pk, row.pk)), "measured", ())
        claim = claims.get(row.pk)
        yield {
            **{"ref": row.ref, "text": row.text, "revision": row.revision},
            **{"must": row.is_must, "weight": row.weight},
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
        "by_vendor": True,
        "availability": claim.availability,
        "available_from": claim.available_from,
        "revision": claim.own_revision,
        "day": local_day(claim.submitted_at, evaluation.zone),
        "statement": claim.statement,
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
            told: Facts = {"label": row.name, "state": str(row.state)}
            if row.state == LineState.PRICED:
                told |= {"words": offer_words(row), "by_vendor": by_vendor}
            elif row.state == LineState.EXCLUDED:
                told["state"] = "not_offered"
            yield told
        for part in asked.missing or ("",) * (not rows):
            label = f"{asked.kind.name} ({part})" if part else asked.kind.name
            yield {"label": label, "state": "unsaid"}


def draft_of(evaluation: Evaluation) -> Facts | None:
    """What its draft is written from; None where nobody promised anything."""
    candidate = chosen_of(evaluation)
    return facts_of(candidate) if candidate and candidate.vendor_id else None


def refs_to_add(facts: Facts | None) -> list[str]:
    """What the vendor promised that is no line yet."""
    there = refs_to_strike(facts)
    return [
        row["ref"]
        for row in (facts["requirements"] if facts else ())
        if row["claim"] and row["claim"]["availability"] in SAID
        if row["ref"] not in there
    ]


def refs_to_strike(facts: Facts | None) -> list[str]:
    return [row["ref"] for row in chosen_rows(facts)[0]] if facts else []


def check_annex(evaluation: Evaluation, by: By) -> None:
    require_owner(by, evaluation)
    check_judges(evaluation, by)
    promisor(evaluation)


def _opened(evaluation: Evaluation, by: By) -> Candidate:
    evaluation = lock(evaluation)
    check_annex(evaluation, by)
    return promisor(evaluation)


@transaction.atomic
def add_annex_line(
    *, evaluation: Evaluation, requirement: Requirement, by: By
) -> AnnexLine:
    """Take a promise in, whatever it weighs; also one that was struck before.

    Raises:
        Forbidden: not the owner. Refused: not decided, or nobody promised. Invalid: the
        vendor did not promise it, or it is a line already.
    """
    candidate = _opened(evaluation, by)
    if requirement.ref not in refs_to_add(facts_of(candidate)):
        sentence = "Choose something that the vendor promised and that is no line yet."
        raise Invalid(sentence, field="requirement")
    return _rule(candidate, requirement, "annex.line_added", by)


@transaction.atomic
def strike_annex_line(
    *, evaluation: Evaluation, requirement: Requirement, reason: str, by: By
) -> AnnexLine:
    """Leave a promise out from now on; versions of before keep it.

    Raises:
        Forbidden: not the owner. Refused: not decided, or nobody promised. Invalid: no
        line, or no reason.
    """
    candidate = _opened(evaluation, by)
    reason = read_reason(reason, "Write why the line is struck.")
    if requirement.ref not in refs_to_strike(facts_of(candidate)):
        raise Invalid("Choose a line of the draft.", field="requirement")
    return _rule(candidate, requirement, "annex.line_struck", by, reason)


def _rule(
    candidate: Candidate,
    requirement: Requirement,
    action: str,
    by: By,
    reason: str = "",
) -> AnnexLine:
    about = {"candidate": candidate, "requirement": requirement}
    row = AnnexLine.objects.filter(**about).first() or AnnexLine(**about)
    row.is_struck, row.reason = bool(reason), reason
    row.ruled_at, row.ruled_by = timezone.now(), candidate.evaluation.owner
    checked(row)
    row.save()
    journal.record(
        evaluation=candidate.evaluation,
        action=action,
        subject=candidate,
        by=by,
        after={"candidate": candidate.name, "requirement": requirement.ref},
        reason=reason,
    )
    return row


@transaction.atomic
def add_undertaking(
    *,
    evaluation: Evaluation,
    words: str,
    due_on: datetime.date | None = None,
    requirement: Requirement | None = None,
    by: By,
) -> Undertaking:
    """Write down what the vendor is to do besides.

    Raises:
        Forbidden: not the owner. Refused: not decided, or nobody promised. Invalid: no
        words, or they name another candidate.
    """
    candidate = _opened(evaluation, by)
    words = " ".join(read_field("words", words).split())
    if named := rivals_named(candidate, words):
        sentence = f"It names {named[0]}, and no vendor may learn who else was invited."
        raise Invalid(sentence, field="words")
    row = Undertaking(
        candidate=candidate,
        requirement=requirement,
        words=words,
        due_on=due_on,
        added_at=timezone.now(),
        added_by=candidate.evaluation.owner,
    )
    checked(row)
    row.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="undertaking.added",
        subject=row,
        by=by,
        after={"candidate": candidate.name, "words": words, "due_on": due_on}
        | ({"requirement": requirement.ref} if requirement else {}),
    )
    return row


def check_strike_undertaking(undertaking: Undertaking, by: By) -> None:
    check_annex(undertaking.candidate.evaluation, by)
    if undertaking.struck_at is not None:
        raise Refused("This undertaking is struck already.")


@transaction.atomic
def strike_undertaking(*, undertaking: Undertaking, reason: str, by: By) -> Undertaking:
    """Leave an undertaking out from now on; versions of before keep it.

    Raises:
        Forbidden: not the owner. Refused: it is struck. Invalid: no reason.
    """
    candidate = _opened(undertaking.candidate.evaluation, by)
    row: Undertaking = lock(undertaking)
    check_strike_undertaking(row, by)
    row.struck_reason = read_reason(reason, "Write why the undertaking is struck.")
    row.struck_at, row.struck_by = timezone.now(), candidate.evaluation.owner
    checked(row)
    row.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="undertaking.struck",
        subject=row,
        by=by,
        after={"candidate": candidate.name},
        reason=row.struck_reason,
    )
    return row


def check_put_forward_annex(evaluation: Evaluation, by: By) -> None:
    check_annex(evaluation, by)
    check_publish(promisor(evaluation), DocumentKind.ANNEX, by)


@transaction.atomic
def put_forward_annex(
    *, evaluation: Evaluation, digest: str, by: By
) -> PublishedDocument:
    """Freeze the draft with its facts as the next version, and tell the contacts.

    Raises:
        Forbidden: not the owner. Refused: not decided, nobody promised, or it is the
        newest version to the letter. Stale: it is not what was read.
    """
    candidate = _opened(evaluation, by)
    check_put_forward_annex(candidate.evaluation, by)
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
