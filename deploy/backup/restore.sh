#!/bin/sh
# restore.sh NAME: a backup into an empty database and an empty folder of files.
# Whoever restores over something is told what to do instead, and nothing is touched.
set -eu
backups=${BACKUPS:-/backups}
data=${DATA:-/data}
from=$backups/${1:?Name a backup.}

refuse() {
    printf '%s\n' "$*" >&2
    exit 1
}

if [ ! -f "$from/SHA256SUMS" ]; then
    printf 'There is no backup %s. There are:\n' "$1" >&2
    find "$backups" -mindepth 1 -maxdepth 1 -name '20*Z' -exec basename {} \; | sort >&2
    exit 1
fi
(cd "$from" && sha256sum --check --quiet SHA256SUMS) ||
    refuse "This backup is not what was written: its sums differ. Take another one."

tables=$(psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --command "
    SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'v', 'm', 'p', 'S') AND nspname !~ '^(pg_|information_schema\$)'")
[ "$tables" -eq 0 ] ||
    refuse "The database $PGDATABASE is not empty, so nothing was restored. Restore into a
new one, or move this installation's data away first (docs/operations.md)."
[ -z "$(find "$data" -type f -path '*/media/*' | head -n 1)" ] ||
    refuse "There are files below $data/media, so nothing was restored. Restore into an
empty volume, or move them away first (docs/operations.md)."

# Grants and policies name them. They cannot log in before migrate gives them passwords.
for role in evaltracker_app evaltracker_vendor; do
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command "
        DO \$\$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$role') THEN
                CREATE ROLE $role NOLOGIN;
            END IF;
        END \$\$"
done
# All or nothing: half a database would be no empty one for the next try.
pg_restore --single-transaction --exit-on-error --dbname="$PGDATABASE" "$from/evaltracker.dump"
tar -C "$data" -xpf "$from/files.tar"
echo "Restored $1." >&2
