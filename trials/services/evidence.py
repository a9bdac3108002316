"""Recording a verdict on the exact words that were judged, and saying it again."""

from __future__ import annotations

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import checked
from evaltracker.kit.files import read_file
from evaltracker.kit.storage import files_of_rows
from evaltracker.kit.text import Inputs
from trials.choices import EvidenceVerdict, Source
from trials.models import Criterion, Evidence, Measurement, ResearchNote, ScriptItem
from trials.policy import (
    AFTER_REQUIREMENTS,
    FROM_DEMOS,
    check_part,
    check_running,
)
from trials.services.gaps import open_gap_for_refuted
from trials.services.judging import (
    check_place,
    check_setting,
    check_words,
    lock_standing_claim,
    no_trial,
    read_kind,
    require_held,
    require_no_runs,
    require_no_runs_on,
    running_trials,
)
from trials.services.retests import judged_anew
from trials.services.verdict_journal import journal_verdict
from vendors.models import Candidate, Claim
from vendors.named_values import read_named_values
from vendors.policy import require_no_conflict
from vendors.selectors.demands import lists_of
from vendors.services.candidates import lock_candidate

STAGES = {
    Source.RESEARCH: AFTER_REQUIREMENTS,
    Source.DEMO: FROM_DEMOS,
    Source.TRIAL: (Stage.TRIALS,),
}


def check_evidence(candidate: Candidate, by: By, source: Source) -> User:
    """The acting user, if they may judge a candidate that is in the choice."""
    user = check_part(candidate.evaluation, by, *STAGES[source])
    require_no_conflict(user, candidate)
    check_running(candidate)
    if source == Source.TRIAL and not running_trials(candidate).exists():
        raise Refused(no_trial(candidate))
    return user


def check_judge_item(item: ScriptItem, by: By) -> None:
    """Whoever has a part judges what was shown in a demo that was held."""
    check_evidence(item.demo.candidate, by, Source.DEMO)
    require_held(item)


def check_judge_criterion(criterion: Criterion, by: By) -> None:
    """Whoever has a part judges by a criterion of a trial under way, by eye."""
    check_criterion(criterion, by)
    require_no_runs(criterion)


def check_criterion(criterion: Criterion, by: By) -> None:
    """Whoever has a part says what a trial under way shows of a criterion."""
    candidate = criterion.trial.candidate
    check_evidence(candidate, by, Source.TRIAL)
    if not running_trials(candidate).filter(pk=criterion.trial_id).exists():
        raise Refused(no_trial(candidate))


def check_reconfirm_evidence(former: Evidence, by: By) -> tuple[User, Claim]:
    """The acting user and the words that stand, if the verdict can be said of them."""
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
    if former.claim_id == current.pk:
        raise Refused("This verdict is on the current answer; nothing to re-confirm.")
    if Evidence.objects.filter(reconfirms=former, claim=current).exists():
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
) -> Evidence:
    """Record what was found of exactly this revision of a claim.

    `measurement` is what it rests on, unsaved, if runs of its criterion are confirmed.
    Of a demo or a trial also who ran it and on whose data; a trial that the vendor ran
    on its own data proves what a demo proves. Where the brief has lists, it speaks of
    the values that it names; of a list that it leaves out, of those that its criterion
    or script item names.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest in the candidate.
        Refused: the wrong stage, a demo that was not held, a trial without an agreed
            contract, runs that propose a verdict, or words that no longer stand (code
            `superseded`, `withdrawn` or `requirement_changed`).
        Invalid: by field; a file that is not what it says.
        StorageFull: the disk for files is full.

    """
    kind = read_kind(source, verdict)
    user = check_evidence(lock_candidate(claim.candidate), by, kind)
    claim = lock_standing_claim(claim)
    evaluation = claim.candidate.evaluation
    inputs = Inputs()
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
    inputs = Inputs()
    again = Evidence(
        claim=claim,
        source=former.source,
        verdict=former.verdict,
        note=inputs.text("note", note),
        url=former.url,
        file=former.file.name,
        file_name=former.file_name,
        file_sha256=former.file_sha256,
        independent=former.independent,
        runner=former.runner,
        data=former.data,
        named_values=former.named_values,
        script_item=former.script_item,
        criterion=former.criterion,
        research_note=former.research_note,
        reconfirms=former,
        recorded_by=user,
    )
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
    trial = criterion.trial if criterion else running_trials(candidate).latest()
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
