"""The page of an import, one address per kind: upload or paste, answer, yes, undo.

GET shows the file that waits, if one does, and changes nothing. A POST is one of
`STEPS`. What is taken in is exactly what was shown: it is planned anew under the
evaluation's lock, and if it is another by now, that one is shown instead.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from evaltracker.errors import Invalid, NotFound, Problem, Refused
from evaltracker.evaluations.models import (
    Evaluation,
    Import,
    ImportDraft,
    ImportWork,
    User,
)
from evaltracker.importing.books import empty_sheet, rest_book
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.preview import PAGE, Preview
from evaltracker.importing.services import drafts
from evaltracker.importing.services.imports import (
    REST,
    apply_draft,
    forget,
    memories_of,
    preview_for,
    undo_import,
)
from evaltracker.pages.base import check_query
from evaltracker.pages.search import page_number
from evaltracker.pages.workspace import (
    InEvaluation,
    crumbs_to,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.rows.guards import MOST_CELL_CHARACTERS, Unreadable, is_large
from evaltracker.rows.sources import PASTED, as_copied, read_table
from evaltracker.toolbox.files import TYPES, download

LISTED = 20
MOST_PASTED = 1_000_000
# Fields of the form that are no answers (rows.plan.Answers).
OTHERS = ("step", "csrfmiddlewaretoken")
STOOD = "stood:"
LONGEST_KEY = 300
WORK = {
    "read": "Reading the file",
    "compared": "Comparing the rows with the evaluation",
    "checked": "Checking the rows",
    "written": "Importing",
    "shown": "Putting the preview together",
}
LONG = datetime.timedelta(minutes=2)
LATE = "Not started yet. Another import is running, or the background worker is down."


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        help_text="CSV, Excel, .ods or Markdown tables, up to 10 MB. The same file "
        "again adds nothing.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.txt,.md,.xlsx,.xlsm,.xls,.ods"}
        ),
    )
    pasted = forms.CharField(
        label="Or paste rows",
        required=False,
        max_length=MOST_PASTED,
        strip=False,
        help_text="Cells of Excel or Google Sheets or a Markdown table.",
        widget=forms.Textarea(attrs={"rows": 4, "wrap": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the labels say in place of “optional”: one of the two is needed.
        self.fields["file"].needed = "or the rows below"  # type: ignore[attr-defined]
        self.fields["pasted"].needed = "in place of a file"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_pasted = bool(data.get("pasted", "").strip())
        if data.get("file") and is_pasted:
            self.add_error("pasted", "Choose a file or paste rows, not both.")
        elif not (data.get("file") or is_pasted or self.errors):
            self.add_error("file", "Choose a file, or paste rows.")
        return data


@dataclass(frozen=True, slots=True)
class ImportSession:
    request: HttpRequest
    evaluation: Evaluation
    kind: ImportKind
    user: User

    def draft(self) -> ImportDraft | None:
        return drafts.read_draft(
            evaluation=self.evaluation, kind=self.kind.slug, by=self.user
        )

    def waiting(self) -> ImportDraft:
        """The file that waits, and that nobody is taking in.

        Raises:
            Refused: none does.
        """
        draft = self.draft()
        if draft is None or draft.work == ImportWork.IMPORT:
            raise Refused(
                drafts.GONE if draft is None else "This file is being imported."
            )
        return draft

    def address(self, name: str, anchor: str = "") -> str:
        return page_address(self.evaluation, f"{name}_{self.kind.slug}", anchor)

    def again(self, anchor: str = "") -> HttpResponse:
        if self.request.GET:
            query = f"?{self.request.GET.urlencode()}"
        else:
            query = ""
        return HttpResponseRedirect(f"{self.address('import')}{query}#{anchor}")

    def rows_of(self, preview: Preview, part: str, turn: str) -> dict[str, Any]:
        """A page of the rows of a part, as the address asks; the first after a post."""
        pages = Paginator(range(preview.sizes[part]), PAGE)
        is_get = self.request.method != "POST"
        if is_get:
            number = page_number(self.request, pages.num_pages, turn)
        else:
            number = 1
        query = self.request.GET.copy()
        query.pop(turn, None)
        rows = preview.page(part, number - 1)
        page = pages.page(number)
        return {"rows": rows, "page": page, "query": query.urlencode()}

    def seen(self, preview: Preview, answers: Mapping[str, str]) -> dict[str, Any]:
        """What the page shows: one of the sheets, and what would change."""
        facts = preview.facts
        get = self.request.GET
        sizes = preview.sizes
        sheets = facts["sheets"]
        only = "refused" if "only" in get else ""
        chosen = get.get("sheet", "1")
        if chosen.isdecimal() and len(chosen) < 4:
            place = int(chosen)
        else:
            place = 1
        shown = [
            {
                **sheet,
                **self.rows_of(preview, f"{only or 'sheet'}{at - 1}", "rows"),
                "place": at,
                "only": only,
                "turn": "" if answers.get(f"turned:{sheet['name']}") else "yes",
            }
            for at, sheet in enumerate(sheets, 1)
            if at == place
        ]
        sha256 = facts["sha256"]
        earlier = self.imports().filter(sha256=sha256, undone_at__isnull=True)
        return {
            "plan": facts,
            "open": sum(line["state"] == "open" for line in facts["lines"]),
            "sheets": shown,
            "refused": [sizes[f"refused{at}"] for at in range(len(sheets))],
            "new": self.rows_of(preview, "new", "new"),
            "changed": self.rows_of(preview, "changed", "changed"),
            "has_rest": sizes["rest"],
            "earlier": earlier.first(),
        }

    def show(
        self,
        *,
        status: int = 200,
        form: UploadForm | None = None,
        problem: Problem | None = None,
    ) -> HttpResponse:
        draft = self.draft()
        preview = None
        kind = self.kind
        if draft is not None and not draft.work:
            try:
                preview = preview_for(draft, self.user)
            except Problem as error:
                problem = problem or error
        if draft:
            answers = draft.reading.get("answers", {})
        else:
            answers = {}
        waiting = drafts.waiting_for(by=self.user, evaluations=[self.evaluation])
        return show(
            self.request,
            self.evaluation,
            "evaluations/import_page.html",
            title=f"Import {kind.things}",
            tab=kind.tab,
            crumbs=crumbs_to(
                self.evaluation, (kind.tab.capitalize(), kind.tab), ("Import", "")
            ),
            status=status,
            form=form or UploadForm(),
            kind=kind,
            kinds=[
                (kind, page_address(self.evaluation, f"import_{kind.slug}"))
                for kind in KINDS.values()
                if kind.allowed(self.user, self.evaluation)
            ],
            others=[
                (
                    drafts.what_waits(row).what,
                    page_address(self.evaluation, f"import_{row.kind}"),
                )
                for row in waiting
                if row.kind != kind.slug
            ],
            draft=draft,
            work=work_shown(draft) if draft else None,
            answers=answers,
            problem=problem,
            memories=memories_of(self.evaluation, kind.slug),
            imports=self.imports()[:LISTED],
            rest_url=self.address("rest"),
            sheet_url=self.address("sheet"),
            **(self.seen(preview, answers) if preview else {}),
        )

    def imports(self) -> Any:
        has_rest = ExpressionWrapper(Q(kept__has_key=REST), BooleanField())
        rows = Import.objects.visible_to(self.user).select_related("by", "undone_by")
        rows = rows.filter(evaluation=self.evaluation, kind=self.kind.slug)
        return rows.defer("kept").annotate(has_rest=has_rest).order_by("-at", "-id")


def work_shown(draft: ImportDraft) -> dict[str, Any] | None:
    if not draft.work:
        return None
    is_import = draft.work == ImportWork.IMPORT
    step = WORK.get(draft.progress.get("what", ""), "Starting")
    if draft.holder is None:
        is_late = timezone.now() - (draft.asked_at or draft.kept_at) > LONG
        if is_late:
            step = LATE
        else:
            step = "It begins in a moment."
    return {
        "title": f"{'Import' if is_import else 'Preview'} of “{draft.filename}”",
        "stop": "Stop, and import nothing" if is_import else "Discard the file",
        "step": step,
        **draft.progress,
    }


def upload(desk: ImportSession) -> HttpResponse:
    form = UploadForm(desk.request.POST, desk.request.FILES)
    if not form.is_valid():
        return desk.show(form=form, status=400)
    upload = form.cleaned_data["file"]
    pasted = form.cleaned_data["pasted"]
    name = upload.name if upload else PASTED
    try:
        text = as_copied(pasted)
        if upload:
            content = upload.read()
        else:
            content = text.encode("utf-8", "replace")
        if not is_large(content):
            read_table(content, name)
    except Unreadable as problem:
        form.add_error("file" if upload else "pasted", problem.sentence)
        return desk.show(form=form, status=400)
    drafts.keep_draft(
        evaluation=desk.evaluation,
        kind=desk.kind.slug,
        filename=name,
        content=content,
        by=desk.user,
    )
    return desk.again()


def answer(desk: ImportSession) -> HttpResponse:
    """Keep what differs from what was said before; of two menus the changed one."""
    draft = desk.waiting()
    post = desk.request.POST
    earlier = draft.reading.get("answers", {})
    answers: dict[str, str] = {}
    for key, texts in post.lists():
        if key in OTHERS or key.startswith(STOOD) or len(key) > LONGEST_KEY:
            continue
        before = post.get(STOOD + key, earlier.get(key, ""))
        changed = [str(text) for text in texts if text != before]
        if changed and len(changed[0]) > MOST_CELL_CHARACTERS:
            raise Invalid(f"A cell holds at most {MOST_CELL_CHARACTERS:,} characters.")
        answers |= {key: changed[0]} if changed else {}
    drafts.answer_draft(draft=draft, answers=answers)
    return desk.again("reading")


def discard(desk: ImportSession) -> HttpResponse:
    draft = desk.draft()
    if draft is None or drafts.discard_draft(draft=draft):
        messages.info(desk.request, "Discarded the file. Nothing was imported.")
    else:
        messages.info(desk.request, "Too late: the file was imported just now.")
    return desk.again()


def forget_memory(desk: ImportSession) -> HttpResponse:
    forget(
        evaluation=desk.evaluation,
        kind=desk.kind.slug,
        signature=desk.request.POST.get("signature", ""),
        by=desk.user,
    )
    draft = desk.draft()
    if draft is not None:
        drafts.ask_for(draft, ImportWork.PREVIEW)
    return desk.again("reading")


def apply(desk: ImportSession) -> HttpResponse:
    post = desk.request.POST
    try:
        done = apply_draft(
            kind=desk.kind,
            evaluation=desk.evaluation,
            by=desk.user,
            import_id=read_key(post.get("import", "")),
            shown=post.get("shown", ""),
        )
    except Refused as problem:
        if problem.code != "imported":
            raise
        messages.info(desk.request, f"{problem.sentence} Nothing was repeated.")
        return HttpResponseRedirect(page_address(desk.evaluation, desk.kind.tab))
    if done is None:
        return desk.again()
    counts = done.counts
    has_rest = REST in done.kept
    if has_rest:
        rest = " The rows that stayed out are kept as a list."
    else:
        rest = ""
    messages.success(
        desk.request,
        f"{done.filename}: {counts['new']:,} added, {counts['changed']:,} changed, "
        f"{counts['same']:,} as they were.{rest}",
    )
    if has_rest:
        return desk.again("imports")
    return HttpResponseRedirect(page_address(desk.evaluation, desk.kind.tab))


def read_key(text: str) -> uuid.UUID:
    """The id of an import.

    Raises:
        NotFound: it is none.
    """
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error


STEPS = {
    "upload": upload,
    "answer": answer,
    "forget": forget_memory,
    "apply": apply,
    "discard": discard,
}


def importing(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    check_query(request, filters=("sheet", "rows", "only", "new", "changed"))
    user: Any = request.user
    kind.check_allowed(user, evaluation)
    desk = ImportSession(request, evaluation, kind, user)
    if request.method != "POST":
        return desk.show()
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Invalid("This is no step of an import.")
    try:
        with transaction.atomic():
            return step(desk)
    except Problem as problem:
        return desk.show(problem=problem, status=problem.status)


def rest_page(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    """What stays out of the file that waits, or stayed out of an import; for whoever
    handed it in alone."""
    check_query(request, filters=("import",))
    user: Any = request.user
    kind.check_allowed(user, evaluation)
    parts: Sequence[Mapping[str, Any]] = ()
    if text := request.GET.get("import", ""):
        rows = Import.objects.visible_to(user).filter(by=user, kind=kind.slug)
        done = rows.filter(evaluation=evaluation, pk=read_key(text)).first()
        if done is None:
            raise NotFound
        parts = done.kept.get(REST, ())
    elif draft := drafts.read_draft(evaluation=evaluation, kind=kind.slug, by=user):
        preview = preview_for(draft, user)
        if preview is None:
            raise NotFound
        parts = preview.page("rest", 0)
    name = f"stayed-out-{kind.slug}-{evaluation.slug}.xlsx"
    return download(rest_book(parts), name=name, content_type=TYPES["xlsx"])


def sheet_page(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    check_query(request)
    user: Any = request.user
    kind.check_allowed(user, evaluation)
    content = empty_sheet(kind, kind.context(evaluation, user))
    name = f"{kind.slug}-{evaluation.slug}.xlsx"
    return download(content, name=name, content_type=TYPES["xlsx"])


class UndoImport(InEvaluation[Import]):
    title = "Undo the import"
    verb = "Undo it"
    help = (
        "Removes the rows that the file added and restores those it changed. If "
        "somebody has edited one of them since, nothing is undone."
    )
    success = "The import is undone."
    model = Import
    target_name = "imported"
    service = undo_import
    dangerous = True

    def allowed(self, user: User, target: Import) -> bool:
        return target.kind in KINDS and super().allowed(user, target)

    def context(self, target: Import, user: User) -> dict[str, Any]:
        shown = super().context(target, user)
        return {**shown, "tab": KINDS[target.kind].tab}

    def cancel_url(self, target: Import) -> str:
        return page_address(target.evaluation, f"import_{target.kind}", "imports")


def serve(kind: ImportKind) -> None:
    evaluation_page(
        f"import_{kind.slug}",
        f"Import {kind.things}",
        route=f"import/{kind.slug}/",
        methods=("GET", "HEAD", "POST"),
    )(partial(importing, kind=kind))
    for name, page in (("rest", rest_page), ("sheet", sheet_page)):
        route = f"import/{kind.slug}/{name}.xlsx"
        evaluation_page(f"{name}_{kind.slug}", "", route=route)(
            partial(page, kind=kind)
        )


KINDS.for_each(serve)
