# Every public function is cancelled during its slowest call. The test lists heavy and light
# functions by name. The call of a family without an entry follows from its arguments: an
# aggregate over features, a function of a model, or of a model and features. Any other
# function in neither list fails the test.
#
# A statement_timeout cancels the call, and the clock of the server measures how long the
# call continues. More than 2 s is a failure on any machine; the promise of the README is
# printed as a note. SEGMENT_CANCEL_AT sets other times (ms).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $limit = 2000;				# ms
my @strike = split /,/, $ENV{SEGMENT_CANCEL_AT} || '60,220';
my $node = PostgreSQL::Test::Cluster->new('cancel');
$node->init;
$node->append_conf('postgresql.conf', "synchronous_commit = off\nautovacuum = off\nfsync = off\n");
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]); }

sql(<<'SQL');
CREATE EXTENSION segment;
-- how many ms a statement goes on after its timeout; NULL when it was over before
CREATE FUNCTION goes_on(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN query_canceled THEN
    RETURN 1000 * extract(epoch FROM clock_timestamp() - statement_timestamp()
                                     - current_setting('statement_timeout')::interval);
END $$;
CREATE TABLE wide AS SELECT r AS id, array_agg(random()) AS f FROM generate_series(1, 300) r, generate_series(1, 1600) GROUP BY r;
CREATE TABLE tall AS SELECT r AS id, random() AS x, ARRAY[random(), random(), random(), random()] AS f FROM generate_series(1, 50000) r;
CREATE TABLE receipts AS
    SELECT 'c' || r % 20000 AS customer_id, 'r' || r AS receipt_id, date '2020-01-01' + r % 900 AS receipt_date, 1::numeric AS amount, r % 1000 AS product_id
    FROM generate_series(1, 200000) r;
CREATE TABLE products AS SELECT r AS product_id, 'category ' || r % 100 AS category FROM generate_series(0, 999) r;
CREATE TABLE people AS SELECT r AS customer_id, date '1950-01-01' + r % 20000 AS birth_date, date '2015-01-01' + r % 2000 AS anniversary_date FROM generate_series(1, 500000) r;
CREATE TABLE history AS SELECT 'c' || r AS id, timestamptz '2022-01-01' + m * interval '1 month' AS valid_from, timestamptz '2022-01-01' + (m + 1) * interval '1 month' AS valid_to,
    's' || (r + m) % 7 AS segment, (r + m) % 7 AS segment_order FROM generate_series(1, 100000) r, generate_series(1, 4) m;
CREATE TABLE members AS SELECT DISTINCT customer_id, 's' || right(customer_id, 2) AS segment FROM receipts;
CREATE TABLE rules AS SELECT r AS rule_no, 's' || r AS segment, 1 AS r_min, 5 AS r_max, 1 AS f_min, 5 AS f_max, 1 AS m_min, 5 AS m_max
    FROM generate_series(1, 5000) r;
-- VBRK and VBRP of SAP, as sap_receipts_view wants them
CREATE TABLE head AS SELECT '800' AS mandt, lpad(r::text, 10, '0') AS vbeln, 'A' AS vbtyp, 'c' AS kunag, date '2020-01-01' AS fkdat,
    'EUR' AS waerk, '' AS fksto, '' AS sfakn FROM generate_series(1, 100000) r;
CREATE TABLE item AS SELECT '800' AS mandt, lpad(r::text, 10, '0') AS vbeln, '000010' AS posnr, 'm' AS matnr, 1::numeric AS netwr,
    1::numeric AS fkimg FROM generate_series(1, 100000) r;
CREATE TABLE baskets AS SELECT r AS id, ARRAY(SELECT 'p' || (r * j * j) % 211 FROM generate_series(1, 12) j) AS items FROM generate_series(1, 20000) r;
CREATE TABLE purchases AS SELECT 'c' || id % 5000 AS customer_id, id AS receipt_id, date '2020-01-01' + id % 900 AS receipt_date, 1::numeric AS amount, p AS product_id
    FROM baskets, unnest(items) p;
CREATE TABLE model (name text PRIMARY KEY, model bytea);
ALTER TABLE model ALTER model SET STORAGE EXTERNAL;
CREATE TABLE days AS SELECT date '2000-01-01' + r AS day, 100 + r % 7 * 10 + 20 * random() + r / 100.0 AS amount FROM generate_series(0, 9999) r;
CREATE TABLE occurrences AS SELECT 'e' || r % 49 AS event, date '2000-01-01' + 3 * r AS period FROM generate_series(0, 500000) r;
CREATE VIEW rare_occurrences AS SELECT 'e' AS event, date '2000-01-01' + r % 2000 AS period FROM generate_series(0, 100000000) r WHERE r % 1000000 = 0;
INSERT INTO model
    SELECT 'forecast', segment.forecast_fit(day, amount, '{"grain": "day", "method": "theta"}') FROM days UNION ALL
    SELECT 'pca', segment.pca_fit(f, '{"n_components": 1600}') FROM wide UNION ALL
    SELECT 'mahalanobis', segment.anomaly_fit(f, '{"method": "mahalanobis"}') FROM wide UNION ALL
    SELECT 'forest', segment.anomaly_fit(f, '{"method": "iforest", "trees": 1000, "sample_size": 4096}') FROM tall UNION ALL
    SELECT 'kmeans', segment.kmeans_fit(f, 5000, '{"n_init": 1, "max_iterations": 1, "init_method": "random"}') FROM tall WHERE id <= 6000 UNION ALL
    SELECT 'kmeans_wide', segment.kmeans_fit(f, 290, '{"n_init": 1, "max_iterations": 1, "init_method": "random"}') FROM wide UNION ALL
    SELECT 'profile', segment.profile_fit(f, ARRAY['k' || id % 40000]) FROM tall UNION ALL
    SELECT 'rhythm', segment.rhythm_fit(ARRAY[f[1] + 1, f[2] + 1]) FROM tall UNION ALL
    SELECT 'score', segment.score_fit(r % 3 = 0, sin(r)) FROM generate_series(1, 150000) r UNION ALL
    SELECT 'clv', segment.clv_fit(id % 5, CASE id % 5 WHEN 0 THEN 0 ELSE 10 + id % 97 END, 110 + id % 11, 5 + id % 89) FROM tall WHERE id <= 1000 UNION ALL
    SELECT 'uplift', segment.uplift_fit(r % 2 = 0, r % 3 = 0, sin(r)) FROM generate_series(1, 300000) r UNION ALL
    SELECT 'rfm', segment.rfm_fit(f[1] * 100, f[2], f[3]) FROM tall UNION ALL
    SELECT 'logit', segment.logit_fit(x < 0.5, f, ARRAY['k' || id % 1000], '{"penalty": "ridge"}') FROM tall UNION ALL
    SELECT 'basket', segment.basket_fit(items, '{"min_count": 20}') FROM baskets;
CREATE TABLE mailed AS SELECT DISTINCT customer_id, CASE WHEN hashtext(customer_id) % 3 = 0 THEN 'holdout' ELSE 'A' END AS arm, 's' || hashtext(customer_id) % 10 AS segment, timestamp '2022-06-01' AS sent_at, 1 AS cost FROM receipts;
CREATE TABLE responses AS SELECT customer_id, event, sent_at + r * interval '1 day' AS happened_at, 1.0 AS amount FROM mailed, generate_series(1, 5) r, unnest('{opened,clicked,converted}'::text[]) event;
SELECT segment.create_model('points', 'kmeans', 'tall', 'id', ARRAY['x'], '{"k": 500}');
SELECT segment.create_model('published', 'kmeans', 'tall', 'id', ARRAY['x'], '{"k": 2}');
SELECT segment.fit('published');
SELECT segment.create_ledger('ledger', 'receipts');
CREATE TABLE places AS SELECT x, random() AS y FROM tall, generate_series(1, 10);
-- as many rows, labels and categories as a chart may have
CREATE TABLE drawing AS SELECT jsonb_build_object('data', jsonb_build_object('values', (SELECT jsonb_agg(jsonb_build_object('c', 'c' || r % 500, 'v', r)) FROM generate_series(1, 20000) r)),
    'layer', jsonb_build_array('{"mark": "bar", "encoding": {"x": {"field": "v", "type": "quantitative"}, "y": {"field": "c", "type": "nominal", "sort": null}}}'::jsonb,
        '{"mark": "text", "encoding": {"x": {"field": "v", "type": "quantitative"}, "y": {"field": "c", "type": "nominal", "sort": null}, "text": {"field": "c", "type": "nominal"}}}'::jsonb)) AS chart;
CREATE TABLE file AS SELECT convert_to('KUNNR;NAME1' || chr(10) || repeat('0000000001;' || repeat('x', 30) || chr(10), 300000), 'UTF8') AS content;
CREATE TABLE long_line AS SELECT convert_to('KUNNR;NAME1' || chr(10) || '1;' || repeat('x', 30000000), 'UTF8') AS content;
CREATE TABLE staging AS SELECT r AS line_no, CASE r WHEN 0 THEN 'KUNNR;NAME1' ELSE '0000000001;x' END AS line FROM generate_series(0, 300000) r;
SQL

# ---- the heaviest calls, by function -------------------------------------------

sub model { return "(SELECT model FROM model WHERE name = '$_[0]')"; }

# a scalar over rows, a set function over rows, a set function of one model
sub each_row { my ($call, $from) = @_; return "SELECT count(segment.$call) FROM $from"; }
sub laid_open { my ($call, $from) = @_; return 'SELECT count(*) FROM ' . ($from ? "$from, " : '') . "segment.$call"; }

my $file = "(SELECT content FROM file)";
my $arms = 'SELECT segment.ab_fit(right(r::text, 2), r, r % 7) FROM generate_series(1, 1000) r';
my %heavy = (
	ab_fit => [ 'SELECT segment.ab_fit(right(r::text, 1), r) FROM generate_series(1, 3000000) r',
		q(SELECT segment.ab_fit(right(r::text, 2), r % 2, r, '{"null_policy": "skip"}') FROM generate_series(1, 3000000) r) ],
	ab_detectable => [ each_row('ab_detectable(r, 0.1, 3)', 'generate_series(2, 100000) r') ],
	ab_sample_size => [ each_row('ab_sample_size(NULL, 1.0 / r, 3)', 'generate_series(1, 100000) r') ],
	ab_assign => [ laid_open("ab_assign('people', 'customer_id', NULL, '{a,b}', holdout => 0.1)") ],
	quota_sample => [ laid_open("quota_sample('people', 'customer_id', 'customer_id', 1)") ],
	sample_key => [ each_row('sample_key(r)', 'generate_series(1, 3000000) r'), each_row("sample_key(repeat('0', 3000000 + r))", 'generate_series(1, 200) r') ],
	top_n => [ laid_open("top_n('people', 'customer_id', 'customer_id', 400000, 'customer_id', 1e15)") ],
	ab_rows => [ laid_open("ab_rows(($arms))", 'generate_series(1, 5000)') ],
	newcombe_interval => [ each_row('newcombe_interval(r, 3000000, 1, 2)', 'generate_series(1, 3000000) r') ],
	p_adjust => [ map { "SELECT count(*) FROM (SELECT segment.p_adjust((r * 7919 % 1000003) / 2e6, '$_') OVER () FROM generate_series(1, 2000000::bigint) r) s" } qw(holm bh) ],
	srm_test => [ each_row('srm_test(c)', '(SELECT array_agg(j) AS c FROM generate_series(1, 1000) j) a, generate_series(1, 100000)') ],
	wilson_interval => [ each_row('wilson_interval(r, 3000000)', 'generate_series(1, 3000000) r') ],
	ab_report => [ laid_open("ab_report('mailed', 'responses')") ],
	adjusted_rand_index => [ 'SELECT segment.adjusted_rand_index(r, r) FROM generate_series(1, 700000) r',
		'SELECT segment.adjusted_rand_index(r::text, r::text) FROM generate_series(1, 700000) r' ],
	anomaly_fit => [
		q(SELECT segment.anomaly_fit(f, '{"method": "mahalanobis"}') FROM wide),
		q(SELECT segment.anomaly_fit(f[1:100], '{"method": "mahalanobis", "robust": true}') FROM wide),
		q(SELECT segment.anomaly_fit(f, '{"method": "iforest", "trees": 1000, "sample_size": 4096}') FROM tall) ],
	anomaly_from_kmeans => [ 'SELECT length(segment.anomaly_from_kmeans(' . model('kmeans_wide') . ')) FROM generate_series(1, 20)' ],
	anomaly_reasons => [ laid_open('anomaly_reasons(' . model('forest') . ', f)', 'tall'),
		laid_open('anomaly_reasons(' . model('mahalanobis') . ', f)', 'wide') ],
	anomaly_score => [ each_row('anomaly_score(' . model('forest') . ', f)', 'tall'),
		each_row('anomaly_score(' . model('mahalanobis') . ', f)', 'wide') ],
	association_rules => [ laid_open(q(association_rules('purchases', '2030-01-01', options => '{"min_count": 10}'))) ],
	basket_fit => [ q(SELECT segment.basket_fit(items, '{"min_count": 2, "max_itemsets": 100000000}') FROM baskets),
		q(SELECT segment.basket_fit(ARRAY(SELECT 'p' || j FROM generate_series(1, 10000) j), '{"min_count": 1, "max_itemsets": 100000000}')),
		q(SELECT segment.basket_fit(ARRAY['p' || r], '{"min_count": 1, "max_itemsets": 100000000}') FROM generate_series(1, 2000000) r) ],
	basket_itemsets => [ laid_open('basket_itemsets(' . model('basket') . ')') ],
	basket_offers => [ laid_open('basket_offers(' . model('basket') . ', items, k => NULL)', 'baskets') ],
	basket_rules => [ laid_open('basket_rules(' . model('basket') . ', 0, 0)') ],
	next_best_offer => [ laid_open("next_best_offer('purchases', '2030-01-01', " . model('basket') . ')') ],
	offer_backtest => [ laid_open(q(offer_backtest('purchases', '2021-01-01', options => '{"min_count": 10}'))) ],
	campaign_funnel => [ laid_open("campaign_funnel('mailed', 'responses')") ],
	campaign_lift => [ laid_open("campaign_lift('receipts', 'mailed', '2022-06-01', '2022-06-30', replicates => 100000)") ],
	campaign_times => [ laid_open("campaign_times('mailed', 'responses')") ],
	campaign_value => [ laid_open("campaign_value('mailed', 'responses', '2022-07-01', 'receipts', replicates => 100000)") ],
	chart_image => [ 'SELECT segment.chart_image(chart) FROM drawing, generate_series(1, 50)' ],
	chart_map => [ "SELECT segment.chart_map('places', 'x', 'y')" ],
	chart_profile => [ each_row('chart_profile(' . model('kmeans_wide') . ', 5)', 'generate_series(1, 50)') ],
	chart_retention => [ "SELECT segment.chart_retention('receipts', '2045-12-31', 'day')" ],
	chart_rfm => [ "SELECT segment.chart_rfm('receipts', '2030-01-01')" ],
	chart_svg => [ 'SELECT segment.chart_svg(chart) FROM drawing, generate_series(1, 50)' ],
	clv_details => [ each_row('clv_details(' . model('clv') . ', 3, 50, 300, 20)', 'generate_series(1, 3000000)'),
		'SELECT segment.clv_details(' . model('clv') . ', id % 9, id % 9, 200, 20, 36500, 0.1) FROM tall, generate_series(1, 20)' ],
	clv_fit => [ 'SELECT segment.clv_fit(1 + r % 50, 300 + r::bigint * 7919 % 100000, 200000 + r::bigint % 100000, 1 + r % 1009) FROM generate_series(1, 2000000) r' ],
	clv_parameters => [ laid_open('clv_parameters(' . model('clv') . ')', 'generate_series(1, 3000000)') ],
	clv_summary => [ laid_open("clv_summary('receipts', '2030-01-01')") ],
	cohort_retention => [ "SELECT count(*) FROM segment.cohort_retention('receipts', '2045-12-31', 'day')" ],
	create_ledger => [ "SELECT segment.create_ledger('made', 'receipts')" ],
	drift_fit => [ 'SELECT segment.drift_fit(' . model('kmeans_wide') . ', f) FROM wide, generate_series(1, 20)' ],
	drift_rows => [ laid_open('drift_rows((SELECT segment.drift_fit(' . model('pca') . ', f) FROM wide))') ],
	enrichment_check => [ laid_open(q(enrichment_check('receipts', 'customer_id', 'receipts', 'customer_id'))) ],
	fit => [ "SELECT segment.fit('points')" ],
	forecast => [ laid_open('forecast(' . model('forecast') . ', 1000)', 'generate_series(1, 200)') ],
	forecast_accuracy => [ laid_open(q(forecast_accuracy((SELECT segment.forecast_backtest(day, amount, 30, '{"grain": "day", "origins": 1000, "origin_step": 1, "method": "naive"}') FROM days)))) ],
	forecast_anomalies => [ laid_open('forecast_anomalies(' . model('forecast') . ')', 'generate_series(1, 100)') ],
	forecast_anomaly => [ each_row('forecast_anomaly(' . model('forecast') . ", '2010-01-01', 1)", 'generate_series(1, 1000)') ],
	forecast_backtest => [ q(SELECT segment.forecast_backtest(day, amount, 30, '{"grain": "day"}') FROM days) ],
	forecast_backtest_rows => [ laid_open(q(forecast_backtest_rows((SELECT segment.forecast_backtest(day, amount, 30, '{"grain": "day"}') FROM days)))) ],
	forecast_components => [ laid_open('forecast_components(' . model('forecast') . ', 1000)', 'generate_series(1, 100)') ],
	forecast_effects => [ laid_open('forecast_effects(' . model('forecast') . ')', 'generate_series(1, 5000)') ],
	forecast_events => [ q(SELECT segment.forecast_events('rare_occurrences')) ],
	forecast_fit => [ q(SELECT segment.forecast_fit(day, amount, '{"grain": "day"}') FROM days),
		q(SELECT segment.forecast_fit(day, amount, (SELECT jsonb_build_object('grain', 'day', 'method', 'theta', 'events', jsonb_agg(to_jsonb(o))) FROM occurrences o WHERE period < '2016-06-01')) FROM days),
		q(SELECT segment.forecast_fit(day, amount, '{"grain": "day", "season_length": 366}') FROM days, generate_series(1, 100)) ],
	forecast_models => [ laid_open('forecast_models(' . model('forecast') . ')', 'generate_series(1, 2000)') ],
	(map { my $call = $_; my $begin = $call =~ /_rows$/ ? 'SELECT count(*) FROM segment.forecast_reconcile_rows((' : 'SELECT length((';
		  $call => [ $begin
			. q(SELECT segment.forecast_reconcile(ARRAY[r::text], model, '{"horizon": 1000}') FROM (SELECT r, segment.forecast_fit(day, amount, '{"method": "naive"}') AS model FROM days, generate_series(1, 300) r GROUP BY r) m)
			. '))',
			# one long path: wholes that take long to compare
			$begin . 'SELECT segment.forecast_reconcile((SELECT array_agg(r::text) FROM generate_series(1, 50000) r), '
			. model('forecast') . q{, '{"horizon": 1}')))} ] } qw(forecast_reconcile forecast_reconcile_rows)),
	forecast_segments => [ laid_open(q(forecast_segments('receipts', '2030-01-01', 24, 'members', 'now'))) ],
	is_anomaly => [ each_row('is_anomaly(' . model('forest') . ', f)', 'tall') ],
	kmeans_align => [ map { "SELECT segment.kmeans_align($_, $_)" } model('kmeans'), model('kmeans_wide') ],
	kmeans_align_rows => [ laid_open('kmeans_align_rows(' . model('kmeans') . ', ' . model('kmeans') . ')') ],
	kmeans_assign => [ each_row('kmeans_assign(' . model('kmeans') . ', f)', 'tall') ],
	kmeans_centroids => [ laid_open('kmeans_centroids(' . model('kmeans_wide') . ')') ],
	kmeans_describe => [ each_row('kmeans_describe(' . model('kmeans_wide') . ", 5, 'en')", 'generate_series(1, 100)') ],
	kmeans_name => [ each_row('kmeans_name(' . model('kmeans_wide') . ", 5, 'en', repeat('recent, ', 1000))", 'generate_series(1, 100)') ],
	kmeans_details => [ each_row('kmeans_details(' . model('kmeans') . ', f)', 'tall') ],
	kmeans_distance => [ each_row('kmeans_distance(' . model('kmeans') . ', f)', 'tall') ],
	kmeans_fit => [ 'SELECT segment.kmeans_fit(f, 9000) FROM tall', 'SELECT segment.kmeans_fit(f, 200) FROM wide',
		q(SELECT segment.kmeans_fit(ARRAY[1.0], 1, (SELECT jsonb_build_object('centroids', jsonb_agg(ARRAY[r])) FROM generate_series(1, 1000000) r))) ],
	kmeans_profile => [ laid_open('kmeans_profile(' . model('kmeans_wide') . ')') ],
	kmeans_reasons => [ laid_open('kmeans_reasons(' . model('kmeans_wide') . ', f)', 'wide, generate_series(1, 20)') ],
	kmeans_sweep => [ 'SELECT segment.kmeans_sweep(f, 1, 100) FROM tall' ],
	kmeans_sweep_rows => [ laid_open('kmeans_sweep_rows((SELECT segment.kmeans_sweep(f, 1, 100) FROM tall))') ],
	ledger_check => [ laid_open("ledger_check('ledger'::regclass)") ],
	logit_coefficients => [ laid_open('logit_coefficients(' . model('logit') . ')', 'generate_series(1, 1000)') ],
	logit_fit => [ 'SELECT segment.logit_fit(x < 0.5, f) FROM tall, generate_series(1, 20)',
		'SELECT segment.logit_fit(random() < 0.5, f[1:1000]) FROM wide, generate_series(1, 20)',
		q(SELECT segment.logit_fit(random() < 0.5, f, '{"penalty": "firth"}'::jsonb) FROM tall, generate_series(1, 10)),
		q(SELECT segment.logit_fit(random() < 0.5, f, ARRAY['k' || id % 1500], '{"penalty": "ridge"}') FROM tall, generate_series(1, 10)),
		q(SELECT segment.logit_fit(random() < 0.5, '{}', ARRAY['k' || r], '{"min_level_count": 2}') FROM generate_series(1, 1000000) r) ],
	logit_metrics => [ each_row('logit_metrics(' . model('logit') . ')', 'generate_series(1, 3000000)') ],
	logit_predict => [ each_row('logit_predict(' . model('logit') . ", f, ARRAY['k' || id])", 'tall, generate_series(1, 20)') ],
	logit_reasons => [ laid_open('logit_reasons(' . model('logit') . ", f, ARRAY['k' || id])", 'tall, generate_series(1, 20)') ],
	logit_refine => [ 'SELECT segment.logit_refine(' . model('logit') . ", random() < 0.5, f, ARRAY['k' || id % 1000]) FROM tall, generate_series(1, 20)",
		'SELECT segment.logit_refine((SELECT segment.logit_fit(r % 2 = 0, array_fill(r, ARRAY[1500])) FROM generate_series(1, 9) r), id % 2 = 0, f[1:1500]) FROM wide' ],
	model_features => [ laid_open('model_features(model)', 'model, generate_series(1, 20)') ],
	model_info => [ each_row('model_info(model)', 'model, generate_series(1, 20)') ],
	pca_align => [ 'SELECT segment.pca_align(' . model('pca') . ', ' . model('pca') . ')' ],
	pca_components => [ laid_open('pca_components(' . model('pca') . ')') ],
	pca_fit => [ q(SELECT segment.pca_fit(f, '{"explained_variance": 1}') FROM wide),
		q(SELECT segment.pca_fit(f[1:800], '{"null_policy": "mean"}') FROM wide) ],
	(map { $_ => [ each_row("$_(" . model('pca') . ', f)', 'wide, generate_series(1, 20)') ] }
		  qw(pca_project pca_reconstruction_error pca_x pca_y)),
	profile_fit => [ q(SELECT segment.profile_fit(f, ARRAY['k' || id % 40000, 'all']) FROM tall, generate_series(1, 4)),
		q(SELECT segment.profile_fit('{}', ARRAY['k' || r % 90000, 'l' || r % 80000]) FROM generate_series(1, 3000000) r) ],
	profile_code => [ each_row('profile_code(' . model('profile') . ", f, ARRAY['k' || id])", 'tall, generate_series(1, 20)') ],
	profile_card => [ each_row('profile_card(' . model('profile') . ", f, ARRAY['k' || id])", 'tall, generate_series(1, 20)') ],
	profile_decode => [ laid_open("profile_decode(" . model('profile') . ", 'AAAA*')", 'generate_series(1, 5000)') ],
	profile_letters => [ laid_open('profile_letters(' . model('profile') . ')', 'generate_series(1, 5000)') ],
	publish => [ "SELECT segment_internal.publish_to('{published}', 'public', 'mart', now())" ],
	purchase_label => [ laid_open(q(purchase_label('receipts', '2021-12-01', 100))), laid_open(q(purchase_label('receipts', '2021-12-01', 100, '7'))) ],
	receipt_counts => [ laid_open("receipt_counts('receipts', '2030-01-01')") ],
	receipt_features => [ laid_open("receipt_features('receipts', '2030-01-01')") ],
	receipt_totals => [ laid_open("receipt_totals('receipts', '2030-01-01')") ],
	refresh_ledger => [ "CALL segment.refresh_ledger('ledger')" ],
	report => [ "SELECT segment.report('{}', 'receipts', '2022-06-30')" ],
	rfm => [ laid_open("rfm('receipts', '2030-01-01')") ],
	rhythm_details => [ each_row('rhythm_details(' . model('rhythm') . ", '{3,50,7}', 20)", 'generate_series(1, 3000000)'),
		'SELECT segment.rhythm_details(' . model('rhythm') . ', array_agg(r), 20) FROM generate_series(1, 3000000) r' ],
	rhythm_fit => [ 'SELECT segment.rhythm_fit(ARRAY[x + 1, x + 2, x + 3]) FROM tall, generate_series(1, 20)',
		'SELECT segment.rhythm_fit(g) FROM (SELECT array_agg(1 + (r::bigint * 7919) % 1000) AS g FROM generate_series(1, 3000000) r) s' ],
	rhythm_parameters => [ each_row('rhythm_parameters(' . model('rhythm') . ')', 'generate_series(1, 3000000)') ],
	rfm_details => [ each_row('rfm_details(' . model('rfm') . ', x, x, x)', 'tall, generate_series(1, 20)') ],
	rfm_fit => [ 'SELECT segment.rfm_fit(f[1], f[2], f[3]) FROM tall, generate_series(1, 20)' ],
	rfm_score => [ each_row('rfm_score(' . model('rfm') . ', x, x, x)', 'tall, generate_series(1, 20)'),
		'SELECT count(*) FROM (SELECT segment.rfm_score(x, x, x) OVER () FROM tall, generate_series(1, 6)) s' ],
	rfm_segment => [ each_row("rfm_segment(1, 1, 1, 'rules'::regclass)", 'generate_series(1, 100000)') ],
	score_metrics => [ each_row('score_metrics(' . model('score') . ')', 'generate_series(1, 500)') ],
	score_bins => [ laid_open('score_bins(' . model('score') . ', 1000)', 'generate_series(1, 500)') ],
	score_fit => [ 'SELECT segment.score_fit(r % 3 = 0, sin(r)) FROM generate_series(1, 3000000) r',
		'SELECT segment.score_fit(id % 3 = 0, x) FROM tall, generate_series(1, 40)' ],
	uplift_bins => [ laid_open('uplift_bins(' . model('uplift') . ', 1000)', 'generate_series(1, 500)') ],
	uplift_fit => [ 'SELECT segment.uplift_fit(r % 2 = 0, r % 3 = 0, sin(r)) FROM generate_series(1, 3000000) r' ],
	uplift_metrics => [ each_row('uplift_metrics(' . model('uplift') . ')', 'generate_series(1, 500)') ],
	region_code => [ each_row("region_code('ES', '28', '08001' || r)", 'generate_series(1, 1000000) r') ],
	sap_import => [ "SELECT segment.sap_import($file, 'UTF8', 'customers', '1,234,567.89')",
		q(SELECT segment.sap_import((SELECT content FROM long_line), 'UTF8', 'customers', '1,234,567.89', mapping => '{"NAME1": null}')),
		"SELECT segment.sap_import('staging'::regclass, 'customers', '1,234,567.89')" ],
	run_triggers => [ "SELECT segment_internal.run_triggers_to('{public,contacts}', '2022-07-01', 'receipts', 700, NULL, NULL, NULL, '{}', '{\"cooldown_days\": 0}', NULL, NULL, NULL)" ],
	triggers => [ laid_open("triggers('receipts', '2022-07-01', 700, 'people', 'products')") ],
	trigger_placeholders => [ laid_open("trigger_placeholders('people')") ],
	trigger_category => [ laid_open("trigger_category('receipts', '2022-07-01', 'products', 700)") ],
	(map { $_ => [ laid_open("$_('receipts', '2022-07-01', 700)") ] } qw(trigger_due trigger_lapsed trigger_purchase trigger_returned trigger_spend)),
	(map { $_ => [ laid_open("$_('people', '2022-07-01')") ] } qw(trigger_anniversary trigger_birthday)),
	trigger_segment => [ laid_open("trigger_segment('history', '2022-07-01', 700)") ],
	sap_receipts_view => [ "SELECT segment.sap_receipts_view('shop', 'head', 'item', include_one_time => true)" ],
	(map { $_ => [ each_row("$_(repeat('0', 3000000 + r))", 'generate_series(1, 200) r') ] } qw(sap_alpha_out sap_billing_sign)),
	sap_alpha_in => [ each_row("sap_alpha_in(repeat('0', 3000000 + r), 18)", 'generate_series(1, 200) r') ],
	sap_number => [ each_row("sap_number(repeat('0', 3000000 + r), '1,234,567.89')", 'generate_series(1, 200) r') ],
	sap_amount => [ each_row("sap_amount(repeat('9', 50000 + r)::numeric, 'JPY')", 'generate_series(1, 1000) r') ],
	sap_date => [ each_row("sap_date('20200101')", 'generate_series(1, 3000000)') ],
	sap_time => [ each_row("sap_time('120000')", 'generate_series(1, 3000000)') ],
);

