# What a k-means model tells about real data: everything is recomputed from the rows.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

my $folder = "$ENV{SEGMENT_SHARED}/data/cluster";
plan skip_all => "the reference data is not beside the project ($folder)" unless -d $folder;

my $node = PostgreSQL::Test::Cluster->new('kmeans_explain');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

sub sql
{
	my ($query) = @_;

	return $node->safe_psql('postgres', "SET search_path = segment, public; SET jit = off; $query");
}

# Tables (id, features, truth): s1, a1 and unbalance are points of the plane with their cluster.
for my $set (qw(s1 a1 unbalance))
{
	sql(qq{
		CREATE TABLE points (id int GENERATED ALWAYS AS IDENTITY, line text);
		CREATE TABLE truths (id int GENERATED ALWAYS AS IDENTITY, truth int);
		COPY points (line) FROM PROGRAM 'gzip -dc "$folder/$set.data.gz"';
		COPY truths (truth) FROM PROGRAM 'gzip -dc "$folder/$set.labels0.gz"';
		CREATE TABLE $set AS
		SELECT id, regexp_split_to_array(btrim(line), '\\s+')::float8[] AS features, truth FROM points JOIN truths USING (id);
		DROP TABLE points, truths});
}
sql(qq{
	CREATE TABLE raw (id int, genre text, age int, income int, score int);
	COPY raw FROM '$folder/mall_customers.csv' WITH (FORMAT csv, HEADER);
	CREATE TABLE mall AS SELECT id, ARRAY[income, score]::float8[] AS features, NULL::int AS truth FROM raw;
	CREATE TABLE lines (id int GENERATED ALWAYS AS IDENTITY, a float8, b float8, c float8, d float8, species text);
	COPY lines (a, b, c, d, species) FROM '$folder/iris.csv' WITH (FORMAT csv, HEADER);
	CREATE TABLE iris AS SELECT id, ARRAY[a, b, c, d] AS features, NULL::int AS truth FROM lines});

# One line of t and f for a model of a table: see the names in is() below.
sub properties
{
	my ($set, $k, $options) = @_;

	return sql(qq{
		SELECT kmeans_fit(features, $k, '$options') AS model FROM $set \\gset
		CREATE TEMPORARY TABLE scored AS
		SELECT s.id, s.features, d.*, kmeans_assign(:'model', s.features) AS assigned
		FROM $set AS s CROSS JOIN LATERAL kmeans_details(:'model', s.features) AS d;
		SELECT (SELECT sum(size) FROM (SELECT DISTINCT cluster_id, size FROM kmeans_centroids(:'model')) AS c) = i.rows_used
		         AND i.rows_used = (SELECT count(*) FROM $set),
		       abs(i.inertia - (SELECT sum(distance ^ 2) FROM scored)) <= 1e-9 * i.inertia,
		       (SELECT bool_and(assigned = cluster_id AND distance <= second_distance) FROM scored),
		       (SELECT bool_and(n = p.size AND abs(mean - p.cluster_mean) <= 1e-9 * (1 + abs(mean))
		                        AND abs(sd - p.cluster_sd) <= 1e-6 * (1 + sd)
		                        AND p.q1 <= p.median AND p.median <= p.q3
		                        AND abs(p.median - middle) <= 1e-12 * (1 + abs(middle)))
		        FROM kmeans_profile(:'model') AS p
		        JOIN (SELECT cluster_id, 'feature ' || j AS feature, count(*) AS n, avg(x) AS mean, coalesce(stddev_samp(x), 0) AS sd,
		                     percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS middle
		              FROM scored, unnest(features) WITH ORDINALITY AS u (x, j) GROUP BY 1, 2) AS m USING (cluster_id, feature)),
		       (SELECT bool_and(abs(total - (second_distance ^ 2 - distance ^ 2)) <= 1e-9 * (1e-9 + second_distance ^ 2))
		        FROM (SELECT * FROM scored ORDER BY id LIMIT 500) AS s
		        CROSS JOIN LATERAL (SELECT sum(contribution) AS total FROM kmeans_reasons(:'model', s.features)) AS r),
		       abs(i.silhouette - (SELECT silhouette FROM kmeans_sweep_rows((SELECT kmeans_sweep(features, $k, $k, '$options') FROM $set))))
		         <= CASE WHEN i.options -> 'silhouette_is_exact' = 'true' THEN 1e-9 ELSE 0.02 END,
		       (SELECT bool_and(length(kmeans_describe(:'model', cluster_id, language)) > 0)
		        FROM generate_series(1, $k) AS cluster_id, unnest(ARRAY['en', 'es', 'de']) AS language)
		FROM model_info(:'model') AS i});
}

