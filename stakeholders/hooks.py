"""Where stakeholders hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

import stakeholders.notices
from evaltracker.toolbox.processes import register_chore
from stakeholders.services.people import end_lapsed_sight

register_chore(
    name="end_lapsed_sight", every=datetime.timedelta(minutes=15), work=end_lapsed_sight
)


# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import stakeholders.admin.people
    import stakeholders.admin.roles
    import stakeholders.portable
    import stakeholders.services.roles
