# A server with the extension for k-means, and fits that are compared with their rows.
package Kmeans;
use strict;
use warnings;
use Exporter qw(import);
use PostgreSQL::Test::Cluster;
use Test::More;

our @EXPORT = qw(start_server fit agrees);
my $node;

sub start_server
{
	$node = PostgreSQL::Test::Cluster->new($_[0]);
	$node->init;
	$node->append_conf('postgresql.conf', "max_parallel_workers_per_gather = 0\njit = off");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION segment');
	$node->safe_psql('postgres', q{
	-- sizes add up, assignments give the sizes, distances the inertia, labels are nearest
	CREATE FUNCTION disagreements(rows_of regclass, model bytea) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		info record;
		wrong text := '';
		found record;
	BEGIN
		SELECT * INTO info FROM segment.model_info(model);
		SELECT sum(size) AS sizes INTO found
		FROM (SELECT DISTINCT cluster_id, size FROM segment.kmeans_centroids(model)) AS c;
		IF found.sizes <> info.rows_used THEN wrong := wrong || ' sizes'; END IF;
		EXECUTE format('SELECT count(*) AS n, sum(segment.kmeans_distance($1, features) ^ 2) AS inertia FROM %s', rows_of)
			INTO found USING model;
		IF found.n <> info.rows_used THEN wrong := wrong || ' rows'; END IF;
		IF abs(found.inertia - info.inertia) > 1e-9 * info.inertia THEN wrong := wrong || ' inertia'; END IF;
		EXECUTE format('SELECT count(*) AS n FROM (SELECT segment.kmeans_assign($1, features) AS cluster_id, count(*) AS size
		                                           FROM %s GROUP BY 1) AS counted
		                FULL JOIN (SELECT DISTINCT cluster_id, size FROM segment.kmeans_centroids($1)) AS told USING (cluster_id, size)
		                WHERE counted IS NULL OR told IS NULL', rows_of) INTO found USING model;
		IF found.n > 0 THEN wrong := wrong || ' counts'; END IF;
		RETURN wrong;
	END $$});
	return $node;
}

# The inertia of a fit, which stays in the table fitted.
sub fit
{
	my ($set, $k, $options) = @_;

	$node->safe_psql('postgres', qq{
		DROP TABLE IF EXISTS fitted;
		CREATE TABLE fitted AS SELECT segment.kmeans_fit(features, $k, '$options') AS model FROM $set});
	return $node->safe_psql('postgres', 'SELECT inertia FROM fitted, segment.model_info(model)');
}

sub agrees
{
	my ($set, $name) = @_;

	is($node->safe_psql('postgres', "SELECT disagreements('$set', model) FROM fitted"), '',
		"$name: sizes, assignments and distances agree with the model");
}

1;
