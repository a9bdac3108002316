from typing import Any

from evaltracker.evaluations.models import Import, User
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.import_log import undo_import
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.workspace import crumbs_to, page_address


@register_act
class UndoImport(InEvaluation[Import]):
    """Puts back what stood before a file came in."""

    name = "undo-import"
    title = "Undo the import"
    verb = "Undo it"
    help = (
        "What the file added is taken out, what it changed is put back: all of it, or "
        "nothing if somebody has worked on one of the rows since."
    )
    success = "The import is undone."
    model = Import
    target_name = "imported"
    service = undo_import
    dangerous = True

    def allowed(self, user: User, target: Import) -> bool:
        """The owner, where such things are still imported."""
        return target.kind in KINDS and super().allowed(user, target)

    def heading(self, target: Import) -> str:
        return f"{self.title} of {target.filename}"

    def cancel_url(self, target: Import) -> str:
        """The page of such imports."""
        return page_address(target.evaluation, f"import_{target.kind}", "imports")

    def context(self, target: Import, user: User) -> dict[str, Any]:
        kind = KINDS[target.kind]
        steps = ((f"Import {kind.things}", f"import_{kind.slug}"), ("Undo", ""))
        return {
            "evaluation": target.evaluation,
            "tab": kind.tab,
            "crumbs": crumbs_to(target.evaluation, *steps),
        }
