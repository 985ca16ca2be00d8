# Anomaly scores against published outlier sets and reference implementations.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $folder = "$ENV{SEGMENT_SHARED}/data/outlier";
plan skip_all => "the reference data is not beside the project ($folder)" unless -d $folder;

my $node = PostgreSQL::Test::Cluster->new('anomaly');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

# The area under the ROC curve is the share of pairs in order, ties half
# (H. Mann and D. Whitney, 1947), by ranks.
$node->safe_psql('postgres', q{
	CREATE FUNCTION auc(scores float8[], truths int[]) RETURNS float8 LANGUAGE sql AS $$
		SELECT (sum(middle) FILTER (WHERE y = 1) - ones * (ones + 1) / 2.0) / (ones * (n - ones))
		FROM (SELECT y, rank() OVER (ORDER BY s) + (count(*) OVER (PARTITION BY s) - 1) / 2.0 AS middle,
		             count(*) OVER () AS n, sum(y) OVER () AS ones
		      FROM unnest(scores, truths) AS u (s, y)) AS ranked
		GROUP BY n, ones
	$$});

# A table <set> (features, y), each feature as a z-score with n - 1.
sub load_set
{
	my ($set) = @_;

	$node->safe_psql('postgres', qq{
		CREATE TABLE lines (id int GENERATED ALWAYS AS IDENTITY, line text);
		COPY lines (line) FROM PROGRAM 'gzip -dc "$folder/$set.csv.gz"' WITH (FORMAT csv, HEADER, DELIMITER E'\\x01');
		CREATE TABLE $set AS
		WITH cells AS (
			SELECT id, j, x::float8, count(*) OVER (PARTITION BY id) AS width
			FROM lines, string_to_table(line, ',') WITH ORDINALITY AS cell (x, j)),
		scaled AS (
			SELECT id, j, width, x,
			       (x - avg(x) OVER (PARTITION BY j)) / stddev_samp(x) OVER (PARTITION BY j) AS z
			FROM cells)
		SELECT id, array_agg(z ORDER BY j) FILTER (WHERE j < width) AS features,
		       max(x) FILTER (WHERE j = width)::int AS y
		FROM scaled GROUP BY id;
		DROP TABLE lines;});
}

sub auc_of
{
	my ($set, $options) = @_;

	return $node->safe_psql('postgres', qq{
		SELECT auc(array_agg(segment.anomaly_score(
		               (SELECT segment.anomaly_fit(features, '$options') FROM $set), features)), array_agg(y))
		FROM $set});
}

sub is_within
{
	my ($got, $want, $tolerance, $name) = @_;

	ok(abs($got - $want) <= $tolerance, "$name: $got is within $tolerance of $want");
}

# Rows, outliers, the area for R's mahalanobis(x, colMeans(x), cov(x)), and for
# the forest the mean of five seeds of scikit-learn 1.2.1's
# IsolationForest(n_estimators=100, max_samples=256).
my %truth = (
	breastw => { rows => 683, odd => 239, mahalanobis => .972389, forest => .9876 },
	cardio => { rows => 1831, odd => 176, mahalanobis => .896454, forest => .9318 },
	thyroid => { rows => 3772, odd => 93, mahalanobis => .934186, forest => .9777 },
	pima => { rows => 768, odd => 268, mahalanobis => .674448, forest => .6704 },
	waveform => { rows => 3443, odd => 100, mahalanobis => .572300, forest => .7180 },
	wine => { rows => 129, odd => 10, mahalanobis => .649580, forest => .8002 });

# robustbase 0.95: covMcd(x, use.correction = FALSE, nsamp = 2000)
$truth{wine}{robust} = .975630;
$truth{thyroid}{robust} = .985530;
$truth{pima}{robust} = .686351;

foreach my $set (sort keys %truth)
{
	my $want = $truth{$set};
	my $sum = 0;

	load_set($set);
	is($node->safe_psql('postgres', "SELECT count(*), sum(y) FROM $set"), "$want->{rows}|$want->{odd}", "$set is loaded");
	is_within(auc_of($set, '{"method": "mahalanobis"}'), $want->{mahalanobis}, 1e-4, "$set, Mahalanobis");
	is_within(auc_of($set, '{"method": "mahalanobis", "robust": true}'), $want->{robust}, .005, "$set, FastMCD")
		if $want->{robust};
	$sum += auc_of($set, qq({"seed": $_})) foreach 1 .. 5;
	is_within($sum / 5, $want->{forest}, .03, "$set, forest");
}

# ---- the golden models -------------------------------------------------------

# Made by anomaly_fit with these options, and from an older kmeans_fit(features, 3), over the rows below.
my %golden = (
	iforest => q({"trees": 10, "sample_size": 64}),
	mahalanobis => q({"method": "mahalanobis"}),
	kmeans => '');
my %scores = (iforest => '0.477532847 0.642704552 0.671060345', mahalanobis => '0.534414084 0.959472527 1.000000000', kmeans => '0.685409383 0.953527051 1.000000000');
my $rows = '(SELECT ARRAY[(i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0]::float8[] AS features FROM generate_series(1, 200) AS i) AS rows';

foreach my $method (sort keys %golden)
{
	open(my $in, '<:raw', "data/anomaly_${method}_v1.segm") or die "golden $method: $!";
	my $hex = do { local $/; unpack('H*', <$in>) };

	is($node->safe_psql('postgres', qq{
		SELECT string_agg(round(segment.anomaly_score('\\x$hex', f)::numeric, 9)::text, ' ' ORDER BY i)
		FROM unnest(ARRAY['{12,3,80.5}', '{99,1,0}', '{300,7,252}']) WITH ORDINALITY AS u (t, i), LATERAL (SELECT t::float8[]) AS v (f)}),
		$scores{$method}, "a $method model of format 1 is still read, and scores as it did");
	# distances go through BLAS and promise no bits
	is($node->safe_psql('postgres', "SELECT segment.anomaly_fit(features, '$golden{$method}') = '\\x$hex'::bytea FROM $rows"),
		't', 'the same rows still make the same bytes')
		if $method eq 'iforest';
}

$node->stop;
done_testing();
