# k-means on published data sets: known optima, known centers; that fit and
# scoring agree.
use strict;
use warnings;
use Kmeans;
use Test::More;

my $folder = "$ENV{SEGMENT_SHARED}/data/cluster";
plan skip_all => "the reference data is not beside the project ($folder)" unless -d $folder;

my $node = start_server('kmeans');

# The worst distance between a true center and its nearest found one and the
# other way round tell nothing about counts; the centroid index does: how many
# true centers are nobody's nearest, at worst over both directions (P. Fraenti
# and others, "Centroid index", 2014).
$node->safe_psql('postgres', q{
	CREATE FUNCTION orphans(a jsonb, b jsonb) RETURNS bigint LANGUAGE sql AS $$
		SELECT jsonb_array_length(b) - count(DISTINCT nearest) FROM jsonb_array_elements(a) AS x,
			LATERAL (SELECT at AS nearest FROM jsonb_array_elements(b) WITH ORDINALITY AS y (c, at)
			         ORDER BY (x->>0)::float8 - (c->>0)::float8 IS NULL,
			                  ((x->>0)::float8 - (c->>0)::float8) ^ 2 + ((x->>1)::float8 - (c->>1)::float8) ^ 2 LIMIT 1) AS n
	$$;
	CREATE FUNCTION centers(model bytea) RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_agg(c ORDER BY cluster_id)
		FROM (SELECT cluster_id, jsonb_agg(centroid ORDER BY position) AS c
		      FROM segment.kmeans_centroids(model) GROUP BY cluster_id) AS one
	$$;});

# A table <set> (features), from a file through a command.
sub load_set
{
	my ($set, $command, $columns, $format) = @_;

	$node->safe_psql('postgres', qq{
		CREATE TABLE lines (line text);
		COPY lines FROM PROGRAM '$command' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02');
		CREATE TABLE $set AS SELECT ARRAY[$columns]::float8[] AS features
		FROM lines, regexp_split_to_array(trim(line), '$format') AS part;
		DROP TABLE lines});
}

load_set('iris', "tail -n +2 $folder/iris.csv | tr -d \\\"", 'part[1], part[2], part[3], part[4]', ',');
load_set('mall', "tail -n +2 $folder/mall_customers.csv", 'part[4], part[5]', ',');
load_set($_, "gzip -dc $folder/$_.data.gz", 'part[1], part[2]', '\s+') foreach qw(s1 s2 a1 unbalance);
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM iris), (SELECT count(*) FROM mall)'), '150|200', 'iris and mall are loaded');

sub is_near
{
	my ($got, $want, $tolerance, $name) = @_;

	ok(abs($got - $want) <= $tolerance * abs($want), "$name: $got is within $tolerance of $want");
}

# ---- known optima: within sums of squares by scikit-learn 1.2.1 and R 4.2.2, n_init 20

my %optimum = (
	iris => [ 681.3706, 152.34795176, 78.8514414261, 57.2284732, 46.4461821, 39.0399872 ],
	mall => [ 269981.28, 181363.59596, 106348.373062, 73679.7890395, 44448.4554479 ]);

foreach my $set (sort keys %optimum)
{
	foreach my $k (1 .. scalar @{ $optimum{$set} })
	{
		foreach my $n_init (10, 20)
		{
			is_near(fit($set, $k, qq({"standardize": "none", "n_init": $n_init})), $optimum{$set}[$k - 1], 1e-6,
				"$set, k $k, n_init $n_init");
		}
		agrees($set, "$set, k $k");
	}
}

my @zscored = (220.8792936, 138.8883597, 113.3316235);
foreach my $k (2 .. 4)
{
	is_near(fit('iris', $k, '{"n_init": 20}'), $zscored[ $k - 2 ], 1e-6, "iris as z-scores, k $k");
	agrees('iris', "iris as z-scores, k $k");
}

fit('iris', 3, '{"standardize": "none", "n_init": 20}');
is($node->safe_psql('postgres', q{
	SELECT cluster_id, size, array_agg(round(centroid::numeric, 6) ORDER BY position)
	FROM fitted, segment.kmeans_centroids(model) GROUP BY 1, 2 ORDER BY 1}),
	"1|62|{5.901613,2.748387,4.393548,1.433871}\n"
	. "2|50|{5.006000,3.428000,1.462000,0.246000}\n"
	. "3|38|{6.850000,3.073684,5.742105,2.071053}", 'iris, k 3: centers and sizes');
