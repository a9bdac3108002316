"""The sidebar outside an evaluation, as settings.UNFOLD lays it out.

The order names models of every floor, so it is configuration, not an import.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from evaltracker.errors import Forbidden
from evaltracker.evaluations.policy import may_audit

START = "index"
AUDITORS = "auditors"


def groups_for(site: AdminSite, request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with the items that this person may open.

    A group is open where one of its lists is read; what is for auditors is left out for
    everybody else.
    """
    user: Any = request.user
    groups = []
    for group in settings.UNFOLD["SIDEBAR"]["main"]:
        if group.get("for") == AUDITORS and not may_audit(user):
            continue
        items = [
            entry
            for item in group["items"]
            if (entry := _entry(site, request, *item)) is not None
        ]
        is_open = any(entry["active"] for entry in items)
        groups.append({"title": group["title"], "open": is_open, "items": items})
    return groups


def may_open_list(user: Any, model: type[Model]) -> bool:
    """Whether the list of all rows of `model` is for this person.

    Those that the sidebar shows to everybody are; the others are for operators and
    auditors, and everybody else reads their rows on the pages of an evaluation.
    """
    common = {
        target.lower()
        for group in settings.UNFOLD["SIDEBAR"]["main"]
        if group.get("for") != AUDITORS
        for _, target, _ in group["items"]
    }
    return model._meta.label_lower in common or may_audit(user)


def check_open_list(user: Any, model: type[Model]) -> None:
    """Refuse whom the list of all rows of `model` is not for.

    Raises:
        Forbidden: with a sentence.

    """
    if not may_open_list(user, model):
        raise Forbidden(
            "Lists over all evaluations are for operators and auditors. "
            "Open an evaluation to see what belongs to it."
        )


def _entry(
    site: AdminSite, request: HttpRequest, title: str, target: str, icon: str
) -> dict[str, Any] | None:
    """One line of the sidebar, or None if the person may not open it."""
    if target == START:
        link = reverse(f"{site.name}:index")
        active = request.path == link
        return {"title": title, "link": link, "icon": icon, "active": active}
    try:
        model = apps.get_model(target)
    except LookupError:
        return None
    admin = site._registry.get(model)
    if admin is None or not admin.has_module_permission(request):
        return None
    meta = model._meta
    link = reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_changelist")
    active = request.path.startswith(link)
    return {"title": title, "link": link, "icon": icon, "active": active}
