"""Acts on the lists of the brief that answers are held against."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Scope, ScopeValue, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.fields import LinesField, long_text
from evaltracker.requirements.admin.brief_acts import OnBrief
from evaltracker.requirements.services.scopes import (
    add_list,
    change_list,
    check_change_list,
    check_retire_value,
    check_write_lists,
    current_values,
    remove_list,
    retire_value,
)


class ListForm(forms.Form):
    """A list's name and its values."""

    name = forms.CharField(max_length=60, help_text="E.g. Runs on, or Languages.")
    values = LinesField(
        widget=long_text(5),
        help_text="One a line, in the order of the pages; e.g. AWS, then on premises.",
    )


@register_act
class AddList(OnBrief):
    """Values that answers are held against."""

    name = "add-list"
    title = "Add a list"
    verb = "Add"
    again_verb = "Add and start another"
    help = (
        "Values that an answer may hold for or not, such as the places where it has "
        "to run. Then mark the requirements that must hold for all of them."
    )
    success = "The list is added. Mark the requirements that must hold for it."
    form_class = ListForm
    service = add_list
    rule = check_write_lists


class OnList(InEvaluation[Scope]):
    """An act of the owner on one list."""

    tab = "brief"
    anchor = "list"
    model = Scope
    related = ("evaluation__owner",)
    target_name = "scope"
    rule = check_change_list


@register_act
class ChangeList(OnList):
    """Another name, other values, another order."""

    name = "change-list"
    title = "Change list"
    verb = "Save"
    help = (
        "A new value is asked of everybody who answered the others; their answers "
        "stand. A value that answers speak of keeps its name: retire it instead."
    )
    success = "The list is saved."
    form_class = ListForm
    service = change_list

    def initial(self, target: Scope, user: User) -> dict[str, Any]:
        return {"name": target.name, "values": current_values(target)}


@register_act
class RemoveList(OnList):
    """It does not matter for this purchase."""

    name = "remove-list"
    title = "Remove list"
    verb = "Remove"
    help = "It does not matter for this purchase: no requirement has to hold for it."
    success = "The list is removed."
    dangerous = True
    service = remove_list

    def destination(self, target: Scope, made: Any) -> str:
        """The page without it."""
        return self.page(target, "lists")


@register_act
class RetireValue(InEvaluation[ScopeValue]):
    """Out of what is demanded; old answers keep it."""

    name = "retire-value"
    title = "Retire value"
    verb = "Retire"
    help = "Nobody is asked for it any more. What was answered for it stays on record."
    success = "The value is retired."
    tab = "brief"
    model = ScopeValue
    related = ("scope__evaluation__owner",)
    target_name = "value"
    dangerous = True
    service = retire_value
    rule = check_retire_value

    def destination(self, target: ScopeValue, made: Any) -> str:
        """The list that it was in."""
        return self.page(target, f"list-{target.scope_id}")
