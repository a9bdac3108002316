"""The owner's yes to an address that stands for two rivals, asked once it is needed."""

from typing import Any

from django import forms

from vendors.services.shared_addresses import yes_to

FIELD = "shared"
YES = "Yes, this person may stand for both"
# One form may be refused for two reasons, one after the other.
BEFORE = "Yes, also to what was asked before"


class AnyYes(forms.MultipleChoiceField):
    """A yes to something; to what, the service compares."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value: str) -> bool:
        """Anything that was ticked may come."""
        return True


class SharedForm(forms.Form):
    """A form that names an address; the tick box shows once it was refused."""

    shared = AnyYes(required=False, label="Also stands for a rival")

    def add_error(self, field: str | None, error: Any) -> None:
        """Beside the sentence that refuses it, a yes to that very sentence."""
        if field == FIELD and isinstance(error, str):
            asked: Any = self.fields.pop(FIELD)
            said = [(yes, BEFORE) for yes in self.cleaned_data.get(FIELD, ())]
            asked.choices = [*said, (yes_to(error), YES)]
            asked.needed = "needed to go on"
            asked.widget = forms.CheckboxSelectMultiple(choices=asked.choices)
            self.fields[FIELD] = asked
        super().add_error(field, error)
