"""Addresses below /api/v1/trials/, in a URL configuration of their own.

A process that serves vendors alone never has them.
"""

from django.urls import path

from evaltracker.rest.calls import routes
from trials.run_api.schema import RunDocsView, RunSchemaView
from trials.run_api.views import CALLS

urlpatterns = [
    *routes(CALLS),
    path("schema/", RunSchemaView.as_view(), name="run-schema"),
    path("docs/", RunDocsView.as_view(), name="run-docs"),
]
