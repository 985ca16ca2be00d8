# Progress of running refits: with shared_preload_libraries, and on PostgreSQL 17 and newer
# without; privileges; the end of a slot; and the time to cancel a refit.
use strict;
use warnings;
use IPC::Run qw(start finish);
use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

sub new_node
{
	my ($name, $configuration) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', $configuration);
	$node->start;
	$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION segment;
CREATE ROLE reader LOGIN;
CREATE FUNCTION gate() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 0 FROM pg_catalog.pg_advisory_xact_lock_shared(77)';
CREATE VIEW gated AS SELECT i AS id, i % 7 + CASE WHEN i = 5000 THEN gate() ELSE 0 END AS x, i % 5 AS y FROM generate_series(1, 10000) i;
SELECT segment.create_model('m', 'kmeans', 'gated', 'id', options => '{"k": 3}');
SELECT segment.create_model('auto', 'kmeans', 'gated', 'id', options => '{"k": "auto", "k_max": 3}');
SELECT segment.share_model('m', 'reader');
SELECT segment.share_model('auto', 'reader');
SQL
	$node->safe_psql('postgres', 'CREATE DATABASE other');
	$node->safe_psql('other', 'CREATE EXTENSION segment');
	return $node;
}

sub background
{
	my ($node, @statements) = @_;
	my ($out, $err) = ('', '');
	my $session = start([ 'psql', '-qXAt', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('postgres'), map { ('-c', $_) } @statements ],
		'<', \undef, '>', \$out, '2>', \$err);
	return sub { finish($session); return $err; };
}

# the slots that a session sees after statements that may fail
sub slots_after
{
	my ($node, $statements) = @_;
	my ($out, $err);

	$node->psql('postgres', "\\o /dev/null\n$statements\n\\o\nSELECT count(*) FROM segment_internal.progress_slots()",
		stdout => \$out, stderr => \$err, on_error_stop => 0);
	return $out;
}
my $progress = "SELECT stage, rows_read, elapsed > 0 FROM segment.refit_progress";
my $slots = 'SELECT count(*) FROM segment_internal.progress_slots()';

# The progress of a refit that waits after 4,999 rows, and that no slot is left afterwards.
sub watch
{
	my ($node, $is_told) = @_;
	my $gatekeeper = $node->background_psql('postgres');

	$gatekeeper->query_safe('SELECT pg_advisory_lock(77)');
	my $refit = background($node, "CALL segment.refit('m')");
	ok($node->poll_query_until('postgres', $progress, $is_told ? 'reading and fitting|4096|t' : 'fitting||t'),
		$is_told ? 'stage and rows are seen while it runs' : 'the stage of the log is seen while it runs');
	is($node->safe_psql('postgres', $progress, extra_params => [ '-U', 'reader' ]), 'fitting||t', 'a role with a share sees the stage of the log');
	is($node->safe_psql('postgres', $slots, extra_params => [ '-U', 'reader' ]), '0', 'but no slots of other roles');
	is($node->safe_psql('other', $slots), '0', 'other databases see no slot');

	my $begin = time;
	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(pid) FROM segment.refit_progress');
	like($refit->(), qr/57014/, 'it is cancelled');
	cmp_ok(time - $begin, '<', 5, 'at once');
	is($node->safe_psql('postgres', $progress), '', 'no progress is left');
	is($node->safe_psql('postgres', $slots), '0', 'no slot either');

	$refit = background($node, "CALL segment.refit('auto')");
	ok($node->poll_query_until('postgres', $progress, $is_told ? 'choosing k|4096|t' : 'fitting||t'), 'the choice of k');
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(pid) FROM segment.refit_progress');
	like($refit->(), qr/57P01|terminat|closed/, 'it is terminated');
	ok($node->poll_query_until('postgres', $slots, '0'), 'no slot is left after termination');
	is($node->safe_psql('postgres', "SELECT count(*) FROM segment.model_log WHERE outcome = 'running'"), '1', 'the table says that it runs');
	my $seen = "SELECT outcome, sqlstate, message, finished_at IS NULL, duration IS NULL FROM segment.fit_log WHERE model_name = 'auto' AND outcome <> 'succeeded'";
	my $ended = 'failed|57P01|the session ended before the refit was complete';
	is($node->safe_psql('postgres', $seen), "$ended|t|t", 'the log says that it failed');
	is($node->safe_psql('postgres', $progress), '', 'it is not shown as running');
	is($node->safe_psql('postgres', "SELECT needs_refit FROM segment.models WHERE model_name = 'auto'"), 't', 'the model needs a refit');
	is($node->safe_psql('postgres', "SELECT what, since IS NULL FROM segment.problems WHERE model_name = 'auto'"),
		'the last refit failed: the session ended before the refit was complete|f', 'and is a problem');
	is($node->safe_psql('postgres', $seen, extra_params => [ '-U', 'reader' ]), '', 'roles that the model is shared with do not see failures');
	$gatekeeper->query_safe('SELECT pg_advisory_unlock(77)');
	$gatekeeper->quit;
	$node->safe_psql('postgres', "CALL segment.refit('auto')");
	is($node->safe_psql('postgres', $seen), "$ended|f|t", 'the next refit does not change what the log says');
	is($node->safe_psql('postgres', "SELECT needs_refit FROM segment.models WHERE model_name = 'auto'"), 'f', 'and it ends the need');
	is($node->safe_psql('postgres', "SELECT count(*) FROM segment.problems WHERE model_name = 'auto'"), '0', 'and the problem');
	$node->safe_psql('postgres', "CALL segment.refit('m')");
	is($node->safe_psql('postgres', "SELECT outcome, rows FROM segment.fit_log ORDER BY fit_id DESC LIMIT 1"), 'succeeded|10000', 'the next one succeeds');
}

