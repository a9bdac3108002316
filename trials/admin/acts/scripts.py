"""Scripts of demos: drawing them up, changing them, judging what was shown."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import NamedChoice, long_text
from evaltracker.pages.measure_field import MeasureField
from stakeholders.models import Stakeholder
from trials.admin.acts.base import AboutValues, OnDemo, ProofForm
from trials.admin.settings_asked import last_setting, offered_lists
from trials.choices import Source
from trials.models import Demo, ScriptItem
from trials.services.evidence import check_judge_item, record_evidence
from trials.services.script_order import check_move_script_item, move_script_item
from trials.services.scripts import (
    add_script_item,
    change_script_item,
    draw_up_script,
)
from vendors.models import Claim


@register_act
class DrawUpScript(OnDemo):
    """Writes the script from what is not proven yet."""

    name = "draw-up-script"
    title = "Draw up the script"
    verb = "Draw up"
    help = (
        "Takes the must-haves and the heavy requirements that are not proven yet, "
        "with the candidate's own words. What is on the script stays as it is."
    )
    service = draw_up_script

    success = "The script is drawn up."


class ItemForm(AboutValues):
    """One thing to see."""

    question = forms.CharField(label="What is asked", widget=long_text())
    show_live = forms.CharField(
        label="What must be seen working", required=False, widget=long_text(3)
    )
    data_to_bring = forms.CharField(
        label="Data to bring", required=False, widget=long_text(2)
    )
    passes_if = forms.CharField(
        label="It passes if", required=False, widget=long_text(2)
    )
    measure = MeasureField(
        help_text="The number that is to be seen. Left blank, a new item has the "
        "measure of its requirement."
    )
    minutes = forms.IntegerField(label="Minutes", min_value=0, max_value=600, initial=5)
    asker = NamedChoice(
        Stakeholder.objects.none(),
        label="Who asks",
        required=False,
        empty_label="Anybody",
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, evaluation=evaluation, **kwargs)
        choice: Any = self.fields["asker"]
        choice.queryset = Stakeholder.objects.filter(
            evaluation=evaluation, left_at__isnull=True
        ).select_related("user")


class ChangeItemForm(ItemForm):
    """What may change of an item."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["requirement"]


@register_act
class AddScriptItem(OnDemo):
    """Puts one more thing on the script."""

    name = "add-script-item"
    title = "Add to the script"
    verb = "Add"
    again_verb = "Add and start another"
    success = "It is on the script."
    form_class = ItemForm
    service = add_script_item

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """A measure that is left blank is the requirement's."""
        return super().arguments(target, {**data, "measure": data["measure"] or None})

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The evaluation's requirements and people."""
        return {"evaluation": self.evaluation(target)}


class OnItem(OnDemo):
    """An act on an item of a script."""

    model = ScriptItem
    target_name = "item"
    related = (
        "demo__candidate__evaluation__owner",
        "demo__candidate__vendor",
        "requirement",
    )

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.demo.candidate}"

    def cancel_url(self, target: Any) -> str:
        """The item on the demo's page."""
        return reverse("admin:demo", args=[target.demo_id]) + f"#item-{target.pk}"

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The demo on whose script it stands."""
        return (target.demo,)


@register_act
class ChangeScriptItem(OnItem):
    """Changes an item of a script."""

    name = "change-script-item"
    title = "Change the item"
    verb = "Save"
    success = "Saved."
    form_class = ChangeItemForm
    service = change_script_item

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": self.evaluation(target)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        names = set(ChangeItemForm.base_fields) - {"requirement"}
        values = {name: getattr(target, name) for name in names}
        return {**values, "named_values": target.named_values}


class PlaceForm(forms.Form):
    to = forms.IntegerField(
        label="Place", min_value=1, help_text="1 comes first; the others make room."
    )


@register_act
class MoveScriptItem(OnItem):
    """Puts an item to another place of the script."""

    name = "move-script-item"
    title = "Move the item"
    verb = "Move"
    success = "Moved."
    form_class = PlaceForm
    service = move_script_item
    rule = check_move_script_item

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The item, which may be on the dazzle list."""
        return (target,)


@register_act
class JudgeItem(OnItem):
    """Records in one tap what was seen of an item."""

    name = "judge-item"
    title = "Judge what was shown"
    verb = "Record"
    help = "It is kept for good, on exactly these words. A newer verdict is a new one."
    success = "Recorded."
    form_class = ProofForm
    template = "trials/judge.html"
    version_fields = ("claim",)
    target_name = "script_item"
    service = partial(record_evidence, source=Source.DEMO)
    rule = check_judge_item

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The revisions of the claim on this requirement."""
        claims = claims_on(target.demo, target.requirement_id)
        lists = offered_lists(claims, target.requirement)
        return {"claims": claims, "source": Source.DEMO, "lists": lists}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The words that stand."""
        claims = claims_on(target.demo, target.requirement_id)
        current = claims.filter(superseded_at__isnull=True).first()
        before = last_setting(script_item__demo=target.demo)
        return {
            "claim": current.pk if current else None,
            "named_values": target.named_values,
            **before,
        }

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The claim that is judged."""
        claims = claims_on(target.demo, target.requirement_id)
        current = claims.filter(superseded_at__isnull=True).first()
        return {
            **super().context(target, user),
            "claim": current,
            "requirement": target.requirement,
        }

    def success_message(self, target: Any, outcome: Any) -> str:
        return f"Recorded: {target.requirement}." if target.requirement else "Recorded."

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The item, not its demo as for the other acts."""
        return (target,)


def claims_on(demo: Demo, requirement_id: Any) -> Any:
    """Every revision of the candidate's claim on a requirement."""
    return Claim.objects.filter(
        candidate=demo.candidate_id, requirement=requirement_id
    ).select_related("requirement")
