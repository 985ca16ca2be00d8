#!/usr/bin/env bash
# Every C file of src/ and test/ passes gcc and clang with all our warnings as errors.
#
#   test/compile.sh [compiler ...]       default: gcc clang
#
# Only the syntax is checked, nothing is built.  Files without PostgreSQL are checked as
# they are compiled for the server and as they are compiled without it.
set -uo pipefail
cd "$(dirname "$0")/.."
. test/major.sh
shopt -s extglob nullglob
compilers=("$@")
[ ${#compilers[@]} -gt 0 ] || compilers=(gcc clang)
read -ra warnings < <(sed -n 's/^WARNINGS = //p' test/unit.mk)
read -ra server_warnings < <(sed -n 's/^WARNINGS = //p' Makefile)
[ "${warnings[*]}" = "${server_warnings[*]}" ] ||
    { echo "Makefile and test/unit.mk differ in WARNINGS"; exit 1; }
common=(-std=gnu11 -fsyntax-only "${warnings[@]}" -Isrc)
# the warnings of the own files are meant, not those of the headers of the server
server=(-isystem "$("$PG_CONFIG" --includedir-server)" -D_GNU_SOURCE)
alone=(-DSEG_STANDALONE "-DSEG_TOP=\"$PWD\"")

status=0
check() {
    local what=$1 compiler=$2 files
    shift 2
    files=()
    while [ "$1" != -- ]; do files+=("$1"); shift; done
    shift
    [ ${#files[@]} -gt 0 ] || { echo "$what: no files"; status=1; return; }
    # a server that gcc compiled marks its functions as gnu_printf, which clang does not know
    [[ $compiler != *clang* ]] || set -- "$@" -Wno-ignored-attributes
    if printf '%s\0' "${files[@]}" | xargs -0 -n 8 -P "$(nproc)" "$compiler" "${common[@]}" "$@"; then
        echo "$compiler: ${#files[@]} files $what"
    else
        echo "$compiler: warnings in files $what"
        status=1
    fi
}

for compiler in "${compilers[@]}"; do
    command -v "$compiler" >/dev/null || { echo "$compiler is not installed"; status=1; continue; }
    check "for the server" "$compiler" src/*/*.c -- "${server[@]}"
    check "without the server" "$compiler" src/!(server)/!(*_pg).c test/unit/*.c test/fuzz/*.c test/generator/*.c -- "${alone[@]}"
    check "of benchmarks" "$compiler" test/bench/*.c -- "${server[@]}" "${alone[@]}"
done
exit $status
