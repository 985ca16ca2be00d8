#!/usr/bin/env bash
# Calls with mutated arguments on a server whose extension is built under ASan and UBSan.
#
#   test/robust/mutate.sh [calls [seed]]     default 200000 1
#
# Every function and aggregate of the interface that is written in C is called with
# values of its argument types: valid models and states with some bytes changed, unusual
# arrays and options. An error of a call is fine. A finding of a sanitizer ends the
# server. Internal errors (XX000) are counted. Works on a copy of the tree.
set -uo pipefail
calls=${1:-200000} seed=${2:-1}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=$(mktemp -d "${TMPDIR:-/tmp}/segment-mutate.XXXXXX")
cp -r "$top"/{Makefile,segment.control,sql,src,test} "$copy"
find "$copy" -name '*.o' -delete
chmod 755 "$copy"
export COPT='-g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-sanitize=alignment'
cd "$copy"
. test/scratch.sh
trap 'scratch_remove; rm -rf "$copy"' EXIT
scratch_make || exit 1
# Debian's server hangs under ASan in the first of its calls of gettext, so it goes without messages in other languages
cat >"$copy/gettext.c" <<'END'
char *bindtextdomain(const char *domain, const char *folder) { (void) domain; return (char *) folder; }
char *textdomain(const char *domain) { return (char *) domain; }
END
gcc -shared -fPIC -o "$copy/gettext.so" "$copy/gettext.c" || exit 1
# a script replaces postgres and preloads ASan for the server, but not for initdb, which passes other first arguments
mv "$SCRATCH_BIN/postgres" "$SCRATCH_BIN/postgres.bin"
cat >"$SCRATCH_BIN/postgres" <<END
#!/bin/sh
if [ "\$1" = -D ]; then
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $copy/gettext.so"
    ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:handle_segv=0
    export LD_PRELOAD ASAN_OPTIONS
fi
exec "$SCRATCH_BIN/postgres.bin" "\$@"
END
chmod 755 "$SCRATCH_BIN/postgres"
scratch_start || exit 1
psql -qXAt -v ON_ERROR_STOP=1 -v calls="$calls" -v seed="$seed" -f test/robust/mutate.sql
status=$?
found=$(grep -cE 'runtime error|AddressSanitizer|was terminated by signal' "$SCRATCH/server.log")
grep -E 'runtime error|AddressSanitizer|was terminated by signal' "$SCRATCH/server.log" | sort | uniq -c | head
echo "findings of the sanitizers: $found"
[ $status -eq 0 ] && [ "$found" -eq 0 ]
