-- receipt_features: small customers computed by hand, and all features against plain SQL.
\set VERBOSITY terse
CREATE SCHEMA features_test;
SET search_path = features_test, segment;
SET client_min_messages = warning;

-- ---- by hand ----

CREATE TABLE sales (customer_id text, receipt_id text, receipt_date timestamp, amount numeric, quantity numeric, discount numeric, product_id text);
INSERT INTO sales VALUES
    -- A: sales of 30, 10 and 20 on days with gaps of 10 and 30 days, and a return of 5
    ('A', '1', '2020-01-06 09:00', 20, 2, 0, 'p'),       -- a Monday
    ('A', '1', '2020-01-06 09:30', 10, 1, 5, 'q'),
    ('A', '2', '2020-01-16 13:00', 10, 1, NULL, 'p'),    -- a Thursday
    ('A', '3', '2020-01-16 20:00', -5, -1, 0, 'p'),
    ('A', '4', '2020-02-15 23:59:59', 20, 3, 1, NULL),   -- a Saturday
    ('A', '4', '2020-02-16 00:00', 0, 0, 0, 'r'),
    ('A', '5', '2020-04-01 00:00', 1000, 1, 0, 'z'),     -- after as_of
    -- B: one sale of nothing on the day of as_of, at midnight
    ('B', '6', '2020-03-06 00:00', 0, 0, 0, 'p'),
    -- C: returns alone
    ('C', '7', '2020-03-01 12:00', -7, -1, 0, 'p');
CREATE TABLE products (product_id text, category text);
INSERT INTO products VALUES ('p', 'food'), ('q', 'food'), ('r', 'toys'), ('z', 'none of these'), ('unknown', NULL), (NULL, 'x'), ('p', 'food');
\x
SELECT * FROM receipt_features('sales', '2020-03-06', products => 'products') ORDER BY customer_id;
\x
-- without the optional columns their features are NULL
CREATE VIEW bare AS SELECT customer_id, receipt_date::date, amount FROM sales;
SELECT customer_id, receipts, return_receipts, sales, lines_per_receipt, share_mon,
       num_nulls(quantity_per_receipt, products, products_per_receipt, product_entropy, top_product_share, distinct_categories, category_entropy,
                 top_category_share, discount_share, discounted_receipt_share, share_morning, share_afternoon, share_evening, share_night) AS nulls
FROM receipt_features('bare', '2020-03-06') ORDER BY 1;

-- a sale without a day in between has no gap; many on a day are one day
SELECT receipts, active_days, gap_mean, receipt_sd FROM receipt_features('bare', '2020-01-06');

-- times count in whole seconds: sales of one second are in order of their totals, whatever comes after the point
CREATE TABLE seconds (customer_id text, receipt_id text, receipt_date timestamp, amount numeric, channel text);
INSERT INTO seconds VALUES ('A', '1', '2020-01-06 23:59:59.9', 5, 'a'), ('A', '2', '2020-01-06 23:59:59.1', 7, 'b'), ('A', '3', '2020-01-06 23:59:58.9', 6, 'c');
SELECT receipt_first, receipt_last, share_evening, share_mon FROM receipt_features('seconds', '2020-01-06');
SELECT by_value, customers FROM cohort_retention('seconds', '2020-01-31', by => 'channel');
DELETE FROM seconds WHERE amount = 6;
SELECT receipt_first, receipt_last FROM receipt_features('seconds', '2020-01-06');
SELECT by_value, customers FROM cohort_retention('seconds', '2020-01-31', by => 'channel');
-- a customer with returns only: what is not NULL
SELECT key, value FROM receipt_features('sales', '2020-03-06', products => 'products') f, jsonb_each(to_jsonb(f))
WHERE customer_id = 'C' AND value NOT IN ('null', '0') ORDER BY key;
-- a blank product is none, as NULL is
CREATE TABLE no_products AS SELECT customer_id, receipt_id, receipt_date, amount, p AS product_id
FROM sales, unnest(ARRAY['#', ' ', '', NULL]) p WHERE amount > 0;
SELECT customer_id, lines_per_receipt, products, products_per_receipt, product_entropy FROM receipt_features('no_products', '2020-03-06');

-- ---- errors ----

