#!/usr/bin/env bash
# Each kind of model in src/families.h has all that a kind has: its room with its model's
# bytes, a sql piece, a page, a regress file, a unit test, a fuzz target with inputs, and a
# golden model.  (test/unit/test_golden.c wants one for every version of every kind.)
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
status=0

# one of these must be there: need KIND WHAT FILE...
need() {
    local kind=$1 what=$2
    shift 2
    for file; do [ ! -e "$file" ] || return 0; done
    echo "$kind has no $what"
    status=1
}

rows=$(sed -nE 's/^SEG_FAMILY\(([0-9]+), *([A-Z0-9_]+), *([a-z0-9_]+), *([a-z0-9_]+)\)$/\1 \2 \3 \4/p' src/families.h)
[ "$(grep -c '^SEG_FAMILY' src/families.h)" -eq "$(wc -l <<<"$rows")" ] || { echo "src/families.h: a line is not understood"; status=1; }
twice=$(tr ' ' '\n' <<<"$(cut -d' ' -f1-3 <<<"$rows")" | sort | uniq -d)
[ -z "$twice" ] || { echo "src/families.h: given twice: $twice"; status=1; }

while read -r number symbol name room; do
    hyphened=${name//_/-}
    [ "$symbol" = "${name^^}" ] || { echo "$name: its symbol is $symbol"; status=1; }
    ((number >= 1 && number <= 255)) || { echo "$name: its number is $number"; status=1; }
    need "$name" "room src/$room" "src/$room"
    need "$name" "sql piece sql/NN-$hyphened.sql" sql/[0-9][0-9]-"$hyphened".sql
    need "$name" "page docs/$room.md" "docs/${room//_/-}.md"
    need "$name" "regress file test/sql/$name.sql" "test/sql/$name.sql"
    need "$name" "answer expected/$name.out" "expected/$name.out"
    need "$name" "unit test test/unit/test_$name.c" "test/unit/test_$name.c" test/unit/test_"$name"_*.c
    need "$name" "fuzz target test/fuzz/fuzz_${name}_model.c" "test/fuzz/fuzz_${name}_model.c"
    need "$name" "fuzz inputs in test/fuzz/corpus/fuzz_${name}_model/" test/fuzz/corpus/fuzz_"$name"_model/*
    need "$name" "golden model test/data/${name}_v1.segm" "test/data/${name}_v1.segm" test/data/"$name"_*_v1.segm
done <<<"$rows"
exit $status
