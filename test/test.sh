#!/usr/bin/env bash
# Every suite, in order, on a throw-away server; closes with "N passed, N failed".
#
#   test/test.sh [suite ...]     suites: lint compile unit fuzz regress family isolation update tap bi
#   ACCEPT=1 test/test.sh regress     take the results as the new answers
#   TAP='t/20_rfm.pl' REGRESS='api rfm' test/test.sh regress tap     only these
#   NOTES=1 test/test.sh tap          with the figures that tests note
#
# What failed is decided by the exit status of the programs; only the counts of the
# closing line are read from what they print.  A script that cannot run here prints why
# and exits with 77: it is counted as skipped.
set -uo pipefail
. "$(dirname "$0")/scratch.sh"
cd "$TOP"

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(lint compile unit fuzz regress family isolation update tap bi)
passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); echo "ok      $1"; }
bad() { failed=$((failed + 1)); echo "FAILED  $1"; }
skip() { skipped=$((skipped + ${2:-1})); echo "skipped $1"; }

# A number that a program printed; 0 where it printed none.
number() { local found; found=$(sed -n "s/$1/\1/p" "$2" | tail -1); echo "${found:-0}"; }

# One script is one test: script "what it shows" [label]
script() {
    local log=$SCRATCH/script.log
    "$1" >"$log" 2>&1
    case $? in
        0) ok "$2" ;;
        77) skip "$2: $(tail -1 "$log")" ;;
        *) bad "$2"; cat "$log" ;;
    esac
}

suite_floors() { script test/floors.sh "floors: includes point down"; }
suite_lint() {
    suite_floors
    script test/orphans.sh "orphans: every file of test/ and expected/ has a reader"
    script test/families.sh "families: each kind of model has its piece, page, golden model and tests"
    script test/format.pl "format: C files are laid out by pg_bsd_indent"
}
suite_compile() { script test/compile.sh "compile: gcc and clang have no warnings"; }

# cmocka prints "[  PASSED  ] 7 test(s)." and "[  SKIPPED ] 1 test(s), listed below:"
suite_unit() {
    local log=$SCRATCH/unit.log program good
    if ! make -s -j "$(nproc)" -f test/unit.mk top=. unit-programs; then bad "unit: build"; return; fi
    for program in build/unit/test_*; do
        [ -x "$program" ] && [ -e "test/unit/${program##*/}.c" ] || continue
        if ! "./$program" >"$log" 2>&1; then
            bad "unit: ${program##*/}"
            tail -40 "$log"
            continue
        fi
        good=$(number '.*\[  PASSED  \] \([0-9]*\) test.*' "$log")
        passed=$((passed + good))
        echo "ok      unit: ${program##*/} ($good)"
        while read -r name; do
            skip "unit: ${program##*/}: $name"
        done < <(sed -n 's/.*\[  SKIPPED \] \([a-z_][A-Za-z0-9_]*\)$/\1/p' "$log" | sort -u)
    done
}

