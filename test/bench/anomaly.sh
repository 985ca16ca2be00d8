# Anomaly scores; pca_anomaly.sh reads this file and defines the functions used here.

bench_anomaly() {
    local n d=$2 theirs ours
    n=$(limited "$1")
    psql -Xq -c "
        SELECT setseed(0.42);
        CREATE UNLOGGED TABLE rows_$d AS
        SELECT ARRAY(SELECT random() + i % 7 * 0.1 * (j % 3) FROM generate_series(1, $d) AS j WHERE i > 0) AS features
        FROM generate_series(1, $n) AS i;" -c "VACUUM ANALYZE rows_$d" >"$SCRATCH/load.log"
    psql -Xq -c "COPY (SELECT features FROM rows_$d) TO STDOUT (FORMAT binary)" >"$SCRATCH/rows.bin"
    theirs=$(python "$bench/anomaly.py" "$SCRATCH/rows.bin" "$d" "$repeats")
    rm "$SCRATCH/rows.bin"
    score() { echo "SELECT max(segment.anomaly_score((SELECT segment.anomaly_fit(features, '{\"method\": \"$1\"}') FROM rows_$d), features)) FROM rows_$d"; }
    ours=$(best_of "$serial" "$(score iforest)")
    echo "isolation forest, fit and score, $n x $d"
    report "segment, from the table, one process" "$ours" "$ours"
    report "segment, two workers" "$(best_of "$parallel" "$(score iforest)")" "$ours"
    report "segment, fit alone" "$(best_of "$serial" "SELECT length(segment.anomaly_fit(features)) FROM rows_$d")" "$ours"
    awk '/sklearn/ { print $1, $2 }' <<<"$theirs" | while read -r name seconds; do report "$name" "$seconds" "$ours"; done
    psql -Xq -c "CREATE TABLE metric AS SELECT segment.anomaly_fit(features, '{\"method\": \"mahalanobis\"}') AS model FROM rows_$d"
    ours=$(best_of "$serial" "SELECT max(segment.anomaly_score((SELECT model FROM metric), features)) FROM rows_$d")
    echo "Mahalanobis, $n x $d"
    report "segment, score of all rows (max)" "$ours" "$ours"
    report "sum(features[1])" "$(best_of "$serial" "SELECT sum(features[1]) FROM rows_$d")" "$ours"
    report "segment, fit" "$(best_of "$serial" "SELECT length(segment.anomaly_fit(features, '{\"method\": \"mahalanobis\"}')) FROM rows_$d")" "$ours"
    awk '/numpy/ { print $1, $2 }' <<<"$theirs" | while read -r name seconds; do report "$name" "$seconds" "$ours"; done
    psql -Xq -c "DROP TABLE metric, rows_$d"
}

bench_anomaly 100000 10
bench_anomaly 1000000 20
