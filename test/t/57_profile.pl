# Profile codes of public data, compared with figures that numpy made:
#   numpy.quantile(x, [.25, .5, .75]) (type 7), numpy.searchsorted(cuts, x, side='left'), pandas value_counts of the codes.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $file = "$ENV{SEGMENT_SHARED}/data/propensity/telco_churn.csv.gz";
plan skip_all => "no $file" unless -e $file;

my $node = PostgreSQL::Test::Cluster->new('profile');
$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
$node->start;
sub rows { return $node->safe_psql('postgres', $_[0]); }

my $columns = join(', ', map { "$_ text" } qw(customerid gender seniorcitizen partner dependents tenure phoneservice multiplelines internetservice
	onlinesecurity onlinebackup deviceprotection techsupport streamingtv streamingmovies contract paperlessbilling paymentmethod monthlycharges totalcharges churn));
rows(<<"SQL");
CREATE EXTENSION segment;
CREATE TABLE lines (line_no bigint GENERATED ALWAYS AS IDENTITY, $columns);
COPY lines (@{[ $columns =~ s/ text//gr ]}) FROM PROGRAM 'gzip -dc $file' WITH (FORMAT csv, HEADER);
CREATE VIEW telco AS
SELECT line_no, ARRAY[tenure, monthlycharges]::float8[] AS features, ARRAY[contract, paymentmethod] AS categories FROM lines;
CREATE TABLE model AS SELECT segment.profile_fit(features, categories, '{"feature_names": ["tenure", "charges"], "category_names": ["contract", "payment"]}') AS model FROM telco;
CREATE TABLE codes AS SELECT line_no, segment.profile_code((SELECT model FROM model), features, categories) AS code FROM telco;
SQL
is(rows('SELECT string_agg(upper_bound::text, \' \' ORDER BY "position", letter) FROM segment.profile_letters((SELECT model FROM model)) WHERE upper_bound IS NOT NULL'),
	'9 29 55 35.5 70.35 89.85', 'telco: the cuts');
is(rows('SELECT string_agg(letter || n, \' \' ORDER BY "position", letter) FROM segment.profile_letters((SELECT model FROM model))'),
	'A1854 B1715 C1719 D1755 A1762 B1766 C1757 D1758 A3875 B1695 C1473 A2365 B1612 C1544 D1522', 'telco: rows by letter');
is(rows("SELECT string_agg(category, ', ' ORDER BY \"position\", letter) FROM segment.profile_letters((SELECT model FROM model)) WHERE category IS NOT NULL"),
	'Month-to-month, Two year, One year, Electronic check, Mailed check, Bank transfer (automatic), Credit card (automatic)', 'telco: categories by frequency');
is(rows("SELECT string_agg(code || ' ' || n, ', ' ORDER BY n DESC) FROM (SELECT code, count(*) AS n FROM codes GROUP BY code ORDER BY n DESC LIMIT 6) c"),
	'ACAA 352, AAAB 286, ABAA 273, BCAA 225, ABAB 205, BDAA 182', 'telco: the most frequent codes');
is(rows('SELECT count(*), count(*) FILTER (WHERE n < 5) FROM (SELECT count(*) AS n FROM codes GROUP BY code) c'), '174|29', 'telco: codes, and those of fewer than 5');
is(rows("SELECT string_agg(code, ' ' ORDER BY line_no) FROM (SELECT * FROM codes ORDER BY line_no LIMIT 3) c"), 'AAAA CBCB ABAB', 'telco: the first rows');

# the registry: the same codes, and no figure of a small one in any column that a reader of the model sees
rows(<<'SQL');
CREATE TABLE people AS SELECT customerid AS id, tenure::int, monthlycharges::numeric AS charges, contract, paymentmethod FROM lines;
SELECT segment.create_model('telco', 'profile', 'people', 'id', '{tenure,charges}', describe_columns => '{contract,paymentmethod}');
SELECT segment.fit('telco');
SQL
is(rows('SELECT count(*), count(*) FILTER (WHERE is_suppressed), count(customers), min(customers), count(*) FILTER (WHERE is_suppressed AND share IS NOT NULL) FROM segment.profile_summary'),
	'174|29|145|5|0', 'telco: codes of fewer than 5 have no figures');
is(rows(q{SELECT count(*) FROM segment.fit_log l, jsonb_array_elements(l.metrics::jsonb -> 'summary') s
	WHERE (s ->> 'is_suppressed')::bool AND (s ? 'customers' OR s ? 'share')}), '0', 'telco: nor in the log');
is(rows('SELECT count(*) FROM segment.profile_summary s JOIN (SELECT code, count(*) AS n FROM codes GROUP BY code) c ON c.code = s.profile_code AND c.n = s.customers'),
	'145', 'telco: the registered model has the same codes');

# the same bytes for any number of workers
is(rows(q{ALTER TABLE lines SET (parallel_workers = 4); SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SELECT segment.profile_fit(features, categories, '{"feature_names": ["tenure", "charges"], "category_names": ["contract", "payment"]}') = (SELECT model FROM model) FROM telco}),
	't', 'telco: parallel workers make the same bytes');

# beyond 100,000 distinct values low bits are dropped: the same bytes in any order and any number of parts, and the cuts are near
is(rows(q{CREATE TABLE many AS SELECT i, sin(i)::float8 AS x FROM generate_series(1, 260000) i; ALTER TABLE many SET (parallel_workers = 3);
	SET client_min_messages = warning; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	WITH m AS MATERIALIZED (SELECT segment.profile_fit(ARRAY[x], '{}') AS parallel FROM many),
	     o AS MATERIALIZED (SELECT segment.profile_fit(ARRAY[x], '{}' ORDER BY x DESC) AS ordered FROM many),
	     q AS (SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY x) AS p FROM many)
	SELECT parallel = ordered, (segment.model_info(parallel)).method,
	       (SELECT max(abs(l.upper_bound - q.p[ascii(l.letter) - 64])) < 1e-4 AND sum(l.n) = 260000 FROM segment.profile_letters(parallel) l) FROM m, o, q}),
	't|sketch|t', '260,000 distinct values');

# another encoding: categories and labels keep their characters
$node->safe_psql('postgres', q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0});
is($node->safe_psql('latin', q{CREATE EXTENSION segment; SET client_encoding = 'UTF8';
	SELECT segment.profile_code(m, '{}', '{Köln}') || segment.profile_code(m, '{}', '{Koln}') || ' ' || segment.profile_card(m, '{}', '{Köln}', 'es')
	FROM (SELECT segment.profile_fit('{}', ARRAY['Köln'], '{"category_names": ["city"], "labels": {"city": {"Köln": {"es": "Colonia (ñ)"}}}}') AS m FROM generate_series(1, 20)) f}),
	'A* Perfil A. Su lugar de residencia es Colonia (ñ).', 'LATIN1');
is($node->safe_psql('latin', "SET client_encoding = 'UTF8'; SELECT action FROM segment.recommended_action('trigger', 'birthday', 'es')"),
	'Felicitar el cumpleaños con un pequeño regalo para la próxima compra.', 'LATIN1: an action');

# an encoding without these characters: the extension can be installed, and the texts have plain letters
$node->safe_psql('postgres', q{CREATE DATABASE cyrillic ENCODING 'ISO_8859_5' LOCALE 'C' TEMPLATE template0});
is($node->safe_psql('cyrillic', q{CREATE EXTENSION segment; SELECT action FROM unnest('{es,de}'::text[]) l, segment.recommended_action('trigger', 'birthday', l)}),
	"Felicitar el cumpleanos con un pequeno regalo para la proxima compra.\nZum Geburtstag gratulieren, mit einem kleinen Geschenk f\x{fc}r den n\x{e4}chsten Einkauf." =~ s/\x{fc}/ue/r =~ s/\x{e4}/ae/r,
	'ISO 8859-5: plain letters');
done_testing();
