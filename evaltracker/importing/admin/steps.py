"""The steps of an import: upload, read, answer, explain, apply, discard."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from evaltracker.errors import Refused, Stale
from evaltracker.evaluations.models import Import, ImportDraft, ImportWork
from evaltracker.evaluations.policy import lock
from evaltracker.importing.admin.forms import UploadForm
from evaltracker.importing.admin.import_desk import Desk
from evaltracker.importing.admin.mending import choose_sheet, leave, mend
from evaltracker.importing.admin.reading_step import read
from evaltracker.importing.services.background import ask_for_import, ask_for_preview
from evaltracker.importing.services.looks import kept_look, look_at
from evaltracker.importing.services.waiting_files import (
    GONE,
    discard_draft,
    keep_draft,
    remember_words,
    say_how_to_read,
)
from evaltracker.importing.services.working import MOVED
from evaltracker.pages.workspace import page_address
from evaltracker.tabular import Unreadable, read_table
from evaltracker.tabular.clipboard import as_copied
from evaltracker.tabular.sizes import is_large

PASTED = "Pasted table.txt"


def upload(desk: Desk) -> HttpResponse:
    """Keep a file that can be read, and show what it would do."""
    form = UploadForm(desk.request.POST, desk.request.FILES)
    if not form.is_valid():
        return desk.show(form=form, status=400)
    upload, pasted = form.cleaned_data["file"], form.cleaned_data["pasted"]
    name = upload.name if upload else PASTED
    try:
        text = as_copied(pasted)
        content = upload.read() if upload else text.encode("utf-8", "replace")
        if not is_large(content):
            read_table(content, name)
    except Unreadable as problem:
        if upload:
            raise
        form.add_error("pasted", problem.sentence)
        return desk.show(form=form, status=400)
    keep_draft(
        evaluation=desk.evaluation,
        kind=desk.kind.slug,
        filename=name,
        content=content,
        by=desk.user,
    )
    return desk.again()


def answer(desk: Desk) -> HttpResponse:
    """Keep what was answered to the questions of the file; blank asks again."""
    draft, look = desk.looked_at()
    questions = look.preview.questions if look.preview else ()
    answers = dict(draft.reading.get("answers", {}))
    for question in questions:
        said = desk.request.POST.get(question.key, "")
        answers[question.key] = said if said in dict(question.options) else ""
    remember_words(
        evaluation=desk.evaluation, kind=desk.kind.slug, answers=answers, by=desk.user
    )
    say_how_to_read(draft=draft, reading={**draft.reading, "answers": answers})
    return desk.again()


def explain(desk: Desk) -> HttpResponse:
    """Keep what words mean here; blank leaves a word to be asked again."""
    draft = desk.waiting()
    post = desk.request.POST
    said = {
        key: (meaning, day)
        for key, meaning, day in zip(
            post.getlist("word"),
            post.getlist("meaning"),
            post.getlist("day"),
            strict=False,
        )
        if meaning
    }
    desk.kind.explain(desk.evaluation, desk.user, said)
    ask_for_preview(draft)
    return desk.again()


def discard(desk: Desk) -> HttpResponse:
    draft = desk.draft()
    if draft is None or discard_draft(draft=draft):
        messages.info(desk.request, "The file was put away; nothing was imported.")
    else:
        messages.info(desk.request, "Too late: the file was imported just now.")
    return desk.again()


def apply(desk: Desk) -> HttpResponse:
    """Do what was shown, once; a large file in the background."""
    draft = desk.draft()
    if draft is not None and draft.is_large:
        apply_later(desk, draft)
        return desk.again()
    sentence, is_whole = apply_once(desk)
    messages.success(desk.request, sentence)
    if is_whole:
        return HttpResponseRedirect(page_address(desk.evaluation, desk.kind.tab))
    address = page_address(desk.evaluation, f"import_{desk.kind.slug}", "imports")
    return HttpResponseRedirect(address)


def apply_later(desk: Desk, draft: ImportDraft) -> None:
    """Have what was shown done in the background; a repeated yes changes nothing.

    Raises:
        Stale: something else is shown by now.

    """
    said = desk.request.POST.get("shown", "")
    if draft.work == ImportWork.IMPORT and draft.said == said:
        return
    look = kept_look(draft, desk.kind, desk.evaluation, desk.user)
    is_shown = look is not None and look.can_apply and look.digest == said
    if draft.work or not is_shown:
        raise Stale(MOVED)
    ask_for_import(draft, said)


def apply_once(desk: Desk) -> tuple[str, bool]:
    """Take the file in, and say what came of it and whether all of it came.

    Raises:
        Stale: it would do something else by now. Refused: the file is gone.

    """
    post = desk.request.POST
    evaluation = lock(desk.evaluation)
    draft = desk.draft()
    if draft is None or str(draft.pk) != post.get("import", ""):
        return done_before(desk, post.get("import", "")), True
    look = look_at(draft, desk.kind, evaluation, desk.user)
    if look.problem is not None:
        raise look.problem
    if look.plan is None or look.digest != post.get("shown", ""):
        raise Stale(MOVED)
    desk.kind.apply(evaluation, desk.user, look.plan, look.reading, draft.pk)
    discard_draft(draft=draft)
    counts = look.plan.counts
    rest = " The rows that stayed out are kept as a list." if look.plan.rest else ""
    return (
        f"{look.plan.filename}: {counts['new']:,} added, {counts['changed']:,} "
        f"changed, {counts['same']:,} as they were.{rest}"
    ), not look.plan.rest


def done_before(desk: Desk, said: str) -> str:
    """The sentence for a yes that was heard already.

    Raises:
        Refused: it was not; the file is gone for another reason.

    """
    try:
        key = uuid.UUID(said)
    except ValueError as error:
        raise Refused(GONE) from error
    done = Import.objects.visible_to(desk.user).filter(pk=key).first()
    if done is None:
        raise Refused(GONE)
    return f"{done.filename} was imported by this yes already; nothing was repeated."


STEPS = {
    "upload": upload,
    "read": read,
    "sheet": choose_sheet,
    "mend": mend,
    "leave": leave,
    "answer": answer,
    "explain": explain,
    "apply": apply,
    "discard": discard,
}
