"""The start page: what waits on the reader, why, and by when."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import may_start_evaluations
from evaltracker.pages.site import site
from evaltracker.workflow.inbox import WorkItem, my_work

SHOWN = 8
# The most urgent of what waits; the rest is one click away.
ITEMS_SHOWN = 40
KINDS = {
    "sign_off": ("signature", "Sign"),
    "interests": ("balance", "Declare"),
    "open_prices": ("lock_open", "Read"),
    "contract": ("handshake", "Read"),
    "test_next": ("science", "Judge"),
    "condition": ("assignment_turned_in", "Open"),
    "milestone": ("event", "Open"),
    "scores": ("star_rate", "Score"),
    "weights": ("tune", "Say it"),
    "next_step": ("arrow_forward", "Open"),
    "questions": ("help", "Answer"),
    "proposals": ("add_task", "Rule"),
    "sent": ("inbox", "Read"),
    "notices": ("mail", "See to it"),
    "promise_check": ("fact_check", "Judge"),
    "letters": ("drafts", "Read"),
}


def work_page(request: HttpRequest) -> HttpResponse:
    """Everything by date, then the evaluations that the reader takes part in."""
    user: Any = request.user
    items = my_work(user)
    shown = items if request.GET.get("all") == "1" else items[:ITEMS_SHOWN]
    evaluations = Evaluation.objects.visible_to(user).select_related("owner")
    recent = list(evaluations.order_by("-created_at")[: SHOWN + 1])
    return site.page(
        request,
        "workflow/my_work.html",
        title=site.index_title,
        groups=[
            (name, [(item, *sign_of(item)) for item in found])
            for name, found in groupby(shown, key=attrgetter("group"))
        ],
        total=len(items),
        left_out=len(items) - len(shown),
        late=sum(item.late for item in items),
        evaluations=[
            evaluation for evaluation in recent if evaluation.status == Status.OPEN
        ][:SHOWN],
        ended=[evaluation for evaluation in recent if evaluation.status != Status.OPEN][
            :SHOWN
        ],
        more=len(recent) > SHOWN,
        may_start=may_start_evaluations(user),
    )


def sign_of(item: WorkItem) -> tuple[str, str]:
    """The icon of an item, and the word on its button."""
    icon, verb = KINDS[item.kind]
    return icon, "Read" if item.waits else verb


site.register_index(work_page)
