# A throw-away PostgreSQL with the extension in it, to be sourced by bash scripts.
#
# PostgreSQL finds its files relative to its binary, so a copy of the binaries
# beside links to everything else is an installation of its own: the extension
# is installed there and nowhere else, no root is needed to write it, no port is
# opened, and removing one directory removes all traces.
#
#   scratch_make     builds the extension and installs it in $SCRATCH
#   scratch_start    initdb and start; PGHOST, PGUSER and PATH then point there
#   scratch_stop     stop the server
#   scratch_remove   stop and remove everything
#   as_server CMD    run a command as a user that may run a server (never root)

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$TOP/test/major.sh"
SERVER_USER=postgres

# Whatever called us has its own idea of these.
umask 022
unset MAKEFLAGS MFLAGS MAKEOVERRIDES
unset PGDATA PGHOSTADDR PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS PGTZ PGDATESTYLE PGCLIENTENCODING

as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u "$SERVER_USER" -- "$@"
    else
        "$@"
    fi
}

# Where the server's user can go, and short enough for the name of a socket.
scratch_parent() {
    local parent=${TMPDIR:-/tmp}
    if [ ${#parent} -gt 60 ] || ! as_server test -x "$parent"; then
        parent=/tmp
    fi
    echo "$parent"
}

scratch_make() {
    SCRATCH=$(mktemp -d "$(scratch_parent)/segment.XXXXXX") || return 1
    chmod 755 "$SCRATCH"
    local bin lib share
    bin=$("$PG_CONFIG" --bindir) lib=$("$PG_CONFIG" --pkglibdir) share=$("$PG_CONFIG" --sharedir)
    SCRATCH_BIN=$SCRATCH$bin
    mkdir -p "$SCRATCH_BIN" "$SCRATCH$lib" "$SCRATCH$share"
    cp -a "$bin/." "$SCRATCH_BIN"
    cp -as "$lib/." "$SCRATCH$lib"
    cp -as "$share/." "$SCRATCH$share"
    mkdir -p "$SCRATCH/usr"
    [ -e "$SCRATCH/usr/include" ] || ln -s /usr/include "$SCRATCH/usr/include"
    # whatever version of ours the machine has stays out of it
    rm -f "$SCRATCH$lib/segment.so" "$SCRATCH$share"/extension/segment*
    make -s -C "$TOP" -j "$(nproc)" PG_CONFIG="$PG_CONFIG" all || return 1
    make -s -C "$TOP" PG_CONFIG="$SCRATCH_BIN/pg_config" install >"$SCRATCH/install.log" || return 1
    [ "$(id -u)" -ne 0 ] || chown "$SERVER_USER" "$SCRATCH"
    export PATH="$SCRATCH_BIN:$PATH"
}

scratch_start() {
    export PGHOST=$SCRATCH PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
    (cd "$SCRATCH" &&
        as_server "$SCRATCH_BIN/initdb" -D "$SCRATCH/data" -U postgres -A trust --no-sync \
            --encoding=UTF8 --locale=C.UTF-8 >"$SCRATCH/initdb.log" &&
        as_server "$SCRATCH_BIN/pg_ctl" -D "$SCRATCH/data" -l "$SCRATCH/server.log" -w -s start \
            -o "-k $SCRATCH -c listen_addresses='' -c fsync=off -c timezone=UTC ${SCRATCH_OPTIONS:-}")
}

scratch_stop() {
    if [ -f "${SCRATCH:-/nonexistent}/data/postmaster.pid" ]; then
        (cd "$SCRATCH" && as_server "$SCRATCH_BIN/pg_ctl" -D "$SCRATCH/data" -m immediate -s -w stop)
    fi
}

scratch_remove() {
    scratch_stop
    [ -z "${SCRATCH:-}" ] || rm -rf "$SCRATCH"
}
