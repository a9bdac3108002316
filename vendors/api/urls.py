"""Addresses below /api/v1/ that a vendor calls: a module of views is imported here."""

from django.urls import path

from evaltracker.toolbox.rest.views import routes
from vendors.api import claims as batch
from vendors.api import claims as files
from vendors.api import claims as submissions
from vendors.api import claims as views
from vendors.api import dialogue, quotes, sheets
from vendors.api.door import CALLS
from vendors.api.schema import DocsView, SchemaView

__all__ = ["batch", "dialogue", "files", "quotes", "sheets", "submissions", "views"]
urlpatterns = [
    *routes(CALLS),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
