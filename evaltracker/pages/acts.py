"""Acts: every change that a person makes, as one registered class each.

An act knows its form, who may do it and which service does it. One view serves
them all: GET shows the form and changes nothing, POST performs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import (
    ImproperlyConfigured,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import User
from evaltracker.kit.registry import Registry

ACTS: Registry[str, Act] = Registry("act")

Outcome = HttpResponseBase | models.Model | str | None


class Confirm(forms.Form):
    """A form that asks nothing but the click itself."""


class Act:
    """One thing that a person can do to one thing.

    Set `name`, `title`, `verb` and `model`, and write `allowed` and `perform`.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    verb: ClassVar[str] = ""
    help: ClassVar[str] = ""
    success: ClassVar[str] = "Done."
    model: ClassVar[type[models.Model] | None] = None
    form_class: ClassVar[type[forms.BaseForm]] = Confirm
    template: ClassVar[str] = "evaltracker/act.html"
    # Red button: the act cannot be taken back, or it hits other people.
    dangerous: ClassVar[bool] = False
    # The words of a second button that shows what would happen; see `preview`.
    preview_verb: ClassVar[str] = ""
    # Fields that a link may fill; anything else in the address is refused.
    prefill: ClassVar[tuple[str, ...]] = ()
    # Hidden fields that say which content was seen; made fresh after `Stale`.
    version_fields: ClassVar[tuple[str, ...]] = ("version", "digest")

    def load(self, user: User, target_id: str) -> Any:
        """The target if `user` may see it; what they may not see is not there.

        Raises:
            NotFound: if it is not there for them.

        """
        if self.model is None:
            if target_id:
                raise NotFound
            return None
        manager: Any = self.model._default_manager
        try:
            return manager.visible_to(user).get(pk=target_id)
        except (ObjectDoesNotExist, ValueError, ValidationError) as error:
            raise NotFound from error

    def allowed(self, user: User, target: Any) -> bool:
        """Whether `user` is the person for it; the service decides once more."""
        raise NotImplementedError

    def is_timely(self, target: Any) -> bool:
        """Whether there is something to do it to now; else no button is shown."""
        return True

    def ask_before(self, request: HttpRequest, target: Any) -> None:
        """What has to be answered before the form is shown or performed.

        Raises:
            Detour: there is something to answer, elsewhere.

        """

    def needs_proof(self, target: Any, user: User) -> bool:
        """Whether `user` has to have shown lately who they are (R34)."""
        return False

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What the empty form starts with."""
        return {}

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """More arguments for the form, such as scoped choices."""
        return {}

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """More for the template, such as `evaluation`, `tab` and `crumbs`."""
        return {}

    def cancel_url(self, target: Any) -> str:
        """Where *Cancel* leads if the page was opened without `next`."""
        return reverse("admin:index")

    def heading(self, target: Any) -> str:
        """The page's heading: what is done, and to what."""
        return self.title if target is None else f"{self.title}: {target}"

    def preview(self, target: Any, data: Mapping[str, Any], user: User) -> Any:
        """What `perform` would do, for the template as `preview`; nothing changes."""
        raise NotImplementedError

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """Call the service. Returns where to go: address, row with a page, or None."""
        raise NotImplementedError

    def told(self, target: Any, outcome: Outcome) -> str:
        """The sentence that says that it is done."""
        return self.success


def register_act[A: type[Act]](cls: A) -> A:
    """Class decorator: make an act known under its name, or fail loudly."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", cls.name):
        raise ImproperlyConfigured(f"{cls.__name__}.name is no slug.")
    for duty in ("title", "verb"):
        if not getattr(cls, duty):
            raise ImproperlyConfigured(f"{cls.__name__} lacks {duty}.")
    for duty in ("allowed", "perform"):
        if getattr(cls, duty) is getattr(Act, duty):
            raise ImproperlyConfigured(f"{cls.__name__} lacks {duty}().")
    ACTS.register(cls.name, cls())
    return cls


def address_of(name: str, target: Any = None) -> str:
    """Where the act stands; an unknown act is a mistake of the caller."""
    if name not in ACTS:
        raise ImproperlyConfigured(f"There is no act {name!r}.")
    if target is None:
        return reverse("admin:act", args=[name])
    return reverse("admin:act_on", args=[name, target.pk])
