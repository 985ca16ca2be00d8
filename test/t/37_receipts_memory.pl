# The memory of the functions that read receipts: segment.fit_memory and a tenth, whatever the number
# of customers, and however large work_mem is. The memory is read from /proc while the call runs.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use Test::More;
use Time::HiRes qw(usleep);

plan skip_all => 'the memory of a process is read from /proc, which this system does not have' unless -r '/proc/self/status';

my $limit_mb = 64;
my $node = PostgreSQL::Test::Cluster->new('receipts_memory');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\njit = off\nmax_parallel_workers_per_gather = 0\nwork_mem = '1GB'\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION segment;
	CREATE TABLE large AS SELECT 'C' || lpad((i % 600000)::text, 8, '0') AS customer_id, i AS receipt_id, date '2020-01-01' + i / 7 % 900 AS receipt_date, i % 997 / 4.0 AS amount, 'P' || i % 5000 AS product_id
	FROM generate_series(1, 1200000) i;
	CREATE TABLE small AS SELECT * FROM large LIMIT 10});

# memory of the process in kB that is no file and not shared
sub memory
{
	my ($pid) = @_;
	open(my $file, '<', "/proc/$pid/status") or return 0;
	my ($kb) = join('', <$file>) =~ /RssAnon:\s+(\d+)/;
	close $file;
	return $kb // 0;
}

foreach my $function (qw(rfm cohort_retention receipt_totals receipt_features))
{
	my $call = "SELECT count(*) FROM segment.$function('%s', '2024-12-31');\n";
	my ($in, $out, $err) = ("SELECT pg_backend_pid();\nSET segment.fit_memory = '${limit_mb}MB';\n", '', '');
	my $session = IPC::Run::start([ 'psql', '-qXAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(180));
	# code, catalogs and plans are there after a call with few receipts
	$in .= sprintf($call, 'small') . "SELECT count(*) FROM large;\n\\echo ready\n";
	$session->pump until $out =~ /ready/;
	my ($pid) = $out =~ /^(\d+)/;
	my ($before, $peak) = (memory($pid)) x 2;
	$in .= 'SET segment.progress = on;' . sprintf($call, 'large') . "\\echo over\n";
	while ($out !~ /over/ && $err !~ /ERROR/)
	{
		$session->pump_nb;
		my $now = memory($pid);
		$peak = $now if $now > $peak;
		usleep(2000);
	}
	$in .= "\\q\n";
	$session->finish;
	my ($use) = $err =~ /receipts: (.*)/;
	like($err, qr/ [1-9]\d* parts and /, "$function: parts went to files") or diag("$out $err");
	my $grown = ($peak - $before) / 1024;
	cmp_ok($grown, '<=', 1.1 * $limit_mb, sprintf('%s: %.1f MB, and %d are allowed', $function, $grown, $limit_mb));
	note($use // '');
}
$node->stop;
done_testing();
