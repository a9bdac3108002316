"""Addresses below /api/v1/ that a vendor calls: a module of views is imported here."""

from django.urls import path

from evaltracker.rest.calls import routes
from vendors.api import batch, dialogue, files, quotes, sheets, submissions, views
from vendors.api.base import CALLS
from vendors.api.schema import DocsView, SchemaView

__all__ = ["batch", "dialogue", "files", "quotes", "sheets", "submissions", "views"]
urlpatterns = [
    *routes(CALLS),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
