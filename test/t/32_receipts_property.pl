# One set of rows for each function that reads receipts: whatever the order of the lines, the kind
# of relation, the number of workers and the memory, and the same as plain SQL gives.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('receipts_property');
$node->init;
$node->append_conf('postgresql.conf', q{
fsync = off
autovacuum = off
jit = off
min_parallel_table_scan_size = 0
min_parallel_index_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
});
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }

# 24,000 lines of 8,000 receipt numbers, whose lines are 8,000 lines apart; each kind of id, amount
# and date that is hard to read
sql(<<'SQL');
CREATE EXTENSION segment;
CREATE FUNCTION h(i integer, k integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || substr(md5(i || '/' || k), 1, 7))::bit(28)::integer $$;
CREATE TABLE base AS
SELECT i AS line,
       CASE c % 23
            WHEN 0 THEN CASE WHEN c % 299 > 0 THEN repeat('k', c % 299 - 1) || (c % 10) END
            WHEN 1 THEN 'T' || c || repeat(' ', h(i, 3) % 3)
            WHEN 2 THEN CASE WHEN h(i, 3) % 2 = 0 THEN 'Ä' ELSE 'ä' END || c
            WHEN 3 THEN CASE WHEN c % 2 = 0 THEN (ARRAY['', ' ', '#', '  '])[1 + h(i, 3) % 4] ELSE '#' || c END
            WHEN 4 THEN lpad(c::text, 13 + c % 5, '0')
            ELSE c::text END AS customer_id,
       CASE WHEN r % 5 = 0 THEN NULL WHEN r % 41 = 0 THEN repeat('r', h(r, 4) % 300) || r WHEN h(i, 4) % 997 = 0 THEN '#' ELSE r::text END AS receipt_id,
       CASE WHEN h(i, 5) % 2003 = 0 THEN NULL
            WHEN r % 2000 = 1 THEN make_timestamp(1 + h(r, 5) % 9999, 1 + h(r, 6) % 12, 28, 23, 59, 59.999999)
            ELSE timestamp '2015-01-01' + h(r, 5) % 3000 * interval '1 day' + h(i, 5) % 86400 * interval '1 second'
                 + CASE WHEN h(i, 6) % 10 = 0 THEN h(i, 7) % 40 ELSE 0 END * interval '1 day' END AS receipt_date,
       CASE h(i, 8) % 40
            WHEN 0 THEN (h(i, 9) % 100 - 50) * 1e40
            WHEN 1 THEN (h(i, 9) % 100000)::numeric / 7 + 1e-30
            WHEN 2 THEN (h(i, 9) % 1000 - 500) * 92233720368.54775807
            WHEN 3 THEN 0.00
            WHEN 4 THEN -92233720368.54775808
            WHEN 5 THEN round((h(i, 9) % 1000)::numeric / 3, 18)
            ELSE CASE WHEN h(i, 8) % 7 = 0 THEN -1 ELSE 1 END * round((h(i, 9) % 100000)::numeric / 1000, h(i, 9) % 9) END AS amount,
       (ARRAY['EUR', 'USD', 'JPY'])[1 + h(i, 10) % 3] AS currency,
       CASE WHEN h(i, 11) % 13 > 0 THEN h(i, 11) % 40 / 4.0 - 1 END AS quantity,
       CASE WHEN h(i, 12) % 3 = 0 THEN round((h(i, 12) % 500)::numeric / 101, 4) END AS discount,
       CASE WHEN h(i, 13) % 19 > 0 THEN CASE WHEN h(i, 13) % 11 = 0 THEN repeat('p', 20) ELSE 'P' END || h(i, 13) % 40 END AS product_id,
       CASE h(i, 14) % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat('long ', 5) || h(i, 14) % 2 ELSE 'x' || h(i, 14) % 6 END AS region
FROM (SELECT i, i % 8000 AS r, h(i % 8000, 1) % 700 + (h(i, 2) % 50 = 0)::integer AS c FROM generate_series(1, 24000) i) g;
CREATE TABLE rates (currency text, rate numeric, valid_from date);
INSERT INTO rates VALUES ('EUR', 1, NULL), ('USD', 0.9134567891, '-infinity'), ('USD', 0.95, '2018-06-15'), ('JPY', 0.0061, '0001-01-01'), ('JPY', 1e-9, '2021-12-31'), ('CHF', 7, NULL);

