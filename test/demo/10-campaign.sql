\echo 'A campaign of September, from the choice of customers to the proof. A model of who bought in August gives each customer the'
\echo 'probability of buying in September. The 2,400 customers with the highest expected revenue are shared out, by chance within their'
\echo 'RFM segment, to two e-mails and a holdout, which gets none.'
\echo
CREATE TABLE campaign_measures AS
SELECT d.as_of, r.customer_id, r.segment, ARRAY[r.recency_days, ln(1 + r.frequency), ln(1 + greatest(r.monetary, 0))]::float8[] AS features,
       greatest(r.monetary, 0)::float8 / r.frequency AS average_receipt
FROM (VALUES (date '2025-07-31'), ('2025-08-31')) d(as_of), LATERAL segment.rfm('receipts', d.as_of, rates => 'rates') r WHERE r.frequency > 0;
CREATE TABLE campaign_labels AS
SELECT customer_id, label FROM segment.purchase_label('receipts', '2025-07-31', 31, known_until => '2025-12-31', rates => 'rates');
ANALYZE campaign_measures, campaign_labels;
CREATE TABLE campaign_model AS
SELECT segment.logit_fit(l.label, m.features, '{"feature_names": ["recency_days", "log_frequency", "log_monetary"]}'::jsonb) AS model
FROM campaign_measures m JOIN campaign_labels l USING (customer_id) WHERE m.as_of = '2025-07-31';
CREATE TABLE campaign_scores AS
SELECT customer_id, segment, probability, probability * average_receipt AS expected_revenue
FROM campaign_measures CROSS JOIN LATERAL (SELECT segment.logit_predict((SELECT model FROM campaign_model), features) AS probability) p
WHERE as_of = '2025-08-31';

CREATE TABLE campaign_targets AS
SELECT s.* FROM segment.top_n('campaign_scores', 'customer_id', 'expected_revenue', 2400) t JOIN campaign_scores s ON s.customer_id = t.id;
CREATE TABLE campaign_members AS
SELECT id AS customer_id, arm, stratum AS segment, CASE WHEN arm <> 'holdout' THEN timestamp '2025-09-01 08:00' END AS sent_at, CASE WHEN arm <> 'holdout' THEN 0.35 END AS cost
FROM segment.ab_assign('campaign_targets', 'customer_id', 'segment', '{A,B}', holdout => 0.3333);

SELECT CASE WHEN t.customer_id IS NULL THEN 'not chosen' ELSE 'chosen' END AS "customers", count(*) AS n, round(avg(s.probability)::numeric, 2) AS "expected to buy",
       round(avg(l.label::int), 2) AS "bought in September", round(avg(s.expected_revenue)::numeric, 2) AS "expected revenue, EUR"
FROM campaign_scores s LEFT JOIN campaign_targets t USING (customer_id)
JOIN segment.purchase_label('receipts', '2025-08-31', 30, known_until => '2025-12-31', rates => 'rates') l ON l.customer_id = s.customer_id
GROUP BY 1 ORDER BY 1;

-- What the customers do is generated: of those with e-mail A 20 percent buy once more in the four weeks, of those with B 4 percent.
CREATE FUNCTION chance(customer_id text, what text) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (('x' || substr(md5(customer_id || what), 1, 7))::bit(28)::integer) / 268435456.0;
CREATE TABLE campaign_sales AS
SELECT m.customer_id, 'C' || m.customer_id AS receipt_id, date '2025-09-01' + (28 * chance(m.customer_id, 'day'))::integer % 28 AS receipt_date, 'EUR' AS currency,
       'P' AS product_id, round(r.monetary / r.frequency, 2) AS amount
FROM campaign_members m JOIN segment.rfm('receipts', '2025-08-31', rates => 'rates') r USING (customer_id)
WHERE chance(m.customer_id, 'buys') < CASE m.arm WHEN 'A' THEN 0.2 WHEN 'B' THEN 0.04 ELSE 0 END AND r.monetary > 0;
CREATE VIEW campaign_receipts AS
SELECT customer_id, receipt_id, receipt_date, currency, product_id, amount FROM receipts UNION ALL SELECT * FROM campaign_sales;
CREATE TABLE campaign_events AS
SELECT m.customer_id, e.event, e.happened_at, NULL::text AS product_id, NULL::numeric AS amount
FROM campaign_members m
CROSS JOIN LATERAL (SELECT m.sent_at + chance(m.customer_id, 'opened at') ^ 3 * interval '4 days' AS opened_at, chance(m.customer_id, 'opened') < 0.35 AS has_opened,
                           chance(m.customer_id, 'clicked') < CASE m.arm WHEN 'A' THEN 0.35 ELSE 0.2 END AS has_clicked) c
