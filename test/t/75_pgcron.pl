# A refit scheduled with the real pg_cron: it runs, commits and is logged.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cron');
$node->init;
my $control = $node->config_data('--sharedir') . '/extension/pg_cron.control';
plan skip_all => "pg_cron is not installed ($control)" unless -f $control;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.host = '" . $node->host . "'\n");
$node->start;

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_cron;
CREATE EXTENSION segment;
CREATE ROLE analyst LOGIN;
GRANT USAGE ON SCHEMA cron TO analyst;
GRANT CREATE ON SCHEMA public TO analyst;
SELECT segment.grant_modeler('analyst');
SET ROLE analyst;
CREATE TABLE points AS SELECT i AS id, (i % 4) * 100 + i % 11 AS x, (i % 2) * 70 + i % 7 AS y FROM generate_series(1, 200) i;
CREATE TABLE receipts AS SELECT (i % 20)::text AS customer_id, i::text AS receipt_id, current_date - i AS receipt_date,
    i * 1.5 AS amount, 'EUR' AS currency, NULL::text AS product_id, 1.0 AS quantity FROM generate_series(1, 200) i;
CREATE TABLE rfm_snapshots AS SELECT current_date AS as_of, s.* FROM segment.rfm('receipts', current_date) s WITH NO DATA;
SELECT segment.create_model('retail', 'kmeans', 'points', 'id', options => '{"k": 4}');
SQL

# as in the README, but every minute
$node->safe_psql('postgres', <<'SQL', extra_params => [ '-U', 'analyst' ]);
SELECT cron.schedule('refit retail', '* * * * *', $$CALL segment.refit('retail')$$);
SELECT cron.schedule('publish retail', '* * * * *', $$CALL segment.publish('{retail}', 'public.customer_segments')$$);
SELECT cron.schedule('rfm snapshot', '* * * * *', $$INSERT INTO rfm_snapshots SELECT current_date, s.* FROM segment.rfm('receipts', current_date) s$$);
SQL

ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM segment.fit_log WHERE model_name = 'retail'"), 'pg_cron ran the refit');
is($node->safe_psql('postgres', "SELECT DISTINCT outcome FROM segment.fit_log"), 'succeeded', 'which succeeded');
is($node->safe_psql('postgres', "SELECT status, fitted_by FROM segment.model_version WHERE version = 1"), 'active|analyst', 'as the role that scheduled it');
ok($node->poll_query_until('postgres', "SELECT count(*) = 20 FROM rfm_snapshots"), 'and the monthly snapshot');
ok($node->poll_query_until('postgres', "SELECT status = 'succeeded' FROM cron.job_run_details WHERE command LIKE '%refit%' ORDER BY runid LIMIT 1"),
	'pg_cron logs the job as succeeded');
$node->stop;
done_testing();
