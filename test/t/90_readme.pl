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
