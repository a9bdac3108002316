#!/bin/sh
# backup.sh run       for ever: the stream, a pass every 20 s, a base each day
# backup.sh base      one more base, now
# backup.sh check     fails if the last base is over 26 hours old, or the last pass over
#                     5 minutes
#
# A *base* is a verified copy of the whole database cluster. The *stream* is all that
# the database writes after it, on this disk within a second. A *pass* asks the database
# for an instant, copies the files that are new, waits until the stream has come to that
# instant, and notes it: there database and files agree, so there a restore goes.
#
# In the folder of backups:
#   2026-11-29T031500Z/   a base: base.tar.gz, about, SHA256SUMS
#   streams/NAME/         segments of the stream, and of which cluster it is (system);
#                         a new one begins where the last cannot go on
#   files/, anchors/      copies of the files and of where journals end
#   index/                NAME: the instants of a stream; sums: of all files;
#                         gone: since when a file is not in the product any more
#
# The server is named by PGHOST, PGUSER and so on; the role has to be a superuser.
set -eu
umask 077
export LC_ALL=C
backups=${BACKUPS:-/backups}
data=${DATA:-/data}
anchors=${ANCHORS:-/anchors}
status=${STATUS:-/status}
pause=${PASS_SECONDS:-20}
slot=evaltracker_backup
index=$backups/index

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

sql() {
    psql --no-psqlrc --no-password --quiet --tuples-only --no-align \
        --field-separator=' ' --set ON_ERROR_STOP=1 --command "$1"
}

bases() { find "$backups" -mindepth 1 -maxdepth 1 -name '20*Z' -printf '%f\n' | sort; }

# The newest, which alone may still grow.
stream_name() {
    find "$backups/streams" -mindepth 1 -maxdepth 1 -name '20*Z' -printf '%f\n' |
        sort | tail -n 1
}

about() { sed -n "s/^$2=//p" "$backups/$1/about" 2>/dev/null; } # BASE KEY

# Operators see these: /readyz, and the health of the container.
succeeded() { # WHAT
    date -u +%FT%TZ >"$status/.$1"
    chmod 644 "$status/.$1"
    mv "$status/.$1" "$status/$1"
}

# Others that read the folder (off-site) do so together, who takes something away is alone.
alone() { # COMMAND...; later, if somebody reads
    (
        flock --nonblock 8 || exit 0
        "$@"
    ) 8>>"$backups/.lock"
}

# --- The stream ------------------------------------------------------------------

