"""What must hold before demos are left."""

from collections.abc import Iterator

from django.db.models import QuerySet

from evaltracker.decision import links
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates import table as nothing
from evaltracker.workflow.gates.research import (
    count_words,
    listed,
    named,
    none_shortlisted,
)
from evaltracker.workflow.gates.table import Blocker, Look, gate, menders_of, unpassed
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.models import Consensus
from trials.selectors import far_apart, unlocked_scorers


@gate(Stage.DEMOS, nothing=nothing.musts, tells=True)
def must_haves_judged_in_a_demo(look: Look) -> Iterator[Blocker]:
    """Every claimed must-have of each shortlisted candidate was judged in a demo.

    “Not shown” is a judgement too; a must-have that the candidate says it will never
    have needs no demo.
    """
    yield from none_shortlisted(look)
    for candidate in look.shortlisted:
        sums = look.ledger.of(candidate).sums
        unseen = sums.musts_where(lambda state: state.owes_demo)
        if unseen:
            yield Blocker(
                f"{candidate}: {count_words(len(unseen), 'must-have')} not judged in a "
                f"demo: {named(unseen)}.",
                links.page(look.evaluation, "demos", f"candidate-{candidate.pk}"),
                menders=menders_of(look.judges),
            )


@gate(Stage.DEMOS)
def scores_locked(look: Look) -> Iterator[Blocker]:
    """Everybody who scores has locked their scores."""
    if not scorers(look.evaluation).exists():
        yield Blocker(
            "Nobody is asked to score; name the stakeholders who do.",
            links.act("add-stakeholder", look.evaluation),
            "Add stakeholder",
        )
    for part in unlocked_scorers([look.evaluation]).select_related("user"):
        yield Blocker(
            f"{part.user.name} ({part.get_role_display()}) has not locked their "
            "scores.",
            links.page(look.evaluation, "scores", f"mine-{part.pk}"),
            "Score",
            menders_of([part.user]),
        )


def scorers(evaluation: Evaluation) -> QuerySet[Stakeholder]:
    """Everybody who is asked to score."""
    return voices().filter(evaluation=evaluation, scores=True)


@gate(Stage.DEMOS, nothing=nothing.scores, tells=True)
def far_apart_scores_settled(look: Look) -> Iterator[Blocker]:
    """The meeting has settled the scores that are far apart after the demos."""
    yield from unsettled_scores(look)


@gate(Stage.DEMOS, signing=True, nothing=nothing.signers)
def demos_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved the demos; nobody has to be asked."""
    yield from unpassed(look)


def unsettled_scores(look: Look) -> Iterator[Blocker]:
    """A blocker naming what is far apart; while somebody has yet to lock, none: what
    others gave is theirs until then."""
    evaluation = look.evaluation
    if unlocked_scorers([evaluation]).exists():
        return
    apart = far_apart(evaluation)
    if not apart:
        return
    number = count_words(len(apart), "score")
    are = "is" if len(apart) == 1 else "are"
    if Consensus.objects.filter(evaluation=evaluation).exists():
        sentence = f"{number} {are} far apart and not settled yet: {listed(apart)}."
        yield Blocker(sentence, links.page(evaluation, "scores", "settle"), "Settle")
    else:
        sentence = f"{number} {are} far apart; open the consensus and talk about it."
        place = links.act("open-consensus", evaluation)
        yield Blocker(sentence, place, "Open the consensus")
