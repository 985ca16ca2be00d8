# The release files agree with each other: one version, the same name everywhere.
# Runs in the folder of the tests, and at the top of the tree for `make dist`.
use strict;
use warnings;
use JSON::PP;
use Test::More;

sub slurp
{
	open(my $in, '<:raw', $_[0]) or die "$_[0]: $!";
	local $/;
	return <$in>;
}

my $control = slurp('segment.control');
my ($version) = $control =~ /^default_version\s*=\s*'([^']+)'/m;
my $meta = decode_json(slurp('META.json'));

like($version, qr/^\d+\.\d+\.\d+$/, 'the version is a semantic one');
like(slurp('CHANGELOG.md'), qr/^## \Q$version\E\b/m, 'CHANGELOG.md has a section for the version');

# ---- META.json, by the PGXN specification 1.0.0 --------------------------------------------

is($meta->{'meta-spec'}{version}, '1.0.0', 'META.json follows specification 1.0.0');
is($meta->{version}, $version, 'META.json has the version of the control file');
is($meta->{name}, 'segment', 'its name');
is($meta->{license}, 'postgresql', 'its license');
ok(length($meta->{$_} // ''), "it has $_") foreach qw(abstract description maintainer generated_by);
is_deeply([ keys %{ $meta->{provides} } ], ['segment'], 'it provides one extension');
is($meta->{provides}{segment}{version}, $version, 'which has the version, too');
ok(-f $meta->{provides}{segment}{$_}, "whose $_ exists") foreach qw(file docfile);
like($meta->{release_status}, qr/^(stable|testing|unstable)$/, 'its release status is one of three');
cmp_ok($meta->{release_status} eq 'stable', '<=', $version =~ /^0\./ ? 0 : 1, 'a version 0 is not called stable');

# the least PostgreSQL is that of the code
my ($least) = $meta->{prereqs}{runtime}{requires}{PostgreSQL} =~ /^(\d+)\.\d+\.\d+$/;
ok($least, 'the least PostgreSQL is a semantic version');
my %tested = map { /^PostgreSQL (\d+)\.\d+ \(.+\)$/ ? ($1 => 1) : ("not a version: $_" => 1) } @{ $meta->{x_tested_on} };
is((sort keys %tested)[0], $least, 'the least PostgreSQL is the least that was tested');
my %tags;
$tags{ lc $_ }++ foreach @{ $meta->{tags} };
is(join(' ', grep { $tags{$_} > 1 || length > 255 || m{[/\\\p{Cc}]} } keys %tags), '', 'tags are valid, and each stands once');

done_testing();
