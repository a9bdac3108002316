"""What somebody understands in a minute before they sign: who leads and how surely,
what is judged of what, and what is still open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from evaltracker.evaluations.choices import Stage
from evaltracker.kit.days import day_in_words
from evaltracker.kit.text import listed
from evaltracker.money import written
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.decision import draft
from evaltracker.workflow.gates.facts import Judged
from evaltracker.workflow.gates.reports import gate_reports
from evaltracker.workflow.gates.research import count_words
from evaltracker.workflow.memo.standing import StandingMemo, standing_memo
from evaltracker.workflow.memo.weighing_words import weighed
from evaltracker.workflow.services.signing import unjudged_words

# The pages on which one sees for oneself what the words rest on.
PROOF: dict[str, tuple[tuple[str, str], ...]] = {
    Stage.REQUIREMENTS: (("Requirements", "requirements"), ("Brief", "brief")),
    Stage.RESEARCH: (("Candidates", "candidates"), ("Matrix", "matrix")),
    Stage.DEMOS: (("Demos", "demos"), ("Matrix", "matrix"), ("Scores", "scores")),
    Stage.TRIALS: (("Trials", "trials"), ("Matrix", "matrix")),
    Stage.DECISION: (
        ("Comparison", "comparison"),
        ("Matrix", "matrix"),
        ("Costs", "costs"),
        ("Trials", "trials"),
    ),
}
# What is counted of each candidate before there are trials.
COUNTED = {Stage.RESEARCH: "answered", Stage.DEMOS: "shown"}
DRAWN = 4  # candidates that fit on the first screen of a phone
BAR = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """How one candidate stands: a bar of its fit, and what is judged of it."""

    name: str
    fit: str
    width: int | None
    judged: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """What stands on the first screen."""

    headline: str = ""
    sureness: str = ""
    standings: list[Standing] = field(default_factory=list)
    # What is counted of each beside its fit: “judged”.
    counted: str = "judged"
    left_out: int = 0
    facts: list[tuple[str, str]] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)
    # What has to be done before it is people's turn to sign.
    early: bool = False


def proof_of(look: Look) -> list[tuple[str, str]]:
    """Label and address of each page with proof."""
    return [
        (label, links.page(look.evaluation, name))
        for label, name in PROOF[look.evaluation.stage]
    ]


def glance_at(look: Look) -> Glance:
    """The few numbers and sentences by which somebody knows what they sign."""
    missing = [
        blocker.sentence
        for report in gate_reports(look.evaluation, look)
        if not (report.open or report.gate.signing)
        for blocker in report.blockers
    ]
    facts = list(FACTS[Stage(look.evaluation.stage)](look))
    still_open = [*open_trials(look), *missing]
    early = bool(missing)
    if look.evaluation.stage == Stage.REQUIREMENTS:
        return Glance(facts=facts, still_open=still_open, early=early)
    memo = standing_memo(look.evaluation)
    said = weighed(memo.inputs, memo.results)
    standings = list(standings_of(look, memo))
    return Glance(
        headline=headline(look, said.first),
        sureness=said.untold or said.wins[1],
        standings=standings[:DRAWN],
        counted=COUNTED.get(Stage(look.evaluation.stage), "judged"),
        left_out=max(0, len(standings) - DRAWN),
        facts=facts,
        still_open=still_open,
        early=early,
    )


def headline(look: Look, first: str) -> str:
    """Who is chosen, and who leads; blank while nobody does."""
    drafted = draft(look) if look.evaluation.stage == Stage.DECISION else None
    chosen = str(drafted.candidate) if drafted and drafted.candidate else ""
    leads = f"{first} {'lead' if ' and ' in first else 'leads'}" if first else ""
    if not chosen:
        return leads
    if first in ("", chosen):
        return f"{chosen} is chosen"
    return f"{chosen} is chosen; {leads}"


def standings_of(look: Look, memo: StandingMemo) -> Iterator[Standing]:
    """Each candidate in the running, in the order of the first place; those who are
    not compared come last, the best fit first."""
    ranked = memo.results.get("robustness", {}).get("ranking", ())
    ranks = {row["id"]: row["rank"] for row in ranked}
    running = {str(candidate.pk): candidate for candidate in look.shortlisted}

    def order(key: str) -> tuple[int, float]:
        return ranks.get(key, len(running) + 1), -float(memo.results[key]["fit"] or 0)

    for key in sorted(running, key=order):
        result = memo.results[key]
        fit = None if result["fit"] is None else float(result["fit"])
        yield Standing(
            name=str(running[key]),
            fit="–" if fit is None else f"{BAR * fit:.0f}%",
            width=None if fit is None else round(BAR * fit),
            judged=judged_words(look, result, look.criteria[running[key].pk]),
            strong=ranks.get(key) == 1,
        )


def judged_words(look: Look, result: dict[str, Any], criteria: Judged) -> str:
    """“6 of 10”: criteria of trials that are judged, or what comes before them."""
    stage = Stage(look.evaluation.stage)
    if stage in COUNTED:
        return f"{result.get(COUNTED[stage], 0)} of {result['asked']}"
    if not criteria.asked:
        return "no trial"
    return f"{criteria.judged} of {criteria.asked}"


def open_trials(look: Look) -> Iterator[str]:
    """How many criteria of trials are not judged, and whose gaps are open."""
    if half := unjudged_words(look):
        yield f"{half}."
    if look.evaluation.stage not in (Stage.TRIALS, Stage.DECISION):
        return
    for trial in look.trials:
        number = sum(gap.closed_at is None for gap in trial.gaps.all())
        if number:
            yield f"{trial.candidate}: {count_words(number, 'gap')} open."


def requirements(look: Look) -> Iterator[tuple[str, str]]:
    """How many, how many must-haves, by when, for how much."""
    evaluation = look.evaluation
    musts = count_words(len(look.musts), "must-have")
    yield "Requirements", f"{len(look.requirements)}, {musts} among them"
    weights = {row.category: row.category.weight for row in look.requirements}
    said = sum(weight is not None for weight in weights.values())
    yield "Categories with a weight", f"{said} of {len(weights)}"
    if evaluation.must_run_by:
        yield "Must run by", day_in_words(evaluation.must_run_by)
    if evaluation.budget is not None:
        yield "Budget", written(evaluation.budget, evaluation.currency)


def candidates(look: Look) -> Iterator[tuple[str, str]]:
    """Who is on the shortlist."""
    names = [str(candidate) for candidate in look.shortlisted]
    yield "Shortlisted", listed(names) or "nobody yet"


def trials(look: Look) -> Iterator[tuple[str, str]]:
    """How many criteria are judged, in how many trials."""
    whole = look.criteria_in_all
    number = count_words(len(look.trials), "trial")
    yield "Judged", f"{whole.judged} of {whole.asked} criteria, in {number}"


def decision(look: Look) -> Iterator[tuple[str, str]]:
    """What is judged, and the conditions that nobody has closed."""
    yield from trials(look)
    yield "Open conditions", str(look.open_conditions.count())


FACTS = {
    Stage.REQUIREMENTS: requirements,
    Stage.RESEARCH: candidates,
    Stage.DEMOS: candidates,
    Stage.TRIALS: trials,
    Stage.DECISION: decision,
}
