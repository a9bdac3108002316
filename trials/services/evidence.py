"""Verdicts on the exact words that were judged, said again, and knock-outs excused."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone

from evaltracker.enumerations import Availability, Source
from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Requirement, User
from evaltracker.evaluations.policy import change, checked, lock, require_stage
from evaltracker.toolbox.files import files_of_rows, read_file
from evaltracker.toolbox.text import CallFields, listed
from stakeholders.models import SignOff
from trials.choices import SOURCE_LABELS, DataOwner, EvidenceVerdict, Runner
from trials.models import (
    Criterion,
    Demo,
    Evidence,
    Excuse,
    Gap,
    Measurement,
    ResearchNote,
    ScriptItem,
    TakenBack,
    Trial,
)
from trials.policy import (
    AFTER_REQUIREMENTS,
    FROM_DEMOS,
    check_part,
    check_running,
    journal_on,
    need,
    require_excuser,
    require_same,
)
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import one_cell
from trials.selectors.runs import pooled_runs
from trials.selectors.trials import is_partly_proven
from trials.services.demos import require_held
from trials.services.trials import judged_anew, open_gap_for_refuted
from vendors.claims import Named, answered_values, read_named_values
from vendors.effort import half_days, written
from vendors.models import Candidate, Claim
from vendors.policy import require_no_conflict
from vendors.selectors.candidates import demanded_in, lists_of, read_item_values
from vendors.services.candidates import lock_candidate

VERDICT_FIELDS = (
    "source",
    "verdict",
    "note",
    "url",
    "independent",
    "runner",
    "data",
    "named_values",
    "file_name",
    "file_sha256",
    "script_item_id",
    "criterion_id",
    "research_note_id",
    "reconfirms_id",
)


MEASUREMENT_FIELDS = (
    *("measure", "n", "value", "proposed", "reason"),
    *("pool", "failed", "left_out", "moves"),
)


def journal_verdict(
    evidence: Evidence, by: By, measurement: Measurement | None = None
) -> None:
    claim = evidence.claim
    if measurement:
        rests_on = journal.snapshot(measurement, MEASUREMENT_FIELDS)
    else:
        rests_on = {}
    counted = ("took",) if evidence.took is not None else ()
    if evidence.reconfirms_id:
        action = "evidence.reconfirmed"
    else:
        action = "evidence.recorded"
    if n := evidence.others:
        action = "evidence.recorded_together"
        rests_on = {"together": f"{n} other{'s' * (n > 1)}"}
    journal_on(
        evidence,
        action,
        by,
        after={
            "requirement": claim.requirement.ref,
            "claim_revision": claim.revision,
            **journal.snapshot(evidence, (*VERDICT_FIELDS, *counted)),
            **rests_on,
        },
    )


def read_kind(source: str, verdict: str) -> Source:
    inputs = CallFields()
    if source not in Source:
        inputs.refuse("source", "Choose the source: research, demo or trial.")
    if verdict not in EvidenceVerdict.values:
        inputs.refuse("verdict", "Choose a verdict: holds, partly, fails or not shown.")
    elif verdict == EvidenceVerdict.NOT_SHOWN and source != Source.DEMO:
        inputs.refuse("verdict", "Only a demo can leave something not shown.")
    inputs.check()
    return Source(source)


def read_took(inputs: CallFields, took: str, source: Source) -> Decimal | None:
    """Days that it took to meet, as typed; None if nobody counted."""
    text = took.strip().replace(",", ".")
    if text and source == Source.RESEARCH:
        inputs.refuse("took", "Research takes no days; leave it out.")
    try:
        if text:
            return Decimal(written(half_days(text)))
        return None
    except ValueError:
        inputs.refuse("took", "Write days from 0 to 2,000, in halves: 2.5.")
    return None


def lock_standing_claim(claim: Claim) -> Claim:
    """The claim under a row lock, if its words stand and answer today's requirement."""
    fresh = lock(claim, "candidate__evaluation", "requirement")
    requirement: Requirement = fresh.requirement
    what = f"{fresh.candidate.name}'s claim on {requirement.ref}"
    if requirement.retired_at:
        raise Refused(f"Requirement {requirement.ref} is retired.")
    if fresh.superseded_at:
        raise Refused(
            f"{what} has changed since you opened it. Read the current revision and "
            "give your verdict again.",
            code="superseded",
        )
    if fresh.availability == Availability.WITHDRAWN:
        raise Refused(
            f"{what} was withdrawn; there are no words to judge until it is made "
            "again. Then re-confirm your verdict on the current revision.",
            code="withdrawn",
        )
    if fresh.requirement_revision < requirement.revision:
        raise Refused(
            f"{requirement.ref} changed after {fresh.candidate.name} answered it; the "
            "claim is to re-confirm before it can be judged.",
            code="requirement_changed",
        )
    return fresh


