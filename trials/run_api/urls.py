"""Addresses below /api/v1/trials/, in a URL configuration of their own.

A process that serves vendors alone never has them.
"""

from django.urls import path

from evaltracker.toolbox.rest.views import routes
from trials.run_api.calls import VIEWS_CALLS as CALLS
from trials.run_api.calls import RunDocsView, RunSchemaView

urlpatterns = [
    *routes(CALLS),
    path("schema/", RunSchemaView.as_view(), name="run-schema"),
    path("docs/", RunDocsView.as_view(), name="run-docs"),
]
