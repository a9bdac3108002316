"""Scripts and criteria in templates: saved without a word of any vendor."""

from typing import Any

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import check_owned
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
    find_template,
    nothing_left,
    require_keeper,
    require_template,
)
from trials.models import Criterion, Demo, ScriptItem, Trial
from trials.policy import check_trial
from trials.services.criteria import add_criterion
from trials.services.demos import check_demo, open_demo
from trials.services.script_items import next_position
from trials.services.script_words import neutral_words
from trials.services.trials import open_trial

SCRIPT, CRITERIA = "script", "criteria"
ITEM = ("question", "show_live", "data_to_bring", "passes_if", "minutes")
CRITERION = ("text", "threshold", "method")


def script_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What its demos ask, each once; what quotes a vendor is asked neutrally."""
    items = ScriptItem.objects.in_evaluation(evaluation).filter(off_script=False)
    found: dict[str, dict[str, Any]] = {}
    for item in items.select_related("requirement__category").order_by(
        "-demo__scheduled_for", "position"
    ):
        told = {name: getattr(item, name) for name in ITEM}
        told |= {"ref": item.requirement.ref if item.requirement else ""}
        told |= neutral_words(item)
        if item.measure:
            told["measure"] = item.measure
        found.setdefault(told["ref"] or told["question"], told)
    return list(found.values())


def _asked_by_ref(evaluation: Evaluation) -> dict[str, Requirement]:
    asked = evaluation.requirements.filter(retired_at__isnull=True)
    return {row.ref: row for row in asked}


def criteria_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What its trials measure, each once."""
    rows = Criterion.objects.in_evaluation(evaluation).select_related("requirement")
    found = {
        (row.requirement.ref, row.text): {
            "ref": row.requirement.ref,
            **({"measure": row.measure} if row.measure else {}),
            **{name: getattr(row, name) for name in CRITERION},
        }
        for row in rows
    }
    return list(found.values())


TEMPLATE_PARTS.register(SCRIPT, TemplatePart(script_of))
TEMPLATE_PARTS.register(CRITERIA, TemplatePart(criteria_of))


def check_take_script(demo: Demo, by: By) -> None:
    """The owner who may start evaluations, until the demo was held."""
    check_owned(demo.candidate.evaluation, by)
    require_keeper(by)
    check_demo(demo, by)
    require_template(SCRIPT, by, words="a demo script")


@transaction.atomic
def take_script(*, demo: Demo, key: str, by: User) -> list[ScriptItem]:
    """Add what a template's script asks and this one does not ask yet.

    What is about a requirement that the evaluation does not have is left out.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`.
        Refused: the demo was held or called off. Invalid: nothing is left to add.

    """
    demo, evaluation = open_demo(demo, by, check_take_script)
    point = find_template(key, by)
    there = list(demo.script_items.all())
    asked = {item.requirement_id for item in there if item.requirement_id}
    questions = {item.question for item in there}
    needs = _asked_by_ref(evaluation)
    place, items = next_position(demo), list[ScriptItem]()
    for told in point.content.get(SCRIPT, ()):
        need = needs.get(told["ref"])
        known = need.pk in asked if need else told["question"] in questions
        if known or (told["ref"] and need is None):
            continue
        values = {name: told[name] for name in ITEM}
        values["measure"] = told.get("measure", need.measure if need else {})
        at = place + len(items)
        items.append(ScriptItem(demo=demo, requirement=need, position=at, **values))
    if not items:
        raise nothing_left("Nothing of this template's script is left to add here.")
    ScriptItem.objects.bulk_create(items)
    journal.record(
        evaluation=evaluation,
        action="demo.script_taken",
        subject=demo,
        by=by,
        after={
            "candidate": demo.candidate,
            "template": point.title,
            "questions": [item.question[:60] for item in items],
        },
    )
    return items


def check_take_criteria(trial: Trial, by: By) -> None:
    """Whoever runs it and may start evaluations, until the contract is agreed."""
    check_trial(trial, by)
    require_keeper(by)
    if trial.agreed_at:
        raise Refused("The contract is agreed; add criteria one by one, with a reason.")
    require_template(CRITERIA, by, words="success criteria")


@transaction.atomic
def take_criteria(*, trial: Trial, key: str, by: User) -> list[Criterion]:
    """Add the template's criteria on requirements that the evaluation has.

    Raises:
        Forbidden: neither lead nor owner. NotFound: no such template for `by`.
        Refused: the contract is agreed. Invalid: nothing is left to add.

    """
    trial, evaluation = open_trial(trial, by)
    check_take_criteria(trial, by)
    point = find_template(key, by)
    there = set(trial.criteria.values_list("requirement__ref", "text"))
    needs = _asked_by_ref(evaluation)
    added = [
        add_criterion(
            trial=trial,
            requirement=needs[told["ref"]],
            by=by,
            measure=told.get("measure"),
            **{name: told[name] for name in CRITERION},
        )
        for told in point.content.get(CRITERIA, ())
        if told["ref"] in needs and (told["ref"], told["text"]) not in there
    ]
    if not added:
        raise nothing_left("Nothing of this template's criteria is left to add.")
    return added
