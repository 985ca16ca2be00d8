#!/usr/bin/env bash
# kmeans_fit against scikit-learn, on the same rows, starting centers and number
# of iterations, in one run; medians of five. Needs python3-sklearn.
#
#   test/bench/kmeans.sh [A1 A2 A3 A4 LONG ASSIGN POSTGIS STORAGE]
#
# Absolute times depend on the machine; compare the ratios. ROWS limits the number of rows,
# for a trial of the script: RUNS=1 ROWS=20000 test/bench/kmeans.sh
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
cd "$TOP"
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import sklearn, pandas' || { echo "needs python3-sklearn and python3-pandas" >&2; exit 1; }
trap scratch_remove EXIT
scratch_make
SCRATCH_OPTIONS='-c shared_buffers=2GB -c jit=off -c max_parallel_workers_per_gather=0' scratch_start
psql -qXc 'CREATE EXTENSION segment'

gcc -O3 -std=gnu11 -march=x86-64-v3 -ffp-contract=off -DSEG_STANDALONE -DNDEBUG -Isrc test/bench/kmeans_core.c \
    src/kmeans/kmeans.c src/kmeans/kmeans_{assign,data,filter,filter_label,lloyd,sample,seed,starts}.c -lm -o "$SCRATCH/kmeans_core"

# The cheapest aggregate in C that reads every number of an array.
gcc -O3 -fPIC -shared -I"$("$SCRATCH_BIN/pg_config" --includedir-server)" test/bench/touch.c -o "$SCRATCH/touch.so"
psql -qX <<SQL
CREATE FUNCTION touch_add(float8, float8[]) RETURNS float8 LANGUAGE C IMMUTABLE STRICT AS '$SCRATCH/touch.so';
CREATE AGGREGATE touch(float8[]) (SFUNC = touch_add, STYPE = float8, INITCOND = 0);
SQL

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }

# The median of five runs (or RUNS) of a command, in milliseconds.
runs=${RUNS:-5}
median() {
    local run begun times=()
    for ((run = 0; run < runs; run++)); do
        begun=$(date +%s%N)
        "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" || { cat "$SCRATCH/err" >&2; return 1; }
        times+=($((($(date +%s%N) - begun) / 10000)))
    done
    printf '%s\n' "${times[@]}" | sort -n | sed -n $(((runs + 1) / 2))p | awk '{ printf "%.1f", $1 / 100 }'
}

query() { psql -qXAtc "$1"; }

# A number of rows, at most ROWS.
limited() { echo $((${ROWS:-$1} < $1 ? ROWS : $1)); }

