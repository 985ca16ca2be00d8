# No result depends on the settings of a session.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('settings');
$node->init;
$node->start;

# One scenario with all families.  Its output has no dates and no floats in the format of the server.
my $scenario = <<'SQL';
CREATE EXTENSION segment;
CREATE SCHEMA shop;
CREATE TABLE shop.customers AS
SELECT i AS "Kunde Nr", i % 9 AS a, (i * 37) % 101 + 0.25 AS b, (i * 7919) % 1009 / 7.0 AS c, CASE WHEN i % 50 = 0 THEN NULL ELSE i % 13 END AS d
FROM pg_catalog.generate_series(1, 300) i;
CREATE VIEW shop.late AS SELECT "Kunde Nr", a, b, c, '2024-02-03'::date - '2024-01-01'::date AS days FROM shop.customers;
CREATE TABLE shop.receipts AS
SELECT (i % 40)::text AS customer_id, i::text AS receipt_id, pg_catalog.make_date(2024, 1 + i % 12, 1 + i % 28) AS receipt_date,
       pg_catalog.round((i * 7919 % 5000)::numeric / 30, 2) AS amount, 'EUR' AS currency
FROM pg_catalog.generate_series(1, 400) i;
-- the aggregates
SELECT pg_catalog.md5(segment.kmeans_fit(ARRAY[a, b, c]::float8[], 3, '{"n_init": 2}')) FROM shop.customers;
SELECT pg_catalog.md5(segment.kmeans_fit(ARRAY[a, b, d]::float8[], 3, '{"n_init": 2, "null_policy": "median", "transform": "log1p"}')) FROM shop.customers;
SELECT pg_catalog.md5(segment.anomaly_fit(ARRAY[a, b, c]::float8[], '{"trees": 5}')) FROM shop.customers;
SELECT pg_catalog.md5(segment.rfm_fit(a, b, c)) FROM shop.customers;
SELECT pg_catalog.string_agg(pg_catalog.round(v::numeric, 9)::text, ' ')
FROM (SELECT (segment.pca_components(segment.pca_fit(ARRAY[a, b, c]::float8[]))).explained_variance AS v FROM shop.customers) p;
SELECT k, pg_catalog.round(silhouette::numeric, 9), is_elbow FROM segment.kmeans_sweep_rows((SELECT segment.kmeans_sweep(ARRAY[a, b, c]::float8[], 2, 4) FROM shop.customers));
-- receipts
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', customer_id, recency_days, frequency, monetary, rfm_score, segment), ' ' ORDER BY customer_id))
FROM segment.rfm('shop.receipts', pg_catalog.make_date(2025, 1, 1));
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', cohort, period, customers, active, revenue), ' ' ORDER BY cohort, period))
FROM segment.cohort_retention('shop.receipts', pg_catalog.make_date(2025, 1, 1));
SELECT segment.cohort_label(pg_catalog.make_date(2024, 3, 4), 'week'), segment.cohort_period(pg_catalog.make_date(2023, 11, 30), pg_catalog.make_date(2024, 3, 4), 'month');
-- campaigns
CREATE TABLE shop.mailed AS
SELECT i::text AS customer_id, CASE WHEN i % 3 = 0 THEN 'holdout' ELSE 'A' END AS arm, CASE WHEN i % 3 > 0 THEN pg_catalog.make_timestamptz(2024, 8, 5, 22, 30, 0, 'UTC') END AS sent_at, 0.5 AS cost
FROM pg_catalog.generate_series(0, 39) i;
CREATE TABLE shop.answers AS
SELECT (i % 40)::text AS customer_id, CASE i % 3 WHEN 0 THEN 'opened' ELSE 'converted' END AS event, pg_catalog.make_timestamptz(2024, 8, 1 + i % 28, i % 24, 7, 0, 'UTC') AS happened_at, i / 7.0 AS amount
FROM pg_catalog.generate_series(1, 90) i;
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', arm, stage, customers, pg_catalog.round(upper_bound::numeric, 9)), ' ' ORDER BY arm, stage)) FROM segment.campaign_funnel('shop.mailed', 'shop.answers', 7);
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', arm, event, customers, pg_catalog.round(median_hours::numeric, 9), events_before), ' ' ORDER BY arm, event)) FROM segment.campaign_times('shop.mailed', 'shop.answers');
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', arm, revenue, incremental_lower, pg_catalog.round(churn_rate::numeric, 9)), ' ' ORDER BY arm))
FROM segment.campaign_value('shop.mailed', 'shop.answers', pg_catalog.make_date(2024, 12, 31), 'shop.receipts');
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', arm, sales, baseline_sales, pg_catalog.round(lower_bound::numeric, 9), pg_catalog.round(relative_upper::numeric, 9), verdict), ' ' ORDER BY arm))
FROM segment.campaign_lift('shop.receipts', 'shop.mailed', pg_catalog.make_date(2024, 8, 5), pg_catalog.make_date(2024, 9, 1));
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', arm, metric, pg_catalog.round(difference_lower::numeric, 9), pg_catalog.round(p_holm::numeric, 9)), ' ' ORDER BY arm, metric))
FROM segment.ab_report('shop.mailed', 'shop.answers', options => '{"window_days": 7.0}');
-- SAP
SELECT segment.sap_date('05.01.2024', 'DD.MM.YYYY') OPERATOR(pg_catalog.=) pg_catalog.make_date(2024, 1, 5), segment.sap_number('1.234,50-', '1.234.567,89');
CREATE TABLE shop.kna1 (kunnr text, name1 text, erdat date, umsatz numeric(18,2));
CREATE TABLE shop.stage (line text, line_no bigint GENERATED ALWAYS AS IDENTITY);
INSERT INTO shop.stage (line) VALUES ('KUNNR;NAME1;ERDAT;UMSATZ'), ('0000004711;Müller;05.01.2024;1.234,50'), ('0000004712;Meier;31.12.2023;7,00-');
SELECT rows_loaded FROM segment.sap_import('shop.stage', target => 'shop.kna1', date_format => 'DD.MM.YYYY', decimal_notation => '1.234.567,89');
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', kunnr, name1, EXTRACT(epoch FROM erdat), umsatz), ' ' ORDER BY kunnr)) FROM shop.kna1;
-- the registry
SELECT segment.create_model('k', 'kmeans', 'shop.customers', 'Kunde Nr', '{a,b,c}', '{"k": "auto", "k_max": 4, "n_init": 2}');
SELECT segment.create_model('r', 'rfm', 'shop.customers', 'Kunde Nr', '{a,b,c}');
SELECT segment.create_model('p', 'pca', 'shop.late', 'Kunde Nr', '{a,b,c,days}');
SELECT segment.create_model('o', 'anomaly', 'shop.customers', 'Kunde Nr', '{a,b,c}', '{"trees": 5}');
CALL segment.refit('k');
CALL segment.refit('r');
CALL segment.refit('p');
CALL segment.refit('o');
SELECT model_name, version, outcome, message FROM segment.fit_log ORDER BY fit_id;
CALL segment.publish('{k,r,o}', 'shop.published', pg_catalog.make_timestamptz(2024, 1, 1, 0, 0, 0, 'UTC'));
UPDATE shop.customers SET b = b + 20 WHERE "Kunde Nr" % 7 = 0;
CALL segment.refit('k');
CALL segment.refit('r');
CALL segment.publish('{k,r,o}', 'shop.published', pg_catalog.make_timestamptz(2024, 2, 1, 0, 0, 0, 'UTC'));
SELECT pg_catalog.count(*), pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', "Kunde Nr", cluster_id, cluster_name, rfm_score, segment, is_anomaly, cluster_version), ' ' ORDER BY "Kunde Nr"))
FROM shop.published;
SELECT pg_catalog.count(*), pg_catalog.sum(EXTRACT(epoch FROM valid_from)) FROM shop.published_history;
SELECT from_label, to_label, customers, customer_moved, model_moved, both_moved
FROM segment.migration('shop.published', pg_catalog.make_timestamptz(2024, 1, 1, 0, 0, 0, 'UTC'), pg_catalog.make_timestamptz(2024, 2, 1, 0, 0, 0, 'UTC'));
SELECT model_name, algorithm, active_version, status, rows_used, pg_catalog.round(inertia::numeric, 6), needs_refit FROM segment.models ORDER BY 1;
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('/', model_name, cluster_id, cluster_name, size, description), ' ' ORDER BY model_name, cluster_id)) FROM segment.cluster_summary;
SELECT model_name, segment, customers, revenue FROM segment.rfm_summary ORDER BY 1, 2;
SELECT subject, name, pg_catalog.round(psi::numeric, 6) FROM segment.drift_report WHERE model_name OPERATOR(pg_catalog.=) 'k' ORDER BY 1, 2;
SELECT pg_catalog.md5(segment.active_model(m)) FROM pg_catalog.unnest('{k,r,o}'::text[]) m;
SELECT segment.register_receipts('shop', 'shop.receipts');
SELECT pg_catalog.count(*), pg_catalog.sum(revenue) FROM segment.cohort_retention;
SELECT model_name, what FROM segment.problems;
SQL

