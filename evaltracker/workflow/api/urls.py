from evaltracker.toolbox.rest.views import routes
from evaltracker.workflow.api.views import CALLS

urlpatterns = routes(CALLS)