# Says in which folder it goes on; begins one where the cluster is another, or no longer
# has what comes next (max_slot_wal_keep_size).
open_stream() {
    system=$(sql "SELECT system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8)
        FROM pg_control_system()")
    state=$(sql "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '$slot'")
    name=$(stream_name)
    if [ -z "$name" ] || [ -z "$state" ] || [ "$state" = lost ] ||
        [ "$(cat "$backups/streams/$name/system")" != "$system" ]; then
        [ -z "$state" ] || sql "SELECT pg_drop_replication_slot('$slot')" >/dev/null
        name=$(date -u +%FT%H%M%SZ)
        mkdir -p "$backups/streams/.$name"
        printf '%s\n' "$system" >"$backups/streams/.$name/system"
        sync "$backups/streams/.$name/system"
        : >"$index/$name"
        mv "$backups/streams/.$name" "$backups/streams/$name"
        sql "SELECT pg_create_physical_replication_slot('$slot', true)" >/dev/null
        say "a new stream begins: $name"
    fi
    printf '%s\n' "$backups/streams/$name"
}

stream() {
    while :; do
        if folder=$(sh "$0" open); then
            pg_receivewal --directory="$folder" --slot="$slot" --synchronous \
                --no-loop --no-password || :
        fi
        say "the stream was cut; another try in 2 s"
        sleep 2
    done
}

# Segments that are complete; they are half empty, mostly.
compress() {
    find "$backups/streams" -type f -name '????????????????????????' | while read -r file; do
        gzip -1 <"$file" >"$file.part"
        touch -r "$file" "$file.part"
        sync "$file.part"
        mv "$file.part" "$file.gz"
        rm "$file"
    done
}

# --- A pass ----------------------------------------------------------------------

# The restore point is where recovery stops; with a transaction of its own it is written
# through at once, whoever else is quiet.
INSTANT="SELECT at, pg_create_restore_point('evaltracker-' || at), pg_current_xact_id()
FROM (SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',
    'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at OFFSET 0) AS instant"

pass() {
    name=$(stream_name)
    streams=$(sql "SELECT active FROM pg_replication_slots WHERE slot_name = '$slot'")
    [ -n "$name" ] && [ "$streams" = t ] || fail "no stream yet"
    at=$(sql "$INSTANT" | cut -d ' ' -f 1)
    [ -n "$at" ] || fail "the database names no instant"
    position=$(sql "SELECT pg_current_wal_flush_lsn()")
    copy_files
    tries=0
    until [ "$(sql "SELECT restart_lsn >= '$position' FROM pg_replication_slots
        WHERE slot_name = '$slot'")" = t ]; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || fail "the stream is behind"
        sleep 0.2
    done
    [ "$(stream_name)" = "$name" ] || fail "the stream began anew"
    printf '%s %s\n' "$at" "$position" >>"$index/$name"
    sync "$index/$name"
    succeeded stream
}

names_there() { (cd "$data" && find media -type f ! -name '.*.part' | sort); }

names_known() { cut -c 67- "$index/sums" | sort; }

# A file never changes, and is there before the row that names it. It counts as copied
# once its sum is noted, so half a copy is made again.
copy_files() {
    work=$backups/.work
    mkdir -p "$work"
    if [ -d "$data/media" ]; then
        names_there >"$work/there"
        names_known >"$work/known"
        comm -23 "$work/there" "$work/known" >"$work/new"
        if [ -s "$work/new" ]; then copy_new "$work"; fi
    fi
    if [ -d "$anchors" ]; then
        mkdir -p "$backups/anchors"
        cp -ru --preserve=timestamps "$anchors/." "$backups/anchors/"
    fi
}

copy_new() { # WORK
    mkdir -p "$backups/files"
    # One that went away meanwhile is missed by nobody.
    (cd "$data" && xargs -d '\n' cp --parents --preserve=mode,timestamps \
        -t "$backups/files" -- <"$1/new" 2>"$1/errors") || :
    : >"$1/sums"
    while read -r file; do
        if [ -f "$data/$file" ] && ! cmp -s "$data/$file" "$backups/files/$file"; then
            fail "$file cannot be copied: $(tail -n 1 "$1/errors")"
        fi
        if [ -f "$backups/files/$file" ]; then printf '%s\n' "$file"; fi
    done <"$1/new" >"$1/copied"
    if [ ! -s "$1/copied" ]; then return 0; fi
    (cd "$backups/files" && xargs -d '\n' sync -- <"$1/copied" &&
        xargs -d '\n' sha256sum -- <"$1/copied") >"$1/sums"
    cat "$index/sums" "$1/sums" >"$index/.sums"
    sync "$index/.sums"
    mv "$index/.sums" "$index/sums"
}

# --- A base ----------------------------------------------------------------------

# Under its name only when it is whole, verified, and an instant after it is noted.
base() {
    exec 9>>"$backups/.base.lock"
    flock --nonblock 9 || fail "a base is being made already"
    name=$(date -u +%FT%H%M%SZ)
    of=$(stream_name)
    [ -n "$of" ] || fail "no stream yet"
    part=$backups/.base
    rm -rf "$part"
    mkdir -p "$part"
    pg_basebackup --pgdata="$part/data" --wal-method=stream --checkpoint=fast \
        --label="evaltracker $name" --no-password --no-sync
    pg_verifybackup --quiet "$part/data"
    first=$(sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$part/data/backup_label")
    ended=$(sql "$INSTANT" | cut -d ' ' -f 1)
    printf 'stream=%s\nfirst=%s\nended=%s\nversion=%s\n' "$of" "$first" "$ended" \
        "$(cat "$part/data/PG_VERSION")" >"$part/about"
    # Alike parts stay alike, so that an off-site copy sends them once.
    tar --use-compress-program='gzip -1 --rsyncable' -C "$part/data" \
        -cf "$part/base.tar.gz" .
    rm -rf "$part/data"
    (cd "$part" && sha256sum about base.tar.gz >SHA256SUMS && sync -- *)
    tries=0
    until [ "$(tail -n 1 "$index/$of" | cut -d ' ' -f 1)" \> "$ended" ]; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || fail "no pass after it; is backup.sh run at work?"
        sleep 0.2
    done
    mv "$part" "$backups/$name"
    touch "$backups/.forget"
    succeeded base
    say "base $name, $(du -sk "$backups/$name" | cut -f 1) kB"
}

# Each day, and where the stream began anew.
base_is_due() {
    newest=$(bases | tail -n 1)
    [ -n "$newest" ] && [ "$(about "$newest" stream)" = "$(stream_name)" ] || return 0
    made=$(echo "$newest" | sed 's/^\(....-..-..\)T\(..\)\(..\)\(..\)Z$/\1 \2:\3:\4/')
    [ $(($(date -u +%s) - $(date -u -d "$made" +%s))) -ge 86400 ]
}

# --- Forgetting ------------------------------------------------------------------

# Keeps all bases of two days, so that no restore ends what was there before it, and the
# newest of each of the last days and weeks that have one; and what of streams and files
# they may need.
forget() {
    keep=$(
        for name in $(bases | sort -r); do
            day=${name%%T*}
            echo "$day $(date -u -d "$day" +%G-%V) $name"
        done | awk -v days="${KEEP_DAILY:-7}" -v weeks="${KEEP_WEEKLY:-5}" \
            -v fresh="$(date -u -d '-2 days' +%FT%H%M%SZ)" '
            $3 > fresh { kept[$3] = 1 }
            !day[$1]++ && d < days { d++; kept[$3] = 1 }
            !week[$2]++ && w < weeks { w++; kept[$3] = 1 }
            END { for (name in kept) print name }'
    )
    for name in $(bases); do
        printf '%s\n' "$keep" | grep -qx "$name" || {
            rm -rf "${backups:?}/$name"
            say "forgot $name"
        }
    done
    for folder in "$backups"/streams/20*Z; do
        if [ -d "$folder" ]; then forget_segments "${folder##*/}"; fi
    done
    forget_files
}

forget_segments() { # STREAM
    first=''
    for name in $(bases); do
        [ "$(about "$name" stream)" = "$1" ] || continue
        first=$(about "$name" first)
        pg_archivecleanup -x .gz "$backups/streams/$1" "$first"
        awk -v from="$(about "$name" ended)" '$1 >= from' "$index/$1" >"$index/.instants"
        mv "$index/.instants" "$index/$1"
        break
    done
    if [ -z "$first" ] && [ "$1" != "$(stream_name)" ]; then
        rm -rf "${backups:?}/streams/$1" "$index/$1"
    fi
}

# A file that is gone from the product stays until no base is as old as that.
forget_files() {
    oldest=$(bases | head -n 1)
    [ -n "$oldest" ] && [ -d "$data/media" ] || return 0
    work=$backups/.work
    mkdir -p "$work"
    names_there >"$work/there"
    names_known >"$work/known"
    comm -13 "$work/there" "$work/known" >"$work/missing"
    touch "$index/gone"
    # Each line: a base's kind of name for the time, and the file.
    awk -v now="$(date -u +%FT%H%M%SZ)" '
        FILENAME == ARGV[1] { since[substr($0, 20)] = substr($0, 1, 18); next }
        { print ($0 in since ? since[$0] : now), $0 }
    ' "$index/gone" "$work/missing" >"$work/gone"
    awk -v oldest="$oldest" '$1 < oldest { print substr($0, 20) }' "$work/gone" >"$work/old"
    awk -v oldest="$oldest" '$1 >= oldest' "$work/gone" >"$index/.gone"
    awk 'FILENAME == ARGV[1] { old[$0]; next } !(substr($0, 67) in old)' \
        "$work/old" "$index/sums" >"$index/.sums"
    sync "$index/.gone" "$index/.sums"
    mv "$index/.sums" "$index/sums"
    mv "$index/.gone" "$index/gone"
    (cd "$backups/files" 2>/dev/null && xargs -r -d '\n' rm -f -- <"$work/old") || :
}

prepare() {
    mkdir -p "$backups/streams" "$index" "$status"
    touch "$index/sums" "$index/gone" "$backups/.lock"
}

run() {
    rm -f "$status/offsite" # it writes again if there is one
    stream &
    base_after=0
    making=''
    while :; do
        began=$(date +%s)
        # In a shell of its own, or its failure would not end it at once (set -e).
        if ! sh "$0" pass; then
            say "PASS FAILED; another try in 5 s"
            sleep 5
            continue
        fi
        if [ -n "$making" ] && ! kill -0 "$making" 2>/dev/null; then making=''; fi
        if [ -z "$making" ] && [ "$began" -ge "$base_after" ] && base_is_due; then
            base_after=$((began + 600))
            (sh "$0" base || say "BASE FAILED; another try in 10 minutes") &
            making=$!
        fi
        alone sh "$0" tidy || say "TIDYING FAILED; another try in $pause s"
        rest=$((began + pause - $(date +%s)))
        if [ $rest -gt 0 ]; then sleep $rest; fi
    done
}

fresh() { [ -n "$(find "$status/$1" -mmin "-$2" 2>/dev/null)" ]; } # WHAT MINUTES

case ${1:-} in
run)
    prepare
    run
    ;;
open) open_stream ;;
pass) pass ;;
base | '') base ;;
forget)
    prepare
    alone sh "$0" tidy all
    ;;
tidy)
    compress
    if [ "${2:-}" = all ] || [ -e "$backups/.forget" ]; then
        forget
        rm -f "$backups/.forget"
    fi
    ;;
check) fresh base 1560 && fresh stream 5 ;;
*)
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
    ;;
esac
