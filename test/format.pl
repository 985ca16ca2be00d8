#!/usr/bin/perl
# The layout of C files is what pg_bsd_indent makes of them: PostgreSQL's style.
#
#   test/format.pl [file ...]           which files would change; fails when one would
#   test/format.pl --diff [file ...]    and how
#   test/format.pl --fix [file ...]     change them
#
# Default: all of src/ and test/.  The program is in Debian 12's package pg-bsd-indent, and
# in postgresql-server-dev from PostgreSQL 17 on.  Where it is missing this prints so and
# exits with 77, which counts as skipped.
#
# As in PostgreSQL's pgindent, what the program does not know is hidden from it before and
# put back after: here compound literals, designators, hexadecimal floats and
# members called text.  Lines keep their length, block comments stay as they are, and so does
# the indentation of a statement that goes on outside of parentheses.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);

chdir(dirname(abs_path($0)) . '/..') or die;
my $mode = @ARGV && $ARGV[0] =~ /^--(diff|fix)$/ ? shift(@ARGV) : '--check';
my @all = map { glob } qw(src/*/*.[ch] src/*.h test/*/*.[ch]);
my @files = @ARGV ? grep { /\.[ch]$/ } @ARGV : @all;

my ($program) = grep { -x } map { "$_/pg_bsd_indent" } split(/:/, $ENV{PATH}), sort { $b cmp $a } glob('/usr/lib/postgresql/*/bin');
if (!defined $program)
{
	print "pg_bsd_indent is not installed\n";
	exit 77;
}

# pgindent's, but lines as they are (-l), block comments as they are (-nfcb)
my @options = qw(-bad -bap -bbb -bc -bl -cli1 -cp33 -cdb -nce -d0 -di12 -nfc1 -i4 -l200 -lp -lpl -nip -npro -sac -tpg -ts4 -nfcb);

