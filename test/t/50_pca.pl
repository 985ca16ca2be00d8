# PCA against R's prcomp on USArrests and iris, NIST's certified values, and
# itself across orders, plans and workers.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $folder = "$ENV{SEGMENT_SHARED}/data";
plan skip_all => "the reference data is not beside the project ($folder)" unless -d "$folder/numerics";

my $node = PostgreSQL::Test::Cluster->new('pca');
$node->init;
$node->append_conf('postgresql.conf', q{
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
max_parallel_workers_per_gather = 2
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

# Fields of one line of psql's output within a tolerance of the expected ones.
sub are_close
{
	my ($got, $want, $tolerance, $name) = @_;
	my @got = split /[|\n]/, $got;
	my @far = grep { !defined $got[$_] || $got[$_] eq '' || abs($got[$_] - $want->[$_]) > $tolerance } 0 .. $#$want;

	ok(@got == @$want && !@far, $name) or diag("got @got, wanted @$want");
}

sub query { return $node->safe_psql('postgres', $_[0]) }

# ---- R: prcomp(USArrests, scale. = TRUE)$sdev and $rotation ----

query(qq{
	CREATE TABLE arrests (state text, murder float8, assault float8, urban float8, rape float8);
	COPY arrests FROM '$folder/numerics/usarrests.csv' WITH (FORMAT csv, HEADER);
	CREATE TABLE arrests_model AS
	SELECT segment.pca_fit(ARRAY[murder, assault, urban, rape], '{"n_components": 4}') AS m FROM arrests});
are_close(query('SELECT sqrt(max(explained_variance)) FROM arrests_model, segment.pca_components(m) GROUP BY component ORDER BY component'),
	[ 1.574878274391, 0.994869414818, 0.597129115503, 0.416449381954 ], 1e-8, 'USArrests: standard deviations');
are_close(query('SELECT max(share) FROM arrests_model, segment.pca_components(m) GROUP BY component ORDER BY component'),
	[ .62006039, .24744129, .08914080, .04335752 ], 1e-8, 'USArrests: shares');
are_close(query(q{SELECT loading FROM arrests_model, segment.pca_components(m) WITH ORDINALITY WHERE component = 1 ORDER BY ordinality}),
	[ .535899474938, .583183634910, .278190874619, .543432091446 ], 1e-8, 'USArrests: first component, largest loading positive');
are_close(query(q{SELECT loading FROM arrests_model, segment.pca_components(m) WITH ORDINALITY WHERE component = 2 ORDER BY ordinality}),
	[ -.418180865421, -.187985604232, .872806193060, .167318635402 ], 1e-8, 'USArrests: second component');
are_close(query(q{SELECT segment.pca_x(m, f), segment.pca_y(m, f)
	FROM arrests_model, (SELECT ARRAY[murder, assault, urban, rape] AS f FROM arrests WHERE state = 'Alabama') AS a}),
	[ .975660448334, -1.122001210433 ], 1e-8, "USArrests: Alabama's place");

# ---- R: prcomp(iris[, 1:4]), and with scale. = TRUE ----

query(qq{
	CREATE TABLE iris (a float8, b float8, c float8, d float8, species text);
	COPY iris FROM '$folder/cluster/iris.csv' WITH (FORMAT csv, HEADER);
	CREATE TABLE iris_model AS
	SELECT segment.pca_fit(ARRAY[a, b, c, d], '{"n_components": 4, "standardize": "none"}') AS raw,
	       segment.pca_fit(ARRAY[a, b, c, d], '{"n_components": 4}') AS scaled FROM iris});
are_close(query('SELECT sqrt(max(explained_variance)) FROM iris_model, segment.pca_components(raw) GROUP BY component ORDER BY component'),
	[ 2.056268879800, 0.492616227837, 0.279659614608, 0.154386181290 ], 1e-8, 'iris: standard deviations');
are_close(query(q{SELECT loading FROM iris_model, segment.pca_components(raw) WITH ORDINALITY WHERE component = 1 ORDER BY ordinality}),
	[ .36138659, -.08452251, .85667061, .35828920 ], 1e-8, 'iris: first component');
are_close(query('SELECT max(explained_variance) FROM iris_model, segment.pca_components(scaled) GROUP BY component ORDER BY component'),
	[ 2.9184978165, .9140304715, .1467568756, .0207148364 ], 1e-8, 'iris: scaled eigenvalues');

# ---- NIST StRD: certified mean and standard deviation ----

my %certified = (
	lew => [ -177.435, 277.332168044316 ],
	lottery => [ 518.958715596330, 291.699727470969 ],
	michelson => [ 299.852400000000, 0.0790105478190518 ]);
for my $set (sort keys %certified)
{
	query(qq{CREATE TABLE $set (y float8); COPY $set FROM '$folder/numerics/nist_$set.csv' WITH (FORMAT csv, HEADER)});
	my ($mean, $sd) = split /\|/, query("SELECT mean, sd FROM segment.model_features((SELECT segment.pca_fit(ARRAY[y]) FROM $set))");
	my ($want_mean, $want_sd) = @{ $certified{$set} };
	my $sd_tolerance = $set eq 'michelson' ? 1e-12 : 1e-9 * $want_sd;
	ok(abs($mean - $want_mean) <= 1e-9 * abs($want_mean), "NIST $set: mean");
	ok(abs($sd - $want_sd) <= $sd_tolerance, "NIST $set: standard deviation") or diag("$sd");
}
are_close(query(q{
	SELECT mean, sd FROM segment.model_features((
		SELECT segment.pca_fit(ARRAY[CASE WHEN i = 0 THEN 10000000.2 WHEN i % 2 = 1 THEN 10000000.1 ELSE 10000000.3 END] ORDER BY i)
		FROM generate_series(0, 1000) AS i))}), [ 10000000.2, .1 ], 1e-8, 'NIST NumAcc4');

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
