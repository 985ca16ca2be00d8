#!/usr/bin/env bash
# Forecasts of monthly series of 120 values, compared with R's package forecast where it is there: CPU
# milliseconds for each series, of one process, the best of RUNS (3) runs.
#
#   test/bench/forecast.sh [series]
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
series=${1:-1000}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# CPU milliseconds per series of a statement's best run
best() {
    local i
    for ((i = 0; i < ${RUNS:-3}; i++)); do
        sql -c "$1" -c "SELECT pg_read_file('/proc/self/stat')" |
            awk -v hz="$(getconf CLK_TCK)" -v n="$series" 'NF > 20 {print ($14 + $15) * 1000 / hz / n}'
    done | sort -n | head -1
}

bench() { printf '%-50s %9.3f ms\n' "$1" "$(best "$2")"; }

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c search_path=public,segment -c work_mem=1GB -c max_parallel_workers_per_gather=0 -c jit=off'
sql <<SQL
CREATE EXTENSION segment;
CREATE TABLE monthly AS
SELECT s AS series, (date '2010-01-01' + make_interval(months => t))::date AS month,
       (100 + t) * (1 + 0.3 * sin(2 * pi() * t / 12 + s)) * exp(0.1 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) AS value
FROM generate_series(1, $series) s, generate_series(0, 119) t ORDER BY s, t;
CREATE TABLE models AS SELECT series, forecast_fit(month, value) AS model FROM monthly GROUP BY series;
VACUUM ANALYZE;
SQL

fit() { echo "SELECT sum(length(m)) FROM (SELECT forecast_fit(month, value, '{\"method\": \"$1\"}') AS m FROM monthly GROUP BY series) s"; }
echo "$series series of 120 months, CPU time of each, $(sql -c 'SHOW server_version')"
bench 'read and group (sum)' "SELECT sum(value) FROM monthly GROUP BY series OFFSET $series"
bench 'forecast_fit, auto' "$(fit auto)"
bench 'forecast_fit, ets' "$(fit ets)"
bench 'forecast_fit, theta' "$(fit theta)"
bench 'forecast, 24 months, of fitted models' "SELECT count(f.forecast) FROM models, forecast(model, 24) f"

whole=$(best "SELECT count(f.forecast) FROM (SELECT forecast_fit(month, value) AS m FROM monthly GROUP BY series OFFSET 0) s, forecast(m, 24) f")
printf '%-50s %9.3f s, at most 3: %s\n' '1,000 series by GROUP BY, fitted and forecast' "$whole" "$(awk -v s="$whole" 'BEGIN {print s <= 3 ? "holds" : "FAILS"}')"

if ! Rscript -e 'library(forecast)' >/dev/null 2>&1; then
    echo "R has no package forecast here (r-cran-forecast)"
    exit
fi
sql -c "COPY (SELECT series, value FROM monthly WHERE series <= 20 ORDER BY series, month) TO STDOUT CSV" >"$SCRATCH/series.csv"
Rscript - "$SCRATCH/series.csv" <<'R'
suppressMessages(library(forecast))
d <- read.csv(commandArgs(TRUE)[1], header = FALSE)
s <- lapply(split(d[[2]], d[[1]]), ts, frequency = 12)
cat("R", as.character(getRversion()), "forecast", as.character(packageVersion("forecast")), ",", length(s), "of these series\n")
cpu <- function(name, f) cat(sprintf("%-50s %9.3f ms\n", name, 1000 * sum(system.time(lapply(s, f))[1:2]) / length(s)))
cpu("ets()", ets)
cpu("thetaf(h = 24)", function(y) thetaf(y, h = 24))
R
