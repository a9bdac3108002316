"""Where requirements hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

from evaltracker.importing.services.drafts import forget_old_drafts
from evaltracker.notices.services.scheduling import recount_due
from evaltracker.requirements.services.categories import tell_heads
from evaltracker.toolbox.processes import register_chore

register_chore(name="recount_due", every=datetime.timedelta(days=1), work=recount_due)
register_chore(
    name="forget_old_drafts", every=datetime.timedelta(hours=6), work=forget_old_drafts
)
register_chore(
    name="tell_journal_heads", every=datetime.timedelta(hours=1), work=tell_heads
)

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import evaltracker.requirements.admin.brief
    import evaltracker.requirements.admin.evaluation_templates
    import evaltracker.requirements.admin.evaluations
    import evaltracker.requirements.admin.requirements
    import evaltracker.requirements.imports
