"""One request about one kind of import: the file that waits, and the page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, User
from evaltracker.importing.admin.forms import ReadingForm, UploadForm
from evaltracker.importing.admin.import_preview import Look, look_at
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.services.waiting_files import read_draft
from evaltracker.pages.workspace import crumbs_to, page_address, show

SHOWN = 25
LISTED = 20
GONE = (
    "The file is not kept any more: it was taken in, put away, or is older than a day. "
    "Choose it again."
)


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

    def again(self) -> HttpResponse:
        """The page, by GET."""
        address = page_address(self.evaluation, f"import_{self.kind.slug}", "preview")
        return HttpResponseRedirect(address)

    def reading_form(self, look: Look, data: Any = None) -> ReadingForm:
        """The form about how the file is read."""
        said = look.draft.reading
        initial = {
            "sheet": said.get("sheet", ""),
            "layout": said.get("layout", ""),
            "skip_unknown": said.get("skip_unknown", False),
            **said.get("more", {}),
        }
        return ReadingForm(
            data,
            initial=initial,
            kind=self.kind,
            book=look.book,
            sheet=look.sheet,
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
        problem: Problem | None = None,
    ) -> HttpResponse:
        draft, look = self.draft(), None
        if draft is not None:
            look = look_at(draft, self.kind, self.evaluation, self.user)
            reading = reading or self.reading_form(look)
        kind = self.kind
        plan: Any = look.plan if look else None
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
            look=look,
            reading=reading,
            plan=plan,
            problem=problem or (look.problem if look else None),
            heads=kind.heads(),
            new=kind.new_rows(plan, SHOWN) if plan else (),
            changed=kind.changes(plan, SHOWN) if plan else (),
            questions=kind.questions(plan) if plan else (),
            meanings=kind.meanings(),
            imports=Import.objects.visible_to(self.user)
            .filter(evaluation=self.evaluation, kind=kind.slug)
            .select_related("by", "undone_by")
            .defer("kept")
            .order_by("-at", "-id")[:LISTED],
            sheet_url=page_address(self.evaluation, f"sheet_{kind.slug}"),
        )