suite_fuzz() {
    local program name
    if ! make -s -j "$(nproc)" -f test/unit.mk top=. replay; then bad "fuzz: build"; return; fi
    for program in build/replay/fuzz_*; do
        name=${program##*/}
        [ -x "$program" ] && [ -e "test/fuzz/$name.c" ] || continue
        if "./$program" "test/fuzz/corpus/$name" >"$SCRATCH/fuzz.log" 2>&1; then
            ok "fuzz: $name, $(tail -1 "$SCRATCH/fuzz.log")"
        else
            bad "fuzz: $name"
            tail -40 "$SCRATCH/fuzz.log"
        fi
    done
}

# The programs count their tests: "test name ... ok   12 ms", from PostgreSQL 16 on
# "ok 1   - name   12 ms"; "... FAILED" or "not ok 1".
pg_suite() {
    local suite=$1 target=$2 log=$SCRATCH/$1.log status good wrong
    make -s PG_CONFIG="$SCRATCH_BIN/pg_config" "$target" "${@:3}" >"$log" 2>&1
    status=$?
    sed -i -E 's/^ok [0-9]+ +[-+] ([^ ]+)/test \1 ... ok/; s/^not ok [0-9]+ +[-+] ([^ ]+)/test \1 ... FAILED/' "$log"
    good=$(grep -cE '^test .* \.\.\. ok' "$log")
    wrong=$(grep -cE '^test .* \.\.\. FAILED' "$log")
    passed=$((passed + good))
    grep -E '^test ' "$log" | sed "s/^test /$suite: /"
    if [ $status -ne 0 ]; then
        failed=$((failed + wrong))
        [ "$wrong" -gt 0 ] || { bad "$suite"; tail -20 "$log"; }
        cat regression.diffs output_iso/regression.diffs 2>/dev/null
    elif [ "$good" -eq 0 ]; then
        bad "$suite: no test ran"
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
suite_family() { script test/new_family_test.sh "family: a new one passes its tests and touches only its own files"; }
suite_isolation() { pg_suite isolation installcheck REGRESS=; }
suite_update() { script test/update.sh "update: an updated installation is like a fresh one"; }

# TAP tests start servers of their own, so they run as a user who may.
suite_tap() {
    local log=$SCRATCH/tap.log perl
    perl=$(dirname "$("$PG_CONFIG" --pgxs)")/../test/perl
    if ! make -s -f test/unit.mk top=. generator; then bad "generator: build"; return; fi
    cp -r test "$SCRATCH/test"
    cp -r --parents README.md docs src/README.md CONTRIBUTING.md CHANGELOG.md META.json segment.control examples "$SCRATCH/test"
    cp build/sap_export "$SCRATCH/test"
    find src sql expected test examples -type f ! -name '*.o' >"$SCRATCH/test/tree" 2>/dev/null
    [ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$SCRATCH/test"
    (cd "$SCRATCH/test" &&
        as_server env PATH="$PATH" TMPDIR="$SCRATCH" PERL5LIB="$perl:$SCRATCH/test/t" TESTDATADIR="$SCRATCH/tmp_check" \
            TESTLOGDIR="$SCRATCH/tmp_check/log" PG_REGRESS="$(dirname "$("$PG_CONFIG" --pgxs)")/../test/regress/pg_regress" \
            SEGMENT_SHARED="$(cd "$TOP/.." && pwd)/shared" SEGMENT_GENERATOR="$SCRATCH/test/sap_export" SEGMENT_NPM="${SEGMENT_NPM:-$TOP/build/npm/node_modules}" LC_ALL=C.UTF-8 \
            prove --jobs "$(nproc)" --verbose --timer ${TAP:-t/*.pl}) >"$log" 2>&1
    local status=$? sum=() p f k
    mapfile -t sum < <(awk -f test/tap.awk "$log")
    read -r p f k <<<"${sum[-1]}"
    passed=$((passed + p)) skipped=$((skipped + k))
    # 90_readme.pl has written the output into the copies of the pages
    [ -z "${ACCEPT:-}" ] || cp -r "$SCRATCH/test/README.md" "$SCRATCH/test/docs" .
    [ ${#sum[@]} -eq 1 ] || printf '%s\n' "${sum[@]:0:${#sum[@]}-1}"
    [ -z "${NOTES:-}" ] || grep '^# ' "$log"
    if [ $status -ne 0 ]; then
        failed=$((failed + f))
        [ "$f" -gt 0 ] || bad "tap"
        # files run side by side: each failure first, then the end of the log
        grep -A 8 '^not ok' "$log" | head -120
        grep -vE '^ok [0-9]' "$log" | tail -40
    elif [ $((p + k)) -eq 0 ]; then
        bad "tap: no test ran"
    fi
}

# Real drivers, where they are installed: test/bi/run.sh names the packages.
suite_bi() {
    local log=$SCRATCH/bi.log good wrong
    test/bi/run.sh >"$log" 2>&1
    local status=$?
    good=$(grep -c '^ok ' "$log")
    wrong=$(grep -c '^not ok ' "$log")
    passed=$((passed + good))
    case $status in
        0) [ "$good" -gt 0 ] || bad "bi: no test ran"; echo "ok      bi: ODBC, JDBC, SQLAlchemy ($good)" ;;
        77) skip "bi: $(tail -1 "$log")" ;;
        *)
            failed=$((failed + wrong))
            [ "$wrong" -gt 0 ] || bad "bi"
            grep -v '^ok ' "$log" | tail -40
            ;;
    esac
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
