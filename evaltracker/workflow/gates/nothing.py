"""Why a gate has nothing to look at yet: each says it in a sentence, or is blank."""

from evaltracker.workflow.gates.facts import Look
from evaltracker.workflow.models import Decision
from trials.selectors import counted_scores
from vendors.models import Question


def needs(look: Look) -> str:
    """Without requirements there is none to weigh."""
    return "" if look.requirements else "There is no requirement yet."


def musts(look: Look) -> str:
    """Without must-haves there is none to tie, answer, show or prove."""
    return "" if look.musts else "No requirement is a must-have yet."


def shortlist(look: Look) -> str:
    """Without a short list there is nobody to ask."""
    return "" if look.shortlisted else "No candidate is shortlisted yet."


def questions(look: Look) -> str:
    """Without questions there is none to answer."""
    asked = Question.objects.filter(evaluation=look.evaluation).exists()
    return "" if asked else "No vendor has asked a question yet."


def scores(look: Look) -> str:
    """Without locked scores none are far apart."""
    given = counted_scores(look.evaluation).exists()
    return "" if given else "Nobody has locked a score yet."


def trials(look: Look) -> str:
    """Without trials there are no gaps."""
    return "" if look.trials else "No shortlisted candidate has a trial yet."


def choice(look: Look) -> str:
    """Without a choice there is nobody to be knocked out."""
    chosen = Decision.objects.filter(
        evaluation=look.evaluation, candidate__isnull=False
    ).exists()
    return "" if chosen else "No candidate is chosen yet."


def costs(look: Look) -> str:
    """Without open prices, a choice or a budget there is nothing to compare."""
    evaluation = look.evaluation
    if evaluation.prices_opened_at is None:
        return "Prices are sealed."
    limits = (evaluation.budget, evaluation.budget_once, evaluation.budget_yearly)
    if all(limit is None for limit in limits):
        return "The brief names no budget."
    return choice(look)


def earlier_conditions(look: Look) -> str:
    """Without conditions from earlier stages there is none to close."""
    found = look.visits_with_conditions - {look.visit.pk}
    return "" if found else "No earlier sign-off is a conditional approval."


def memo_conditions(look: Look) -> str:
    """Without conditions on the memo there is none to close."""
    found = look.visit.pk in look.visits_with_conditions
    return "" if found else "No sign-off of the memo is a conditional approval yet."


def signers(look: Look) -> str:
    """Where nobody has to be asked and nobody is, there is nothing to sign."""
    return "" if look.has_rules else "Nobody is asked to sign this stage."
