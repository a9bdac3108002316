"""How the API of people's programs describes itself."""

from pathlib import Path
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema

from vendors.api.schema import DocsView, SchemaView

DESCRIPTION = Path(__file__).with_name("description.txt").read_text(encoding="utf-8")


class StaffTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "evaltracker.workflow.api.base.StaffToken"
    name = "personal_token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class StaffSchemaView(SchemaView):
    """OpenAPI 3 of what personal tokens open."""

    prefix = "api/v1/staff/"
    custom_settings = {
        "TITLE": "evaltracker: people's programs",
        "DESCRIPTION": DESCRIPTION.format(
            calls=settings.STAFF_CALLS_PER_MINUTE,
            guesses=settings.CALLS_WITHOUT_TOKEN_PER_MINUTE,
        ),
        "ENFORCE_NON_BLANK_FIELDS": True,
    }

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Read this description, as YAML or JSON, by `format` or the Accept header."""
        return super().get(request, *args, **kwargs)


class StaffDocsView(DocsView):
    """The description as a page."""

    url_name = "staff-schema"
    title = "evaltracker: people's programs"
