# SAP intake of generated lines: a file larger than a batch, cancel, quotes, a database in Latin-1.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('sap');
$node->init;
$node->start;
sub rows { return $node->safe_psql('postgres', $_[0]); }

rows('CREATE EXTENSION segment; CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text)');

# ---- a large file: memory, cancel ----------------------------------------------------

rows(<<'SQL');
TRUNCATE stage RESTART IDENTITY;
INSERT INTO stage (line) VALUES ('VBELN;POSNR;ARKTX;NETWR;WAERK;FKIMG');
INSERT INTO stage (line) SELECT i || ';10;Article ' || i || ';1.234,50-;EUR;1.000' FROM generate_series(1, 400000) i;
CREATE TABLE large (vbeln text, posnr text, arktx text, netwr numeric, waerk text, fkimg numeric);
CREATE TABLE memory (batch serial, bytes bigint);
CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO memory (bytes) SELECT sum(total_bytes) FROM pg_backend_memory_contexts; RETURN NULL; END $$;
CREATE TRIGGER measure AFTER INSERT ON large FOR EACH STATEMENT EXECUTE FUNCTION measure();
SQL
my $import = "SELECT rows_loaded FROM segment.sap_import('stage', 'large', sap_table => 'VBRP', decimal_notation => '1.234.567,89')";
is(rows($import), '400000', 'a large file');
is(rows('SELECT count(*), count(DISTINCT vbeln), sum(netwr) FROM large'), '400000|400000|-493800000.00', 'all rows are loaded');
cmp_ok(rows('SELECT count(*) FROM memory'), '>=', 50, 'in many batches');
cmp_ok(rows('SELECT max(bytes) FILTER (WHERE batch > 40)::float8 / max(bytes) FILTER (WHERE batch <= 10) FROM memory'), '<', 1.05,
	'memory does not grow with the file');

rows('TRUNCATE large');
my $start = time();
my ($status, $out, $err) = $node->psql('postgres', "SET statement_timeout = '300ms'; $import");
like($err, qr/canceling statement due to statement timeout/, 'an import can be cancelled');
cmp_ok(time() - $start, '<', 5, 'without delay');
is(rows('SELECT count(*) FROM large'), '0', 'a cancelled import leaves nothing');

# only the line of a quote that is not closed is refused
rows(<<'SQL');
TRUNCATE stage RESTART IDENTITY;
INSERT INTO stage (line) VALUES ('KUNNR;NAME1');
INSERT INTO stage (line) SELECT i || ';' || CASE WHEN i = 5 THEN '"' ELSE '' END || 'Name ' || i FROM generate_series(1, 5000) i;
SQL
is(rows("SELECT rows_read, rows_loaded, rows_refused FROM segment.sap_import('stage', 'unpaired', sap_table => 'KNA1', on_error => 'reject')"),
	'5000|4999|1', 'a quote that is not closed');
is(rows('SELECT line_no, reason, line FROM unpaired_refused'), '6|quote is not closed|5;"Name 5', 'only its line is refused');
is(rows("SELECT rows_loaded FROM segment.sap_import('stage', 'unpaired', sap_table => 'KNA1', quote => '', check_keys => false)"), '5000', 'a file without quoting');

# a database in another encoding
rows("CREATE DATABASE latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
is($node->safe_psql('latin1', <<'SQL'), "1|2|0\n2|2|1\nGr|\xC3\xB6\n\xC3\x84", 'a database in Latin-1');
SET client_encoding = 'UTF8';
CREATE EXTENSION segment;
CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
INSERT INTO stage (line) VALUES ('|KUNNR|NAME1|'), (E'|2    |Gr|\u00f6 |');
SELECT rows_read, rows_loaded + 1, rows_refused FROM segment.sap_import('stage', 'kna1');
SELECT rows_read, rows_loaded + 1, rows_refused
FROM segment.sap_import(E'KUNNR;NAME1\n7;\\303\\204\n8;\\346\\235\\261'::bytea, 'UTF8', 'kna1', on_error => 'reject');
SELECT name1 FROM kna1 ORDER BY kunnr;
SQL

$node->stop;
done_testing();
