"""What is new for the reader, and the act that marks it as seen."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Act, Outcome, register_act
from evaltracker.pages.bell import BELL
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.workflow.inbox.news import count_news, news
from evaltracker.workflow.services.bells import mark_news_seen


def news_page(request: HttpRequest) -> HttpResponse:
    """What came since the reader marked it as seen; looking changes nothing."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405)
    check_query(request)
    user: Any = request.user
    now = timezone.now()
    return site.page(
        request,
        "workflow/news.html",
        title="What is new",
        crumbs=[("What is new", "")],
        news=news(user),
        until=now.isoformat(),
    )


site.register_page("news/", news_page, "news")
BELL.register("news", count_news)


class SeenForm(forms.Form):
    """The moment at which the page was made."""

    until = forms.DateTimeField(widget=forms.HiddenInput)


@register_act
class MarkNewsSeen(Act[None]):
    """Remembers up to when the reader has seen what is new."""

    name = "mark-news-seen"
    title = "Mark as seen"
    verb = "Mark all as seen"
    help = "For you alone: what comes later is new again."
    success = "Marked as seen."
    form_class = SeenForm
    service = mark_news_seen

    def allowed(self, user: User, target: None) -> bool:
        """Everybody has a bell of their own."""
        return True

    def initial(self, target: None, user: User) -> dict[str, Any]:
        return {"until": timezone.now()}

    def destination(self, target: None, made: Any) -> Outcome:
        """Back to the list, which is empty now."""
        return reverse("admin:news")
