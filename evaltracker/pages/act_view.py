"""The one view that serves every act."""

from http import HTTPStatus
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

from evaltracker.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Refused,
    Stale,
    StorageFull,
    disk_is_full,
)
from evaltracker.pages.acts import ACTS, Act, Outcome, act_opened
from evaltracker.pages.proof import is_proven, proof_asked
from evaltracker.pages.site import (
    answer_done,
    answer_refused,
    is_in_dialog,
    is_in_place,
    site,
)
from evaltracker.toolbox.files import files_of_rows

NEXT = "next"
# The page that a dialog stands on; it is shown anew unless the act leads elsewhere.
HERE = "here"
PREVIEW = "preview"
# Fields whose choices are words of ours.
OUR_CHOICES = frozenset({"gate", "source", "to_stage"})
AGAIN = "again"


def act_view(request: HttpRequest, name: str, target_id: str = "") -> HttpResponse:
    """Show an act's form (GET, HEAD) or perform it (POST).

    Raises:
        NotFound: no such act, or no such target for this person. Forbidden: the target
        is theirs to see, the act is not theirs to do.
    """
    act = ACTS.get(name)
    if act is None:
        raise NotFound
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    user: Any = request.user
    target = act.load(user, target_id)
    act = act.worded(target)
    for _, filled in act_opened.send(request, act=act, target_id=target_id):
        act = cast("Act[Any]", filled or act)
    refusal = act.why_not(user, target)
    if isinstance(refusal, Forbidden):
        raise refusal
    act.ask_before(request, target)
    if act.needs_proof:
        proof = proof_asked(request)
    else:
        proof = None
    if request.method == "POST":
        return _perform(request, act, target, proof)
    if is_in_dialog(request) and not act.in_dialog:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    unknown = set(request.GET) - {*act.prefill, NEXT}
    if unknown:
        raise Invalid(f"The address holds “{min(unknown)}”, which is not known here.")
    form = _form(act, target, request)
    return _show(request, act, target, form, problem=refusal, proof=proof)


def _form(act: Act[Any], target: Any, request: HttpRequest, data: Any = None) -> Any:
    user: Any = request.user
    initial = act.initial(target, user)
    kwargs = act.form_kwargs(target, user)
    if data is not None:
        return act.form_class(data, request.FILES, initial=initial, **kwargs)
    initial |= {key: request.GET[key] for key in act.prefill if key in request.GET}
    form: Any = act.form_class(initial=initial, **kwargs)
    for name, field in form.fields.items():
        # An only choice is chosen; a file has none.
        is_one = not getattr(field.widget, "allow_multiple_selected", True)
        if field.required and is_one and not form.get_initial_for_field(field, name):
            keys = [key for key, _ in islice(getattr(field, "choices", ()), 3) if key]
            if len(keys) == 1:
                form.initial[name] = getattr(keys[0], "value", keys[0])
    return form


def _perform(
    request: HttpRequest, act: Act[Any], target: Any, proof: Any
) -> HttpResponse:
    """Post the form: all of it happens, or nothing."""
    user: Any = request.user
    form = _form(act, target, request, request.POST)
    if proof and is_proven(request, proof):
        proof = None
    if proof or not form.is_valid():
        return _show(request, act, target, form, status=400, proof=proof)
    if act.preview_verb and PREVIEW in request.POST:
        seen = act.preview(target, form.cleaned_data, user)
        return _show(request, act, target, form, preview=seen)
    try:
        outcome = _run(act, target, form.cleaned_data, user)
    except (NotFound, Forbidden):
        raise
    except Problem as refusal:
        problem = refusal
    except OSError as error:
        if not disk_is_full(error):
            raise
        problem = StorageFull()
    except IntegrityError:
        # The constraint won a race that the service could not see coming.
        problem = Refused("Somebody else did this a moment ago. Load the page again.")
    else:
        if not isinstance(outcome, Problem):
            return _finish(request, act, target, outcome)
        problem = outcome
    shown: Problem | None = problem
    if isinstance(problem, Stale):
        form = _form(act, target, request, _with_fresh_version(request, act))
    elif isinstance(problem, Invalid) and problem.errors:
        shown = None
        for field, sentences in problem.errors.items():
            for sentence in sentences:
                form.add_error(field if field in form.fields else None, sentence)
    return _show(request, act, target, form, problem=shown, status=problem.status)


