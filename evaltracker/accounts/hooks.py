"""Where accounts hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

import evaltracker.accounts.adapters
import evaltracker.accounts.notices
from evaltracker.accounts.services import forget_what_is_over
from evaltracker.toolbox.processes import register_chore

register_chore(
    name="forget_ended_sessions",
    every=datetime.timedelta(hours=12),
    work=forget_what_is_over,
)

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import evaltracker.accounts.admin.notices
    import evaltracker.accounts.admin.own_account
    import evaltracker.accounts.admin.people