# Rows of the registry, texts and dates: PostgreSQL's own statements, which can be cancelled;
# refit does the work of fit.
my %light = map { $_ => 1 } qw(
	activate active_model alter_model assign change_owner
	chart_elbow chart_forecast chart_funnel chart_migration chart_rules cluster_names cohort_label cohort_period create_customer_view create_model drop_model
	approve_campaign build_campaign campaign_members drop_campaign forget_customer grant_approver revoke_approver
	drop_ledger drop_receipts drop_suppression drop_trigger explain grant_modeler migration migration_customers name_cluster refit
	cluster_card customer_card recommended_action register_receipts register_suppression register_trigger revoke_modeler rfm_cuts rfm_segments share_model share_receipts
	unshare_model unshare_receipts);

# ---- families that are not listed ------------------------------------------------

my %listed = (%light, %heavy);
foreach my $row (map { [ split /\|/ ] } split /\n/, sql(q{
	SELECT a.algorithm, p.proname, p.proretset, string_agg(format_type(t.type, NULL), ',' ORDER BY t.place)
	FROM segment.algorithm a
	JOIN pg_proc p ON p.pronamespace = 'segment'::regnamespace AND starts_with(p.proname, a.algorithm || '_')
	CROSS JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY t(type, place)
	WHERE a.is_builtin AND EXISTS (SELECT FROM pg_proc f WHERE f.pronamespace = p.pronamespace AND f.proname = a.algorithm || '_fit')
	GROUP BY p.oid, a.algorithm ORDER BY p.oid}))
{
	my ($family, $name, $is_set, $types) = @$row;
	next if $listed{$name};
	my $model = "(SELECT segment.${family}_fit(f) FROM tall)";
	if ($types =~ /^double precision\[\](,jsonb)?$/)
	{
		my $options = $1 ? ", '{}'" : '';
		push @{ $heavy{$name} }, map { "SELECT segment.$name(f$options) FROM $_" } 'tall, generate_series(1, 20)', 'wide, generate_series(1, 20)';
	}
	elsif ($types =~ /^bytea(,double precision\[\])?$/)
	{
		my ($call, $from) = ("$name($model" . ($1 ? ', f)' : ')'), $1 ? 'tall, generate_series(1, 20)' : '');
		push @{ $heavy{$name} }, $is_set eq 't' ? laid_open($call, $from) : each_row($call, $from || 'generate_series(1, 20)');
	}
}

