#!/usr/bin/env bash
# From SAP exports to named segments, on a throw-away server: what `make demo` runs.
#
#   KEEP=1        leave the server up, and print how to connect and how to remove it
#   CUSTOMERS=    how many (4000), MONTHS= over how many (24), SEED= which shop (42)
set -euo pipefail
. "$(dirname "$0")/scratch.sh"
cd "$TOP"

step=preparation
finish() {
    local status=$?
    if [ $status -ne 0 ]; then
        echo "The demo failed: $step." >&2
        [ ! -f "${SCRATCH:-}/server.log" ] || tail -n 5 "$SCRATCH/server.log" >&2
    fi
    if [ $status -ne 0 ] || [ -z "${KEEP:-}" ]; then
        scratch_remove
    fi
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

heading() {
    step=$1
    printf '\n\033[1m%s\033[0m\n\n' "$1" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi
}

# Run one of the demo's files in the folder of the exports, where \copy looks.
tell() {
    heading "$1"
    (cd "$SCRATCH/exports" && psql -X -q -v ON_ERROR_STOP=1 -v exports="$SCRATCH/exports" -f "$TOP/test/demo/pretty.psql" -f "$TOP/test/demo/$2")
}

# The server's owner stops it, whoever made the folder removes it.
write_remover() {
    cat >"$SCRATCH/remove" <<END
#!/bin/sh
cd / && $([ "$(id -u)" -ne 0 ] || echo "runuser -u $SERVER_USER --") '$SCRATCH_BIN/pg_ctl' -D '$SCRATCH/data' -m immediate -s stop
exec rm -rf '$SCRATCH'
END
    chmod +x "$SCRATCH/remove"
}

heading "segment: from SAP exports to named segments, inside PostgreSQL"
echo "Building, and starting a server of its own in a temporary folder ..."
scratch_make
scratch_start
make -s -f test/unit.mk top=. generator >/dev/null
build/sap_export "$SCRATCH/exports" customers="${CUSTOMERS:-4000}" months="${MONTHS:-24}" seed="${SEED:-42}" damaged=3
chmod -R a+rX "$SCRATCH/exports"
createdb shop
export PGDATABASE=shop
SECONDS=0

tell "1. The exports come in" 1-import.sql
tell "2. Who they are: RFM segments" 2-rfm.sql
tell "3. Who stays: the retention of monthly cohorts" 3-cohorts.sql
tell "4. How they differ: clusters" 4-clusters.sql
tell "5. Is it right? What was planted, and what was found" 5-truth.sql
tell "6. Every night again: registered models" 6-registry.sql

heading "$SECONDS seconds from files to segments."
if [ -n "${KEEP:-}" ]; then
    write_remover
    cat <<END
The server stays up. Look further, for instance with the tour in README.md:

    psql -h $SCRATCH -U postgres shop

Remove it, and everything the demo made, with:

    $SCRATCH/remove
END
else
    echo "The server is gone again. To look further, keep it: make demo KEEP=1"
fi
