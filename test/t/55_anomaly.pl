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

$node->stop;
done_testing();