CREATE VIEW text_quantity AS SELECT customer_id, receipt_date, amount, quantity::text FROM sales;
SELECT * FROM receipt_features('text_quantity', '2020-03-06');
CREATE VIEW text_discount AS SELECT customer_id, receipt_date, amount, discount::text FROM sales;
SELECT * FROM receipt_features('text_discount', '2020-03-06');
CREATE VIEW nan_quantity AS SELECT customer_id, receipt_date, amount, 'NaN'::numeric AS quantity FROM sales;
SELECT * FROM receipt_features('nan_quantity', '2020-03-06');
CREATE VIEW infinite_discount AS SELECT customer_id, receipt_date, amount, 'infinity'::numeric AS discount FROM sales;
SELECT * FROM receipt_features('infinite_discount', '2020-03-06');
SELECT * FROM receipt_features('bare', '2020-03-06', products => 'products');
SELECT * FROM receipt_features('sales', '2020-03-06', products => 'bare');
SELECT * FROM receipt_features('sales', NULL);
SELECT * FROM receipt_features(NULL, '2020-03-06');
SELECT * FROM receipt_features('sales', '2020-03-06', 'EUR');
BEGIN;
INSERT INTO products VALUES ('p', 'toys');
SELECT * FROM receipt_features('sales', '2020-03-06', products => 'products');
ROLLBACK;
SELECT count(*) FROM receipt_features('sales', '1999-01-01');

-- ---- against plain SQL ----

-- 12,000 lines of 600 customers: returns, wide amounts, receipts whose lines lie apart, long ids, 40 products of 7 categories
CREATE TABLE lines AS
SELECT CASE WHEN c % 97 = 0 THEN repeat('k', c % 150) || c ELSE 'C' || c END AS customer_id,
       CASE WHEN h % 5 = 0 THEN NULL ELSE (i % 4000)::text END AS receipt_id,
       timestamp '2018-01-01' + ((i % 4000) * 7 % 1399) * interval '1 day' + (h % 86400) * interval '1 second' AS receipt_date,
       CASE WHEN h % 4001 = 0 THEN (h % 100)::numeric * 1e12 WHEN h % 503 = 0 THEN round((h % 100000)::numeric / 7, 12)
            WHEN h % 7 = 0 THEN -((h % 20000)::numeric / 100) ELSE round((h % 100000)::numeric / 1000, 2) END AS amount,
       CASE WHEN h % 13 = 0 THEN NULL WHEN h % 1009 = 0 THEN 1e12 ELSE (h % 40)::numeric / 4 - 1 END AS quantity,
       CASE WHEN h % 17 = 0 THEN NULL WHEN h % 3 = 0 THEN round((h % 500)::numeric / 101, 10) ELSE 0 END AS discount,
       CASE WHEN h % 19 = 0 THEN NULL WHEN h % 23 = 0 THEN '#' WHEN h % 11 = 0 THEN repeat('p', 20) || h % 9 ELSE 'P' || h % 40 END AS product_id
FROM (SELECT i, abs(hashint4(i % 4000) % 600) AS c, abs(hashint4(i * 7 + 1)::bigint)::int AS h FROM generate_series(1, 12000) i) g;
CREATE TABLE catalog AS SELECT 'P' || p AS product_id, 'category ' || p % 7 AS category FROM generate_series(0, 35) p;
INSERT INTO catalog SELECT repeat('p', 20) || p, repeat('c', 30) || p % 3 FROM generate_series(0, 8) p;

CREATE TABLE used AS
SELECT l.*, CASE WHEN receipt_id IS NULL THEN 'row ' || row_number() OVER () ELSE 'id ' || receipt_id END AS receipt,
       nullif(product_id, '#') AS product, (SELECT c.category FROM catalog c WHERE c.product_id = l.product_id) AS category
FROM lines l;

CREATE FUNCTION entropy(float8[]) RETURNS float8 LANGUAGE sql AS $$
    SELECT -sum(x / s * ln(x / s)) FROM (SELECT x, sum(x) OVER () AS s FROM unnest($1) x WHERE x > 0) t
$$;

