"""What a brief says, in the words that are signed."""

from evaltracker.evaluations.brief_answers import shown_answer
from evaltracker.evaluations.choices import Infrastructure, SupportWanted
from evaltracker.evaluations.models import Demand, Evaluation, ScopeValue
from evaltracker.workflow.memo.markdown import amount, day, table


def held_against(evaluation: Evaluation) -> str:
    """Which requirements must hold for which list; nothing where none must."""
    rows = Demand.objects.filter(
        scope__evaluation=evaluation, requirement__retired_at__isnull=True
    ).order_by("scope__position", "requirement__position", "requirement__ref")
    lines = list(
        rows.values_list("scope__name", "requirement__ref", "requirement__text")
    )
    return table(("List", "Ref", "Requirement"), lines) if lines else ""


def measures(evaluation: Evaluation) -> str:
    """The requirements with a number that must be reached; blank of none."""
    needs = evaluation.requirements.filter(retired_at__isnull=True).exclude(measure={})
    rows = [(need.ref, need.measure_words) for need in needs]
    return table(("Ref", "Number"), rows) if rows else ""


def list_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The lists that answers are held against; of former days, where and in what.

    A list that says what was said there before keeps its former name, so that whoever
    has signed it has signed the same.
    """
    places = [Infrastructure(value).label for value in evaluation.infrastructure]
    former = {
        "Where it has to run": ", ".join(places),
        "Languages": evaluation.languages,
    }
    values = ScopeValue.objects.current().filter(scope__evaluation=evaluation)
    lists = {
        scope.name: ", ".join(it.name for it in values if it.scope_id == scope.pk)
        for scope in evaluation.scopes.all()
    }
    if not lists:
        return [(label, said) for label, said in former.items() if said]
    same = {row[1].casefold(): row for row in former.items() if row[1]}
    return [same.get(row[1].casefold(), row) for row in lists.items()]


def brief_rows(evaluation: Evaluation) -> list[tuple[str, object]]:
    """What the brief asks and answers, as it is signed."""
    support = evaluation.support_wanted
    return [
        ("Problem to solve", evaluation.problem),
        *list_rows(evaluation),
        ("Must be running by", day(str(evaluation.must_run_by or ""))),
        ("Budget", budget(evaluation)),
        ("Support wanted", SupportWanted(support).label if support else ""),
        *own_rows(evaluation),
    ]


def own_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The brief's own questions with their answers in words."""
    fields = evaluation.brief_fields.all()
    return [(field.label, shown_answer(field)) for field in fields]


def budget(evaluation: Evaluation) -> str:
    """The limits of the budget with their currency; nothing where none is said."""
    limits = (
        (evaluation.budget, ""),
        (evaluation.budget_once, " for what is paid once"),
        (evaluation.budget_yearly, " a year"),
    )
    return "; ".join(
        f"{amount(limit)} {evaluation.currency}{what}"
        for limit, what in limits
        if limit is not None
    )
