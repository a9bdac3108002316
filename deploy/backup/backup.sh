#!/bin/sh
# backup.sh [NAME]    one backup of the database and the files, with sums
# backup.sh daily     one each day, for ever; old ones go
# backup.sh check     fails if the newest is over 26 hours old
#
# The server is named by PGHOST, PGUSER and so on. The role has to be one for which no
# policy holds, the owner; as any other pg_dump fails rather than leave rows out.
set -eu
umask 077
backups=${BACKUPS:-/backups}
data=${DATA:-/data}
anchors=${ANCHORS:-/anchors}

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

newest() { find "$backups" -mindepth 1 -maxdepth 1 -name '20*Z' | sort | tail -n 1; }

# Minutes since the newest was made, by the name of its folder.
age() {
    last=$(newest)
    [ -n "$last" ] || return 1
    made=$(basename "$last" | sed 's/^\(....-..-..\)T\(..\)\(..\)\(..\)Z$/\1 \2:\3:\4/')
    echo $((($(date -u +%s) - $(date -u -d "$made" +%s)) / 60))
}

# Under its name only when it is whole. The database goes first: a file that no row
# names yet does no harm, a row whose file is missing does.
make() { # NAME
    part=$backups/.part
    rm -rf "$part"
    mkdir -p "$part"
    pg_dump --format=custom --file="$part/evaltracker.dump"
    # What the broker and a browser's pages leave there is nobody's data.
    tar -C "$data" --exclude=./broker -cf "$part/files.tar" .
    if [ -d "$anchors" ]; then tar -C "$anchors" -cf "$part/anchors.tar" .; fi
    (cd "$part" && sha256sum -- * >SHA256SUMS && sync -- *)
    mv "$part" "$backups/$1"
    say "backup $1, $(du -sk "$backups/$1" | cut -f 1) kB"
}

# Keeps the newest of each of the last days and weeks that have one.
forget() {
    keep=$(
        for folder in $(find "$backups" -mindepth 1 -maxdepth 1 -name '20*Z' | sort -r); do
            name=$(basename "$folder")
            day=${name%%T*}
            echo "$day $(date -u -d "$day" +%G-%V) $name"
        done | awk -v days="${KEEP_DAILY:-7}" -v weeks="${KEEP_WEEKLY:-5}" '
            !day[$1]++ && d < days { d++; kept[$3] = 1 }
            !week[$2]++ && w < weeks { w++; kept[$3] = 1 }
            END { for (name in kept) print name }'
    )
    for folder in "$backups"/20*Z; do
        name=$(basename "$folder")
        printf '%s\n' "$keep" | grep -qx "$name" || {
            rm -rf "$folder"
            say "forgot $name"
        }
    done
}

case ${1:-} in
daily)
    while :; do
        if ! minutes=$(age) || [ "$minutes" -ge 1440 ]; then
            # In a shell of its own, or its failure would not end it at once (set -e).
            if sh "$0"; then forget; else say "BACKUP FAILED; another try in 10 minutes"; fi
        fi
        sleep 600
    done
    ;;
check) minutes=$(age) && [ "$minutes" -lt 1560 ] ;;
forget) forget ;;
*) make "${1:-$(date -u +%Y-%m-%dT%H%M%SZ)}" ;;
esac
