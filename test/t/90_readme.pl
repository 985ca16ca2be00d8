# Every ```sql snippet of README.md runs without an error: those of the tour on the
# database that the demo makes (a smaller one), the others, in order, on a fresh one.
# The folder of generated exports is the current one, so \copy finds its files.
use strict;
use warnings;
use Cwd qw(getcwd);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $here = getcwd();
my $exports = "$here/exports";
system($ENV{SEGMENT_GENERATOR}, $exports, 'customers=300', 'damaged=3') == 0 or die 'no exports';

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(shop fresh);
$node->safe_psql('fresh', 'CREATE EXTENSION segment');

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

# (line number, heading, text) of each snippet
sub snippets
{
	my ($path) = @_;
	my ($heading, $start, $text, @found) = ('');
	open(my $in, '<', $path) or die "$path: $!";
	while (my $line = <$in>)
	{
		if (defined $start)
		{
			if ($line =~ /^\s*```/) { push @found, [ $start, $heading, $text ]; undef $start; }
			else { $text .= $line; }
		}
		elsif ($line =~ /^\s*```sql\s*$/) { ($start, $text) = ($. + 1, ''); }
		elsif ($line =~ /^## (.*)/) { $heading = $1; }
	}
	die "README.md: the snippet of line $start has no end" if defined $start;
	return @found;
}

foreach my $file (sort glob("$here/demo/*.sql"))
{
	is(run_file('shop', $file), '', 'demo: ' . ($file =~ s/.*\///r));
}

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

my @snippets = snippets("$here/README.md");
foreach (@snippets)
{
	my ($line, $heading, $text) = @$_;
	my $file = "$exports/snippet.sql";
	open(my $out, '>', $file) or die $!;
	print $out "SET client_min_messages = warning;\n$text";
	close($out);
	is(run_file($heading eq 'Tour' ? 'shop' : 'fresh', $file), '', "README.md line $line ($heading)");
}
ok((grep { $_->[1] eq 'Tour' } @snippets) > 0, 'the tour has snippets');

done_testing();
