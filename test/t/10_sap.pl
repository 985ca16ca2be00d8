# SAP intake on public exports, and on files too large to be held in memory.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $data = "$ENV{SEGMENT_SHARED}/data/sap";
plan skip_all => "the reference data is not beside the project ($data)" unless -d $data;

my $node = PostgreSQL::Test::Cluster->new('sap');
$node->init;
$node->start;
sub rows { return $node->safe_psql('postgres', $_[0]); }

rows('CREATE EXTENSION segment; CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text)');

# Stage a file as README says and import it; the counts.
sub import_file
{
	my ($file, $target, $options, $counts, $encoding) = @_;
	$counts //= 'rows_read, rows_loaded, rows_refused';
	$encoding //= 'UTF8';
	return rows(<<"SQL");
TRUNCATE stage RESTART IDENTITY;
\\copy stage(line) FROM '$file' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ENCODING '$encoding')
SELECT $counts FROM segment.sap_import('stage', '$target', decimal_notation => '1234567.89', $options);
SQL
}

# ---- Bikes Sales, into tables of its own types -----------------------------------

rows(<<'SQL');
CREATE TABLE sales_orders (partnerid text, salesorderid text PRIMARY KEY, createdat date, grossamount numeric(15,3),
    netamount numeric(15,3), taxamount numeric(15,3), currency text, lifecyclestatus text, salesorg text);
CREATE TABLE sales_order_items (salesorderid text, salesorderitem text, quantity int, grossamount numeric(15,3),
    productid text, currency text, deliverydate date, PRIMARY KEY (salesorderid, salesorderitem));
CREATE TABLE business_partners (partnerid text PRIMARY KEY, companyname text, createdat date);
SQL
is(import_file("$data/bikes_sales/SalesOrders.csv", 'sales_orders', "on_error => 'reject'"), '334|334|0', 'all orders');
is(import_file("$data/bikes_sales/SalesOrderItems.csv", 'sales_order_items', "on_error => 'reject'"), '1930|1930|0', 'all items');
is(import_file("$data/bikes_sales/BusinessPartners.csv", 'business_partners', "on_error => 'reject'"), '40|40|0', 'all partners');
is(rows('SELECT sum(grossamount), sum(netamount), sum(taxamount) FROM sales_orders'),
	'20433877.000|17879642.375|2554234.625', 'gross, net and tax');
is(rows('SELECT sum(grossamount), sum(grossamount * quantity), sum(quantity) FROM sales_order_items'),
	'3685531.000|20433877.000|10663', 'unit prices and quantities of the items');
is(rows(<<'SQL'), '334|334', 'items times quantity equal the header in every order');
SELECT count(*), count(*) FILTER (WHERE o.grossamount = i.total)
FROM sales_orders o JOIN (SELECT salesorderid, sum(grossamount * quantity) AS total FROM sales_order_items GROUP BY 1) i USING (salesorderid)
SQL
is(rows(<<'SQL'), '0|0|0', 'no orphan on any side');
SELECT (SELECT count(*) FROM sales_order_items i WHERE NOT EXISTS (SELECT FROM sales_orders o WHERE o.salesorderid = i.salesorderid)),
       (SELECT count(*) FROM sales_orders o WHERE NOT EXISTS (SELECT FROM business_partners p WHERE p.partnerid = o.partnerid)),
       (SELECT count(*) FROM business_partners p WHERE NOT EXISTS (SELECT FROM sales_orders o WHERE o.partnerid = p.partnerid))
SQL
is(rows('SELECT min(createdat), max(createdat) FROM sales_orders'), '2018-01-11|2019-06-27', 'first and last day');
is(rows(<<'SQL'), 'AMER 95, APJ 88, EMEA 151; C 311, I 20, X 3', 'regions and states');
SELECT (SELECT string_agg(salesorg || ' ' || n, ', ' ORDER BY salesorg) FROM (SELECT salesorg, count(*) AS n FROM sales_orders GROUP BY 1) s)
    || '; ' || (SELECT string_agg(lifecyclestatus || ' ' || n, ', ' ORDER BY lifecyclestatus)
                FROM (SELECT lifecyclestatus, count(*) AS n FROM sales_orders GROUP BY 1) s)
SQL
rows(<<'SQL');
CREATE VIEW bikes_receipts AS
SELECT o.partnerid AS customer_id, o.salesorderid AS receipt_id, o.createdat AS receipt_date,
       i.grossamount * i.quantity AS amount, i.currency, i.productid AS product_id, i.quantity
FROM sales_orders o JOIN sales_order_items i USING (salesorderid);
SQL
is(rows(<<'SQL'), "0100000004 10 14 1028310\n0100000020 103 12 880271\n0100000023 81 13 817422\n0100000033 43 13 813469", 'RFM of four customers');
SELECT customer_id || ' ' || recency_days || ' ' || frequency || ' ' || trim_scale(monetary::numeric)
FROM segment.rfm('bikes_receipts', '2019-06-27')
WHERE customer_id IN ('0100000004', '0100000020', '0100000023', '0100000033') ORDER BY 1
SQL
is(rows(<<'SQL'), '70.95|404|8.35|3|14|510846.925|546335', 'RFM of all');
SELECT trim_scale(avg(recency_days)), max(recency_days), trim_scale(avg(frequency)), min(frequency), max(frequency),
       trim_scale(avg(monetary::numeric)), trim_scale(percentile_cont(0.5) WITHIN GROUP (ORDER BY monetary)::numeric)
