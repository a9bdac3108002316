"""Acts: every change that a person makes, as one registered class each.

An act knows its form, who may do it and which service does it. One view serves
them all: GET shows the form and changes nothing, POST performs.
"""

import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import (
    ImproperlyConfigured,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db import models
from django.dispatch import Signal
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, get_urlconf, reverse

from evaltracker.errors import Forbidden, NotFound, Problem, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.fields import OfferingForm
from evaltracker.toolbox.registry import Registry

Rule = Callable[..., object]

Outcome = HttpResponseBase | models.Model | Problem | str | None
# What programs may do, by act; what is a person's word is not named.
PROGRAM: dict[str, str] = {
    name: program
    for program, names in json.loads(
        Path(__file__).with_name("program_acts.json").read_text(encoding="utf-8")
    ).items()
    for name in names
}


def visible_row(
    model: type[models.Model], related: Sequence[str], user: User, key: str
) -> Any:
    """The row, with its `related`; what `user` may not see is not there.

    Raises:
        NotFound: it is not there for them.
    """
    manager: Any = model._default_manager
    rows = manager.visible_to(user)
    if related:
        rows = rows.select_related(*related)
    try:
        return rows.get(pk=key)
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise NotFound from error


class Confirm(forms.Form):
    """A form that asks nothing but the click itself."""


class Act[T]:
    """One thing that a person can do to one thing, a `T`.

    Set `title`, `verb`, `model` and `service`. Without a rule that the service has
    in its module, set `rule` or write `allowed`.
    """

    # As in its address; that of the class unless said: `add-list` of `AddList`.
    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    verb: ClassVar[str] = ""
    # “Invited”, where it is not the verb with -ed.
    done_verb: ClassVar[str] = ""
    # Of `title` and the `target` with what it has.
    heading_format: ClassVar[str] = "{title}: {target}"
    help: ClassVar[str] = ""
    success: ClassVar[str] = "Done."
    model: ClassVar[type[models.Model] | None] = None
    # Rows that are read with the target.
    related: ClassVar[tuple[str, ...]] = ()
    # Does it, with `by`, the target as `target_name` and the form's fields by name.
    service: ClassVar[Callable[..., Any] | None] = None
    # What the service calls the target; blank if it does not take it.
    target_name: ClassVar[str] = ""
    # Raises why the person may not do it now; the service raises on it, too. Unless
    # the act says it, it is `check_add_list` beside the service `add_list`, if there.
    rule: ClassVar[Rule | None] = None
    form_class: ClassVar[type[forms.BaseForm]] = Confirm
    home_page: ClassVar[str] = "admin:index"
    # What the form calls the target, if it takes it.
    form_about: ClassVar[str] = ""
    template: ClassVar[str] = "evaltracker/act.html"
    # Whether it opens over the page that leads to it; one to read at leisure does not.
    in_dialog: ClassVar[bool] = True
    # Red button: the act cannot be taken back, or it hits other people.
    dangerous: ClassVar[bool] = False
    # Whether a program may do it: *do*, *ask* its person, or neither (*closed*).
    program: ClassVar[str] = "closed"
    # Whether people have to have shown lately who they are (R34).
    needs_proof: ClassVar[bool] = False
    # What is typed is under seal, as prices are: its draft ends with the login.
    sealed: ClassVar[bool] = False
    # The words of a second button that shows what would happen; see `preview`.
    preview_verb: ClassVar[str] = ""
    # The words of a second button that does it and offers the empty form again.
    again_verb: ClassVar[str] = ""
    # Fields of the form that show what the target's columns of that name hold now.
    current_fields: ClassVar[tuple[str, ...]] = ()
    # Fields that a link may fill; anything else in the address is refused.
    prefill: ClassVar[tuple[str, ...]] = ()
    # Hidden fields that say which content was seen; made fresh after `Stale`.
    version_fields: ClassVar[tuple[str, ...]] = ("version", "digest")

    def __init_subclass__(cls, *, registered: bool = True) -> None:
        """What has a title of its own is an act that people press, or fails loudly."""
        if not registered or "title" not in vars(cls):
            return
        if "name" not in vars(cls):
            cls.name = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
        if "rule" not in vars(cls):
            cls.rule = _rule_beside(cls.service) or cls.rule
        if not re.fullmatch(r"[a-z][a-z0-9-]*", cls.name):
            raise ImproperlyConfigured(f"{cls.__name__}.name is no slug.")
        if not cls.verb:
            raise ImproperlyConfigured(f"{cls.__name__} lacks verb.")
        if cls.rule is None and cls.allowed is Act.allowed:
            raise ImproperlyConfigured(f"{cls.__name__} lacks rule or allowed().")
        if cls.run is Act.run:
            _check_service(cls)
        cls.program = PROGRAM.get(cls.name, "closed")
        ACTS.register(cls.name, cls())

    def load(self, user: User, target_id: str) -> T:
        """The target if `user` may see it; what they may not see is not there.

        Raises:
            NotFound: if it is not there for them.
        """
        subject: Any = None
        if self.model is not None:
            subject = visible_row(self.model, self.related, user, target_id)
        elif target_id:
            raise NotFound
        target: T = subject
        return target

    def targets_in(self, evaluation: Evaluation, user: User) -> Sequence[T]:
        """What it may be done to there, where that is no row of `model`."""
        return ()

    def allowed(self, user: User, target: T) -> bool:
        """Whether `user` is the person for it, where that is the whole rule."""
        raise NotImplementedError

    def judged(self, target: T) -> tuple[Any, ...]:
        return (target,)

    def say(self, text: str) -> str:
        """Words of ours; inside an evaluation in what it calls demos and trials."""
        return text

    def worded(self, target: T) -> Self:
        """The act as it is said about this target."""
        return self

    def check(self, user: User, target: T) -> None:
        """Ask the rule.

        Raises:
            Forbidden: the wrong person. Refused: the wrong moment.
        """
        rule = type(self).rule
        if rule is not None:
            rule(*self.judged(target), user)
        elif not self.allowed(user, target):
            raise Forbidden(f"“{self.title}” is not yours to do here.")

    def why_not(self, user: User, target: T) -> Problem | None:
        return why_not(self.check, user, target)

    def ask_before(self, request: HttpRequest, target: T) -> None:
        """What has to be answered before the form is shown or performed.

        Raises:
            Detour: there is something to answer, elsewhere.
        """

    def initial(self, target: T, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in self.current_fields}

    def form_kwargs(self, target: T, user: User) -> dict[str, Any]:
        offers = issubclass(self.form_class, OfferingForm)
        name = self.form_about or ("about" if offers else "")
        return {name: target} if name else {}

    def context(self, target: T, user: User) -> dict[str, Any]:
        """More for the template, such as `evaluation`, `tab` and `crumbs`."""
        return {}

    def cancel_url(self, target: T) -> str:
        """Where *Cancel* leads if the page was opened without `next`."""
        return reverse(self.home_page)

    def heading(self, target: T) -> str:
        if target is None:
            return self.title
        return self.heading_format.format(title=self.title, target=target)

    def preview(self, target: T, data: Mapping[str, Any], user: User) -> Any:
        """What `run` would do, for the template as `preview`; nothing changes."""
        raise NotImplementedError

    def arguments(self, target: T, data: Mapping[str, Any]) -> dict[str, Any]:
        """What the service is called with, apart from `by`."""
        if self.target_name:
            named = {self.target_name: target}
        else:
            named = {}
        return {**named, **data}

    def run(self, target: T, data: Mapping[str, Any], by: User) -> Any:
        """Call the service. Returns what it made, or a problem whose rows are kept."""
        service = type(self).service
        if service is None:
            raise NotImplementedError
        return service(**self.arguments(target, data), by=by)

    def destination(self, target: T, made: Any) -> Outcome:
        """Where the page goes on to once `run` returned `made`.

        An address, a row with a page, a response, a template response for what is
        shown this once, or None for where the person came from, else `cancel_url`.
        """
        return None

    def success_message(self, target: T, outcome: Outcome) -> str:
        return self.success.format(target=target)


ACTS: Registry[str, Act[Any]] = Registry("act")
# Sent with `act` and `target_id`; who fills the act in for that request returns it.
act_opened = Signal()


def _rule_beside(service: Callable[..., Any] | None) -> Rule | None:
    """What the service's module calls `check_` and the service's name, if anything."""
    if service:
        service = inspect.unwrap(getattr(service, "func", service))
    else:
        service = None
    if service is None:
        return None
    return getattr(sys.modules[service.__module__], f"check_{service.__name__}", None)


def _check_service(cls: type[Act[Any]]) -> None:
    """Refuse an act whose service does not take what its form asks."""
    if cls.service is None:
        raise ImproperlyConfigured(f"{cls.__name__} lacks service or run().")
    # A form with a `clean` of its own may fold several fields into one.
    folds = cls.form_class.clean is not forms.BaseForm.clean
    if folds or cls.arguments is not Act.arguments:
        return
    takes = inspect.signature(cls.service).parameters.values()
    passed = {"by", cls.target_name, *getattr(cls.form_class, "base_fields", ())} - {""}
    missing = {
        param.name
        for param in takes
        if param.kind is param.KEYWORD_ONLY and param.default is param.empty
    } - passed
    takes_all = any(param.kind is param.VAR_KEYWORD for param in takes)
    if takes_all:
        unknown = set()
    else:
        unknown = passed - {param.name for param in takes}
    if missing or unknown:
        raise ImproperlyConfigured(
            f"{cls.__name__}: its service lacks {unknown or 'nothing'} "
            f"and is not given {missing or 'anything else'}."
        )


def address_of(name: str, target: Any = None) -> str:
    if name not in ACTS:
        raise ImproperlyConfigured(f"There is no act {name!r}.")
    if target is None:
        return place_of("admin:act", name)
    return place_of("admin:act_on", name, target.pk)


def place_of(name: str, *keys: object) -> str:
    """The address of that name; `keys` are what it is about, as `reverse` takes them.

    Raises:
        NoReverseMatch: there is none of that name for so many keys.
    """
    return _looked_up(name, keys, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=8_192)
def _looked_up(
    name: str, keys: tuple[object, ...], urls: str | None, prefix: str
) -> str:
    return reverse(name, args=keys, urlconf=urls)


def remind_address(kind: str, evaluation: Evaluation, person: User) -> str:
    """The act that reminds `person` of a kind of work, such as `scores`."""
    key = f"{kind}.{evaluation.pk}.{person.pk}"
    return reverse("admin:act_on", args=["remind-colleague", key])
