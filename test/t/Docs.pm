# Reads README.md and docs/*.md: snippets, the output shown below them, headings, links
# and the rows of reference tables.
package Docs;
use strict;
use warnings;

# README.md and every page of docs/, as paths below $top.
sub pages
{
	my ($top) = @_;
	return ('README.md', map { s/^\Q$top\E\///r } sort glob("$top/docs/*.md"));
}

sub read_lines
{
	my ($path) = @_;
	open(my $in, '<:encoding(UTF-8)', $path) or die "$path: $!";
	chomp(my @lines = <$in>);
	return @lines;
}

# The ```sql blocks of a page, in order.  Each is a hash: line (of the first statement),
# text, and where an ```output block follows with nothing but blank lines between,
# output (its text), output_from and output_to (indexes of its lines, fences not counted).
sub snippets
{
	my ($path) = @_;
	my @lines = read_lines($path);
	my ($block, $start, @found);

	foreach my $i (0 .. $#lines)
	{
		if (defined $block)
		{
			next unless $lines[$i] =~ /^```\s*$/;
			my $text = join('', map { "$_\n" } @lines[ $start .. $i - 1 ]);
			if ($block eq 'sql') { push @found, { line => $start + 1, text => $text, end => $i }; }
			elsif ($block eq 'output')
			{
				my $before = $start - 2;
				$before-- while $before >= 0 && $lines[$before] =~ /^\s*$/;
				die "$path line $start: output without a snippet above it" unless @found && $found[-1]{end} == $before;
				@{ $found[-1] }{qw(output output_from output_to)} = ($text, $start, $i - 1);
			}
			undef $block;
		}
		elsif ($lines[$i] =~ /^```(\w*)\s*$/) { ($block, $start) = ($1, $i + 1); }
	}
	die "$path: the block that begins in line $start has no end" if defined $block;
	return @found;
}

# The lines of a page that are outside of ``` blocks, as [line number, text].
sub prose
{
	my ($path) = @_;
	my ($number, $inside, @found) = (0, 0);

	foreach my $line (read_lines($path))
	{
		$number++;
		if ($line =~ /^```/) { $inside = !$inside; }
		elsif (!$inside) { push @found, [ $number, $line ]; }
	}
	return @found;
}

# The tables of a page, each {head => [cells], rows => [[cells], ...]}.
sub tables
{
	my ($path) = @_;
	my (@found, $table);

	foreach my $line (map { $_->[1] } prose($path))
	{
		if ($line !~ /^\|(.*)\|\s*$/) { undef $table; next; }
		my @cells = map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, $1, -1;
		if (!defined $table) { push @found, $table = { head => \@cells, rows => [] }; }
		elsif ($line !~ /^\|[-|: ]+\|\s*$/) { push @{ $table->{rows} }, \@cells; }
	}
	return @found;
}

# The anchors of a page's headings, as GitHub makes them.
sub anchors
{
	my ($path) = @_;
	my (%seen, @found);

	foreach my $line (map { $_->[1] } prose($path))
	{
		next unless $line =~ /^#{1,6} +(.*?) *$/;
		my $anchor = lc $1;
		$anchor =~ s/[^\w\- ]//g;
		$anchor =~ tr/ /-/;
		my $again = $seen{$anchor}++;
		push @found, $again ? "$anchor-$again" : $anchor;
	}
	return @found;
}

# The targets of a page's links, as [line number, target].
sub links
{
	my ($path) = @_;
	my @found;

	foreach my $line (prose($path))
	{
		my ($number, $text) = @$line;
		$text =~ s/`[^`]*`//g;
		push @found, [ $number, $1 ] while $text =~ /\]\(([^)\s]+)\)/g;
	}
	return @found;
}

1;