my $plain = new_node('plain', '');
my $is_told = $plain->pg_version >= 17;
my $node = new_node('progress', "shared_preload_libraries = 'segment'\n");
SKIP:
{
	skip 'this PostgreSQL has no background_psql with query_safe', 2 unless $node->can('background_psql');
	subtest 'preloaded' => sub { watch($node, 1) };
	subtest 'not preloaded' => sub { watch($plain, $is_told) };
}
$plain->stop;

# a slot ends with the transaction or subtransaction that took it
$node->safe_psql('postgres', <<'SQL');
CREATE VIEW failing AS SELECT i AS id, i % 7 AS x, 1 / (i - 5000) AS y FROM generate_series(1, 10000) i;
SELECT segment.create_model('failing', 'kmeans', 'failing', 'id', options => '{"k": 3}');
SQL
is(slots_after($node, "BEGIN; SELECT segment_internal.progress_stage(1, 'told');"), '1', 'a stage is shown');
is(slots_after($node, "SELECT segment.fit('failing');"), '0', 'an error in fit leaves no slot');
is(slots_after($node, "BEGIN; SAVEPOINT a; SELECT segment.fit('failing'); ROLLBACK TO a;"), '0', 'nor in a subtransaction');
is(slots_after($node, "BEGIN; SELECT segment_internal.progress_stage(1, 'told'); COMMIT;"), '0', 'no slot is left at the end of a transaction');
is(slots_after($node, "BEGIN; SAVEPOINT a; SAVEPOINT b; SELECT segment_internal.progress_stage(1, 'told'); RELEASE b; ROLLBACK TO a;"), '0',
	'nor a subtransaction that another was committed into');
is(slots_after($node, "BEGIN; SELECT segment_internal.progress_stage(1, 'told'); SAVEPOINT a; SELECT segment_internal.progress_stage(1, 'again'); ROLLBACK TO a;"), '1',
	'a later subtransaction takes nothing away');
is(slots_after($node, "BEGIN; SELECT segment_internal.progress_stage(1, 'told'); SELECT segment_internal.progress_stage(2, 'told'); SELECT segment_internal.progress_stage(NULL, NULL);"), '0',
	'a session has one slot');

# and so does the model's name in the notices of iterations
{
	my $err;
	$node->psql('postgres', "BEGIN; SAVEPOINT a; SELECT segment.fit('failing'); ROLLBACK TO a; SET segment.progress = on;
		SELECT length(segment.kmeans_fit(ARRAY[i % 7, i % 5], 3)) FROM generate_series(1, 1000) i;",
		stderr => \$err, on_error_stop => 0);
	like($err, qr/NOTICE:  k 3, iteration 1, inertia/, 'notices of a fit after a failed refit have no model name');
}

# settings are shown once the library is loaded
{
	my $shown = "SELECT string_agg(name || ' ' || (short_desc <> ''), ', ' ORDER BY name) FROM pg_settings WHERE name LIKE 'segment.%'";
	my $all = 'segment.fit_memory true, segment.min_cell_size true, segment.progress true';
	my $fresh = PostgreSQL::Test::Cluster->new('settings');

	$fresh->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
	$fresh->start;
	$fresh->safe_psql('postgres', 'CREATE EXTENSION segment; CREATE ROLE plain LOGIN');
	is($fresh->safe_psql('postgres', $shown), '', 'no setting before that');
	is($fresh->safe_psql('postgres', "LOAD 'segment'; $shown"), $all, 'LOAD');
	is($fresh->safe_psql('postgres', "SET segment.fit_memory = '5MB'; SELECT segment.cohort_label('2024-01-01'); SHOW segment.fit_memory"),
		"2024-01\n5MB", 'a call, which takes over what was set');
	$fresh->safe_psql('postgres', "ALTER DATABASE postgres SET session_preload_libraries = 'segment'");
	is($fresh->safe_psql('postgres', $shown, extra_params => [ '-U', 'plain' ]), $all, 'session_preload_libraries');
	$fresh->stop;
}

