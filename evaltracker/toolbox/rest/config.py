"""What the REST framework and its description are set to; settings.py takes it over."""

from typing import Any

from evaltracker.environment import NUM_PROXIES

REST_FRAMEWORK: dict[str, Any] = {
    # Each view names its own; forgetting it must not open anything.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": NUM_PROXIES,
}
DESCRIPTION: dict[str, Any] = {
    "TITLE": "evaltracker",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # A link of its own would stand inside the button that opens a call.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},
    "REDOC_DIST": "SIDECAR",
    # Lists of choices that share a field's name with others.
    "ENUM_NAME_OVERRIDES": {
        "CostKindEnum": "vendors.api.quotes.KINDS",
        "QuoteStateEnum": "vendors.choices.QuoteState",
        "ProposalStateEnum": "vendors.choices.ProposalState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "evaltracker.toolbox.rest.views.spell_out",
    ],
}
