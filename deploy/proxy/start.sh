#!/bin/sh
# Starts nginx with the certificate that there is, and again with each newer one:
# your own, else the one that was fetched, else one that it signs itself meanwhile.
set -eu
here=$(dirname "$0")
run=${RUN_FOLDER:-/tmp}
own=${CERTIFICATES:-/certificates}
fetched=${FETCHED_CERTIFICATES:-/acme}/live/evaltracker
# The host of SITE_URL, and its other names.
name=${SITE_URL#*://}
name=${name%%[:/]*}
names=$(printf '%s\n' "$name,${ALLOWED_HOSTS:-}" | tr ', ' '\n\n' | sort -u | tr '\n' ' ')
# The host of the vendor pages; a name that nobody can ask for where there are none.
vendors=${VENDOR_SITE_URL:-https://vendor-pages.invalid}
vendor_name=${vendors#*://}
vendor_name=${vendor_name%%[:/]*}

self_sign() {
    [ -f "$run/own.pem" ] || (
        umask 077
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
            -days 3650 -subj "/CN=$name" -keyout "$run/own.key" -out "$run/own.pem" \
            2>/dev/null
    )
}

# Copies the best certificate to where nginx reads it; whether it is another one.
take_certificate() {
    if [ -f "$own/fullchain.pem" ] && [ -f "$own/privkey.pem" ]; then
        set -- "$own/fullchain.pem" "$own/privkey.pem"
    elif [ -f "$fetched/fullchain.pem" ]; then
        set -- "$fetched/fullchain.pem" "$fetched/privkey.pem"
    else
        self_sign
        set -- "$run/own.pem" "$run/own.key"
    fi
    if cmp -s "$1" "$run/certificate.pem"; then return 1; fi
    (umask 077 && cp "$2" "$run/key.pem" && cp "$1" "$run/certificate.pem")
}

# One server a line for an upstream; of several none is kept on when it does not answer,
# and no connection is kept to one that may be gone.
servers() { # ADDRESSES PORT
    for address in $1; do
        printf 'server %s%s%s;' "$address" "${2:+:$2}" "${resolver:+ resolve}"
    done
    case $1 in *' '*) ;; *) printf ' keepalive 16; keepalive_timeout 30s;' ;; esac
}

# By Docker's resolver a container that starts anew under another address is found.
resolver=${RESOLVER:-}
filled_in() { # FILE
    sed -e "s|@RUN@|$run|g" \
        -e "s|@LOG@|${ACCESS_LOG:-/dev/stdout}|" \
        -e "s|@BODIES@|${BODIES_FOLDER:-/var/cache/nginx}|" \
        -e "s|@CHALLENGES@|${CHALLENGES:-/challenges}|" \
        -e "s|@HTTP_PORT@|${HTTP_LISTEN:-80}|" \
        -e "s|@HTTPS_PORT@|${HTTPS_LISTEN:-443}|" \
        -e "s|@NAMES@|$names|" \
        -e "s|@SITE_URL@|${SITE_URL%/}|" \
        -e "s|@VENDOR_NAME@|$vendor_name|" \
        -e "s|@VENDOR_SITE_URL@|${vendors%/}|" \
        -e "s|@RESOLVER@|${resolver:+resolver $resolver valid=5s;}|" \
        -e "s|@WEB@|$(servers "${WEB_UPSTREAM:-web:8000}" "${WEB_PORT:-}")|" \
        -e "s|@VENDOR_API@|$(servers "${VENDOR_API_UPSTREAM:-vendor-api:8000}" "${VENDOR_API_PORT:-}")|" \
        "$here/$1" >"$run/$1"
}

filled_in nginx.conf
filled_in refused.conf

# What the proxy refuses itself, for people and for programs (RFC 9457).
refusal() { # STATUS CODE TITLE DETAIL HEADING SENTENCE
    printf '{"type": "about:blank", "title": "%s", "status": %s, "code": "%s", "detail": "%s"}' \
        "$3" "$1" "$2" "$4" >"$run/refused/$1.json"
    sed -e "s|@HEADING@|$5|g" -e "s|@SENTENCE@|$6|" "$here/refused.html" \
        >"$run/refused/$1.html"
}

mkdir -p "$run/refused"
refusal 400 invalid "Bad Request" \
    "The request cannot be read: its head is broken or over 64 kB." \
    "This request cannot be read" \
    "Something in it is broken or too long. Open the page again from the start. If you read this once more, delete this site’s cookies in your browser."
refusal 404 not_found "Not Found" \
    "There is nothing at this address." \
    "This page is not here" \
    "Part of the address may be missing. Open the whole link from your mail."
refusal 413 content_too_large "Content Too Large" \
    "The body is over the limit of 12 MB." \
    "This is too large" \
    "At most 12 MB can be sent at once. Go back, and send a smaller file or fewer of them."
refusal 414 uri_too_long "URI Too Long" \
    "The address is over 16 kB." \
    "This address is too long" \
    "Open the page again from the start, and choose less at once."
refusal 429 too_many_requests "Too Many Requests" \
    "Your address has too many calls under way. Wait for answers before you send more." \
    "Too many requests" \
    "More requests come from your address than people make. Wait a few seconds, then try again."
refusal 503 service_unavailable "Service Unavailable" \
    "The service is starting again. Nothing is known of this call; repeat it with the same Idempotency-Key." \
    "Back in a minute" \
    "The site is starting again. Try again in a minute, and check whether your last change is there before you make it again."

take_certificate || true
while sleep "${CERTIFICATE_SECONDS:-60}"; do
    if take_certificate; then nginx -c "$run/nginx.conf" -s reload; fi
done &
exec nginx -c "$run/nginx.conf" -g 'daemon off;'
