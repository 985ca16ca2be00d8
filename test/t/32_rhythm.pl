# Rhythm and triggers on the public data of the reference folder. The figures were computed by R
# and Python scripts from the formulas of src/rhythm/rhythm.h.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, 'SET extra_float_digits = 0; ' . $_[0]); }
Shop::load_cdnow($node);
Shop::load_retail($node);

# one row for each customer, with gaps in days in their order
Shop::run($node, <<'SQL');
CREATE TABLE data (name text, as_of date, receipts regclass);
INSERT INTO data VALUES ('cdnow', '1998-06-30', 'cdnow_receipts'), ('retail', '2011-05-31', 'retail_receipts');
CREATE TABLE days AS SELECT DISTINCT 'cdnow' AS name, customer_id, receipt_date::date AS day FROM cdnow_receipts
    UNION ALL SELECT DISTINCT 'retail', customer_id, receipt_date::date FROM retail_receipts WHERE customer_id IS NOT NULL;
CREATE TABLE shoppers AS
SELECT name, customer_id, max(day) AS last, COALESCE(array_agg(gap ORDER BY day) FILTER (WHERE gap IS NOT NULL), '{}') AS gaps
FROM (SELECT *, (day - lag(day) OVER (PARTITION BY name, customer_id ORDER BY day))::float8 AS gap FROM days) d GROUP BY 1, 2;
CREATE TABLE models AS SELECT name, segment.rhythm_fit(gaps) AS model FROM shoppers GROUP BY name;
SQL

# |got / want - 1| <= 1e-8, or the last digit that is printed
sub near
{
	my ($got, $want, $what) = @_;
	my $digits = $want =~ /\.(\d+)/ ? length $1 : 0;
	my $tolerance = abs($want) * 1e-8;
	$tolerance = 0.51 * 10**-$digits if 0.51 * 10**-$digits > $tolerance;
	ok(abs($got - $want) <= $tolerance, "$what: $got, $want");
	return;
}

my %parameters = (
	cdnow => [ 23570, 11516, 44021, '3.8261029177', '0.6043552706', '1.4739834007', '0.07513638', '1.51062502' ],
	retail => [ 2718, 1336, 4004, '3.3965240646', '0.5355742411', '0.7896324632', '0.14006334', '1.33964270' ]);
my @names = qw(customers customers_with_gaps gaps mu tau2 sigma2 q_.50 q_.95);
foreach my $data (sort keys %parameters)
{
	my @got = split /\|/, rows("SELECT p.* FROM models, segment.rhythm_parameters(model) p WHERE name = '$data'");
	near($got[$_], $parameters{$data}[$_], "$data: $names[$_]") foreach 0 .. $#names;
}

# expected_gap_days and lapse_after_days of single customers
my %customers = (
	'cdnow 00001' => [ '51.132631', '405.000000' ], 'cdnow 00003' => [ '46.499589', '297.580577' ], 'cdnow 00005' => [ '33.002536', '201.961753' ],
	'cdnow 19339' => [ '2.020417', '11.975789' ], 'cdnow 14048' => [ '2.706710', '15.542434' ], 'retail 12347' => [ '51.184536', '171.591137' ],
	'retail 14646' => [ '5.668326', '16.909592' ], 'retail 18102' => [ '16.381718', '50.565386' ]);
foreach my $customer (sort keys %customers)
{
	my ($data, $id) = split / /, $customer;
	my @got = split /\|/, rows("SELECT d.expected_gap_days, d.lapse_after_days FROM shoppers JOIN models USING (name), segment.rhythm_details(model, gaps, 0) d WHERE name = '$data' AND customer_id = '$id'");
	near($got[$_], $customers{$customer}[$_], "$customer: " . qw(expected limit) [$_]) foreach 0 .. 1;
}

is(rows(<<'SQL'), "cdnow|15335\nretail|381", 'customers silent beyond their limit');
SELECT name, count(*) FROM shoppers JOIN models USING (name) JOIN data USING (name), segment.rhythm_details(model, gaps, as_of - last) d WHERE d.is_lapsed GROUP BY 1 ORDER BY 1
SQL

# ---- false alarms: each completed gap, judged by the gaps before it ----
my $alarms = rows(<<'SQL');
WITH judged AS (
    SELECT name, j - 1 AS earlier, d.is_lapsed
    FROM shoppers JOIN models USING (name), generate_series(2, cardinality(gaps)) j, segment.rhythm_details(model, gaps[1:j - 1], gaps[j]) d)
SELECT name, c.class, count(*), round(avg(is_lapsed::int), 4)
FROM judged, LATERAL (VALUES ('0 all'), (CASE WHEN earlier < 3 THEN '1 ' || earlier WHEN earlier < 5 THEN '2 3-4' WHEN earlier < 10 THEN '3 5-9' WHEN earlier < 20 THEN '4 10-19' ELSE '5 20+' END)) c(class)
GROUP BY 1, 2 ORDER BY 1, 2
SQL
note("gaps beyond the limit of the gaps before, nominal 5 %:\n$alarms");
my %wanted_alarms = (cdnow => '0.0387', retail => '0.0439');
foreach (split /\n/, $alarms)
{
	my ($data, $class, $n, $share) = split /\|/;
	if ($class eq '0 all')
	{
		is($share, $wanted_alarms{$data}, "$data: share of false alarms");
		cmp_ok($share, '>=', 0.03, "$data: not below 3 %");
		cmp_ok($share, '<=', 0.06, "$data: not above 6 %");
	}
	else { cmp_ok($share, '<=', 0.07, "$data: with $class earlier gaps at most 7 %, $n gaps"); }
}
is(scalar(split(/\n/, $alarms)), 14, 'all classes of earlier gaps');
# what a limit of one's own quantile would do: why there is a model
is(rows(<<'SQL'), "cdnow|0.1963\nretail|0.1557", 'the 95 % quantile of one\'s own gaps gives four times as many false alarms');
SELECT name, round(avg((gaps[j] > q)::int), 4)
FROM shoppers, generate_series(4, cardinality(gaps)) j, LATERAL (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY g) AS q FROM unnest(gaps[1:j - 1]) g) o
GROUP BY 1 ORDER BY 1
SQL

# ---- triggers of the last 30 days ----
is(rows(<<'SQL'), <<'WANTED' =~ s/\n\z//r, 'triggers of the last 30 days');
SELECT name, trigger, CASE WHEN trigger ~ '_purchase' THEN evidence END, count(*) FROM data, segment.triggers(receipts, as_of, 30) t
WHERE trigger ~ '_purchase|lapsed|returned' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
SQL
cdnow|lapsed||337
cdnow|nth_purchase|purchase 10|86
cdnow|nth_purchase|purchase 5|174
cdnow|returned||244
cdnow|second_purchase|purchase 2|93
retail|first_purchase|purchase 1|280
retail|lapsed||161
retail|nth_purchase|purchase 10|26
retail|nth_purchase|purchase 5|101
retail|returned||60
retail|second_purchase|purchase 2|271
WANTED
is(rows(<<'SQL'), "cdnow|1955|1955\nretail|1324|1324", 'days of purchase in these days, each found as some n-th purchase');
SELECT name, (SELECT count(*) FROM days d WHERE d.name = a.name AND day > as_of - 30),
    (SELECT sum((SELECT count(*) FROM segment.trigger_purchase(receipts, as_of, 30, jsonb_build_object('purchases', p))))
     FROM (SELECT jsonb_agg(i) AS p FROM generate_series(1, 300) i GROUP BY i / 100) g)
FROM data a ORDER BY 1
SQL

done_testing();