-- each kind of relation, in several orders
CREATE TABLE shuffled AS SELECT * FROM base ORDER BY md5(line::text);
CREATE TABLE by_receipt AS SELECT * FROM base ORDER BY receipt_id COLLATE "C", customer_id COLLATE "C", line;
CREATE TABLE by_date AS SELECT * FROM base ORDER BY receipt_date DESC, line;
CREATE TABLE parted (LIKE base) PARTITION BY HASH (customer_id, line);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted TABLE shuffled;
CREATE VIEW a_view AS SELECT region, product_id, discount, quantity, currency, amount, receipt_date, receipt_id::varchar(400), customer_id::varchar(400) FROM by_date;
CREATE MATERIALIZED VIEW a_matview AS TABLE by_receipt;
CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE collated (LIKE base);
ALTER TABLE collated ALTER customer_id TYPE text COLLATE no_case, ALTER receipt_id TYPE text COLLATE no_case, ALTER region TYPE text COLLATE no_case,
	ALTER currency TYPE text COLLATE no_case, ALTER product_id TYPE text COLLATE no_case;
INSERT INTO collated TABLE base;
ANALYZE;
SQL
my @relations = qw(base shuffled by_receipt by_date parted a_view a_matview collated a_temp);
my ($no_fdw) = $node->psql('postgres', q{
	CREATE EXTENSION postgres_fdw;
	CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '} . $node->host . q{', port '} . $node->port . q{', dbname 'postgres');
	CREATE USER MAPPING FOR CURRENT_USER SERVER loop;
	CREATE FOREIGN TABLE a_foreign (line integer, customer_id text, receipt_id text, receipt_date timestamp, amount numeric, currency text,
		quantity numeric, discount numeric, product_id text, region text) SERVER loop OPTIONS (table_name 'shuffled')});
push @relations, 'a_foreign' unless $no_fdw;

# ---- what should come out, in plain SQL ----

sql(<<'SQL');
CREATE VIEW used AS
SELECT l.*, l.amount * r.rate AS value, l.discount * r.rate AS money_off,
       CASE WHEN receipt_id IS NULL THEN 'line ' || line ELSE 'number ' || receipt_id END COLLATE "C" AS receipt
FROM base l CROSS JOIN LATERAL (SELECT rate FROM rates r WHERE r.currency = l.currency AND coalesce(r.valid_from, '-infinity') <= l.receipt_date::date
                                ORDER BY coalesce(r.valid_from, '-infinity') DESC LIMIT 1) r
WHERE btrim(customer_id) NOT IN ('', '#') AND coalesce(btrim(receipt_id), 'x') NOT IN ('', '#') AND receipt_date::date <= '2022-12-31';
CREATE VIEW receipt AS
SELECT customer_id, receipt, bool_or(receipt_id IS NULL) AS no_number, min(receipt_date)::date AS day, min(receipt_date) AS at, sum(value) AS total,
       coalesce(sum(quantity), 0) AS quantity, count(*) AS lines
FROM used GROUP BY 1, 2;
CREATE VIEW wanted_totals (customer_id, day, receipts, sales, net) AS
SELECT customer_id, day, count(*) FILTER (WHERE total >= 0), sum(total) FILTER (WHERE total >= 0), sum(total)
FROM receipt GROUP BY customer_id, day, CASE WHEN NOT no_number THEN receipt END;

CREATE VIEW wanted_rfm AS
WITH customer AS (
    SELECT customer_id, date '2022-12-31' - max(day) FILTER (WHERE total >= 0) AS recency, count(*) FILTER (WHERE total >= 0) AS frequency, sum(total) AS monetary
    FROM receipt GROUP BY 1
), cuts AS (
    SELECT percentile_cont('{0.2,0.4,0.6,0.8}'::float8[]) WITHIN GROUP (ORDER BY recency::float8) AS r, percentile_cont('{0.2,0.4,0.6,0.8}'::float8[]) WITHIN GROUP (ORDER BY frequency::float8) AS f,
           percentile_cont('{0.2,0.4,0.6,0.8}'::float8[]) WITHIN GROUP (ORDER BY monetary::float8) AS m
    FROM customer WHERE frequency > 0
)
SELECT customer_id, recency, frequency, monetary, CASE WHEN frequency > 0 THEN concat(
       5 - (SELECT count(*) FROM unnest(r) c WHERE c < recency), 1 + (SELECT count(*) FROM unnest(f) c WHERE c < frequency), 1 + (SELECT count(*) FROM unnest(m) c WHERE c < monetary::float8)) END AS score
