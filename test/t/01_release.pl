# The release files agree with each other: one version, the same name everywhere.
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

my ($version) = slurp('segment.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my $meta = decode_json(slurp('META.json'));

like($version, qr/^\d+\.\d+\.\d+$/, 'the version is a semantic one');
is($meta->{version}, $version, 'META.json has the version of the control file');
is($meta->{provides}{segment}{version}, $version, 'and so has what it provides');
ok(-f $meta->{provides}{segment}{$_}, "its $_ exists") foreach qw(file docfile);
is($meta->{$_} // '', { name => 'segment', license => 'postgresql' }->{$_}, "its $_") foreach qw(name license);
ok(defined $meta->{$_}, "it has $_") foreach qw(abstract maintainer meta-spec);
like(slurp('CHANGELOG.md'), qr/^## \Q$version\E\b/m, 'CHANGELOG.md has a section for the version');

done_testing();
