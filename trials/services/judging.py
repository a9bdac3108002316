"""What must be true before a verdict counts; one sentence for each no."""

from django.db.models import QuerySet

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.text import Inputs
from evaltracker.measures import Measure
from trials.choices import DataOwner, EvidenceVerdict, Runner, Source
from trials.models import Criterion, Evidence, Run, ScriptItem, Trial
from vendors.choices import Availability
from vendors.models import Candidate, Claim


def read_kind(source: str, verdict: str) -> Source:
    """The source, if it and the verdict are ones that we know and that fit."""
    inputs = Inputs()
    if source not in Source.values:
        inputs.refuse("source", "Choose the source: research, demo or trial.")
    if verdict not in EvidenceVerdict.values:
        inputs.refuse("verdict", "Choose a verdict: holds, partly, fails or not shown.")
    elif verdict == EvidenceVerdict.NOT_SHOWN and source != Source.DEMO:
        inputs.refuse("verdict", "Only a demo can leave something not shown.")
    inputs.check()
    return Source(source)


def lock_standing_claim(claim: Claim) -> Claim:
    """The claim under a row lock, if its words stand and answer today's requirement.

    Raises:
        Refused: they do not; the sentence says how to go on.

    """
    fresh: Claim = (
        Claim.objects.select_for_update(of=("self",), no_key=True)
        .select_related("candidate__evaluation", "requirement")
        .get(pk=claim.pk)
    )
    requirement: Requirement = fresh.requirement
    what = f"{fresh.candidate.name}'s claim on {requirement.ref}"
    if requirement.retired_at:
        raise Refused(f"Requirement {requirement.ref} is retired.")
    if fresh.superseded_at:
        raise Refused(
            f"{what} was revised after you opened it; read the current revision and "
            "re-confirm your verdict on it.",
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


def check_words(inputs: Inputs, evidence: Evidence, *, has_file: bool) -> None:
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
            inputs.refuse(field, f"It belongs to evidence from {source.label.lower()}.")


def check_setting(inputs: Inputs, evidence: Evidence) -> None:
    """A demo and a trial are run by somebody on somebody's data; research is not."""
    asked = (
        (
            "runner",
            Runner,
            "Choose who ran it: us, together, or the vendor.",
            "Nobody ran a demo or trial here; leave it out for research.",
        ),
        (
            "data",
            DataOwner,
            "Choose whose data it ran on: ours or the vendor's.",
            "Research runs on nobody's data; leave it out.",
        ),
    )
    for field, choices, ask, leave_out in asked:
        said = getattr(evidence, field)
        if evidence.source == Source.RESEARCH:
            if said:
                inputs.refuse(field, leave_out)
        elif not said or said not in choices.values:
            inputs.refuse(field, ask)


def running_trials(candidate: Candidate) -> QuerySet[Trial]:
    """The trials of a candidate under an agreed contract that are not closed."""
    return Trial.objects.filter(
        candidate=candidate, agreed_at__isnull=False, closed_at__isnull=True
    )


def check_place(evidence: Evidence) -> None:
    """Where it was found exists, is this candidate's, and has taken place."""
    claim, candidate = evidence.claim, evidence.claim.candidate
    item, criterion, paper = (
        evidence.script_item,
        evidence.criterion,
        evidence.research_note,
    )
    if item is not None:
        _same(item.demo.candidate_id == candidate.pk, "script_item")
        _same(item.requirement_id == claim.requirement_id, "script_item")
        require_held(item)
    if criterion is not None:
        _same(criterion.trial.candidate_id == candidate.pk, "criterion")
        _same(criterion.requirement_id == claim.requirement_id, "criterion")
    if paper is not None:
        _same(paper.candidate_id == candidate.pk, "research_note")
    if evidence.source == Source.TRIAL:
        trials = running_trials(candidate)
        if criterion is not None:
            trials = trials.filter(pk=criterion.trial_id)
        if not trials.exists():
            raise Refused(no_trial(candidate))


def require_held(item: ScriptItem) -> None:
    """Refuse to judge what was not shown."""
    if item.demo.called_off_at is not None:
        raise Refused("This demo was called off; nothing was shown in it.")
    if item.demo.held_at is None:
        raise Refused("This demo has not been held yet.")


def require_no_runs(criterion: Criterion) -> None:
    """Refuse to judge by eye what is measured, once runs propose a verdict on it."""
    if criterion.measure and runs_that_count(criterion) >= least_runs(criterion):
        raise Refused(
            "The runs of this criterion propose a verdict. Confirm it, or give another "
            "one with a reason."
        )


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
    for criterion in measured:
        require_no_runs(criterion)


def runs_that_count(criterion: Criterion) -> int:
    """How many runs of a criterion a verdict could rest on."""
    runs = Run.objects.counting().filter(criterion=criterion)
    if criterion.measure:
        return runs.filter(number__isnull=False).count()
    return runs.filter(failed__isnull=False).count()


def least_runs(criterion: Criterion) -> int:
    """How many it needs."""
    measure = Measure.from_json(criterion.measure)
    return measure.least_n if measure else 1


def no_trial(candidate: Candidate) -> str:
    """Why nothing can be judged by a trial."""
    return (
        f"{candidate.name} has no trial under way: agree on a contract with "
        "criteria before you judge anything by it."
    )


def _same(fits: bool, field: str) -> None:
    if not fits:
        sentence = "It belongs to another candidate or requirement."
        raise Invalid(sentence, errors={field: [sentence]})