# ---- the lists are complete -----------------------------------------------------

my @names = split /\n/, sql("SELECT DISTINCT p.proname FROM pg_proc p WHERE p.pronamespace = 'segment'::regnamespace ORDER BY 1");
is_deeply([ grep { !$heavy{$_} && !$light{$_} } @names ], [], 'every function is in a list');
my %exists = map { $_ => 1 } @names;
is_deeply([ grep { !$exists{$_} } sort(keys %heavy, keys %light) ], [], 'every listed function exists');

# ---- each call ------------------------------------------------------------------

my ($worst, $worst_call, $calls) = (0, '', 0);
foreach my $name (sort keys %heavy)
{
	my @went_on;
	foreach my $call (@{ $heavy{$name} })
	{
		$calls++;
		foreach my $ms (@strike)
		{
			my ($status, $out, $err) = $node->psql('postgres', "SET statement_timeout = $ms; SELECT goes_on(\$call\$$call\$call\$)");
			# the timeout came before or after the call
			next if $status != 0 && $err =~ /canceling statement due to statement timeout/;
			if ($status != 0)
			{
				fail("$name can be called: $err");
				last;
			}
			last if $out eq '';		# it takes no longer
			push @went_on, $out;
			($worst, $worst_call) = ($out, $call) if $out > $worst;
		}
	}
	my $most = (sort { $b <=> $a } @went_on, 0)[0];
	note(sprintf('%-28s went on for %5.0f ms at most, in %d cancelled calls', $name, $most, scalar @went_on));
	cmp_ok($most, '<', $limit, "$name is cancelled");
}
note(sprintf('the longest of %d calls: %.0f ms after %s', $calls, $worst, $worst_call));

# Cancelled calls leave nothing.
is(sql("SELECT string_agg(model_name, ' ') FROM segment.models WHERE active_version IS NOT NULL"), 'published', 'a cancelled fit creates no version');

# ---- very large results are refused, or written to disk ----------------------------

my (undef, undef, $refused) = $node->psql('postgres', "SELECT count(*) FROM segment.cohort_retention('receipts', '9999-12-31', 'day')");
like($refused, qr/cohorts have at least \d+ periods in total, but the limit is 10000000/, 'a retention of a thousand million cells is refused');

# 2.9 million rows of one cohort go to a file beyond work_mem.
sql("CREATE TABLE one AS SELECT 'c' AS customer_id, date '2020-01-01' AS receipt_date, 1::numeric AS amount");
my $spilled = sql(<<'SQL');
SET work_mem = '1MB';
SELECT count(*) FROM segment.cohort_retention('one', '9999-12-31', 'day');
SELECT temp_files > 0 FROM pg_stat_database WHERE datname = current_database() AND pg_stat_clear_snapshot() IS NOT NULL;
SQL
like($spilled, qr/^2914\d{3}$/m, 'a cohort has a row for every day until 9999');

$node->stop;
done_testing();