def check_words(inputs: CallFields, evidence: Evidence, *, has_file: bool) -> None:
    """A failure needs words; research needs something that it rests on."""
    if evidence.verdict == EvidenceVerdict.FAILS and not evidence.note:
        inputs.refuse(
            "note", "Describe what failed; the vendor and the memo will show it."
        )
    rests = evidence.note or evidence.url or evidence.research_note or has_file
    if evidence.source == Source.RESEARCH and not rests:
        inputs.refuse("note", "Add proof: a note, a link or a file.")
    named = (
        ("script_item", evidence.script_item, Source.DEMO),
        ("criterion", evidence.criterion, Source.TRIAL),
        ("research_note", evidence.research_note, Source.RESEARCH),
    )
    for field, row, source in named:
        if row is not None and evidence.source != source:
            label = SOURCE_LABELS[source].lower()
            inputs.refuse(field, f"It belongs to evidence from {label}.")


def check_setting(inputs: CallFields, evidence: Evidence) -> None:
    """A demo and a trial are run by somebody on somebody's data; research is not."""
    if evidence.source == Source.RESEARCH:
        if evidence.runner:
            sentence = "Nobody ran a demo or trial here; leave it out for research."
            inputs.refuse("runner", sentence)
        if evidence.data:
            inputs.refuse("data", "Research has nobody's data; leave it out.")
        return
    if not evidence.runner or evidence.runner not in Runner.values:
        inputs.refuse("runner", "Choose who ran it: us, together, or the vendor.")
    if not evidence.data or evidence.data not in DataOwner.values:
        inputs.refuse("data", "Choose whose data it ran on: ours or the vendor's.")


def running_trials(candidate: Candidate) -> QuerySet[Trial]:
    return Trial.objects.filter(
        candidate=candidate, agreed_at__isnull=False, closed_at__isnull=True
    )


def check_place(evidence: Evidence) -> None:
    claim = evidence.claim
    candidate = evidence.claim.candidate
    criterion = evidence.criterion
    paper = evidence.research_note
    if (item := evidence.script_item) is not None:
        _same(item.demo.candidate_id == candidate.pk, "script_item")
        _same(item.requirement_id == claim.requirement_id, "script_item")
        require_held(item.demo)
    if criterion is not None:
        _same(criterion.trial.candidate_id == candidate.pk, "criterion")
        _same(criterion.requirement_id == claim.requirement_id, "criterion")
    if paper is not None:
        _same(paper.candidate_id == candidate.pk, "research_note")
    if evidence.source == Source.TRIAL:
        require_trial(candidate, **({"pk": criterion.trial_id} if criterion else {}))


def require_no_runs(*criteria: Criterion) -> None:
    for pooled in pooled_runs(row for row in criteria if row.measure).values():
        if pooled.proposal.verdict:
            raise Refused(
                "The runs of this criterion propose a verdict. Confirm it, or give "
                "another one with a reason."
            )
        if pooled.asks and any(pool.proposal.verdict for pool in pooled.pools):
            raise Refused(pooled.proposal.why)


def require_no_runs_on(evidence: Evidence) -> None:
    """The same of a verdict by a trial, also of one that names no criterion."""
    if evidence.source != Source.TRIAL:
        return
    claim = evidence.claim
    measured = Criterion.objects.filter(
        trial__in=running_trials(claim.candidate), requirement=claim.requirement_id
    ).exclude(measure={})
    if evidence.criterion_id:
        measured = measured.filter(pk=evidence.criterion_id)
    require_no_runs(*measured)


def require_trial(candidate: Candidate, **which: object) -> None:
    if not running_trials(candidate).filter(**which).exists():
        raise Refused(
            f"{candidate.name} has no trial under way. Agree the terms and criteria "
            "first."
        )


