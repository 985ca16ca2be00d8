# Reports in a browser and as PDF, and the dashboards of examples/ as a plain reader.
#
# Every query of examples/grafana.json and examples/evidence.md is run by a role that has
# no model of its own and may only read what is shared with it.
use strict;
use warnings;
use utf8;
use Cwd qw(getcwd);
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $here = getcwd();
my $npm = $ENV{SEGMENT_NPM} // '';
my ($chromium) = grep { -x $_ } $ENV{CHROMIUM} // (), '/usr/bin/chromium';

my $node = PostgreSQL::Test::Cluster->new('report');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]); }

# 3,000 customers over two years: a shop with regulars, and others who come once
sql(<<'SQL');
CREATE EXTENSION segment;
CREATE TABLE receipts AS
    SELECT 'c' || c AS customer_id, 'r' || c || '.' || i AS receipt_id, date '2018-01-01' + (c * 37 % 600) + i * (5 + c % 60) AS receipt_date,
           (5 + (c * 7919 + i * 31) % 200 + (c % 20 = 0)::int * 300)::numeric AS amount
    FROM generate_series(1, 3000) c, generate_series(0, CASE WHEN c % 3 = 0 THEN 0 ELSE 15 END) i
    WHERE date '2018-01-01' + (c * 37 % 600) + i * (5 + c % 60) <= '2019-12-31';
CREATE TABLE measures (customer_id text PRIMARY KEY, recency_days integer, frequency bigint, monetary float8);
CREATE PROCEDURE load_measures(as_of date) LANGUAGE sql AS $$
    TRUNCATE measures;
    INSERT INTO measures SELECT customer_id, recency_days, frequency, monetary FROM segment.rfm('receipts', as_of) WHERE frequency > 0 $$;
CALL load_measures('2019-11-30');
SELECT segment.create_model('groups', 'kmeans', 'measures', 'customer_id', options => '{"k": "auto", "k_max": 6, "transform": "log1p"}');
SELECT segment.create_model('scores', 'rfm', 'measures', 'customer_id');
SELECT segment.create_model('map', 'pca', 'measures', 'customer_id', options => '{"transform": "log1p"}');
SELECT segment.create_model('odd', 'anomaly', 'measures', 'customer_id', options => '{"contamination": 0.01}');
SELECT segment.register_receipts('shop', 'receipts');
CREATE VIEW revenue AS SELECT receipt_date AS day, sum(amount)::float8 AS amount FROM receipts GROUP BY 1;
SELECT segment.create_model('revenue', 'forecast', 'revenue', 'day', '{amount}', '{"horizon": 3, "as_of": "2019-12-31"}');
CALL segment.refit('revenue');
SQL
foreach my $day ('2019-11-30', '2019-12-31')
{
	sql("CALL load_measures('$day')");
	sql("CALL segment.refit('$_')") foreach qw(groups scores map odd);
	sql("CALL segment.publish('{groups,scores,map,odd}', 'customer_status', '$day')");
}
sql("SELECT segment.create_customer_view('customers', 'customer_status')");

# ---- every query of the examples, as a reader ------------------------------------------

sql('CREATE ROLE reader LOGIN');
sql("SELECT segment.share_model('$_', 'reader')") foreach qw(groups scores map odd revenue);
sql(q{SELECT segment.share_receipts('shop', 'reader'); GRANT SELECT ON customers, customer_status TO reader});

