# Pictures in a browser, and the same specifications drawn by the real Vega-Lite.
#
# It needs Chromium, node and the npm packages playwright-core, axe-core, vega and vega-lite,
# which make setup puts into build/npm; where one is missing, the tests are skipped.
use strict;
use warnings;
use Cwd qw(getcwd);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $here = getcwd();
my $npm = $ENV{SEGMENT_NPM} // '';
my ($chromium) = grep { -x $_ } $ENV{CHROMIUM} // (), '/usr/bin/chromium';
my @missing = grep { !-e "$npm/$_/package.json" } qw(playwright-core axe-core vega vega-lite);
my $node_version = qx(node --version 2>&1) // '';

plan skip_all => 'node is missing' if $node_version !~ /^v/;
plan skip_all => "npm packages are missing: @missing (make setup installs them)" if @missing;

my $node = PostgreSQL::Test::Cluster->new('chart');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]); }

sql(<<'SQL');
CREATE EXTENSION segment;
CREATE TABLE spec (name text PRIMARY KEY, chart jsonb, width integer, height integer);
CREATE TABLE receipts AS
    SELECT 'c' || i % 300 AS customer_id, 'r' || i AS receipt_id, date '2018-01-05' + (i * 37 % 690) AS receipt_date, (10 + i % 97 + (i % 300 < 20)::int * 500)::numeric AS amount
    FROM generate_series(1, 3000) i;
CREATE TABLE points AS
    SELECT i AS id, (i % 5) * 4 + sin(i * 1.3) + cos(i * 7.1) AS pca_x, (i % 3) * 4 + cos(i * 1.7) AS pca_y, 'a group with a long name, number ' || i % 5 AS cluster_name, i % 90 = 0 AS is_anomaly
    FROM generate_series(1, 2500) i;
SELECT segment.create_model('groups', 'kmeans', 'points', 'id', ARRAY['pca_x', 'pca_y'], '{"k": 5}');
CALL segment.refit('groups');
CALL segment.publish('{groups}', 'target', '2019-11-30');
UPDATE points SET pca_x = pca_x + 4 WHERE id <= 200;
CALL segment.publish('{groups}', 'target', '2019-12-31');

INSERT INTO spec SELECT c.name || '_' || l.language, c.chart FROM unnest('{en,es,de}'::text[]) l(language), LATERAL (VALUES
    ('elbow', segment.chart_elbow((SELECT segment.kmeans_sweep(ARRAY[pca_x, pca_y], 2, 8) FROM points), l.language)),
    ('profile', segment.chart_profile((SELECT segment.kmeans_fit(ARRAY[pca_x, pca_y, pca_x * pca_y], 3, '{"feature_names": ["recency_days", "return_share", "monetary"]}') FROM points), 2, NULL, l.language)),
    ('rfm', segment.chart_rfm('receipts', '2019-12-31', language => l.language)),
    ('retention', segment.chart_retention('receipts', '2019-12-31', language => l.language)),
    ('map', segment.chart_map('points', language => l.language)),
    ('migration', segment.chart_migration('target', '2019-11-30', '2019-12-31', NULL, l.language)),
    ('rules', segment.chart_rules((SELECT jsonb_agg(jsonb_build_object('antecedent', jsonb_build_array('product ' || i, repeat('long name ', i)), 'consequent', 'product ' || i + 1,
        'lift', 12.0 / i, 'confidence', 1.0 / i)) FROM generate_series(1, 20) i), 15, l.language)),
    ('funnel', segment.chart_funnel('[{"stage": "visited", "customers": 12000}, {"stage": "bought", "customers": 2500}, {"stage": "bought again", "customers": 100}]', l.language)),
    ('forecast', segment.chart_forecast((SELECT jsonb_agg(jsonb_build_object('period', '20' || 10 + i / 12 || '-' || lpad((i % 12 + 1)::text, 2, '0') || '-01',
        'value', CASE WHEN i < 60 AND i <> 30 THEN 1000 + 10 * i + 200 * sin(i * 0.5236) END, 'forecast', CASE WHEN i >= 60 THEN 1000 + 10 * i END,
        'lower_bound', CASE WHEN i >= 60 THEN 900 + 5 * i END, 'upper_bound', CASE WHEN i >= 60 THEN 1100 + 15 * i END)) FROM generate_series(0, 83) i), 0.95::float8, 'All', l.language))) c(name, chart);
