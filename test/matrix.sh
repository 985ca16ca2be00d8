#!/usr/bin/env bash
# The tests on several releases of Debian, each a throw-away system in a folder.
#
#   test/matrix.sh [system ...]
#   SUITES='compile regress' test/matrix.sh trixie/17      default: all but bi
#   RUN='make deb' test/matrix.sh bookworm/15              another command, with make alone installed
#   WHERE=/var/tmp test/matrix.sh                          where the systems are made
#
# A system is release/major, or release/major/cassert for a PostgreSQL that is compiled
# from Debian's source with assertions.  Default: bookworm/15 trixie/17 sid/16 sid/18
# bookworm/15/cassert.  A major version that the release does not have is left out, and
# the last lines say so.
#
# Each system starts from debootstrap's smallest set of packages, so it also shows that
# test/setup.sh names everything that is needed.  Needs root, debootstrap and about 2 GB
# for each system; the packages come from the mirror that this machine uses.  The logs
# stay in build/matrix/.  Nothing else stays: mounts and processes end with the run.
set -uo pipefail
cd "$(dirname "$0")/.."
TOP=$PWD
systems=("$@")
[ ${#systems[@]} -gt 0 ] || systems=(bookworm/15 trixie/17 sid/16 sid/18 bookworm/15/cassert)
suites=${SUITES:-lint compile unit fuzz regress isolation update tap}
[ "$(id -u)" -eq 0 ] || { echo "needs root, for chroot" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is not installed" >&2; exit 1; }

mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "Debian" && $3 == "Debian" && $4 == "main" { print $1; exit }')
[ -n "$mirror" ] || { echo "apt knows no mirror of Debian" >&2; exit 1; }
root=$(mktemp -d "${WHERE:-/var/tmp}/segment-matrix.XXXXXX") || exit 1
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT TERM HUP
logs=$TOP/build/matrix
mkdir -p "$logs"

# inside system script: run it there, with mounts and processes of its own that end with it
inside() {
    unshare --mount --pid --fork --kill-child --propagation private bash -c '
        set -e
        mount -t proc proc "$1/proc"
        mount --bind /dev "$1/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
        if [ -d "$3" ]; then mkdir -p "$1/shared"; mount --bind -o ro "$3" "$1/shared"; fi
        exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive bash -euc "$2"' inside "$1" "$2" "$TOP/../shared" </dev/null
}

# The smallest system of that release, with the tree in /segment.
make_system() {
    local release=$1 system=$2
    debootstrap --variant=minbase "$release" "$system" "$mirror" || return 1
    apt-config dump | grep -E '^Acquire::[a-z]+::Proxy ' >"$system/etc/apt/apt.conf.d/90proxy"
    # a mirror that is a snapshot may be older than its list of releases allows
    echo 'Acquire::Check-Valid-Until "false";' >>"$system/etc/apt/apt.conf.d/90proxy"
    printf 'deb%s %s %s main\n' '' "$mirror" "$release" -src "$mirror" "$release" >"$system/etc/apt/sources.list"
    cp /etc/resolv.conf "$system/etc/resolv.conf"
    mkdir "$system/segment"
    if [ -d .git ]; then git ls-files -z --cached --others --exclude-standard; else find . -path ./build -prune -o -type f ! -name '*.o' ! -name '*.so' -print0; fi |
        tar -c --null --ignore-failed-read -T - | tar -x --no-same-owner -C "$system/segment"
    inside "$system" 'apt-get -qq update'
}

# A server with assertions, in /opt/postgresql.
cassert='
    apt-get -qq install --no-install-recommends -y gcc libc6-dev make bison flex perl libipc-run-perl bzip2 xz-utils >/dev/null
    mkdir /build && cd /build
    apt-get -qq source --download-only postgresql-MAJOR
    tar -xf postgresql-MAJOR_*.orig.tar.*
    cd postgresql-MAJOR*/
    ./configure --quiet --prefix=/opt/postgresql --enable-cassert --enable-debug --enable-tap-tests --without-readline --without-zlib ICU CFLAGS=-O1
    make -s -j "$(nproc)" >/dev/null
    make -s install >/dev/null
    useradd --system --home-dir / postgres
    '
results=() status=0
for name in "${systems[@]}"; do
    IFS=/ read -r release major kind <<<"$name"
    system=$root/${name//\//-} log=$logs/${name//\//-}.log started=$SECONDS
    if ! make_system "$release" "$system" >"$log" 2>&1; then
        results+=("$name: the system cannot be made: $(tail -n 1 "$log")") status=1
        continue
    fi
    if ! inside "$system" "apt-cache show postgresql-$major" >/dev/null 2>&1; then
        results+=("$name: left out, $release has no postgresql-$major")
        rm -rf --one-file-system "$system"
        continue
    fi
    config=
    if [ "${kind:-}" = cassert ]; then
        config=/opt/postgresql/bin/pg_config
        build=${cassert//MAJOR/$major}
        if [ "$major" -gt 15 ]; then build=${build/ ICU / --without-icu }; else build=${build/ ICU / }; fi
        if ! inside "$system" "$build" >>"$log" 2>&1; then
            results+=("$name: the server cannot be compiled: $(tail -n 1 "$log")") status=1
            continue
        fi
    fi
    if [ -n "${RUN:-}" ]; then
        inside "$system" "cd /segment; export PGMAJOR=$major; apt-get -qq install --no-install-recommends -y make >/dev/null; $RUN" >>"$log" 2>&1 || status=1
        results+=("$name: $RUN: $(tail -n 1 "$log") ($((SECONDS - started)) s)")
        rm -rf --one-file-system "$system"
        continue
    fi
    inside "$system" "cd /segment; export PGMAJOR=$major ${config:+PG_CONFIG=$config}
        test/setup.sh
        gcc --version | head -1
        ${config:-/usr/lib/postgresql/$major/bin/pg_config} --version
        test/test.sh $suites" >>"$log" 2>&1 || status=1
    results+=("$name: $(grep -E '^PostgreSQL [0-9]' "$log" | tail -1), $(grep '^gcc ' "$log" | tail -1 | grep -oE '[0-9.]+$'): $(tail -n 1 "$log") ($((SECONDS - started)) s)")
    rm -rf --one-file-system "$system"
done
printf '%s\n' "${results[@]}"
exit $status
