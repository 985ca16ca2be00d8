# k-means on published data sets: known optima, known centers; that fit and
# scoring agree; cancelling; memory.
use strict;
use warnings;

use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use Test::More;
use Time::HiRes qw(time);

my $folder = "$ENV{SEGMENT_SHARED}/data/cluster";
plan skip_all => "the reference data is not beside the project ($folder)" unless -d $folder;

my $node = PostgreSQL::Test::Cluster->new('kmeans');
$node->init;
$node->append_conf('postgresql.conf', "max_parallel_workers_per_gather = 0\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

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
	$$;
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

sub fit
{
	my ($set, $k, $options) = @_;

	$node->safe_psql('postgres', qq{
		DROP TABLE IF EXISTS fitted;
		CREATE TABLE fitted AS SELECT segment.kmeans_fit(features, $k, '$options') AS model FROM $set});
	return $node->safe_psql('postgres', 'SELECT inertia FROM fitted, segment.model_info(model)');
}

sub is_near
{
	my ($got, $want, $tolerance, $name) = @_;

	ok(abs($got - $want) <= $tolerance * abs($want), "$name: $got is within $tolerance of $want");
}

sub agrees
{
	my ($set, $name) = @_;

	is($node->safe_psql('postgres', "SELECT disagreements('$set', model) FROM fitted"), '',
		"$name: sizes, assignments and distances agree with the model");
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

# ---- heavy tails: recency, frequency and money made by a formula; the best inertia known, from
# 20 starts of scikit-learn 1.2.1 on all rows and from here

$node->safe_psql('postgres', q{
	CREATE FUNCTION share(i bigint, m bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
		'SELECT ((i * m) % 300007 + 0.5) / 300007';
	CREATE TABLE tails AS
	SELECT ARRAY[365 * share(i, 32452843) ^ 2,
		floor(exp(1.1 * abs(sqrt(-2 * ln(share(i, 49979687))) * sin(2 * pi() * share(i, 67867967))))),
		exp(2 * share(i, 15485863) + 2.2 * sqrt(-2 * ln(share(i, 7919))) * cos(2 * pi() * share(i, 104729)))] AS features
	FROM generate_series(1, 300000) AS i});
is($node->safe_psql('postgres', q{
	SELECT round(sum(features[1])::numeric, 3), sum(features[2]), round(sum(features[3])::numeric, 3) FROM tails}),
	'36499987.477|817366|10720267.841', 'heavy tails are those of the reference');
my %least = (none => { 5 => 8612615400, 8 => 3306462693 }, zscore => { 5 => 310620.7207, 8 => 193262.31 });
foreach my $standardize (sort keys %least)
{
	foreach my $k (5, 8)
	{
		foreach my $seed (1 .. 5, 42)
		{
			my $got = fit('tails', $k, qq({"standardize": "$standardize", "seed": $seed}));

			cmp_ok($got, '<=', 1.02 * $least{$standardize}{$k}, "heavy tails, $standardize, k $k, seed $seed");
		}
	}
}
agrees('tails', 'heavy tails');

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

# ---- cancelling

$node->safe_psql('postgres', q{
	CREATE TABLE many AS SELECT array_agg(4 + sin(i * j * 0.37) * 3 + i % 7 * (j % 3) ORDER BY j) AS features
	FROM generate_series(1, 60000) AS i, generate_series(1, 20) AS j GROUP BY i;
	CREATE TABLE wide AS SELECT array_agg(sin(i * j * 0.37) + i % 3 ORDER BY j) AS features
	FROM generate_series(1, 1000) AS i, generate_series(1, 1600) AS j GROUP BY i});
my $million = join(', ', map { "sin(i * 0.0$_) * 3 + i % 8 * " . $_ % 3 } 11 .. 30);
$node->safe_psql('postgres', "CREATE UNLOGGED TABLE million AS SELECT ARRAY[$million] AS features FROM generate_series(1, 1000000) AS i");
# a million rows; many passes over few rows; much scaling; much seeding; many iterations
my @long = (q(SELECT length(segment.kmeans_fit(features, 8)) FROM million),
	q(SELECT length(segment.kmeans_fit(features, 2, '{"n_init": 60}')) FROM wide), map { "SELECT length(segment.kmeans_fit(features, $_)) FROM many" } (
	q(8, '{"n_init": 1, "max_iterations": 1, "null_policy": "median", "standardize": "robust", "transform": "log1p"}'),
	q(40, '{"n_init": 20, "max_iterations": 1}'),
	q(40, '{"n_init": 1, "init_method": "random"}')));

# How late the statement comes back, against the time of a busy wait that is cancelled likewise.
sub lateness
{
	my ($sql, $timeout) = @_;
	my ($out, $err, $late);

	$node->psql('postgres', qq{
		SET statement_timeout = $timeout;
		\\set ON_ERROR_STOP off
		SELECT extract(epoch FROM clock_timestamp()) AS began \\gset
		$sql;
		RESET statement_timeout;
		SELECT round((extract(epoch FROM clock_timestamp()) - :began) * 1000 - $timeout)}, stdout => \$out, stderr => \$err);
	($late) = $out =~ /(-?\d+)\s*$/;
	return ($late, $err);
}

foreach my $sql (@long)
{
	my $start;
	my $took = 1000 * min(map { $start = time; $node->safe_psql('postgres', $sql); time - $start } 1 .. 2);

	note(sprintf('the fit takes %.0f ms', $took));
	foreach my $share (.05, .15, .3, .5, .7)
	{
		my $timeout = int($took * $share) + 10;
		my ($late, $err) = lateness($sql, $timeout);

		# on a busy machine a fit may end sooner than the one that was timed, or
		# its process wait for its turn: three attempts
		for (my $again = 0; $again < 2 && ($err eq '' || $late > 100); $again++)
		{
			$timeout = int($timeout * .7) if $err eq '';
			($late, $err) = lateness($sql, $timeout);
		}
		like($err, qr/canceling statement due to statement timeout/, "cancelled after $timeout ms");
		ok($late <= 100, "and comes back within 100 ms more ($late)");
	}
}

# ---- memory

sub sqlstate
{
	my ($settings, $sql) = @_;
	my $err;

	$node->psql('postgres', "\\set VERBOSITY verbose\n$settings $sql", stderr => \$err);
	return $err =~ /ERROR:\s+(\w{5}): (.*)/ ? "$1 $2" : $err;
}

like(sqlstate(q{SET segment.fit_memory = '5MB';}, 'SELECT segment.kmeans_fit(features, 3) FROM many'),
	qr/^54000 fit needs \d+ bytes, but segment.fit_memory allows 5242880$/, 'too many rows');
like(sqlstate(q{SET segment.fit_memory = '11MB';}, 'SELECT segment.kmeans_fit(features, 3) FROM many'),
	qr/^54000/, 'the rows fit, but not the work');
like(sqlstate(q{SET segment.fit_memory = '8MB'; SET work_mem = '128MB'; SET enable_sort = off;},
		'SELECT features[2], segment.kmeans_fit(features, 1) FROM many GROUP BY 1'),
	qr/^54000/, 'many groups share one limit');

# what was reserved is given back, after errors and after success
my $out = $node->safe_psql('postgres', q{
	SET segment.fit_memory = '24MB';
	DO $$
	BEGIN
		FOR i IN 1 .. 20 LOOP
			BEGIN
				PERFORM segment.kmeans_fit(features, 60001) FROM many;
			EXCEPTION WHEN invalid_parameter_value THEN NULL;
			END;
			BEGIN
				PERFORM segment.kmeans_fit(features || features, 2) FROM many;
			EXCEPTION WHEN program_limit_exceeded THEN NULL;
			END;
		END LOOP;
	END $$;
	SELECT count(*) FROM (SELECT segment.kmeans_fit(features, 2, '{"n_init": 1}')
	                      FROM many, generate_series(1, 8) AS g GROUP BY g OFFSET 0) AS eight;
	SELECT length(segment.kmeans_fit(features, 2)) > 0 FROM many});
is($out, "8\nt", 'after forty errors and eight fits there is room for another');

$node->stop;
done_testing();
