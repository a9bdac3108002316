"""What the journal says of research, demos, trials, evidence and scores."""

from collections.abc import Collection
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.workspace import JOURNAL, JournalPart, Phrases
from trials.models import Criterion, Demo, Milestone, Score, ScriptItem

OF_DEMOS: dict[str, Phrases] = {
    "research.noted": ("wrote a research note", "wrote the research note “{title}”"),
    "demo.scheduled": ("scheduled a demo", "scheduled a demo of {candidate}"),
    "demo.moved": ("moved a demo", "moved the demo of {subject} to {scheduled_for}"),
    "demo.called_off": ("called off a demo", "called off the demo of {candidate}"),
    "demo.attendance_planned": (
        "planned who attends a demo",
        "planned who attends the demo of {candidate}",
    ),
    "demo.held": ("noted that a demo was held", "noted that {candidate} held its demo"),
    "demo.ended": ("ended a demo", "ended the demo of {candidate}"),
    "demo.note_written": (
        "wrote a note on a demo",
        "wrote a note on the demo of {candidate}",
    ),
    "demo.note_changed": (
        "changed a note on a demo",
        "changed a note on the demo of {candidate}",
    ),
    "demo.notes_revealed": (
        "showed everybody the notes on a demo",
        "showed everybody the notes on the demo of {candidate}",
    ),
    "demo.dazzle_noted": (
        "noted what dazzled in a demo",
        "noted what dazzled in the demo of {candidate}",
    ),
    "demo.script_drawn_up": (
        "drew up the script of a demo",
        "drew up the script of the demo of {candidate}",
    ),
    "demo.script_taken": (
        "took a demo script from a template",
        "took the demo script of {candidate} from the template “{template}”",
    ),
    "demo.script_item_added": (
        "added an item to a demo script",
        "added “{question}” to the demo script of {candidate}",
    ),
    "demo.script_item_changed": (
        "changed an item of a demo script",
        "changed {fields} of the item {subject}",
    ),
    "demo.script_item_moved": (
        "moved an item of a demo script",
        "moved “{question}” in the demo script of {candidate}",
    ),
}

OF_TRIALS: dict[str, Phrases] = {
    "trial.planned": ("planned a trial", "planned the trial of {candidate}"),
    "trials.drawn_up": (
        "drew up the trials of the finalists",
        "drew up the trials of {candidates}",
    ),
    "trial.changed": ("changed a trial", "changed the trial of {candidate}"),
    "trial.moved": ("moved a trial", "moved the trial of {candidate}"),
    "trial.closed": ("closed a trial", "closed the trial of {candidate}"),
    "trial.agreed": (
        "noted that a trial is agreed",
        "noted that the trial of {candidate} is agreed",
    ),
    "trial.contract_proposed": (
        "proposed the contract of a trial",
        "proposed the contract of the trial of {candidate}",
    ),
    "trial.contract_agreed_to": (
        "agreed to the contract of a trial",
        "agreed to the contract of the trial of {candidate}",
    ),
    "trial.contract_changed": (
        "changed the contract of a trial",
        "changed the contract of the trial of {candidate}",
    ),
    "criterion.added": ("added a criterion", "added the criterion “{text}”"),
    "criterion.changed": (
        "changed a criterion",
        "changed {fields} of the criterion {subject}",
    ),
    "criterion.removed": ("removed a criterion", "removed the criterion “{text}”"),
    "milestone.added": ("added a milestone", "added the milestone “{title}”"),
    "milestone.moved": (
        "moved a milestone",
        "moved the milestone {subject} to {due_on}",
    ),
    "milestone.hung": (
        "tied a milestone to another one",
        "tied the milestone {subject} to another one",
    ),
    "milestone.given": (
        "gave a milestone to somebody",
        "gave the milestone {subject} to {owner}",
    ),
    "milestone.settled": ("settled a milestone", "settled the milestone {subject}"),
    "run_token.made": (
        "made a run token",
        "made a run token for the trial of {candidate}",
    ),
    "run_token.revoked": (
        "revoked a run token",
        "revoked a run token of the trial of {candidate}",
    ),
    "runs.reported": (
        "reported runs of a trial",
        "reported {runs} runs of the trial of {candidate}",
    ),
    "run.left_out": (
        "left a run out",
        "left out a run of {candidate} for {requirement}",
    ),
    "run.taken_back": (
        "took a run back in",
        "took a run of {candidate} for {requirement} back in",
    ),
    "report.left_out": (
        "left a report of runs out",
        "left out {key}, a report of {runs} runs of {candidate}",
    ),
    "report.taken_back": (
        "took a report of runs back in",
        "took {key}, a report of {runs} runs of {candidate}, back in",
    ),
    "gap.recorded": ("recorded a gap", "recorded a gap of {candidate}: {text}"),
    "gap.replied": ("replied to a gap", "replied to a gap of {candidate}"),
    "gap.retested": ("tested a gap again", "tested a gap of {candidate} again"),
    "gap.closed": ("closed a gap", "closed a gap of {candidate}"),
}

OF_EVIDENCE: dict[str, Phrases] = {
    "evidence.recorded": (
        "recorded a verdict",
        "judged {requirement} of {candidate}: {verdict}",
    ),
    "evidence.reconfirmed": (
        "confirmed a verdict for changed words",
        "confirmed the verdict on {requirement} of {candidate}: {verdict}",
    ),
    "knock_out.excused": (
        "excused a knock-out",
        "excused {candidate} for {requirement}",
    ),
    "knock_out.excuse_withdrawn": (
        "withdrew an excuse",
        "withdrew the excuse of {candidate} for {requirement}",
    ),
    "prior.set": "set what open verdicts are drawn from",
    "prior.taken": "took the house’s record for what open verdicts are drawn from",
}

OF_SCORES: dict[str, Phrases] = {
    "score.given": ("gave a score", "scored {candidate} in {category}"),
    "score.changed": (
        "changed a score",
        "changed the score of {candidate} in {category}",
    ),
    "score.withdrawn": (
        "withdrew a score",
        "withdrew the score of {candidate} in {category}",
    ),
    "score.settled": (
        "settled a score in the meeting",
        "settled the score of {candidate} in {category} at {value}",
    ),
    "scores.locked": ("locked their scores", "locked {scores} scores"),
    "scores.closed": "closed the scores after the meeting",
    "consensus.opened": "opened the scores for the meeting",
    "scale.worded": "set what the scores 0 to 5 mean",
}


def _of_candidates(model: Any, field: str, path: str) -> Any:
    def names(ids: Collection[str]) -> dict[str, str]:
        rows = model.objects.filter(pk__in=ids).values_list("pk", field, path)
        return {
            str(pk): f"“{text}” of {candidate}" if field != path else candidate
            for pk, text, candidate in rows
        }

    return names


def open_scores(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    seen = Score.objects.visible_to(user).filter(pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


OF_TRIAL, OF_DEMO = "trial__candidate__name", "demo__candidate__name"
JOURNAL.register(
    "trials",
    JournalPart(
        words={**OF_DEMOS, **OF_TRIALS, **OF_EVIDENCE, **OF_SCORES},
        names={
            "milestone": _of_candidates(Milestone, "title", OF_TRIAL),
            "criterion": _of_candidates(Criterion, "text", OF_TRIAL),
            "scriptitem": _of_candidates(ScriptItem, "question", OF_DEMO),
            "demo": _of_candidates(Demo, "candidate__name", "candidate__name"),
        },
        seals={"score": open_scores},
    ),
)
