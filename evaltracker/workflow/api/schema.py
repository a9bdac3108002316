"""How the API of people's programs describes itself."""

from pathlib import Path

from django.conf import settings

from vendors.api.schema import BearerScheme, description

TEXT = Path(__file__).with_name("description.txt").read_text(encoding="utf-8")


class StaffTokenScheme(BearerScheme):  # type: ignore[no-untyped-call]
    target_class = "evaltracker.workflow.api.base.StaffToken"
    name = "personal_token"


urlpatterns = description(
    "staff",
    "api/v1/staff/",
    "evaltracker: people's programs",
    TEXT.format(
        calls=settings.STAFF_CALLS_PER_MINUTE,
        guesses=settings.CALLS_WITHOUT_TOKEN_PER_MINUTE,
    ),
    POSTPROCESSING_HOOKS=[
        *settings.SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"],
        "evaltracker.workflow.api.acts.describe_acts",
    ],
)
