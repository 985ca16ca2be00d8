# Databases in encodings other than UTF-8: the SAP intake, and the names of features.
# The client uses UTF-8, whatever the encoding of the database is.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('encodings');
$node->init(extra => [ '--locale=C', '--encoding=SQL_ASCII' ]);
$node->start;

# Words of each encoding, and a character that the encoding does not have.  SQL_ASCII has all bytes.
my %words = (
	LATIN1 => { name => 'Größe', value => 'Müller & Söhne', foreign => '東', feature => 'umsatz_größe', space => 1 },
	WIN1252 => { name => 'Größe', value => '„Müller“ – 5 €', foreign => '東', feature => 'umsatz_größe', space => 1 },
	EUC_JP => { name => '顧客名', value => '東京商店', foreign => '€', feature => '売上高', space => 0 },
	SQL_ASCII => { name => 'Größe', value => '東 Müller', foreign => undef, feature => 'umsatz_größe', space => 1 });

sub check_encoding
{
	my ($encoding) = @_;
	my $w = $words{$encoding};
	my $db = lc $encoding;
	my $sql = sub {
		# SQL_ASCII converts nothing, so the client must use the same bytes
		my $client = $encoding eq 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8';
		return $node->safe_psql($db, "SET client_encoding = '$client'; $_[0]");
	};
	my $fails = sub {
		my ($status, $out, $err) = $node->psql($db, "SET client_encoding = 'UTF8'; $_[0]");
		return $err;
	};

	$node->safe_psql('postgres', "CREATE DATABASE $db ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$sql->('CREATE EXTENSION segment; CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text)');
	my $stage = sub {
		my $rows = join(', ', map { "\$l\$$_\$l\$" } @_);
		return "TRUNCATE stage; INSERT INTO stage (line) SELECT unnest(ARRAY[$rows])";
	};

	# a name in the header becomes the name of a column
	$sql->($stage->("KUNNR;$w->{name}", "1;$w->{value}", "2;b"));
	is($sql->("SELECT rows_loaded, ignored_fields FROM segment.sap_import('stage', 'made')"), '2|{}', "$encoding: a table is created from a header");
	is($sql->("SELECT attname FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum = 2"), asc_lower($w->{name}), "$encoding: its column has the name of the header");
	is($sql->("SELECT \"" . asc_lower($w->{name}) . "\" FROM made ORDER BY kunnr"), "$w->{value}\nb", "$encoding: the column has the values");
	is($sql->("SELECT rows_loaded, ignored_fields FROM segment.sap_import('stage', 'made')"), '2|{}', "$encoding: the column is found again");

	# labels, in mapping
	is($sql->("SELECT rows_loaded FROM segment.sap_import('stage', 'kna1', mapping => '{\"$w->{name}\": \"NAME1\"}')"), '2', "$encoding: a label in mapping");
	is($sql->('SELECT kunnr, name1 FROM kna1 ORDER BY 1'), "0000000001|$w->{value}\n0000000002|b", "$encoding: a label is mapped to a field");
	is($sql->("SELECT ignored_fields FROM segment.sap_import('stage', 'left_out', mapping => '{\"$w->{name}\": null}')"), "{$w->{name}}", "$encoding: a label is left out");
	like($fails->("SELECT segment.sap_import('stage', 'kna1', mapping => '{\"x$w->{name}\": null}')"), qr/mapping has the name "x\Q$w->{name}\E", but the header does not/,
		"$encoding: the error shows a label that is not in the header");

	# a list, with a bar in a cell
	$sql->($stage->("|KUNNR |$w->{name}   |", '|3     |' . pad("$w->{name}|x", length_of($w->{name}) + 3) . '|', '|4     |' . pad('a', length_of($w->{name}) + 3) . '|'));
	is($sql->("SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'kna1', mapping => '{\"$w->{name}\": \"NAME1\"}', on_error => 'reject')"), '2|0', "$encoding: a list");
	is($sql->("SELECT name1 FROM kna1 WHERE kunnr = '0000000003'"), "$w->{name}|x", "$encoding: a list is split by characters");

	# refused lines and messages
	$sql->("CREATE TABLE narrow (kunnr text, \"$w->{name}\" varchar(3))");
	$sql->($stage->("KUNNR;$w->{name}", "1;$w->{name}x"));
	is($sql->("SELECT rows_refused FROM segment.sap_import('stage', 'narrow', on_error => 'reject')"), '1', "$encoding: a value that is too long");
	is($sql->('SELECT field, line FROM narrow_refused'), "$w->{name}|1;$w->{name}x", "$encoding: the refused line has the name of its column");
	like($fails->("SELECT segment.sap_import('stage', 'narrow')"), qr/line 2, column \Q$w->{name}\E: value has \d+ characters.*\n.*The field is "\Q$w->{name}\Ex"/, "$encoding: the error shows the field");

	# a header over 63 bytes is cut between characters
	my $long = $w->{name} x 20;
	$sql->($stage->("KUNNR;$long", '1;a'));
	$sql->("SELECT segment.sap_import('stage', 'long')") for 1 .. 2;
	is($sql->('SELECT count(*), count(DISTINCT long::text) FROM long'), '2|1', "$encoding: two imports with a long name");
	is($sql->("SELECT octet_length(attname::text) > 58 AND starts_with('" . asc_lower($long) . "', attname::text) FROM pg_attribute WHERE attrelid = 'long'::regclass AND attnum = 2"),
		't', "$encoding: the column has the beginning of the long name");

	# bytes of a file
	if (defined $w->{foreign})
	{
		my $bytes = unpack('H*', "KUNNR;NAME1\n8;$w->{foreign}\n9;$w->{value}");
		is($sql->("SELECT rows_loaded, rows_refused FROM segment.sap_import('\\x$bytes'::bytea, 'UTF8', 'from_bytes', sap_table => 'KNA1', on_error => 'reject')"),
			'1|1', "$encoding: a character that the database does not have");
		is($sql->("SELECT name1 FROM from_bytes"), $w->{value}, "$encoding: only its line is refused");
	}

	# no-break spaces
	is($sql->("SELECT segment.sap_number('1\x{c2}\x{a0}234,5', '1 234 567,89'), segment.sap_alpha_in('4711\x{c2}\x{a0}', 10)"), '1234.5|0000004711', "$encoding: a no-break space")
	  if $w->{space};
	is($sql->("SELECT segment.sap_alpha_in('$w->{value}', " . length_of($w->{value}) . ')'), $w->{value}, "$encoding: lengths are in characters")
	  if $encoding ne 'SQL_ASCII';

	# names of features, from a column and from an option
	is($sql->("SELECT string_agg(feature, ',') FROM segment.kmeans_centroids((SELECT segment.kmeans_fit(ARRAY[i::float8], 1, '{\"feature_names\": [\"$w->{feature}\"]}') FROM generate_series(1, 9) i))"),
		$w->{feature}, "$encoding: the name of a feature");
	like($sql->("SELECT segment.kmeans_describe((SELECT segment.kmeans_fit(ARRAY[i::float8], 2, '{\"feature_names\": [\"$w->{feature}\"]}') FROM generate_series(1, 9) i), 1, 'de')"),
		qr/\Q@{[ $w->{feature} =~ tr,_, ,r ]}\E/, "$encoding: in a description");
	is($sql->("SELECT string_agg(feature, ',') FROM segment.model_features((SELECT segment.pca_fit(ARRAY[i, i * i % 7]::float8[], '{\"feature_names\": [\"a\", \"$w->{feature}\"]}') FROM generate_series(1, 9) i))"),
		"a,$w->{feature}", "$encoding: in a model of another kind");
	# names of products in a basket
	$sql->("CREATE TABLE baskets AS SELECT ARRAY['$w->{feature}', 'p' || i % 2] AS items FROM generate_series(1, 8) i");
	is($sql->("SELECT consequent, n FROM segment.basket_rules((SELECT segment.basket_fit(items) FROM baskets)) WHERE antecedent = '{p0}'"), "$w->{feature}|4", "$encoding: a product of a rule");
	is($sql->("SELECT item FROM segment.basket_offers((SELECT segment.basket_fit(items) FROM baskets), ARRAY['$w->{feature}']) WHERE rank = 1"), 'p0', "$encoding: a product of a basket");
	is($sql->("SELECT options ->> 'exclude' FROM segment.model_info((SELECT segment.basket_fit(items, '{\"exclude\": [\"$w->{feature}\"]}') FROM baskets))"), "[\"$w->{feature}\"]", "$encoding: an excluded product");
	$sql->("CREATE TABLE customers AS SELECT i AS id, i % 7 AS a, i * i % 11 AS \"$w->{feature}\" FROM generate_series(1, 50) i");
	$sql->("SELECT segment.create_model('m', 'kmeans', 'customers', 'id', options => '{\"k\": 2}'); SELECT segment.fit('m')");
	is($sql->("SELECT string_agg(DISTINCT feature, ',' ORDER BY feature) FROM segment.cluster_profile WHERE model_name = 'm'"), "a,$w->{feature}", "$encoding: of a registered model");
	like($fails->("SELECT segment.kmeans_fit(ARRAY[i::float8], 1, '{\"feature_names\": [\"$w->{feature}\"]}') FROM (VALUES (1), ('NaN'::float8)) AS v (i)"), qr/feature/, "$encoding: in an error");
}

# Lower case of ASCII letters only, like the import.
sub asc_lower { my ($text) = @_; $text =~ tr/A-Z/a-z/; return $text; }

# The number of characters of UTF-8 bytes.
sub length_of { my ($text) = @_; return scalar(() = $text =~ /[^\x80-\xBF]/g); }
sub pad { my ($text, $width) = @_; return $text . ' ' x ($width - length_of($text)); }

check_encoding($_) for qw(LATIN1 WIN1252 EUC_JP SQL_ASCII);

# bytes of Latin-1 in SQL_ASCII do not change
is($node->safe_psql('sql_ascii', <<'SQL'), "1234.5|2|0\ngr|\\366", 'SQL_ASCII: bytes of Latin-1 do not change, and a list is split at the positions of the header');
CREATE TABLE raw (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
INSERT INTO raw (line) VALUES ('|KUNNR|NAME1|'), (E'|1    |gr|\xf6 |'), (E'|2    |\xa0b   |');
SELECT segment.sap_number(E'1\xa0' || '234,5', '1 234 567,89'), rows_loaded, rows_refused FROM segment.sap_import('raw', 'raw_kna1', sap_table => 'KNA1', on_error => 'reject');
SELECT encode(name1::bytea, 'escape') FROM raw_kna1 WHERE kunnr = '0000000001';
SQL

# a file in UTF-16, in the two documented ways
my $file = $node->basedir . '/utf16.txt';
open(my $handle, '>:raw', $file) or die "$file: $!";
print $handle pack('v*', 0xFEFF, map { ord } split //, "KUNNR\tNAME1\r\n1\tGr\x{f6}\x{df}e\r\n2\t\x{6771}\r\n");
close($handle);
$node->safe_psql('postgres', "CREATE DATABASE utf8 ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0");
is($node->safe_psql('utf8', <<"SQL"), "2\n2\n1|Größe|2\n2|東|2\n0", 'a file in UTF-16 from psql');
SET client_encoding = 'UTF8';
CREATE EXTENSION segment;
CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
\\copy stage(line) FROM PROGRAM 'iconv -f UTF-16 -t UTF-8 "$file"' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ENCODING 'UTF8')
SELECT rows_loaded FROM segment.sap_import('stage', 'kna1');
\\lo_import '$file'
SELECT rows_loaded FROM segment.sap_import(lo_get(:LASTOID), 'UTF16LE', 'kna1', check_keys => false);
\\lo_unlink :LASTOID
SELECT segment.sap_alpha_out(kunnr), name1, count(*) FROM kna1 GROUP BY kunnr, name1 ORDER BY kunnr;
SELECT count(*) FROM pg_largeobject_metadata;
SQL

$node->stop;
done_testing();
