# The generated exports: the same bytes for a seed on every platform, and expected results
# that agree with an independent reading of the files.
use strict;
use warnings;
use Digest::SHA;
use File::Temp qw(tempdir);
use Test::More;

my $generator = $ENV{SEGMENT_GENERATOR};
my $dir = tempdir(CLEANUP => 1);

sub generate
{
	my ($name, @arguments) = @_;
	system($generator, "$dir/$name", @arguments) == 0 or die "$generator failed";
	return "$dir/$name";
}

sub digest { return Digest::SHA->new(256)->addfile($_[0], 'b')->hexdigest; }

# build/sap_export DIR customers=300 months=18 seed=7 damaged=3; sha256sum DIR/* DIR/truth/*
my %expected = (
	'BUT000.csv' => '042e52396acdd9ffa5e78fb095c9511c9c53593cb8bc7e1ff6e2e6131e4baded',
	'KNA1.txt' => '9a32cd832b07ad1dc5fbec25cf00ece1a53b2ed0c3e8ab97454eff57b45b012c',
	'MAKT.txt' => '8510febe5ac5c8f2d24461c3592dc355d8904791fa98adb13a78986fc44b3519',
	'TCURX.csv' => 'b0953d629e90da25174ac1861afdffa62a3c1891280338a02171e24b5cd08f9d',
	'VBRK.csv' => '7eb6474626484a47c8d5d529446585809756f53bb392b0371a0d7704843784c9',
	'VBRP.csv' => '49d49fe784a2ec4122590eb5639e18c45a04311c2dbb5c1006ded602a209f9e4',
	'rates.csv' => '241e0d9d0fa5637f5894f5d735d035764c2e15112bf10a7d74257345d9f3aa02',
	'truth/birthdays.csv' => 'a0b4586b54c3c130c763ad2c4a2a22f1c02b3aab1c92183e06756e9c62680701',
	'truth/customers.csv' => 'd69506cb40d0a21df04ccfc844606703b0077a211db031bdceafed605a30f2ae',
	'truth/facts.csv' => 'c5e4c0d3215e598bae15b39ff70f0f390b75e260d5f31d909e208f089bd38bf5',
	'truth/pairs.csv' => '5d5344934a7e1ccd9f2ec2419563e5b793884c38ca604755af2a39ac07b0d502',
	'truth/rows.csv' => '91230df2b3ee6acf4d061f6bfb92b5a43015c3e0d06a408bcb0d789ee1760b38',
);

my $small = generate('small', 'customers=300', 'months=18', 'seed=7', 'damaged=3');
is(digest("$small/$_"), $expected{$_}, "$_ has the bytes of its seed") foreach sort keys %expected;

my $other = generate('other', 'customers=300', 'months=18', 'seed=8', 'damaged=3');
isnt(digest("$other/VBRP.csv"), $expected{'VBRP.csv'}, 'another seed gives another shop');

isnt(system("$generator $dir/none customers=0 2>$dir/error"), 0, 'no customers is an error');
isnt(system("$generator $dir/none colour=red 2>$dir/error"), 0, 'an unrecognized argument is an error');

# ---- read the exports independently, and compare ------------------------