CREATE FUNCTION wanted(as_of date) RETURNS SETOF jsonb LANGUAGE sql AS $$
    WITH line AS (SELECT * FROM used WHERE receipt_date::date <= as_of),
    receipt AS (
        SELECT customer_id, receipt, sum(amount) AS total, min(receipt_date) AS at, count(*) AS lines, coalesce(sum(quantity), 0) AS quantity,
               coalesce(sum(discount), 0) AS discount, count(DISTINCT product) AS products
        FROM line GROUP BY 1, 2
    ), sale AS (SELECT *, at::date AS day, extract(isodow FROM at) AS dow, extract(hour FROM at) AS hour, as_of - at::date AS ago FROM receipt WHERE total >= 0),
    gap AS (
        SELECT customer_id, n, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap, day
        FROM (SELECT DISTINCT customer_id, day, dense_rank() OVER (PARTITION BY customer_id ORDER BY day) AS n FROM sale) d
    ), gaps AS (
        SELECT customer_id, avg(gap) AS mean, stddev_samp(gap) AS sd, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median, min(gap) AS low,
               max(gap) AS high, (array_agg(gap ORDER BY day DESC))[1] AS last, regr_slope(gap, n) AS trend,
               avg(ln(gap::float8)) AS log_mean, stddev_samp(ln(gap::float8)) AS log_sd
        FROM gap WHERE gap IS NOT NULL GROUP BY 1
    ), bought AS (SELECT l.*, s.total FROM line l JOIN sale s USING (customer_id, receipt)),
    product AS (
        SELECT customer_id, count(*) AS n, entropy(array_agg(a::float8)) AS entropy, max(a) FILTER (WHERE a > 0) / sum(a) FILTER (WHERE a > 0) AS top
        FROM (SELECT customer_id, product, sum(amount) AS a FROM bought WHERE product IS NOT NULL GROUP BY 1, 2) p GROUP BY 1
    ), category AS (
        SELECT customer_id, count(*) AS n, entropy(array_agg(a::float8)) AS entropy, max(a) FILTER (WHERE a > 0) / sum(a) FILTER (WHERE a > 0) AS top
        FROM (SELECT customer_id, category, sum(amount) AS a FROM bought WHERE category IS NOT NULL GROUP BY 1, 2) p GROUP BY 1
    ), period AS (
        SELECT c.customer_id, regr_slope(coalesce(s.sales, 0)::float8, -w) AS trend
        FROM (SELECT customer_id, least(12, (max(ago) + 1) / 30) AS periods FROM sale GROUP BY 1) c
        CROSS JOIN generate_series(0, 11) w
        LEFT JOIN (SELECT customer_id, ago / 30 AS w, sum(total) AS sales FROM sale GROUP BY 1, 2) s USING (customer_id, w)
        WHERE w < c.periods GROUP BY 1
    ), customer AS (
        SELECT customer_id, sum(total) AS monetary, coalesce(-sum(total) FILTER (WHERE total < 0), 0) AS returns, count(*) FILTER (WHERE total < 0) AS return_receipts
        FROM receipt GROUP BY 1
    ), sales AS (
        SELECT customer_id, count(*)::float8 AS n, sum(total) AS sales, min(day) AS first, max(day) AS last, count(DISTINCT day) AS days,
               count(DISTINCT date_trunc('month', at)) AS months, avg(total) AS mean, stddev_samp(total) AS sd,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY total::float8) AS median, min(total) AS low, max(total) AS high,
               (array_agg(total ORDER BY at, total))[1] AS first_total, (array_agg(total ORDER BY at DESC, total DESC))[1] AS last_total,
               regr_slope(total::float8, -ago / 30.0) AS trend, avg(lines) AS lines, avg(quantity) AS quantity, avg(products) AS products,
               sum(discount) / nullif(sum(total) + sum(discount), 0) AS discount, count(*) FILTER (WHERE discount > 0) AS discounted,
               ARRAY(SELECT count(*) FILTER (WHERE ago < w) FROM unnest(array_agg(ago)) ago, unnest('{30,90,180,365}'::int[]) w GROUP BY w ORDER BY w) AS receipts_w,
               count(*) FILTER (WHERE hour BETWEEN 6 AND 11) AS morning, count(*) FILTER (WHERE hour BETWEEN 12 AND 17) AS afternoon,
               count(*) FILTER (WHERE hour >= 18) AS evening, count(*) FILTER (WHERE hour < 6) AS night,
               ARRAY[count(*) FILTER (WHERE dow = 1), count(*) FILTER (WHERE dow = 2), count(*) FILTER (WHERE dow = 3), count(*) FILTER (WHERE dow = 4),
                     count(*) FILTER (WHERE dow = 5), count(*) FILTER (WHERE dow = 6), count(*) FILTER (WHERE dow = 7)]::float8[] AS dow
        FROM sale GROUP BY 1
    ), windowed AS (
        SELECT customer_id, jsonb_object_agg('sales_' || w, coalesce(sales, 0)) || jsonb_object_agg('sales_ratio_' || w, coalesce(sales, 0) / nullif(before, 0)) AS features
        FROM (SELECT c.customer_id, w, sum(total) FILTER (WHERE ago < w) AS sales, sum(total) FILTER (WHERE ago BETWEEN w AND 2 * w - 1) AS before
              FROM customer c LEFT JOIN sale USING (customer_id) CROSS JOIN unnest('{30,90,180,365}'::int[]) w GROUP BY 1, 2) x GROUP BY 1
    )
    SELECT w.features || jsonb_build_object('customer_id', c.customer_id, 'tenure_days', as_of - s.first, 'recency_days', as_of - s.last, 'lifespan_days', s.last - s.first,
               'receipts', coalesce(s.n, 0), 'return_receipts', c.return_receipts, 'active_days', coalesce(s.days, 0), 'active_months', coalesce(s.months, 0))
        || jsonb_build_object('gap_mean', g.mean, 'gap_sd', g.sd, 'gap_cv', g.sd / g.mean, 'gap_median', g.median, 'gap_min', g.low, 'gap_max', g.high,
               'gap_last', g.last, 'gap_trend', g.trend, 'log_gap_mean', g.log_mean, 'log_gap_sd', g.log_sd, 'lateness', (as_of - s.last) / g.mean,
               'lateness_median', (as_of - s.last) / g.median, 'lateness_z', ((as_of - s.last) - g.mean) / nullif(g.sd, 0))
        || jsonb_build_object('monetary', c.monetary, 'sales', coalesce(s.sales, 0), 'returns', c.returns, 'return_share', c.returns / nullif(s.sales, 0),
               'return_receipt_share', c.return_receipts / (coalesce(s.n, 0) + c.return_receipts), 'receipt_mean', s.mean, 'receipt_sd', s.sd,
               'receipt_cv', s.sd / nullif(s.mean, 0), 'receipt_median', s.median, 'receipt_min', s.low, 'receipt_max', s.high,
               'receipt_first', s.first_total, 'receipt_last', s.last_total, 'receipt_trend', s.trend)
        || jsonb_build_object('lines_per_receipt', s.lines, 'quantity_per_receipt', s.quantity, 'products', coalesce(p.n, 0), 'products_per_receipt', s.products,
               'product_entropy', p.entropy, 'top_product_share', p.top, 'distinct_categories', coalesce(k.n, 0), 'category_entropy', k.entropy,
               'top_category_share', k.top, 'discount_share', s.discount, 'discounted_receipt_share', s.discounted / s.n)
        || jsonb_build_object('receipts_30', coalesce(s.receipts_w[1], 0), 'receipts_90', coalesce(s.receipts_w[2], 0),
               'receipts_180', coalesce(s.receipts_w[3], 0), 'receipts_365', coalesce(s.receipts_w[4], 0), 'sales_trend', t.trend)
        || jsonb_build_object('share_mon', s.dow[1] / s.n, 'share_tue', s.dow[2] / s.n, 'share_wed', s.dow[3] / s.n, 'share_thu', s.dow[4] / s.n,
               'share_fri', s.dow[5] / s.n, 'share_sat', s.dow[6] / s.n, 'share_sun', s.dow[7] / s.n, 'weekday_entropy', entropy(s.dow),
               'share_morning', s.morning / s.n, 'share_afternoon', s.afternoon / s.n, 'share_evening', s.evening / s.n, 'share_night', s.night / s.n)
    FROM customer c LEFT JOIN sales s USING (customer_id) LEFT JOIN gaps g USING (customer_id) LEFT JOIN product p USING (customer_id)
    LEFT JOIN category k USING (customer_id) LEFT JOIN period t USING (customer_id) JOIN windowed w USING (customer_id)
