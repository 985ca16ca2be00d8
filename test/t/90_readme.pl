# README.md and docs/*.md are true: every ```sql snippet runs, what a page shows below a
# snippet (```output) is what psql prints, every link leads somewhere, and no page is long.
#
# Each page runs from top to bottom in one session of psql, on a copy of the database that
# the demo makes.  The folder of generated exports is the current one, so \copy finds its
# files.  With ACCEPT=1 the output is written into the pages instead of compared.
use strict;
use warnings;
use Cwd qw(getcwd);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Docs;

my $here = getcwd();
my $exports = "$here/exports";
system($ENV{SEGMENT_GENERATOR}, $exports, 'customers=4000', 'months=24', 'seed=42', 'damaged=3') == 0 or die 'no exports';

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');

# Run a file with psql in the folder of the exports; returns what it said on stderr.
sub run_file
{
	my ($database, $file) = @_;
	my ($out, $err);
	my @command = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "exports=$exports",
		'-d', $node->connstr($database), '-f', $file);
	my $ok = IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err, init => sub { chdir $exports });
	return $ok ? '' : "failed: $err";
}

foreach my $file (sort { ($a =~ /(\d+)-/)[0] <=> ($b =~ /(\d+)-/)[0] } glob("$here/demo/*.sql"))
{
	is(run_file('shop', $file), '', 'demo: ' . ($file =~ s/.*\///r));
}

# Every view has rows, but for what runs, what is wrong, triggers, which docs/triggers.md shows, and what docs/privacy.md shows.
foreach my $view (split /\s+/, $node->safe_psql('shop', q{
	SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
	WHERE c.relnamespace = 'segment'::regnamespace AND c.relkind = 'v'}))
{
	is($node->safe_psql('shop', "SELECT count(*) > 0 FROM segment.$view"),
		$view =~ /^(problems|refit_progress|registered_triggers|trigger_performance|campaigns|campaign_log|suppressions)$/ ? 'f' : 't', "demo: the view $view");
}
is($node->safe_psql('shop', q{SELECT string_agg(DISTINCT currency, ' ') FROM receipts}), 'EUR JPY USD', 'demo: the shop has several currencies');
is($node->safe_psql('shop', q{SELECT count(*) FROM segment.fit_log WHERE outcome <> 'succeeded'}), '0', 'demo: every refit succeeded');
is($node->safe_psql('shop', q{SELECT count(DISTINCT valid_from) FROM customer_status_history}), '2', 'demo: two publications');

# What the demo prints is true.
is($node->safe_psql('shop', 'SELECT rows_refused FROM imported WHERE rows_refused > 0'), '3', 'demo: the damaged lines are refused');
is($node->safe_psql('shop', q{
	SELECT count(*) FROM truth t
	LEFT JOIN customer_rfm r USING (customer_id)
	LEFT JOIN (SELECT customer_id, sum(amount) AS amount FROM receipts GROUP BY customer_id) n USING (customer_id)
	WHERE (t.frequency, t.amount) IS DISTINCT FROM (COALESCE(r.frequency, 0), COALESCE(n.amount, 0))
	   OR segment.sap_date(t.last_receipt) IS DISTINCT FROM date '2025-12-31' - r.recency_days}),
	'0', 'demo: every customer has the frequency, last day and amount that were planted');
is($node->safe_psql('shop', 'SELECT segment.adjusted_rand_index(behaviour, cluster_id::text) > 0.7
	FROM truth JOIN customer_clusters USING (customer_id)'), 't', 'demo: the clusters are the planted groups');

is($node->safe_psql('shop', q{
	SELECT string_agg(l.arm || ' ' || (t.extra / (l.sales - t.extra) BETWEEN l.relative_lower AND l.relative_upper) || ' ' || (l.relative_lower > 0), ', ' ORDER BY l.arm)
	FROM segment.campaign_lift('campaign_receipts', 'campaign_members', '2025-09-01', '2025-09-28', rates => 'rates') l
	JOIN (SELECT m.arm, sum(s.amount) AS extra FROM campaign_members m JOIN campaign_sales s USING (customer_id) GROUP BY m.arm) t USING (arm)
	WHERE l.is_total}), 'A true true, B true false', 'demo: the rise of sales that was planted is in the intervals, and that of A is found');
is($node->safe_psql('shop', q{
	SELECT string_agg(arm || ' ' || (p_holm < 0.05) || ' ' || srm_verdict || ' ' || is_confounded, ', ' ORDER BY arm)
	FROM segment.ab_report('campaign_members', 'campaign_events', '{converted}', '{"window_days": 28}') WHERE is_total AND arm <> control}),
	'A true ok false, B false ok false', 'demo: more customers of A buy');

# The picture that the pages show is the one that the demo draws.
is($node->safe_psql('shop', q{SELECT segment.chart_svg(segment.chart_rfm('receipts', '2025-12-31', rates => 'rates'))}),
	join("\n", Docs::read_lines("$here/docs/pictures/rfm.svg")), 'docs/pictures/rfm.svg is what the demo draws');

# Run the snippets of a page in one session of psql, which continues after an error, as after
# pasting.  Marks on both streams separate what each snippet prints.
sub run_snippets
{
	my ($database, @snippets) = @_;
	my $file = "$exports/pasted.sql";
	my ($out, $err);

	open(my $to, '>:encoding(UTF-8)', $file) or die $!;
	print $to "\\pset footer off\n\\pset pager off\nSET client_min_messages = warning;\n";
	print $to "\\echo snippet $_->{line}\n\\warn snippet $_->{line}\n$_->{text}\n" foreach @snippets;
	close($to);
	IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr($database), '-f', $file ],
		'<', \undef, '>', \$out, '2>', \$err, init => sub { chdir $exports });
	utf8::decode($out);
	my (undef, %printed) = split /^snippet (\d+)\n/m, $out, -1;
	my (undef, %said) = split /^snippet (\d+)\n/m, $err, -1;
	@$_{qw(printed said)} = (tidy($printed{ $_->{line} } // ''), $said{ $_->{line} } // 'did not run') foreach @snippets;
}

# Without blanks at the ends of lines, and blank lines at the ends of the text.
sub tidy
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/\A\n+//;
	$text =~ s/\n+\z/\n/;
	return $text;
}

# Write what the snippets printed into the page, from the last to the first.
sub accept_output
{
	my ($path, @snippets) = @_;
	my @lines = Docs::read_lines($path);

	foreach my $snippet (reverse grep { defined $_->{output} } @snippets)
	{
		splice @lines, $snippet->{output_from}, $snippet->{output_to} - $snippet->{output_from} + 1, split(/\n/, $snippet->{printed});
	}
	open(my $to, '>:encoding(UTF-8)', $path) or die "$path: $!";
	print $to map { "$_\n" } @lines;
	close($to);
}

my @pages = Docs::pages($here);
my $shown = 0;
foreach my $page (@pages)
{
	my @snippets = Docs::snippets("$here/$page") or next;
	$node->safe_psql('postgres', 'CREATE DATABASE page TEMPLATE shop STRATEGY file_copy');
	run_snippets('page', @snippets);
	$node->safe_psql('postgres', 'DROP DATABASE page');
	accept_output("$here/$page", @snippets) if $ENV{ACCEPT};
	foreach my $snippet (@snippets)
	{
		is($snippet->{said}, '', "$page line $snippet->{line} runs");
		next unless defined $snippet->{output};
		$shown++;
		is($snippet->{printed}, tidy($snippet->{output}), "$page line $snippet->{line} prints what is shown") unless $ENV{ACCEPT};
	}
}
cmp_ok($shown, '>', 0, 'pages show output');

# Links lead to files and headings.
my %anchors = map { ($_ => { map { ($_ => 1) } Docs::anchors("$here/$_") }) } @pages;
foreach my $page (@pages)
{
	my ($folder) = $page =~ m{^(.*/)};
	my @broken;
	foreach my $link (Docs::links("$here/$page"))
	{
		my ($line, $target) = @$link;
		next if $target =~ m{^https?://};
		my ($file, $anchor) = split /#/, $target, 2;
		my $to = $file eq '' ? $page : ($folder // '') . $file;
		1 while $to =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
		push @broken, "line $line: $target"
			unless $anchors{$to} ? !defined $anchor || $anchors{$to}{$anchor} : !defined $anchor && -e "$here/$to";
	}
	is(join("\n", @broken), '', "$page: links lead somewhere");
}

# Files and folders that a page names exist, in the checkout that test.sh lists.  x.c stands
# for any file, and style.md names files of other projects.
my %tree;
foreach my $path (Docs::read_lines("$here/tree"))
{
	$tree{$path} = 1;
	$tree{$path} = 1 while $path =~ s{[^/]+/?$}{} && $path ne '';
}
foreach my $page (grep { $_ ne 'docs/style.md' } @pages, 'src/README.md')
{
	my @gone;
	foreach my $line (Docs::prose("$here/$page"))
	{
		foreach my $code ($line->[1] =~ /`([^`]+)`/g)
		{
			push @gone, map { "line $line->[0]: $_" }
				grep { !$tree{$_} && !$tree{"$_/"} && !/\bx(_\w+)?\.|_x\.|--A/ }
				$code =~ m{(?<![\w/.<])((?:src|sql|test|expected)/[\w./-]+)(?![\w<*])}g;
		}
	}
	is(join("\n", @gone), '', "$page: files that it names exist");
}

# Every page is reached from the README or the index, but that of a new family, which has
# the name of its room.  No page is long.
my %linked = map { ($_->[1] =~ s/#.*//r =~ s/^docs\///r => 1) } map { Docs::links("$here/$_") } grep { -e "$here/$_" } 'README.md', 'docs/index.md';
foreach my $page (@pages)
{
	my $most = $page eq 'README.md' ? 200 : 450;
	cmp_ok(scalar(Docs::read_lines("$here/$page")), '<=', $most, "$page has at most $most lines");
	ok($linked{ $page =~ s/^docs\///r }, "$page is linked from README.md or docs/index.md") unless $page =~ /README|index/ || $tree{ $page =~ s{^docs/(.*)\.md$}{'src/' . ($1 =~ tr/-/_/r) . '/'}er };
}

# Words that plain English does without: the pages speak of roles, callers and readers.  The
# table of examples in style.md shows some of them.
foreach my $page (@pages, 'CHANGELOG.md', 'src/README.md')
{
	my @found = map { "line $_->[0]: $_->[1]" }
		grep { $_->[1] =~ /\b(he|his|him|himself|she|her|hers|whoever|anew|hence|thus|lays? open|laid open|no say|is told)\b/i }
		grep { $page ne 'docs/style.md' || $_->[1] !~ /^\||"his" or "hers"/ } Docs::prose("$here/$page");
	is(join("\n", @found), '', "$page: plain English");
}

# what is built is for the server that it is installed into
{
	like(join("\n", Docs::read_lines("$here/README.md"), ''), qr/^make (PG_CONFIG=\S+)\nsudo make install \g1$/m, 'make and make install name one pg_config');
}

done_testing();
