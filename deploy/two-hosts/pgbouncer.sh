#!/bin/sh
# Starts PgBouncer before one PostgreSQL, in transaction mode, for two roles. Who else
# comes is turned away. The server is named by PGHOST and PGPORT.
set -eu
run=${RUN_FOLDER:-/tmp}
umask 077
cat >"$run/users" <<EOF
"evaltracker_app" "${APP_POSTGRES_PASSWORD:?}"
"evaltracker_vendor" "${VENDOR_POSTGRES_PASSWORD:?}"
EOF
cat >"$run/pgbouncer.ini" <<EOF
[databases]
${PGDATABASE:-evaltracker} = host=${PGHOST:?} port=${PGPORT:-5432}

[pgbouncer]
listen_addr = ${LISTEN:-*}
listen_port = ${LISTEN_PORT:-6432}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $run/users
pool_mode = transaction
max_prepared_statements = 200
# Web and vendor-api hold up to 16 connections for each of their processes.
max_client_conn = 500
default_pool_size = ${POOL_SIZE:-40}
# While PostgreSQL is away clients hear so soon, and say 503; it is tried each second.
query_wait_timeout = 10
server_connect_timeout = 5
server_login_retry = 1
log_connections = 0
log_disconnections = 0
EOF
exec pgbouncer "$run/pgbouncer.ini"
