#!/bin/sh
# health.sh CHECK...: a health check that is acted on, for compose itself only notes it.
# After three failures in a row it asks the container's process to end, after four it
# ends it; Docker starts it again. A check that ends with 2 says that something else is
# away, which starting again would not mend.
count=${HEALTH_COUNT:-/tmp/health-failures}

timeout "${HEALTH_SECONDS:-8}" "$@"
status=$?
case $status in
0 | 2)
    rm -f "$count"
    [ $status -eq 0 ]
    exit
    ;;
esac
failures=$(($(cat "$count" 2>/dev/null || echo 0) + 1))
echo $failures >"$count"
if [ $failures -eq 3 ]; then kill -TERM 1; fi
# The first process of a container cannot be killed from within; its child can.
if [ $failures -gt 3 ]; then kill -KILL -1; fi
exit 1
