"""The tables of trials that travel with an evaluation, and which are sealed."""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.portable.importing import evaluation_imported
from evaltracker.portable.registry import (
    CHECKS,
    Document,
    PortableTable,
    leave_out,
    register_part,
)
from evaltracker.toolbox.measures import FAILED
from trials.choices import MilestoneState
from trials.models import (
    Agreement,
    Consensus,
    ContractChange,
    Criterion,
    Demo,
    DemoGuest,
    DemoNote,
    Evidence,
    Excuse,
    Gap,
    LeftOut,
    Measurement,
    Milestone,
    ResearchNote,
    Run,
    RunReport,
    RunToken,
    Score,
    ScoreSheet,
    ScriptItem,
    Settlement,
    TakenBack,
    Trial,
)
from trials.run_formats import read_kept_report
from trials.scoring import TOP_SCORE
from trials.selectors.scores import read_prior
from trials.services.criteria import give_missing_codes
from trials.services.milestones import schedule_reminders


def blind(user: User, evaluation: Evaluation) -> bool:
    """Scores are told to everybody once the consensus is opened, not before."""
    return not Consensus.objects.filter(evaluation=evaluation).exists()


def solo(user: User, evaluation: Evaluation) -> bool:
    """While somebody's notes on a demo are still their own."""
    notes = DemoNote.objects.in_evaluation(evaluation).exclude(author=user)
    waiting = Q(demo__notes_until__isnull=True) | Q(
        demo__notes_until__gt=timezone.now()
    )
    waits: bool = notes.filter(waiting).exists()
    return waits


@receiver(evaluation_imported)
def remind_of_milestones(*, evaluation: Evaluation, **_: Any) -> None:
    """Owe what the milestones of an evaluation that came with a file call for."""
    if evaluation.is_open:
        for milestone in Milestone.objects.filter(
            evaluation=evaluation, state=MilestoneState.OPEN
        ).select_related("evaluation", "owner"):
            schedule_reminders(milestone)


@receiver(evaluation_imported)
def name_criteria(*, evaluation: Evaluation, **_: Any) -> None:
    """Codes for the criteria of a file that an older version wrote."""
    for trial in Trial.objects.filter(
        candidate__evaluation=evaluation, criteria__code=""
    ).distinct():
        give_missing_codes(trial)


@CHECKS.add
def prior_is_whole(document: Document) -> Iterator[tuple[str, str]]:
    """What open verdicts are drawn from can be read, or is left out."""
    stored = document["evaluation"].get("prior") or {}
    try:
        if stored:
            read_prior(stored)
    except (KeyError, TypeError, ValueError):
        yield (
            "/evaluation/prior",
            "It needs three shares, what they are worth, and why.",
        )


@CHECKS.add
def scale_has_six_meanings(document: Document) -> Iterator[tuple[str, str]]:
    """The scores have words, each of them, or none has."""
    meanings = document["evaluation"].get("scale") or []
    texts = isinstance(meanings, list) and all(
        isinstance(text, str) and text for text in meanings
    )
    if not texts or len(meanings) not in (0, TOP_SCORE + 1):
        yield "/evaluation/scale", "It has to be six texts, for 0 to 5, or none."


@CHECKS.add
def measured_are_numbers(document: Document) -> Iterator[tuple[str, str]]:
    """What runs came to is a number, or failed, wherever there was a measure."""
    for at, row in enumerate(document["measurements"]):
        try:
            if row.get("measure"):
                number = row["value"]
            else:
                number = "0"
            finite = number == FAILED or Decimal(number).is_finite()
        except (ArithmeticError, KeyError, TypeError, ValueError):
            finite = False
        if not finite:
            yield f"/measurements/{at}/value", "It has to be a number."


def move_left_out(document: Document) -> None:
    """A file of before says of each run whether it was left out."""
    left_out = document.setdefault("left_out_runs", [])
    for run in document["runs"]:
        at, by, reason = (run.pop(f"left_out_{name}", None) for name in OF_BEFORE)
        if at is not None:
            row = {
                "id": str(uuid.uuid5(uuid.UUID(run["id"]), "left out")),
                "report": run["report"],
                "run": run["id"],
                "left_out_at": at,
                "left_out_by": by,
                "reason": reason,
            }
            left_out.append(row)


OF_BEFORE = ("at", "by", "reason")

for part in (
    PortableTable(name="research_notes", model=ResearchNote, order=("noted_at",)),
    PortableTable(
        name="demos", model=Demo, order=("candidate", "scheduled_for", "title")
    ),
    PortableTable(
        name="demo_guests",
        model=DemoGuest,
        order=("demo", "stakeholder"),
        optional=True,
    ),
    PortableTable(
        name="demo_notes", model=DemoNote, order=("written_at",), sealed=solo
    ),
    PortableTable(name="script_items", model=ScriptItem, order=("demo", "position")),
    PortableTable(name="trials", model=Trial, order=("starts_on", "title")),
    PortableTable(name="criteria", model=Criterion, order=("trial", "position")),
    PortableTable(name="agreements", model=Agreement, order=("agreed_at",)),
    PortableTable(
        name="contract_changes", model=ContractChange, order=("trial", "number")
    ),
    PortableTable(name="milestones", model=Milestone, order=("due_at", "title")),
    PortableTable(
        name="evidence",
        model=Evidence,
        order=("recorded_at",),
        stored=("file", "file_sha256"),
    ),
    PortableTable(
        name="taken_back_evidence",
        model=TakenBack,
        order=("taken_back_at", "evidence"),
        optional=True,
    ),
    PortableTable(
        name="run_reports",
        model=RunReport,
        order=("received_at", "id"),
        without={"token": "A way into this installation."},
        stored=("stored_as", "sha256"),
        takes=read_kept_report,
        optional=True,
    ),
    PortableTable(
        name="runs",
        model=Run,
        order=("report", "measured_at", "id"),
        optional=True,
        before=move_left_out,
    ),
    PortableTable(
        name="left_out_runs", model=LeftOut, order=("left_out_at", "id"), optional=True
    ),
    PortableTable(
        name="measurements", model=Measurement, order=("evidence",), optional=True
    ),
    PortableTable(name="excuses", model=Excuse, order=("excused_at",)),
    PortableTable(name="gaps", model=Gap, order=("found_on",)),
    PortableTable(name="score_sheets", model=ScoreSheet, order=("stakeholder",)),
    PortableTable(
        name="scores",
        model=Score,
        order=("sheet", "candidate", "category"),
        sealed=blind,
    ),
    PortableTable(name="consensus", model=Consensus),
    PortableTable(
        name="settlements", model=Settlement, order=("candidate", "category")
    ),
):
    register_part(part)
leave_out(RunToken, "A secret.")