$$;

-- features that differ, and how many customers were compared
CREATE FUNCTION compare(as_of date) RETURNS TABLE (feature text, customers bigint, differ bigint, example text) LANGUAGE sql AS $$
    WITH pair AS (
        SELECT w.customer_id, key, w.wanted -> key AS wanted, g.got -> key AS got
        FROM (SELECT w ->> 'customer_id' AS customer_id, w AS wanted FROM wanted(as_of) w) w
        FULL JOIN (SELECT customer_id, to_jsonb(f) AS got FROM receipt_features('lines', as_of, products => 'catalog') f) g USING (customer_id)
        CROSS JOIN LATERAL (SELECT jsonb_object_keys(w.wanted || g.got) AS key) k
    )
    SELECT CASE WHEN bad THEN key END, count(DISTINCT customer_id), count(*) FILTER (WHERE bad), min(customer_id || ' ' || wanted || ' ' || got) FILTER (WHERE bad)
    FROM (SELECT *, (jsonb_typeof(wanted) = 'number' AND jsonb_typeof(got) = 'number'
                     AND abs(wanted::text::numeric - got::text::numeric) <= 1e-9 * greatest(1, abs(wanted::text::numeric))) IS NOT TRUE
                    AND wanted IS DISTINCT FROM got AS bad FROM pair) d
    GROUP BY 1
