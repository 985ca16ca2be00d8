# forecast_segments on generated shops that do not change: segments over time forecast the next year without bias,
# those of today do not.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir(CLEANUP => 1);
my $node = PostgreSQL::Test::Cluster->new('shops');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION segment;
	CREATE TABLE headers (mandt text, vbeln text, fkart text, fktyp text, vbtyp text, waerk text, vkorg text, vtweg text, bukrs text, fkdat date,
		valdt text, netwr numeric, erdat text, ernam text, kunrg text, kunag text, land1 text, sfakn text, fksto text);
	CREATE TABLE shoppers (mandt text, customer_id text, behaviour text, currency text, lapses_on text, odd text, one_time text, frequency int,
		last_receipt text, amount numeric);
	CREATE TABLE result (seed int, segment text, actual numeric, by_then float8, by_now float8)});

# A shop that does not change: those who began in the first year and never stop, from the second year on.
# A customer is active who bought in the last 61 days.
foreach my $seed (1 .. 4)
{
	system($ENV{SEGMENT_GENERATOR}, "$dir/$seed", 'customers=1500', 'months=72', "seed=$seed") == 0 or die 'no exports';
	$node->safe_psql('postgres', <<"SQL");
TRUNCATE headers, shoppers;
\\copy headers FROM '$dir/$seed/VBRK.csv' CSV HEADER
\\copy shoppers FROM '$dir/$seed/truth/customers.csv' CSV HEADER
ANALYZE headers, shoppers;
CREATE TABLE receipts AS
SELECT kunag AS customer_id, vbeln AS receipt_id, fkdat AS receipt_date, CASE vbtyp WHEN 'O' THEN -netwr ELSE netwr END AS amount
FROM headers WHERE mandt = '100' AND waerk = 'EUR' AND vbtyp IN ('M', 'P', 'O') AND fksto IS NULL AND fkdat >= '2021-01-01' AND kunag IN (
	SELECT kunag FROM headers JOIN shoppers s ON s.mandt = headers.mandt AND s.customer_id = kunag
	WHERE behaviour IN ('regular', 'returner', 'big ticket') AND odd IS NULL GROUP BY 1 HAVING min(fkdat) < '2021-01-01');
CREATE TABLE history AS
SELECT customer_id, CASE WHEN last_bought > as_of - 61 THEN 'active' ELSE 'sleeping' END AS segment, as_of AS valid_from,
	lead(as_of) OVER (PARTITION BY customer_id ORDER BY as_of) AS valid_to
FROM (SELECT customer_id, as_of, max(receipt_date) FILTER (WHERE amount > 0 AND receipt_date <= as_of) AS last_bought
	FROM receipts, LATERAL (SELECT (date '2021-01-01' + make_interval(months => i))::date - 1 AS as_of FROM generate_series(2, 60) i) m GROUP BY 1, 2) c;
ANALYZE receipts, history;
CREATE VIEW today AS SELECT customer_id, segment FROM history WHERE valid_from = '2024-12-31';
INSERT INTO result
SELECT $seed, segment, a.amount, t.forecast, n.forecast
FROM (SELECT h.segment, sum(r.amount) AS amount FROM receipts r JOIN history h ON h.customer_id = r.customer_id AND h.valid_from < date_trunc('month', receipt_date)
		AND (h.valid_to IS NULL OR h.valid_to >= date_trunc('month', receipt_date)) WHERE receipt_date >= '2025-01-01' GROUP BY 1) a
	FULL JOIN (SELECT segment, sum(forecast) AS forecast FROM segment.forecast_segments('receipts', '2024-12-31', 12, 'history') WHERE NOT is_total GROUP BY 1) t USING (segment)
	FULL JOIN (SELECT segment, sum(forecast) AS forecast FROM segment.forecast_segments('receipts', '2024-12-31', 12, 'today', 'now') WHERE NOT is_total GROUP BY 1) n USING (segment);
DROP TABLE receipts, history CASCADE;
SQL
}
note("seed|segment|next year|by then, %|by now, %\n" . $node->safe_psql('postgres', q{
	SELECT COALESCE(seed::text, 'all'), COALESCE(segment, 'whole'), round(sum(actual)), round((100 * (sum(by_then) / sum(actual) - 1))::numeric, 1),
		round((100 * (sum(by_now) / sum(actual) - 1))::numeric, 1)
	FROM result GROUP BY CUBE (seed, segment) ORDER BY seed, segment}));
is($node->safe_psql('postgres', q{SELECT count(*), count(DISTINCT segment), bool_and(actual > 0 AND by_then > 0 AND by_now > 0) FROM result}), '8|2|t', 'each shop has two segments');
is($node->safe_psql('postgres', q{SELECT bool_and(abs(bias) < 0.05) FROM (SELECT sum(by_then) / sum(actual) - 1 AS bias FROM result GROUP BY ROLLUP (segment)) s}),
	't', 'segments over time are forecast within 5 %, and so is the whole');
is($node->safe_psql('postgres', q{SELECT bool_and(abs(bias) > 0.15) FROM (SELECT sum(by_now) / sum(actual) - 1 AS bias FROM result GROUP BY segment) s}),
	't', 'those of today are biased by more than 15 %');

done_testing();