# rows that only workers read
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE points AS SELECT i AS id, i % 7 AS x, i % 5 AS y FROM generate_series(1, 10000) i;
CREATE FUNCTION slow(i integer) RETURNS integer LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS
'BEGIN IF i = 5000 THEN PERFORM pg_catalog.pg_sleep(600); END IF; RETURN i; END';
CREATE VIEW slowly AS SELECT id, slow(x + id - x) AS x, y FROM points;
SELECT segment.create_model('axes', 'pca', 'slowly', 'id');
SQL
my $parallel = background($node, (map { "SET $_" } 'parallel_setup_cost = 0', 'parallel_tuple_cost = 0', 'min_parallel_table_scan_size = 0',
	'max_parallel_workers_per_gather = 2', 'parallel_leader_participation = off'), "CALL segment.refit('axes')");
ok($node->poll_query_until('postgres', "SELECT stage, rows_read > 0, a.leader_pid = r.pid FROM segment.refit_progress r JOIN pg_stat_activity a ON a.wait_event = 'PgSleep' WHERE model_name = 'axes'",
	'reading and fitting|t|t'), 'rows read by workers are counted for the leader');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM segment.refit_progress WHERE model_name = 'axes'");
like($parallel->(), qr/57014/, 'the parallel refit is cancelled');

# iteration and inertia of a fit that takes long
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE much AS SELECT i AS id, random() AS a, random() AS b, random() AS c, random() AS d
FROM (SELECT setseed(0.42)) s, generate_series(1, 100000) i;
SELECT segment.create_model('much', 'kmeans', 'much', 'id', options => '{"k": 40, "n_init": 1, "init_method": "random"}');
SQL
my $began;
my $whole = 1000 * min(map { $began = time; $node->safe_psql('postgres', "CALL segment.refit('much')"); time - $began } 1 .. 2);
note(sprintf('the refit takes %.0f ms', $whole));
my $first = $node->safe_psql('postgres', "SELECT md5(segment.active_model('much'))");
my ($out, $err) = ('', '');
$began = time;
my $told = start([ 'psql', '-qXAt', '-d', $node->connstr('postgres'), '-c', "SET segment.progress = on", '-c', "CALL segment.refit('much')" ],
	'<', \undef, '>', \$out, '2>', \$err);
my $iteration = "SELECT k = 40 AND iteration > 0 AND inertia > 0 AND inertia < 'Infinity' FROM segment.refit_progress WHERE model_name = 'much'";
ok($node->poll_query_until('postgres', "SELECT COALESCE(($iteration), false)"), 'k, the iteration and a finite inertia are shown during the fit');
finish($told);
like($err, qr/NOTICE:  model "much": reading and fitting/, 'the client sees the stages');
like($err, qr/NOTICE:  model "much": k 40, iteration 1, inertia [1-9][0-9.e+]*$/m, 'and the first iteration immediately');
my @notices = $err =~ /NOTICE:  model "much": k 40/g;
cmp_ok(@notices, '<=', 2 + time - $began, 'then one a second at most');
is($node->safe_psql('postgres', "SELECT md5(segment.active_model('much'))"), $first, 'and notices do not change the model');

# while k is chosen, the view shows the k being tried
$node->safe_psql('postgres', qq{SELECT segment.create_model('most', 'kmeans', 'much', 'id', options => '{"k": "auto", "k_min": 20, "k_max": 40, "n_init": 1}')});
my $choice = background($node, "CALL segment.refit('most')");
ok($node->poll_query_until('postgres', "SELECT COALESCE((SELECT stage = 'choosing k' AND k BETWEEN 21 AND 40 AND iteration > 0 FROM segment.refit_progress WHERE model_name = 'most'), false)"),
	'the k being tried is shown');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(pid) FROM segment.refit_progress');
like($choice->(), qr/57014/, 'and the choice cancelled');

# a refit is cancelled within 100 ms at any time; on a busy machine its process may wait
# for the CPU, or the fit may end sooner than the timed one: three attempts
sub lateness
{
	my ($timeout) = @_;
	my ($out, $err, $late);

	$node->psql('postgres', qq{
		SET statement_timeout = $timeout;
		\\set ON_ERROR_STOP off
		SELECT extract(epoch FROM clock_timestamp()) AS began \\gset
		CALL segment.refit('much');
		RESET statement_timeout;
		SELECT round((extract(epoch FROM clock_timestamp()) - :began) * 1000 - $timeout)}, stdout => \$out, stderr => \$err);
	($late) = $out =~ /(-?\d+)\s*$/;
	return $err =~ /statement timeout/ ? $late : undef;
}
foreach my $share (.03, .1, .2, .35, .5, .7, .85)
{
	my $timeout = int($whole * $share) + 5;
	my $late = lateness($timeout);

	for (my $again = 0; $again < 2 && (!defined $late || $late > 100); $again++)
	{
		$timeout = int($timeout * .7) unless defined $late;
		$late = lateness($timeout);
	}
	ok(defined $late && $late <= 100, "a timeout after $timeout ms ends it within 100 ms more (" . ($late // 'it had ended') . ')');
}
is($node->safe_psql('postgres', "SELECT count(*) FROM segment.model_version WHERE model_name = 'much' AND model IS NOT NULL AND status NOT IN ('active', 'archived')"),
	'0', 'and leaves no version');
$node->stop;
done_testing();
