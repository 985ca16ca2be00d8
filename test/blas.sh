#!/usr/bin/env bash
# The regress suite under every BLAS of Debian: reference, OpenBLAS serial and
# OpenBLAS with threads; each backend's threads, and the same results.
#
#   test/blas.sh [build ...]      builds: reference serial pthread
#   REGRESS='pca anomaly drift' test/blas.sh
#
# Which library a server loads is decided by LD_LIBRARY_PATH here and by
# update-alternatives elsewhere. A build that is not installed is left out:
# libblas3 liblapack3, libopenblas0-serial, libopenblas0-pthread.
set -uo pipefail
. "$(dirname "$0")/scratch.sh"
cd "$TOP"

libraries=/usr/lib/$(gcc -print-multiarch)
builds=("$@")
[ ${#builds[@]} -gt 0 ] || builds=(reference serial pthread)
failed=0 ran=0

path_of() {
    case $1 in
        reference) echo "$libraries/blas:$libraries/lapack" ;;
        *) echo "$libraries/openblas-$1" ;;
    esac
}

check() {
    if [ "$2" = "$3" ]; then echo "ok      $1: $2"; else echo "FAILED  $1: $2, not $3"; failed=$((failed + 1)); fi
}

# Everything that goes through BLAS or LAPACK, rounded to nine digits.
figures() {
    psql -XqAt <<'SQL'
CREATE TABLE blas_rows AS
SELECT i, array_agg((10 * j + hashint4(i * 40 + j) / 2147483648.0 * 2 ^ (j % 6) + hashint4(i) / 2147483648.0 * (j % 4))::float8 ORDER BY j) AS f
FROM generate_series(1, 5000) AS i, generate_series(1, 40) AS j GROUP BY i;
SELECT component, feature, round(loading::numeric, 9) + 0, round(explained_variance::numeric, 9)
FROM segment.pca_components((SELECT segment.pca_fit(f, '{"n_components": 4}') FROM blas_rows));
SELECT round(sum(segment.pca_x(m, f))::numeric, 6) + 0, round(sum(segment.pca_reconstruction_error(m, f))::numeric, 6)
FROM blas_rows, (SELECT segment.pca_align(a, b) AS m
                 FROM (SELECT segment.pca_fit(f) AS a FROM blas_rows WHERE i > 100) AS x, (SELECT segment.pca_fit(f) AS b FROM blas_rows) AS y) AS z;
SELECT round(sum(segment.anomaly_score((SELECT segment.anomaly_fit(f, '{"method": "mahalanobis"}') FROM blas_rows), f))::numeric, 6) FROM blas_rows;
SQL
}

# The threads of one backend, and the clock ticks that all but the first took while
# it worked.  When the library is loaded a thread spins for a moment, then sleeps.
threads() {
    local ticks='COPY lines FROM PROGRAM $sh$for t in $(ls /proc/$PPID/task); do [ $t = $PPID ] || cat /proc/$PPID/task/$t/stat; done | awk "{ ticks += \$14 + \$15 } END { print ticks + 0 }"$sh$'
    psql -XqAt -c "LOAD 'segment'" -c 'CREATE TEMP TABLE lines (line int)' \
        -c 'COPY lines FROM PROGRAM $sh$ls /proc/$PPID/task | wc -l$sh$' -c 'SELECT line FROM lines' -c 'TRUNCATE lines' \
        -c "DO 'BEGIN PERFORM pg_sleep(1); END'" -c "$ticks" \
        -c "CREATE TEMP TABLE fits AS SELECT segment.pca_fit(ARRAY(SELECT hashint4(i * 400 + j)::float8 FROM generate_series(1, 400) AS j)) FROM generate_series(1, 2000) AS i" \
        -c "$ticks" -c 'SELECT max(line) - min(line) FROM lines'
}

trap scratch_remove EXIT
scratch_make || exit 1
for build in "${builds[@]}"; do
    path=$(path_of "$build")
    if [ ! -d "${path%%:*}" ]; then
        echo "left out: $build is not installed (${path%%:*})"
        continue
    fi
    export LD_LIBRARY_PATH=$path
    scratch_start || exit 1
    unset LD_LIBRARY_PATH
    psql -Xq -c 'CREATE EXTENSION segment'
    mapfile -t seen < <(threads)
    loaded=$(psql -XqAt -c "LOAD 'segment'" -c "CREATE TEMP TABLE lines (line text)" \
        -c "COPY lines FROM PROGRAM 'grep -o \"[^ ]*lib\\(openblas\\|blas\\|lapack\\)[^ /]*\$\" /proc/\$PPID/maps | sort -u'" \
        -c "SELECT string_agg(line, ' ') FROM lines WHERE line NOT LIKE '%lapacke%'")
    echo "$build: $loaded"
    # with threads compiled in they exist, but never work
    [ "$build" = pthread ] || check "$build: threads of a backend" "${seen[0]}" 1
    [ "$build" != pthread ] || echo "        pthread: threads of a backend: ${seen[0]}"
    check "$build: clock ticks of other threads at work" "${seen[1]}" 0
    figures >"$SCRATCH/figures.$build"
    cmp -s "$SCRATCH/figures.$build" "$(ls -tr "$SCRATCH"/figures.* | head -1)"
    check "$build: figures differ from the first build's" $? 0
    make -s PG_CONFIG="$SCRATCH_BIN/pg_config" installcheck ISOLATION= ${REGRESS:+REGRESS="$REGRESS"} >"$SCRATCH/regress.log" 2>&1
    check "$build: regress suite" $? 0
    [ ! -f regression.diffs ] || cat regression.diffs
    rm -rf regression.diffs regression.out results
    scratch_stop
    rm -rf "$SCRATCH/data"
    ran=$((ran + 1))
done
echo
echo "$ran builds, $failed failed"
[ $failed -eq 0 ] && [ $ran -gt 0 ]
