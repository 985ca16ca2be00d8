#!/usr/bin/env bash
# An installation that was updated has the same catalogs as a fresh one.
#
# Two parts.  First the comparison is tested: a made-up version 0.0.0 lacks one function;
# a right update from it is found equal, and each of several wrong ones is found
# different.  Then the updates that are released: for every version A with a script
# test/update/segment--A.sql, the install script of A as it was released, A is installed
# and updated along sql/update/ to the version of segment.control.
#
# The functions of A that are written in C must still be in the library, if only to raise
# an error: they are called between the installation of a new package and the UPDATE.
set -uo pipefail
. "$(dirname "$0")/scratch.sh"
shopt -s nullglob
status=0
check() {
    if [ "$1" = "$2" ]; then echo "ok - $3"; else echo "not ok - $3: $1, not $2"; status=1; fi
}

# What pg_dump writes of each object, members of the extension too, without OIDs and in
# an order of its own; which tables are dumped; and the rows of every table.
catalogs() {
    "$SCRATCH_BIN/pg_dump" --binary-upgrade --schema-only -d "$1" | perl -0777 -ne '
        s/^SELECT pg_catalog\.binary_upgrade_set_next_\w+\(.*?;\n//gm;
        s/^SELECT pg_catalog\.binary_upgrade_create_empty_extension\(.*?;\n//gms;
        s/^UPDATE pg_catalog\.pg_(class|database)\nSET rel(frozenxid|minmxid).*?;\n//gms;
        s/^UPDATE pg_catalog\.pg_(class|database)\nSET dat(frozenxid|minmxid).*?;\n//gms;
        s/^\\(un)?restrict .*\n//gm;
        s/\n\n+/\n/g;
        print join("\n-- Name: ", sort split /\n--\n-- Name: /)' &&
        psql -qXAt -d "$1" -v ON_ERROR_STOP=1 <<'SQL'
SELECT extname, extversion, extrelocatable, extnamespace::regnamespace, extconfig::regclass[], extcondition FROM pg_extension WHERE extname = 'segment';
SELECT format('SELECT %L, r::text FROM %s AS r ORDER BY 2;', c.oid::regclass, c.oid::regclass)
FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment') AND d.deptype = 'e' AND c.relkind IN ('r', 'p')
ORDER BY c.oid::regclass::text \gexec
SQL
}

# A database with that version; with two, the first updated to the second.
installed() {
    createdb "$1" && psql -qX -d "$1" -v ON_ERROR_STOP=1 -c "CREATE EXTENSION segment VERSION '$2'" &&
        { [ $# -lt 3 ] || psql -qX -d "$1" -v ON_ERROR_STOP=1 -c "ALTER EXTENSION segment UPDATE TO '$3'"; } &&
        catalogs "$1" >"$SCRATCH/$1.catalogs" && dropdb "$1"
}

# Prints "equal" or "different"; with the word shown the difference goes to stderr.
compared() {
    if cmp -s "$SCRATCH/$1.catalogs" "$SCRATCH/$2.catalogs"; then
        echo equal
    else
        [ $# -lt 3 ] || diff "$SCRATCH/$1.catalogs" "$SCRATCH/$2.catalogs" | head -40 >&2
        echo different
    fi
}

trap scratch_remove EXIT
scratch_make && scratch_start || exit 1
folder=$SCRATCH$("$PG_CONFIG" --sharedir)/extension
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$TOP/segment.control")
installed fresh "$version" || { echo "not ok - $version is installed"; exit 1; }
installed again "$version" || exit 1
check "$(compared fresh again shown)" equal "two fresh installations are equal"
check "$(grep -c '^-- Name: .*Type: FUNCTION\|^CREATE FUNCTION segment' "$SCRATCH/fresh.catalogs" | awk '{ print ($1 > 100) }')" 1 \
    "the functions of the extension are compared"

# ---- scripts are installed by their place ----
mkdir -p "$SCRATCH/tree/sql/update"
cp "$TOP"/{Makefile,segment.control} "$SCRATCH/tree"
touch "$SCRATCH/tree/sql/update/segment--0.0.0--0.0.1.sql"
check "$(make -C "$SCRATCH/tree" -n PG_CONFIG="$PG_CONFIG" install | grep -c 'install .*sql/update/segment--0.0.0--0.0.1.sql.*/extension/')" 1 \
    "make install takes the scripts of sql/update/"

# ---- the comparison itself ----
lacking=segment.sap_time
createdb source && psql -qX -d source -c 'CREATE EXTENSION segment' || exit 1
right=$(psql -qXAt -d source <<SQL
SELECT pg_get_functiondef(oid) || E';\n' ||
       format('COMMENT ON FUNCTION %s IS %L;', oid::regprocedure, obj_description(oid, 'pg_proc')) FROM pg_proc WHERE oid = '$lacking'::regproc;
SQL
)
dropdb source
{ cat "$TOP/segment--$version.sql"; echo "DROP FUNCTION $lacking;"; } >"$folder/segment--0.0.0.sql"

# made_up name update: what the fresh installation and the updated one are to each other
made_up() {
    echo "$2" >"$folder/segment--0.0.0--$version.sql"
    installed "$1" 0.0.0 "$version" || { echo "not updated"; return; }
    compared fresh "$1" ${3:-}
}
check "$(made_up updated "$right" shown)" equal "an update that adds the function that 0.0.0 lacks"
check "$(made_up nothing '')" different "one that does not"
check "$(made_up comment "${right%COMMENT ON*}")" different "one without the comment"
check "$(made_up volatile "$right ALTER FUNCTION $lacking VOLATILE;")" different "one with another volatility"
check "$(made_up parallel "$right ALTER FUNCTION $lacking PARALLEL UNSAFE;")" different "one with another parallel safety"
check "$(made_up rights "$right REVOKE ALL ON FUNCTION $lacking FROM PUBLIC;")" different "one with other rights"
check "$(made_up more "$right CREATE VIEW segment.more AS SELECT 1 AS one;")" different "one with a view more"
check "$(made_up dumped "$right SELECT pg_catalog.pg_extension_config_dump(extconfig[1], 'WHERE false') FROM pg_catalog.pg_extension WHERE extname = 'segment';")" different \
    "one with another rule for dumps"
check "$(made_up filled "$right CREATE TABLE segment.filled (x int);")" different "one with a table more"
check "$(made_up member "$right ALTER EXTENSION segment DROP FUNCTION $lacking;")" different "one whose function is no member"
rm "$folder/segment--0.0.0.sql" "$folder/segment--0.0.0--$version.sql"

# ---- released versions ----
scripts=("$TOP"/sql/update/*.sql) released=("$TOP"/test/update/segment--*.sql)
for script in "${scripts[@]}"; do
    name=${script##*/} name=${name#segment--} name=${name%.sql}
    [ -e "$folder/${script##*/}" ] || { echo "not ok - ${script##*/} is not installed"; status=1; }
    [ -e "$TOP/test/update/segment--${name%--*}.sql" ] ||
        { echo "not ok - ${script##*/}: test/update/segment--${name%--*}.sql is missing"; status=1; }
done
for script in "${released[@]}"; do
    from=${script##*/segment--} from=${from%.sql}
    cp "$script" "$folder"
    if installed "from_$from" "$from" "$version"; then
        check "$(compared fresh "from_$from" shown)" equal "$from updated to $version"
    else
        echo "not ok - $from is updated to $version"
        status=1
    fi
done
echo "${#scripts[@]} update scripts, ${#released[@]} released versions"
exit $status