my $dashboard = decode_json(slurp_file("$here/examples/grafana.json"));
my %queries = map { ("Grafana: $_->{title}" => $_->{targets}[0]{rawSql}) } @{ $dashboard->{panels} };
my $page = slurp_file("$here/examples/evidence.md");
$queries{"Evidence: $1"} = $2 while $page =~ /^```sql (\w+)\n(.*?)^```$/msg;
my @drawn = $page =~ /data=\{(\w+)\}/g;
is_deeply([ grep { !exists $queries{"Evidence: $_"} } @drawn ], [], 'each component of the Evidence page has a query');
cmp_ok(scalar(keys %queries), '>=', 20, scalar(keys %queries) . ' queries');
my %plain = map { $_ => 1 } ('text', 'integer', 'bigint', 'double precision', 'numeric(28,2)', 'date', 'timestamp with time zone', 'boolean');
foreach my $name (sort keys %queries)
{
	my ($status, $out, $err) = $node->psql('postgres',
		"SET ROLE reader; CREATE TEMP VIEW q AS $queries{$name}; SELECT count(*) FROM q; SELECT string_agg(format_type(atttypid, atttypmod), ',') FROM pg_attribute WHERE attrelid = 'q'::regclass AND attnum > 0");
	my ($rows, $types) = split /\n/, $out;
	is($status, 0, "$name runs as a reader") or diag($err);
	cmp_ok($rows // 0, '>', 0, "$name has rows") unless $name =~ /problems/i;
	is(join(' ', grep { !$plain{$_} } split /,(?![^(]*\))/, $types // 'none'), '', "$name has plain columns");
}
# the views that the page on charts recommends to BI tools
my ($advice) = slurp_file("$here/docs/charts.md") =~ /^## Which view for which chart\n(.*?)^## /ms;
my @views = $advice =~ /^\| [\w ,]+ \| `(\w+)` \|/mg;
cmp_ok(scalar(@views), '>=', 9, scalar(@views) . ' views are recommended');
is($node->psql('postgres', "SET ROLE reader; SELECT count(*) FROM segment.$_"), 0, "a reader reads $_") foreach grep { $_ ne 'chart_image' } @views;
# a stranger sees nothing
sql('CREATE ROLE stranger LOGIN');
is(sql('SET ROLE stranger; SELECT count(*) FROM segment.rfm_summary'), '0', 'a stranger sees no model');
isnt($node->psql('postgres', 'SET ROLE stranger; SELECT * FROM customers'), 0, 'a stranger may not read the view of customers');
my (undef, undef, $refused) = $node->psql('postgres', "SET ROLE stranger; SELECT segment.report('{groups}', 'receipts', '2019-12-31')");
like($refused, qr/there is no fitted model "groups"|permission denied/, 'a stranger gets no report');

# ---- the report ---------------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir();
foreach my $language (qw(en es de))
{
	my $html = sql("SELECT segment.report('{groups,map,odd}', 'receipts', '2019-12-31', '$language', target => 'customer_status')");
	append_to_file("$dir/$language.html", $html);
	cmp_ok(length($html), '<', 400_000, "the report in $language has " . length($html) . ' bytes');
	is(sql("SELECT segment.report('{groups,map,odd}', 'receipts', '2019-12-31', '$language', target => 'customer_status')"), $html, 'twice the same bytes');
}

# names and ids that nobody expects, on a page of their own
sql(<<'SQL');
UPDATE measures SET monetary = 1e6 WHERE customer_id = 'c3';
SELECT segment.name_cluster('groups', 1, '"><script>alert(1)</script>' || repeat('long name ', 27) || U&'\0645\0631\062D\0628\0627 \+01F600');
SELECT segment.name_cluster('groups', 2, repeat('x', 290));
CALL segment.publish('{groups,scores,map,odd}', 'customer_status', '2020-01-31');
CREATE TABLE odd_receipts AS TABLE receipts;
UPDATE odd_receipts SET customer_id = '"><img src=x onerror=alert(1)>' || U&'\05E9\05DC' || repeat('y', 250) WHERE customer_id = 'c3';
INSERT INTO odd_receipts SELECT 'back' || i, 'b' || i, '2019-12-01', -50 FROM generate_series(1, 30) i;
SQL
append_to_file("$dir/hostile.html", sql(q{SELECT segment.report('{groups,scores,map,odd}', 'odd_receipts', '2019-12-31', 'de', target => 'customer_status')}));
unlike(slurp_file("$dir/hostile.html"), qr/<script|<img|\x{202e}/, 'no name is markup');

# What a reader who knows nothing of the project asks: which segment earns most, which one
# shrinks, what to do about it, how sure is the forecast?  The page answers in words; the
# figures are computed again here, from the receipts.
my %asked = (
	en => [
		qr/The segment that earns most is "([^"]+)": (\d+)\D*% of the customers bring (\d+)\D*% of the revenue\./,
		qr/the segment that shrinks most is "([^"]+)": it has ([\d,]+) customers, after ([\d,]+) a month before\./,
		qr/What to do about it: (.+?\.)(?= The forecast)/,
		qr/The forecast for January 2020 is ([\d,]+), .+? with 95\D*% probability reaches from ([\d,]+) to ([\d,]+)\./ ],
	es => [
		qr/El segmento que más ingresos genera es «([^»]+)»: el (\d+)\D*% de los clientes aporta el (\d+)\D*% de los ingresos\./,
		qr/el segmento que más se reduce es «([^»]+)»: tiene ([\d.]+) clientes, frente a ([\d.]+) un mes antes\./,
		qr/Qué hacer al respecto: (.+?\.)(?= El pronóstico)/,
		qr/El pronóstico para enero de 2020 es ([\d.]+)[, ].+? del 95\D*% va de ([\d.]+) a ([\d.]+)\.(?!\d)/ ],
	de => [
		qr/Das Segment mit dem höchsten Umsatz ist »([^«]+)«: (\d+)\D*% der Kunden bringen (\d+)\D*% des Umsatzes\./,
		qr/schrumpft das Segment »([^«]+)« am stärksten: Die Zahl der Kunden ist ([\d.]+), nach ([\d.]+) einen Monat vorher\./,
		qr/Was dagegen zu tun ist: (.+?\.)(?= Die Prognose)/,
		qr/Die Prognose für Januar 2020 ist ([\d.]+), .+? mit 95\D*% Wahrscheinlichkeit enthält, reicht von ([\d.]+) bis ([\d.]+)\.(?!\d)/ ]);

