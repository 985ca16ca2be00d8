#!/usr/bin/env bash
# memcheck over the tests of the regress suite, in a single-user server.
#
#   test/robust/valgrind.sh [test ...]           default: all, the shortest first
#   SECONDS_EACH=300 ORIGINS=no KEEP=folder ...      a limit; twice as fast; keep the logs
#
# A single-user server cannot run psql scripts. So psql first runs the test on an ordinary
# server that logs the statements: variables are replaced, meta-commands are executed, and
# each statement is separate. Memcheck then runs the statements of the log in a new
# database. COPY FROM STDIN, which needs a client, is left out.
#
# An error with a frame of segment.so in one of its stacks fails the run; this includes the
# stack of the allocation. valgrind.supp lists errors of the server itself.
# A server configured with CFLAGS='-g -O1 -DUSE_VALGRIND' reports every palloc and pfree
# to memcheck; otherwise only blocks of malloc are checked. To use it: make clean, then
# PG_CONFIG=... test/robust/valgrind.sh. valgrind 3.19 emulates a processor without
# AVX-512, so the loop clones for x86-64-v3 run.
set -uo pipefail
. "$(dirname "$0")/../scratch.sh"
command -v valgrind >/dev/null || { echo "valgrind is not installed: apt-get install valgrind" >&2; exit 1; }
seconds=${SECONDS_EACH:-300}
questions=("$@")
[ $# -gt 0 ] || mapfile -t questions < <(cd "$TOP/test/sql" && ls -rS ./*.sql | sed 's/.*\/\(.*\)\.sql/\1/')

# The databases of a test: one for psql, one for memcheck, with the settings of pg_regress.
databases() {
    local database
    for database in "$1" "$1 memcheck"; do
        psql -qX -c "CREATE DATABASE \"$database\" TEMPLATE template0" \
            -c "ALTER DATABASE \"$database\" SET timezone TO 'PST8PDT'" \
            -c "ALTER DATABASE \"$database\" SET datestyle TO 'Postgres, MDY'" \
            -c "ALTER DATABASE \"$database\" SET intervalstyle TO 'postgres_verbose'" &&
            psql -qX -d "$database" -c 'CREATE EXTENSION segment' || return 1
    done
}

# The statements sent by psql, in the format of postgres --single -j: a semicolon before
# an empty line ends a statement, so a space is added after such a semicolon inside of one.
statements() {
    perl -MJSON::PP -ne '
        BEGIN { $question = shift; $json = JSON::PP->new; }
        my $entry = $json->decode($_);
        next unless ($entry->{application_name} // "") eq $question;
        my $text = $entry->{message};
        next unless $text =~ s/^statement: //;
        next if $text =~ /^\s*COPY\b.*\bFROM\s+STDIN/is;
        $text =~ s/;(?=[ \t]*\n[ \t]*\n)/; /g;
        $text =~ s/[;\s]*$//;
        print "$text;\n\n"' "$1" "$SCRATCH/data/log/server.json"
}

# The errors with a frame of segment.so as text, then "n errors, n of them ours".
verdict() {
    perl -0777 -ne '
        my ($all, $ours) = (0, 0);
        while (m{<error>(.*?)</error>}gs) {
            my $error = $1;
            $all++;
            next unless $error =~ m{<obj>[^<]*/segment\.so</obj>};
            $ours++;
            print "    $1\n" if $error =~ m{<(?:text|what)>(.*?)</};
            while ($error =~ m{<frame>(.*?)</frame>|<auxwhat>(.*?)</auxwhat>}gs) {
                if (defined $2) { print "    $2\n"; next; }
                my %of = $1 =~ m{<(fn|file|line|obj)>(.*?)</\1>}g;
                print "        ", $of{fn} // "?", " (", defined $of{file} ? "$of{file}:$of{line}" : $of{obj} // "?", ")\n";
            }
        }
        print "$all errors, $ours of them ours\n"' "$1"
}

memcheck() {
    local question=$1 log=$SCRATCH/log/$1
    as_server env -C "$SCRATCH" OPENBLAS_CORETYPE=HASWELL \
        timeout "$seconds" nice valgrind --quiet --leak-check=no --track-origins="${ORIGINS:-yes}" --error-limit=no --num-callers=40 \
        --suppressions="$SCRATCH/log/valgrind.supp" --xml=yes --xml-file="$log.xml" \
        "$SCRATCH_BIN/postgres" --single -j -D "$SCRATCH/data" -c fsync=off -c logging_collector=off -c log_statement=all \
        "$question memcheck" <"$log.sql" >"$log.out" 2>"$log.err"
}

trap scratch_remove EXIT
SCRATCH_OPTIONS="-c logging_collector=on -c log_destination=jsonlog -c log_filename=server.log -c log_rotation_size=0 -c log_statement=all"
scratch_make && scratch_start || exit 1
mkdir "$SCRATCH/log"
cp "$TOP/test/robust/valgrind.supp" "$SCRATCH/log"
[ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$SCRATCH/log"
for question in "${questions[@]}"; do
    databases "$question" || exit 1
    PGAPPNAME=$question psql -qX -d "$question" -f "$TOP/test/sql/$question.sql" >/dev/null 2>"$SCRATCH/log/$question.psql"
done
for question in "${questions[@]}"; do
    statements "$question" >"$SCRATCH/log/$question.sql"
done
as_server "$SCRATCH_BIN/pg_ctl" -D "$SCRATCH/data" -m fast -s -w stop

failed=0 ran=0
for question in "${questions[@]}"; do
    log=$SCRATCH/log/$question started=$SECONDS
    memcheck "$question"
    status=$?
    mapfile -t found < <(verdict "$log.xml")
    case $status in
        0) word=ok ;;
        124) word=cut ;;
        *) word=FAILED ;;
    esac
    [[ ${found[-1]} == *' 0 of them ours' ]] || word=FAILED
    [ $word != FAILED ] || failed=$((failed + 1))
    ran=$((ran + 1))
    printf '%-7s %s: %d of %d statements, %d raised an error (psql: %d), %s, %d s\n' $word "$question" \
        "$(grep -c "LOG:  statement: " "$log.err")" "$(perl -00 -ne 'END { print $. + 0 }' "$log.sql")" \
        "$(grep -cE '(ERROR|FATAL):  ' "$log.err")" "$(grep -cE 'ERROR: |^psql:.* ERROR' "$log.psql")" \
        "${found[-1]}" $((SECONDS - started))
    [ $word != FAILED ] || { printf '%s\n' "${found[@]:0:${#found[@]}-1}"; [ $status -eq 0 ] || tail -5 "$log.err"; }
    [ -z "${KEEP:-}" ] || cp "$log".* "$KEEP"
done
echo
echo "$ran questions, $failed failed"
[ $failed -eq 0 ] && [ $ran -gt 0 ]