# Each value of each setting occurs, with different values of the other settings.
my @values = (
	[ DateStyle => 'German', 'SQL, DMY', 'Postgres, DMY', 'ISO, YMD', 'SQL, MDY' ],
	[ IntervalStyle => 'sql_standard', 'postgres_verbose', 'iso_8601' ],
	[ TimeZone => 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati', 'Asia/Shanghai' ],
	[ quote_all_identifiers => 'on', 'on', 'off' ],
	[ extra_float_digits => '-15', '3', '0', '1' ],
	[ lc_numeric => 'C', 'C.UTF-8' ],
	[ standard_conforming_strings => 'off', 'on' ],
	[ search_path => '', 'shop', 'pg_temp' ],
	[ default_transaction_isolation => 'repeatable read', 'read committed', 'serializable' ],
	[ client_encoding => 'LATIN1', 'UTF8', 'WIN1252' ],
	[ transform_null_equals => 'on', 'off' ],
	[ bytea_output => 'escape', 'hex' ],
	[ jit_above_cost => '0', '100000' ],
	[ work_mem => '64kB', '64MB' ],
	[ row_security => 'off', 'on' ],
	[ enable_hashagg => 'off', 'on' ],
	[ max_parallel_workers_per_gather => '4', '0' ],
);

my $runs = 0;

# The output of the scenario, run in a new database.
sub run_with
{
	my ($settings) = @_;
	my $name = 'shop' . ++$runs;
	my $file = $node->basedir . "/$name.sql";

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	append_to_file($file, "SET client_min_messages = warning;\n$settings\n" .
		($settings =~ /client_encoding = '(LATIN1|WIN1252)'/ ? $scenario =~ s/\xC3\xBC/\xFC/r : $scenario));
	my ($out, $err) = run_command([ 'psql', '-qXAt', '-d', $node->connstr($name), '-f', $file ]);
	$node->safe_psql('postgres', "DROP DATABASE $name");
	return "$out\n$err";
}

my $expected = run_with('');
unlike($expected, qr/ERROR/, 'the scenario runs');
cmp_ok(scalar(split /\n/, $expected), '>', 50, 'the scenario has results');
foreach my $round (0 .. 5)
{
	my @settings = map { my ($name, @choices) = @$_; "SET $name = '$choices[$round % @choices]';" } @values;
	my @lines = split /\n/, run_with(join("\n", @settings));
	my @wanted = split /\n/, $expected;
	my @other = grep { ($lines[$_] // '') ne ($wanted[$_] // '') } 0 .. ($#lines > $#wanted ? $#lines : $#wanted);
	is(join("\n", map { $lines[$_] // '' } @other), join("\n", map { $wanted[$_] // '' } @other), "the same with: @settings");
}
$node->stop;
done_testing();
