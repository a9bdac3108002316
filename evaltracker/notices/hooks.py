"""Where notices hangs itself into lower floors; loaded when Django is ready."""

from django.apps import apps

import evaltracker.notices.mail

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import evaltracker.notices.admin
    import evaltracker.notices.events
