#!/usr/bin/env bash
# Install what building and testing need and what is missing, with apt, by name.
#
#   SETUP_FOR=demo test/setup.sh      what the demo needs; deb: what packages need;
#                                     test, or none: what every test needs
#
# The PostgreSQL is the one that the release ships, or PGMAJOR=17; none is installed
# where PG_CONFIG names one.  Nothing is installed, and no right is asked for, when
# nothing is missing.
set -euo pipefail
umask 022
own=${PG_CONFIG:-}
. "$(dirname "$0")/major.sh"
packages=(
    gcc libc6-dev make                         # the build
    liblapacke-dev libblas-dev                 # headers of linear algebra: lapacke.h, cblas.h
    libopenblas0-serial                        # and what to run: fast, single-threaded
)
[ -n "$own" ] || packages+=(
    "postgresql-server-dev-$PGMAJOR"           # headers, PGXS, pg_regress
    "postgresql-$PGMAJOR"                      # the server itself
)
case ${SETUP_FOR:-test} in
    demo) ;;
    deb) packages+=(debhelper dpkg-dev postgresql-server-dev-all) ;;
    *)
        packages+=(
            libcmocka-dev                      # unit tests
            perl libipc-run-perl               # TAP tests
            gzip xz-utils                      # the reference data is compressed
            clang                              # the other compiler
            libxml2-utils poppler-utils        # pictures are XML, PDFs have text
        )
        [ -n "$own" ] || packages+=("postgresql-$PGMAJOR-cron")    # a scheduled refit
        # pg_bsd_indent, which Debian 13 has in postgresql-server-dev
        [ "$(shipped_major)" -gt 15 ] || packages+=(pg-bsd-indent)
        ;;
esac

command -v dpkg-query >/dev/null || {
    echo "This is no Debian; have these installed, or what they are called here: ${packages[*]}" >&2
    exit 1
}
missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done

# Charts are compared with the real Vega-Lite, in a real browser; where another vendor's are
# installed, these will do.  Without them the tests of that are skipped, and say so.
browser=() modules=()
npm=$(cd "$(dirname "$0")/.." && pwd)/build/npm
if [ "${SETUP_FOR:-test}" = test ]; then
    command -v chromium >/dev/null || browser+=(chromium)
    command -v node >/dev/null || browser+=(nodejs)
    command -v npm >/dev/null || browser+=(npm)
    for module in playwright-core@1.65.1 axe-core@4.14.1 vega@6.4.0 vega-lite@6.5.0; do
        [ -e "$npm/node_modules/${module%@*}/package.json" ] || modules+=("$module")
    done
fi
install_modules() {
    [ ${#modules[@]} -gt 0 ] || return 0
    echo "Installing into build/npm: ${modules[*]}"
    mkdir -p "$npm"
    timeout 120 npm install --prefix "$npm" --no-audit --no-fund --no-save --silent "${modules[@]}" ||
        echo "npm could not install them; the tests of charts in a browser will be skipped." >&2
}
[ ${#missing[@]} -gt 0 ] || [ ${#browser[@]} -gt 0 ] || { install_modules; exit 0; }

as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Need root or sudo to install: ${missing[*]} ${browser[*]}" >&2; exit 1; }
    as_root=(sudo "${as_root[@]}")
fi

# Debian's packaging makes and starts a cluster when a server is installed, unless
# told otherwise; it is told so for as long as this script runs.
no_cluster=/etc/postgresql-common/createcluster.d/no-cluster-for-segment.conf
folder=${no_cluster%/*}
[ -d "$folder" ] && folder_is_new= || folder_is_new=yes
log=$(mktemp)
forget() {
    rm -f "$log"
    "${as_root[@]}" rm -f "$no_cluster"
    [ -z "$folder_is_new" ] || "${as_root[@]}" rmdir --ignore-fail-on-non-empty "$folder"
}
trap forget EXIT
trap 'exit 130' INT TERM HUP
"${as_root[@]}" mkdir -p "$folder"
echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null

install() { "${as_root[@]}" apt-get -q install --no-install-recommends -y "$@" >"$log" 2>&1; }
# the lists may be absent or old; a machine whose lists are good needs no update
install_all() {
    echo "Installing: $*"
    install "$@" || { "${as_root[@]}" apt-get -qq update && install "$@"; } || { tail -20 "$log" >&2; return 1; }
}
[ ${#missing[@]} -eq 0 ] || install_all "${missing[@]}" || exit 1
[ ${#browser[@]} -eq 0 ] || install_all "${browser[@]}" || echo "The tests of charts in a browser will be skipped." >&2
install_modules
