#!/usr/bin/env bash
# Every suite, in order, on a throw-away server; closes with "N passed, N failed".
#
#   test/test.sh [suite ...]     suites: floors unit fuzz regress isolation tap bi
#   ACCEPT=1 test/test.sh regress     take the results as the new answers
#   TAP='t/20_rfm.pl' REGRESS='api rfm' test/test.sh regress tap     only these
#   NOTES=1 test/test.sh tap          with the figures that tests note
set -uo pipefail
. "$(dirname "$0")/scratch.sh"
cd "$TOP"

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(floors unit fuzz regress isolation tap bi)
passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); echo "ok      $1"; }
bad() { failed=$((failed + 1)); echo "FAILED  $1"; }

suite_floors() {
    if test/floors.sh; then ok "includes point down"; else bad "includes point down"; fi
}

# cmocka prints "[  PASSED  ] 7 test(s)." and "[  FAILED  ] 1 test(s), listed below:"
suite_unit() {
    local log=$SCRATCH/unit.log program good
    if ! make -s -j "$(nproc)" -f test/unit.mk top=. unit-programs; then bad "unit: build"; return; fi
    for program in build/unit/test_*; do
        [ -x "$program" ] || continue
        if "./$program" >"$log" 2>&1; then
            good=$(sed -n 's/.*\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -1)
            passed=$((passed + good))
            echo "ok      unit: ${program##*/} ($good)"
        else
            bad "unit: ${program##*/}"
            tail -40 "$log"
        fi
    done
}

suite_fuzz() {
    local program name
    if ! make -s -j "$(nproc)" -f test/unit.mk top=. replay; then bad "fuzz: build"; return; fi
    for program in build/replay/fuzz_*; do
        [ -x "$program" ] || continue
        name=${program##*/}
        if "./$program" "test/fuzz/corpus/$name" >"$SCRATCH/fuzz.log" 2>&1; then
            ok "fuzz: $name, $(tail -1 "$SCRATCH/fuzz.log")"
        else
            bad "fuzz: $name"
            tail -40 "$SCRATCH/fuzz.log"
        fi
    done
}

# pg_regress and pg_isolation_regress print "test name ... ok   12 ms" or "... FAILED",
# from PostgreSQL 16 on "ok 1   - name   12 ms" or "not ok 1"
pg_suite() {
    local suite=$1 target=$2 log=$SCRATCH/$1.log
    make -s PG_CONFIG="$SCRATCH_BIN/pg_config" "$target" "${@:3}" >"$log" 2>&1
    local status=$? good wrong
    sed -i -E 's/^ok [0-9]+ +[-+] ([^ ]+)/test \1 ... ok/; s/^not ok [0-9]+ +[-+] ([^ ]+)/test \1 ... FAILED/' "$log"
    good=$(grep -cE '^test .* \.\.\. ok' "$log")
    wrong=$(grep -cE '^test .* \.\.\. FAILED' "$log")
    passed=$((passed + good))
    failed=$((failed + wrong))
    grep -E '^test ' "$log" | sed "s/^test /$suite: /"
    if [ $status -ne 0 ]; then
        [ "$wrong" -gt 0 ] || { bad "$suite"; tail -20 "$log"; }
        cat regression.diffs output_iso/regression.diffs 2>/dev/null
    fi
    if [ -n "${ACCEPT:-}" ]; then
        case $suite in
            regress) cp results/*.out expected/ ;;
            isolation) cp output_iso/results/*.out test/isolation/expected/ ;;
        esac
    fi
    rm -rf regression.diffs regression.out results output_iso
}

suite_regress() { pg_suite regress installcheck ISOLATION= ${REGRESS:+REGRESS="$REGRESS"}; }
suite_isolation() {
    compgen -G 'test/isolation/specs/*.spec' >/dev/null || return
    pg_suite isolation installcheck REGRESS=
}

# TAP tests start servers of their own, so they run as a user who may.
suite_tap() {
    compgen -G 'test/t/*.pl' >/dev/null || return
    local log=$SCRATCH/tap.log perl
    perl=$(dirname "$("$PG_CONFIG" --pgxs)")/../test/perl
    if ! make -s -f test/unit.mk top=. generator; then bad "generator: build"; return; fi
    cp -r test "$SCRATCH/test"
    cp -r --parents README.md docs src/README.md CHANGELOG.md META.json segment.control "$SCRATCH/test"
    cp build/sap_export "$SCRATCH/test"
    [ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$SCRATCH/test"
    (cd "$SCRATCH/test" &&
        as_server env PATH="$PATH" TMPDIR="$SCRATCH" PERL5LIB="$perl:$SCRATCH/test/t" TESTDATADIR="$SCRATCH/tmp_check" \
            TESTLOGDIR="$SCRATCH/tmp_check/log" PG_REGRESS="$(dirname "$("$PG_CONFIG" --pgxs)")/../test/regress/pg_regress" \
            SEGMENT_SHARED="$(cd "$TOP/.." && pwd)/shared" SEGMENT_GENERATOR="$SCRATCH/test/sap_export" LC_ALL=C.UTF-8 \
            prove --verbose --timer ${TAP:-t/*.pl}) >"$log" 2>&1
    local status=$? sum=() p f k
    mapfile -t sum < <(awk -f test/tap.awk "$log")
    read -r p f k <<<"${sum[-1]}"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
    # 90_readme.pl has written the output into the copies of the pages
    [ -z "${ACCEPT:-}" ] || cp -r "$SCRATCH/test/README.md" "$SCRATCH/test/docs" .
    [ ${#sum[@]} -eq 1 ] || printf '%s\n' "${sum[@]:0:${#sum[@]}-1}"
    [ -z "${NOTES:-}" ] || grep '^# ' "$log"
    if [ $status -ne 0 ]; then
        [ "$f" -gt 0 ] || bad "tap"
        grep -vE '^ok [0-9]' "$log" | tail -80
    fi
}

# Real drivers, where they are installed: test/bi/run.sh names the packages.
suite_bi() {
    local log=$SCRATCH/bi.log
    test/bi/run.sh >"$log" 2>&1
    local status=$?
    passed=$((passed + $(grep -c '^ok ' "$log")))
    failed=$((failed + $(grep -c '^not ok ' "$log")))
    if grep -q '^1\.\.0 # SKIP' "$log"; then
        skipped=$((skipped + 1))
        echo "skipped bi:$(sed -n 's/^1\.\.0 # SKIP//p' "$log")"
    elif [ $status -eq 0 ]; then
        echo "ok      bi: ODBC, JDBC, SQLAlchemy ($(grep -c '^ok ' "$log"))"
    else
        grep -q '^not ok ' "$log" || bad "bi"
        grep -v '^ok ' "$log" | tail -40
    fi
}

trap scratch_remove EXIT
if scratch_make && scratch_start; then
    for suite in "${suites[@]}"; do
        "suite_$suite"
    done
else
    bad "build and start"
fi
echo
[ $skipped -eq 0 ] || echo "($skipped skipped, for the reasons given above)"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
