#!/usr/bin/env bash
# The archive for PGXN: build/segment-VERSION.zip, the tree of the last commit.
# Before it is made, META.json, the control file and the CHANGELOG must agree.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$PWD" ] || { echo "make dist needs a checkout with git" >&2; exit 1; }
[ -z "$(git status --porcelain)" ] || echo "note: changes that are not committed are left out" >&2

check=$(perl test/t/01_release.pl 2>&1) || { echo "$check" >&2; exit 1; }
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" segment.control)
archive=build/segment-$version.zip
mkdir -p build
rm -f "$archive"
git archive --format=zip --prefix="segment-$version/" -o "$archive" HEAD
# what PGXN reads must be in the commit, not only in the folder
for file in META.json README.md LICENSE segment.control; do
    git cat-file -e "HEAD:$file"
done
echo "$archive"
