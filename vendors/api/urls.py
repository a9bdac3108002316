"""Addresses below /api/v1/ that a vendor calls: a module of views is imported here."""

from django.urls import path

from evaltracker.toolbox.rest.views import routes
from vendors.api import claims, dialogue, quotes
from vendors.api.access import CALLS
from vendors.api.schema import DocsView, SchemaView

__all__ = ["claims", "dialogue", "quotes"]
urlpatterns = [
    *routes(CALLS),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
