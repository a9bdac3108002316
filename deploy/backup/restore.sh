#!/bin/sh
# restore.sh NAME [--until TIME]
#
# Into an empty folder of the database (PGDATA) and an empty folder of files (DATA): the
# base NAME (latest: the newest), and its stream on from there to the last instant at
# which files and database agree, or to TIME. No server may run meanwhile. The password
# of the owner, PGUSER, becomes PGPASSWORD; roles come with the copy.
#
# What cannot be is told in one sentence, with exit code 2, and nothing is touched.
set -eu
umask 077
export LC_ALL=C
backups=${BACKUPS:-/backups}
data=${DATA:-/data}
anchors=${ANCHORS:-/anchors}
target=${PGDATA:?PGDATA names the folder of the database.}
part=$(dirname "$target")/.restore
began=$(date +%s)
index=$backups/index
binaries=$(pg_config --bindir 2>/dev/null || true)
PATH=$PATH:${binaries:-/usr/bin}

refuse() {
    printf '%s\n' "$*" >&2
    exit 2
}

# PostgreSQL does not run as root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}

about() { sed -n "s/^$1=//p" "$from/about"; }

name='' until=''
while [ $# -gt 0 ]; do
    case $1 in
    --until)
        [ $# -gt 1 ] || refuse "--until needs a time, such as 2026-11-29T04:15:06Z."
        until=$(date -u -d "$2" +%FT%T.%6NZ 2>/dev/null) ||
            refuse "\"$2\" is no time; write it as 2026-11-29T04:15:06Z."
        shift
        ;;
    -*) refuse "There is no flag \"$1\"; restore.sh NAME [--until TIME]." ;;
    *) name=$1 ;;
    esac
    shift
done

# --- What there is ---------------------------------------------------------------

all=$(find "$backups" -mindepth 1 -maxdepth 1 -name '20*Z' -printf '%f\n' 2>/dev/null | sort)
if [ "$name" = latest ]; then
    for name in ${all:-none}; do
        ended=$(sed -n 's/^ended=//p' "$backups/$name/about" 2>/dev/null || true)
        if [ -n "$ended" ] && { [ -z "$until" ] || ! [ "$ended" \> "$until" ]; }; then
            newest=$name
        fi
    done
    name=${newest:-$name}
fi
from=$backups/${name:-none}
[ -n "$name" ] && [ -f "$from/SHA256SUMS" ] ||
    refuse "There is no backup ${name:-without a name}; there are: $(echo ${all:-none})."
[ -f "$from/about" ] ||
    refuse "$name is a dump of a former version, which restores it (docs/upgrade.md)."
(cd "$from" && sha256sum --check --status SHA256SUMS 2>/dev/null) ||
    refuse "The backup $name is not what was written: its sums differ; take another one."
version=$(postgres --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
[ "$(about version)" = "$version" ] ||
    refuse "$name is of PostgreSQL $(about version), which alone restores it; this is $version."
stream=$(about stream)
ended=$(about ended)
first=$(about first)
# A line that a crash cut short is none.
last=$(grep -x '20[0-9-]*T[0-9:.]*Z [0-9A-F]*/[0-9A-F]*' "$index/$stream" 2>/dev/null |
    tail -n 1 | cut -d ' ' -f 1)
[ -n "$last" ] && [ "$last" \> "$ended" ] ||
    refuse "The stream of $name is not there, so nothing can be restored from it."
if [ -z "$until" ]; then
    stop="-c recovery_target_name=evaltracker-$last"
    until=$last
elif [ "$until" \< "$ended" ] || [ "$until" \> "$last" ]; then
    refuse "The stream of $name goes from $ended to $last, and $until is outside of it."
else
    # “Z” is a word that it does not know yet when it reads this.
    stop="-c recovery_target_time=${until%Z}+00"
fi

# --- Where to --------------------------------------------------------------------

[ -z "$(find "$target" -mindepth 1 -maxdepth 1 2>/dev/null | head -n 1)" ] ||
    refuse "The database's folder $target is not empty, so nothing was restored; \
restore into an empty volume (docs/operations.md)."
[ -z "$(find "$data" -type f -path '*/media/*' 2>/dev/null | head -n 1)" ] ||
    refuse "There are files below $data/media, so nothing was restored; restore into \
an empty volume (docs/operations.md)."

finished=''
clean_up() {
    code=$?
    if [ -f "$part/data/postmaster.pid" ]; then
        as_postgres pg_ctl --pgdata="$part/data" --mode=immediate stop >/dev/null 2>&1 || :
    fi
    rm -rf "$part"
    if [ -z "$finished" ]; then
        if [ -n "${made:-}" ]; then rmdir "$made"; fi
        if [ -n "${copying:-}" ]; then find "$data/media" -type f -delete; fi
    fi
    exit $code
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
rm -rf "$part"
parent=$(dirname "$target")
[ -d "$parent" ] || made=$parent
mkdir -p "$parent"
mkdir "$part"

# All files that were there at that instant: a line of `sums` each, without those that
# had gone by then.
touch "$part/none"
gone=$index/gone
[ -f "$gone" ] || gone=$part/none
awk -v until="$(echo "$until" | sed 's/T\(..\):\(..\):\(..\)\..*/T\1\2\3Z/')" '
    FILENAME == ARGV[1] { if ($1 <= until) old[substr($0, 20)]; next }
    !(substr($0, 67) in old)
' "$gone" "$index/sums" >"$part/sums"
cut -c 67- "$part/sums" >"$part/names"
if [ -s "$part/sums" ]; then
    (cd "$backups/files" && sha256sum --check --status "$part/sums" 2>/dev/null) ||
        refuse "The files of the backups are not what was written: their sums differ."
fi

# --- The database ----------------------------------------------------------------

mkdir -m 700 "$part/data"
tar --no-same-owner -C "$part/data" -xzpf "$from/base.tar.gz"
pg_verifybackup --quiet "$part/data" >"$part/said" 2>&1 ||
    refuse "The backup $name is not whole: $(head -n 1 "$part/said")"
for file in "$backups/streams/$stream"/*; do
    segment=${file##*/}
    case $segment in
    *.history | *.part | system) continue ;;
    esac
    segment=${segment%%.*}
    [ "$segment" \< "$first" ] || case $file in
    *.gz) gzip -dc "$file" >"$part/data/pg_wal/$segment" 2>"$part/said" ||
        refuse "The stream of $name is not what was written: $(head -n 1 "$part/said")" ;;
    *.partial) if [ ! -f "${file%.partial}" ] && [ ! -f "${file%.partial}.gz" ]; then
        cp "$file" "$part/data/pg_wal/$segment"
    fi ;;
    *) cp "$file" "$part/data/pg_wal/$segment" ;;
    esac