make_table() {
    local n d=$2 k=$3
    n=$(limited "$1")
    "$python" test/bench/kmeans_peer.py make "$SCRATCH" "$n" "$d" "$k" 7
    psql -qX <<SQL
SET client_min_messages = warning;
DROP TABLE IF EXISTS rows;
CREATE UNLOGGED TABLE rows (features float8[]);
\copy rows FROM '$SCRATCH/rows.copy' WITH (FORMAT binary)
VACUUM ANALYZE rows;
SQL
    centers=$("$python" -c "
import numpy, json
print(json.dumps(numpy.fromfile('$SCRATCH/centers.bin').reshape(-1, $d).tolist()))")
}

case_fit() {
    local name=$1 n d=$3 k=$4 it=$5 roofline=$6
    n=$(limited "$2")
    local ours share inertia one two theirs done_here done_there columns
    # many iterations need rows without clusters
    make_table "$n" "$d" "$([ "$name" = LONG ] && echo -"$k" || echo "$k")"
    read -r ours share inertia done_here < <("$SCRATCH/kmeans_core" "$SCRATCH/rows.bin" "$SCRATCH/centers.bin" "$n" "$d" "$k" "$it" 5)
    read -r one theirs done_there < <("$python" test/bench/kmeans_peer.py fit "$SCRATCH" "$n" "$d" "$k" "$it" 1)
    read -r two theirs done_there < <("$python" test/bench/kmeans_peer.py fit "$SCRATCH" "$n" "$d" "$k" "$it" 2)
    echo
    echo "$name: n=$n d=$d k=$k; here $done_here iterations, inertia $inertia; scikit-learn $done_there, $theirs"
    echo "  fit in memory      here $ours ms; scikit-learn 1 thread $one ms: $(ratio "$one" "$ours")x, 2 threads $two ms: $(ratio "$two" "$ours")x"
    echo "  per iteration      $(ratio "$ours" $((done_here + 1))) ms; roofline of a full one $roofline ms; distances computed $share"
    [ "$name" = LONG ] && return
    printf "SELECT length(segment.kmeans_fit(features, %s, '%s')) FROM rows" "$k" \
        "{\"standardize\": \"none\", \"max_iterations\": $it, \"centroids\": $centers}" >"$SCRATCH/fit.sql"
    columns=$(seq -s, -f 'features[%g]' 1 "$d")
    local model scan touch first csv binary labels our_labels
    model=$(median psql -qXAt -f "$SCRATCH/fit.sql")
    first=$(median psql -qXAtc "SELECT sum(features[1]) FROM rows")
    touch=$(median psql -qXAtc "SELECT touch(features) FROM rows")
    # k = 0 is an error after the scan and before the rows are processed
    scan=$(median bash -c "! psql -qXAtc 'SELECT segment.kmeans_fit(features, 0) FROM rows'")
    csv=$(median bash -c "psql -qXAtc 'COPY (SELECT $columns FROM rows) TO STDOUT (FORMAT csv)' | $python test/bench/kmeans_peer.py csv $SCRATCH $n $d $k $it")
    binary=$(median bash -c "psql -qXAtc 'COPY rows TO STDOUT (FORMAT binary)' | $python test/bench/kmeans_peer.py binary $SCRATCH $n $d $k $it")
    echo "  table to model     here $model ms; by CSV $csv ms: $(ratio "$csv" "$model")x; by COPY BINARY $binary ms: $(ratio "$binary" "$model")x"
    echo "  scan alone         $scan ms; an aggregate that only reads the arrays $touch ms: $(ratio "$scan" "$touch")x; sum(features[1]) $first ms: $(ratio "$scan" "$first")x"
    {
        printf "CREATE TEMP TABLE labels AS SELECT segment.kmeans_assign((SELECT segment.kmeans_fit(features, %s, '%s') FROM rows), features) AS cluster_id FROM rows" \
            "$k" "{\"standardize\": \"none\", \"max_iterations\": $it, \"centroids\": $centers}"
    } >"$SCRATCH/labels.sql"
    our_labels=$(median psql -qXAt -f "$SCRATCH/labels.sql")
    labels=$(median bash -c "psql -qXAtc 'COPY (SELECT $columns FROM rows) TO STDOUT (FORMAT csv)' | $python test/bench/kmeans_peer.py csvlabels $SCRATCH $n $d $k $it | psql -qXc 'CREATE TEMP TABLE labels (cluster_id int)' -c '\copy labels FROM STDIN (FORMAT csv)'")
    echo "  labels in a table  here $our_labels ms; by CSV $labels ms: $(ratio "$labels" "$our_labels")x"
}

case_assign() {
    make_table 1000000 20 8
    psql -qXc "CREATE UNLOGGED TABLE model AS SELECT segment.kmeans_fit(features, 8) AS model FROM rows"
    local assign first groups plain
    assign=$(median psql -qXAtc "SELECT max(segment.kmeans_assign((SELECT model FROM model), features)) FROM rows")
    first=$(median psql -qXAtc "SELECT sum(features[1]) FROM rows")
    groups=$(median psql -qXAtc "SELECT segment.kmeans_assign((SELECT model FROM model), features), count(*) FROM rows GROUP BY 1")
    plain=$(median psql -qXAtc "SELECT features[1] > 1, count(*) FROM rows GROUP BY 1")
    echo
    echo "ASSIGN: $(limited 1000000) rows, d=20, k=8"
    echo "  max(kmeans_assign) $assign ms; sum(features[1]) $first ms: $(ratio "$assign" "$first")x"
    echo "  count by cluster   $groups ms; by features[1] > 1 $plain ms: $(ratio "$groups" "$plain")x"
    local terms
    terms=$(query "SELECT string_agg(format('(%s)', (SELECT string_agg(format('power(features[%s] - %s, 2)', j, round((random() * 10)::numeric, 3)), ' + ') FROM generate_series(1, 20) j WHERE c > 0)), ', ') FROM generate_series(1, 8) c")
    printf 'SET jit = on; SELECT max(LEAST(%s)) FROM rows' "$terms" >"$SCRATCH/plain.sql"
    plain=$(median psql -qXAt -f "$SCRATCH/plain.sql")
    echo "  LEAST of 8 distances in plain SQL with JIT $plain ms: $(ratio "$plain" "$assign")x"
}

case_postgis() {
    psql -qXc 'CREATE EXTENSION postgis' || { echo "needs postgresql-$PGMAJOR-postgis-3" >&2; return 1; }
    make_table 1000000 3 5
    psql -qXc "CREATE UNLOGGED TABLE points AS SELECT ST_MakePoint(features[1], features[2], features[3]) AS point FROM rows"
    local ours theirs
    ours=$(median psql -qXAtc "SELECT length(segment.kmeans_fit(features, 5, '{\"standardize\": \"none\"}')) FROM rows")
    theirs=$(median psql -qXAtc "SELECT max(c) FROM (SELECT ST_ClusterKMeans(point, 5) OVER () AS c FROM points) s")
    echo
    echo "POSTGIS: $(limited 1000000) points in 3-d, k=5"
    echo "  kmeans_fit $ours ms; ST_ClusterKMeans $theirs ms: $(ratio "$theirs" "$ours")x"
    query "SELECT '  inertia here ' || (segment.model_info(segment.kmeans_fit(features, 5, '{\"standardize\": \"none\"}'))).inertia FROM rows"
    query "WITH labeled AS (SELECT ST_X(point) x, ST_Y(point) y, ST_Z(point) z, ST_ClusterKMeans(point, 5) OVER () AS c FROM points),
           centers AS (SELECT c, avg(x) x, avg(y) y, avg(z) z FROM labeled GROUP BY c)
           SELECT '  inertia there ' || sum((l.x - m.x)^2 + (l.y - m.y)^2 + (l.z - m.z)^2) FROM labeled l JOIN centers m USING (c)"
}

# An array of more than about 247 doubles is stored out of line, so reading it costs more.
case_storage() {
    local kind storage time n
    n=$(limited 100000)
    echo
    echo "STORAGE: $n rows of 300 numbers, scan alone"
    for kind in 'float8[] EXTENDED' 'float8[] MAIN' 'float4[] EXTENDED'; do
        storage=${kind#* }
        psql -qX <<SQL
SET client_min_messages = warning;
DROP TABLE IF EXISTS wide;
CREATE UNLOGGED TABLE wide (features ${kind% *});
ALTER TABLE wide ALTER features SET STORAGE $storage;
INSERT INTO wide SELECT array_agg(sin(i * 0.7 + j) * 100 + j) FROM generate_series(1, $n) i, generate_series(1, 300) j GROUP BY i;
VACUUM ANALYZE wide;
SQL
        time=$(median bash -c "! psql -qXAtc 'SELECT segment.kmeans_fit(features, 0) FROM wide'")
        echo "  $kind  $time ms"
    done
}

cases=("$@")
[ ${#cases[@]} -gt 0 ] || cases=(A1 A2 A3 LONG ASSIGN POSTGIS STORAGE)
for name in "${cases[@]}"; do
    case $name in
        A1) case_fit A1 1000000 3 5 20 0.8 ;;
        A2) case_fit A2 1000000 20 8 20 6.1 ;;
        A3) case_fit A3 200000 200 10 12 15.2 ;;
        A4) case_fit A4 10000000 3 5 8 7.8 ;;
        LONG) case_fit LONG 1000000 20 8 300 6.1 ;;
        ASSIGN) case_assign ;;
        POSTGIS) case_postgis ;;
        STORAGE) case_storage ;;
        *) echo "no such case: $name" >&2; exit 1 ;;
    esac
done
