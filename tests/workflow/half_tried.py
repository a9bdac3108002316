"""A purchase in trials that nobody has judged to the end."""

from evaltracker.decision.services.draws import keep_draws
from evaltracker.evaluations.models import Evaluation
from tests.factories import stakeholders, trials, vendors
from tests.fixture_cache import built_once
from trials.services.trials import record_gap
from vendors.services.candidates import declare_conflict, shortlist


@built_once
def half_tried() -> Evaluation:
    """Two finalists, each tried for R1 and R2; Acme's R1 alone is judged, Globex has a
    gap. Leadership and IT are asked to sign."""
    where = trials.platform("must", "must")
    for name in ("Acme ML", "Globex ML"):
        shortlist(candidate=trials.claimed(where, name=name), by=where.owner)
    vendors.enter(where, "trials")
    stakeholders.sign_off_rules(where, "trials", roles=("it", "leadership"))
    for option in where.candidates.order_by("name"):
        running = trials.trial(option, "R1", "R2")
        if option.name == "Acme ML":
            first = running.criteria.get(requirement__ref="R1")
            trials.verdict(trials.claim_of(option), "trial", criterion=first)
        else:
            record_gap(trial=running, severity="challenge", text="Slow", by=where.owner)
        for role in ("it", "leadership"):
            declare_conflict(
                candidate=option,
                has_interest=False,
                statement="",
                by=stakeholders.holder(role),
            )
    keep_draws(evaluation=where)
    where.refresh_from_db()
    return where
