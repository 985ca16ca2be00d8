# Lifetime value of the customers of CDNOW. Reference figures: scipy.optimize.minimize (L-BFGS-B, then Nelder-Mead) on the
# logarithms of the parameters, times in weeks; expectations by the hypergeometric function of mpmath.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, 'SET extra_float_digits = 3; ' . $_[0]); }
Shop::load_cdnow($node);

# |got - want| <= relative * |want|, or the last digit that is printed
sub near
{
	my ($got, $want, $relative, $what) = @_;
	my $digits = $want =~ /\.(\d+)/ ? length $1 : 0;
	my $tolerance = abs($want) * $relative;
	$tolerance = 0.51 * 10**-$digits if 0.51 * 10**-$digits > $tolerance;
	ok($got ne '' && abs($got - $want) <= $tolerance, "$what: $got, $want");
	return;
}

Shop::run($node, <<'SQL');
CREATE TABLE customers AS
SELECT as_of, s.* FROM (VALUES (date '1997-09-30'), ('1998-06-30')) v(as_of), segment.clv_summary('cdnow_receipts', as_of) s;
CREATE TABLE models AS
SELECT as_of, name, segment.clv_fit(x, t_x, t_cal, mean_value, jsonb_build_object('model', name)) AS model
FROM customers, (VALUES ('bgnbd'), ('mbgnbd')) v(name) GROUP BY as_of, name;
SQL

# ---- the summary
is(rows('SELECT count(*), sum(x), count(DISTINCT (x, t_x, t_cal)), count(*) FILTER (WHERE mean_value > 0) FROM customers GROUP BY as_of ORDER BY as_of'),
	"23570|24337|8685|9450\n23570|44021|11104|11515", 'customers, purchases, distinct patterns, customers with a value');
is(rows(<<'SQL'), '0', 'the same in plain SQL');
WITH d AS (SELECT customer_id, receipt_date::date AS day, sum(amount) AS value FROM cdnow WHERE receipt_date <= '1997-09-30' GROUP BY 1, 2),
     f AS (SELECT *, day = min(day) OVER (PARTITION BY customer_id) AS is_first FROM d),
     w AS (SELECT customer_id, count(*) - 1 AS x, max(day) - min(day) AS t_x, '1997-09-30' - min(day) AS t_cal,
                  (avg(value) FILTER (WHERE NOT is_first))::float8 AS mean_value FROM f GROUP BY 1)
SELECT count(*) FROM w FULL JOIN (SELECT * FROM customers WHERE as_of = '1997-09-30') c USING (customer_id)
WHERE (w.x, w.t_x, w.t_cal) IS DISTINCT FROM (c.x, c.t_x, c.t_cal) OR (abs(w.mean_value - c.mean_value) <= 1e-9) IS FALSE
   OR (w.mean_value IS NULL) <> (c.mean_value IS NULL)
SQL

# ---- parameters: r, alpha in weeks, a, b, log likelihood for times in weeks; p, q, v
my %fits = (
	'1997-09-30 bgnbd' => [ qw(.2516240 4.7889434 .7234337 2.1610888 -95368.443933) ],
	'1997-09-30 mbgnbd' => [ qw(.6371397 7.3102894 .8074741 1.2283940 -95336.958320) ],
	'1998-06-30 bgnbd' => [ qw(.2671278 5.9864916 .4835170 2.1116083 -173425.916293) ],
	'1998-06-30 mbgnbd' => [ qw(.6894185 9.8893817 .4916000 .8585149 -173294.442101) ]);
my %values = (
	'1997-09-30' => [ qw(6.2753591 3.6244498 14.9836861 -40763.476261 9450) ],
	'1998-06-30' => [ qw(5.0860446 3.9951206 21.2522334 -49496.524203 11515) ]);
my %std_errors = (
	bgnbd => [ qw(.004202 .131255 .053929 .198590) ], mbgnbd => [ qw(.036207 .293263 .037612 .111945) ],
	gamma_gamma => [ qw(.399700 .090554 1.344043) ]);
my $in_weeks = q{CASE parameter WHEN 'alpha' THEN 7 ELSE 1 END};

sub column
{
	my ($column, $as_of, $name, $part) = @_;
	return split /\n/, rows("SELECT $column FROM models, segment.clv_parameters(model) WITH ORDINALITY p WHERE as_of = '$as_of' AND name = '$name' AND model_part = '$part' ORDER BY p.ordinality");
}

for my $fit (sort keys %fits)
{
	my ($as_of, $name) = split / /, $fit;
	my @got = column("estimate / $in_weeks", $as_of, $name, $name);
	my @log_likelihood = column("log_likelihood + ln(7) * (SELECT sum(x) FROM customers c WHERE c.as_of = models.as_of)", $as_of, $name, $name);
	my @value = column('estimate', $as_of, $name, 'gamma_gamma');

	near($got[$_], $fits{$fit}[$_], 1e-5, "$fit, " . (qw(r alpha a b))[$_]) for 0 .. 3;
	near($log_likelihood[0], $fits{$fit}[4], 1e-11, "$fit, log likelihood");
	near($value[$_], $values{$as_of}[$_], 1e-5, "$fit, " . (qw(p q v))[$_]) for 0 .. 2;
	near((column('log_likelihood', $as_of, $name, 'gamma_gamma'))[0], $values{$as_of}[3], 1e-11, "$fit, log likelihood of value");
	is((column('customers', $as_of, $name, 'gamma_gamma'))[0], $values{$as_of}[4], "$fit, customers with a value");
	is(join('', column('at_boundary', $as_of, $name, $name), column('at_boundary', $as_of, $name, 'gamma_gamma')), 'fffffff', "$fit, not at the boundary");
}
for my $name (qw(bgnbd mbgnbd))
{
	for my $part ($name, 'gamma_gamma')
	{
		my @got = column("std_error / $in_weeks", '1997-09-30', $name, $part);
		near($got[$_], $std_errors{$part}[$_], 1e-4, "$name, standard error $_ of $part") for 0 .. $#{ $std_errors{$part} };
	}
}
near(rows(q{SELECT corr(x, mean_value) FROM customers WHERE as_of = '1997-09-30' AND mean_value > 0}), '.080154', 1e-6, 'correlation of x and mean_value');

