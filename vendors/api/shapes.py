"""Fields whose shape the description could not know by itself."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import build_array_type
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evaltracker.measures.measure import DIRECTIONS
from vendors.choices import STATED

NAMES = {"type": "array", "items": {"type": "string"}}
EVERYWHERE = {"type": "string", "pattern": "^everywhere$"}
BY_LIST = {"type": "object", "additionalProperties": {"oneOf": [NAMES, EVERYWHERE]}}


@extend_schema_field({"oneOf": [BY_LIST, EVERYWHERE]}, component_name="HoldsForValues")
class HoldsForValuesField(serializers.JSONField):
    """Values by list, or everywhere."""


class HoldsForLine(serializers.Serializer[Any]):
    """Values with an answer of their own."""

    values = HoldsForValuesField()
    availability = serializers.RegexField(f"^({'|'.join(STATED)})$")
    available_from = serializers.DateField(allow_null=True, required=False)


class HoldsForField(serializers.JSONField):
    """For which values of the buyer's lists an answer holds, as it was given."""


class HoldsForShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Values by list, everywhere, or lines."""

    target_class = HoldsForField

    def get_name(self) -> str:
        return "HoldsFor"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        line = auto_schema.resolve_serializer(HoldsForLine, direction)
        values = {"$ref": "#/components/schemas/HoldsForValues"}
        return {"oneOf": [values, build_array_type(line.ref)]}


NUMBER = {
    "type": "object",
    "properties": {"value": {"type": "string"}, "unit": {"type": "string"}},
    "required": ["value", "unit"],
}


@extend_schema_field(NUMBER, component_name="Number")
class NumberField(serializers.JSONField):
    """A number, exact as text, and its unit."""

    def to_representation(self, value: Any) -> Any:
        """What is kept; null of none."""
        return value or None


class MeasureOutput(serializers.Serializer[Any]):
    """The number that must be reached; decimals are texts."""

    quantity = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.ChoiceField(choices=list(DIRECTIONS))
    bound = serializers.CharField()
    statistic = serializers.CharField(help_text="mean, median, or p1 to p99.")
    tolerance = serializers.CharField(
        allow_null=True, help_text="Beyond the bound and within it is partly."
    )
    least_n = serializers.IntegerField(help_text="How many runs it takes at least.")
    words = serializers.CharField()


@extend_schema_field({"type": "string", "format": "binary"})
class UploadField(serializers.FileField):
    """A file that is sent as a part of a form."""
