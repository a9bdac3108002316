"""Form fields that read what people type the way the services want it."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms.models import fields_for_model
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import User
from evaltracker.toolbox.days import instant_of, is_moved, read_zone, zone_names
from evaltracker.toolbox.measures import (
    DIRECTIONS,
    FIELDS,
    kept_measure,
    least_n_of,
    read_measure,
)
from evaltracker.toolbox.measures import TEXT_LIMIT as LIMIT


def day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def day_field(label: str | None = None, **options: Any) -> Any:
    return forms.DateField(label=label, widget=day_input(), **options)


def long_text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def text_field(
    label: str | None = None, rows: int = 3, **options: Any
) -> forms.CharField:
    return forms.CharField(label=label, widget=long_text(rows), **options)


# The choices of a field, or its rows, of what the form is about.
Offer = Callable[[Any], Any]


class OfferingForm(forms.Form):
    """A form of whose fields some offer what its subject has, asked anew each time."""

    offers: ClassVar[Mapping[str, Offer]] = {}

    def __init__(self, *args: Any, about: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in self.offers.items():
            field: Any = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                kind = "queryset"
            else:
                kind = "choices"
            setattr(field, kind, offered(about))


class ReasonForm(forms.Form):
    reason = text_field(max_length=5000, help_text="The journal keeps it.")


def form_like(
    model: type[models.Model], fields: Sequence[str], **replacements: forms.Field
) -> type[forms.Form]:
    """A plain form with the fields of a model; `replacements` replace or add some.

    Not a ModelForm: that would write into the row before a service compares.
    """
    of_model = [name for name in fields if name not in replacements]
    made: dict[str, Any] = fields_for_model(model, fields=of_model)
    for name, field in made.items():
        # What the service would refuse afterwards is said with all the rest.
        column: Any = model._meta.get_field(name)
        field.validators += [
            validator
            for validator in column.validators
            if validator not in field.validators
        ]
        if isinstance(field, forms.DateField):
            field.widget = day_input()
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
    made |= replacements
    return form_of(**{name: made[name] for name in fields} | replacements)


def form_of(
    offers: Mapping[str, Offer] | None = None, /, **fields: forms.Field
) -> type[forms.Form]:
    if offers:
        return type("ActForm", (OfferingForm,), {**fields, "offers": offers})
    return type("ActForm", (forms.Form,), fields)


def mark_needed(form: type[forms.Form], why: str, *names: str) -> None:
    """Say `why` these fields are needed where the form would say “optional”.

    It is saved without them; what keeps the next step closed is not optional.
    """
    for name in names:
        field: Any = form.base_fields[name]
        field.needed = why


def reason_field(label: str = "Reason", help_text: str = "") -> forms.CharField:
    return text_field(label, help_text=help_text)


def time_field(label: str, **options: Any) -> Any:
    clock = forms.TimeInput({"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=clock, **options)


def link_field(label: str | None = None, *, help_text: str = "") -> forms.CharField:
    """A web address; the service checks it, so that every way in checks alike."""
    widget = forms.URLInput(attrs={"placeholder": "https://"})
    return forms.CharField(
        label=label, required=False, help_text=help_text, widget=widget
    )


def joined(values: list[Any], between: str) -> str:
    """Texts of an array as the one text that a form's field takes.

    Raises:
        ValidationError: one of them is no text.
    """
    if not all(isinstance(value, str) for value in values):
        raise forms.ValidationError("Each of them must be a string.")
    return between.join(values)


class DaysField(forms.CharField):
    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer", "minimum": 0}}

    def from_json(self, value: list[Any]) -> str:
        return joined(value, ", ")

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value) or ""
        try:
            return [int(part) for part in text.split(",") if part.strip()]
        except ValueError as error:
            raise forms.ValidationError(
                "Enter whole days with commas between them, such as 90, 30, 7."
            ) from error


class LinesField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", long_text(2))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(value)
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def from_json(self, value: list[Any]) -> str:
        return joined(value, "\n")

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]


class NamedChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(
        self, queryset: QuerySet[Any], *, attribute: str = "", **kwargs: Any
    ) -> None:
        self.attribute = attribute
        super().__init__(queryset, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        if self.attribute:
            return str(getattr(obj, self.attribute))
        text = getattr(obj, "text", "")
        if text:
            return f"{obj}: {text[:90]}"
        return str(obj)


def person_field(label: str, help_text: str = "") -> NamedChoice:
    nobody = User._default_manager.none()
    return NamedChoice(nobody, attribute="name", label=label, help_text=help_text)


def end_of(day: datetime.date) -> datetime.datetime:
    """The instant at which a day is over, in UTC."""
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return midnight + datetime.timedelta(days=1)


def without_blank(choices: Iterable[Any], *dropped: str) -> list[tuple[str, str]]:
    return [
        (str(value), str(label)) for value, label in choices if value not in dropped
    ]


def instant_from(
    form: forms.BaseForm, day: str, time: str, zone: str
) -> datetime.datetime | None:
    """The instant that a form's day and time mean; a skipped hour is refused."""
    date = form.cleaned_data.get(day)
    clock = form.cleaned_data.get(time)
    if date is None or clock is None:
        return None
    if is_moved(date, clock, zone):
        form.add_error(
            time, f"Clocks in {zone} are put forward then; that time does not exist."
        )
        return None
    return instant_of(date, clock, zone)


