#!/usr/bin/env bash
# The regress suite with the extension built under UBSan, which ends the session
# at the first undefined operation. Works on a copy of the tree.
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=$(mktemp -d "${TMPDIR:-/tmp}/segment-ubsan.XXXXXX")
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/segment"
cp -r "$top"/{Makefile,segment.control,sql,src,test,expected} "$copy/segment"
find "$copy/segment" -name '*.o' -delete
ln -s "$top/../shared" "$copy/shared"
chmod 755 "$copy"
export COPT='-fsanitize=undefined -fno-sanitize-recover=undefined -fno-sanitize=alignment'
cd "$copy/segment"
# UBSan writes to the log of the server
sed -i "s/^scratch_stop() {/scratch_stop() {\n    grep -h 'runtime error' \"\$SCRATCH\/server.log\" | sort | uniq -c/" test/scratch.sh
test/test.sh regress isolation
