"""“Choose a data catalogue”: still in requirements, so its blockers can be seen."""

from evaltracker.demo.files import read_controls
from evaltracker.demo.interests import declare_no_interests
from evaltracker.demo.people import give_parts
from evaltracker.demo.steps import known_vendor
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import create_evaluation
from evaltracker.requirements.services.requirements import add_requirement
from vendors.services.candidates import add_candidate

SLUG = "data-catalogue"
SOURCE = (
    "Security requirements: Minimum Viable Secure Product v3.0, 9 November 2023 (CC0). "
    "The rest is made up."
)


def load(people: dict[str, User]) -> Evaluation:
    """A brief with holes, the security baseline as must-haves, no weights yet.

    Its first candidate comes from a vendor that won an earlier purchase.
    """
    lead = people["lead"]
    evaluation = create_evaluation(
        title="Choose a data catalogue",
        slug=SLUG,
        buyer="Example Foods",
        by=lead,
        zone="Europe/Berlin",
        problem="Nobody knows which table is the right one.",
        source_note=SOURCE,
    )
    give_parts(evaluation, people)
    categories: dict[str, Category] = {}
    for control in read_controls():
        if control.group not in categories:
            categories[control.group] = add_category(
                evaluation=evaluation, name=control.group, by=lead
            )
        add_requirement(
            evaluation=evaluation,
            category=categories[control.group],
            ref=control.ref,
            text=control.text,
            priority=Priority.MUST,
            metric_excuse="A duty of our security policy.",
            by=lead,
        )
    add_candidate(
        evaluation=evaluation,
        name="Northlight Catalogue",
        vendor=known_vendor("Northlight Systems", by=lead),
        by=lead,
    )
    declare_no_interests(evaluation)
    return evaluation
