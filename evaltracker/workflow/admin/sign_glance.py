"""What somebody understands in a minute before they sign: who leads and how surely,
what is judged of what, and what is still open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from evaltracker.decision import links
from evaltracker.decision.admin.working import readable
from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.inputs import StandingMemo, standing_memo
from evaltracker.decision.memo.markdown import as_html
from evaltracker.decision.memo.signed_words import THINGS
from evaltracker.evaluations.choices import Stage
from evaltracker.money import written
from evaltracker.toolbox.days_days import day_in_words
from evaltracker.toolbox.text import listed
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.rules import count_words, draft
from evaltracker.workflow.gates.table import Judged, first_closed, gate_reports
from evaltracker.workflow.services.sign_offs import unjudged_words
from stakeholders.choices import APPROVALS
from stakeholders.models import SignOff

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
    name: str
    fit: str
    width: int | None
    judged: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Glance:
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
    return [
        (label, links.page(look.evaluation, name))
        for label, name in PROOF[look.evaluation.stage]
    ]


def glance_at(look: Look) -> Glance:
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
    stage = Stage(look.evaluation.stage)
    if stage in COUNTED:
        return f"{result.get(COUNTED[stage], 0)} of {result['asked']}"
    if not criteria.asked:
        return "no trial"
    return f"{criteria.judged} of {criteria.asked}"


def open_trials(look: Look) -> Iterator[str]:
    if half := unjudged_words(look):
        yield f"{half}."
    if look.evaluation.stage not in (Stage.TRIALS, Stage.DECISION):
        return
    for trial in look.trials:
        number = sum(gap.closed_at is None for gap in trial.gaps.all())
        if number:
            yield f"{trial.candidate}: {count_words(number, 'gap')} open."


def requirements(look: Look) -> Iterator[tuple[str, str]]:
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
    names = [str(candidate) for candidate in look.shortlisted]
    yield "Shortlisted", listed(names) or "nobody yet"


def trials(look: Look) -> Iterator[tuple[str, str]]:
    whole = look.criteria_in_all
    number = count_words(len(look.trials), "trial")
    yield "Judged", f"{whole.judged} of {whole.asked} criteria, in {number}"


def decision(look: Look) -> Iterator[tuple[str, str]]:
    yield from trials(look)
    yield "Open conditions", str(look.open_conditions.count())


FACTS = {
    Stage.REQUIREMENTS: requirements,
    Stage.RESEARCH: candidates,
    Stage.DEMOS: candidates,
    Stage.TRIALS: trials,
    Stage.DECISION: decision,
}


@dataclass(frozen=True, slots=True)
class After:
    thing: str
    awaited: list[str]
    following: str


def after_signing(signed: SignOff) -> After | None:
    """The time after a signature; None once the evaluation went on."""
    visit = signed.visit
    evaluation = visit.evaluation
    if visit.left_at is not None or not evaluation.is_open:
        return None
    look = Look(evaluation)
    awaited = [tally.sentence for tally in look.tallies if not tally.passed]
    return After(
        thing=THINGS[Stage(visit.stage)],
        awaited=awaited,
        following=what_follows(look, signed, waits=bool(awaited)),
    )


def what_follows(look: Look, signed: SignOff, *, waits: bool) -> str:
    owner = look.evaluation.owner.name
    if signed.verdict not in APPROVALS:
        return (
            f"{owner} was told and reads your reason. You are asked again when "
            "something has changed."
        )
    closed = first_closed(look)
    if closed is not None and not closed[0].signing:
        return f"First, {closed[1].sentence}"
    stage = Stage(signed.visit.stage)
    goes_on = "decides"
    if stage != Stage.DECISION:
        goes_on = f"goes on to {list(Stage)[stage.position + 1].label.lower()}"
    if waits:
        return f"{owner} {goes_on} once every role has approved."
    return f"{owner} {goes_on}: every role has approved."


@dataclass(frozen=True, slots=True)
class Part:
    anchor: str
    heading: str
    html: SafeString
    # Lines of its tables without their heads.
    rows: int


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    opening: SafeString
    parts: list[Part]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def words_of(document: str) -> Words:
    """A canonical document in its sections, each as HTML; no line of it is left out."""
    opening, *sections = f"\n{document}".split("\n## ")
    title, _, before = opening.strip().partition("\n")
    parts = []
    for number, section in enumerate(sections, 1):
        heading, _, body = section.partition("\n")
        name = readable(heading)
        html = as_html(body, heading=name)
        parts.append(Part(f"part-{number}", name, html, rows_in(body)))
    return Words(readable(title), as_html(before, heading=readable(title)), parts)


def rows_in(body: str) -> int:
    lines = body.splitlines()
    rows = sum(line.startswith("| ") for line in lines)
    heads = sum(line.startswith("| ---") for line in lines)
    return rows - 2 * heads
