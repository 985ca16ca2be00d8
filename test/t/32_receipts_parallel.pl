# Receipts read by parallel workers: the same rows, errors and rights as without them.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('receipts_parallel');
$node->init;
$node->append_conf('postgresql.conf', q{
max_worker_processes = 8
max_parallel_workers = 8
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
search_path = 'public, segment'
});
$node->start;

# 60,000 lines of 3,000 customers: long ids, amounts of many sizes and scales, returns, lines without a receipt
# number, and receipts whose lines lie far apart, so that several processes read them
$node->safe_psql('postgres', q{
	CREATE EXTENSION segment;
	CREATE TABLE lines AS
	SELECT CASE WHEN c % 97 = 0 THEN repeat('é', c % 150) || c ELSE 'C' || lpad(c::text, 3 + c % 15, '0') END AS customer_id,
	       CASE WHEN h % 5 = 0 THEN NULL WHEN h % 41 = 0 THEN repeat('r', h % 300) || n ELSE lpad(n::text, 4 + h % 3, '0') END AS receipt_id,
	       CASE WHEN h % 4001 = 0 THEN make_date(1 + h % 9999, 1, 1) ELSE date '2015-01-01' + (n * 7) % 3000 END AS receipt_date,
	       CASE WHEN h % 701 = 0 THEN (h % 100 - 50)::numeric * 1e40
	            WHEN h % 503 = 0 THEN (h % 100000)::numeric / 7
	            WHEN h % 301 = 0 THEN ((h % 1000) - 500) * 92233720368.54775807
	            WHEN h % 11 = 0 THEN -((h % 20000)::numeric / 100)
	            ELSE round((h % 100000)::numeric / 1000, h % 9) END AS amount,
	       CASE h % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat('long ', 5) || h % 9 ELSE 'x' || h % 40 END AS region,
	       (h % 7)::numeric + CASE WHEN h % 811 = 0 THEN 1e30 ELSE 0 END AS quantity
	FROM (SELECT i, i % 20000 AS n, abs(hashint4(i % 20000) % 3000) AS c, abs(hashint4(i * 7 + 1)::bigint)::int AS h
	      FROM generate_series(1, 60000) AS i) AS g;
	INSERT INTO lines (customer_id, receipt_id, receipt_date, amount) VALUES ('', '1', '2020-01-01', 1), ('#', '1', '2020-01-01', 1),
		('X', '#', '2020-01-01', 1), (NULL, '1', '2020-01-01', 1), ('X', '1', NULL, 1), ('X', NULL, '2020-01-01', 0);
	CREATE TABLE numbers AS
	SELECT (i % 700)::bigint AS customer_id, (i % 20000)::int AS receipt_id, date '2018-01-01' + i % 1000 AS receipt_date,
	       (i % 1000)::numeric(10,2) AS amount, CASE i % 3 WHEN 0 THEN 'EUR' ELSE 'USD' END AS currency, i % 5 AS shop
	FROM generate_series(1, 40000) AS i;
	CREATE TABLE narrow AS SELECT customer_id, receipt_date, amount FROM numbers;
	CREATE TABLE rates AS SELECT * FROM (VALUES ('EUR', 1.0), ('USD', 0.9)) AS v(currency, rate);
	CREATE VIEW shuffled AS SELECT * FROM (SELECT * FROM lines OFFSET 0) AS l ORDER BY md5(l::text);
	ANALYZE});

