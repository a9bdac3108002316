"""One request about one kind of import: the file that waits, and the page."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, User
from evaltracker.importing.admin.forms import ReadingForm, RowsForm, UploadForm
from evaltracker.importing.admin.work_shown import work_shown
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.previews import PAGE, Preview
from evaltracker.importing.services.import_log import REST
from evaltracker.importing.services.looks import Look, kept_look, look_at
from evaltracker.importing.services.waiting_files import (
    GONE,
    read_draft,
    waiting_for,
    what_waits,
)
from evaltracker.pages.paging import page_number
from evaltracker.pages.workspace import crumbs_to, page_address, show

HAS_REST = Q(kept__has_key=REST)
LISTED = 20


class Desk:
    """One request about one kind of import of one evaluation."""

    def __init__(
        self,
        request: HttpRequest,
        evaluation: Evaluation,
        kind: ImportKind,
        user: User,
    ) -> None:
        self.request, self.evaluation = request, evaluation
        self.kind, self.user = kind, user

    def draft(self) -> ImportDraft | None:
        """The file that waits for this person."""
        return read_draft(evaluation=self.evaluation, kind=self.kind.slug, by=self.user)

    def waiting(self) -> ImportDraft:
        """The file that waits.

        Raises:
            Refused: none does.

        """
        draft = self.draft()
        if draft is None:
            raise Refused(GONE)
        return draft

    def looked_at(self) -> tuple[ImportDraft, Look]:
        """The file that waits, and what is shown of it.

        Raises:
            Refused: none does, or it is being worked on.

        """
        draft = self.waiting()
        look = None if draft.work else self.look(draft)
        if look is None:
            raise Refused("The file is being read. Wait until its preview is here.")
        return draft, look

    def again(self) -> HttpResponse:
        """The page, by GET."""
        address = page_address(self.evaluation, f"import_{self.kind.slug}", "preview")
        return HttpResponseRedirect(address)

    def look(self, draft: ImportDraft) -> Look | None:
        """What there is to see of the file; None if it could not be read."""
        see = kept_look if draft.is_large else look_at
        return see(draft, self.kind, self.evaluation, self.user)

    def page_of(self, rows: Sequence[Any], name: str) -> Page[Any]:
        """The page of the rows that the address asks for; the first after a post."""
        pages = Paginator(rows, PAGE)
        asked = self.request.method != "POST"
        last = pages.num_pages
        return pages.page(page_number(self.request, last, name) if asked else 1)

    def rows_of(self, plan: Preview | None) -> dict[str, Any]:
        """What the file would do, and the pages of its rows; each keeps the other's."""
        if plan is None:
            return {"plan": None}
        get = self.request.GET
        lists = {"new": plan.new, "changed": plan.changed}
        return {
            "plan": plan,
            "heads": self.kind.heads(),
            "questions": plan.words,
            **{name: self.page_of(rows, name) for name, rows in lists.items()},
            **{
                f"{name}_query": urlencode({name: get[name]})
                for name in lists
                if name in get
            },
        }

    def reading_form(self, look: Look, data: Any = None) -> ReadingForm:
        """The form about how the file is read."""
        said = look.draft.reading
        initial = {
            "layout": said.get("layout", ""),
            "skip_unknown": said.get("skip_unknown", False),
            "joined": look.sheet.name in said.get("joined", {}),
            **said.get("more", {}),
        }
        return ReadingForm(
            data,
            initial=initial,
            kind=self.kind,
            sheet=look.as_it_is,
            header=look.header,
            evaluation=self.evaluation,
            user=self.user,
        )

    def show(
        self,
        *,
        status: int = 200,
        form: UploadForm | None = None,
        reading: ReadingForm | None = None,
        rows: RowsForm | None = None,
        problem: Problem | None = None,
    ) -> HttpResponse:
        draft, look = self.draft(), None
        if draft is not None and not draft.work:
            look = self.look(draft)
        if look is not None:
            reading = reading or self.reading_form(look)
        kind = self.kind
        label = kind.tab.capitalize()
        return show(
            self.request,
            self.evaluation,
            kind.template,
            title=f"Import {kind.things}",
            tab=kind.tab,
            crumbs=crumbs_to(self.evaluation, (label, kind.tab), ("Import", "")),
            status=status,
            form=form or UploadForm(),
            kind=kind,
            kinds=[
                (it, page_address(self.evaluation, f"import_{it.slug}"))
                for it in KINDS.values()
                if it.allowed(self.user, self.evaluation)
            ],
            others=self.others(),
            look=look,
            reading=reading,
            rows=rows or RowsForm(),
            problem=problem or (look.problem if look else None),
            draft=draft,
            work=work_shown(draft) if draft else None,
            meanings=kind.meanings(),
            **self.rows_of(look.preview if look else None),
            imports=self.imports(),
            rest_url=page_address(self.evaluation, f"rest_{kind.slug}"),
            sheet_url=page_address(self.evaluation, f"sheet_{kind.slug}"),
        )

    def others(self) -> list[tuple[str, str]]:
        """Files of this person that wait on the pages of other kinds, and where."""
        return [
            (what_waits(it).what, page_address(self.evaluation, f"import_{it.kind}"))
            for it in waiting_for(by=self.user, evaluations=[self.evaluation])
            if it.kind != self.kind.slug
        ]

    def imports(self) -> QuerySet[Import]:
        """What came in here lately, and whether some of it stayed out."""
        return (
            Import.objects.visible_to(self.user)
            .filter(evaluation=self.evaluation, kind=self.kind.slug)
            .select_related("by", "undone_by")
            .defer("kept")
            .annotate(has_rest=ExpressionWrapper(HAS_REST, BooleanField()))
            .order_by("-at", "-id")[:LISTED]
        )