def _same(fits: bool, field: str) -> None:
    if not fits:
        raise Invalid("It belongs to another candidate or requirement.", field=field)


STAGES = {
    Source.RESEARCH: AFTER_REQUIREMENTS,
    Source.DEMO: FROM_DEMOS,
    Source.TRIAL: (Stage.TRIALS,),
}


def check_evidence(candidate: Candidate, by: By, source: Source) -> User:
    user = check_part(candidate.evaluation, by, *STAGES[source])
    require_no_conflict(user, candidate)
    check_running(candidate)
    if source == Source.TRIAL:
        require_trial(candidate)
    return user


def check_judge_together(place: Demo | Trial, by: By) -> None:
    check_evidence(place.candidate, by, SUBJECTS[type(place)][0])
    if isinstance(place, Demo):
        require_held(place)
    else:
        require_trial(place.candidate, pk=place.pk)


def check_judge_item(item: ScriptItem, by: By) -> None:
    check_judge_together(item.demo, by)


def check_judge_criterion(criterion: Criterion, by: By) -> None:
    check_judge_together(criterion.trial, by)
    require_no_runs(criterion)


def check_reconfirm_evidence(former: Evidence, by: By) -> tuple[User, Claim]:
    candidate = former.claim.candidate
    user = check_part(candidate.evaluation, by, *STAGES[Source(former.source)])
    require_no_conflict(user, candidate)
    check_running(candidate)
    current = Claim.objects.filter(
        candidate=candidate,
        requirement=former.claim.requirement_id,
        superseded_at__isnull=True,
    ).first()
    if current is None:
        raise Refused("There is no current answer, so nothing to re-confirm.")
    if hasattr(former, "taken_back"):
        raise Refused("This verdict was taken back; record a new one.")
    if former.claim_id == current.pk:
        raise Refused("This verdict is on the current answer; nothing to re-confirm.")
    if Evidence.objects.standing().filter(reconfirms=former, claim=current).exists():
        raise Refused("This verdict was already re-confirmed on the current answer.")
    require_no_runs_on(former)
    return user, current


@transaction.atomic
@files_of_rows()
def record_evidence(
    *,
    claim: Claim,
    source: str,
    verdict: str,
    by: By,
    note: str = "",
    url: str = "",
    file: File[bytes] | None = None,
    independent: bool = True,
    runner: str = "",
    data: str = "",
    named_values: object = None,
    script_item: ScriptItem | None = None,
    criterion: Criterion | None = None,
    research_note: ResearchNote | None = None,
    measurement: Measurement | None = None,
    seen: str | None = None,
    took: str = "",
    others: int = 0,
    at: datetime.datetime | None = None,
) -> Evidence:
    """Record what was found of exactly this revision of a claim.

    `measurement` is what it rests on, unsaved, if runs of its criterion are confirmed.
    Of a demo or a trial also who ran it and on whose data; a trial that the vendor ran
    on its own data proves what a demo proves. `seen` is the verdict that stood on its
    criterion or script item when the form was made. Where the brief has lists, it
    speaks of the values that it names; of a list that it leaves out, of those that its
    criterion or script item names. `took` is days, blank if nobody counted.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest in the candidate.
        Refused: the wrong stage, a demo that was not held, a trial without an agreed
        contract, runs that propose a verdict, or words that no longer stand (code
        `superseded`, `withdrawn` or `requirement_changed`). Stale: somebody else judged
        it since. Invalid: by field; a file that is not what it says. StorageFull: the
        disk for files is full.
    """
    kind = read_kind(source, verdict)
    user = check_evidence(lock_candidate(claim.candidate), by, kind)
    if seen is not None:
        _require_seen(criterion or script_item, seen)
    claim = lock_standing_claim(claim)
    evaluation = claim.candidate.evaluation
    inputs = CallFields()
    evidence = Evidence(
        claim=claim,
        source=kind,
        verdict=verdict,
        note=inputs.text("note", note, blank=True),
        url=inputs.link("url", url),
        independent=independent,
        runner=runner,
        data=data,
        named_values=read_named_values(named_values, lists_of(evaluation)),
        script_item=script_item,
        criterion=criterion,
        research_note=research_note,
        recorded_by=user,
        recorded_at=at or timezone.now(),
        others=others,
        took=read_took(inputs, took, kind),
    )
    check_words(inputs, evidence, has_file=file is not None)
    check_setting(inputs, evidence)
    inputs.check()
    check_place(evidence)
    if measurement is None:
        require_no_runs_on(evidence)
    if file is not None:
        _attach(evidence, file)
    checked(evidence)
    evidence.save(force_insert=True)
    if measurement is not None:
        measurement.evidence = evidence
        measurement.save(force_insert=True)
    journal_verdict(evidence, by, measurement)
    if kind is Source.TRIAL:
        _follow_up(evidence, by)
    return evidence