my @models = (
	[ 'mall', 5, '{}' ], [ 'mall', 8, '{"standardize": "none"}' ], [ 'mall', 3, '{"transform": "log1p", "standardize": "robust"}' ],
	[ 'iris', 3, '{}' ], [ 'iris', 6, '{"standardize": "minmax"}' ], [ 's1', 15, '{}' ], [ 'a1', 20, '{"standardize": "none"}' ],
	[ 'unbalance', 8, '{"n_init": 20}' ]);
for my $model (@models)
{
	my ($set, $k, $options) = @$model;

	is(properties($set, $k, $options), 't|t|t|t|t|t|t',
		"$set k=$k $options: sizes, inertia, nearest, profile, reasons, silhouette, words");
}

# The centers that everybody finds in the mall (k = 5, raw), under canonical numbers.
is(sql(q{
	SELECT string_agg(format('%s %s %s %s', cluster_id, size, x, y), '; ' ORDER BY cluster_id)
	FROM (SELECT cluster_id, size, round(max(centroid) FILTER (WHERE "position" = 1)::numeric, 2) AS x,
	             round(max(centroid) FILTER (WHERE "position" = 2)::numeric, 2) AS y
	      FROM kmeans_centroids((SELECT kmeans_fit(features, 5, '{"standardize": "none"}') FROM mall)) GROUP BY 1, 2) AS c}),
	'1 81 55.30 49.52; 2 39 86.54 82.13; 3 35 88.20 17.11; 4 23 26.30 20.91; 5 22 25.73 79.36', 'mall: the five centers');
is(sql(q{
	SELECT string_agg(kmeans_describe(model, cluster_id), '; ' ORDER BY cluster_id)
	FROM (SELECT kmeans_fit(features, 5, '{"standardize": "none", "feature_names": ["Annual_Income", "Spending_Score"]}') AS model FROM mall) AS m,
	     generate_series(1, 5) AS cluster_id}),
	'close to average in every feature; high Spending Score (1.6x average), high income (1.4x average); '
	. 'low Spending Score (0.3x average), high income (1.5x average); '
	. 'low income (0.4x average), low Spending Score (0.4x average); '
	. 'low income (0.4x average), high Spending Score (1.6x average)',
	'mall: the five clusters in words');

# Refits on halves of the rows keep their numbers: after alignment the same rows have the same cluster_id.
for my $set ([ 's1', 15 ], [ 'unbalance', 8 ], [ 'a1', 20 ])
{
	my ($name, $k) = @$set;

	is(sql(qq{
		SELECT kmeans_fit(features, $k, '{"n_init": 20}') AS old FROM $name WHERE id % 2 = 0 \\gset
		SELECT kmeans_fit(features, $k, '{"n_init": 20, "seed": 7}') AS new FROM $name WHERE id % 2 = 1 \\gset
		SELECT kmeans_align(:'new', :'old') AS aligned \\gset
		SELECT kmeans_align(:'aligned', :'old') = :'aligned',
		       avg((kmeans_assign(:'aligned', features) = kmeans_assign(:'old', features))::int) > 0.95,
		       adjusted_rand_index(kmeans_assign(:'new', features), kmeans_assign(:'aligned', features)) = 1,
		       (SELECT bool_and(status = 'matched') FROM kmeans_align_rows(:'new', :'old'))
		FROM $name}), 't|t|t|t', "$name: aligned twice as once, rows keep their numbers, groups stay, all matched");
}

# The adjusted Rand index by its definition, from the table of counts.
is(sql(q{
	SELECT kmeans_fit(features, 15, '{"n_init": 20}') AS model FROM s1 \gset
	WITH labels AS (SELECT truth AS a, kmeans_assign(:'model', features) AS b FROM s1),
	     cells AS (SELECT a, b, count(*) AS n FROM labels GROUP BY a, b),
	     sums AS (SELECT (SELECT sum(n * (n - 1) / 2) FROM cells) AS s,
	                     (SELECT sum(n * (n - 1) / 2) FROM (SELECT sum(n) AS n FROM cells GROUP BY a) AS x) AS a,
	                     (SELECT sum(n * (n - 1) / 2) FROM (SELECT sum(n) AS n FROM cells GROUP BY b) AS x) AS b,
	                     (SELECT count(*) * (count(*) - 1) / 2 FROM labels) AS pairs)
	SELECT abs((s - a * b / pairs) / ((a + b) / 2 - a * b / pairs) - (SELECT adjusted_rand_index(a, b) FROM labels)) < 1e-12,
	       (SELECT adjusted_rand_index(a, b) FROM labels) > 0.98
	FROM sums}), 't|t', 's1: the adjusted Rand index against the truth');

done_testing();
