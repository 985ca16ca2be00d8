# kill -9 of a backend and of the postmaster at random points of refit and publish:
# nothing lost, nothing half, never two active versions. SEGMENT_FAULTS sets the
# number of rounds, SEGMENT_SEED the points.
use strict;
use warnings;
use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep time);

my $rounds = $ENV{SEGMENT_FAULTS} || 8;
my $seed = srand($ENV{SEGMENT_SEED} || 42);
my $node = PostgreSQL::Test::Cluster->new('faults');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\n");
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]); }

sql(<<'SQL');
CREATE EXTENSION segment;
CREATE TABLE points AS
SELECT i AS id, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y FROM generate_series(1, 4000) i;
SELECT segment.create_model('m', 'kmeans', 'points', 'id', options => '{"k": 4, "n_init": 2}');
CALL segment.refit('m');
CALL segment.publish('{m}', 'public.mart', clock_timestamp());
CREATE TABLE before AS SELECT * FROM mart;
SQL
my $work = "CALL segment.refit('m'); CALL segment.publish('{m}', 'public.mart', clock_timestamp());";
my $begin = time;
sql($work);
my $duration = time - $begin;

my (%hits, @faults);
foreach my $round (1 .. $rounds)
{
	sql("TRUNCATE before; INSERT INTO before SELECT * FROM mart;
		UPDATE points SET x = x + ($round * id) % 7 WHERE id % 3 = $round % 3");
	my ($in, $out, $err) = ("SELECT pg_backend_pid();\n\\echo ready\n", '', '');
	my $session = start([ 'psql', '-qXAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err);
	$session->pump until $out =~ /(\d+)\nready/;
	my ($backend) = $out =~ /(\d+)\nready/;
	$in .= "$work\n\\echo done\n";
	$session->pump_nb;
	usleep(rand(1.1 * $duration) * 1e6);
	my $victim = rand() < 0.7 ? 'backend' : 'postmaster';
	if ($victim eq 'backend')
	{
		my $offset = -s $node->logfile;
		kill 'KILL', $backend;
		eval { finish($session) };
		# until the postmaster notices, a new connection would only be thrown out again
		$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
		$node->poll_query_until('postgres', 'SELECT true') or die 'no recovery';
	}
	else
	{
		$node->kill9;
		eval { finish($session) };
		# orphaned backends hold the shared memory for a moment
		my $tries = 0;
		until ($node->start(fail_ok => 1) || $tries++ > 100)
		{
			undef $node->{_pid};	# of the stale file
			usleep(100_000);
		}
	}

	my $running = sql("SELECT count(*) FROM segment.model_log WHERE outcome = 'running'");
	my $published = sql("SELECT count(*) FROM mart EXCEPT SELECT count(*) FROM before") ne '' || sql(<<'SQL') ne '0';
SELECT count(*) FROM (SELECT id, cluster_version, assigned_at FROM mart EXCEPT SELECT id, cluster_version, assigned_at FROM before) d
SQL
	$hits{ $victim . ($running ? ', in refit' : $published ? ', after publish' : ', between or in publish') }++;
	my $faults = sql(<<'SQL');
SELECT concat_ws(', ',
    CASE WHEN (SELECT count(*) FROM segment.model_version WHERE status = 'active') <> 1 THEN 'active versions' END,
    CASE WHEN (SELECT count(*) FROM segment.model_version WHERE status <> 'failed' AND segment.model_info(model) IS NULL) <> 0 THEN 'half a version' END,
    CASE WHEN (SELECT max(version) FROM segment.model_version WHERE status = 'active')
              <> (SELECT max(version) FROM segment.model_log WHERE outcome = 'succeeded') THEN 'the log and the active version' END,
    CASE WHEN (SELECT count(*) FROM mart) <> 4000 OR (SELECT count(DISTINCT cluster_version) FROM mart) <> 1 THEN 'half a publication' END,
    CASE WHEN EXISTS (SELECT FROM mart t FULL JOIN (SELECT * FROM mart_history WHERE valid_to IS NULL) h USING (id)
                      WHERE (t.cluster_id, t.distance, t.cluster_version, t.assigned_at)
                            IS DISTINCT FROM (h.cluster_id, h.distance, h.cluster_version, h.valid_from)) THEN 'history' END,
    CASE WHEN EXISTS (SELECT FROM (SELECT id, cluster_id, cluster_version FROM mart EXCEPT SELECT id, cluster_id, cluster_version FROM before) d)
         AND EXISTS (SELECT FROM mart t JOIN points p USING (id) JOIN segment.model_version v ON v.version = t.cluster_version
                     WHERE t.cluster_id <> segment.kmeans_assign(v.model, ARRAY[p.x, p.y])) THEN 'neither old nor new' END)
SQL
	push @faults, "round $round ($victim): $faults" if $faults ne '';

	# the next refit repairs the log, and works
	sql($work);
	my $left = sql("SELECT count(*) FROM segment.model_log WHERE outcome = 'running'");
	push @faults, "round $round: a running row is left" if $left ne '0';
	my $ended = sql("SELECT count(*) FROM segment.fit_log WHERE sqlstate = '57P01'");
	$hits{'repaired as failed'} = $ended;
}
note("$rounds rounds, seed $seed, work takes $duration s");
note("$_: $hits{$_}") foreach sort keys %hits;
is(join("\n", @faults), '', "$rounds kills: nothing lost, half or doubled");
is(sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
$node->stop;
done_testing();