FROM customer, cuts;

-- cohorts by year; home is the value of the customer's first receipts
CREATE VIEW home AS
SELECT DISTINCT ON (r.customer_id) r.customer_id, r.day AS born, u.region
FROM receipt r JOIN used u USING (customer_id, receipt)
WHERE r.total >= 0 ORDER BY r.customer_id, r.day, r.at, u.region COLLATE "C" NULLS LAST;
CREATE FUNCTION wanted_retention(with_region boolean) RETURNS TABLE (region text, cohort text, period integer, customers bigint, active bigint, net numeric, mean numeric) LANGUAGE sql AS $$
    WITH placed AS (SELECT r.*, CASE WHEN with_region THEN h.region END AS region, extract(year FROM h.born)::integer AS born, extract(year FROM r.day)::integer AS year
                    FROM receipt r JOIN home h USING (customer_id) WHERE r.day >= date_trunc('year', h.born))
    SELECT b.region, lpad(b.born::text, 4, '0'), c.year - c.born, b.customers, c.active, c.net, c.sales / nullif(c.receipts, 0)
    FROM (SELECT region, born, count(DISTINCT customer_id) AS customers FROM placed GROUP BY 1, 2) b
    JOIN (SELECT region, born, year, count(DISTINCT customer_id) FILTER (WHERE total >= 0) AS active, sum(total) AS net,
                 sum(total) FILTER (WHERE total >= 0) AS sales, count(*) FILTER (WHERE total >= 0) AS receipts
          FROM placed GROUP BY 1, 2, 3) c ON c.born = b.born AND c.region IS NOT DISTINCT FROM b.region
$$;

-- some of the features; a gap is the time between days with sales
CREATE VIEW wanted_features (customer_id, tenure, recency, receipts, return_receipts, days, gap_min, gap_max, monetary, sales, low, high, receipts_365, products) AS
WITH sale AS (SELECT * FROM receipt WHERE total >= 0),
gap AS (SELECT customer_id, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM (SELECT DISTINCT customer_id, day FROM sale) d)
SELECT c.customer_id, date '2022-12-31' - s.first, date '2022-12-31' - s.last, coalesce(s.receipts, 0), c.return_receipts, coalesce(s.days, 0), g.gap_min, g.gap_max,
       c.monetary, coalesce(s.sales, 0), s.low, s.high, coalesce(s.receipts_365, 0), coalesce(s.products, 0)
FROM (SELECT customer_id, sum(total) AS monetary, count(*) FILTER (WHERE total < 0) AS return_receipts FROM receipt GROUP BY 1) c
LEFT JOIN (SELECT customer_id, min(day) AS first, max(day) AS last, count(*) AS receipts, count(DISTINCT day) AS days, sum(total) AS sales, min(total)::float8 AS low, max(total)::float8 AS high,
                  count(*) FILTER (WHERE day > date '2022-12-31' - 365) AS receipts_365,
                  (SELECT count(DISTINCT u.product_id) FROM used u JOIN sale t USING (customer_id, receipt) WHERE u.customer_id = sale.customer_id) AS products
           FROM sale GROUP BY 1) s USING (customer_id)
LEFT JOIN (SELECT customer_id, min(gap) AS gap_min, max(gap) AS gap_max FROM gap GROUP BY 1) g USING (customer_id);
SQL

# ---- each function over each relation ----

