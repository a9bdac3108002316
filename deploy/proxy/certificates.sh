#!/bin/sh
# Fetches a certificate for the host of SITE_URL and renews it (Let's Encrypt, ACME).
set -eu
name=${SITE_URL#*://}
name=${name%%[:/]*}
# The vendor pages have a host of their own, if there are any.
vendors=${VENDOR_SITE_URL:-}
vendors=${vendors#*://}
vendors=${vendors%%[:/]*}
# Where word of a certificate that runs out is sent, if anywhere.
if [ -n "${ACME_EMAIL:-}" ]; then
    set -- --email "$ACME_EMAIL"
else
    set -- --register-unsafely-without-email
fi
if [ -n "$vendors" ]; then set -- --domain "$vendors" --expand "$@"; fi

fetch() {
    certbot certonly --non-interactive --agree-tos --quiet \
        --webroot --webroot-path "${CHALLENGES:-/challenges}" \
        --config-dir "${FETCHED_CERTIFICATES:-/acme}" \
        --work-dir /tmp/certbot --logs-dir /tmp/certbot \
        --cert-name evaltracker --domain "$name" --keep-until-expiring \
        --server "${ACME_SERVER:-https://acme-v02.api.letsencrypt.org/directory}" \
        "$@"
}

# The proxy has to answer first; then twice a day, as certificates last ever shorter.
until fetch "$@"; do
    echo "No certificate for $name yet; another try in ten minutes." >&2
    sleep "${RETRY_SECONDS:-600}"
done
while [ -z "${ONCE:-}" ] && sleep 43200; do
    fetch "$@" || echo "The certificate of $name could not be renewed." >&2
done
