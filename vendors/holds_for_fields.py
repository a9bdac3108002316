"""A form's fields for the values of the brief's lists that an answer holds for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from vendors.holds_for import EVERYWHERE
from vendors.holds_for_text import read_holds_for, write_holds_for
from vendors.values_field import Names, ValuesField, key_of

OF_ALL = key_of("", EVERYWHERE)


class HoldsForField(ValuesField):
    """Boxes for everywhere, and by list for everywhere in it and for its values; it
    gives what was said, as `vendors.holds_for` takes it."""

    def __init__(self, *, lists: Names, **kwargs: Any) -> None:
        lists = {name: values for name, values in lists.items() if values}
        several = len(lists) > 1
        offered = {
            name: [*([EVERYWHERE] if several else []), *values]
            for name, values in lists.items()
        }
        super().__init__(lists=offered, **kwargs)
        by_list: Any = self.choices
        all_of_them = "everywhere, in every list" if several else EVERYWHERE
        self.choices = [(OF_ALL, all_of_them), *by_list]

    def prepare_value(self, value: Any) -> Any:
        """The boxes that are ticked."""
        if value == EVERYWHERE:
            return [OF_ALL]
        if isinstance(value, dict):
            value = {
                name: [EVERYWHERE] if named == EVERYWHERE else named
                for name, named in value.items()
            }
        return super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        """Everywhere, or the ticked values by list; None if nothing is ticked."""
        named = {name: held for name, held in super().clean(value).items() if held}
        if OF_ALL not in (value or ()):
            # Beside single values, “everywhere” is refused by whoever knows the lists.
            return named or None
        if named:
            raise forms.ValidationError(
                "Tick everywhere, or single values of lists, not both."
            )
        return EVERYWHERE


class HoldsForTextField(HoldsForField):
    """The same boxes of a form whose answers are kept as text."""

    def prepare_value(self, value: Any) -> Any:
        """The boxes that are ticked; a text that boxes cannot say ticks none."""
        if isinstance(value, str):
            said = read_holds_for(value)
            value = [] if isinstance(said, list) else said
        return super().prepare_value(value)

    def clean(self, value: Any) -> str:
        """What was said, as `read_holds_for` reads it."""
        return write_holds_for(super().clean(value))


class OwnAnswersField(forms.CharField):
    """Values that have an answer of their own, as a text; it gives their lines."""

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """The lines, as `vendors.holds_for` takes them."""
        try:
            said = read_holds_for(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if said is not None and not isinstance(said, list):
            raise forms.ValidationError(
                "Write the answer of each value, as in “Runs on: AWS = never”. Values "
                "that share the answer above are ticked."
            )
        return said or []


class HoldsForCell(forms.CharField):
    """What an answer holds for as one text, for a cell of a table."""

    def clean(self, value: Any) -> Any:
        """What was said, as `vendors.holds_for` takes it."""
        try:
            return read_holds_for(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def joined(
    held: Any, own_answers: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]
) -> Any:
    """What was said: the ticked values with the answer above, and the others."""
    if not own_answers:
        return held
    day = answer["available_from"]
    above = {
        "values": held,
        "availability": answer["availability"],
        "available_from": day.isoformat() if day else None,
    }
    return [*([above] if held else []), *own_answers]


def parted(said: Any, answer: Mapping[str, Any]) -> tuple[Any, str]:
    """The opposite: the values that share the answer above, and the others as text."""
    if not isinstance(said, list):
        return said, ""
    day = answer["available_from"]
    above = (answer["availability"], day.isoformat() if day else None)
    held: Any = {}
    others = []
    for line in said:
        if (line["availability"], line["available_from"]) != above:
            others.append(line)
        elif line["values"] == EVERYWHERE:
            held = EVERYWHERE
        else:
            for name, named in line["values"].items():
                known = held.setdefault(name, [])
                known += [named] if named == EVERYWHERE else named
    return held or None, write_holds_for(others)
