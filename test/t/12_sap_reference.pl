# SAP intake of public exports.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{SEGMENT_SHARED}/data/sap";
plan skip_all => "the reference data is not beside the project ($data)" unless -d $data;

my $node = PostgreSQL::Test::Cluster->new('sap_reference');
$node->init;
$node->start;
sub rows { return $node->safe_psql('postgres', $_[0]); }

rows('CREATE EXTENSION segment; CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text)');

# Load a file into the staging table as the documentation describes, and import it; returns the counts.
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

# ---- Bikes Sales, into tables with other types -----------------------------------

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
is(rows(<<'SQL'), '0|0|0', 'no orphans in any table');
SELECT (SELECT count(*) FROM sales_order_items i WHERE NOT EXISTS (SELECT FROM sales_orders o WHERE o.salesorderid = i.salesorderid)),
       (SELECT count(*) FROM sales_orders o WHERE NOT EXISTS (SELECT FROM business_partners p WHERE p.partnerid = o.partnerid)),
       (SELECT count(*) FROM business_partners p WHERE NOT EXISTS (SELECT FROM sales_orders o WHERE o.partnerid = p.partnerid))
SQL
is(rows('SELECT min(createdat), max(createdat) FROM sales_orders'), '2018-01-11|2019-06-27', 'first and last date');
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
is(rows(<<'SQL'), '70.95|404|8.35|3|14|510846.925|546335', 'RFM of all customers');
SELECT trim_scale(avg(recency_days)), max(recency_days), trim_scale(avg(frequency)), min(frequency), max(frequency),
       trim_scale(avg(monetary::numeric)), trim_scale(percentile_cont(0.5) WITHIN GROUP (ORDER BY monetary)::numeric)
FROM segment.rfm('bikes_receipts', '2019-06-27')
SQL

# the other files of the set, into new tables: a byte order mark, six columns without a name
is(import_file("$data/bikes_sales/Addresses.csv", 'addresses', "on_error => 'reject'"), '54|54|0', 'addresses');
is(import_file("$data/bikes_sales/Employees.csv", 'employees', "on_error => 'reject'", undef, 'LATIN1'), '14|14|0', 'employees, in Latin-1');
is(rows("SELECT count(*) FROM pg_attribute WHERE attrelid = 'employees'::regclass AND attnum > 0"), '13', 'columns without a name are left out');
is(rows("SELECT city FROM addresses WHERE addressid = '1000000034'"), 'West Nyack', 'the first name has no byte order mark');

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
is(rows('SELECT line_no, field, reason FROM mara_refused'), '3|laeda|value is not a date of the form YYYYMMDD', 'the reason of the refused row');
is(rows("SELECT kunnr, mandt, name1, erdat, updat FROM kna1 WHERE kunnr LIKE 'CA301'"), 'CA301|800|Dunder Mifflin|2011-12-01|',
	'an alphanumeric key does not change, a date of zeros is NULL');
is(rows("SELECT matnr, ersda, brgew FROM mara ORDER BY 1 LIMIT 1"), '000000000051066122|1023-03-08|0.000', 'materials');
is(rows("SELECT kunnr IS NULL, shkzg, dmbtr, augdt IS NULL FROM bseg WHERE belnr = '0100000795'"), 't|h|297.00000|t', 'open items');

rows('CREATE TABLE narrow (name1 text, erdat date, kunnr varchar(10), note text)');
is(import_file("$data/fivetran/kna1.csv", 'narrow', "amounts => 'display'", 'rows_loaded, cardinality(ignored_fields) > 100'),
	'3|t', 'a target with few columns in another order');
is(rows("SELECT kunnr, name1, erdat, note IS NULL FROM narrow ORDER BY 1 LIMIT 1"), 'CA301|Dunder Mifflin|2011-12-01|t', 'fields are matched by name');

$node->stop;
done_testing();
