"""The start page: what waits on the reader, why, and by when."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.models.people import name_columns
from evaltracker.evaluations.policy import may_start_evaluations
from evaltracker.pages.site import site
from evaltracker.workflow.inbox import WorkItem, my_work
from evaltracker.workflow.inbox.lines import Group, apart, grouped, snoozed_lines

SHOWN = 8
# The most urgent of what waits; the rest is one click away.
LINES_SHOWN = 40
KINDS = {
    "sign_off": ("signature", "Sign"),
    "interests": ("balance", "Declare"),
    "clearing": ("balance", "Read"),
    "open_prices": ("lock_open", "Read"),
    "waiver": ("gavel", "Answer"),
    "waiver_asked": ("gavel", "Read"),
    "contract": ("handshake", "Read"),
    "demo": ("slideshow", "Open"),
    "trial": ("science", "Judge"),
    "test_next": ("science", "Judge"),
    "condition": ("assignment_turned_in", "Open"),
    "milestone": ("event", "Open"),
    "scores": ("star_rate", "Score"),
    "far_apart": ("forum", "Read"),
    "weights": ("tune", "Set"),
    "next_step": ("arrow_forward", "Open"),
    "questions": ("help", "Answer"),
    "proposals": ("add_task", "Decide"),
    "colleagues": ("person_add", "Decide"),
    "sent": ("inbox", "Read"),
    "notices": ("mail", "Fix"),
    "promise_check": ("fact_check", "Judge"),
    "contract_term": ("event_repeat", "Decide"),
    "letters": ("drafts", "Read"),
    "mention": ("chat", "Read"),
    "import": ("upload_file", "Open"),
}


def work_page(request: HttpRequest) -> HttpResponse:
    """What waits by day and evaluation, then where the reader takes part."""
    user: Any = request.user
    items, snoozed = apart(my_work(user), snoozed_lines(user))
    every = request.GET.get("all") == "1"
    groups, left_out = grouped(items, len(items) if every else LINES_SHOWN)
    turns = [group for group in groups if group.counts]
    recent = recent_evaluations(user)
    return site.page(
        request,
        "workflow/my_work.html",
        title=site.index_title,
        groups=[shown(group) for group in groups],
        total=sum(group.number for group in turns) + left_out,
        left_out=left_out,
        late=sum(line.first.late for group in turns for line in group.lines()),
        snoozed=snoozed,
        evaluations=[
            evaluation for evaluation in recent if evaluation.status == Status.OPEN
        ][:SHOWN],
        ended=[evaluation for evaluation in recent if evaluation.status != Status.OPEN][
            :SHOWN
        ],
        more=len(recent) > SHOWN,
        may_start=may_start_evaluations(user),
    )


def recent_evaluations(user: User) -> list[Evaluation]:
    """The newest that the reader may see, and one more than is shown; what a line of
    them says is all that is read."""
    seen = Evaluation.objects.visible_to(user).real().select_related("owner")
    line = ("slug", "title", "buyer", "stage", "status", "must_run_by")
    rows = seen.only(*line, *name_columns("owner")).order_by("-created_at")
    return list(rows[: SHOWN + 1])


def shown(group: Group) -> dict[str, Any]:
    """A group with the icon and the word on the button of each line."""
    return {
        "name": group.name,
        "is_theirs": group.counts,
        "number": group.number,
        "places": [
            (evaluation, [(line, *sign_of(line.first)) for line in lines])
            for evaluation, lines in group.places.items()
        ],
    }


def sign_of(item: WorkItem) -> tuple[str, str]:
    """The icon of an item, and the word on its button."""
    icon, verb = KINDS[item.kind]
    return icon, "Read" if item.waits else verb


site.register_index(work_page)
