"""Saying how many of which role must approve before a stage is left."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import checked, lock, require_open, require_owner
from stakeholders.choices import Role
from stakeholders.models import SignOffRule

# One of each before these stages are left; the owner changes it as the house decides.
USUAL_STAGES = (Stage.REQUIREMENTS, Stage.TRIALS, Stage.DECISION)
USUAL_ROLES = (Role.IT, Role.DEVOPS, Role.PM, Role.LEADERSHIP)


@transaction.atomic
def ask_usual_roles(*, evaluation: Evaluation, by: By) -> list[SignOffRule]:
    """Ask one of each usual role to approve each usual stage, where no rule stands."""
    require_owner(by, evaluation)
    evaluation = lock(evaluation)
    require_open(evaluation)
    stand = set(
        SignOffRule.objects.filter(evaluation=evaluation).values_list("stage", "role")
    )
    made = SignOffRule.objects.bulk_create(
        SignOffRule(evaluation=evaluation, stage=stage, role=role)
        for stage in USUAL_STAGES
        for role in USUAL_ROLES
        if (stage, role) not in stand
    )
    if made:
        journal.record(
            evaluation=evaluation,
            action="sign_off_rule.usual_set",
            subject=evaluation,
            by=by,
            after={
                stage: [rule.role for rule in made if rule.stage == stage]
                for stage in USUAL_STAGES
            },
        )
    return made


@transaction.atomic
def set_sign_off_rule(
    *, evaluation: Evaluation, stage: str, role: str, required: int, by: By
) -> SignOffRule | None:
    """Ask `required` people of a role to approve before a stage is left.

    With 0 the rule goes, unless somebody signed on it already.
    """
    require_owner(by, evaluation)
    evaluation = lock(evaluation)
    require_open(evaluation)
    rule = SignOffRule.objects.filter(
        evaluation=evaluation, stage=stage, role=role
    ).first()
    before = {"required": rule.required if rule else 0}
    if before["required"] == required:
        return rule
    if required == 0 and rule is not None:
        if rule.sign_offs.exists():
            raise Refused("Somebody signed on this rule, so it stays.")
        subject = rule
        journal.record(
            evaluation=evaluation,
            action="sign_off_rule.removed",
            subject=subject,
            by=by,
            before={**before, "stage": stage, "role": role},
        )
        rule.delete()
        return None
    if rule is None:
        rule = SignOffRule(evaluation=evaluation, stage=stage, role=role)
    rule.required = required
    checked(rule)
    rule.save()
    journal.record(
        evaluation=evaluation,
        action="sign_off_rule.set",
        subject=rule,
        by=by,
        before=before,
        after={"stage": stage, "role": role, "required": required},
    )
    return rule
