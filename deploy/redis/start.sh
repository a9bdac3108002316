#!/bin/sh
# Starts Redis with a user for each service; arguments go on to redis-server.
set -eu
umask 077
config=${REDIS_CONFIG:-/tmp/redis.conf}

digest() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

sed -e "s/@WEB@/$(digest "$WEB_REDIS_PASSWORD")/" \
    -e "s/@WORKER@/$(digest "$WORKER_REDIS_PASSWORD")/" \
    -e "s/@BEAT@/$(digest "$BEAT_REDIS_PASSWORD")/" \
    -e "s/@VENDOR@/$(digest "$VENDOR_REDIS_PASSWORD")/" \
    "$(dirname "$0")/redis.conf" >"$config"
unset WEB_REDIS_PASSWORD WORKER_REDIS_PASSWORD BEAT_REDIS_PASSWORD VENDOR_REDIS_PASSWORD
exec redis-server "$config" "$@"
