"""What the acts of trials share: who takes part, and which page they belong to."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from evaltracker.errors import require_row
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import evaluation_of, is_owner
from evaltracker.pages.acts import Rule
from evaltracker.pages.fields import NamedChoice, Offer, OfferingForm
from stakeholders.models import Stakeholder
from stakeholders.policy import has_role
from trials.models import Demo, Trial
from trials.policy import check_trial
from trials.services.demos import check_demo
from vendors.admin.base import AboutCandidate, open_answers, reader
from vendors.fields import ValuesField
from vendors.models import Claim
from vendors.selectors.candidates import asked_requirements, lists_of


def takes_part(user: User, evaluation: Evaluation) -> bool:
    """The owner, and everybody with a role."""
    return is_owner(user, evaluation) or has_role(user, evaluation)


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        nobody = Stakeholder.objects.none()
        super().__init__(nobody, **{"required": False, **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        """Name and role, as in “Ines Weber (IT)”."""
        return f"{obj.user.name} ({obj.get_role_display()})"


def page_of(name: str, key: uuid.UUID, anchor: str = "") -> str:
    return reverse(f"admin:{name}", args=[key]) + (f"#{anchor}" if anchor else "")


class OnDemo(AboutCandidate[Any]):
    tab = "demos"
    model: ClassVar[type[models.Model] | None] = Demo
    rule: ClassVar[Rule | None] = check_demo
    target_name = "demo"
    related: ClassVar[tuple[str, ...]] = (
        "candidate__evaluation__owner",
        "candidate__vendor",
    )
    heading_format = "{title}: {target.candidate}"

    def page(self, target: Any, anchor: str = "") -> str:
        return page_of("demo", getattr(target, "demo_id", target.pk), anchor)


class OnTrial(AboutCandidate[Any]):
    tab = "trials"
    model: ClassVar[type[models.Model] | None] = Trial
    rule: ClassVar[Rule | None] = check_trial
    target_name = "trial"
    related: ClassVar[tuple[str, ...]] = ("candidate__evaluation__owner", "lead")

    def trial(self, target: Any) -> Trial:
        trial: Trial = target if isinstance(target, Trial) else target.trial
        return trial

    def heading(self, target: Any) -> str:
        return f"{self.title}: {self.trial(target).candidate}"

    def page(self, target: Any, anchor: str = "") -> str:
        return page_of("trial", self.trial(target).pk, anchor)


class AboutRequirement(OfferingForm):
    requirement = NamedChoice(
        Claim.objects.none(), required=False, empty_label="None in particular"
    )

    offers: ClassVar[Mapping[str, Offer]] = {
        "requirement": lambda row: asked_requirements(evaluation_of(row))
    }


class AboutValues(AboutRequirement):
    def __init__(self, *args: Any, about: Any, **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        if lists := lists_of(evaluation_of(about)):
            self.fields["named_values"] = ValuesField(
                lists=lists,
                label="For which values",
                required=False,
                help_text="A verdict on it speaks of these, unless it names others.",
            )


def find_trial(request: HttpRequest, trial_id: uuid.UUID) -> Trial:
    visible = Trial.objects.visible_to(reader(request)).select_related(
        "candidate__evaluation__owner", "candidate__vendor", "lead", "agreed_by"
    )
    trial = require_row(visible.filter(pk=trial_id).first())
    open_answers(request, trial.candidate.evaluation)
    return trial
