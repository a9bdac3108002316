"""What is signed, at a glance: how much it is, what is in it, where its proof is."""

from collections.abc import Iterator
from dataclasses import dataclass

from evaltracker.evaluations.choices import Stage
from evaltracker.kit.days import day_in_words
from evaltracker.money import written
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.decision import draft
from evaltracker.workflow.gates.research import count_words
from evaltracker.workflow.memo.standing import standing_memo
from evaltracker.workflow.memo.weighing_words import weighed

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


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the words: where it stands on the page, and its lines."""

    anchor: str
    heading: str
    rows: int


def parts_of(document: str) -> list[Part]:
    """The sections of a canonical document; as_html gives them the same anchors."""
    found: list[Part] = []
    for line in document.splitlines():
        if line.startswith("## "):
            found.append(Part(f"part-{len(found) + 1}", line[3:].strip(), -2))
        elif found and line.startswith("|"):
            last = found[-1]
            found[-1] = Part(last.anchor, last.heading, last.rows + 1)
    return found


def proof_of(look: Look) -> list[tuple[str, str]]:
    """Label and address of each page with proof."""
    return [
        (label, links.page(look.evaluation, name))
        for label, name in PROOF[look.evaluation.stage]
    ]


def glance_at(look: Look) -> list[tuple[str, str]]:
    """The few numbers by which somebody knows what they have before them."""
    return list(GLANCES[Stage(look.evaluation.stage)](look))


def requirements(look: Look) -> Iterator[tuple[str, str]]:
    """How many, how many must-haves, by when, for how much."""
    evaluation = look.evaluation
    musts = count_words(len(look.musts), "must-have")
    yield "Requirements", f"{len(look.requirements)}, {musts} among them"
    if evaluation.must_run_by:
        yield "Must run by", day_in_words(evaluation.must_run_by)
    if evaluation.budget is not None:
        yield "Budget", written(evaluation.budget, evaluation.currency)


def candidates(look: Look) -> Iterator[tuple[str, str]]:
    """Who is on the shortlist."""
    names = ", ".join(str(candidate) for candidate in look.shortlisted)
    yield "Shortlisted", names or "nobody yet"


def trials(look: Look) -> Iterator[tuple[str, str]]:
    """How many trials, and whom they left in the running."""
    gaps = [gap for trial in look.trials for gap in trial.gaps.all()]
    still = sum(gap.closed_at is None for gap in gaps)
    yield "Trials", f"{len(look.trials)}, with {count_words(len(gaps), 'gap')} found"
    yield "Gaps still open", str(still)
    yield from candidates(look)


def decision(look: Look) -> Iterator[tuple[str, str]]:
    """Who is chosen, how surely who is first is first, and what is still open."""
    drafted = draft(look)
    chosen = drafted.candidate if drafted else None
    yield "Chosen", str(chosen) if chosen else "nobody yet"
    memo = standing_memo(look.evaluation)
    said = weighed(memo.inputs, memo.results)
    if said.two_numbers and said.wins[0] != "–":
        label = "First, by weights / counting what nobody has tested"
        yield label, f"{said.first}: {said.wins[0]}"
    yield "Open conditions", str(look.open_conditions.count())


GLANCES = {
    Stage.REQUIREMENTS: requirements,
    Stage.RESEARCH: candidates,
    Stage.DEMOS: candidates,
    Stage.TRIALS: trials,
    Stage.DECISION: decision,
}
