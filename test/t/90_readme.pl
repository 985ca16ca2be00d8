# Every ```sql snippet of README.md runs without an error, pasted from top to bottom into
# one session: all of them on the database that the demo makes (a smaller one), and all but
# the tour on a fresh one.  The folder of generated exports is the current one, so \copy
# finds its files.
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

# Every view has rows, but for what runs and what is wrong.
foreach my $view (split /\s+/, $node->safe_psql('shop', q{
	SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
	WHERE c.relnamespace = 'segment'::regnamespace AND c.relkind = 'v'}))
{
	is($node->safe_psql('shop', "SELECT count(*) > 0 FROM segment.$view"),
		$view =~ /^(problems|refit_progress)$/ ? 'f' : 't', "demo: the view $view");
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

my @snippets = snippets("$here/README.md");

# All in one session of psql, which goes on after an error as one who pastes does; what it
# says on stderr is parted by a mark before each.
sub paste
{
	my ($database, @pasted) = @_;
	my $file = "$exports/pasted.sql";
	my ($out, $err);

	open(my $to, '>', $file) or die $!;
	print $to "SET client_min_messages = warning;\n";
	print $to "\\warn snippet $_->[0]\n$_->[2]\n" foreach @pasted;
	close($to);
	IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr($database), '-f', $file ],
		'<', \undef, '>', \$out, '2>', \$err, init => sub { chdir $exports });
	my (undef, %said) = split /^snippet (\d+)\n/m, $err, -1;
	is($said{$_->[0]}, '', "$database: README.md line $_->[0] ($_->[1])") foreach @pasted;
}
paste('shop', @snippets);
paste('fresh', grep { $_->[1] ne 'Tour' } @snippets);
ok((grep { $_->[1] eq 'Tour' } @snippets) > 0, 'the tour has snippets');

# what is built is for the server that it is installed into
{
	open(my $in, '<', "$here/README.md") or die $!;
	my $text = do { local $/; <$in> };
	like($text, qr/^make (PG_CONFIG=\S+)\nsudo make install \g1$/m, 'make and make install name one pg_config');
}

done_testing();