# ---- what was expected on 1997-09-30, and what came
Shop::run($node, <<'SQL');
CREATE TABLE came AS
SELECT c.*, COALESCE(n.days, 0) AS days FROM customers c
LEFT JOIN (SELECT customer_id, count(DISTINCT receipt_date) AS days FROM cdnow WHERE receipt_date > '1997-09-30' GROUP BY 1) n USING (customer_id)
WHERE as_of = '1997-09-30';
SQL
is(rows('SELECT sum(days) FROM came'), '19684', 'days of purchase after 1997-09-30');
my %hold_out = (bgnbd => [ '16873.7341', '.818742' ], mbgnbd => [ '15933.5994', '.794536' ]);
for my $name (sort keys %hold_out)
{
	my @got = split /\|/, rows("SELECT sum((d).expected_purchases), avg(abs((d).expected_purchases - days)) FROM (SELECT days, segment.clv_details(model, x, t_x, t_cal, mean_value, 39 * 7) AS d FROM came JOIN models USING (as_of) WHERE name = '$name' OFFSET 0) q");
	near($got[0], $hold_out{$name}[0], 1e-6, "$name, expected purchases");
	near($got[1], $hold_out{$name}[1], 1e-6, "$name, mean absolute error");
}
near(rows('SELECT avg(abs(x * 273.0 / t_cal - days)) FROM came'), '1.038054', 1e-6, 'the mean absolute error of the past rate of each customer is larger');

# ---- customers: alive by BG and MBG, purchases in 13, 39, 52 weeks by BG, 39 by MBG, value, lifetime value
my %customers = (
	'00001' => [ qw(1 .319799892 .071749625 .200089755 .258511389 .147944075 35.827704 8.844898) ],
	'00003' => [ qw(.364236101 .312148912 .229339361 .617391619 .786360415 .571565816 22.861360 17.182962) ],
	'00005' => [ qw(.886759525 .876367023 1.764423751 4.645265447 5.867269454 4.484235402 33.278044 186.727188) ],
	'00111' => [ qw(.658867872 .640333139 1.310977881 3.451461277 4.359417897 3.276486282 71.603975 298.524080) ],
	'14048' => [ qw(.961054403 .960061427 21.4324211 54.445431553 67.941817495 50.343477475 54.376892 3536.246568) ],
	'07592' => [ qw(.988231481 .987098909 23.440914853 60.053257565 75.145795978 55.760572946 101.596059 7306.066966) ],
	'19339' => [ qw(0 .000000001 0 .000000001 .000000001 .000000016 294.482694 0) ]);
for my $id (sort keys %customers)
{
	my @got = split /\|/, rows(<<"SQL");
WITH c AS (SELECT c.*, b.model AS b, m.model AS m FROM customers c JOIN models b USING (as_of) JOIN models m USING (as_of)
           WHERE as_of = '1997-09-30' AND customer_id = '$id' AND b.name = 'bgnbd' AND m.name = 'mbgnbd')
SELECT y.alive_probability, n.alive_probability, w.expected_purchases, v.expected_purchases, u.expected_purchases, n.expected_purchases, y.expected_value, y.lifetime_value
FROM c, segment.clv_details(b, x, t_x, t_cal, mean_value) y, segment.clv_details(b, x, t_x, t_cal, mean_value, 91) w, segment.clv_details(b, x, t_x, t_cal, mean_value, 273) v,
     segment.clv_details(b, x, t_x, t_cal, mean_value, 364) u, segment.clv_details(m, x, t_x, t_cal, mean_value, 273) n
SQL
	my @names = ('alive, BG', 'alive, MBG', '13 weeks', '39 weeks', '52 weeks', '39 weeks, MBG', 'value', 'lifetime value');
	near($got[$_], $customers{$id}[$_], 2e-6, "customer $id, $names[$_]") for 0 .. $#names;
}
my @sums = split /\|/, rows(<<'SQL');
SELECT sum((d).lifetime_value), sum((u).lifetime_value), (array_agg(customer_id ORDER BY (d).lifetime_value DESC))[1]
FROM (SELECT customer_id, segment.clv_details(model, x, t_x, t_cal, mean_value) AS d, segment.clv_details(model, x, t_x, t_cal, mean_value, 365.25, 0) AS u
      FROM customers JOIN models USING (as_of) WHERE as_of = '1997-09-30' AND name = 'bgnbd' OFFSET 0) q
SQL
near($sums[0], '777701.1851', 1e-6, 'all customers, discounted');
near($sums[1], '815560.0037', 1e-6, 'all customers, undiscounted');
is($sums[2], '07592', 'the largest');

# ---- a ledger is read through its receipts
Shop::run($node, "SELECT segment.create_ledger('cdnow_ledger', 'cdnow_receipts')");
is(rows(q{SELECT count(*), sum(x), sum(t_x), sum(t_cal), round(sum(mean_value)::numeric, 6) FROM segment.clv_summary('cdnow_ledger', '1997-09-30')}),
	rows(q{SELECT count(*), sum(x), sum(t_x), sum(t_cal), round(sum(mean_value)::numeric, 6) FROM customers WHERE as_of = '1997-09-30'}), 'a ledger');

done_testing();