def _require_seen(subject: Criterion | ScriptItem | None, seen: str) -> None:
    last = subject and subject.evidence.standing().order_by("recorded_at").last()
    if last and str(last.pk) != seen:
        raise Stale(
            f"{last.recorded_by.name} judged this meanwhile. Send again to replace "
            "theirs.",
            difference=". ".join(filter(None, (last.get_verdict_display(), last.note))),
        )


@dataclass
class JudgeRow:
    """A criterion, or an item of a script, with its verdicts in the order of time."""

    subject: Any
    claim: Any
    history: list[Evidence]
    # The values that are offered, by list.
    lists: Named

    @property
    def ref(self) -> str:
        requirement = self.subject.requirement
        return getattr(self.subject, "code", "") or (requirement and requirement.ref)

    @property
    def text(self) -> str:
        requirement = self.subject.requirement
        text: str = getattr(self.subject, "text", "") or (
            requirement.text if requirement else self.subject.question
        )
        return text

    @property
    def verdict(self) -> Evidence | None:
        """The newest that nobody took back."""
        standing = [row for row in self.history if not hasattr(row, "taken_back")]
        if standing:
            return standing[-1]
        return None

    @property
    def to_judge(self) -> bool:
        requirement = self.subject.requirement
        last = self.verdict
        is_asked = requirement is not None and not requirement.retired_at
        return is_asked and (last is None or last.claim.superseded_at is not None)

    def waits_for(self, pooled: Any, gaps: Collection[Gap]) -> str:
        """Why it is not judged together with others; blank if it can be."""
        subject = self.subject
        claim = self.claim
        if claim is None or claim.requirement_revision < subject.requirement.revision:
            return "waits for an answer"
        if subject.measure or (pooled and (pooled.asks or pooled.proposal.n)):
            return "waits for a number"
        if any(gap.requirement_id == subject.requirement_id for gap in gaps):
            return "waits for a reply"
        if self.lists and not subject.named_values:
            return "waits for its values"
        return ""


# What is judged there, as evidence calls it, where it is, and with what it is read.
SUBJECTS: dict[type, tuple[Source, str, str, Sequence[str]]] = {
    Trial: (Source.TRIAL, "criterion", "criteria", ()),
    Demo: (Source.DEMO, "script_item", "script_items", ("asker__user",)),
}


def verdicts_in(place: Demo | Trial) -> QuerySet[Evidence]:
    path = f"{SUBJECTS[type(place)][1]}__{place._meta.model_name}"
    return Evidence.objects.filter(**{path: place})


def judge_rows[R: JudgeRow](place: Demo | Trial, made: type[R]) -> list[R]:
    """The criteria of a trial, or all items of a demo; as many queries for all of them
    as for one."""
    candidate = place.candidate
    _, subject, rows, related = SUBJECTS[type(place)]
    claims = Claim.objects.filter(candidate=candidate, superseded_at__isnull=True)
    current = {
        claim.requirement_id: claim
        for claim in claims.exclude(availability=Availability.WITHDRAWN)
    }
    history: dict[Any, list[Evidence]] = {}
    for verdict in (
        verdicts_in(place)
        .select_related(
            "recorded_by",
            "claim__candidate__evaluation",
            "finding",
            subject,
            "measurement",
            "taken_back__taken_back_by",
        )
        .defer("measurement__results", "measurement__results_out")
        .order_by("recorded_at", "pk")
    ):
        history.setdefault(getattr(verdict, f"{subject}_id"), []).append(verdict)
    demanded = demanded_in(candidate.evaluation)
    made_rows = []
    for row in getattr(place, rows).select_related("requirement", *related):
        setattr(row, str(place._meta.model_name), place)
        key = row.requirement_id
        lists = answered_values(current.get(key), demanded.get(key, {}))
        made_rows.append(made(row, current.get(key), history.get(row.pk, []), lists))
    return made_rows


