"""A form's field for a measure, read like a sentence: “p95 latency at most 20 ms”."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.errors import Invalid
from evaltracker.toolbox.days import read_zone, zone_names
from evaltracker.toolbox.measures import kept_measure, least_n_of, read_measure
from evaltracker.toolbox.measures.measure import DIRECTIONS, FIELDS
from evaltracker.toolbox.measures.measure import TEXT_LIMIT as LIMIT

STATISTICS = ("mean", "median", "p90", "p95", "p99")
LABELS = {
    "statistic": "Statistic",
    "quantity": "Of what",
    "direction": "Must be",
    "bound": "Number",
    "unit": "Unit",
    "tolerance": "Tolerance",
    "least_n": "Runs needed",
}
EXAMPLES = {"quantity": "latency", "bound": "20", "unit": "ms", "tolerance": "none"}


class MeasureInput(forms.MultiWidget):
    """The parts of a measure side by side, each with a label of its own."""

    template_name = "evaltracker/widgets/measure.html"
    use_fieldset = True

    def __init__(self) -> None:
        widgets: Any = {
            "statistic": forms.Select(choices=[(it, it) for it in STATISTICS]),
            "quantity": _input("quantity", 60),
            "direction": forms.Select(choices=list(DIRECTIONS.items())),
            "bound": _input("bound", 60, inputmode="decimal"),
            "unit": _input("unit", 40),
            "tolerance": _input("tolerance", 60, inputmode="decimal"),
            "least_n": _input("least_n", 10, inputmode="numeric"),
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[Any]:
        """The parts of what is kept."""
        said: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        parts = {name: said.get(name) for name in LABELS}
        if parts["least_n"] == least_n_of(parts["statistic"] or "mean"):
            parts["least_n"] = None
        return list(parts.values())

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        """The parts; a statistic that is not offered stays chosen."""
        values = value if isinstance(value, list) else self.decompress(value)
        chosen: Any = self.widgets[0]
        more = {values[0], *STATISTICS} - {None, ""}
        chosen.choices = [(it, it) for it in sorted(more, key=_usual)]
        return super().get_context(name, values, attrs)

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        """Each part by Django's own template, with its label."""
        context = self.get_context(name, value, attrs)
        widgets: Any = self.widgets
        drawn = context["widget"]["subwidgets"]
        named = zip(LABELS.values(), widgets, drawn, strict=True)
        parts = [
            (label, part, each._render(part["template_name"], {"widget": part}))
            for label, each, part in named
        ]
        return render_to_string(self.template_name, {"parts": parts})

    def id_for_label(self, id_: str) -> str:
        """Where an error leads: to the first part."""
        return f"{id_}_0" if id_ else ""


class MeasureField(forms.MultiValueField):
    """What must be reached; it gives what a column keeps, {} of nothing."""

    widget = MeasureInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Measure")
        kwargs.setdefault(
            "help_text",
            "The number that decides, if there is one. Beyond it and within the "
            "tolerance counts as partly; without a tolerance it fails.",
        )
        parts = [forms.CharField(required=False) for _ in LABELS]
        super().__init__(parts, required=False, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, Any]:
        """The parts as one, each refusal with the name of its part."""
        said = dict(zip(LABELS, data_list or [""] * len(LABELS), strict=True))
        if not any(said[name] for name in FIELDS if name not in CHOSEN):
            return {}
        return _kept(said)


class MeasureLine(forms.CharField):
    """The same in one line, as a grid's cell: “p95 latency at most 20 ms”."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=LIMIT)

    def clean(self, value: Any) -> dict[str, Any]:
        """What a column keeps of the words; {} of nothing."""
        try:
            return _kept(read_measure(super().clean(value)))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a column keeps of the parts, each refusal with the name of its part."""
    try:
        return kept_measure(said)
    except Invalid as error:
        raise forms.ValidationError(
            [
                f"{LABELS[field.removeprefix('measure_')]}: {sentence}"
                for field, sentences in error.errors.items()
                for sentence in sentences
            ]
        ) from error


# What is chosen before anybody types.
CHOSEN = ("statistic", "direction")


def _input(name: str, longest: int, **attrs: str) -> forms.TextInput:
    if name in EXAMPLES:
        attrs["placeholder"] = EXAMPLES[name]
    return forms.TextInput({"maxlength": str(longest), **attrs})


def _usual(statistic: str) -> tuple[int, str]:
    """The usual statistics first, in their order."""
    known = statistic in STATISTICS
    return (STATISTICS.index(statistic) if known else len(STATISTICS), statistic)


# One field for a time zone: a box that is typed into, with every zone offered.


class ZoneInput(forms.TextInput):
    """A text box; the browser searches the list below it, without a script."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        """The box and its list."""
        offered = f"{(attrs or {}).get('id', name)}_zones"
        own = {**(attrs or {}), "list": offered, "autocomplete": "off"}
        options = format_html_join(
            "", '<option value="{}">', ((zone,) for zone in zone_names())
        )
        box = super().render(name, value, own, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', box, offered, options)


class ZoneField(forms.CharField):
    """A time zone by its name, or by its place alone where that says enough."""

    widget = ZoneInput

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        hint = "Type a city, such as Berlin or New York."
        kwargs.setdefault("label", "Time zone")
        super().__init__(help_text=f"{help_text} {hint}".strip(), **kwargs)

    def clean(self, value: Any) -> str:
        """The zone's name.

        Raises:
            ValidationError: there is no such zone, or more than one.

        """
        typed: str = super().clean(value)
        if not typed:
            return typed
        try:
            return read_zone(typed)
        except ValueError as error:
            raise ValidationError(str(error)) from error
