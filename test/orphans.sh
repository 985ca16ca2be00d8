#!/usr/bin/env bash
# Every file of test/, expected/ and examples/ has a reader.
#
# Answers belong to questions and the other way round, a corpus to a fuzz target and the
# other way round.  What the makefiles and test/test.sh find by its place (unit tests,
# questions, specs, fuzz targets, TAP files) needs no other reader.  Every other file is
# named by another file of the tree.
#
#   test/orphans.sh [tree]      default: this one
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
shopt -s nullglob
status=0
orphan() { echo "$1"; status=1; }

# ---- questions and answers; name_1.out is another answer to the same question ----
pairs() {
    local questions=$1 suffix=$2 answers=$3 file name
    for file in "$questions"/*."$suffix"; do
        name=${file##*/} name=${name%."$suffix"}
        [ -e "$answers/$name.out" ] || orphan "$file: no answer in $answers/"
    done
    for file in "$answers"/*; do
        name=${file##*/} name=${name%.out}
        [ -e "$questions/$name.$suffix" ] || [[ $name == *_[0-9] && -e $questions/${name%_[0-9]}.$suffix ]] ||
            orphan "$file: no question in $questions/"
    done
}
pairs test/sql sql expected
pairs test/isolation/specs spec test/isolation/expected

# ---- fuzz targets and what is replayed by them ----
for file in test/fuzz/fuzz_*.c; do
    name=${file##*/} name=${name%.c}
    inputs=(test/fuzz/corpus/"$name"/*)
    [ ${#inputs[@]} -gt 0 ] || orphan "$file: no input in test/fuzz/corpus/$name/"
done
for file in test/fuzz/corpus/*; do
    [ -e "test/fuzz/${file##*/}.c" ] || orphan "$file: no fuzz target of that name"
done

# ---- models on disk are named by tests, also as a pattern: kmeans_v%d.segm, ${method}_v1.segm ----
patterns=$(grep -rhoE '[a-z0-9_%${}]+\.segm' test/unit test/t test/sql test/fuzz/*.c | sed -E 's/\.segm$//; s/%[a-z]|\$\{?[a-z]+\}?/[a-z0-9]+/g' | sort -u)
for file in test/data/*.segm; do
    name=${file##*/}
    grep -qxEf <(echo "$patterns") <<<"${name%.segm}" || orphan "$file: no test names it"
done

# ---- everything else is named somewhere ----
shopt -s nullglob
places=(test expected docs .ci src sql Makefile README.md CONTRIBUTING.md examples*/)
files=$(find "${places[@]}" -type f ! -path 'test/expected/*' ! -path 'test/fuzz/corpus/*' ! -path 'test/template/*' ! -name '*.o' | sort)
by_place='^(test/sql/[^/]*\.sql|test/isolation/(specs|expected)/[^/]*|test/unit/test_[^/]*\.c|test/fuzz/fuzz_[^/]*\.c|test/data/[^/]*\.segm|test/t/[0-9][^/]*\.pl|test/generator/[^/]*\.c|test/update/segment--[^/]*\.sql)$'
while read -r file; do
    name=${file##*/}
    if [[ $name == *.pm ]]; then
        readers=$(grep -lE "^use ${name%.pm}\b" test/t/* || test $? -eq 1)
    else
        # shellcheck disable=SC2086
        named=$(grep -lwF -- "$name" $files || test $? -eq 1)
        readers=$(grep -vxF -- "$file" <<<"$named" || test $? -eq 1)
    fi
    [ -n "$readers" ] || orphan "$file: nothing names it"
done < <(grep -E '^(test|examples)/' <<<"$files" | grep -vE "$by_place")
exit $status
