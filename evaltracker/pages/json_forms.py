"""The forms of acts, filled in by JSON: what they take, what stands there, and binding.

Fields are told by their class. Others say it themselves: `json_schema()` is what they
take beside a string, `from_json(value)` makes of it what their `clean` takes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.datastructures import MultiValueDict

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Act
from evaltracker.toolbox.rest.views import UNKNOWN_FIELD, WRITE_DAY, read_day

Schema = dict[str, Any]
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
CLOCK = "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
HOLDERS: dict[str, type] = {"array": list, "object": dict}
YES_NO = {"true": True, "false": False}
# A yes of a person, which no program gives for them.
PERSONS = forms.MultipleHiddenInput


class JsonWidget(forms.Widget):
    """Stands where a browser's input would: gives the value as it came."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


def names_of(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from names_of(label)
        else:
            yield str(value), str(label)


def chosen_among(field: Any, *, now: bool) -> Schema:
    """Of one choice: what may be chosen `now`, else what never changes."""
    schema: Schema = {"type": "string"}
    names: dict[Any, Any] = {}
    if not isinstance(field, forms.ModelChoiceField):
        names = {value: label for value, label in names_of(field.choices) if value}
    else:
        rows: Any = field
        is_uuid = isinstance(rows.queryset.model._meta.pk, models.UUIDField)
        if is_uuid:
            schema = {**schema, "format": "uuid"}
        else:
            schema = {"type": "integer"}
        choices = rows.choices if now else ()
        names = {as_json_value(key.value): label for key, label in choices if key}
    if names or now:
        shown = {str(value): str(label) for value, label in names.items()}
        schema |= {"enum": [*names], "x-names": shown}
    return schema


def schema_of(field: forms.Field, *, now: bool = True) -> Schema:
    """What a field takes, as JSON Schema 2020-12."""
    schema: Schema
    match field:
        case _ if hasattr(field, "json_schema"):
            schema = field.json_schema()
        case forms.MultipleChoiceField() | forms.ModelMultipleChoiceField():
            items = chosen_among(field, now=now)
            names = items.pop("x-names", None)
            schema = {"type": "array", "items": items}
            if names:
                schema["x-names"] = names
        case forms.ChoiceField() | forms.ModelChoiceField():
            schema = chosen_among(field, now=now)
            if "enum" in schema and not field.required:
                schema["enum"] += ["", None]
        case forms.BooleanField():
            schema = {"type": "boolean"}
        case forms.FileField():
            schema = {"type": "string", "format": "binary"}
        case forms.DecimalField():
            schema = {"type": "string", "pattern": DECIMAL}
        case forms.IntegerField():
            bounds = {"minimum": field.min_value, "maximum": field.max_value}
            known = {name: at for name, at in bounds.items() if at is not None}
            schema = {"type": "integer", **known}
        case forms.DateField():
            schema = {"type": "string", "format": "date"}
        case forms.TimeField():
            schema = {"type": "string", "pattern": CLOCK}
        case _:
            most = getattr(field, "max_length", None)
            schema = {"type": "string"}
            if most:
                schema["maxLength"] = most
    if not field.required and schema["type"] != "boolean":
        schema["type"] = [schema["type"], "null"]
    texts = {"title": field.label, "description": field.help_text}
    return schema | {name: str(text) for name, text in texts.items() if text}


def text_of(value: Any) -> Any:
    """A string or whole number as text, and so within arrays and objects.

    Raises:
        ValidationError: it is something else.
    """
    match value:
        case None | str():
            return value
        case list():
            return [text_of(item) for item in value]
        case dict():
            return {name: text_of(item) for name, item in value.items()}
        case int() if not isinstance(value, bool):
            return str(value)
        case float():
            raise ValidationError("Write a number with a point as a string.")
    raise ValidationError("It must be a string.")


def typed(field: forms.Field, value: Any, *, in_form: bool = False) -> Any:
    """What `clean` of that field takes for a JSON value, or for the text that stands
    for it `in_form`, where an array of one and its only value look the same.

    Raises:
        ValidationError: it is of the wrong kind.
    """
    if isinstance(field, forms.BooleanField):
        if isinstance(value, str):
            value = YES_NO.get(value, value)
        if not isinstance(value, bool):
            raise ValidationError("It must be true or false.")
        return value
    kinds = schema_of(field, now=False)["type"]
    if isinstance(kinds, str):
        kind = kinds
    else:
        kind = kinds[0]
    holder = HOLDERS.get(kind)
    # A whole amount may be a number; nothing else that is described as a string.
    is_text = kind == "string" and not isinstance(field, forms.DecimalField)
    if is_text and isinstance(value, int):
        raise ValidationError("It must be a string.")
    value = text_of(value)
    if isinstance(value, (list, dict)):
        if holder is None or not isinstance(value, holder):
            raise ValidationError("It must be a string.")
        from_json = getattr(field, "from_json", None)
        return from_json(value) if from_json else value
    multiple = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
    is_one = holder is list and not in_form
    if value and (is_one or isinstance(field, multiple)):
        raise ValidationError("It must be an array.")
    if value and isinstance(field, forms.DateField) and read_day(value) is None:
        raise ValidationError(WRITE_DAY)
    return value


def offered(field: forms.Field, start: Any) -> Any:
    """Of many rows those that may be chosen: a browser shows no other, either."""
    if not (start and isinstance(field, forms.ModelMultipleChoiceField)):
        return start
    rows: Any = field.queryset
    return rows.filter(pk__in=[getattr(row, "pk", row) for row in start])


class JsonForm:
    """An act's form at one target, as a program reads it and fills it in."""

    def __init__(
        self,
        act: Act[Any],
        target: Any,
        person: User,
        body: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
    ) -> None:
        self.act = act
        self.body = body
        self.files = files
        more = act.form_kwargs(target, person)
        data = None if body is None else dict(body)
        self.form: Any = act.form_class(
            data, files, initial=act.initial(target, person), **more
        )
        every: dict[str, forms.Field] = self.form.fields
        self.fields = {
            name: field
            for name, field in every.items()
            if name not in act.version_fields
            and not (field.disabled or isinstance(field.widget, PERSONS))
        }
        self.starts = {
            name: offered(field, self.form.get_initial_for_field(field, name))
            for name, field in every.items()
        }

    def schema(self) -> Schema:
        needed = [
            name
            for name, field in self.fields.items()
            if field.required and self.starts[name] in (None, "", [])
        ]
        return object_of(
            {name: schema_of(field) for name, field in self.fields.items()}, needed
        )

    def now(self) -> dict[str, Any]:
        """What stands there, as it may be sent back."""
        return {name: self._shown(name) for name in self.fields}

    def versions(self) -> dict[str, Any]:
        seen = [name for name in self.act.version_fields if name in self.form.fields]
        return {name: self._shown(name) for name in seen}

    def tag(self) -> str:
        """Changes with what stands there and with what the form compares."""
        seen = {"now": self.now(), "versions": self.versions()}
        text = json.dumps(seen, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def clean(self) -> dict[str, Any]:
        """What the service takes: what was sent, and beside it what stands there.

        Raises:
            Invalid: by field.
        """
        body = self.body or {}
        files = self.files or ()
        errors = {
            name[:100]: [UNKNOWN_FIELD]
            for name in [*body, *files]
            if name not in self.fields
        }
        for name, field in self.form.fields.items():
            if isinstance(field, forms.FileField):
                continue
            try:
                sent = name in body and name in self.fields
                if sent:
                    value = typed(field, body[name], in_form=self.files is not None)
                else:
                    value = self._kept(name)
            except ValidationError as error:
                errors[name] = error.messages
                continue
            self.form.data[name] = value
            field.widget = JsonWidget()
        if not errors and self.form.is_valid():
            data: dict[str, Any] = self.form.cleaned_data
            return data
        if not errors:
            errors = self.form.errors
        sentences_of = {
            "" if name == NON_FIELD_ERRORS else name: [*map(str, sentences)]
            for name, sentences in errors.items()
        }
        named = (
            (name, sentence)
            for name, sentences in sentences_of.items()
            for sentence in sentences
        )
        name, first = next(named)
        raise Invalid(f"{name}: {first}" if name else first, errors=sentences_of)

    def _kept(self, name: str) -> Any:
        """What a browser would send back untouched."""
        field = self.form.fields[name]
        value = self.starts[name]
        if isinstance(field, forms.MultiValueField):
            widget: Any = field.widget
            return widget.decompress(value)
        return field.prepare_value(value)

    def _shown(self, name: str) -> Any:
        field = self.form.fields[name]
        value = self.starts[name]
        is_json = hasattr(field, "json_schema") and isinstance(value, (list, dict))
        return as_json_value(value if is_json else field.prepare_value(value))


def object_of(properties: Mapping[str, Schema], needed: Iterable[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [*needed],
        "additionalProperties": False,
    }


def usual_schema(act: Act[Any]) -> Schema:
    """What the act's form takes wherever, for a description without a target; any
    object where its fields hang on the target."""
    fields: Mapping[str, forms.Field] = getattr(act.form_class, "base_fields", {})
    taken = {
        name: schema_of(field, now=False)
        for name, field in fields.items()
        if name not in act.version_fields and not isinstance(field.widget, PERSONS)
    }
    return {**object_of(taken), "additionalProperties": True}
