# Experiments with random treatments, with and without an effect that a score can find. In each
# the verdict and the interval of the Qini coefficient are compared with what was planted.
# The standard error is compared with the standard deviation of the coefficients.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('uplift');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_parallel_workers_per_gather = 0\njit = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION segment');

my $experiments = 800;

# Per case: rows of an experiment, share of treated, the rate of the controls and the effect as
# SQL of the score s (0 to 1, independent of the treatment), the coefficient of this population:
# integral of effect(s) (1/2 - rank), with the highest s first, and the least share of "evidence".
my @cases = (
	[ 'no effect', 1000, 0.5, '0.1', '0', 0 ],
	[ 'no effect, few controls, a score of the outcome', 1000, 0.8, '0.02 + 0.2 * s', '0', 0 ],
	[ 'the same effect for all', 1000, 0.5, '0.05 + 0.1 * s', '0.1', 0 ],
	[ 'no effect, a score of five values', 1000, 0.5, '0.1 + 0.1 * floor(5 * s) / 5', '0', 0, undef, 'floor(5 * s)' ],
	[ 'effect grows with the score', 2000, 0.5, '0.1', '0.2 * s', 0.2 / 12, 0.9 ],
	[ 'effect from harm to help', 2000, 0.5, '0.3 - 0.2 * s', '0.3 * s - 0.1', 0.3 / 12, 0.9 ]);

foreach my $case (@cases)
{
	my ($name, $n, $share, $base, $effect, $coefficient, $power, $score) = @$case;
	$score //= 's';
	my ($evidence, $no_evidence, $reversed, $covered, $mean, $sd, $se) = split /\|/, $node->safe_psql('postgres', <<"SQL");
SELECT setseed(0.42) \\gset
SELECT count(*) FILTER (WHERE verdict = 'evidence')::float8 / count(*), count(*) FILTER (WHERE verdict = 'no evidence')::float8 / count(*),
       count(*) FILTER (WHERE verdict = 'reversed')::float8 / count(*), avg((lower_bound <= $coefficient AND $coefficient <= upper_bound)::int),
       avg(qini), stddev_samp(qini), avg(std_error)
FROM (SELECT segment.uplift_fit(treated, random() < $base + CASE WHEN treated THEN $effect ELSE 0 END, $score) AS model
      FROM (SELECT e, random() AS s, random() < $share AS treated FROM generate_series(1, $experiments) e, generate_series(1, $n)) r GROUP BY e) m,
     segment.uplift_metrics(model)
SQL
	note(sprintf('%s: evidence %.3f, no evidence %.3f, reversed %.3f, covered %.3f, mean %.5f (%.5f), sd %.5f, standard error %.5f',
		$name, $evidence, $no_evidence, $reversed, $covered, $mean, $coefficient, $sd, $se));
	# binomial: 0.95 within 3 standard errors of 800 experiments
	cmp_ok(abs($covered - 0.95), '<=', 0.025, "$name: the interval holds in about 95 %: $covered");
	cmp_ok(abs($se / $sd - 1), '<=', 0.1, "$name: the standard error is the standard deviation");
	cmp_ok(abs($mean - $coefficient), '<=', 4 * $sd / sqrt($experiments) + 0.01 * $coefficient, "$name: no bias");
	if ($coefficient == 0) { cmp_ok(abs($no_evidence - 0.95), '<=', 0.025, "$name: noise is called no evidence: $no_evidence"); }
	else
	{
		cmp_ok($evidence, '>=', $power, "$name: found: $evidence");
		is($reversed, 0, "$name: never reversed");
	}
}

# the opposite score is called reversed
is($node->safe_psql('postgres', <<'SQL'), 'evidence|reversed', 'the opposite score');
SELECT setseed(0.1) \gset
WITH r AS (SELECT random() AS s, random() < 0.5 AS treated, random() AS u FROM generate_series(1, 20000))
SELECT (segment.uplift_metrics(segment.uplift_fit(treated, u < 0.1 + CASE WHEN treated THEN 0.2 * s ELSE 0 END, s))).verdict,
       (segment.uplift_metrics(segment.uplift_fit(treated, u < 0.1 + CASE WHEN treated THEN 0.2 * s ELSE 0 END, -s))).verdict FROM r
SQL

$node->stop;
done_testing();
