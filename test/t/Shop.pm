# The public shop data of the reference folder as receipts, in a server of its own.
package Shop;
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{SEGMENT_SHARED}/data";

sub server
{
	plan skip_all => "the reference data is not beside the project ($data)" unless -d "$data/tx";
	my $node = PostgreSQL::Test::Cluster->new('shop');
	$node->init;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION segment');
	return $node;
}

# Run statements; psql's own \copy reads the files, so the server need not be able to.
sub run
{
	my ($node, $sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# orders(customer_id, order_date, revenue), orders_truth; the view order_receipts
sub load_orders
{
	my ($node) = @_;
	run($node, <<"SQL");
CREATE TABLE orders (customer_id text, order_date date, revenue numeric);
CREATE TABLE orders_truth (customer_id text, rec int, n int, amount numeric, r int, f int, m int, rfm text, segment text);
\\copy orders FROM '$data/tx/rfm_orders.csv' CSV HEADER
\\copy orders_truth FROM '$data/tx/rfm_orders_scores_truth.csv' CSV HEADER
CREATE VIEW order_receipts AS
SELECT customer_id, order_date AS receipt_date, revenue AS amount FROM orders;
SQL
	return;
}

# The view cdnow_receipts: each row is one receipt.
sub load_cdnow
{
	my ($node) = @_;
	run($node, <<"SQL");
CREATE TABLE cdnow_lines (line text);
\\copy cdnow_lines FROM PROGRAM 'zcat $data/tx/CDNOW_master.txt.gz | tr -d "\\r" | tail -n +2'
CREATE TABLE cdnow AS
SELECT f[1] AS customer_id, f[2]::date AS receipt_date, f[4]::numeric AS amount
FROM cdnow_lines, regexp_split_to_array(btrim(line), ' +') f;
CREATE VIEW cdnow_receipts AS SELECT * FROM cdnow;
SQL
	return;
}

# retail, and the views retail_receipts (sales only) and retail_net (with returns)
sub load_retail
{
	my ($node) = @_;
	run($node, <<"SQL");
CREATE TABLE retail (invoice text, stock_code text, description text, quantity int, invoiced_at timestamp,
                     unit_price numeric, customer_id text, country text);
\\copy retail FROM PROGRAM 'xzcat $data/tx/online_retail_2010-12_2011-05.csv.xz' CSV HEADER
CREATE TABLE retail_truth (customer_id text, r int, f int, m numeric);
\\copy retail_truth FROM PROGRAM 'zcat $data/tx/online_retail_h1_rfm_truth.csv.gz' CSV HEADER
CREATE VIEW retail_net AS
SELECT customer_id, invoice AS receipt_id, invoiced_at AS receipt_date, quantity * unit_price AS amount FROM retail;
CREATE VIEW retail_receipts AS
SELECT customer_id, invoice AS receipt_id, invoiced_at AS receipt_date, quantity * unit_price AS amount
FROM retail WHERE quantity > 0 AND unit_price > 0 AND invoice NOT LIKE 'C%';
SQL
	return;
}

# The view bikes_receipts: the sales orders of SAP's Bikes Sales sample.
sub load_bikes
{
	my ($node) = @_;
	run($node, <<"SQL");
CREATE TABLE bikes (salesorderid text, createdby text, createdat date, changedby text, changedat date, fiscvariant text,
                    fiscalyearperiod text, noteid text, partnerid text, salesorg text, currency text, grossamount numeric,
                    netamount numeric, taxamount numeric, lifecyclestatus text, billingstatus text, deliverystatus text);
\\copy bikes FROM '$data/sap/bikes_sales/SalesOrders.csv' CSV HEADER
CREATE VIEW bikes_receipts AS
SELECT partnerid AS customer_id, salesorderid AS receipt_id, createdat AS receipt_date, grossamount AS amount, currency FROM bikes;
SQL
	return;
}

1;
