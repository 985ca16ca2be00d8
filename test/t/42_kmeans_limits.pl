# k-means on rows made by a formula: heavy tails, cancelling, memory.
use strict;
use warnings;
use Kmeans;
use List::Util qw(min);
use Test::More;
use Time::HiRes qw(time);

my $node = start_server('kmeans_limits');

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

# The delay of a cancelled statement, compared with that of a cancelled busy wait.
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
	qr/^54000 memory required is \d+ bytes, but segment.fit_memory allows 5242880$/, 'too many rows');
like(sqlstate(q{SET segment.fit_memory = '11MB';}, 'SELECT segment.kmeans_fit(features, 3) FROM many'),
	qr/^54000/, 'enough memory for the rows, but not for the fit');
like(sqlstate(q{SET segment.fit_memory = '8MB'; SET work_mem = '128MB'; SET enable_sort = off;},
		'SELECT features[2], segment.kmeans_fit(features, 1) FROM many GROUP BY 1'),
	qr/^54000/, 'many groups share one limit');

# reserved memory is released after errors and after success
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
is($out, "8\nt", 'after forty errors and eight fits another fit has enough memory');

$node->stop;
done_testing();