done
# So that the timeline that begins here is one that never was.
find "$backups/streams" -name '*.history' -exec cp {} "$part/data/pg_wal/" \;
touch "$part/data/recovery.signal"
# For this one run: nobody else is let in, and what it was set to with its machine in
# mind (its memory, its neighbours) does not matter.
echo 'local all all trust' >"$part/hba.conf"
if [ "$(id -u)" -eq 0 ]; then
    chmod 711 "$part"
    chown -R postgres:postgres "$part"
    chown postgres:postgres "$parent"
fi
as_postgres pg_ctl --pgdata="$part/data" --no-wait --silent \
    --log="$part/log" --options="-c listen_addresses= -c port=5432 \
    -c unix_socket_directories=$part -c hba_file=$part/hba.conf -c hot_standby=off \
    -c restore_command=false -c archive_mode=off -c logging_collector=off \
    -c log_destination=stderr -c recovery_init_sync_method=syncfs \
    -c recovery_target_action=promote \
    -c recovery_target_timeline=current $stop" start
export PGUSER="${PGUSER:-evaltracker}" PGDATABASE="${PGDATABASE:-evaltracker}"
ask() {
    as_postgres psql --no-psqlrc --quiet --tuples-only --no-align --host="$part" \
        --port=5432 --set ON_ERROR_STOP=1 "$@"
}
# It lets somebody in once it has come to that instant.
sleep 0.5
until ask --command "SELECT" >/dev/null 2>&1; do
    as_postgres pg_ctl --pgdata="$part/data" status >/dev/null 2>&1 ||
        refuse "The stream of $name does not lead to $until:" \
            "$(grep FATAL "$part/log" | head -n 1 | sed 's/.*FATAL: *//')."
    sleep 0.2
done
if [ -n "${PGPASSWORD:-}" ]; then
    ask <<'SQL'
\getenv user PGUSER
\getenv password PGPASSWORD
SET password_encryption = 'scram-sha-256';
ALTER ROLE :"user" LOGIN PASSWORD :'password';
SQL
fi
size=$(ask --command "SELECT pg_size_pretty(pg_database_size(current_database()))")
as_postgres pg_ctl --pgdata="$part/data" --wait --silent --mode=fast stop

# --- The files, and then both under their names ----------------------------------

copying=1
mkdir -p "$data/media"
if [ -s "$part/names" ]; then
    (cd "$backups/files" && xargs -d '\n' cp --parents --preserve=mode,timestamps \
        -t "$data" -- <"$part/names")
fi
if [ -d "$backups/anchors" ] && [ -d "$anchors" ] && [ -z "$(ls "$anchors")" ]; then
    cp -r --preserve=mode,timestamps "$backups/anchors/." "$anchors/"
fi
if [ -n "${FILES_OWNER:-}" ]; then
    chown -R "$FILES_OWNER" "$data"
    [ ! -d "$anchors" ] || chown -R "$FILES_OWNER" "$anchors"
    find "$data" -type d -exec chmod 750 {} +
fi
sync -f "$data" "$parent"
if [ -d "$target" ]; then rmdir "$target"; fi
mv "$part/data" "$target"
finished=1
files=$(wc -l <"$part/names")
echo "Restored the base $name, forward to $until: the database $PGDATABASE ($size)" \
    "and $((files)) files, in $(($(date +%s) - began)) s." >&2
if [ -n "${FILES_URL:-}" ]; then
    echo "Files that lie in S3 (FILES_URL) are as they are there: see docs/operations.md." >&2
fi
