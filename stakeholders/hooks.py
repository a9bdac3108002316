"""Where stakeholders hangs itself into lower floors; loaded when Django is ready."""

import datetime
from typing import Any

from django.apps import apps
from django.dispatch import receiver

import stakeholders.notices
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.evaluations import evaluation_started
from evaltracker.toolbox.processes import register_chore
from stakeholders.services.people import ask_usual_roles, end_lapsed_sight

register_chore(
    name="end_lapsed_sight", every=datetime.timedelta(minutes=15), work=end_lapsed_sight
)


@receiver(evaluation_started)
def ask_usual_roles_at_start(*, evaluation: Evaluation, by: User, **_: Any) -> None:
    ask_usual_roles(evaluation=evaluation, by=by)


# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import stakeholders.admin.people
    import stakeholders.admin.roles
    import stakeholders.portable
    import stakeholders.services.roles
