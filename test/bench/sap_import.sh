#!/usr/bin/env bash
# sap_import from a staging table compared with COPY (FORMAT csv) of the same rows into
# the same columns; median of five. Also with the \copy into the staging table.
#
#   test/bench/sap_import.sh [rows]        default 300000
#
# Exit status 1 when sap_import is slower than a quarter of COPY.
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
rows=${1:-300000}
trap scratch_remove EXIT
scratch_make && scratch_start
file=$SCRATCH/vbrp.csv
run() { psql -XqtA -v ON_ERROR_STOP=1 "$@"; }

run <<SQL
CREATE EXTENSION segment;
CREATE TABLE source AS
SELECT '100' AS mandt, lpad((90000000 + i / 5)::text, 10, '0') AS vbeln, lpad(((i % 5 + 1) * 10)::text, 6, '0') AS posnr,
       lpad((i % 997)::text, 18, '0') AS matnr, 'Article number ' || i % 997 AS arktx, date '2020-01-01' + i % 1500 AS prsdt,
       (i % 90 + 1)::numeric(18,3) AS fkimg, 'ST' AS vrkme, (i % 9973 * 1.07)::numeric(20,5) AS netwr,
       (i % 9973 * 0.7)::numeric(20,5) AS wavwr, '1000' AS werks, '01' AS spart, 'EUR' AS waerk,
       time '00:00:01' + i % 86000 * interval '1 s' AS erzet
FROM generate_series(1, $rows) i;
CREATE TABLE target (LIKE source);
CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
COPY (SELECT mandt, vbeln, posnr, matnr, arktx, to_char(prsdt, 'YYYYMMDD') AS prsdt, fkimg, vrkme, netwr, wavwr, werks, spart, waerk,
             to_char(erzet, 'HH24:MI:SS') AS erzet FROM source) TO '$file' (FORMAT csv, HEADER);
SQL

stage="COPY stage(line) FROM '$file' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"
copy="COPY target FROM '$file' WITH (FORMAT csv, HEADER)"
import="SELECT rows_loaded FROM segment.sap_import('stage', 'target', sap_table => 'VBRP', decimal_notation => '1234567.89', amounts => 'stored', check_keys => false)"
checked=${import/, check_keys => false/}

# milliseconds of a statement on an empty target
time_of() {
    run -c "TRUNCATE target" -c "CHECKPOINT" >/dev/null
    run -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
}
median() { sort -g | sed -n 3p; }

run -c "$stage"
run -c "ANALYZE stage" -c "ANALYZE source"
declare -A times
for name in copy import checked; do times[$name]=""; done
for _ in 1 2 3 4 5; do
    for name in copy import checked; do
        times[$name]+="$(time_of "${!name}")"$'\n'
    done
done
for name in copy import checked; do
    printf -v "median_$name" '%s' "$(printf '%s' "${times[$name]}" | median)"
done
differences=$(run -c "SELECT count(*) FROM (TABLE source EXCEPT ALL TABLE target) AS d")
[ "$differences" = 0 ] || { echo "$differences rows were imported wrongly"; exit 1; }
run -c "TRUNCATE stage"
staging=$(for _ in 1 2 3 4 5; do run -c "TRUNCATE stage" >/dev/null; time_of "$stage"; done | median)

awk -v rows="$rows" -v copy="$median_copy" -v import="$median_import" -v checked="$median_checked" -v staging="$staging" 'BEGIN {
    printf "%d rows, 14 columns, median of five\n", rows
    printf "COPY csv                        %8.0f ms\n", copy
    printf "sap_import                      %8.0f ms   %.2f of the speed of COPY\n", import, copy / import
    printf "sap_import with check_keys      %8.0f ms   %.2f\n", checked, copy / checked
    printf "\\copy to staging and sap_import %8.0f ms   %.2f\n", staging + import, copy / (staging + import)
    exit copy / import < 0.25
}' || { echo "sap_import is slower than a quarter of COPY"; exit 1; }
