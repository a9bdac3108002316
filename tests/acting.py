"""Doing an act as somebody, as the page of the act would."""

from evaltracker.evaluations.models import User
from tests.clients import signed_in


def act(act_name: str, target: object, user: User, /, **form: object) -> int:
    """POST an act on a target (a row, an id, or None); the status that answers."""
    pk = getattr(target, "pk", target)
    url = f"/admin/act/{act_name}/{pk}/" if pk else f"/admin/act/{act_name}/"
    return signed_in(user).post(url, form).status_code
