"""Who changes the criteria of trials, and when; what is shared changes for all."""

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.measures import UnitMismatch, check_same_kind
from trials.models import Criterion, Trial
from trials.policy import check_trial, may_lead
from trials.selectors.common_terms import drawn_up_with, twins_of


def check_write_criteria(trial: Trial, by: By) -> None:
    """Whoever runs the trial, and all that were drawn up with it.

    Raises:
        Forbidden: somebody else runs one of them. Refused: as `check_trial`.

    """
    check_trial(trial, by)
    require_all(drawn_up_with(trial), by)


def check_change_criterion(criterion: Criterion, by: By) -> None:
    """Whoever runs the trials that have it changes one that was not judged."""
    rule = check_trial if criterion.shared is None else check_write_criteria
    rule(criterion.trial, by)
    for twin in twins_of(criterion):
        if twin.evidence.exists():
            where = where_of(twin, criterion)
            raise Refused(f"This criterion was judged{where} and can no longer change.")


def check_remove_criterion(criterion: Criterion, by: By) -> None:
    """The same for taking it out, unless it is the last that was agreed."""
    check_change_criterion(criterion, by)
    for twin in twins_of(criterion):
        if twin.trial.agreed_at and twin.trial.criteria.count() == 1:
            raise Refused("An agreed contract keeps at least one criterion.")
        if twin.runs.exists():
            raise Refused(
                f"Runs were reported for this criterion{where_of(twin, criterion)}, so "
                "it stays. A run that should not count can be left out."
            )


def require_fit_of_runs(criterion: Criterion) -> None:
    """Refuse a measure by which the runs that were reported cannot be judged."""
    units = criterion.runs.exclude(unit="").order_by().values_list("unit", flat=True)
    for unit in units.distinct():
        if not criterion.measure:
            sentence = "Runs were reported for this criterion, so it keeps a measure."
            raise Invalid(sentence, errors={"measure": [sentence]})
        try:
            check_same_kind(unit, criterion.measure["unit"])
        except UnitMismatch as mismatch:
            sentence = f"Runs were reported in {unit}. {mismatch}"
            raise Invalid(sentence, errors={"measure_unit": [sentence]}) from mismatch


def where_of(twin: Criterion, criterion: Criterion) -> str:
    """In whose trial it is, if that is another."""
    return "" if twin is criterion else f" in the trial of {twin.trial.candidate}"


def require_all(trials: list[Trial], by: By) -> None:
    """Refuse to change for all what one does not run."""
    user = actor_of(by).user
    for trial in trials:
        if user is None or not may_lead(user, trial):
            owner = trial.candidate.evaluation.owner.name
            raise Forbidden(
                "The trials of all finalists have this in common. It changes for all "
                f"of them or not at all: ask {owner}."
            )