$$;
SELECT * FROM compare('2021-09-30');
SELECT * FROM compare('2019-06-30');
-- features that have no value for any customer, or the same one for all: none
SELECT key FROM receipt_features('lines', '2021-09-30', products => 'catalog') f, jsonb_each(to_jsonb(f)) GROUP BY 1 HAVING count(DISTINCT nullif(value, 'null')) < 2;

-- ---- the same rows, to the last bit ----

CREATE TABLE reference AS SELECT f::text AS line FROM receipt_features('lines', '2020-12-31', products => 'catalog') f;
CREATE FUNCTION differences(receipts regclass, products regclass DEFAULT 'catalog') RETURNS bigint LANGUAGE sql AS $$
    WITH got AS MATERIALIZED (SELECT f::text AS line FROM receipt_features(receipts, '2020-12-31', products => products) f)
    SELECT count(*) FROM ((TABLE reference EXCEPT ALL TABLE got) UNION ALL (TABLE got EXCEPT ALL TABLE reference)) d
$$;
SELECT count(*) AS customers, differences('lines') FROM reference;
-- what is after as_of changes nothing, whatever it is
CREATE VIEW without_future AS SELECT * FROM lines WHERE receipt_date < '2021-01-01';
CREATE TABLE other_future AS TABLE without_future;
INSERT INTO other_future SELECT customer_id, receipt_id, receipt_date + interval '3 years', amount * 3 - 5, quantity, discount + 1, product_id || 'x' FROM lines WHERE receipt_date < '2021-01-01';
INSERT INTO other_future SELECT 'new ' || i, NULL, '2021-01-01', i FROM generate_series(1, 100) i;
SELECT differences('without_future') AS without_future, differences('other_future') AS other_future;
-- lines in another order
CREATE TABLE shuffled AS SELECT * FROM lines ORDER BY md5(lines::text);
SELECT differences('shuffled') AS shuffled;
-- parts go to disk and are read back
SET segment.fit_memory = '1MB';
SELECT differences('lines') AS on_disk, differences('shuffled') AS shuffled_on_disk;
SET segment.progress = on;
SET client_min_messages = notice;
DO $$
BEGIN
    PERFORM count(*) FROM segment.receipt_features('lines', '2020-12-31', products => 'catalog');
END $$;
SET client_min_messages = warning;
RESET segment.progress;
RESET segment.fit_memory;
-- integer ids of products, and texts of the same
CREATE VIEW numbered AS SELECT customer_id, receipt_id, receipt_date, amount, quantity, discount, substr(product_id, 2)::int AS product_id FROM lines WHERE product_id ~ '^P';
CREATE VIEW numbered_text AS SELECT customer_id, receipt_id, receipt_date, amount, quantity, discount, product_id::int8::text AS product_id FROM numbered;
CREATE VIEW catalog_numbered AS SELECT substr(product_id, 2)::smallint AS product_id, category FROM catalog WHERE product_id ~ '^P';
CREATE VIEW catalog_text AS SELECT product_id::text, category FROM catalog_numbered;
TRUNCATE reference;
INSERT INTO reference SELECT f::text FROM receipt_features('numbered', '2020-12-31', products => 'catalog_numbered') f;
SELECT differences('numbered', 'catalog_text') AS integer_and_text, differences('numbered_text', 'catalog_numbered') AS text_and_integer, differences('numbered_text', 'catalog_text') AS texts;

-- rates convert amounts and discounts
CREATE TABLE rates (currency text, rate numeric);
INSERT INTO rates VALUES ('EUR', 1), ('USD', 0.5);
CREATE VIEW two_currencies AS SELECT customer_id, receipt_id, receipt_date, quantity, product_id, 2 * amount AS amount, 2 * discount AS discount, 'USD' AS currency FROM numbered;
SELECT count(*) AS differ FROM receipt_features('two_currencies', '2020-12-31', rates => 'rates') u JOIN receipt_features('numbered', '2020-12-31') e USING (customer_id)
WHERE (u.monetary, u.sales_90, u.receipt_sd, u.discount_share, u.product_entropy) IS DISTINCT FROM (e.monetary, e.sales_90, e.receipt_sd, e.discount_share, e.product_entropy);

DROP SCHEMA features_test CASCADE;
