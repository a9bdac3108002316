"""What the database itself refuses about sign-offs, whoever writes them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "stakeholders_signoff_not_the_owners"
OWNER = """
SELECT owner_id FROM evaluations_evaluation WHERE id =
(SELECT evaluation_id FROM evaluations_visit WHERE id = NEW.visit_id)
"""
SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE INSERT ON stakeholders_signoff
WHEN ({OWNER}) IN (NEW.person_id, NEW.on_behalf_of_id)
OR NEW.requester_id <> ({OWNER})
BEGIN SELECT RAISE(ABORT, 'the owner of an evaluation signs for nobody in it'); END
"""
POSTGRESQL = (
    f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger AS $$
BEGIN
IF ({OWNER}) IN (NEW.person_id, NEW.on_behalf_of_id)
OR NEW.requester_id <> ({OWNER}) THEN
RAISE EXCEPTION 'the owner of an evaluation signs for nobody in it'
USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
END
$$ LANGUAGE plpgsql
""",
    f"""
CREATE OR REPLACE TRIGGER {NAME} BEFORE INSERT ON stakeholders_signoff
FOR EACH ROW EXECUTE FUNCTION {NAME}()
""",
)


def owner_signs_for_nobody() -> migrations.RunPython:
    """A migration operation: no sign-off by the owner, nor for them (R30).

    The constraints of the table compare with the requester that its writer named; this
    asks the evaluation itself.
    """

    def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        own = editor.connection.vendor == "postgresql"
        for statement in POSTGRESQL if own else (SQLITE,):
            # No parameters: a % in a function's body is not a placeholder.
            editor.execute(statement, params=None)

    install.changes_no_row = True  # type: ignore[attr-defined]
    return migrations.RunPython(install, migrations.RunPython.noop)
