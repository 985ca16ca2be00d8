# Public receipts: figures of the reference that the tests of the single functions leave out, and the same
# rows whatever the order of the lines and the memory.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, $_[0]); }

Shop::load_retail($node);
Shop::load_cdnow($node);
Shop::load_bikes($node);
rows(<<'SQL');
CREATE TABLE retail_lines AS
SELECT customer_id, invoice AS receipt_id, invoiced_at AS receipt_date, round(quantity * unit_price, 2) AS amount, quantity, stock_code AS product_id FROM retail;
CREATE VIEW retail_all AS SELECT coalesce(customer_id, 'guest') AS customer_id, receipt_id, receipt_date, amount FROM retail_lines;
CREATE TABLE retail_shuffled AS SELECT * FROM retail_lines ORDER BY md5(retail_lines::text);
CREATE TABLE cdnow_shuffled AS SELECT * FROM cdnow_receipts ORDER BY md5(cdnow_receipts::text);
CREATE TABLE bikes_shuffled AS SELECT * FROM bikes_receipts ORDER BY md5(bikes_receipts::text);
SQL

is(rows(<<'SQL'), '748957.02|560000.26|498062.65|683267.08|493207.12|723333.51', 'Online Retail: net value by month, with lines without a customer');
SELECT string_agg(net::text, '|' ORDER BY month) FROM (
    SELECT date_trunc('month', receipt_date) AS month, sum(net)::numeric(12, 2) AS net FROM segment.receipt_totals('retail_all', '2011-05-31') GROUP BY 1) m
SQL
is(rows("SELECT sum(net)::numeric(12, 2) FROM segment.receipt_totals('retail_all', '2011-05-31')"), '3706827.64', 'and in total');
is(rows(<<'SQL'), '544|70.5460608', 'Online Retail: the share of the top fifth of the customers');
SELECT count(*) FILTER (WHERE n <= 544), round(100 * sum(monetary) FILTER (WHERE n <= 544) / sum(monetary), 7)
FROM (SELECT monetary, row_number() OVER (ORDER BY monetary DESC) AS n FROM segment.rfm('retail_receipts', '2011-06-01')) c
SQL
is(rows("SELECT string_agg(concat_ws('/', customer_id, recency_days, frequency, monetary::numeric(9, 2)), ' ' ORDER BY customer_id) FROM segment.rfm('retail_receipts', '2011-06-01') WHERE customer_id IN ('12347', '17850')"),
	'12347/55/3/1823.43 17850/181/34/5391.21', 'Online Retail: two customers');
is(rows(<<'SQL'), '12347|636.25|711.79|28|372.333333333|1823.43 14646|386|8|110713.12 17850|5391.21', 'Online Retail: features of three customers');
SELECT string_agg(CASE customer_id WHEN '12347' THEN concat_ws('|', customer_id, receipt_median, receipt_max, lines_per_receipt, round(quantity_per_receipt::numeric, 9), sales::numeric(9, 2))
                                   WHEN '14646' THEN concat_ws('|', customer_id, products, receipts_30, sales::numeric(9, 2))
                                   ELSE concat_ws('|', customer_id, sales::numeric(9, 2)) END, ' ' ORDER BY customer_id)
FROM segment.receipt_features('retail_lines', '2011-05-31') WHERE customer_id IN ('12347', '14646', '17850')
SQL
is(rows("SELECT sum(monetary), count(*), sum(frequency) FROM segment.rfm('bikes_receipts', '2019-06-27')"), '20433877|40|334', 'Bikes Sales: value, partners and orders');

# ---- the same rows ----

my %as_of = (retail => '2011-05-31', cdnow => '1998-06-30', bikes => '2019-06-27');
foreach my $case (map { my $function = $_; map { [ $_, $function ] } sort keys %as_of } qw(rfm cohort_retention receipt_totals receipt_features))
{
	my ($name, $function) = @$case;
	my $in_order = $name eq 'retail' ? 'retail_lines' : "${name}_receipts";
	my %md5;
	foreach my $memory ('1GB', '3MB')
	{
		foreach my $relation ($in_order, "${name}_shuffled")
		{
			$md5{ rows("SET segment.fit_memory = '$memory'; SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY t::text)) FROM segment.$function('$relation', '$as_of{$name}') t") }++;
		}
	}
	is(join(' ', values %md5), '4', "$name, $function: the same rows in another order, and from files") or diag(join "\n", %md5);
}
done_testing();