# A form's field for a measure, read like a sentence: “p95 latency at most 20 ms”.

STATISTICS = ("mean", "median", "p90", "p95", "p99", "p99.9", "min", "max")
LABELS = {
    "statistic": "Statistic",
    "quantity": "Of what",
    "direction": "Must be",
    "bound": "Number",
    "unit": "Unit",
    "tolerance": "Tolerance",
    "least_n": "Runs needed",
    "lowest": "Lowest possible",
    "highest": "Highest possible",
}
EXAMPLES = {"quantity": "latency", "bound": "20", "unit": "ms", "tolerance": "none"}
EXAMPLES |= {"lowest": "usual", "highest": "usual"}


class MeasureInput(forms.MultiWidget):
    template_name = "evaltracker/widgets/measure.html"
    use_fieldset = True

    def __init__(self) -> None:
        widgets: Any = {
            "statistic": forms.Select(choices=[(name, name) for name in STATISTICS]),
            "quantity": _input("quantity", 60),
            "direction": forms.Select(choices=list(DIRECTIONS.items())),
            "bound": _input("bound", 60, inputmode="decimal"),
            "unit": _input("unit", 40),
            "tolerance": _input("tolerance", 60, inputmode="decimal"),
            "least_n": _input("least_n", 10, inputmode="numeric"),
            "lowest": _input("lowest", 60, inputmode="decimal"),
            "highest": _input("highest", 60, inputmode="decimal"),
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[Any]:
        measure: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        parts = {name: measure.get(name) for name in LABELS}
        if parts["least_n"] == least_n_of(parts["statistic"] or "mean"):
            parts["least_n"] = None
        return list(parts.values())

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        if isinstance(value, list):
            values = value
        else:
            values = self.decompress(value)
        chosen: Any = self.widgets[0]
        more = {values[0], *STATISTICS} - {None, ""}
        chosen.choices = [(choice, choice) for choice in sorted(more, key=_usual)]
        return super().get_context(name, values, attrs)

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        context = self.get_context(name, value, attrs)
        widgets: Any = self.widgets
        drawn = context["widget"]["subwidgets"]
        named = zip(LABELS.values(), widgets, drawn, strict=True)
        parts = [
            (label, part, widget._render(part["template_name"], {"widget": part}))
            for label, widget, part in named
        ]
        return render_to_string(self.template_name, {"parts": parts})

    def id_for_label(self, id_: str) -> str:
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

    def json_schema(self) -> dict[str, Any]:
        parts = {name: {"type": ["string", "integer"]} for name in LABELS}
        return {"type": "object", "properties": parts, "additionalProperties": False}

    def from_json(self, value: Mapping[str, str | None]) -> list[str | None]:
        if unknown := value.keys() - LABELS.keys():
            raise forms.ValidationError(f"“{min(unknown)}” is no part of a measure.")
        return [value.get(name) for name in LABELS]

    def compress(self, data_list: list[str]) -> dict[str, Any]:
        texts = dict(zip(LABELS, data_list or [""] * len(LABELS), strict=True))
        if not any(texts[name] for name in FIELDS if name not in CHOSEN):
            return {}
        return _kept(texts)


class MeasureLine(forms.CharField):
    """The same in one line, as a grid's cell: “p95 latency at most 20 ms”."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=LIMIT)

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            return _kept(read_measure(super().clean(value)))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def _kept(measure: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return kept_measure(measure)
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
    known = statistic in STATISTICS
    return (STATISTICS.index(statistic) if known else len(STATISTICS), statistic)


class ZoneInput(forms.TextInput):
    """A text box; the browser searches the list below it, without a script."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        offered = f"{(attrs or {}).get('id', name)}_zones"
        attributes = {**(attrs or {}), "list": offered, "autocomplete": "off"}
        options = format_html_join(
            "", '<option value="{}">', ((zone,) for zone in zone_names())
        )
        box = super().render(name, value, attributes, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', box, offered, options)


class ZoneField(forms.CharField):
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
