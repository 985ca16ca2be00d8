#!/usr/bin/env bash
# The views with the drivers of BI tools: ODBC (isql), JDBC and SQLAlchemy.
#
# Each driver lists schemas, tables, columns with types and comments, and reads
# every view whole; a column of a type that BI tools cannot take is a failure.
# Prints a line for each test; exits with 77 where a driver is not installed. The packages, none of which the extension itself needs:
#   apt-get install unixodbc odbc-postgresql libpostgresql-jdbc-java \
#       default-jdk-headless python3-psycopg2 python3-sqlalchemy
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../scratch.sh"

packages=(unixodbc odbc-postgresql libpostgresql-jdbc-java python3-psycopg2 python3-sqlalchemy)
for package in "${packages[@]}"; do
    if ! dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then
        echo "$package is not installed"
        exit 77
    fi
done
command -v javac >/dev/null || { echo "no javac is installed"; exit 77; }

# JDBC does not support Unix sockets, so this server listens on the loopback address.
port=$((20000 + $$ % 20000))
SCRATCH_OPTIONS="-c listen_addresses=127.0.0.1 -c port=$port"
trap scratch_remove EXIT
scratch_make && scratch_start || { echo "not ok - the server starts"; exit 1; }
export PGPORT=$port
psql -qX -v ON_ERROR_STOP=1 -f "$here/setup.sql" >/dev/null || { echo "not ok - set-up"; exit 1; }

# Each driver connects as a superuser, which sees all models, and as a plain role, which
# sees its own and those shared with it; the rows must be those of psql as the same role.
status=0
check() {
    if [ "$1" = "$2" ]; then echo "ok - $3"; else echo "not ok - $3: $1, not $2"; status=1; fi
}

# ---- ODBC: isql, with the unicode driver --------------------------------------------
cat >"$SCRATCH/odbcinst.ini" <<INI
[PostgreSQL]
Driver = $(ls /usr/lib/*/odbc/psqlodbcw.so)
INI
for role in postgres analyst; do
    cat <<INI
[$role]
Driver = PostgreSQL
Servername = 127.0.0.1
Port = $port
Database = postgres
Username = $role
ConnSettings = SET search_path = segment, public
INI
done >"$SCRATCH/odbc.ini"
odbc() { ODBCSYSINI="$SCRATCH" ODBCINI="$SCRATCH/odbc.ini" isql "$1" -b -d'|' 2>&1; }

views=$(psql -qXAt -c "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'segment'::regnamespace ORDER BY 1")
odbc_as() {
    local role=$1 models=$2 listed view wanted rows types
    listed=$(echo help | odbc "$role")
    for view in $views; do
        check "$(grep -c "|segment|$view|" <<<"$listed")" 1 "ODBC as $role lists $view"
        wanted=$(psql -qXAt -U "$role" -c "SELECT count(*) FROM segment.$view")
        rows=$(echo "SELECT * FROM segment.$view" | odbc "$role")
        # isql prints a row a line; message texts with line ends would break that
        check "$(grep -c . <<<"$rows")" "$wanted" "ODBC as $role reads $view whole"
        # the fifth field of SQLColumns is DATA_TYPE: no binary (-2, -3, -4) and nothing unknown (0)
        types=$(echo "help $view" | odbc "$role" | cut -d'|' -f5 | sort -nu | tr '\n' ' ')
        check "$(grep -cwE -- '-4|-3|-2|0' <<<"$types")" 0 "ODBC as $role knows the types of $view ($types)"
    done
    check "$(echo "SELECT model_name FROM segment.models ORDER BY 1" | odbc "$role" | sed '/^$/d; s/|$//' | paste -sd,)" "$models" \
        "ODBC as $role sees its models and no others"
}

# ---- all three ----------------------------------------------------------------------
mkdir "$SCRATCH/java"
javac -d "$SCRATCH/java" "$here/Drivers.java" || { echo "not ok - JDBC: compiles"; status=1; }
drivers_as() {
    local role=$1 models=$2
    odbc_as "$role" "$models"
    java -cp "$SCRATCH/java:/usr/share/java/postgresql.jar" Drivers "jdbc:postgresql://127.0.0.1:$port/postgres?user=$role" "$models" ||
        status=1
    /usr/bin/python3 -B "$here/drivers.py" "postgresql+psycopg2://$role@127.0.0.1:$port/postgres" "$models" || status=1
}
drivers_as postgres 'broken,groups,map,never,odd,own,own scores,retail'
drivers_as analyst 'groups,own,own scores'
check "$(psql -qXAt -U analyst -c 'SELECT string_agg(DISTINCT receipts_name, $$,$$) FROM segment.cohort_retention')" 'own shop' \
    "of receipts the plain role sees its own"
exit $status
