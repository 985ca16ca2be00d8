#!/usr/bin/env bash
# Random queries of sqlsmith (Debian's package) on a database with the extension.
#
#   test/robust/sqlsmith.sh [queries] [seed]      default: 20000 42
#
# Fails if the server crashed, or if a function of the extension raised an internal
# error (XX000). Errors with another SQLSTATE are expected for random queries.
set -uo pipefail
. "$(dirname "$0")/../scratch.sh"
queries=${1:-20000} seed=${2:-42}
command -v sqlsmith >/dev/null || { echo "sqlsmith is not installed: apt-get install sqlsmith" >&2; exit 1; }
trap scratch_remove EXIT
SCRATCH_OPTIONS="-c log_line_prefix='%p %e ' -c log_min_error_statement=error -c statement_timeout=2s -c segment.fit_memory=64MB"
scratch_make && scratch_start || exit 1
psql -qX -f "$TOP/test/bi/setup.sql" >/dev/null 2>&1
# sqlsmith calls all functions of the catalog; it runs as a role that is not a superuser
psql -qX -v ON_ERROR_STOP=1 <<'SQL' || exit 1
CREATE ROLE smith LOGIN;
SELECT segment.grant_modeler('smith') \g /dev/null
GRANT SELECT ON ALL TABLES IN SCHEMA public TO smith;
SELECT segment.share_model(model_name, 'smith') FROM segment.model \g /dev/null
CREATE TABLE models AS SELECT model_name, model FROM segment.model_version WHERE status = 'active';
CREATE TABLE rows AS SELECT customer, ARRAY[recency_days, frequency, monetary]::float8[] AS features FROM shoppers;
GRANT SELECT ON models, rows TO smith;
SQL
sqlsmith --target="host=$PGHOST port=$PGPORT dbname=postgres user=smith" --max-queries="$queries" --seed="$seed" \
    >"$SCRATCH/sqlsmith.out" 2>"$SCRATCH/sqlsmith.err"
tail -4 "$SCRATCH/sqlsmith.err"

log=$SCRATCH/server.log
crashes=$(grep -cE 'terminated by signal|server process .* was terminated' "$log")
internal=$(grep -E '^[0-9]+ XX[0-9A-Z]{3} ERROR' "$log" | sed 's/^[0-9]* //' | sort | uniq -c | sort -rn)
echo "$queries queries, seed $seed: $crashes crashes"
echo "statements that called our functions: $(grep -E 'STATEMENT|segment\.' "$log" | grep -c 'segment\.') lines of the log name the schema"
echo "errors by SQLSTATE:"
grep -oE '^[0-9]+ [0-9A-Z]{5} ERROR' "$log" | awk '{print $2}' | sort | uniq -c | sort -rn | head -20
if [ -n "$internal" ]; then
    echo "internal errors:"
    echo "$internal"
fi
ours=$(grep -A3 -E '^[0-9]+ XX[0-9A-Z]{3} ERROR' "$log" | grep -cE 'segment')
[ "$crashes" -eq 0 ] && [ "$ours" -eq 0 ]