def _run(act: Act[Any], target: Any, data: dict[str, Any], user: Any) -> Outcome:
    """Do the act: all of it, or nothing.

    A problem that is returned and not raised leaves what the act wrote.
    """
    with transaction.atomic(), files_of_rows():
        made = act.run(target, data, user)
        if isinstance(made, Problem):
            return made
        return act.destination(target, made)


def _finish(
    request: HttpRequest, act: Act[Any], target: Any, outcome: Outcome
) -> HttpResponse:
    if isinstance(outcome, SimpleTemplateResponse):
        user = cast("Any", request).user
        shown = cast("Any", outcome)
        context = {**act.context(target, user), **shown.context_data}
        return site.page(request, shown.template_name, title=act.title, **context)
    text = act.success_message(target, outcome)
    onwards = _onwards(request, act, target, outcome)
    if is_in_place(request):
        return answer_done(text, onwards)
    if act.again_verb and AGAIN in request.POST:
        again = request.get_full_path()
    else:
        again = ""
    if again:
        onwards = HttpResponseRedirect(_next(request, HERE) or act.cancel_url(target))
    in_dialog = is_in_dialog(request) and "Location" in onwards
    there = onwards.headers.get("Location", "")
    here = _next(request, HERE)
    if not in_dialog or urlsplit(there).path != urlsplit(here).path:
        messages.success(request, text, extra_tags=request.path)
    if in_dialog:
        # Where to go if the page below the dialog is gone with what was changed.
        more = {"otherwise": act.cancel_url(target)}
        if again:
            more["again"] = again
        return answer_done(text, onwards, **more)
    if again:
        return HttpResponseRedirect(again)
    return onwards


def _with_fresh_version(request: HttpRequest, act: Act[Any]) -> Any:
    """What was typed, with the version of now: seen once more, it may be sent."""
    user: Any = request.user
    target_id = request.resolver_match.kwargs.get("target_id", "")  # type: ignore[union-attr]
    fresh = act.initial(act.load(user, target_id), user)
    data = request.POST.copy()
    for field in act.version_fields:
        if field in fresh:
            data[field] = str(fresh[field])
    return data


def _next(request: HttpRequest, field: str = NEXT) -> str:
    wanted = request.POST.get(field) or request.GET.get(field) or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    )
    return wanted if ours else ""


def _onwards(
    request: HttpRequest, act: Act[Any], target: Any, outcome: Outcome
) -> HttpResponse:
    if isinstance(outcome, HttpResponseBase):
        # A download streams, so it is no HttpResponse, but it is served like one.
        return cast("HttpResponse", outcome)
    if isinstance(outcome, str):
        return HttpResponseRedirect(outcome)
    if back := _next(request):
        return HttpResponseRedirect(back)
    if isinstance(outcome, models.Model):
        return HttpResponseRedirect(site.address_of(outcome))
    return HttpResponseRedirect(_next(request, HERE) or act.cancel_url(target))


def _show(
    request: HttpRequest,
    act: Act[Any],
    target: Any,
    form: Any,
    *,
    problem: Problem | None = None,
    preview: Any = None,
    proof: Any = None,
    status: int = 200,
) -> HttpResponse:
    if is_in_place(request):
        return answer_refused(act, form, problem, status)
    for name in form.fields.keys() & getattr(form, "base_fields", {}):
        field = form.fields[name]
        field.label = field.label and act.say(field.label)
        field.help_text = act.say(field.help_text)
        if name in OUR_CHOICES and hasattr(field, "choices"):
            field.choices = [(value, act.say(text)) for value, text in field.choices]
    user: Any = request.user
    back = _next(request)
    return site.page(
        request,
        act.template,
        title=act.heading(target),
        status=status,
        act=act,
        target=target,
        form=form,
        problem=problem,
        preview=preview,
        proof=proof,
        next=back,
        cancel_url=back or act.cancel_url(target),
        **{"crumbs": [(act.title, "")], **act.context(target, user)},
    )


site.register_page("act/<slug:name>/", act_view, "act")
site.register_page("act/<slug:name>/<str:target_id>/", act_view, "act_on")
