"""Roles in the company, what an evaluation calls its roles, and who must agree.

A role in the company is a group. It opens nothing by itself, a part in an evaluation
does; it says whom to propose when an evaluation needs somebody for that role.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import permutations
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.dispatch import receiver

from evaltracker.accounts.services import add_colleague, require_may_add_people
from evaltracker.evaluations import journal
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.requirements.services.evaluations import (
    change_brief,
    evaluation_started,
)
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
    shipped,
)
from evaltracker.toolbox.text import CallFields
from stakeholders.models import Role, RoleName, SignOffRule, Stakeholder, given_names
from stakeholders.selectors import roles_of
from stakeholders.services.people import add_stakeholder, set_sign_off_rules


@transaction.atomic
def give_roles(*, person: User, roles: Iterable[str], by: User) -> User:
    """Say which roles are a person's in the company; those not named are taken.

    Raises:
        Forbidden: `by` may not add people. ValueError: there is no such role.
    """
    require_may_add_people(by)
    wanted = [Role(role) for role in roles]
    if set(roles_of(person)) == set(wanted):
        return person
    person.groups.remove(*person.groups.filter(name__in=Role.labels))
    for role in wanted:
        group, _ = Group.objects.get_or_create(name=role.label)
        person.groups.add(group)
    detail = ", ".join(role.label for role in wanted) or "none"
    record(action=AccountAction.ROLES, person=person, by=by, detail=detail)
    return person


@transaction.atomic
def invite_stakeholder(
    *,
    evaluation: Evaluation,
    role: str,
    by: User,
    scores: bool = False,
    **person_fields: str,
) -> Stakeholder:
    """Give a colleague a login and a part in one go; a mail brings them in.

    Raises:
        Forbidden: `by` is not the owner, or may not add people. Invalid: somebody with
        this address is here already.
    """
    person = add_colleague(**person_fields, time_zone=evaluation.zone, by=by)
    give_roles(person=person, roles=[role], by=by)
    return add_stakeholder(
        evaluation=evaluation, user=person, role=role, scores=scores, by=by
    )


@transaction.atomic
def name_roles(*, evaluation: Evaluation, names: Mapping[str, str], by: By) -> None:
    """Call roles as `names` says, by role, in the order of lists.

    The others have their usual names and come last. A signature keeps the name that it
    was given under.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by “name_” and the
        role; also for a name that another one has.
    """
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    usual = dict(Role.choices)
    stand = given_names(evaluation)
    inputs = CallFields()
    wanted = {
        role: inputs.line(f"name_{role}", name, limit=40)
        for role, name in names.items()
    }
    for role in wanted.keys() - usual.keys():
        inputs.refuse(f"name_{role}", f"There is no role “{role}”.")
    called = usual | wanted
    for role, other in permutations(called, 2):
        name = called[role]
        taken = called[other]
        older = (stand.get(role) or usual.get(role)) == name and other in wanted
        if role in wanted and name.casefold() == taken.casefold() and not older:
            inputs.refuse(f"name_{role}", f"Another role is called {taken} already.")
    inputs.check()
    if [*wanted.items()] == [*usual.items()]:
        wanted = {}
    if [*wanted.items()] == [*stand.items()]:
        return
    RoleName.objects.filter(evaluation=evaluation).delete()
    RoleName.objects.bulk_create(
        RoleName(evaluation=evaluation, role=role, name=name, position=position)
        for position, (role, name) in enumerate(wanted.items(), 1)
    )
    before, after = (
        {"names": [f"{name} ({usual[role]})" for role, name in named.items()]}
        for named in (stand, wanted)
    )
    journal.record(
        evaluation, "roles.named", evaluation, by, before=before, after=after
    )


# Who must agree, as parts of templates.

RULES = "sign_offs"


def rules_of(evaluation: Evaluation) -> list[Any]:
    return list(evaluation.sign_off_rules.values("stage", "role", "required"))


def ask_the_same(evaluation: Evaluation, rules: Any, by: User) -> None:
    wanted = {(rule["stage"], rule["role"]): rule["required"] for rule in rules}
    gone = dict.fromkeys(evaluation.sign_off_rules.values_list("stage", "role"), 0)
    set_sign_off_rules(evaluation=evaluation, rules=gone | wanted, by=by)


@receiver(evaluation_started)
def ask_usual_roles(*, evaluation: Evaluation, by: User, **_: Any) -> None:
    """Ask whom a template of IT asks, where nobody is asked."""
    check_owned(evaluation, by)
    if evaluation.sign_off_rules.exists():
        return
    rules = shipped()[0].content[RULES]
    SignOffRule.objects.bulk_create(
        SignOffRule(evaluation=evaluation, **rule) for rule in rules
    )
    after = {"rules": [f"{rule['stage']}: {rule['role']}" for rule in rules]}
    journal.record(evaluation, "sign_off_rule.usual_set", evaluation, by, after=after)


def load_names(evaluation: Evaluation, names: Any, by: User) -> None:
    name_roles(evaluation=evaluation, names=dict(names), by=by)


def set_different_people(
    *, evaluation: Evaluation, numbers: Mapping[str, int], by: User
) -> None:
    """Say by stage how many different people approve it at least.

    Raises:
        As `change_brief`. Invalid: by “people_” and the stage, a new number outside 1
        to the signatures that the stage asks for.
    """
    signatures = Counter[str]()
    inputs = CallFields()
    for rule in evaluation.sign_off_rules.all():
        signatures[rule.stage] += rule.required
    for stage, number in numbers.items():
        is_new = number != evaluation.different_people.get(stage)
        if is_new and not 1 <= number <= signatures[stage]:
            if signatures[stage] == 1:
                people = "person is"
            else:
                people = "people are"
            sentence = f"At most {signatures[stage]} {people} asked to sign this stage."
            inputs.refuse(f"people_{stage}", sentence)
    inputs.check()
    change_brief(evaluation=evaluation, different_people=numbers, by=by)


def load_people(evaluation: Evaluation, numbers: Any, by: User) -> None:
    change_brief(evaluation=evaluation, different_people=numbers, by=by)


def save_names(evaluation: Evaluation) -> list[list[str]]:
    """Pairs, since the database keeps no order of keys."""
    return [[role, name] for role, name in given_names(evaluation).items()]


TEMPLATE_PARTS.register("roles", TemplatePart(save_names, load_names))
TEMPLATE_PARTS.register(RULES, TemplatePart(rules_of, ask_the_same))
TEMPLATE_PARTS.register(
    "different_people", TemplatePart(attrgetter("different_people"), load_people)
)