# columns that plain SQL gives, and all columns
my %calls = (
	totals => [ 'wanted_totals', "SELECT * FROM segment.receipt_totals('%s', '2022-12-31', rates => 'rates')", '*' ],
	rfm => [ 'wanted_rfm', "SELECT * FROM segment.rfm('%s', '2022-12-31', rates => 'rates')", 'customer_id, recency_days, frequency, monetary, rfm_score' ],
	retention => [ 'wanted_retention(false)', "SELECT * FROM segment.cohort_retention('%s', '2022-12-31', 'year', rates => 'rates')",
		'by_value, cohort, period, customers, active, revenue, average_receipt', 'active > 0 OR revenue <> 0' ],
	retention_by => [ 'wanted_retention(true)', "SELECT * FROM segment.cohort_retention('%s', '2022-12-31', 'year', rates => 'rates', by => 'region')",
		'by_value, cohort, period, customers, active, revenue, average_receipt', 'active > 0 OR revenue <> 0' ],
	features => [ 'wanted_features', "SELECT * FROM segment.receipt_features('%s', '2022-12-31', rates => 'rates')",
		'customer_id, tenure_days, recency_days, receipts, return_receipts, active_days, gap_min, gap_max, monetary, sales, receipt_min, receipt_max, receipts_365, products' ],
);
my $md5 = q{md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C"))};
sub of_call
{
	my ($columns, $call, $relation, $where) = @_;
	return "SELECT count(*) || ' ' || $md5 FROM (SELECT $columns FROM (" . sprintf($call, $relation) . ') f' . ($where ? " WHERE $where" : '') . ') t';
}

# the rows of one relation with each number of workers and each amount of memory
my %rows;
foreach my $relation (@relations)
{
	my $script = "CREATE TEMP TABLE a_temp AS TABLE shuffled;\n";
	foreach my $workers (0 .. 2)
	{
		foreach my $memory ('1GB', $workers == 1 ? '1500kB' : '1MB')
		{
			next if $workers == 1 && ($memory eq '1GB' || $relation =~ /^(by_|a_view|a_matview|collated)/) || $workers > 0 && $relation eq 'a_temp';
			$script .= "SET max_parallel_workers_per_gather = $workers; SET segment.fit_memory = '$memory';\n";
			$script .= "\\echo $_ $workers $memory\n" . of_call('*', $calls{$_}[1], $relation) . ";\n" foreach sort keys %calls;
		}
	}
	my ($code, $out, $err) = $node->psql('postgres', $script, on_error_stop => 1);
	is($code, 0, "$relation is read") or diag($err);
	my @lines = split /\n/, $out;
	while (my ($call, $got) = splice @lines, 0, 2)
	{
		my ($name, $workers, $memory) = split / /, $call;
		push @{ $rows{$name}{$got} }, "$relation, $workers workers, $memory";
	}
}
foreach my $name (sort keys %calls)
{
	my ($wanted, $call, $columns, $where) = @{ $calls{$name} };
	is(scalar(keys %{ $rows{$name} }), 1, "$name: one set of rows for all relations, workers and memory")
	  or diag(join "\n", map { "$_: " . join('; ', @{ $rows{$name}{$_} }) } sort keys %{ $rows{$name} });
	my $got = sql(of_call($columns, $call, 'base', $where));
	my $sql = sql("SELECT count(*) || ' ' || $md5 FROM $wanted t");
	is($got, $sql, "$name: the rows of plain SQL") or diag(sql("SELECT string_agg(t::text, E'\\n') FROM (SELECT * FROM ((SELECT 'got ' || g::text FROM (SELECT $columns FROM (" . sprintf($call, 'base') . ') f'
		  . ($where ? " WHERE $where" : '') . ") g EXCEPT SELECT 'got ' || w::text FROM $wanted w) UNION ALL (SELECT 'wanted ' || w::text FROM $wanted w EXCEPT SELECT 'wanted ' || g::text FROM (SELECT $columns FROM ("
		  . sprintf($call, 'base') . ') f' . ($where ? " WHERE $where" : '') . ') g)) d ORDER BY substr(d::text, 8, 40) LIMIT 12) t'));
	note("$name: $sql of " . join(', ', map { scalar @{ $rows{$name}{$_} } } keys %{ $rows{$name} }) . ' calls');
}
my (undef, undef, $notices) = $node->psql('postgres', join(';', 'SET segment.progress = on', map { ("SET segment.fit_memory = '$_'", map { of_call('*', $calls{$_}[1], 'base') } sort keys %calls) } '1GB', '1MB'));
my @parts = $notices =~ /memory, (\d+) parts/g;
is(scalar(grep { $_ == 0 } @parts[ 0 .. 4 ]), 5, 'nothing goes to files with enough memory') or diag($notices);
is(scalar(grep { $_ > 0 } @parts[ 5 .. 9 ]), 5, 'parts go to files with little memory') or diag($notices);
note('parts in files: ' . join(', ', map { (sort keys %calls)[$_] . " $parts[5 + $_]" } 0 .. 4));
SKIP: { skip 'postgres_fdw is not installed', 1 if $no_fdw; pass('a foreign table is among the relations'); }
done_testing();
