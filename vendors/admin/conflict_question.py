"""The question that comes before a candidate's content: have you an interest in it?"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.sealed_entries import VEILS
from evaltracker.pages.site import Detour
from vendors.admin.pages import reader
from vendors.policy import to_declare


def ask_first(request: HttpRequest, evaluation: Evaluation) -> None:
    """Lead whoever has not answered for every candidate to the question, and back.

    Every page that shows what candidates say, cost or did begins with this.

    Raises:
        Detour: there is something to answer.

    """
    if is_to_be_asked(reader(request), evaluation):
        back = urlencode({"next": request.get_full_path()})
        raise Detour(f"{address_of('declare-interests', evaluation)}?{back}")


def is_to_be_asked(user: User, evaluation: Evaluation) -> bool:
    """Whether somebody has yet to say if they have an interest in a candidate."""
    if evaluation.owner_id == user.pk:
        return False
    return to_declare(user).filter(evaluation=evaluation).exists()


# The journal tells claims, prices and scores, so it waits for the answer too.
VEILS.add(is_to_be_asked)


class AboutCandidates(HardenedAdmin):
    """A list of what candidates say or did, without those still to be asked about.

    A list spans evaluations, so it leaves them out instead of asking.
    """

    candidate_path: ClassVar[str] = "candidate"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What the reader may see, of candidates that they have answered for."""
        rows = super().get_queryset(request)
        unasked = list(to_declare(reader(request)).values_list("pk", flat=True))
        return (
            rows.exclude(**{f"{self.candidate_path}__in": unasked}) if unasked else rows
        )
