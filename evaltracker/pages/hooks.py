"""Where pages hangs itself into lower floors; loaded when Django is ready."""

from django.apps import apps

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import evaltracker.pages.act_view
    import evaltracker.pages.grid_view
    import evaltracker.pages.help
    import evaltracker.pages.middleware
    import evaltracker.pages.search
