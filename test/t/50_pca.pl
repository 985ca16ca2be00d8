# PCA against R's prcomp on USArrests and iris, and NIST's certified values.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $folder = "$ENV{SEGMENT_SHARED}/data";
plan skip_all => "the reference data is not beside the project ($folder)" unless -d "$folder/numerics";

my $node = PostgreSQL::Test::Cluster->new('pca');
$node->init;
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

$node->stop;
done_testing();
