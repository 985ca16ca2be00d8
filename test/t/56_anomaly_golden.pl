# Anomaly models of format 1 can be read, and give the same scores.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('anomaly_golden');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

# Created by anomaly_fit with these options, and from an older kmeans_fit(features, 3), over the rows below.
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
		$scores{$method}, "a $method model of format 1 can be read, and gives the same scores");
	# distances use BLAS, whose results are not the same bits on all machines
	is($node->safe_psql('postgres', "SELECT segment.anomaly_fit(features, '$golden{$method}') = '\\x$hex'::bytea FROM $rows"),
		't', 'the same rows give the same bytes')
		if $method eq 'iforest';
}

$node->stop;
done_testing();
