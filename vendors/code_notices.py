"""The kinds of notices about the way into the vendor pages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import Message, register
from vendors.models import Candidate, SignInCode
from vendors.notices import PAGES, ToVendor
from vendors.secrets import code_of, link_secret, spaced


@register
class SignInCodeMail(ToVendor[SignInCode]):
    """The code that a contact asked for; made as the mail is written, kept nowhere."""

    name: ClassVar[str] = "sign_in_code"
    rows: ClassVar = SignInCode.objects.select_related(
        "link__candidate", "link__contact"
    )
    gone: ClassVar[str] = "The code is not asked for any more."

    def title(self, row: SignInCode) -> str:
        """The code is no part of any page."""
        return "Code for the vendor pages"

    def candidates(self, notice: Notice, row: SignInCode) -> QuerySet[Candidate]:
        """The one whose pages it opens."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(pk=row.link.candidate_id)
        return rows

    def reasons(self, notice: Notice, row: SignInCode) -> Iterator[str]:
        """Unless it can still be used, by the contact who asked."""
        yield from super().reasons(notice, row)
        if row.used_at or row.expires_at <= timezone.now():
            yield "The code was used, or its 15 minutes are over."

    def page(self, notice: Notice, row: SignInCode) -> str:
        """Where it is typed; it opens nothing in another browser."""
        return f"{PAGES}{link_secret(row.link_id)}/code/"

    def values(self, notice: Notice, row: SignInCode) -> dict[str, str]:
        """The code itself, and who asks the vendor."""
        return {"code": spaced(code_of(row.pk)), "buyer": notice.place.buyer}

    def compose(self, notice: Notice) -> Message:
        """The mail; the process that sends it knows no name of the owner's."""
        message = self.letter(notice, self.row(notice))
        return replace(message, sender_name=notice.place.buyer)


@register
class CodesGuessed(About[Candidate]):
    """Many wrong codes were typed for an invitation: told to the owner."""

    name: ClassVar[str] = "codes_guessed"
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """Unless somebody else runs it, or it is over."""
        yield ended(notice)
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: Candidate) -> str:
        """Where sessions are seen and ended."""
        return reverse("admin:evaluation_invitations", args=[notice.place.slug])
