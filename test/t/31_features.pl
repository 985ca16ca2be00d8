# Features of public data, compared with independently computed figures (pandas).
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, $_[0]); }

# The mean of a feature over the customers who have one, and how many these are
sub is_mean
{
	my ($table, $feature, $mean, $count) = @_;
	my $tolerance = $feature =~ /^(monetary|sales|receipt)/ ? '1e-6' : '1e-8';
	is(rows("SELECT count($feature), abs(avg($feature)::float8 - $mean) <= $tolerance FROM $table WHERE receipts > 0"), "$count|t", "$table: $feature");
	return;
}

# ---- Online Retail ----

Shop::load_retail($node);
rows(<<'SQL');
CREATE VIEW retail_lines AS
SELECT customer_id, invoice AS receipt_id, invoiced_at AS receipt_date, round(quantity * unit_price, 2) AS amount, quantity, stock_code AS product_id FROM retail;
CREATE VIEW retail_past AS SELECT * FROM retail_lines WHERE receipt_date < '2011-03-01';
CREATE TABLE retail_features AS SELECT * FROM segment.receipt_features('retail_lines', '2011-05-31');
SQL
my @means = split /\n/, <<'FIGURES';
tenure_days 111.428256071
recency_days 62.974613687
receipts 2.726269316
return_receipts .564753495
active_days 2.473509934
active_months 1.938925681
gap_mean 49.842581308 1336
gap_sd 21.776720645 757
gap_median 49.194985030 1336
gap_max 62.113772455 1336
lateness 1.821723677 1336
monetary 1149.796949963
sales 1226.119190581
return_share .046857677
receipt_mean 407.710136934
receipt_sd 209.325444259 1386
receipt_median 395.855125092
receipt_max 551.299904341
lines_per_receipt 20.803635624
quantity_per_receipt 244.884810836
products 41.694260486
products_per_receipt 20.290456977
product_entropy 2.894878568
top_product_share .198852998
receipts_30 .565489330
sales_30 247.101140545
receipts_90 1.444812362
sales_90 625.819286240
receipts_180 2.631346578
sales_180 1191.647880795
sales_ratio_90 1.146593917 1643
share_mon .147254606
share_tue .173284473
share_wed .200302309
share_thu .218799035
share_fri .148276010
share_sat 0
share_sun .112083567
share_morning .354948893
share_afternoon .626651787
share_evening .018399321
share_night 0
FIGURES
foreach my $figure (@means)
{
	my ($feature, $mean, $count) = split / /, $figure;
	is_mean('retail_features', $feature, $mean, $count // 2718);
}
is(rows(<<'SQL'), "12347|175|54|3|0|3|3|60.5|60.5|71|1823.43|28|63|636.25\n14646|162|5|25|1|19|6|8.722222222|5.5|31|110668.12|||52847.10\n17850|181|180|34|1|2|1|1|||5288.63||21|", 'Online Retail: three customers');
SELECT customer_id, tenure_days, recency_days, receipts, return_receipts, active_days, active_months, round(gap_mean::numeric, 9)::float8,
       CASE WHEN customer_id <> '17850' THEN gap_median END, CASE WHEN customer_id <> '17850' THEN gap_max END, monetary,
       CASE customer_id WHEN '12347' THEN lines_per_receipt END, CASE WHEN customer_id <> '14646' THEN products END,
       CASE WHEN customer_id <> '17850' THEN sales_90 END
FROM retail_features WHERE customer_id IN ('12347', '17850', '14646') ORDER BY 1
SQL
is(rows(<<'SQL'), 't', 'Online Retail: their shares, deviations and entropies');
SELECT bool_and(abs(got - wanted) <= 1e-8)
FROM (SELECT customer_id, unnest(ARRAY[gap_sd, lateness, receipt_sd, product_entropy, return_share, sales_ratio_90, top_product_share]) AS got,
             unnest(CASE customer_id
                    WHEN '12347' THEN '{14.849242405, .892561983, 120.738830539, 3.784922120, 0, .535933894, .136884882}'
                    WHEN '14646' THEN '{9.479423881, NULL, NULL, 5.402871372, NULL, .913266542, NULL}'
                    ELSE '{NULL, NULL, NULL, 2.908594895, .019027268, NULL, NULL}' END::float8[]) AS wanted
      FROM retail_features WHERE customer_id IN ('12347', '17850', '14646')) f
SQL
is(rows("SELECT gap_sd IS NULL FROM retail_features WHERE customer_id = '17850'"), 't', 'Online Retail: one gap has no deviation');
is(rows(<<'SQL'), '0', 'Online Retail: receipts of later months change nothing');
SELECT count(*) FROM (
    (SELECT f::text FROM segment.receipt_features('retail_lines', '2011-02-28') f EXCEPT SELECT f::text FROM segment.receipt_features('retail_past', '2011-02-28') f)
    UNION ALL
    (SELECT f::text FROM segment.receipt_features('retail_past', '2011-02-28') f EXCEPT SELECT f::text FROM segment.receipt_features('retail_lines', '2011-02-28') f)) d
SQL

# ---- CDNOW: dates only ----

Shop::load_cdnow($node);
rows(<<'SQL');
CREATE VIEW cdnow_tenth AS SELECT * FROM cdnow_receipts WHERE customer_id::int % 10 = 0;
CREATE TABLE cdnow_features AS SELECT * FROM segment.receipt_features('cdnow_tenth', '1998-06-30');
SQL
foreach my $figure (split /\n/, <<'FIGURES')
tenure_days 502.082732287
recency_days 366.227831990
receipts 2.879507849
active_days 2.812049215
gap_mean 114.903637141 1155
gap_sd 81.804977898 766
gap_max 178.266666667 1155
lateness 11.624691666 1155
sales 101.937691981
receipt_mean 32.606264213
receipt_sd 17.800343207 1170
receipts_90 .243105643
sales_365 42.915854900
share_sat .144216703
FIGURES
{
	my ($feature, $mean, $count) = split / /, $figure;
	is_mean('cdnow_features', $feature, $mean, $count // 2357);
}
is(rows('SELECT count(share_morning) + count(share_night) + count(products) + count(quantity_per_receipt) FROM cdnow_features'), '0', 'CDNOW: no hours, products and quantities');

done_testing();
