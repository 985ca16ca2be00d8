#!/usr/bin/env bash
# What a file may know is told by its room and by its name (src/README.md):
# this checks every include of src/ against it.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob extglob
status=0

# A family includes no other family, but for headers that one declares public:
allowed=(
    # anomaly_from_kmeans turns a k-means model into an anomaly model, so this family
    # reads k-means models and repeats their largest k
    'anomaly kmeans/kmeans.h'
    'anomaly kmeans/kmeans_model.h'
    'anomaly kmeans/kmeans_pg.h'
    # rfm, cohort_retention and clv_summary read receipts or a ledger with the engine of the receipts family,
    # and association_rules and next_best_offer with its queries
    'rfm receipts/ledger_pg.h'
    'rfm receipts/wide_pool_pg.h'
    'basket receipts/lines_pg.h'
    'cohort receipts/codes_pg.h'
    'cohort receipts/ledger_pg.h'
    'cohort receipts/receipt_part.h'
    'cohort receipts/wide_pool_pg.h'
    'clv receipts/ledger_pg.h'
    'clv receipts/receipt_part.h'
    # triggers read receipts with it
    'rhythm receipts/ledger_pg.h'
    'rhythm receipts/lines_pg.h'
    'rhythm receipts/products_pg.h'
    'rhythm receipts/receipt_key.h'
)

# Files in circles: over one or more includes, or over one or more calls, each leads
# back to itself (VERBOSE=1 prints them).  These numbers only fall, too.
circles_most=0
call_circles_most=0

complain() {
    printf '%s:\n%s\n' "$1" "$2"
    status=1
}

forbid() {
    local found
    if found=$(grep -nE "${@:2}"); then complain "$1" "$found"; fi
}

all=(src/*/*.[ch])
pure=(src/!(server)/!(*_pg).[ch])           # no PostgreSQL
arithmetic=(src/!(base|stats|model|server)/!(*_pg|*_model|*_state).[ch])

# ---- floors, by the file's name ----
forbid "no glue (_pg), but includes what the server has" \
    '#include *("server/|"[a-z_]+/[a-z_]+_pg\.h|"[^/"]*"|"(access|catalog|commands|common|executor|lib|libpq|mb|nodes|optimizer|parser|port|replication|rewrite|storage|tcop|tsearch|utils)/)' \
    <(grep -H '#include' "${pure[@]/#src\/base\/port.h/\/dev\/null}" | grep -vF '#include "families.h"')
forbid "no glue (_pg), but includes more than the C library" '#include *<' \
    <(grep -H '#include *<' "${pure[@]}" | grep -vE '<(assert|float|limits|math|stdbool|stddef|stdint|stdio|stdlib|string|cblas|lapacke)\.h>')
forbid "no glue (_pg), but allocates, prints or exits" '\b(malloc|calloc|realloc|free|printf|fprintf|exit|abort|palloc0?|pfree|ereport|elog)\(' "${pure[@]}"
forbid "arithmetic, but includes bytes (_model, _state)" '#include *"(model/|[a-z_]+/[a-z_]+_(model|state)\.h)' "${arithmetic[@]}"
forbid "LAPACK outside linalg.c and linalg_eigen.c" '(lapacke|cblas)\.h' "${all[@]/#src\/stats\/linalg?(_eigen).c/\/dev\/null}"
forbid "a version test outside compat.h" 'PG_VERSION_NUM' "${all[@]/#src\/server\/compat.h/\/dev\/null}"

# ---- arrows between rooms: base <- stats <- model <- server <- families ----
# "file header" for each include of a header of src/
includes=$(grep -oE '#include *"[a-z_]+/[a-z_0-9]+\.h"' "${all[@]}" | sed -E 's/^([^:]*):#include *"(.*)"$/\1 \2/' |
    while read -r file header; do [ ! -e "src/$header" ] || echo "$file $header"; done)
wrong=$(awk '
    BEGIN { floor["base"] = 1; floor["stats"] = 2; floor["model"] = 3; floor["server"] = 4 }
    { split($1, from, "/"); split($2, to, "/")
      if (from[2] == to[1]) next
      low = to[1] in floor ? floor[to[1]] : 5
      high = from[2] in floor ? floor[from[2]] : 5
      if (low > high || low == 5) print }' <<<"$includes")
used=() bad=
while read -r file header; do
    [ -n "$file" ] || continue
    room=${file#src/} room=${room%%/*}
    if grep -qxF "$room $header" <<<"$(printf '%s\n' "${allowed[@]}")"; then
        used+=("$room $header")
    else
        bad+="    $file includes $header"$'\n'
    fi
done <<<"$wrong"
[ -z "$bad" ] || complain "arrows between rooms point one way" "${bad%$'\n'}"
gone=$(comm -23 <(printf '%s\n' "${allowed[@]}" | sort) <(printf '%s\n' "${used[@]}" | sort -u))
[ -z "$gone" ] || complain "allowed, but not needed any more" "$gone"

# ---- circles of files ----
# IN lines "file file".  What is left when files that depend on nothing, and files on
# which nothing depends, are taken away again and again.
circles_of() {
    awk '$1 != $2' | sort -u | awk '
    { from[NR] = $1; to[NR] = $2; out[$1]++; into[$2]++ }
    END {
        do {
            changed = 0
            for (i = 1; i <= NR; i++)
                if (!gone[i] && (!out[to[i]] || !into[from[i]])) {
                    gone[i] = changed = 1; out[from[i]]--; into[to[i]]-- }
        } while (changed)
        for (i = 1; i <= NR; i++) if (!gone[i]) left[from[i]] = 1
        for (file in left) print file }' | sort
}

# A header and its .c are one file here.
circles=$(sed -E 's/^src\///; s/\.[ch] / /; s/\.h$//' <<<"$includes" | circles_of)
count=$(grep -c . <<<"$circles" || test $? -eq 1)
[ "$count" -eq $circles_most ] || complain "files in circles are $count, circles_most is $circles_most" "$circles"

# A .c calls the one that defines a function seg_..., whichever header declares it.
names='s/^src\/(.*)\.c:(.*)\($/\2 \1/'
defined=$(grep -oE '^seg_[a-z_0-9]+\(' src/*/*.c | sed -E "$names" | sort)
called=$(grep -oE '\bseg_[a-z_0-9]+\(' src/*/*.c | sed -E "$names" | sort -u)
calls=$(join <(echo "$called") <(echo "$defined") | awk '{ print $2, $3 }')
[ -n "$calls" ] || complain "no calls between files" "a definition begins with its name at the start of a line"
call_circles=$(circles_of <<<"$calls")
count=$(grep -c . <<<"$call_circles" || test $? -eq 1)
[ "$count" -eq $call_circles_most ] ||
    complain "files in circles of calls are $count, call_circles_most is $call_circles_most" "$call_circles"

# ---- unit tests bear the name of the file that they test; test_golden reads models of all families ----
for test in test/unit/test_*.c; do
    name=${test##*/} name=${name%.c}
    files=(src/*/"${name#test_}".[ch])
    [ ${#files[@]} -gt 0 ] || [ "$name" = test_golden ] || complain "a unit test of no file" "$test"
done

[ -z "${VERBOSE:-}" ] || printf 'files in circles:\n%s\n%s\n' "$circles" "$call_circles"
exit $status