def rows_together(
    place: Demo | Trial,
) -> tuple[list[JudgeRow], list[tuple[JudgeRow, str]]]:
    """What is not judged yet: the rows that can be judged together, and the others,
    each with what it waits for."""
    rows = [row for row in judge_rows(place, JudgeRow) if row.to_judge]
    gaps: list[Gap] = []
    pooled: Mapping[Any, Any] = {}
    if isinstance(place, Trial):
        gaps = list(place.gaps.filter(closed_at__isnull=True))
        pooled = pooled_runs(row.subject for row in rows)
    rows_with_reasons = [
        (row, row.waits_for(pooled.get(row.subject.pk), gaps)) for row in rows
    ]
    ready = [row for row, why in rows_with_reasons if not why]
    return ready, [(row, why) for row, why in rows_with_reasons if why]


@transaction.atomic
def judge_together(
    *,
    place: Demo | Trial,
    rows: Collection[str],
    notes: Mapping[str, str],
    runner: str,
    data: str,
    by: By,
) -> list[Evidence]:
    """Record of each of these criteria, or items of a script, that it holds.

    `rows` are their ids, `notes` what was seen, by id: a must-have without one stays
    out. All of them are recorded, or none.

    Raises:
        Forbidden, Refused, Invalid: as for `record_evidence`. Stale: one of them is
        judged, or waits for something.
    """
    place.candidate = lock_candidate(place.candidate)
    check_judge_together(place, by)
    ready = {str(row.subject.pk): row for row in rows_together(place)[0]}
    if set(rows) - ready.keys():
        left = listed([row.ref for row in ready.values()])
        raise Stale(
            "Some of these rows were judged meanwhile. Look again, then send.",
            difference=f"Still to judge: {left or 'none'}.",
        )
    chosen = [
        (row, note)
        for key, row in ready.items()
        for note in [notes.get(key, "").strip()]
        if key in rows and (note or not row.subject.requirement.is_must)
    ]
    if not chosen:
        raise Invalid("Write a note for at least one must-have.")
    now = timezone.now()
    source, name, *_ = SUBJECTS[type(place)]
    return [
        record_evidence(
            claim=row.claim,
            source=source,
            verdict=EvidenceVerdict.HOLDS,
            note=note,
            runner=runner,
            data=data,
            others=len(chosen) - 1,
            at=now,
            by=by,
            **{name: row.subject},
        )
        for row, note in chosen
    ]


def check_take_back_evidence(evidence: Evidence, by: By) -> tuple[User, list[Evidence]]:
    """The acting user, and the verdicts that were given with one press."""
    candidate = evidence.claim.candidate
    user = check_evidence(candidate, by, Source(evidence.source))
    if evidence.recorded_by_id != user.pk:
        giver = evidence.recorded_by.name
        raise Forbidden(f"{giver} gave this verdict. Only {giver} can take it back.")
    verdicts = Evidence.objects.standing().filter(claim__candidate=candidate)
    which = Q(pk=evidence.pk)
    if evidence.others:
        press = {"recorded_at": evidence.recorded_at, "others": evidence.others}
        which = Q(recorded_by=user, **press)
    rows = verdicts.filter(which).select_related(
        "claim__requirement", "claim__candidate__evaluation"
    )
    given = list(rows.order_by("claim__requirement__position", "pk"))
    if evidence not in given:
        raise Refused("This verdict was taken back already.")
    # One press is one moment, so what came later came after all of them.
    at = evidence.recorded_at
    requirements = [row.claim.requirement_id for row in given]
    newer = verdicts.filter(claim__requirement__in=requirements, recorded_at__gt=at)
    later = {
        row.claim.requirement_id: row.recorded_by.name
        for row in newer.select_related("recorded_by", "claim")
    }
    gaps = Gap.objects.filter(
        Q(evidence__in=given) | Q(retested_at__gte=at),
        trial__candidate=candidate,
        requirement__in=requirements,
    )
    followed = set(gaps.values_list("requirement", flat=True))
    measured = Measurement.objects.filter(evidence__in=given)
    on_runs = set(measured.values_list("evidence", flat=True))
    for row in given:
        requirement = row.claim.requirement
        if requirement.pk in later:
            why = f"{later[requirement.pk]} judged it again"
        elif row.pk in on_runs or requirement.pk in followed:
            why = "it rests on runs, or a gap follows from it"
        else:
            continue
        raise Refused(f"{requirement.ref}: {why}. Record a newer verdict.")
    signed = SignOff.objects.filter(
        visit__evaluation=candidate.evaluation, signed_at__gte=evidence.recorded_at
    ).first()
    if signed:
        raise Refused(f"{signed.printed_name} signed since. Record a newer verdict.")
    return user, given


