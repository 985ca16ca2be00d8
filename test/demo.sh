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

# Run a file of the demo in the folder of the exports, because \copy uses relative paths.
tell() {
    heading "$1"
    (cd "$SCRATCH/exports" && psql -X -q -v ON_ERROR_STOP=1 -v exports="$SCRATCH/exports" -f "$TOP/test/demo/pretty.psql" -f "$TOP/test/demo/$2")
}

# The owner of the server stops it; the current user removes the folder.
write_remover() {
    cat >"$SCRATCH/remove" <<END
#!/bin/sh
cd / && $([ "$(id -u)" -ne 0 ] || echo "runuser -u $SERVER_USER --") '$SCRATCH_BIN/pg_ctl' -D '$SCRATCH/data' -m immediate -s stop
exec rm -rf '$SCRATCH'
END
    chmod +x "$SCRATCH/remove"
}

heading "segment: from SAP exports to named segments, inside PostgreSQL"
echo "Building, and starting a temporary server ..."
scratch_make
scratch_start
make -s -f test/unit.mk top=. generator >/dev/null
build/sap_export "$SCRATCH/exports" customers="${CUSTOMERS:-4000}" months="${MONTHS:-24}" seed="${SEED:-42}" damaged=3
chmod -R a+rX "$SCRATCH/exports"
createdb shop
export PGDATABASE=shop
SECONDS=0

tell "1. Import of the SAP exports" 1-import.sql
tell "2. RFM segments" 2-rfm.sql
tell "3. Retention of monthly cohorts" 3-cohorts.sql
tell "4. Clusters" 4-clusters.sql
tell "5. Comparison with the generated behaviour" 5-truth.sql
tell "6. Registered models" 6-registry.sql
tell "7. Profiles and actions" 7-profiles.sql
tell "8. Events and offers" 8-offers.sql
tell "9. Forecasts" 9-forecast.sql
tell "10. A campaign, and what it brought" 10-campaign.sql

heading "$SECONDS seconds from files to segments."
if [ -n "${KEEP:-}" ]; then
    write_remover
    cat <<END
The server is still running. To continue, for example with the tour in README.md:

    psql -h $SCRATCH -U postgres shop

To remove the server and everything that the demo created:

    $SCRATCH/remove
END
else
    echo "The server was removed. To keep it, run: make demo KEEP=1"
fi