SQL

# Labels that nobody expects, in bars, columns and points; a few values; two sizes.
sql(<<'SQL');
CREATE TABLE label (name text, labels text[]);
INSERT INTO label VALUES
    ('markup', ARRAY['"><script>alert(1)</script>', ''' onload=''alert(1)', '<b>&amp;</b>', ']]>', '<!--']),
    ('control', ARRAY[E'\x01\x02\x1f', E'a\tb\nc', U&'\FFFE\FFFF x', U&'\0085\2028']),
    ('direction', ARRAY[U&'\0645\0631\062D\0628\0627', U&'\05E9\05DC\05D5\05DD', U&'\202Eabc\202C', 'x']),
    ('emoji', ARRAY[repeat(U&'\+01F468\200D\+01F469', 20), U&'\+01F600', U&'\4E2D\6587\4E2D\6587']),
    ('characters_300', ARRAY[repeat('abcdefghi ', 30), repeat('x', 300), repeat('w ', 150)]),
    ('characters_100', ARRAY[repeat('m', 100), repeat(U&'Gr\00F6\00DFe ', 16) || 'ende']),
    ('one', ARRAY['only']),
    ('thirty', (SELECT array_agg('category number ' || i) FROM generate_series(1, 30) i)),
    ('empty', ARRAY['', '  ']),
    ('null', ARRAY['a', NULL, 'b']);
CREATE TABLE value (name text, numbers float8[]);
INSERT INTO value VALUES ('negative', '{-5,3,-1000}'), ('nulls', '{NULL,2}'), ('huge', '{1e299,-1e299}'), ('tiny', '{1e-9}');
INSERT INTO spec
SELECT concat_ws('_', 'hostile', l.name, v.name, k.name), jsonb_build_object('title', jsonb_build_object('text', l.labels[1], 'subtitle', l.labels[1]), 'description', l.labels[1],
       'data', jsonb_build_object('values', (SELECT jsonb_agg(jsonb_build_object('c', u.c, 'i', u.i % 7, 'v', v.numbers[(u.i - 1) % cardinality(v.numbers) + 1]) ORDER BY u.i)
                                             FROM unnest(l.labels) WITH ORDINALITY u(c, i))),
       'layer', jsonb_build_array(jsonb_build_object('mark', k.mark, 'encoding', k.encoding),
                                  jsonb_build_object('mark', 'text', 'encoding', k.encoding || '{"text": {"field": "c", "type": "nominal"}}'))),
       CASE WHEN v.name = 'negative' THEN 200 END, CASE WHEN v.name = 'negative' THEN 150 END
FROM label l, value v, (VALUES
    ('bars', 'bar', '{"x": {"field": "v", "type": "quantitative"}, "y": {"field": "c", "type": "nominal", "sort": null}}'::jsonb),
    ('columns', 'bar', '{"y": {"field": "v", "type": "quantitative"}, "x": {"field": "c", "type": "nominal", "sort": null, "axis": {"labelAngle": 0}}}'),
    ('points', 'point', '{"y": {"field": "v", "type": "quantitative"}, "x": {"field": "i", "type": "quantitative"}}')) k(name, mark, encoding)
WHERE v.name IN ('negative', 'tiny') OR l.name IN ('one', 'thirty', 'markup', 'null');
SQL

my $all = PostgreSQL::Test::Utils::tempdir();
my $plain = PostgreSQL::Test::Utils::tempdir();
foreach my $line (split /\n/, sql("SELECT name || E'\\t' || segment.chart_svg(chart, width, height) FROM spec ORDER BY name"))
{
	my ($name, $svg) = split /\t/, $line, 2;
	append_to_file("$all/$name.svg", $svg);
	append_to_file("$plain/$name.svg", $svg) if $name !~ /^hostile/;
}
foreach my $line (split /\n/, sql("SELECT name || E'\\t' || chart FROM spec WHERE name NOT LIKE 'hostile%' ORDER BY name"))
{
	my ($name, $spec) = split /\t/, $line, 2;
	append_to_file("$plain/$name.json", $spec);
}
# There is no legend: series and groups have their names beside their marks.
foreach my $language (qw(en es de))
{
	my %named = (
		map => [ map { "a group with a long name, number $_" } 0 .. 4 ],
		forecast => { en => [qw(past forecast)], es => [ 'pasado', 'pron&#243;stico' ], de => [qw(bisher Prognose)] }->{$language});
	foreach my $chart (sort keys %named)
	{
		my $svg = slurp_file("$all/${chart}_$language.svg");
		is(join(' | ', grep { index($svg, ">$_<") < 0 } @{ $named{$chart} }), '', "direct labels of ${chart}_$language");
	}
	is(sql("SELECT count(*) FROM spec, jsonb_path_query(chart, '\$.**.color ? (exists(@.field) && exists(@.legend ? (@ != null)))') WHERE name LIKE '%\\_$language'"),
		'0', "no chart in $language asks for a legend");
}
my $count = () = glob "$all/*.svg";
cmp_ok($count, '>=', 100, "$count pictures");

# Each line of a program that tells its results as TAP is a test here.
sub pass_on
{
	my ($what, @command) = @_;
	local $ENV{NODE_PATH} = $npm;
	local $ENV{CHROMIUM} = $chromium;
	local $ENV{HOME} = $all;
	my ($good, $bad, $plan) = (0, 0, 0);
	my $output = run_out(@command);
	foreach my $line (split /\n/, $output)
	{
		$plan = $1 if $line =~ /^1\.\.(\d+)$/;
		if ($line =~ /^ok \d+/) { $good++; }
		else { $bad++ if $line =~ /^not ok/; diag($line) if $line !~ /^(1\.\.|# Chromium)/; }
	}
	ok($plan > 0 && $good == $plan && $bad == 0, "$what: $good of $plan findings are good");
}

sub run_out
{
	my @command = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run(\@command, '>', \$out, '2>&1', IPC::Run::timeout(600));
	return $out;
}

SKIP:
{
	skip 'xmllint is missing', 1 unless grep { -x "$_/xmllint" } split /:/, $ENV{PATH};
	my @wrong = grep { system('xmllint', '--noout', $_) != 0 } glob "$all/*.svg";
	is("@wrong", '', 'every picture is well-formed XML');
}
pass_on('Vega-Lite draws the same marks at the same places', 'node', "$here/chart/vega.js", $plain);
SKIP:
{
	skip 'Chromium is missing', 1 unless defined $chromium;
	pass_on('in a browser', 'node', "$here/chart/browser.js", $all);
}

# ---- speed: the median of 21 drawings of a chart of 1,000 points ----
my $ms = sql(<<'SQL');
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM t.stop - t.start))::numeric(10,1)
FROM generate_series(1, 21) i
CROSS JOIN LATERAL (SELECT clock_timestamp() AS start, i AS n OFFSET 0) s
CROSS JOIN LATERAL (SELECT length(segment.chart_svg(chart || jsonb_build_object('description', s.n::text))) AS n FROM spec WHERE name = 'map_en' OFFSET 0) d
CROSS JOIN LATERAL (SELECT s.start, clock_timestamp() AS stop, d.n OFFSET 0) t
SQL
note("a map of 1,000 points is drawn in $ms ms");
cmp_ok($ms, '<', 50, 'a chart is drawn in less than 50 ms');

$node->stop;
done_testing();