@transaction.atomic
def take_back_evidence(*, evidence: Evidence, by: By, reason: str = "") -> None:
    """Let a verdict, and all that were given with it, count no longer.

    What counted before counts again; the rows stay in the ledger, with the reason.

    Raises:
        Forbidden: somebody else gave it. Refused: somebody signed since, another
        verdict came, or a gap or runs hang on it.
    """
    evidence.claim.candidate = lock_candidate(evidence.claim.candidate)
    user, given = check_take_back_evidence(evidence, by)
    why = reason.strip() or f"Undone by {user.name}."
    for row in given:
        row.claim.candidate = evidence.claim.candidate
        taken = TakenBack(evidence=row, reason=why, taken_back_by=user)
        checked(taken)
        taken.save(force_insert=True)
        after = {"requirement": row.claim.requirement.ref, "verdict": row.verdict}
        journal_on(row, "evidence.taken_back", by, after=after, reason=why)


@transaction.atomic
def reconfirm_evidence(*, evidence: Evidence, note: str, by: By) -> Evidence:
    """Say an older verdict again, of the words that stand now.

    The older row stays; the new one carries the same source, proof and verdict.

    Raises:
        Forbidden, Refused: as for `record_evidence`; also if the verdict is on the
        words that stand, or was said again of them already.
    """
    former: Evidence = Evidence.objects.select_related("claim__candidate").get(
        pk=evidence.pk
    )
    former.claim.candidate = lock_candidate(former.claim.candidate)
    user, current = check_reconfirm_evidence(former, by)
    claim = lock_standing_claim(current)
    inputs = CallFields()
    again = Evidence(
        **{field: getattr(former, field) for field in VERDICT_FIELDS},
        file=former.file.name,
        took=former.took,
        claim=claim,
        recorded_by=user,
    )
    again.note = inputs.text("note", note)
    again.reconfirms = former
    inputs.check()
    checked(again)
    again.save(force_insert=True)
    journal_verdict(again, by)
    return again


def _follow_up(evidence: Evidence, by: By) -> None:
    """What a verdict does to the findings before it, and the vendor's right of reply.

    What has no vendor has nobody who could reply.
    """
    candidate = evidence.claim.candidate
    if candidate.vendor_id is None:
        return
    criterion = evidence.criterion
    if criterion:
        trial = criterion.trial
    else:
        trial = running_trials(candidate).latest()
    trial.candidate = candidate
    heard = judged_anew(evidence=evidence, trial=trial, by=by)
    if evidence.verdict == EvidenceVerdict.FAILS and not heard:
        open_gap_for_refuted(evidence=evidence, trial=trial, by=by)


def _attach(evidence: Evidence, file: File[bytes]) -> None:
    """Keep the file under a name that tells nothing, with its digest."""
    accepted = read_file(file.open(), file.name or "")
    evidence.file = ContentFile(accepted.content, name=accepted.stored_as)
    evidence.file_name = accepted.name
    evidence.file_sha256 = accepted.sha256


def check_note_research(candidate: Candidate, by: By) -> User:
    return check_part(candidate.evaluation, by, *AFTER_REQUIREMENTS)


@transaction.atomic
def note_research(
    *,
    candidate: Candidate,
    kind: str,
    title: str,
    text: str,
    by: By,
    source_url: str = "",
    source_date: datetime.date | None = None,
    requirement: Requirement | None = None,
) -> ResearchNote:
    """Note what an article, a podcast or a peer says, with source and date.

    Raises:
        Forbidden: no part in the evaluation. Refused: nobody looks at vendors yet.
        Invalid: by field.
    """
    evaluation = candidate.evaluation = lock(candidate.evaluation)
    user = check_note_research(candidate, by)
    require_same(evaluation, requirement)
    inputs = CallFields()
    note = ResearchNote(
        candidate=candidate,
        requirement=requirement,
        kind=kind,
        title=inputs.line("title", title, limit=200),
        text=inputs.text("text", text),
        source_url=inputs.link("source_url", source_url),
        source_date=source_date,
        noted_by=user,
    )
    inputs.check()
    checked(note)
    note.save()
    after = {
        "requirement": requirement.ref if requirement else "",
        "kind": kind,
        **journal.snapshot(note, ("title", "text", "source_url")),
        "source_date": source_date,
    }
    journal_on(note, "research.noted", by, after=after)
    return note


