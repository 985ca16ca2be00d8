# Faults while receipts are read and ledgers are written: kill -9, timeouts, a full disk, temp_file_limit,
# errors of the receipts themselves. A ledger is as it was before, no temporary file and no memory
# stays, and the next call works.
use strict;
use warnings;
use Cwd qw(abs_path);
use IPC::Run;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep time);

# System calls by processor: unshare, mount, umount2.
my %numbers = (x86_64 => [ 272, 165, 166 ], aarch64 => [ 97, 40, 39 ]);
my ($unshare, $mount, $unmount) = @{ $numbers{ (POSIX::uname())[4] } // [] };

# A small file system of our own, in a namespace that only this process and the server see; why not, or ''.
my $small = abs_path(PostgreSQL::Test::Utils::tempdir_short());
my $no_disk = mount_small($small);

sub mount_small
{
	my ($directory) = @_;
	my ($user, $group) = ($<, $( + 0);
	my ($source, $type, $options) = ('tmpfs', 'tmpfs', 'size=6m,mode=700');

	return 'no system calls are known for this system' if $^O ne 'linux' || !$unshare;
	# CLONE_NEWUSER and CLONE_NEWNS
	return "no namespaces of users: $!" if syscall($unshare, 0x10020000) != 0;
	foreach my $map ([ setgroups => 'deny' ], [ uid_map => "$user $user 1" ], [ gid_map => "$group $group 1" ])
	{
		open(my $file, '>', "/proc/self/$map->[0]") or return "$map->[0]: $!";
		syswrite($file, $map->[1]) or return "$map->[0]: $!";
		close $file;
	}
	return "mount: $!" if syscall($mount, $source, $directory, $type, 0, $options) != 0;
	return '';
}

my $node = PostgreSQL::Test::Cluster->new('receipts_faults');
$node->init;
$node->append_conf('postgresql.conf', q{
restart_after_crash = on
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
log_statement = none
});
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }

# `pausing` and `failing` are views that stop at a late line, when the table control says so
sql(<<'SQL');
CREATE EXTENSION segment;
CREATE TABLE control (pause text, fail boolean);
INSERT INTO control VALUES (NULL, false);
CREATE FUNCTION pause(place text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF (SELECT c.pause = place FROM public.control c) THEN PERFORM pg_sleep(120); END IF; RETURN true; END $$;
CREATE TABLE lines AS
SELECT i, 'customer ' || i::bigint * 7919 % 5000 AS customer_id, i / 3 AS receipt_id, date '2020-01-01' + i % 360 AS receipt_date, (i % 1000 - 90) / 8.0 AS amount, i % 3 AS quantity
FROM generate_series(1, 60000) i;
ALTER TABLE lines ALTER i SET NOT NULL;
CREATE VIEW pausing AS SELECT * FROM lines WHERE i <> 59000 OR pause('lines');
CREATE VIEW failing AS SELECT customer_id, receipt_id, receipt_date, CASE WHEN (SELECT fail FROM control) THEN amount / (55000 - i) ELSE amount END AS amount, quantity FROM lines;
CREATE VIEW wanted AS
WITH receipt AS (
    SELECT customer_id, date_trunc('month', receipt_date)::date AS month, min(receipt_date) AS day, sum(amount) AS total, count(*) AS lines, sum(quantity) AS quantity
    FROM lines GROUP BY 1, 2, receipt_id)
SELECT count(*) FILTER (WHERE total >= 0) AS receipts, sum(lines)::bigint AS lines, month, min(day) FILTER (WHERE total >= 0) AS first_date,
       max(day) FILTER (WHERE total >= 0) AS last_date, sum(total) AS net, sum(total) FILTER (WHERE total >= 0) AS sales, sum(quantity) AS quantity, customer_id
FROM receipt GROUP BY customer_id, month;
-- goes_on: how many ms a statement goes on after its timeout; NULL when it was over before
CREATE FUNCTION goes_on(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN query_canceled THEN
    RETURN 1000 * extract(epoch FROM clock_timestamp() - statement_timestamp() - current_setting('statement_timeout')::interval);
END $$;
SELECT segment.create_ledger('by_full', 'pausing');
SELECT segment.create_ledger('by_changes', 'lines', 'changes');
CREATE FUNCTION pause_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id = 'customer 2919' THEN PERFORM public.pause('ledger'); END IF; RETURN NEW; END $$;
SELECT format('CREATE TRIGGER p BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION pause_row()', l) FROM unnest('{by_full,by_changes}'::text[]) l \gexec
SQL

# rows of plain SQL that are missing in a ledger, or surplus, as text: the scale of a numeric counts
sub differences
{
	my ($ledger) = @_;
	return sql("SELECT count(*) FROM (SELECT FROM (SELECT t::text AS line, 1 AS n FROM $ledger t UNION ALL SELECT w::text, -1 FROM wanted w) l GROUP BY line HAVING sum(n) <> 0) d");
}
sub md5_of { return sql("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM $_[0] t"); }
sub temporary_files { return scalar(() = glob($node->data_dir . '/base/pgsql_tmp/*')); }
sub change_lines { sql("UPDATE lines SET amount = amount + 0.25 WHERE i % 50 = 1; INSERT INTO lines SELECT i, 'customer 2919', -i, date '2020-02-01' + i, i, 1 FROM generate_series(1, 20) i"); }
# the SQLSTATE of an error, or the result
sub outcome
{
	my ($out, $err);
	$node->psql('postgres', $_[0], stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

# ---- the receipts themselves fail ----

my %calls = (
	rfm => "SELECT count(*) FROM segment.rfm('%s', '2025-12-31')",
	cohort_retention => "SELECT count(*) FROM segment.cohort_retention('%s', '2025-12-31')",
	cohort_retention_by => "SELECT count(*) FROM segment.cohort_retention('%s', '2025-12-31', by => 'quantity')",
	receipt_totals => "SELECT count(*) FROM segment.receipt_totals('%s', '2025-12-31')",
	receipt_features => "SELECT count(*) FROM segment.receipt_features('%s', '2025-12-31')",
	triggers => "SELECT count(*) FROM segment.triggers('%s', '2025-12-31', 365)",
);
my %rows = map { $_ => sql(sprintf($calls{$_}, 'lines')) } keys %calls;
sql('UPDATE control SET fail = true');
my $rss = "SELECT 'rss ' || substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\\s+(\\d+) kB');\n";
foreach my $name (sort keys %calls)
{
	my $call = sprintf($calls{$name}, 'failing');
	my ($out, $err);
	# the same session: errors with files and with many receipts in memory, and then a call that needs all memory that is allowed
	$node->psql('postgres', join("\n", "SET segment.fit_memory = '2MB';", ("$call;") x 20, $rss, ("$call;") x 10, $rss, 'SELECT count(*) FROM pg_ls_tmpdir();', 'UPDATE control SET fail = false;', "$call;", 'UPDATE control SET fail = true;'),
		stdout => \$out, stderr => \$err, on_error_stop => 0);
	is(scalar(() = $err =~ /ERROR:\s+division by zero/g), 30, "$name: an error of the receipts is that of the call") or diag($err);
	my ($before, $after, $files, $rows) = $out =~ /rss (\d+)\nrss (\d+)\n(\d+)\n(\d+)/;
	is("$files $rows", "0 $rows{$name}", "$name: no file stays, and the session goes on");
	cmp_ok($after - $before, '<', 2048, "$name: nor memory, in kB");
}
sql('UPDATE control SET fail = false');

# ---- temporary files are limited ----

foreach my $name (sort keys %calls)
{
	my $call = sprintf($calls{$name}, 'lines');
	is(outcome("SET segment.fit_memory = '2MB'; SET temp_file_limit = '1MB'; $call"), '53400', "$name: temp_file_limit");
	my ($out, $err);
	$node->psql('postgres', "SET segment.fit_memory = '2MB'; SET temp_file_limit = '1MB';\n$call;\nSELECT count(*) FROM pg_ls_tmpdir();\nSET temp_file_limit = '60MB';\n$call;",
		stdout => \$out, stderr => \$err, on_error_stop => 0);
	is($out, "0\n$rows{$name}", "$name: no file stays, and with a higher limit it works");
}

# ---- the disk is full ----

SKIP: {
	skip "no small file system: $no_disk", 8 + keys(%calls) * 2 if $no_disk;
	mkdir "$small/spc" or die;
	sql("CREATE TABLESPACE small LOCATION '$small/spc'");
	# a file of our own leaves 1 MB
	open(my $filler, '>', "$small/filler") or die;
	syswrite($filler, 'x' x (1 << 20)) == 1 << 20 or die foreach 1 .. 5;
	close $filler;
	foreach my $name (sort keys %calls)
	{
		my $call = sprintf($calls{$name}, 'lines');
		is(outcome("SET temp_tablespaces = small; SET segment.fit_memory = '2MB'; $call"), '53100', "$name: the disk is full");
		is((() = glob("$small/spc/*/pgsql_tmp/*")) . ' ' . outcome("SET segment.fit_memory = '2MB'; $call"), "0 $rows{$name}", "$name: no file stays, and elsewhere it works");
	}
	unlink "$small/filler";
	# a ledger that does not fit
	is(outcome("SET default_tablespace = small; SELECT segment.create_ledger('small_ledger', 'lines')"), '53100', 'create_ledger: the disk is full');
	is(sql("SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'small_ledger%') + (SELECT count(*) FROM segment.ledger WHERE ledger_name = 'small_ledger')"), '0', 'nothing of it is left');
	# a ledger that fits until it grows
	sql("CREATE TABLE few AS TABLE lines WITH NO DATA; INSERT INTO few SELECT * FROM lines WHERE i % 30 = 0; CHECKPOINT");
	is(outcome("SET default_tablespace = small; SELECT segment.create_ledger('few_by_month', 'few')"), '', 'a smaller one can be created');
	my $before = md5_of('few_by_month');
	sql('INSERT INTO few SELECT * FROM lines WHERE i % 30 > 0');
	is(outcome("CALL segment.refresh_ledger('few_by_month')"), '53100', 'refresh_ledger: the disk is full');
	is(md5_of('few_by_month'), $before, 'the ledger is as before');
	is(outcome("SELECT count(*) > 0 FROM segment.ledger_check('few_by_month')"), 't', 'and what it lacks is known');
	sql('DELETE FROM few WHERE i % 30 > 1; VACUUM few_by_month; CHECKPOINT');
	is(outcome("CALL segment.refresh_ledger('few_by_month')"), '', 'the next refresh works');
	is(sql("SELECT count(*) FROM segment.ledger_check('few_by_month')"), '0', 'and nothing is missing');
	sql("SELECT segment.drop_ledger('few_by_month'); DROP TABLE few; CHECKPOINT");
	sql('DROP TABLESPACE small');
}

# ---- timeouts ----

my ($worst, $worst_call, $cancelled) = (0, '', 0);
sub cut
{
	my ($what, $call, $memory, $check) = @_;
	my $begin = time;
	sql("SET segment.fit_memory = '$memory'; BEGIN; $call; ROLLBACK");
	my $takes = 1000 * (time - $begin);
	my $hits = 0;
	foreach my $share (1, 2, 3, 5, 7)
	{
		my $ms = 1 + int($takes * $share / 8);
		my ($status, $out, $err) = $node->psql('postgres', "SET segment.fit_memory = '$memory'; SET statement_timeout = $ms; SELECT goes_on(\$call\$$call\$call\$)");
		next if $status != 0 && $err =~ /canceling statement due to statement timeout/;
		if ($status != 0) { fail("$what: $err"); last; }
		$check->($out ne '') if $check;
		last if $out eq '';
		$hits++;
		($worst, $worst_call) = ($out, "$what at $ms ms") if $out > $worst;
	}
	$cancelled += $hits;
	cmp_ok($hits, '>', 0, "$what is cancelled at $hits times within " . int($takes) . ' ms');
	return;
}
foreach my $name (sort keys %calls)
{
	cut("$name, in memory", sprintf($calls{$name}, 'lines'), '1GB');
	cut("$name, with files", sprintf($calls{$name}, 'lines'), '2MB');
}
# with workers, which read an ordinary table: the session, and errors of a worker, too
my $workers = 'SET max_parallel_workers_per_gather = 2; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET segment.fit_memory';
foreach my $name (sort keys %calls)
{
	cut("$name, with workers", sprintf($calls{$name}, 'lines'), "64MB'; " . $workers . " = '64MB");
	sql('UPDATE control SET fail = true');
	is(outcome("$workers = '64MB'; " . sprintf($calls{$name}, 'failing')), '22012', "$name, with workers: an error of the receipts");
	sql('UPDATE control SET fail = false');
	is(outcome("$workers = '64MB'; " . sprintf($calls{$name}, 'lines')), $rows{$name}, "$name, with workers: the next call works");
}
change_lines();
foreach my $ledger (qw(by_full by_changes))
{
	my $before = md5_of($ledger);
	my $differ = 0;
	cut("refresh_ledger $ledger", "CALL segment.refresh_ledger('$ledger')", '2MB', sub { $differ++ if $_[0] && md5_of($ledger) ne $before });
	is($differ, 0, "$ledger is as before each of them");
	cut("ledger_check $ledger", "SELECT count(*) FROM segment.ledger_check('$ledger')", '2MB');
	sql("CALL segment.refresh_ledger('$ledger')");
	is(differences($ledger), '0', "$ledger: the next refresh works");
}
my $triggers = sql("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'lines'::regclass");
cut('create_ledger', "SELECT segment.create_ledger('cut', 'lines', 'changes')", '2MB', sub { sql("SELECT segment.drop_ledger('cut') FROM segment.ledger WHERE ledger_name = 'cut'") });
is(sql("SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'cut%') + (SELECT count(*) FROM segment.ledger WHERE ledger_name = 'cut') + (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'lines'::regclass)"), $triggers, 'nothing of a cancelled create_ledger is left');
is(temporary_files(), 0, 'no temporary file stays');
note(sprintf('%d cancelled calls; the longest went on for %.0f ms: %s', $cancelled, $worst, $worst_call));
cmp_ok($worst, '<', 2000, 'every call is cancelled soon');

# ---- kill -9 ----

# Kill a session while it pauses, or after so many ms, and wait until the server accepts connections again.
sub kill_in
{
	my ($statement, $ms) = @_;
	my ($in, $out, $err) = ("SELECT pg_backend_pid();\n\\echo ready\n", '', '');
	my $session = IPC::Run::start([ 'psql', '-qXAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(180));
	$session->pump until $out =~ /(\d+)\nready/;
	my ($backend) = $out =~ /(\d+)\nready/;
	$in .= "SET segment.fit_memory = '2MB'; $statement;\n\\echo over\n";
	$session->pump_nb;
	my $files = -1;
	if (defined $ms)
	{
		my $end = time + $ms / 1000;
		while (time < $end) { $session->pump_nb; usleep(1000); }
	}
	else
	{
		my $paused = 0;
		for (1 .. 3000)
		{
			$session->pump_nb;
			last if $out =~ /over/ || $err =~ /ERROR/ || ($paused = sql("SELECT count(*) FROM pg_stat_activity WHERE pid = $backend AND wait_event = 'PgSleep'"));
			usleep(10_000);
		}
		ok($paused, 'the session is in the middle') or diag("$out $err");
		$files = temporary_files();
	}
	my $offset = -s $node->logfile;
	kill 'KILL', $backend;
	eval { $session->finish };
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
	my $accepts = sub { my ($o, $e); return IPC::Run::run([ 'psql', '-XAt', '-d', $node->connstr('postgres'), '-c', 'SELECT true' ], '<', \undef, '>', \$o, '2>', \$e) };
	usleep(20_000) until $accepts->();
	is(temporary_files(), 0, 'no temporary file is left after the restart');
	return ($files, $out =~ /over/ ? 1 : 0);
}

foreach my $name (sort keys %calls)
{
	sql("UPDATE control SET pause = 'lines'");
	my ($files) = kill_in(sprintf($calls{$name}, 'pausing'));
	cmp_ok($files, '>', 0, "$name was killed with $files files");
	sql('UPDATE control SET pause = NULL');
	is(sql("SET segment.fit_memory = '2MB'; " . sprintf($calls{$name}, 'pausing')), sql(sprintf($calls{$name}, 'lines')), "$name: the next call works");
}
change_lines();
my %before = map { $_ => md5_of($_) } qw(by_full by_changes);
my $changes = sql('SELECT count(*) FROM segment.ledger_change');
cmp_ok($changes, '>', 0, 'changes are logged');
foreach my $case ([ by_full => 'lines' ], [ by_full => 'ledger' ], [ by_changes => 'ledger' ])
{
	my ($ledger, $place) = @$case;
	sql("UPDATE control SET pause = '$place'");
	kill_in("CALL segment.refresh_ledger('$ledger')");
	is(md5_of($ledger), $before{$ledger}, "$ledger is as before a refresh that was killed, paused in $place");
	is(sql('SELECT count(*) FROM segment.ledger_change'), $changes, 'and the log of changes, too');
}
sql('UPDATE control SET pause = NULL');
foreach my $ledger (qw(by_full by_changes))
{
	sql("CALL segment.refresh_ledger('$ledger')");
	is(differences($ledger), '0', "$ledger: the next refresh finds everything");
}
sql("UPDATE control SET pause = 'lines'");
kill_in("SELECT segment.create_ledger('killed', 'pausing')");
sql('UPDATE control SET pause = NULL');
is(sql("SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'killed%') + (SELECT count(*) FROM segment.ledger WHERE ledger_name = 'killed')"), '0', 'nothing of a create_ledger that was killed is left');
is(outcome("SELECT segment.create_ledger('killed', 'lines')") . differences('killed'), '0', 'and it can be created');
is(sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
$node->stop;
syscall($unmount, $small, 0) unless $no_disk;
done_testing();
