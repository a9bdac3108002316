"""What must hold before requirements are left."""

from collections.abc import Iterator

from evaltracker.decision import links
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import ScopeValue
from evaltracker.requirements.services.evaluations import missing_answers
from evaltracker.toolbox.text import named_ref
from evaltracker.workflow.gates import table as nothing
from evaltracker.workflow.gates.table import Blocker, Look, gate, unsigned


@gate(Stage.REQUIREMENTS)
def brief_complete(look: Look) -> Iterator[Blocker]:
    """The brief answers what it is asked, or says that it does not matter."""
    for field, words in missing_answers(look.evaluation).items():
        yield Blocker(
            f"The brief does not state {words}.",
            links.act("edit-brief", look.evaluation, f"id_{field}"),
            "Fill in",
        )
    valued = ScopeValue.objects.current().values("scope")
    for scope in look.evaluation.scopes.exclude(pk__in=valued):
        yield Blocker(
            f"“{scope}” of the brief names no value; remove the list if it does not "
            "matter.",
            links.page(look.evaluation, "brief", f"list-{scope.pk}"),
        )


@gate(Stage.REQUIREMENTS)
def has_a_must_have(look: Look) -> Iterator[Blocker]:
    """At least one requirement is a must-have."""
    sentence = "No requirement is a must-have, so nothing could rule a candidate out."
    if not look.requirements:
        add = links.act("add-requirement", look.evaluation)
        yield Blocker(sentence, add, "Add requirement")
    elif not look.musts:
        first = f"requirement-{look.requirements[0].pk}"
        yield Blocker(sentence, links.page(look.evaluation, "requirements", first))


@gate(Stage.REQUIREMENTS, nothing=nothing.needs)
def categories_weighted(look: Look) -> Iterator[Blocker]:
    """Every category has a weight, agreed before a vendor is seen."""
    categories = {requirement.category for requirement in look.requirements}
    for category in sorted(
        categories, key=lambda category: (category.position, category.name)
    ):
        if category.weight is None:
            yield Blocker(
                f"Category “{category}” has no weight.",
                links.act("weigh-category", category, "id_weight"),
                "Weigh",
            )


@gate(Stage.REQUIREMENTS, nothing=nothing.musts)
def must_haves_tied(look: Look) -> Iterator[Blocker]:
    """Every must-have moves a business metric, or its excuse is written down."""
    for requirement in look.musts:
        if requirement.metric_id is None and not requirement.metric_excuse.strip():
            yield Blocker(
                f"Must-have {named_ref(requirement.ref, requirement.text)}: it moves "
                "no metric and has no excuse.",
                links.act("change-requirement", requirement, "id_metric"),
            )


@gate(Stage.REQUIREMENTS, signing=True)
def requirements_signed(look: Look) -> Iterator[Blocker]:
    """Every role that was asked has approved these requirements and weights."""
    yield from unsigned(look)
