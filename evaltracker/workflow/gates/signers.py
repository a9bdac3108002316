"""Who is asked to sign a rule at this moment, on which words, by when."""

import datetime
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.kit.clock import instant_of
from evaltracker.workflow.gates.facts import Look
from evaltracker.workflow.selectors import stage_due
from stakeholders.models import Delegation, SignOffRule
from stakeholders.policy import lendings_today
from stakeholders.selectors import RuleTally

# A date without a time ends with its day.
LAST_MINUTE = datetime.time(23, 59)
DIGEST_KEPT = 16


@dataclass(slots=True)
class Asked:
    """A rule of the stage that goes on, as it stands now."""

    rule: SignOffRule
    look: Look
    tally: RuleTally | None

    @property
    def occurrence(self) -> str:
        """Which words of which round: others are a new occurrence."""
        visit = self.look.visit
        return f"{visit.number}.{visit.round}.{self.look.digest[:DIGEST_KEPT]}"

    @property
    def people(self) -> dict[User, Delegation | None]:
        """Who may sign now: those awaited, and who stands in for them today.

        Nobody once the rule has passed, cannot pass, or somebody is against it.
        """
        tally = self.tally
        if tally is None or tally.passed or not tally.can_pass:
            return {}
        found: dict[User, Delegation | None] = {}
        awaited = {part.pk for part in tally.awaited}
        for lending in lendings_today(self.look.evaluation):
            substitute = lending.substitute
            if lending.stakeholder_id in awaited and substitute.is_active:
                found[substitute] = lending
        found |= {part.user: None for part in tally.awaited}
        return {
            user: lending
            for user, lending in found.items()
            if user.pk not in self.look.barred
        }


def required_signers(look: Look) -> list[Asked]:
    """Every rule of the stage that goes on."""
    return [Asked(tally.rule, look, tally) for tally in look.tallies]


def due_instant(evaluation: Evaluation) -> datetime.datetime | None:
    """The last minute of the latest day on which the stage may end."""
    visits = list(Visit.objects.filter(evaluation=evaluation).order_by("number"))
    day = stage_due(evaluation, visits)
    return instant_of(day, LAST_MINUTE, evaluation.zone) if day is not None else None