# What a query returns with so many workers: the md5 of its rows, and the workers that took part.
sub answer
{
	my ($workers, $query, @settings) = @_;
	my ($stdout, $stderr);

	$node->psql('postgres', join(';', (map { "SET $_" } "max_parallel_workers_per_gather = $workers", 'segment.progress = on', @settings),
			"SELECT count(*) || ' ' || md5(string_agg(r::text, ';' ORDER BY r::text COLLATE \"C\")) FROM ($query) AS r"),
		stdout => \$stdout, stderr => \$stderr);
	my ($took_part) = $stderr =~ /, (\d+) parallel workers/;
	my ($lines) = $stderr =~ /receipts: (\d+) lines/;
	my ($fault) = $stderr =~ /ERROR: +(.*)/;
	my ($left_out) = $stderr =~ /lines left out: (.*)/;

	return (join(' | ', map { $_ // '' } $stdout, $lines, $fault, $left_out), $took_part // 0);
}

# The leader reads nothing, so that workers take part however late they start.
my $workers_alone = 'parallel_leader_participation = off';

sub same_rows
{
	my ($query) = @_;
	my ($wanted, $none) = answer(0, $query);

	is($none, 0, "$query: no worker");
	is((answer($_, $query))[0], $wanted, "$query: the same with the leader and $_ workers") for 1, 2;
	my ($got, $took_part) = answer(2, $query, $workers_alone);
	is($got, $wanted, "$query: the same with 2 workers alone");
	# the planner joins a few rates without workers
	cmp_ok($took_part, '>=', 1, "$query: workers took part") unless $query =~ /rates/;
	return;
}

same_rows("SELECT * FROM rfm('lines', '2022-12-31')");
same_rows("SELECT * FROM rfm('lines', '2022-12-31', since => '2020-01-01')");
same_rows("SELECT * FROM cohort_retention('lines', '2022-12-31')");
same_rows("SELECT * FROM cohort_retention('lines', '2022-12-31', 'year', by => 'region')");
same_rows("SELECT * FROM receipt_totals('lines', '2022-12-31')");
same_rows("SELECT * FROM receipt_features('lines', '2022-12-31')");
same_rows("SELECT * FROM rfm('narrow', '2022-12-31')");
same_rows("SELECT * FROM cohort_retention('narrow', '2022-12-31', 'quarter')");
same_rows("SELECT * FROM rfm('numbers', '2022-12-31', rates => 'rates')");
same_rows("SELECT * FROM rfm('numbers', '2022-12-31', currency => 'EUR')");
same_rows("SELECT * FROM cohort_retention('numbers', '2022-12-31', 'month', currency => 'USD', by => 'shop')");

# the leader has little memory, so that parts go to files while workers read
my ($wanted) = answer(0, "SELECT * FROM rfm('lines', '2022-12-31')");
for my $memory ('40MB', '12MB', '5MB')
{
	my ($got) = answer(2, "SELECT * FROM rfm('lines', '2022-12-31')", "segment.fit_memory = '$memory'");
	is($got, $wanted, "the same rows with $memory");
}

# a worker has more than its share, which the planner's rows did not tell: read again without workers
$node->safe_psql('postgres', q{
	CREATE TABLE many (customer_id text, receipt_date date, amount numeric);
	ALTER TABLE many SET (autovacuum_enabled = off);
	INSERT INTO many SELECT repeat('customer ', 9) || i, '2020-01-01', 1 FROM generate_series(1, 300000) AS i;
});
my ($all) = answer(0, "SELECT * FROM rfm('many', '2022-12-31')");
for my $memory ('220MB', '1GB')
{
	my ($again, $took_part) = answer(2, "SELECT * FROM rfm('many', '2022-12-31')", "segment.fit_memory = '$memory'", $workers_alone);

	is($again, $all, "many customers with $memory: the same rows");
	is($took_part > 0, $memory eq '1GB', "many customers with $memory: " . ($memory eq '1GB' ? 'read by workers' : 'read again without them'));
}

# ---- errors ----

$node->safe_psql('postgres', q{
	CREATE VIEW without_amount AS SELECT customer_id, receipt_date, nullif(amount, 7) AS amount FROM numbers;
	CREATE VIEW not_finite AS SELECT customer_id, receipt_date, CASE WHEN amount = 7 THEN 'NaN' ELSE amount END AS amount FROM numbers;
	CREATE VIEW divided AS SELECT customer_id, receipt_date, 1 / (amount - 7) AS amount FROM numbers;
	CREATE TABLE few_rates AS SELECT 'EUR' AS currency, 1.0 AS rate;
	CREATE VIEW thousands AS SELECT customer_id, receipt_date, amount, 'C' || receipt_id AS currency FROM numbers;
	CREATE FUNCTION seen(v numeric) RETURNS numeric LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS 'BEGIN RETURN v; END';
	CREATE VIEW calling AS SELECT customer_id, receipt_date, seen(amount) AS amount FROM numbers;
});
for my $call ("rfm('without_amount', '2022-12-31')", "rfm('not_finite', '2022-12-31')", "rfm('divided', '2022-12-31')",
	"rfm('numbers', '2022-12-31')", "rfm('numbers', '2022-12-31', rates => 'few_rates')", "rfm('thousands', '2022-12-31')",
	"rfm('numbers', '2022-12-31', currency => 'JPY')")
{
	my ($wanted) = answer(0, "SELECT * FROM $call");
	my ($got) = answer(2, "SELECT * FROM $call");

	like($wanted, qr/ \| .*[a-z]/, "$call fails");
	is($got, $wanted, "$call: the same error with workers");
}
my ($calling, $called) = answer(2, "SELECT * FROM rfm('calling', '2022-12-31')");
is($called, 0, 'a function that is unsafe in parallel: no workers');
is($calling, (answer(0, "SELECT * FROM rfm('narrow', '2022-12-31')"))[0], 'and the same rows');

# ---- rights ----

$node->safe_psql('postgres', q{
	CREATE ROLE reader;
	GRANT USAGE ON SCHEMA segment, segment_internal TO reader;
	CREATE TABLE guarded AS SELECT * FROM narrow;
	ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
	CREATE POLICY few ON guarded USING (customer_id < 10);
	GRANT SELECT ON guarded TO reader;
	ANALYZE guarded});
my ($guarded, $guards) = answer(2, "SELECT count(*) FROM rfm('guarded', '2022-12-31')", 'ROLE reader', $workers_alone);
like($guarded, qr/\| 579 \|/, 'row-level security holds in workers');
cmp_ok($guards, '>=', 1, 'where workers took part');
like((answer(2, "SELECT count(*) FROM rfm('narrow', '2022-12-31')", 'ROLE reader'))[0], qr/permission denied for table narrow/, 'no right to read');

# the aggregate is of no use to anybody else
for my $setup ('NULL', q{'\x00'}, q{decode(repeat('00', 40), 'hex')}, q{decode(repeat('00', 16) || '00000000' || '00000000' || '08000000' || '00000000', 'hex')})
{
	my ($refused) = answer(2, "SELECT segment_internal.receipts_engine($setup, customer_id, NULL::text, receipt_date, amount, NULL, NULL, NULL::text, NULL, NULL, NULL) FROM narrow");
	like($refused, qr/aggregate receipts_engine can only be called by functions of segment/, "called with $setup");
}

done_testing;
