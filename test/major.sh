# Which PostgreSQL the tests build against and run on, to be sourced by bash scripts:
# the one that PG_CONFIG names, else Debian's of version PGMAJOR, else the one that
# this Debian ships.  Sets PGMAJOR and PG_CONFIG.

shipped_major() {
    case $(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") in
        'debian 12') echo 15 ;;
        'debian 13') echo 17 ;;
        *) echo 18 ;;
    esac
}

if [ -n "${PG_CONFIG:-}" ]; then
    PGMAJOR=$("$PG_CONFIG" --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/')
else
    PGMAJOR=${PGMAJOR:-$(shipped_major)}
    PG_CONFIG=/usr/lib/postgresql/$PGMAJOR/bin/pg_config
fi
