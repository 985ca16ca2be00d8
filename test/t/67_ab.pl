# ab_fit and ab_rows on the public data of Cookie Cats: 90,189 players, gate_40 against gate_30. The figures are
# of R: prop.test(correct = FALSE), t.test, p.adjust, chisq.test, and the formulas of src/ab/ab.h written out.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $file = "$ENV{SEGMENT_SHARED}/data/ab/cookie_cats.csv.gz";
plan skip_all => "the reference data is not beside the project ($file)" unless -e $file;

my $node = PostgreSQL::Test::Cluster->new('ab');
$node->init;
$node->start;
sub rows { return $node->safe_psql('postgres', 'SET extra_float_digits = 0; ' . $_[0]); }
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION segment;
CREATE TABLE players (userid bigint, version text, sum_gamerounds integer, retention_1 boolean, retention_7 boolean);
\\copy players FROM PROGRAM 'gzip -dc $file' CSV HEADER
SQL

# |got / want - 1| <= 1e-9, or the last digit that is printed
sub near
{
	my ($got, $want, $what) = @_;
	my $digits = $want =~ /\.(\d+)/ ? length $1 : 0;
	my $tolerance = abs($want) * 1e-9;
	$tolerance = 0.51 * 10**-$digits if 0.51 * 10**-$digits > $tolerance;
	ok(abs($got - $want) <= $tolerance, "$what: $got, $want");
	return;
}

# The columns of the arm that is not the control.
sub compare
{
	my ($what, $fit, $arguments, %want) = @_;
	my @columns = sort keys %want;
	my @got = split /\|/, rows('SELECT ' . join(', ', @columns) . " FROM segment.ab_rows((SELECT $fit FROM players)$arguments) WHERE NOT is_control"), -1;

	near($got[$_], $want{ $columns[$_] }, "$what: $columns[$_]") foreach 0 .. $#columns;
	return;
}

is(rows("SELECT arm, is_control, n FROM segment.ab_rows((SELECT segment.ab_fit(version, retention_1::int) FROM players))"), "gate_30|t|44700\ngate_40|f|45489",
	'the first arm by name is the control');
is(rows(<<'SQL'), "0.4435823651|0.4528023783", 'Wilson of the control');
SELECT round(lower_bound::numeric, 10), round(upper_bound::numeric, 10) FROM segment.ab_rows((SELECT segment.ab_fit(version, retention_1::int) FROM players)) WHERE is_control
SQL
compare('retention_1', 'segment.ab_fit(version, retention_1::int)', '',
	lower_bound => '.4377237473', upper_bound => '.4468514995', difference_lower => '-.0123919050', difference_upper => '.0005820951',
	z_value => '-1.784086224797', p_value => '.074409655297', relative_lift => '-.0131756559', lift_lower => '-.0274498559', lift_upper => '.0013080479',
	'(always_valid_upper - always_valid_lower) / 2' => '.0109970658', always_valid_p => '1');
compare('retention_1, N* = 90189', 'segment.ab_fit(version, retention_1::int)', ', tuning_n => 90189',
	'(always_valid_upper - always_valid_lower) / 2' => '.0100462148', always_valid_p => '.7273467576');
compare('retention_7', 'segment.ab_fit(version, retention_7::int)', '',
	lower_bound => '.1784812010', upper_bound => '.1855725914', difference_lower => '-.0132819409', difference_upper => '-.0031213027',
	z_value => '-3.164358912748', p_value => '.001554249976', relative_lift => '-.0431190349', lift_lower => '-.0688911504', lift_upper => '-.0166335743',
	'(always_valid_upper - always_valid_lower) / 2' => '.0086119263', always_valid_p => '.0832842654');
compare('retention_7, N* = 90189', 'segment.ab_fit(version, retention_7::int)', ', tuning_n => 90189',
	'(always_valid_upper - always_valid_lower) / 2' => '.0078673042', always_valid_p => '.0350688915');
compare('retention_1, 90 %', 'segment.ab_fit(version, retention_1::int)', ', level => 0.9', difference_lower => '-.0113491122', difference_upper => '-.0004608543');
compare('retention_7, 90 %', 'segment.ab_fit(version, retention_7::int)', ', level => 0.9', difference_lower => '-.0124650482', difference_upper => '-.0039380041');
# t.test(retention_7 ~ version)
compare('retention_7 as numbers', q{segment.ab_fit(version, retention_7::int, '{"outcome_type": "continuous"}'::jsonb)}, '',
	z_value => '-3.164028946774', degrees_of_freedom => '90079.82814', p_value => '.001556530181', difference_lower => '-.01328167702869', difference_upper => '-.003120919601721');
# one player has no number of rounds
compare('rounds', 'segment.ab_fit(version, sum_gamerounds) FILTER (WHERE sum_gamerounds IS NOT NULL)', '',
	z_value => '-.8848413052298', degrees_of_freedom => '58595.9983567806', p_value => '.3762458590343');
# capped at the type-7 quantile of 99.9 %
$node->safe_psql('postgres', <<'SQL');
CREATE VIEW capped AS SELECT version, least(sum_gamerounds, (SELECT percentile_cont(0.999) WITHIN GROUP (ORDER BY sum_gamerounds) FROM players)) AS rounds
FROM players WHERE sum_gamerounds IS NOT NULL
SQL
my @capped = split /\|/, rows('SELECT z_value, degrees_of_freedom, p_value, difference_lower, difference_upper FROM segment.ab_rows((SELECT segment.ab_fit(version, rounds) FROM capped)) WHERE NOT is_control');
near($capped[$_], ('-.145517433894', '90180.3679894336', '.8843026772233', '-1.3727723395356', '1.1830201901298') [$_], 'rounds, capped') foreach 0 .. 4;
is(rows(<<'SQL'), '0.0744096553 0.0744096553, 0.0031085000 0.0031085000', 'Holm and BH of both');
SELECT string_agg(concat_ws(' ', round(holm::numeric, 10), round(bh::numeric, 10)), ', ' ORDER BY metric)
FROM (SELECT metric, segment.p_adjust(p_value, 'holm') OVER () AS holm, segment.p_adjust(p_value, 'bh') OVER () AS bh
      FROM (SELECT 1 AS metric, segment.ab_fit(version, retention_1::int) AS model FROM players UNION ALL SELECT 2, segment.ab_fit(version, retention_7::int) FROM players) m,
           segment.ab_rows(model) WHERE NOT is_control) a
SQL
is(rows("SELECT round(chi2::numeric, 8), round(p_value::numeric, 10), verdict FROM segment.srm_test((SELECT array_agg(n ORDER BY version) FROM (SELECT version, count(*) AS n FROM players GROUP BY 1) c))"),
	'6.90240495|0.0086079878|suspicious', 'sample ratio');

$node->stop;
done_testing();
