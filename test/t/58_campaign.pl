# A campaign report of a public test, Cookie Cats: 90,189 players, a gate at level 30 or at level 40, and whether they
# came back after a day and after a week.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, $_[0]); }

rows(<<"SQL");
CREATE TABLE players (userid text, version text, sum_gamerounds int, retention_1 boolean, retention_7 boolean);
\\copy players FROM PROGRAM 'zcat $ENV{SEGMENT_SHARED}/data/ab/cookie_cats.csv.gz' WITH (FORMAT csv, HEADER)
CREATE VIEW members AS SELECT userid AS customer_id, version AS arm, sum_gamerounds FROM players;
CREATE VIEW events AS
SELECT userid AS customer_id, event, timestamp '2020-01-01' AS happened_at
FROM players, LATERAL (VALUES ('opened', retention_1), ('clicked', retention_7)) e(event, is_there) WHERE e.is_there;
SQL

# R 4.2.2: prop.test(correct = FALSE), p.adjust(c(.074409655297, .001554249976), "holm"), the intervals of Newcombe's method 10 and
# of Wilson by their formulas, the always-valid intervals by the formula of Howard et al. (2021)
my %expected = (
	n => [ 45489, 45489 ],
	lower_bound => [ .4377237473, .1784812010 ], upper_bound => [ .4468514995, .1855725914 ],
	difference_lower => [ -.0123919050, -.0132819409 ], difference_upper => [ .0005820951, -.0031213027 ],
	p_value => [ .074409655297, .001554249976 ], p_holm => [ .0744096553, .0031085000 ], p_bh => [ .0744096553, .0031085000 ],
	relative_lift => [ -.0131756559, -.0431190349 ],
	always_valid_p => [ 1, .0832842654 ]);
foreach my $column (sort keys %expected)
{
	my @got = split /\n/, rows(qq{SELECT $column FROM segment.ab_report('members', 'events', '{opened,clicked}') WHERE arm = 'gate_40' ORDER BY metric DESC});
	is(scalar @got, 2, "$column: two metrics");
	cmp_ok(abs($got[$_] - $expected{$column}[$_]), '<', 1e-9, "$column of " . ('retention_1', 'retention_7')[$_]) foreach 0, 1;
}
my @widths = split /\n/, rows(q{SELECT (always_valid_upper - always_valid_lower) / 2 FROM segment.ab_report('members', 'events', '{opened,clicked}') WHERE arm = 'gate_40' ORDER BY metric DESC});
cmp_ok(abs($widths[0] - .0109970658), '<', 1e-9, 'half width of the always-valid interval of retention_1');
cmp_ok(abs($widths[1] - .0086119263), '<', 1e-9, 'half width of the always-valid interval of retention_7');
is(rows(q{SELECT DISTINCT control FROM segment.ab_report('members', 'events')}), 'gate_30', 'the control is the first arm by name');

# R: chisq.test(c(44700, 45489)): p = .0086079878, below .01 and not below .001
is(rows(q{SELECT DISTINCT srm_verdict, round(srm_p_value::numeric, 9) FROM segment.ab_report('members', 'events')}), 'suspicious|0.008607988', 'the numbers of players are suspicious');

# The funnel says the same of each arm.
is(rows(q{SELECT arm, customers, round(lower_bound::numeric, 9), round(upper_bound::numeric, 9) FROM segment.campaign_funnel('members', 'events') WHERE stage = 'clicked' ORDER BY arm}),
	"gate_30|8502|0.186589797|0.193866131\ngate_40|8279|0.178481201|0.185572591", 'retention_7 with its Wilson intervals');

$node->stop;
done_testing();