sub lines
{
	my ($path, $encoding) = @_;
	open(my $in, "<:encoding($encoding)", $path) or die "$path: $!";
	my @lines = map { s/\r?\n\z//r } <$in>;
	return @lines;
}

# Fields of a CSV line by the names of the header; a doubled quote inside quotes is one quote.
sub records
{
	my ($header, @lines) = @_;
	my @names = split /,/, $header;
	return map {
		my (@fields, %record);
		my $line = "$_,";
		push @fields, defined $1 ? $1 =~ s/""/"/gr : $2 while $line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*)),/g;
		@record{@names} = @fields;
		\%record;
	} @lines;
}

my %one_time;
my $customers = 0;
foreach (lines("$small/KNA1.txt", 'latin1'))
{
	next unless /^\|    \|(\d{3})  \|(.{10})\|/;
	$customers++;
	(my $key = $2) =~ s/ +$//;
	$key = sprintf('%010d', $key) if $key =~ /^\d+$/;
	$one_time{$key} = 1 if /\|X    \|[0-9.]{10}\|$/;
}
my %born = map { ("$_->{CLIENT}/$_->{PARTNER}" => $_->{BIRTHDT}) } records(lines("$small/BUT000.csv", 'UTF-8'));
my @birthdays = records(lines("$small/truth/birthdays.csv", 'UTF-8'));
my @headers = records(lines("$small/VBRK.csv", 'UTF-8'));
my @items = records(lines("$small/VBRP.csv", 'UTF-8'));
my %truth = map { $_->{mandt} eq '100' ? ($_->{customer_id} => $_) : () } records(lines("$small/truth/customers.csv", 'UTF-8'));
my %facts = map { ($_->{fact} => $_->{value}) } records(lines("$small/truth/facts.csv", 'UTF-8'));
my %rows = map { ($_->{file} => $_->{rows}) } records(lines("$small/truth/rows.csv", 'UTF-8'));

is($customers, $rows{KNA1}, 'rows of KNA1');
is(scalar keys %born, $rows{BUT000}, 'rows of BUT000');
is(scalar(grep { $born{"$_->{mandt}/$_->{customer_id}"} eq $_->{birth_date} } @birthdays), scalar @birthdays, 'the true birth dates are among them');
is(scalar(grep { !/^(00000000|19000101)$/ } values %born), scalar @birthdays, 'all others are missing or a placeholder');
is(scalar @headers, $rows{VBRK}, 'rows of VBRK');
is(scalar @items, $rows{VBRP} + 3, 'rows of VBRP and three damaged rows');

my %sign = (M => 1, P => 1, S => 1, N => -1, O => -1);
my %cancelled = map { ("$_->{MANDT}/$_->{SFAKN}" => 1) } grep { $_->{SFAKN} ne '' } @headers;
my (%document, %frequency, %last, %amount, %currency, %mismatch);

foreach (@headers)
{
	$mismatch{cancellation}++ if ($_->{FKSTO} eq 'X') != exists $cancelled{"$_->{MANDT}/$_->{VBELN}"};
	next if $_->{MANDT} ne '100' || $_->{FKSTO} eq 'X' || $_->{SFAKN} ne '' || !$sign{ $_->{VBTYP} };
	$document{ $_->{VBELN} } = { %$_, sum => 0 };
}
my ($receipt_lines, $one_time_lines) = (0, 0);
foreach (grep { $_->{MANDT} eq '100' && $_->{NETWR} =~ /^[\d.]+$/ && $_->{POSNR} < 900000 } @items)
{
	my $header = $document{ $_->{VBELN} } or next;
	(my $units = $_->{NETWR}) =~ s/\.//;
	$header->{sum} += $units;
	$one_time{ $header->{KUNAG} } ? $one_time_lines++ : $receipt_lines++;
	$amount{ $header->{KUNAG} } += $sign{ $header->{VBTYP} } * $units;
}
foreach (values %document)
{
	$mismatch{'header and items'}++ if $_->{NETWR} ne sprintf('%d.%02d', int($_->{sum} / 100), $_->{sum} % 100);
	$currency{ $_->{KUNAG} } = $_->{WAERK};
	next if $sign{ $_->{VBTYP} } < 0;
	$frequency{ $_->{KUNAG} }++;
	$last{ $_->{KUNAG} } = $_->{FKDAT} if ($last{ $_->{KUNAG} } // '') lt $_->{FKDAT};
}
foreach my $key (keys %truth)
{
	my ($t, $units) = ($truth{$key}, $amount{$key} // 0);
	(my $amount = $t->{amount}) =~ s/\.//;
	$mismatch{amount}++ if $amount != $units;
	$mismatch{frequency}++ if $t->{frequency} != ($frequency{$key} // 0);
	$mismatch{'last receipt'}++ if $t->{last_receipt} ne ($last{$key} // '');
	$mismatch{currency}++ if defined $currency{$key} && $t->{currency} ne $currency{$key};
	$mismatch{'one-time'}++ if ($t->{one_time} eq 'true') != exists $one_time{$key};
	$mismatch{lapse}++ if $t->{lapses_on} ne '' && $t->{last_receipt} ge $t->{lapses_on};
}
is(join(', ', %mismatch), '', 'documents and customers agree with the expected results');
is($receipt_lines, $facts{'receipt lines'}, 'receipt lines');
is($one_time_lines, $facts{'one-time receipt lines'}, 'receipt lines of one-time accounts');

my %found;
$found{ $_->{behaviour} }++ foreach values %truth;
is(scalar keys %found, 7, 'every behaviour occurs');
ok((grep { $_->{odd} ne '' } values %truth) > 0, 'some customers are anomalous');
ok((grep { $_->{currency} eq 'JPY' } values %truth) > 0, 'some customers pay in yen');

done_testing();
