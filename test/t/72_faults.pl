# kill -9 of a backend, of the postmaster and of both at random times during a refit and
# a publication: nothing is lost or incomplete, and there are never two active versions.
#
# SEGMENT_FAULTS sets the number of rounds, SEGMENT_SEED the times. A time is random within
# the duration of the last fit or publication. Afterwards the test determines what was
# killed: a fit whose log row is still running, or a publication that began and did not
# return.
use strict;
use warnings;
use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep time);

my $rounds = $ENV{SEGMENT_FAULTS} || 8;
my $k = $rounds > 20 ? 80 : 30;		# a fit of about a second where there is time
my $rows = 12000;
my $seed = srand($ENV{SEGMENT_SEED} || 42);
my $node = PostgreSQL::Test::Cluster->new('faults');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nautovacuum_naptime = 10s\n");
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]); }

# No clear clusters, so that a fit is slow; few rows, so that everything else is fast.
sql(<<SQL);
CREATE EXTENSION segment;
SELECT setseed(0.5);
CREATE TABLE points AS SELECT i AS id, random() * 100 AS x, random() * 100 AS y FROM generate_series(1, $rows) i;
SELECT segment.create_model('m', 'kmeans', 'points', 'id', options => '{"k": $k}');
SQL
my $refit = "CALL segment.refit('m');";
my $publish = "CALL segment.publish('{m}', 'public.mart', clock_timestamp());";
my %takes;

# A complete refit and publication; their durations set the range of the kill times.
sub work
{
	my $begin = time;
	sql($refit);
	my $between = time;
	sql($publish);
	%takes = (refit => $between - $begin, publish => time - $between);
}

# The faults found, compared with the previous publication in the table `before`.
my $check = <<SQL;
SELECT concat_ws(', ',
    CASE WHEN (SELECT count(*) FROM segment.model_version WHERE status = 'active') <> 1 THEN 'active versions' END,
    CASE WHEN (SELECT count(*) FROM segment.model_version WHERE status <> 'failed' AND segment.model_info(model) IS NULL) <> 0 THEN 'half a version' END,
    CASE WHEN (SELECT max(version) FROM segment.model_version WHERE status = 'active')
              <> (SELECT max(version) FROM segment.model_log WHERE outcome = 'succeeded') THEN 'the log and the active version' END,
    CASE WHEN (SELECT count(*) FROM mart) <> $rows OR (SELECT count(DISTINCT cluster_version) FROM mart) <> 1 THEN 'half a publication' END,
    CASE WHEN EXISTS (SELECT FROM mart t FULL JOIN (SELECT * FROM mart_history WHERE valid_to IS NULL) h USING (id)
                      WHERE (t.cluster_id, t.distance, t.cluster_version, t.assigned_at)
                            IS DISTINCT FROM (h.cluster_id, h.distance, h.cluster_version, h.valid_from)) THEN 'history' END,
    CASE WHEN EXISTS (SELECT FROM (SELECT id, cluster_id, cluster_version FROM mart EXCEPT SELECT id, cluster_id, cluster_version FROM before) d)
         AND EXISTS (SELECT FROM mart t JOIN points p USING (id) JOIN segment.model_version v ON v.version = t.cluster_version
                     WHERE t.cluster_id <> segment.kmeans_assign(v.model, ARRAY[p.x, p.y])) THEN 'neither old nor new' END)
SQL

# Without a query on stdin: psql may find no server, and exit before the query is written.
sub accepts
{
	my ($out, $err);
	return IPC::Run::run([ 'psql', '-XAt', '-d', $node->connstr('postgres'), '-c', 'SELECT true' ], '<', \undef, '>', \$out, '2>', \$err);
}

# Kill, and wait until the server accepts connections again.
sub kill_and_recover
{
	my ($victim, $backend, $session) = @_;
	my $offset = -s $node->logfile;
	if ($victim eq 'backend')
	{
		kill 'KILL', $backend;
		eval { finish($session) };
		# until the postmaster notices the crash, new connections are terminated
		$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
		usleep(50_000) until accepts();
		return;
	}
	$node->kill9;
	kill 'KILL', $backend if $victim eq 'both';
	# a backend without a postmaster continues until it checks for one, and holds the shared memory
	eval { finish($session) };
	my $tries = 0;
	until ($node->start(fail_ok => 1) || $tries++ > 100)
	{
		undef $node->{_pid};	# of the stale file
		usleep(100_000);
	}
}

work();
sql('CREATE TABLE before AS SELECT * FROM mart');
my (%hits, @faults);
foreach my $round (1 .. $rounds)
{
	sql("TRUNCATE before; INSERT INTO before SELECT * FROM mart; DELETE FROM mart_history WHERE valid_to IS NOT NULL;
		UPDATE points SET x = mod((x + $round)::numeric, 100) WHERE id % 3 = $round % 3");
	my ($in, $out, $err) = ("SELECT pg_backend_pid();\n\\echo ready\n", '', '');
	my $session = start([ 'psql', '-qXAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err);
	$session->pump until $out =~ /(\d+)\nready/;
	my ($backend) = $out =~ /(\d+)\nready/;
	$in .= "$refit\n\\echo fitted\n$publish\n\\echo published\n";
	$session->pump_nb;
	my $victim = (qw(backend backend backend postmaster both))[ rand 5 ];
	usleep(1e6 * (rand() < 0.6 ? rand($takes{refit}) : $takes{refit} + rand($takes{publish})));
	kill_and_recover($victim, $backend, $session);

	my $point = sql("SELECT count(*) FROM segment.model_log WHERE outcome = 'running'") ? 'in the fit'
	  : $out !~ /fitted/ ? 'between transactions' : $out !~ /published/ ? 'in the publication' : 'after both';
	$hits{"$victim, $point"}++;
	my $faults = sql($check);
	push @faults, "round $round ($victim, $point): $faults" if $faults ne '';

	# the next refit repairs the log, and works
	work();
	push @faults, "round $round: a running row is left"
	  if sql("SELECT count(*) FROM segment.model_log WHERE outcome = 'running'") ne '0';
}
note("$rounds rounds, seed $seed, k $k; a fit takes $takes{refit} s, a publication $takes{publish} s");
note("$hits{$_} x $_") foreach sort keys %hits;
my $fits = 0;
$fits += $hits{$_} foreach grep { /in the fit/ } keys %hits;
is(join("\n", @faults), '', "$rounds kills: nothing lost, incomplete or duplicated");
is(sql("SELECT count(*) FROM segment.fit_log WHERE outcome = 'failed' AND sqlstate = '57P01'"), $fits, "the $fits fits that were killed are logged as failed");
is(sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
$node->stop;
done_testing();