fit('mall', 5, '{"standardize": "none"}');
is($node->safe_psql('postgres', q{
	SELECT size, array_agg(round(centroid::numeric, 4) ORDER BY position)
	FROM fitted, segment.kmeans_centroids(model) GROUP BY cluster_id, size ORDER BY cluster_id}),
	"81|{55.2963,49.5185}\n39|{86.5385,82.1282}\n35|{88.2000,17.1143}\n23|{26.3043,20.9130}\n22|{25.7273,79.3636}",
	'mall, k 5: centers and sizes');

# ---- synthetic sets of P. Fraenti and S. Sieranoja (2018): every planted cluster is found

my %planted = (
	s1 => [ 15, 8.917615616867e12 ], s2 => [ 15, 1.3279109490730e13 ],
	a1 => [ 20, 1.21462575223e10 ], unbalance => [ 8, 2.14492062848e11 ]);

foreach my $set (sort keys %planted)
{
	my ($k, $sse) = @{ $planted{$set} };
	my $got = fit($set, $k, '{"standardize": "none", "n_init": 20}');

	ok($got <= 1.001 * $sse, "$set: inertia $got is at most 1.001 times $sse");
	agrees($set, $set);
	$node->safe_psql('postgres', qq{
		CREATE TABLE labels (label text);
		COPY labels FROM PROGRAM 'gzip -dc $folder/$set.labels0.gz | tr -d " "';
		CREATE TABLE lines (line text);
		COPY lines FROM PROGRAM 'gzip -dc $folder/$set.data.gz' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')});
	is($node->safe_psql('postgres', q{
		WITH row_labels AS (SELECT label, row_number() OVER () AS at FROM labels WHERE label <> '' AND label <> '0'),
		points AS (SELECT regexp_split_to_array(trim(line), '\s+')::float8[] AS x, row_number() OVER () AS at
		           FROM lines WHERE trim(line) <> ''),
		truth AS (SELECT jsonb_agg(c) AS centers
		          FROM (SELECT jsonb_build_array(avg(x[1]), avg(x[2])) AS c
		                FROM points JOIN row_labels USING (at) GROUP BY label) AS one)
		SELECT jsonb_array_length(centers), orphans(centers, centers(model)), orphans(centers(model), centers)
		FROM truth, fitted}), "$k|0|0", "$set: centroid index 0 against the means of the labels");
	$node->safe_psql('postgres', 'DROP TABLE labels, lines');
}

# ---- every way of scaling agrees with itself, and labels are nearest

foreach my $options ('{"standardize": "robust"}', '{"standardize": "minmax", "transform": "log1p"}',
	'{"transform": ["log1p", "none"], "algorithm": "bisecting"}', '{"init_method": "random", "max_iterations": 1}',
	'{"tolerance": 0.05}')
{
	fit('mall', 6, $options);
	agrees('mall', "mall with $options");
}
is($node->safe_psql('postgres', q{
	WITH model AS (SELECT segment.kmeans_fit(features, 7) AS model FROM unbalance),
	scale AS (SELECT f.position, f.shift, f.scale FROM model, segment.model_features(model) AS f),
	centers AS (SELECT cluster_id, array_agg((centroid - shift) / scale ORDER BY position) AS z
	            FROM model, segment.kmeans_centroids(model) JOIN scale USING (position) GROUP BY 1),
	places AS (SELECT features, ARRAY[(features[1] - a.shift) / a.scale, (features[2] - b.shift) / b.scale] AS z
	           FROM unbalance, scale AS a, scale AS b WHERE a.position = 1 AND b.position = 2)
	SELECT count(*) FILTER (WHERE segment.kmeans_assign((SELECT model FROM model), features) <>
		(SELECT cluster_id FROM centers AS c
		 ORDER BY (c.z[1] - p.z[1]) ^ 2 + (c.z[2] - p.z[2]) ^ 2 LIMIT 1)) FROM places AS p}),
	'0', 'labels are the nearest centers, recomputed in SQL');

$node->stop;
done_testing();
