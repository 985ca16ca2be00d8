#!/usr/bin/env bash
# ab_fit against avg, in CPU seconds of one process: the median of RUNS (5) runs, interleaved. Then
# tests without an effect (A/A), looked at every day: how many raise a false alarm.
#
#   test/bench/ab.sh [rows] [tests]         1,000,000 rows, 1,000 tests
#
# The bars: ab_fit takes at most 2 times what avg takes. A p-value for one look, read on each of 30
# days, raises a false alarm in 24 to 31 % of the tests; the always-valid one in less than 5 %.
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
rows=${1:-1000000}
tests=${2:-1000}
runs=${RUNS:-5}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# CPU seconds of one statement, of the server's process alone
cpu_once() {
    sql <<SQL | awk 'NR == 1 { before = $1 } END { printf "%.2f\n", ($1 - before) / 100 }'
SELECT pg_catalog.pg_backend_pid() AS pid \gset
\setenv BACKEND :pid
\! awk '{ print \$14 + \$15 }' /proc/\$BACKEND/stat
\o /dev/null
$1;
\o
\! awk '{ print \$14 + \$15 }' /proc/\$BACKEND/stat
SQL
}

median() { sort -n | sed -n "$((runs / 2 + 1))p"; }

times=$(mktemp -d)
trap 'rm -rf "$times"; scratch_remove' EXIT
scratch_make
scratch_start
export PGOPTIONS='-c max_parallel_workers_per_gather=0 -c jit=off -c synchronize_seqscans=off'
sql <<SQL
CREATE EXTENSION segment;
CREATE UNLOGGED TABLE members AS
SELECT CASE WHEN hashint8(i) % 2 = 0 THEN 'control' ELSE 'new text' END AS arm, (hashint8(i) % 10 = 1)::int::float8 AS bought,
       abs(hashint8(i) % 100000) / 100.0::float8 AS revenue, abs(hashint8(i * 7) % 100000) / 100.0::float8 AS before
FROM generate_series(1, $rows) i;
VACUUM ANALYZE;
SQL

echo "$rows rows, PostgreSQL $(sql -c 'SHOW server_version'), one process"
for ((i = 0; i < runs; i++)); do
    cpu_once 'SELECT avg(revenue) FROM members' >>"$times/avg"
    cpu_once 'SELECT arm, avg(revenue) FROM members GROUP BY arm' >>"$times/group"
    cpu_once 'SELECT arm, avg(revenue), stddev(revenue) FROM members GROUP BY arm' >>"$times/stddev"
    cpu_once 'SELECT length(segment.ab_fit(arm, bought)) FROM members' >>"$times/shares"
    cpu_once 'SELECT length(segment.ab_fit(arm, revenue)) FROM members' >>"$times/means"
    cpu_once 'SELECT length(segment.ab_fit(arm, revenue, before)) FROM members' >>"$times/covariate"
done
avg=$(median <"$times/group")
printf '%-50s %6.2f s\n' 'avg(revenue) GROUP BY arm' "$avg"
for what in avg stddev shares means covariate; do
    awk -v what="$what" -v t="$(median <"$times/$what")" -v avg="$avg" 'BEGIN { printf "%-50s %6.2f s, %.2f times avg\n",
        what == "avg" ? "avg(revenue), without arms" : what == "stddev" ? "avg and stddev GROUP BY arm" : "ab_fit, " what, t, t / avg
        if (what != "avg" && t > 2 * avg) { print "not within the bars"; exit 1 } }'
done

# 500 customers a day in each arm, of whom a tenth buys, whatever the arm. The state of each day is kept, and
# merged with those of the days before.
sql <<SQL
CREATE AGGREGATE ab_state(text, float8) (SFUNC = segment_internal.ab_fit_transfn, STYPE = bytea);
CREATE AGGREGATE ab_merge(bytea) (SFUNC = segment_internal.ab_fit_combinefn, STYPE = bytea, FINALFUNC = segment_internal.ab_fit_finalfn);
DO 'BEGIN PERFORM setseed(0.42); END';
CREATE UNLOGGED TABLE days AS
SELECT test, day, (SELECT ab_state(CASE WHEN c % 2 = 0 THEN 'a' ELSE 'b' END, (random() < 0.1)::int) FROM generate_series(1, 1000) c WHERE test + day > 0) AS state
FROM generate_series(1, $tests) test, generate_series(1, 30) day;
CREATE UNLOGGED TABLE looks AS
SELECT test, day, ab_merge(state) OVER (PARTITION BY test ORDER BY day) AS model FROM days;
SQL
for tuning_n in 5000 30000; do
    sql -F ' ' <<SQL | awk -v n=$tuning_n -v tests="$tests" '{
        printf "%d A/A tests, 30 looks, tuning_n %5d: false alarms by p_value %.1f %% (at the end only: %.1f %%), by always_valid_p %.1f %%\n", tests, n, $1, $2, $3
        if ($1 < 24 || $1 > 31 || $3 >= 5) { print "not within the bars"; exit 1 } }'
SELECT 100 * avg(any_look::int), 100 * avg(at_end::int), 100 * avg(always_valid::int)
FROM (SELECT bool_or(r.p_value < 0.05) AS any_look, bool_or(r.p_value < 0.05) FILTER (WHERE day = 30) AS at_end, bool_or(r.always_valid_p < 0.05) AS always_valid
      FROM looks, segment.ab_rows(model, tuning_n => $tuning_n) r WHERE NOT r.is_control GROUP BY test) t;
SQL
done
sql -F ' ' <<SQL | awk '{ printf "srm_test at the end: mismatch in %.2f %%, anytime_valid_p below 0.001 at any look in %.2f %%\n", $1, $2 }'
SELECT 100 * avg(mismatch::int), 100 * avg(anytime::int)
FROM (SELECT bool_or(s.verdict = 'mismatch') FILTER (WHERE day = 30) AS mismatch, bool_or(s.anytime_valid_p < 0.001) AS anytime
      FROM (SELECT test, day, sum(a) OVER (PARTITION BY test ORDER BY day) AS a, day * 1000 AS n
            FROM (SELECT test, day, (SELECT count(*) FILTER (WHERE random() < 0.5) FROM generate_series(1, 1000) c WHERE test + day > 0) AS a
                  FROM generate_series(1, $tests) test, generate_series(1, 30) day) d) w,
           LATERAL segment.srm_test(ARRAY[a, n - a]::bigint[]) s GROUP BY test) t;
SQL