sub figures { return join(' ', map { s/[.,]//gr } @_); }

sub answers
{
	my ($language, $text) = @_;
	my ($earns, $shrinks, $do, $sure) = @{ $asked{$language} };
	my @answers;
	push @answers, $text =~ $earns ? "$1: $2 % and $3 %" : 'no answer';
	push @answers, $text =~ $shrinks ? "$1: " . figures($2, $3) : 'no answer';
	push @answers, $text =~ $do ? $1 : 'no answer';
	push @answers, $text =~ $sure ? figures($1, $2, $3) : 'no answer';
	return \@answers;
}

sub computed
{
	my ($language) = @_;
	my @first = split /\|/, sql(qq{
		WITH s AS (SELECT segment, count(*) AS n, sum(monetary) AS revenue FROM segment.rfm('receipts', '2019-12-31', language => '$language') WHERE rfm_score IS NOT NULL GROUP BY 1)
		SELECT segment, round(100 * n / sum(n) OVER ()), round(100 * revenue / sum(revenue) OVER ()) FROM s ORDER BY revenue DESC LIMIT 1});
	# the same limits of the scores at both dates; customers who went to sleep are no loss of a segment
	my @second = split /\|/, sql(qq{
		WITH m AS (SELECT segment.rfm_fit(recency_days, frequency, monetary::float8) AS model FROM segment.rfm('receipts', '2019-12-31') WHERE frequency > 0),
		n AS (SELECT d.day, r.segment, r.segment_code, r.segment_order, count(*) AS n FROM m, (VALUES (date '2019-12-31'), ('2019-11-30')) d(day),
		          LATERAL segment.rfm('receipts', d.day, m.model, language => '$language') r WHERE r.segment_order <= 6 GROUP BY 1, 2, 3, 4)
		SELECT a.segment, a.n, b.n, x.action FROM n a JOIN n b USING (segment_code), LATERAL segment.recommended_action('segment', a.segment_code, '$language') x
		WHERE a.day = '2019-12-31' AND b.day = '2019-11-30' AND a.n < b.n ORDER BY a.n - b.n, a.segment_order LIMIT 1});
	my $forecast = sql(q{
		SELECT concat_ws(' ', round(forecast), round(lower_bound), round(upper_bound))
		FROM segment.forecast((SELECT segment.forecast_fit(receipt_date, amount::float8, '{"grain": "month", "as_of": "2019-12-31"}') FROM receipts), 1)});
	return [ "$first[0]: $first[1] % and $first[2] %", "$second[0]: $second[1] $second[2]", $second[3], $forecast ];
}

foreach my $language (qw(en es de))
{
	my $text = slurp_file("$dir/$language.html");
	$text =~ s/<style>.*?<\/style>|<svg .*?<\/svg>//g;
	$text =~ s/<[^>]*>/ /g;
	$text =~ s/&#(\d+);/chr $1/ge;
	$text =~ s/&quot;/"/g;
	$text =~ s/[\s\x{a0}\x{202f}]+/ /g;
	my $wanted = computed($language);
	utf8::decode($_) foreach @$wanted;
	is_deeply(answers($language, $text), $wanted, "the report in $language answers the four questions of a reader");
}
SKIP:
{
	skip 'Chromium is missing', 1 unless defined $chromium;
	skip 'npm packages are missing (make setup installs them)', 1 if grep { !-e "$npm/$_/package.json" } qw(playwright-core axe-core);
	local $ENV{NODE_PATH} = $npm;
	local $ENV{CHROMIUM} = $chromium;
	local $ENV{HOME} = $dir;
	my $out = '';
	IPC::Run::run([ 'node', "$here/chart/browser.js", $dir ], '>', \$out, '2>&1', IPC::Run::timeout(300));
	my ($good, $bad) = (scalar(() = $out =~ /^ok /mg), scalar(() = $out =~ /^not ok /mg));
	ok($good == 24 && $bad == 0 && $out =~ /^1\.\.24$/m, 'no request, no script, texts in their places, no finding of axe-core') or diag($out);
	SKIP:
	{
		skip 'pdftotext is missing', 6 unless grep { -x "$_/pdftotext" } split /:/, $ENV{PATH};
		my %found = (en => qr/The month in five sentences.*Champions/s, es => qr/El mes en cinco frases.*Campeones/s, de => qr/Der Monat in f\xC3\xBCnf S\xC3\xA4tzen.*Champions/s);
		foreach my $language (qw(en es de))
		{
			my $text = '';
			IPC::Run::run([ 'pdftotext', '-enc', 'UTF-8', "$dir/$language.pdf", '-' ], '>', \$text);
			like($text, $found{$language}, "the PDF in $language has its text");
			# and they are answered on its first two pages
			my $start = '';
			IPC::Run::run([ 'pdftotext', '-enc', 'UTF-8', '-l', '2', "$dir/$language.pdf", '-' ], '>', \$start);
			utf8::decode($start);
			$start =~ s/\s\d\.\s/ /g;
			$start =~ s/[\s\x{a0}\x{202f}\f]+/ /g;
			is(scalar(grep { $_ eq 'no answer' } @{ answers($language, $start) }), 0, "the first two pages of the PDF in $language answer them");
		}
	}
}

# ---- encodings: pages and pictures are ASCII -------------------------------------------------

my $chart = q{segment.chart_forecast('[{"period": "2019-11-01", "value": 900}, {"period": "2019-12-01", "forecast": 1, "lower_bound": 0, "upper_bound": 2}]'::jsonb, 0.9, U&'K\00F6ln', 'de')};
my %svg;
foreach my $encoding (qw(UTF8 LATIN1 LATIN2 WIN1252))
{
	my $name = lc "in_$encoding";
	sql("CREATE DATABASE $name ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($name, 'CREATE EXTENSION segment');
	$svg{$encoding} = $node->safe_psql($name, "SELECT segment.chart_svg($chart)");
}
is($svg{$_}, $svg{UTF8}, "the same picture in $_") foreach sort keys %svg;
like($svg{UTF8}, qr/^[\x20-\x7e]+K&#246;ln/, 'labels beyond ASCII are references');

# ---- 100,000 customers ---------------------------------------------------------------------

sql(<<'SQL');
CREATE TABLE large AS
    SELECT 'c' || c AS customer_id, 'r' || c || '.' || i AS receipt_id, date '2018-01-01' + (c * 37 % 600) + i * 20 AS receipt_date, (5 + (c * 7919 + i * 31) % 200)::numeric AS amount
    FROM generate_series(1, 100000) c, generate_series(0, c % 10) i;
ANALYZE large;
SQL
my $seconds = sql(<<'SQL');
SELECT extract(epoch FROM t.stop - t.start)::numeric(10,1)
FROM (SELECT clock_timestamp() AS start OFFSET 0) s
CROSS JOIN LATERAL (SELECT length(segment.report('{}', 'large', '2019-12-31', CASE WHEN s.start IS NOT NULL THEN 'en' END)) AS n OFFSET 0) r
CROSS JOIN LATERAL (SELECT s.start, clock_timestamp() AS stop, r.n OFFSET 0) t
SQL
note("a report over 100,000 customers takes $seconds s");
cmp_ok(length(sql("SELECT segment.report('{}', 'large', '2019-12-31')")), '<', 400_000, 'and is small enough for mail');
cmp_ok($seconds, '<', 30, 'a report over 100,000 customers takes seconds');

$node->stop;
done_testing();
