"""The only kind of list filter: what it offers, the reader may see anyway."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db import models
from django.http import HttpRequest

from evaltracker.errors import Invalid

MOST_CHOICES = 200


class ScopedFilter(SimpleListFilter):
    """Filters by one field of the model itself.

    A field with choices offers its choices, a yes-no field both, a foreign key the
    rows that the reader may see. Make one with `by("stage")`.
    """

    field_name: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here and not in `queryset`, which is left out when there is no choice.
        offered = {str(choice) for choice, _ in self.lookup_choices}
        if self.value() is not None and self.value() not in offered:
            raise Invalid(f"“{self.title}” has no such choice.")

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """The choices, as value and label."""
        field = model_admin.model._meta.get_field(self.field_name)
        if isinstance(field, models.BooleanField):
            return [("yes", "Yes"), ("no", "No")]
        if isinstance(field, models.ForeignKey):
            manager: Any = field.related_model._default_manager
            visible = manager.visible_to(request.user)[:MOST_CHOICES]
            return [(str(row.pk), str(row)) for row in visible]
        return [(str(value), str(label)) for value, label in field.flatchoices]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """The rows with the chosen value."""
        value = self.value()
        if value is None:
            return queryset
        field = queryset.model._meta.get_field(self.field_name)
        if isinstance(field, models.BooleanField):
            return queryset.filter(**{self.field_name: value == "yes"})
        return queryset.filter(**{self.field_name: value})


def by(field: str, title: str = "") -> type[ScopedFilter]:
    """A filter class for that field."""
    return type(
        f"By{field.title().replace('_', '')}",
        (ScopedFilter,),
        {
            "field_name": field,
            "parameter_name": field,
            "title": title or field.replace("_", " "),
        },
    )
