"""What the sign-off gates of all stages share."""

from collections.abc import Iterator

from evaltracker.workflow import links
from evaltracker.workflow.gates.facts import Look
from evaltracker.workflow.gates.table import Blocker, menders_of
from stakeholders.models import Delegation
from stakeholders.policy import lendings_today
from stakeholders.selectors import RuleTally


def unsigned(look: Look) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed, or for having no rule."""
    if not look.tallies:
        yield Blocker(
            "Nobody is asked to sign this stage; choose which roles must.",
            links.act("sign-off-rules", look.evaluation),
            "Choose who signs",
        )
    yield from unpassed(look)


def unpassed(look: Look) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed."""
    waiting = [tally for tally in look.tallies if not tally.passed]
    lendings = list(lendings_today(look.evaluation)) if waiting else []
    for tally in waiting:
        yield _unpassed(look, tally, lendings)


def _unpassed(look: Look, tally: RuleTally, lendings: list[Delegation]) -> Blocker:
    """It waits on who may sign; where their word is no longer enough, on the owner."""
    evaluation, rule = look.evaluation, tally.rule
    if tally.against:
        place = links.page(evaluation, "sign_offs", f"stage-{rule.stage}")
        return Blocker(tally.sentence, place)
    if not tally.can_pass:
        place = links.act("add-stakeholder", evaluation, role=rule.role)
        return Blocker(tally.sentence, place, "Add stakeholder")
    awaited = {part.pk: part.user for part in tally.awaited}
    lent = [
        lending.substitute
        for lending in lendings
        if lending.stakeholder_id in awaited
        and lending.substitute_id not in look.barred
    ]
    menders = menders_of([*awaited.values(), *lent])
    return Blocker(tally.sentence, links.sign(rule), "Sign", menders)
