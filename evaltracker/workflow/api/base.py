"""The base of every staff read: a person who is signed in, and what they may see."""

from typing import Any, ClassVar, cast

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.rest.schemas import problems
from evaltracker.rest.views import StrictView

READ = problems(400, 401, 403, 404, 406, 500)


class StaffSession(SessionAuthentication):
    """The session of the admin; a vendor's token opens nothing here."""

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Session realm="evaltracker"'


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the description how people authenticate."""

    target_class = "evaltracker.workflow.api.base.StaffSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class StaffView(StrictView):
    """A read by a person; what they may not see does not exist."""

    authentication_classes = (StaffSession,)
    permission_classes = (IsAdminUser,)
    how_to_sign_in: ClassVar[str] = "Sign in to the admin first."

    def person(self, request: Request) -> User:
        """Who reads; the permission let nobody else in."""
        return cast("User", request.user)

    def evaluation(self, request: Request, slug: str) -> Evaluation:
        """A purchase that the person may see; a hidden one is as absent as none."""
        found = (
            Evaluation.objects.visible_to(self.person(request))
            .filter(slug=slug)
            .select_related("owner")
            .first()
        )
        if found is None:
            raise NotFound
        return found
