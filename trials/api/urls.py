"""Addresses below /api/v1/ about a vendor's own trial.

They live here and not among the vendor calls, because floors look down only.
"""

from evaltracker.toolbox.rest.views import routes
from trials.api.views import CALLS

urlpatterns = routes(CALLS)
