"""A form's boxes for values of the brief's lists."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

type Names = Mapping[str, Sequence[str]]


class ValuesField(forms.MultipleChoiceField):
    """Boxes by list; it gives `{list: [values]}` with every list that is offered."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, lists: Names, **kwargs: Any) -> None:
        choices = [
            (name, [(key_of(name, value), value) for value in values])
            for name, values in lists.items()
        ]
        super().__init__(choices=choices, **kwargs)
        self.lists = lists

    def prepare_value(self, value: Any) -> Any:
        """The boxes that are ticked."""
        if not isinstance(value, dict):
            return value
        return [key_of(name, each) for name, names in value.items() for each in names]

    def clean(self, value: Any) -> Any:
        """The ticked values by list."""
        ticked = super().clean(value)
        return {
            name: [value for value in values if key_of(name, value) in ticked]
            for name, values in self.lists.items()
        }


class ForValuesForm(forms.Form):
    """A form about a whole cell, or about some values of the brief's lists."""

    def __init__(self, *args: Any, lists: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lists:
            self.fields["named_values"] = ValuesField(
                lists=lists,
                label="For which values",
                required=False,
                help_text="None ticked: for all of them.",
            )


@dataclass(frozen=True, slots=True)
class Box:
    """One value to tick on a page that draws its own forms."""

    key: str
    value: str
    ticked: bool


def boxes_of(lists: Names, named: Names) -> list[tuple[str, list[Box]]]:
    """The boxes of each list; the only one there is, is ticked."""
    alone = sum(map(len, lists.values())) == 1
    return [
        (
            name,
            [
                Box(key_of(name, value), value, alone or value in named.get(name, ()))
                for value in values
            ],
        )
        for name, values in lists.items()
    ]


def key_of(name: str, value: str) -> str:
    """What a box sends."""
    return json.dumps([name, value], ensure_ascii=False)
