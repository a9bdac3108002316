"""Addresses below /api/v1/trials/, in a URL configuration of their own.

A process that serves vendors alone never has them.
"""

from evaltracker.rest.calls import routes
from trials.run_api.views import CALLS

urlpatterns = routes(CALLS)
