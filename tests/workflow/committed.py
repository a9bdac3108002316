"""Rows of every table that the journal commits to, for T55."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from evaltracker.evaluations.models import Evaluation
from stakeholders.services.sign_offs import ConditionAsked
from tests.factories import stakeholders, trials, vendors
from tests.factories.workflow import sign_as, to_be_signed
from tests.workflow.deciding import decided
from trials.services.scores import give_score, lock_scores
from vendors.models import Candidate, CostLine
from vendors.services.costs import remove_cost_line, set_cost_line

PRICE = Decimal(91_500)


def world() -> None:
    """A purchase with sealed prices and scores, one that is decided, and one signed."""
    where = trials.platform("must", "should")
    options = [trials.claimed(where, name=name) for name in ("Acme ML", "Globex ML")]
    vendors.claim(options[0], where.requirements.get(ref="R1"), statement="By May.")
    for amount, option in enumerate(options):
        priced(option, PRICE + amount)
    remove_cost_line(line=priced(options[0], PRICE, "training"), by=where.owner)
    vendors.enter(where, "demos")
    for role, value in (("it", 4), ("engineering", 3)):
        score(where, options, role, value)
    part = where.stakeholders.get(role="engineering")
    lock_scores(stakeholder=part, by=part.user)
    decided("Rival ML")
    signed = to_be_signed("it")
    text = ConditionAsked(
        text="A pen test.",
        owner=signed.owner,
        due_on=datetime.date.today() + datetime.timedelta(days=9),  # noqa: DTZ011
    )
    sign_as(signed, "it", "conditions", reason="Almost.", conditions=[text])


def priced(option: Candidate, amount: Decimal, kind: str = "licence") -> CostLine:
    """A price, by the owner."""
    owner = option.evaluation.owner
    return set_cost_line(candidate=option, kind=kind, likely=amount, by=owner)


def score(
    where: Evaluation, options: Iterable[Candidate], role: str, value: int
) -> None:
    """Scores of one person, each a point below the one before."""
    for less, option in enumerate(options):
        give_score(
            stakeholder=where.stakeholders.get(role=role),
            candidate=option,
            category=where.categories.get(),
            value=value - less,
            reason="Seen.",
            by=stakeholders.holder(role),
        )
