# PCA against itself across orders, plans and workers; NIST's NumAcc4, which a formula
# makes; the golden model; many features.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('pca_plans');
$node->init;
$node->append_conf('postgresql.conf', q{
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
max_parallel_workers_per_gather = 2
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

sub query { return $node->safe_psql('postgres', $_[0]) }

is(query(q{
	SELECT abs(mean - 10000000.2) <= 1e-8, abs(sd - .1) <= 1e-8 FROM segment.model_features((
		SELECT segment.pca_fit(ARRAY[CASE WHEN i = 0 THEN 10000000.2 WHEN i % 2 = 1 THEN 10000000.1 ELSE 10000000.3 END] ORDER BY i)
		FROM generate_series(0, 1000) AS i))}), 't|t', 'NIST NumAcc4');

# ---- the same to 1e-9 whatever the order and the plan ----

query(q{
	CREATE TABLE wide AS
	SELECT i, array_agg((1e6 * j + hashint4(i * 30 + j) / 2147483648.0 * 10 ^ (j % 6) + hashint4(i) / 2147483648.0 * (j % 4))::float8 ORDER BY j) AS f
	FROM generate_series(1, 20000) AS i, generate_series(1, 30) AS j GROUP BY i;
	CREATE TABLE holes AS
	SELECT i, (SELECT array_agg(CASE WHEN hashint4(i * 31 + j::int) % 11 <> 0 THEN x END ORDER BY j) FROM unnest(f) WITH ORDINALITY AS u (x, j)) AS f FROM wide;
	ANALYZE wide, holes});

# The largest difference between the components of two models.
sub difference
{
	my ($one, $other) = @_;

	return query(qq{
		SELECT max(greatest(abs(a.loading - b.loading), abs(a.explained_variance - b.explained_variance)))
		FROM segment.pca_components(($one)) AS a JOIN segment.pca_components(($other)) AS b USING (component, feature)});
}
for my $case ([ 'wide', '{"n_components": 5}' ], [ 'holes', '{"n_components": 5, "null_policy": "mean"}' ],
	[ 'holes', '{"n_components": 5, "null_policy": "zero"}' ])
{
	my ($table, $options) = @$case;
	my $fit = "SELECT segment.pca_fit(f, '$options') FROM $table";

	like(query("EXPLAIN $fit"), qr/Partial Aggregate/, "$table $options: the plan is parallel");
	cmp_ok(difference($fit, "SELECT segment.pca_fit(f, '$options' ORDER BY i) FROM $table"), '<', 1e-9, "$table: parallel and serial agree");
	cmp_ok(difference("SELECT segment.pca_fit(f, '$options' ORDER BY f[7] DESC) FROM $table",
			"SELECT segment.pca_fit(f, '$options' ORDER BY i) FROM $table"), '<', 1e-9, "$table: orders agree");
}

# ---- the golden model is what the same rows give now ----

open(my $in, '<:raw', 'data/pca_v1.segm') or die "golden model: $!";
my $hex = unpack 'H*', do { local $/; <$in> };
close $in;
cmp_ok(difference("'\\x$hex'::bytea", q{
	SELECT segment.pca_fit(ARRAY[i, (i * 37) % 101, CASE WHEN i % 9 > 0 THEN (i * 13) % 17 END, 7]::float8[],
		'{"n_components": 3, "null_policy": "mean", "transform": ["none", "log1p", "none", "none"],
		  "feature_names": ["rank", "größe", "holes", "constant"]}')
	FROM generate_series(1, 200) AS i}), '<', 1e-9, 'the golden model');

# ---- 1,600 features, more than rows, in place and from toast ----

query(q{
	CREATE TABLE broad AS
	SELECT i, array_agg((hashint4(i * 1600 + j) / 2147483648.0)::float8 ORDER BY j) AS f
	FROM generate_series(1, 300) AS i, generate_series(1, 1600) AS j GROUP BY i;
	CREATE TABLE broad_model AS SELECT segment.pca_fit(f, '{"n_components": 3, "standardize": "none"}') AS m FROM broad});
cmp_ok(query(q{
	SELECT abs(max(explained_variance) / (SELECT var_samp(segment.pca_x((SELECT m FROM broad_model), f)) FROM broad) - 1)
	FROM broad_model, segment.pca_components(m) WHERE component = 1}), '<', 1e-9, '1,600 features: the first component has its variance');
is(query(q{SELECT round(sum(explained_variance) FILTER (WHERE feature = 'feature 1')::numeric, 6) > 0
	FROM segment.pca_components((SELECT segment.pca_fit(f, '{"explained_variance": 1}') FROM broad))}), 't', '1,600 features, 300 rows: all components');
is(query(q{SELECT max(component) FROM segment.pca_components((SELECT segment.pca_fit(f, '{"explained_variance": 1}') FROM broad))}),
	'299', '1,600 features, 300 rows: 299 components tell all');

$node->stop;
done_testing();
