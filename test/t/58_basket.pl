# Rules and offers of public data, compared with arules and with an independent program, and
# baskets that are extreme in one way.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, $_[0]); }

# The SQLSTATE and the message of a statement that fails.
sub refusal
{
	my ($status, $out, $err) = $node->psql('postgres', $_[0], extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err =~ /ERROR:\s+(.*)/ ? $1 : "no error: " . substr($out, 0, 100);
}

# ---- groceries: 9,835 baskets ---------------------------------------------------

# R 4.2.2, arules 1.7.13: apriori(minlen = 2, maxlen = 10, maxtime = 0), interestMeasure; p.adjust of its Fisher p-values
rows(<<"SQL");
CREATE TABLE lines (line text);
\\copy lines FROM PROGRAM 'zcat $ENV{SEGMENT_SHARED}/data/tx/groceries.csv.gz' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')
CREATE TABLE groceries AS SELECT row_number() OVER () AS id, string_to_array(line, ',') AS items FROM lines;
SQL
is(rows('SELECT count(*), sum(cardinality(items)) FROM groceries'), '9835|43367', 'groceries has 9835 baskets');
my @figures = (
	# support, confidence, count, rules, sums of lift, leverage and finite conviction, confidence 1, sum of z, redundant, Holm, BH
	[ '0.001', '0.8', 10, 410, 1619.749804, .375703779, 2277.480108, 28, 2368.522584, 18, 410, 410 ],
	[ '0.001', '0.5', 10, 5668, 18490.725759, 6.083842930, 13372.318697, 28, 29252.529035, 572, 1939, 5594 ],
	[ '0.01', '0.5', 99, 15, 34.491620, .108819570, 25.001144, 0, 165.558683, 0, 15, 15 ],
	[ '0.006', '0.25', 60, 463, 942.247688, 2.418259254, 613.230553, 0, 3624.751126, 18, 437, 453 ],
	[ '0.01', '0.2', 99, 231, 414.054486, 1.677214745, 284.868866, 0, 1905.544427, 5, 213, 219 ],
	[ '0.02', '0.3', 197, 37, 64.017071, .453328254, 47.111874, 0, 402.642234, 0, 37, 37 ]);
foreach my $wanted (@figures)
{
	my ($support, $confidence, @wanted) = @$wanted;
	my @got = split /\|/, rows(<<"SQL");
WITH model AS MATERIALIZED (SELECT segment.basket_fit(items, '{"min_support": $support, "max_length": 10}') AS m FROM groceries),
     rule AS MATERIALIZED (SELECT r.*, row_number() OVER (ORDER BY p_value) AS place, count(*) OVER () AS rules
                           FROM model, segment.basket_rules(m, $confidence, min_lift => 0) r),
     holm AS (SELECT max(least(1, p_value * (rules - place + 1))) OVER (ORDER BY place) AS adjusted FROM rule)
SELECT (SELECT (segment.model_info(m)).options ->> 'count_used' FROM model), count(*), sum(lift), sum(leverage), sum(conviction),
       count(*) FILTER (WHERE conviction IS NULL), sum(z_score), count(*) FILTER (WHERE is_redundant),
       (SELECT count(*) FROM holm WHERE adjusted < 0.01), count(*) FILTER (WHERE q_value < 0.01)
FROM rule
SQL
	my @wrong = grep { abs($got[$_] / ($wanted[$_] || 1) - ($wanted[$_] != 0)) > 1e-6 } 0 .. $#wanted;
	is("@wrong", '', "groceries at support $support, confidence $confidence: all figures of arules") or diag("@got");
}
my @rules = (
	[ '{liquor,red/blush wine} -> bottled beer', 19, 21, 792, .001931876, .9047619, 11.235269, .001759928, 9.654448, 13.894961, 2.403244e-19, .4827436 ],
	[ '{Instant food products,soda} -> hamburger meat', 12, 19, 327, .001220132, .6315789, 18.995654, .001155900, 2.62404, 14.560341, 6.116445e-14, .2518321 ],
	[ '{herbs} -> root vegetables', 69, 160, 1072, .007015760, .4312500, 3.956477, .005242526, 1.566596, 13.186974, 6.170028e-26, .3222515 ],
	[ '{whole milk} -> other vegetables', 736, 2513, 1903, .074834774, .2928770, 1.513634, .025394309, 1.140548, 14.615994, 1.443892e-45, .0993844 ],
	[ '{root vegetables,yogurt} -> other vegetables', 127, 254, 1903, .012913066, .5000000, 2.584078, .007915900, 1.613015, 12.527981, 8.706382e-29, .0652985 ]);
foreach my $wanted (@rules)
{
	my ($rule, @wanted) = @$wanted;
	my ($antecedent, $consequent) = $rule =~ /^(.*) -> (.*)$/;
	my @got = split /\|/, rows(<<"SQL");
SELECT n, round(n / confidence), round(9835 * confidence / lift), support, confidence, lift, leverage, conviction, z_score, p_value, improvement
FROM segment.basket_rules((SELECT segment.basket_fit(items, '{"min_support": 0.001}') FROM groceries))
WHERE antecedent = '$antecedent' AND consequent = '$consequent'
SQL
	my @wrong = grep { abs($got[$_] / $wanted[$_] - 1) > 1e-6 } 0 .. $#wanted;
	is("@wrong", '', "$rule: all figures of arules") or diag("@got");
}
is(rows(<<'SQL'), 't|t', 'the same bytes from shuffled baskets, and from baskets with their items turned round');
SELECT segment.basket_fit(items, '{"min_support": 0.005}') = segment.basket_fit(items, '{"min_support": 0.005}' ORDER BY md5(id::text)),
       segment.basket_fit(items, '{"min_support": 0.005}') = segment.basket_fit(ARRAY(SELECT x FROM unnest(items) x ORDER BY x DESC), '{"min_support": 0.005}')
FROM groceries
SQL

# ---- Online Retail: offers against what customers bought then ---------------------

# An independent program: 889 customers judged; hits and right offers of each method
Shop::load_retail($node);
rows(<<'SQL');
CREATE VIEW purchases AS
SELECT customer_id, invoice AS receipt_id, invoiced_at AS receipt_date, quantity * unit_price AS amount, stock_code AS product_id, quantity
FROM retail WHERE quantity > 0 AND unit_price > 0 AND customer_id IS NOT NULL AND invoice NOT LIKE 'C%' AND stock_code ~ '^[0-9]{5}';
SQL
is(rows(q(SELECT method, customers, customers_hit, offers_hit, round(hit_rate::numeric, 4), round(precision::numeric, 4)
	FROM segment.offer_backtest('purchases', '2011-04-01', options => '{"min_count": 24, "max_length": 3}'))),
	"best sellers|889|165|188|0.1856|0.0423\nrules|889|301|414|0.3386|0.0931\nrules, then best sellers|889|307|421|0.3453|0.0947",
	'Online Retail: rules from receipts');
is(rows(q(SELECT count(*) FROM segment.association_rules('purchases', '2011-03-31', options => '{"min_count": 24, "max_length": 3}') WHERE lift > 1)),
	'5787', 'Online Retail: these rules');
is(rows(q(SELECT customers_hit, round(hit_rate::numeric, 4), round(precision::numeric, 4)
	FROM segment.offer_backtest('purchases', '2011-04-01', by => 'customer', options => '{"min_count": 22, "max_length": 2}') WHERE method = 'rules, then best sellers')),
	'309|0.3476|0.0913', 'Online Retail: rules from whole histories');
is(rows(q(SELECT count(*) FROM segment.association_rules('purchases', '2011-03-31', by => 'customer', options => '{"min_count": 22, "max_length": 2}') WHERE lift > 1)),
	'10157', 'Online Retail: these rules');
# what the offers are worth: a hit rate of a third, and 1.7 times that of best sellers
is(rows(q(WITH b AS (SELECT * FROM segment.offer_backtest('purchases', '2011-04-01', options => '{"min_count": 24, "max_length": 3}'))
	SELECT r.hit_rate >= 0.33, r.hit_rate >= 1.7 * s.hit_rate, r.hit_rate_lower > s.hit_rate_upper FROM b r, b s WHERE r.method LIKE 'rules, %' AND s.method = 'best sellers')),
	't|t|t', 'Online Retail: rules are better than best sellers');

# the offers of all customers: five for each, nothing owned, in order, and every reason is true
is(rows(<<'SQL'), '10630|0|0|0|0|0', 'Online Retail: every offer is new to the customer, and its reason is true');
CREATE TABLE model AS SELECT segment.basket_fit(items, '{"min_count": 24, "max_length": 3}') AS m
FROM (SELECT array_agg(product_id) AS items FROM purchases WHERE receipt_date < '2011-04-01' GROUP BY receipt_id) b;
CREATE TABLE owned AS SELECT customer_id, array_agg(DISTINCT product_id) AS items FROM purchases WHERE receipt_date < '2011-04-01' GROUP BY 1;
CREATE TABLE rule AS SELECT r.* FROM model, segment.basket_rules(m) r;
CREATE TABLE offer AS SELECT o.* FROM model, segment.next_best_offer('purchases', '2011-03-31', m) o;
CREATE INDEX ON rule (consequent);
ANALYZE;
SELECT count(*) - 5 * (SELECT count(*) FROM owned) + 10630 AS offers,
       count(*) FILTER (WHERE f.product_id = ANY (o.items)), count(*) - count(DISTINCT (f.customer_id, f.product_id)),
       count(*) FILTER (WHERE f.reason = 'rule' AND NOT f.antecedent <@ o.items),
       count(*) FILTER (WHERE f.reason = 'rule' AND NOT EXISTS (SELECT FROM rule r WHERE (r.consequent, r.antecedent, r.confidence, r.lift, r.n) = (f.product_id, f.antecedent, f.confidence, f.lift, f.n))),
       (SELECT count(*) FROM offer a JOIN offer b ON a.customer_id = b.customer_id AND b.rank = a.rank + 1
        WHERE a.confidence < b.confidence OR a.reason <> 'rule' AND b.reason = 'rule')
FROM offer f JOIN owned o USING (customer_id)
SQL

# with values: the five offers by rules with the highest confidence times value, of all that the rules suggest
is(rows(<<'SQL'), 't|0|0', 'Online Retail: with values, offers are ordered by confidence times value');
CREATE TABLE product_value AS SELECT product_id, 1 + abs(hashtext(product_id) % 50) / 7.0 AS value FROM purchases GROUP BY 1 HAVING hashtext(product_id) % 5 <> 0;
CREATE TABLE valued AS SELECT o.* FROM model, segment.next_best_offer('purchases', '2011-03-31', m, product_values => 'product_value') o WHERE reason = 'rule';
CREATE TABLE suggested AS
SELECT w.customer_id, o.item, o.confidence * coalesce(v.value, 0)::float8 AS score,
       row_number() OVER (PARTITION BY w.customer_id ORDER BY o.confidence * coalesce(v.value, 0)::float8 DESC, o.confidence DESC, o.lift DESC, o.n DESC, o.item COLLATE "C") AS rank
FROM owned w CROSS JOIN model CROSS JOIN LATERAL segment.basket_offers(m, w.items, k => NULL) o LEFT JOIN product_value v ON v.product_id = o.item;
SELECT count(*) > 5000, count(*) FILTER (WHERE v.product_id IS DISTINCT FROM s.item),
       count(*) FILTER (WHERE abs(v.confidence * v.value - s.score) > 1e-12)
FROM valued v FULL JOIN (SELECT * FROM suggested WHERE rank <= 5) s USING (customer_id, rank)
SQL

# ---- baskets that are extreme ------------------------------------------------------

rows('CREATE TABLE long_basket AS SELECT array_agg(\'p\' || i) AS items FROM generate_series(1, 100000) i');
is(rows(q(SELECT i.options ->> 'baskets_cut', i.options ->> 'frequent_items', i.options ->> 'purchases'
	FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_count": 1, "max_length": 1}') FROM long_basket)) i)),
	'1|10000|100000', 'a basket of 100,000 items is cut');
is(rows(q(SELECT i.options ->> 'baskets_cut', i.options ->> 'frequent_items'
	FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_count": 1, "max_length": 1, "max_basket_items": 100000}') FROM long_basket)) i)),
	'0|100000', 'or kept');
is(refusal(q(SELECT segment.basket_fit(items, '{"min_count": 1, "max_basket_items": 100000}') FROM long_basket)),
	'54000: more than 1000000 itemsets are in at least 1 baskets', 'its pairs are too many');
is(rows(q(SELECT i.options ->> 'count_used', i.options ->> 'itemsets'
	FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_count": 1, "on_limit": "raise", "max_itemsets": 1000}') FROM (SELECT items FROM long_basket UNION ALL VALUES ('{p1,p2}'::text[])) b)) i)),
	'2|3', 'or a rising count leaves three');
is(refusal(q(SELECT segment.basket_fit(items, '{"long_baskets": "error"}') FROM long_basket)),
	'54000: basket has 100000 items, but max_basket_items is 10000', 'or the basket is refused');
is(rows(q(SELECT rows_used, options ->> 'items', options ->> 'itemsets'
	FROM segment.model_info((SELECT segment.basket_fit(ARRAY['product ' || i, 'all'], '{"min_support": 0.5}') FROM generate_series(1, 1000000) i)))),
	'1000000|1000001|1', 'a million distinct products');
is(rows(q(SELECT options ->> 'count_used', options ->> 'itemsets' FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_support": 1}') FROM groceries)))),
	'9835|0', 'min_support 1');
like(refusal(q(SELECT segment.basket_fit(items, '{"min_support": 0, "max_length": 8}') FROM groceries)), qr/^54000: more than 1000000 itemsets are in at least 1 baskets$/, 'min_support 0');
is(rows(q(SELECT options ->> 'count_asked', options ->> 'count_used', options ->> 'itemsets'
	FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_support": 0, "on_limit": "raise", "max_itemsets": 13492, "max_length": 10}') FROM groceries)))),
	'1|10|13492', 'min_support 0, and the count rises until 13492 itemsets are left: those of support 0.001');
like(refusal(q(SET segment.fit_memory = '2MB'; SELECT segment.basket_fit(ARRAY['product ' || i]) FROM generate_series(1, 1000000) i)),
	qr/^54000: memory required is \d+ bytes, but segment.fit_memory allows 2097152$/, 'memory is limited');

$node->stop;
done_testing();
