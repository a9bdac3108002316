"""What must hold before research is left."""

from collections.abc import Iterator, Sequence

from evaltracker.decision import links
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Requirement
from evaltracker.toolbox.text import named_ref
from evaltracker.workflow.gates import table as nothing
from evaltracker.workflow.gates.table import Blocker, Look, gate, unpassed
from trials.selectors.ledger import LedgerRow
from vendors.costs import CHECKLIST
from vendors.models import Candidate, CostLine, Question
from vendors.selectors.costs import quotes_seen


@gate(Stage.RESEARCH, nothing=nothing.musts, tells=True)
def must_haves_answered(look: Look) -> Iterator[Blocker]:
    """Every shortlisted candidate answered every must-have, or was eliminated."""
    yield from none_shortlisted(look)
    for candidate in look.shortlisted:
        sums = look.ledger.of(candidate).sums
        unstated = sums.musts_where(
            lambda state: not (state.not_applicable or state.is_stated)
        )
        if unstated:
            yield Blocker(
                f"{candidate} has not stated its availability for "
                f"{count_words(len(unstated), 'must-have')}: {named(unstated)}.",
                place_of_answer(look, candidate, unstated[0]),
            )


def none_shortlisted(look: Look) -> Iterator[Blocker]:
    """A blocker at the first candidate that could be, if none is shortlisted."""
    evaluation, sentence = look.evaluation, "No candidate is shortlisted."
    if look.shortlisted:
        return
    first = evaluation.candidates.order_by("name").first()
    if first is None:
        yield Blocker(sentence, links.act("add-candidate", evaluation), "Add candidate")
    else:
        place = links.page(evaluation, "candidates", f"candidate-{first.pk}")
        yield Blocker(sentence, place, "Shortlist")


def place_of_answer(look: Look, candidate: Candidate, requirement: LedgerRow) -> str:
    """Where the vendor is reminded while it can answer, else the cell itself."""
    evaluation = look.evaluation
    if candidate.invited_at is not None and evaluation.claims_are_open(look.now):
        return links.page(evaluation, "unanswered", f"candidate-{candidate.pk}")
    return links.cell(candidate, requirement)


@gate(Stage.RESEARCH, nothing=nothing.questions)
def no_open_question(look: Look) -> Iterator[Blocker]:
    """No question is left without an answer."""
    number = Question.objects.filter(
        evaluation=look.evaluation, answered_at__isnull=True
    ).count()
    if number:
        yield Blocker(
            f"{count_words(number, 'question')} without an answer.",
            links.page(look.evaluation, "questions", "questions"),
            "Answer",
        )


@gate(Stage.RESEARCH, nothing=nothing.shortlist, tells=True)
def cost_coverage_known(look: Look) -> Iterator[Blocker]:
    """Every kind of cost of every shortlisted candidate was asked about.

    What a candidate will not state is recorded as not stated. Who quoted was asked
    about all of them; which it priced is sealed.
    """
    lines = CostLine.objects.filter(candidate__in=look.shortlisted)
    asked = set(lines.values_list("candidate_id", "kind"))
    quoted = quotes_seen(look.evaluation)
    for candidate in look.shortlisted:
        quote = quoted.get(candidate.pk)
        if quote and not quote.is_withdrawn:
            continue
        missing = [
            kind
            for kind in CHECKLIST[candidate.kind]
            if (candidate.pk, str(kind)) not in asked
        ]
        if missing:
            yield Blocker(
                f"{candidate}: nobody asked about "
                f"{listed([kind.label for kind in missing])}.",
                links.act("set-cost-line", candidate, kind=str(missing[0])),
                "Add cost",
            )


@gate(Stage.RESEARCH)
def claims_closed(look: Look) -> Iterator[Blocker]:
    """Claims were open to the vendors and are closed."""
    evaluation = look.evaluation
    if evaluation.claims_opened_at is None:
        yield Blocker(
            "Vendors were never able to answer.",
            links.act("open-claims", evaluation),
            "Open answering",
        )
    elif evaluation.claims_are_open(look.now):
        yield Blocker(
            "Vendors can still answer; close answering.",
            links.act("close-claims", evaluation),
            "Close answering",
        )


@gate(Stage.RESEARCH, signing=True, nothing=nothing.signers)
def research_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved the shortlist; nobody has to be asked."""
    yield from unpassed(look)


def count_words(number: int, noun: str) -> str:
    """“1 question”, “2 questions”."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def named(requirements: Sequence[Requirement | LedgerRow], most: int = 3) -> str:
    """The first requirements by reference and text, and how many more there are."""
    return listed([named_ref(row.ref, row.text) for row in requirements], most)


def listed(words: list[str], most: int = 6) -> str:
    """The first words, and how many more there are."""
    rest = len(words) - most
    tail = f" and {rest} more" if rest > 0 else ""
    return ", ".join(words[:most]) + tail
