#!/usr/bin/env bash
# A family that new_family.sh lays down compiles, passes its tests, and touches nothing but
# its room, one line of src/families.h, one sql piece, one page, and test files.
#
# In a copy of the tree.  What was compiled is copied too; what was up to date stays so, since
# of the old files only the two tables of families depend on the new ones.
set -euo pipefail
cd "$(dirname "$0")/.."
name=toy_family
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
chmod 755 "$copy"
tar -c --exclude=./build --exclude=./.git . | tar -x -C "$copy"
mkdir -p "$copy/build"
[ ! -d build/san ] || cp -a build/san "$copy/build/san"
header=$(find src test/unit test/fuzz -name '*.h' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2)
find "$copy" -name '*.o' | while read -r object; do
    source=${object#"$copy/"}
    source=${source#build/san/}
    source=${source%.o}.c
    [ -e "$source" ] && [ "$object" -nt "$source" ] && [ "$object" -nt "$header" ] || rm "$object"
done

"$copy/test/new_family.sh" $name >/dev/null

# ---- what was touched ----
touched=$( (diff -rq --exclude=.git --exclude=build --exclude='*.o' . "$copy" || test $? -eq 1) |
    sed -nE "s#^Files \./(.*) and .* differ\$#\1#p; s#^Only in $copy/?([^:]*): (.*)\$#\1/\2#p; s#^Only in \./?([^:]*): (.*)\$#gone \1/\2#p" | sort)
expected=$(sort <<END
docs/toy-family.md
expected/$name.out
sql/60-toy-family.sql
src/$name
src/families.h
test/data/${name}_v1.segm
test/fuzz/corpus/fuzz_${name}_model
test/fuzz/fuzz_${name}_model.c
test/sql/$name.sql
test/unit/test_$name.c
END
)
if [ "$touched" != "$expected" ]; then
    echo "touched is not what was expected:"
    diff <(echo "$expected") <(echo "$touched") || test $? -eq 1
    exit 1
fi
lines=$( (diff src/families.h "$copy/src/families.h" || test $? -eq 1) | grep '^[<>]')
[[ $lines == "> SEG_FAMILY("*", $name, $name)" ]] || { echo "src/families.h: not one line"; exit 1; }

# ---- the same name again, and names that are none ----
for wrong in $name kmeans Toy 'a b' a__b 1a ''; do
    if "$copy/test/new_family.sh" "$wrong" >/dev/null 2>&1; then echo "NAME \"$wrong\" was taken"; exit 1; fi
done

# ---- its tests ----
cd "$copy"
find . -name '*.o' -exec touch {} +
find . -path '*/model/family.o' -delete -o -path '*/server/family.o' -delete
test/floors.sh
test/families.sh
make -s -j "$(nproc)" -f test/unit.mk top=. build/unit/test_$name build/unit/test_family build/unit/test_golden build/replay/fuzz_${name}_model
build/unit/test_$name
build/unit/test_family
build/unit/test_golden
build/replay/fuzz_${name}_model test/fuzz/corpus/fuzz_${name}_model
REGRESS="$name aggregates algorithm api" test/test.sh regress

# ---- the lint finds what is missing ----
for file in docs/toy-family.md sql/60-toy-family.sql test/data/${name}_v1.segm test/fuzz/fuzz_${name}_model.c \
    test/unit/test_$name.c test/sql/$name.sql expected/$name.out test/fuzz/corpus/fuzz_${name}_model; do
    mv "$file" away
    if test/families.sh >/dev/null; then echo "test/families.sh does not miss $file"; exit 1; fi
    mv away "$file"
done
test/families.sh
