from evaltracker.rest.calls import routes
from evaltracker.workflow.api.views import CALLS

urlpatterns = routes(CALLS)
