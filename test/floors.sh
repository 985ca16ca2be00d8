#!/usr/bin/env bash
# Includes point down: core knows no model and no PostgreSQL, model no PostgreSQL;
# neither allocates, prints nor exits, and LAPACK is linalg.c's alone.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0

forbid() {
    local what=$1 found
    shift
    if found=$(grep -nE "$@" 2>/dev/null); then
        printf '%s:\n%s\n' "$what" "$found"
        status=1
    fi
}

shopt -s nullglob extglob
core=(src/@(base|stats)/!(port).[ch]) model=(src/!(base|stats|server)/!(*_pg).[ch])
server='#include *[<"](postgres|fmgr|miscadmin|funcapi|access/|catalog/|commands/|executor/|lib/|nodes/|storage/|utils/|varatt|server/)'
forbid "the core includes what is above it" "$server|#include *\"model/" "${core[@]}"
forbid "the model floor includes what is above it" "$server" "${model[@]}"
forbid "floors 0 and 1 allocate, print or exit" '\b(malloc|calloc|realloc|free|printf|fprintf|exit|palloc|ereport|elog)\(' "${core[@]}" "${model[@]}"
forbid "LAPACK outside linalg.c and linalg_eigen.c" '(lapacke|cblas)\.h' $(ls src/*/*.[ch] | grep -vE '^src/stats/linalg(_eigen)?\.c$')
forbid "a version test outside compat.h" 'PG_VERSION_NUM' $(ls src/*/*.[ch] | grep -v '^src/server/compat\.h$')
exit $status