# Sent with `excuse` and `by`, in the transaction of the excuse.
knock_out_excused = Signal()


def check_excuse_knock_out(
    candidate: Candidate, requirement: Requirement, by: By
) -> tuple[User, LedgerCell]:
    """The acting user, owner or leadership, and the cell that knocks out or holds
    partly.
    """
    user = require_excuser(by, candidate.evaluation)
    require_stage(candidate.evaluation, *AFTER_REQUIREMENTS)
    require_no_conflict(user, candidate)
    check_running(candidate)
    cell = one_cell(candidate, requirement)
    if cell.excused:
        raise Refused(f"{requirement.ref} is excused for {candidate.name} already.")
    in_trials = candidate.evaluation.stage == Stage.TRIALS
    partly = in_trials and is_partly_proven(cell, requirement)
    if not partly and not (requirement.is_must and cell.knocks_out):
        raise Refused(
            f"{requirement.ref} does not knock {candidate.name} out, so you can't "
            "excuse it. Only failed must-haves can be excused."
        )
    return user, cell


def check_withdraw_excuse(excuse: Excuse, by: By) -> User:
    evaluation = excuse.candidate.evaluation
    user = require_excuser(by, evaluation)
    require_stage(evaluation, *AFTER_REQUIREMENTS)
    require_no_conflict(user, excuse.candidate)
    if excuse.withdrawn_at:
        raise Refused("This excuse is withdrawn already.")
    return user


@transaction.atomic
def excuse_knock_out(
    *,
    candidate: Candidate,
    requirement: Requirement,
    reason: str,
    by: By,
    named_values: object = None,
) -> Excuse:
    """Let a candidate go on in spite of a must-have that it failed, meets partly or
    never has.

    Where the brief has lists it holds for the values that it names, or for all.

    Raises:
        Forbidden: neither owner nor leadership, or a declared interest. Refused: it is
        no knock-out, or it is excused already. Invalid: no reason.
    """
    candidate = lock_candidate(candidate)
    evaluation = candidate.evaluation
    require_same(evaluation, requirement)
    user, cell = check_excuse_knock_out(candidate, requirement, by)
    excuse = Excuse(
        candidate=candidate,
        requirement=requirement,
        reason=need(
            reason, "reason", "Give a reason for the excuse; the memo prints it."
        ),
        named_values=read_item_values(named_values, evaluation),
        excused_by=user,
    )
    checked(excuse)
    excuse.save()
    journal_on(
        excuse,
        "knock_out.excused",
        by,
        after={
            "requirement": requirement.ref,
            "standing": str(cell.standing),
            **({"named_values": excuse.named_values} if excuse.named_values else {}),
        },
        reason=excuse.reason,
    )
    knock_out_excused.send(Excuse, excuse=excuse, by=by)
    return excuse


@transaction.atomic
def withdraw_excuse(*, excuse: Excuse, reason: str, by: By) -> Excuse:
    """Let a knock-out that was excused knock out again; the excuse stays on record.

    Raises:
        Forbidden: neither owner nor leadership, or a declared interest. Refused: it is
        withdrawn already, or the evaluation has ended. Invalid: no reason.
    """
    evaluation = lock(excuse.candidate.evaluation)
    excuse = lock(excuse)
    excuse.candidate.evaluation = evaluation
    user = check_withdraw_excuse(excuse, by)
    before, after = change(
        excuse,
        withdrawn_by=user,
        withdrawn_at=timezone.now(),
        withdrawn_reason=need(
            reason, "reason", "Give a reason for withdrawing the excuse."
        ),
    )
    journal_on(
        excuse,
        "knock_out.excuse_withdrawn",
        by,
        before=before,
        after={"requirement": excuse.requirement.ref, **after},
        reason=excuse.withdrawn_reason,
    )
    return excuse
