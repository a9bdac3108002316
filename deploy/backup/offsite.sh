#!/bin/sh
# offsite.sh run                for ever: encrypts the folder of backups and sends what
#                               is new, every three minutes; old copies go
# offsite.sh fetch NAME [...]   the base NAME (latest: the newest) with its stream and
#                               the files, out of the newest copy into that folder
# offsite.sh check              fails if the last copy is over 30 minutes old
#
# Where to and the key: RESTIC_REPOSITORY and RESTIC_PASSWORD, and what restic needs for
# SFTP or S3. Who has lost the key has lost the copies.
set -eu
umask 077
backups=${BACKUPS:-/backups}
status=${STATUS:-/status}
pause=${OFFSITE_SECONDS:-180}
work=${WORK:-/tmp/offsite}
host=evaltracker
export RESTIC_CACHE_DIR="${RESTIC_CACHE_DIR:-/tmp/cache}"

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

refuse() {
    printf '%s\n' "$*" >&2
    exit 2
}

# 10: there is none. 12: another key.
open_repository() {
    [ -n "${RESTIC_REPOSITORY:-}" ] ||
        refuse "Say in .env where off-site copies go (RESTIC_REPOSITORY)."
    code=0
    timeout 60 restic cat config >/dev/null 2>"$work/said" || code=$?
}

why() { (cat "$work/said" && echo "no answer") | grep -v '^ *$' | head -n 1; }

copy() {
    open_repository
    case $code in
    0) restic unlock --quiet ;; # what a killed run left
    10) restic init --quiet ;;
    *) refuse "The off-site copies cannot be opened: $(why)" ;;
    esac
    # What is noted now was saved before now, so the copy holds all that it tells of. The
    # last segment of a stream changes its name at any moment.
    rm -rf "$work/index" "$work/partial"
    cp -r "$backups/index" "$work/index"
    for file in "$backups"/streams/*/*.partial; do
        [ -f "$file" ] || continue
        stream=${file%/*}
        mkdir -p "$work/partial/${stream##*/}"
        cp "$file" "$work/partial/${stream##*/}/"
    done
    (
        flock -s 8 # nothing is taken away meanwhile
        restic backup --quiet --host "$host" --exclude "$backups/index" \
            --exclude "$backups/.*" --exclude "$backups/streams/*/*.part" \
            --exclude "$backups/streams/*/*.partial" "$backups" "$work"
    ) 8<"$backups/.lock"
    touch "$status/.offsite"
    chmod 644 "$status/.offsite"
    mv "$status/.offsite" "$status/offsite"
}

# Each day; a part of the data is read again, all of it in a month.
tidy() {
    restic forget --quiet --host "$host" --group-by host --keep-last 20 \
        --keep-daily "${KEEP_DAILY:-7}" --keep-weekly "${KEEP_WEEKLY:-5}" --prune
    restic check --quiet --read-data-subset "$(($(date +%s) / 86400 % 30 + 1))/30"
}

run() {
    tidied=0
    while :; do
        began=$(date +%s)
        if sh "$0" copy; then
            if [ $((began - tidied)) -ge 86400 ]; then
                tidied=$began
                sh "$0" tidy || say "CHECKING THE OFF-SITE COPIES FAILED"
            fi
        else
            say "OFF-SITE COPY FAILED; another try in $pause s"
        fi
        rest=$((began + pause - $(date +%s)))
        if [ $rest -gt 0 ]; then sleep $rest; fi
    done
}

bring() { # FROM TO
    restic restore --quiet --host "$host" "latest:$1" --target "$2" >/dev/null
}

fetch() { # NAME
    name=${1:?offsite.sh fetch NAME}
    open_repository
    case $code in
    0) ;;
    12) refuse "RESTIC_PASSWORD is not the key of these off-site copies." ;;
    *) refuse "The off-site copies cannot be opened: $(why)" ;;
    esac
    [ -z "$(find "$backups" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null | head -n 1)" ] ||
        refuse "The folder of backups is not empty: restore from there, without \
--from-offsite, or name an empty one (BACKUP_FOLDER)."
    restic ls --quiet --host "$host" latest >"$work/list" 2>"$work/said" ||
        refuse "There is no off-site copy yet."
    from=$(grep -x '.*/20[^/]*Z/about' "$work/list" | sort)
    if [ "$name" = latest ]; then
        about=$(echo "$from" | tail -n 1)
    else
        about=$(echo "$from" | grep "/$name/about$") ||
            refuse "There is no backup $name off-site; there are:" \
                "$(echo "$from" | sed 's,.*/\(20[^/]*Z\)/about,\1,' | tr '\n' ' ')"
    fi
    base=${about%/about}
    home=${base%/*}
    index=$(grep -x '.*/index/sums' "$work/list" | head -n 1)
    stream=$(restic dump --host "$host" latest "$about" | sed -n 's/^stream=//p')
    mkdir -p "$backups"
    for part in "${base##*/}" "streams/$stream" files anchors; do
        grep -qx "$home/$part" "$work/list" || continue
        bring "$home/$part" "$backups/$part"
    done
    bring "${index%/sums}" "$backups/index"
    partial=${index%/index/sums}/partial/$stream
    if grep -qx "$partial" "$work/list"; then bring "$partial" "$backups/streams/$stream"; fi
    say "fetched ${base##*/}"
}

mkdir -p "$work"
case ${1:-} in
run) run ;;
copy) copy ;;
tidy) tidy ;;
fetch) fetch "${2:-}" ;;
check) [ -n "$(find "$status/offsite" -mmin -30 2>/dev/null)" ] ;;
*)
    sed -n '2,6s/^# //p' "$0" >&2
    exit 2
    ;;
esac