sub slurp
{
	open(my $in, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return <$in>;
}

sub spew
{
	open(my $out, '>', $_[0]) or die "$_[0]: $!\n";
	print $out $_[1];
	close($out) or die "$_[0]: $!\n";
}

# ---- names of types: ours, those of C, and those of the server where it is included --------

my %ours = map { $_ => 1 } qw(bool size_t FILE DIR time_t uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t uintptr_t lapack_int);
foreach my $text (map { slurp($_) } @all)
{
	$ours{$1} = 1 while $text =~ /^typedef (?:enum|struct|union) (\w+)/mg;
	$ours{$1} = 1 while $text =~ /^\} (\w+);/mg;
	$ours{$1} = 1 while $text =~ /^typedef [^{}();]*?(\w+)(?: __attribute__\(.*\))?;/mg;
	$ours{$1} = 1 while $text =~ /^typedef [^;]*\(\*(\w+)\) ?\(/mg;
}
$ours{unsigned___int128} = 1;

# Names of variables that are types somewhere in the server's headers.
my %never = map { $_ => 1 } qw(boolean date duration iterator other pointer reference rep string timestamp type wrap);
my %servers;
{
	my ($config) = grep { -x } ($ENV{PG_CONFIG} // (), sort { $b cmp $a } glob('/usr/lib/postgresql/*/bin/pg_config'));
	my $folder = defined $config ? `$config --includedir-server` : '';
	chomp($folder);
	foreach my $text (map { slurp($_) } glob("$folder/*.h $folder/*/*.h"))
	{
		$servers{$1} = 1 while $text =~ /^typedef (?:enum|struct|union) (\w+)/mg;
		$servers{$1} = 1 while $text =~ /^\} (\w+);/mg;
		$servers{$1} = 1 while $text =~ /^typedef [^{}();]*?(\w+);/mg;
		$servers{$1} = 1 while $text =~ /^typedef [^;]*\(\*(\w+)\) ?\(/mg;
	}
}

# ---- what is hidden -------------------------------------------------------------------------

my $braces = qr/(\{(?:[^{}]|(?-1))*\})/;
my @hidden;

# A name as wide as the last line of the text, which stands for it.
sub hide
{
	my ($text) = @_;
	my ($line) = $text =~ /([^\n]*)\z/;
	my $name = sprintf('H%d', scalar @hidden);

	push @hidden, $text;
	return $name . '_' x (length($line) > length($name) + 1 ? length($line) - length($name) : 1);
}

sub before
{
	my ($text) = @_;

	@hidden = ();
	$text =~ s!/\* +---!/*---X_X!g;
	$text =~ s/(\((?:const )?(?:struct )?\w+(?: \*+)?(?:\[\w*\])*\) )$braces/$1 . hide($2)/ge;
	$text =~ s/\b(0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?[pP][-+]?\d+f?)/hide($1)/ge;
	$text =~ s/([{,]\s*)\.(?=[A-Za-z_]\w* = )/$1\$/g;
	$text =~ s/\bunsigned __int128\b/unsigned___int128/g;
	# a member may be called what a type of the server is called
	$text =~ s/(->|\.)text\b/$1te\$t/g;
	return $text;
}

sub after
{
	my ($text) = @_;

	# a hidden text may hold others
	1 while $text =~ s/\bH(\d+)_+(?![A-Za-z0-9_])/$hidden[$1]/g;
	$text =~ s/\bunsigned___int128\b/unsigned __int128/g;
	$text =~ s/\bte\$t\b/text/g;
	$text =~ s/\$(?=[A-Za-z_])/./g;
	$text =~ s!/\*---X_X!/* ---!g;
	# as pgindent: a tab between comments, a space before the star of a type that is returned
	$text =~ s!\*/(/\*.*\*/)$!*/\t$1!gm;
	$text =~ s!^([A-Za-z_]\S*)[ \t]+\*$!$1 *!gm;
	return $text;
}

# The columns of the indentation.
sub width
{
	my ($blank) = $_[0] =~ /^(\s*)/;
	my $width = 0;

	$width = $_ eq "\t" ? $width - $width % 4 + 4 : $width + 1 foreach split //, $blank;
	return $width;
}

# Where a statement goes on outside of parentheses, versions of the program differ, so such
# a line keeps the indentation that it had.
sub keep_continuations
{
	my ($old, $new) = @_;
	my @old = grep { /\S/ } split /\n/, $old;
	my @new = split /\n/, $new, -1;

	return $new if @old != grep { /\S/ } @new;
	my ($depth, $shift, $goes_on, $comment, $macro) = (0, 0, 0, 0, 0);
	foreach my $line (@new)
	{
		next if $line !~ /\S/;
		my $was = shift @old;
		if ($depth > 0)
		{
			# follows the line of its parenthesis
			my $width = width($line) + $shift;
			$line =~ s{^\s+}{"\t" x int($width / 4) . ' ' x ($width % 4)}e if $shift;
		}
		else
		{
			$shift = 0;
			if ($goes_on && $line =~ s/^\s+//r eq $was =~ s/^\s+//r)
			{
				$shift = width($was) - width($line);
				$line = $was;
			}
		}

		# the code of the line, without texts and comments
		my $code = $line =~ s/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/0/gr;
		$code =~ s!^.*?(\*/|\z)!$comment = $1 eq ''; ''!e if $comment;
		$code =~ s!/\*.*?\*/!!g;
		$comment = 1 if $code =~ s!/\*.*!!;
		$macro = $code =~ /^\s*#/ || $macro == 2 ? 1 : 0;
		$macro = 2 if $macro && $code =~ /\\\s*$/;
		next if $code !~ /\S/;
		$goes_on = 0, next if $macro;
		$depth += ($code =~ tr/(//) - ($code =~ tr/)//);
		$goes_on = $code =~ /[^;{}:\s]\s*$/ || $code =~ /\?.*:\s*$/;
	}
	return join("\n", @new);
}

# The text without its layout; a comment that is broken anew has other stars.
sub words
{
	my ($text) = @_;

	$text =~ s{(/\*.*?\*/)}{$1 =~ s/[\s*]+//gr}ges;
	return $text =~ s/\s+//gr;
}

my $scratch = tempdir(CLEANUP => 1);
my ($status, $changed) = (0, 0);

foreach my $file (@files)
{
	my $text = slurp($file);
	my $with_server = $file =~ m{^src/server/|_pg\.[ch]$} || $text =~ /#include "postgres\.h"/;

	# without the server's headers its names are free
	my %types = $with_server ? (%servers, %ours) : %ours;
	spew("$scratch/types", join('', map { "$_\n" } sort grep { !$never{$_} && $text =~ /\b\Q$_\E\b/ } (keys %types, 'unsigned___int128')));
	spew("$scratch/in.c", before($text));
	my $said = `cd $scratch && $program @options -U$scratch/types in.c out.c 2>&1`;
	if ($? != 0 || $said =~ /Error|Warning/)
	{
		print "$file: not understood: $said";
		$status = 1;
		next;
	}
	my $new = keep_continuations($text, after(slurp("$scratch/out.c")));

	# only the layout may change
	if (words($text) ne words($new))
	{
		print "$file: more than the layout would change\n";
		spew("$scratch/new.c", $new);
		print `diff -U0 $file $scratch/new.c | head -20` if $mode eq '--diff';
		$status = 1;
		next;
	}
	next if $new eq $text;
	if ($mode eq '--fix')
	{
		spew($file, $new);
		print "$file: changed\n";
		next;
	}
	spew("$scratch/new.c", $new);
	my @lines = grep { /^</ } `diff $file $scratch/new.c`;
	$changed += @lines;
	printf "%s: %d lines\n", $file, scalar @lines;
	print `diff -u --label $file --label $file $file $scratch/new.c` if $mode eq '--diff';
	$status = 1;
}
print "$changed lines would change\n" if $status && $mode ne '--fix';
exit $status;
