#!/usr/bin/env bash
# Lays down the skeleton of a new family of models: make new-family NAME=churn
#
# test/template/ is copied: a room in src/, a sql piece, a page in docs/, and the tests; the
# kind gets a line in src/families.h.  What is made compiles, and its tests pass; then write
# your family into it.  Nothing else is edited.
#
#   test/new_family.sh NAME        a C and SQL identifier: churn, basket_rules
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
template=test/template

die() { echo "new-family: $*" >&2; exit 1; }

[[ $name =~ ^[a-z][a-z0-9]*(_[a-z0-9]+)*$ ]] || die "NAME must be lower-case letters, digits and single underscores, not \"$name\""
[ ! -e "src/$name" ] || die "src/$name exists"
! grep -qE "^SEG_FAMILY\([0-9]+, [A-Z0-9_]+, $name," src/families.h || die "src/families.h has $name"

symbol=${name^^}
camel=$(sed -E 's/(^|_)(.)/\U\2/g' <<<"$name")
kind=$(($(grep -oE '^SEG_FAMILY\([0-9]+' src/families.h | tr -dc '0-9\n' | sort -n | tail -1) + 1))
[ $kind -le 255 ] || die "every kind number is taken"
case $name in [aeio]*) article=an ;; *) article=a ;; esac
# four bytes that no other state begins with: the first of a digest of the name
magic=0x$(cksum <<<"$name" | awk '{ printf "%08X", $1 }')
! grep -rqi "$magic" src || die "the magic number $magic is taken"

while read -r file; do
    target=${file#"$template"/}
    case $target in
        # the docs and sql pieces are named with hyphens
        sql/* | docs/*) target=${target//__family__/${name//_/-}} ;;
        *) target=${target//__family__/$name} ;;
    esac
    [ ! -e "$target" ] || die "$target exists"
    mkdir -p "$(dirname "$target")"
    if [[ $target == test/fuzz/corpus/* ]]; then
        cp "$file" "$target"
    else
        sed "s/__family__/$name/g; s/__FAMILY__/$symbol/g; s/__Family__/$camel/g; s/__MAGIC__/$magic/g; s/__article__/$article/g" "$file" >"$target"
    fi
    echo "$target"
done < <(find "$template" -type f ! -name seal.c | sort)

echo "SEG_FAMILY($kind, $symbol, $name, $name)" >>src/families.h
seal=$(mktemp)
trap 'rm -f "$seal"' EXIT
cc -DSEG_STANDALONE -Isrc -o "$seal" "$template/seal.c"
"$seal" $kind 1 <"$template/test/fuzz/corpus/fuzz___family___model/golden" >"test/data/${name}_v1.segm"
echo "test/data/${name}_v1.segm"
echo "src/families.h: kind $kind"