CROSS JOIN LATERAL (VALUES ('sent', m.sent_at, true), ('bounced', m.sent_at + interval '2 minutes', chance(m.customer_id, 'bounced') < 0.02),
                           ('opened', c.opened_at, c.has_opened), ('clicked', c.opened_at + chance(m.customer_id, 'clicked at') * interval '20 minutes', c.has_opened AND c.has_clicked),
                           ('unsubscribed', c.opened_at, c.has_opened AND chance(m.customer_id, 'unsubscribed') < 0.03)) e(event, happened_at, is_there)
WHERE m.arm <> 'holdout' AND e.is_there
UNION ALL
SELECT m.customer_id, 'converted', r.receipt_date + time '12:00', NULL, r.net
FROM campaign_members m JOIN segment.receipt_totals('campaign_receipts', '2025-12-31', rates => 'rates') r USING (customer_id)
WHERE r.receipt_count > 0 AND r.receipt_date >= '2025-09-01';
\echo 'Who did what:'
\echo
SELECT stage, max(customers) FILTER (WHERE arm = 'A') AS "A", max(customers) FILTER (WHERE arm = 'B') AS "B", max(customers) FILTER (WHERE arm = 'holdout') AS "holdout",
       round(100 * max(rate) FILTER (WHERE arm = 'A')::numeric, 1) AS "A, %", round(100 * max(rate) FILTER (WHERE arm = 'B')::numeric, 1) AS "B, %",
       round(100 * max(rate) FILTER (WHERE arm = 'holdout')::numeric, 1) AS "holdout, %"
FROM segment.campaign_funnel('campaign_members', 'campaign_events', 28) WHERE is_total AND stage NOT IN ('viewed', 'cart')
GROUP BY stage ORDER BY min(step), stage;

\echo 'Which e-mail works, compared with the holdout:'
\echo
SELECT arm AS "e-mail", metric, round(mean::numeric, 3) AS mean, round(difference::numeric, 3) AS difference, round(difference_lower::numeric, 3) AS "at least",
       round(difference_upper::numeric, 3) AS "at most", p_holm < 0.05 AS "is significant", round(detectable_difference::numeric, 3) AS "would be seen from", srm_verdict AS "numbers"
FROM segment.ab_report('campaign_members', 'campaign_events', '{converted,revenue}', '{"window_days": 28}') WHERE is_total AND arm <> control ORDER BY metric, arm;

\echo 'What it brought, against the holdout:'
\echo
SELECT arm AS "e-mail", customers, cost, revenue, incremental_revenue AS "more than the holdout", incremental_lower AS "at least", incremental_upper AS "at most",
       round(incremental_roi::numeric, 1) AS "return on cost", round(100 * churn_rate::numeric, 1) AS "% without a purchase in 90 days"
FROM segment.campaign_value('campaign_members', 'campaign_events', '2025-12-31', 'campaign_receipts', 28, margin => 0.4, rates => 'rates') WHERE is_total ORDER BY arm;

\echo 'Did sales rise by more than 15 %, against the sixteen weeks before? The customers were chosen because they had bought much, so'
\echo 'all of them buy less after it. Against the holdout the rise that was generated is found:'
\echo
SELECT l.arm AS "e-mail", round(100 * l.lift::numeric, 1) AS "rise, %", l.verdict AS "the 15 %", round(100 * l.relative_lift::numeric, 1) AS "against the holdout, %",
       round(100 * l.relative_lower::numeric, 1) AS "at least", round(100 * l.relative_upper::numeric, 1) AS "at most",
       round(100 * t.extra / (l.sales - t.extra), 1) AS "generated, %"
FROM segment.campaign_lift('campaign_receipts', 'campaign_members', '2025-09-01', '2025-09-28', rates => 'rates') l
JOIN (SELECT m.arm, COALESCE(sum(s.amount), 0) AS extra FROM campaign_members m LEFT JOIN campaign_sales s USING (customer_id) GROUP BY m.arm) t USING (arm)
WHERE l.is_total AND l.arm <> 'holdout' ORDER BY l.arm;
