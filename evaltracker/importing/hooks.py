"""Where imports hang themselves into lower floors; loaded when Django is ready."""

from django.apps import apps

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import evaltracker.importing.admin
    from evaltracker.importing.services.imports import work_on_imports
    from evaltracker.toolbox.processes import register_chore

    register_chore(name="imports", every=None, work=work_on_imports)