FROM segment.rfm('bikes_receipts', '2019-06-27')
SQL

# the other files of the set, into tables made on the spot: a byte order mark, six columns without a name
is(import_file("$data/bikes_sales/Addresses.csv", 'addresses', "on_error => 'reject'"), '54|54|0', 'addresses');
is(import_file("$data/bikes_sales/Employees.csv", 'employees', "on_error => 'reject'", undef, 'LATIN1'), '14|14|0', 'employees, in Latin-1');
is(rows("SELECT count(*) FROM pg_attribute WHERE attrelid = 'employees'::regclass AND attnum > 0"), '13', 'columns without a name stay out');
is(rows("SELECT city FROM addresses WHERE addressid = '1000000034'"), 'West Nyack', 'no byte order mark in the first name');

# ---- fivetran's layouts: full width, lower-case names ------------------------------

my %refused = (mara => 1);    # its second row was last changed on 10000000
for my $table (qw(kna1 bkpf bseg mara t001))
{
	my $file = "$data/fivetran/$table.csv";
	open(my $handle, '<', $file) or die "$file: $!";
	my @lines = grep { /\S/ } <$handle>;
	close($handle);
	my $want = join('|', @lines - 1, @lines - 1 - ($refused{$table} // 0), $refused{$table} // 0);
	is(import_file($file, $table, "amounts => 'display', on_error => 'reject'"), $want, "$table by name");
}
is(rows('SELECT line_no, field, reason FROM mara_refused'), '3|laeda|value is not a date of the form YYYYMMDD', 'and why one row is not in');
is(rows("SELECT kunnr, mandt, name1, erdat, updat FROM kna1 WHERE kunnr LIKE 'CA301'"), 'CA301|800|Dunder Mifflin|2011-12-01|',
	'an alphanumeric key stays, a date of zeros is null');
is(rows("SELECT matnr, ersda, brgew FROM mara ORDER BY 1 LIMIT 1"), '000000000051066122|1023-03-08|0.000', 'materials');
is(rows("SELECT kunnr IS NULL, shkzg, dmbtr, augdt IS NULL FROM bseg WHERE belnr = '0100000795'"), 't|h|297.00000|t', 'open items');

rows('CREATE TABLE narrow (name1 text, erdat date, kunnr varchar(10), note text)');
is(import_file("$data/fivetran/kna1.csv", 'narrow', "amounts => 'display'", 'rows_loaded, cardinality(ignored_fields) > 100'),
	'3|t', 'a target with a few columns in another order');
is(rows("SELECT kunnr, name1, erdat, note IS NULL FROM narrow ORDER BY 1 LIMIT 1"), 'CA301|Dunder Mifflin|2011-12-01|t', 'by name');

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
is(rows('SELECT count(*), count(DISTINCT vbeln), sum(netwr) FROM large'), '400000|400000|-493800000.00', 'all of it');
cmp_ok(rows('SELECT count(*) FROM memory'), '>=', 50, 'in many batches');
cmp_ok(rows('SELECT max(bytes) FILTER (WHERE batch > 40)::float8 / max(bytes) FILTER (WHERE batch <= 10) FROM memory'), '<', 1.05,
	'memory does not grow with the file');

rows('TRUNCATE large');
my $start = time();
my ($status, $out, $err) = $node->psql('postgres', "SET statement_timeout = '300ms'; $import");
like($err, qr/canceling statement due to statement timeout/, 'an import can be cancelled');
cmp_ok(time() - $start, '<', 5, 'at once');
is(rows('SELECT count(*) FROM large'), '0', 'and nothing of it stays');

# a quote that is never closed costs one line
rows(<<'SQL');
TRUNCATE stage RESTART IDENTITY;
INSERT INTO stage (line) VALUES ('KUNNR;NAME1');
INSERT INTO stage (line) SELECT i || ';' || CASE WHEN i = 5 THEN '"' ELSE '' END || 'Name ' || i FROM generate_series(1, 5000) i;
SQL
is(rows("SELECT rows_read, rows_loaded, rows_refused FROM segment.sap_import('stage', 'odd', sap_table => 'KNA1', on_error => 'reject')"),
	'5000|4999|1', 'one odd quote');
is(rows('SELECT line_no, reason, line FROM odd_refused'), '6|quote is not closed|5;"Name 5', 'and its line is refused');
is(rows("SELECT rows_loaded FROM segment.sap_import('stage', 'odd', sap_table => 'KNA1', quote => '', check_keys => false)"), '5000', 'a file without quoting');

# a database of another encoding
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
