-- Campaigns: members and events, the funnel, times of response, value and lift.

\pset null '-'
SET segment.min_cell_size = 5;
SET datestyle = iso;
CREATE SCHEMA campaign_test;
SET search_path = campaign_test;

-- a number from 0 to 999 by customer and purpose
CREATE FUNCTION r(i integer, purpose text) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN (('x' || substr(md5(i || '-' || purpose), 1, 7))::bit(28)::integer) % 1000;

CREATE TABLE members AS
SELECT 'c' || i AS customer_id, a.arm, CASE WHEN r(i, 'segment') < 500 THEN 'loyal' WHEN r(i, 'segment') < 990 THEN 'new' ELSE 'tiny' END AS segment,
       CASE WHEN a.arm <> 'holdout' THEN timestamp '2025-03-03 08:00' + r(i, 'sent') % 240 * interval '1 minute' END AS sent_at,
       CASE WHEN a.arm <> 'holdout' THEN 0.4 END AS cost
FROM generate_series(1, 900) i, LATERAL (SELECT CASE WHEN r(i, 'arm') < 400 THEN 'A' WHEN r(i, 'arm') < 800 THEN 'B' ELSE 'holdout' END AS arm) a;

CREATE TABLE events (customer_id text, event text, happened_at timestamp, product_id text, amount numeric);
INSERT INTO events
SELECT m.customer_id, e.event, e.happened_at, NULL, e.amount
FROM (SELECT *, substr(customer_id, 2)::integer AS i FROM members) m, LATERAL (VALUES
    ('sent', m.sent_at, NULL::numeric, m.arm <> 'holdout'),
    ('bounced', m.sent_at + interval '1 minute', NULL, m.arm <> 'holdout' AND r(i, 'bounce') < 20),
    ('opened', m.sent_at + r(i, 'open time') * interval '2 minutes', NULL, m.arm <> 'holdout' AND r(i, 'open') < CASE m.arm WHEN 'A' THEN 450 ELSE 350 END),
    ('opened', m.sent_at + interval '3 days', NULL, m.arm <> 'holdout' AND r(i, 'open again') < 200),
    ('opened', m.sent_at - interval '1 day', NULL, m.arm <> 'holdout' AND r(i, 'open before') < 30),
    ('clicked', m.sent_at + (r(i, 'open time') * 2 + r(i, 'click time')) * interval '1 minute', NULL,
     m.arm <> 'holdout' AND r(i, 'open') < CASE m.arm WHEN 'A' THEN 450 ELSE 350 END AND r(i, 'click') < 300),
    ('converted', timestamp '2025-03-03 12:00' + r(i, 'buy time') * interval '30 minutes', 10 + r(i, 'amount') / 10.0,
     r(i, 'buy') < CASE m.arm WHEN 'A' THEN 160 WHEN 'B' THEN 90 ELSE 70 END),
    ('unsubscribed', m.sent_at + interval '2 hours', NULL, m.arm <> 'holdout' AND r(i, 'unsubscribe') < 15)) e(event, happened_at, amount, is_there)
WHERE e.is_there;
INSERT INTO events VALUES ('stranger', 'opened', '2025-03-04', NULL, NULL), (' ', 'opened', '2025-03-04', NULL, NULL), ('c1', 'opened', NULL, NULL, NULL);

CREATE TABLE receipts AS
SELECT 'c' || i AS customer_id, 'r' || i || '-' || d AS receipt_id, date '2025-01-06' + d AS receipt_date,
       round((20 + r(i, 'receipt ' || d) / 10.0) * CASE WHEN d >= 56 AND m.arm = 'A' THEN 1.5 WHEN d >= 56 AND m.arm = 'B' THEN 1.1 ELSE 1 END, 2) AS amount
FROM (SELECT *, substr(customer_id, 2)::integer AS i FROM members) m, generate_series(0, 160) d
WHERE r(i, 'day ' || d) < 25;
CREATE TABLE payments AS SELECT receipt_id, round(amount * 0.9, 2) AS amount, receipt_date + 10 AS paid_at FROM receipts WHERE right(receipt_id, 1) <> '7';

-- Figures are those of python3 with numpy, pandas and scipy, from the same md5 numbers (r(i, p) is
-- int(hashlib.md5(f'{i}-{p}'.encode()).hexdigest()[:7], 16) % 1000) in data frames of the tables above.

-- ---- the funnel ----------------------------------------------------------------------------
-- n = e[(e.event == stage) & (e.happened_at >= e.start)].groupby('arm').customer_id.nunique()
-- scipy.stats.binomtest(n, members).proportion_ci(method='wilson')

SELECT arm, stage, step, customers, round(rate::numeric, 6) AS rate, round(lower_bound::numeric, 6) AS lower_bound, round(upper_bound::numeric, 6) AS upper_bound,
       round(step_rate::numeric, 6) AS step_rate
FROM segment.campaign_funnel('members', 'events') WHERE is_total AND stage NOT IN ('viewed', 'cart');
SET client_min_messages = warning;
SELECT arm, segment, stage, customers, round(rate::numeric, 6) AS rate, is_suppressed
FROM segment.campaign_funnel('members', 'events') WHERE NOT is_total AND arm <> 'holdout' AND stage IN ('members', 'opened', 'converted');
-- the chart of a funnel takes its rows
SELECT segment.chart_funnel(jsonb_agg(to_jsonb(f) ORDER BY f.step)) #>> '{title,text}' AS title
FROM segment.campaign_funnel('members', 'events') f WHERE arm = 'A' AND is_total AND step IS NOT NULL;
-- a window of days
SELECT w.days, f.customers FROM (VALUES (1), (3), (4), (NULL)) w(days), segment.campaign_funnel('members', 'events', w.days) f
WHERE f.arm = 'A' AND f.is_total AND f.stage = 'opened';

-- ---- times ---------------------------------------------------------------------------------
-- hours.groupby('arm').quantile([.25, .5, .75, .9])

SELECT arm, event, customers, round(lower_quartile_hours::numeric, 6) AS lower_quartile_hours, round(median_hours::numeric, 6) AS median_hours,
       round(upper_quartile_hours::numeric, 6) AS upper_quartile_hours, round(p90_hours::numeric, 6) AS p90_hours, events_before
FROM segment.campaign_times('members', 'events') WHERE is_total AND event IN ('opened', 'clicked', 'converted');
-- a few who unsubscribed
SELECT arm, segment, event, customers, median_hours, is_suppressed FROM segment.campaign_times('members', 'events') WHERE NOT is_total AND event = 'unsubscribed';
-- events of a day are compared with the day of sending
CREATE VIEW daily AS SELECT customer_id, event, happened_at::date AS happened_at FROM events WHERE happened_at IS NOT NULL AND event = 'opened';
SELECT arm, customers, median_hours, p90_hours, events_before FROM segment.campaign_times('members', 'daily') WHERE is_total;
-- a time with a zone counts in UTC, whatever the session says
CREATE VIEW zoned AS SELECT customer_id, event, happened_at AT TIME ZONE 'UTC' AS happened_at FROM events WHERE event = 'opened';
SET timezone = 'Asia/Tokyo';
SELECT arm, customers, round(median_hours::numeric, 6) AS median_hours FROM segment.campaign_times('members', 'zoned') WHERE is_total;
RESET timezone;

-- ---- value ---------------------------------------------------------------------------------
-- The weights of the bootstrap were made again in Python, from the description in src/campaign/bootstrap.h;
-- np.quantile([n * ((w * revenue).sum() / w.sum() - (v * control).sum() / v.sum()) for w, v in draws], [.025, .975])

SELECT arm, segment, customers, buyers, cost, revenue, round(revenue_per_customer::numeric, 4) AS revenue_per_customer, round(roi::numeric, 4) AS roi,
       incremental_revenue, incremental_lower, incremental_upper
FROM segment.campaign_value('members', 'events', '2025-06-15', 'receipts', 30, 60, margin => 0.5);
SELECT arm, segment, is_complete, round(repurchase_rate::numeric, 6) AS repurchase_rate, round(churn_rate::numeric, 6) AS churn_rate, round(collected_share::numeric, 6) AS collected_share,
       round(incremental_roi::numeric, 4) AS incremental_roi, round(incremental_roi_lower::numeric, 4) AS lower, round(incremental_roi_upper::numeric, 4) AS upper, is_suppressed
FROM segment.campaign_value('members', 'events', '2025-06-15', 'receipts', 30, 60, 0.5, payments => 'payments');
-- what is not over yet is NULL: the last day of the window is 2025-04-01, that of churn 2025-05-31, that of repurchase 2025-06-30
SELECT d.as_of, v.is_complete, v.churn_rate IS NOT NULL AS has_churn, v.repurchase_rate IS NOT NULL AS has_repurchase
FROM unnest('{2025-03-31,2025-04-01,2025-05-30,2025-05-31,2025-06-29,2025-06-30}'::date[]) d(as_of), segment.campaign_value('members', 'events', d.as_of, 'receipts') v
WHERE v.arm = 'A' AND v.is_total ORDER BY 1;
-- without receipts: the events converted, in days of 24 hours from sent_at
SELECT v.arm, v.buyers, v.revenue, t.buyers AS true_buyers, t.revenue AS true_revenue
FROM segment.campaign_value('members', 'events', '2025-06-15', window_days => 10) v
JOIN (SELECT m.arm, count(DISTINCT e.customer_id) AS buyers, sum(e.amount) AS revenue
      FROM (SELECT *, COALESCE(sent_at, min(sent_at) OVER ()) AS start FROM members) m
      JOIN events e ON e.customer_id = m.customer_id AND e.event = 'converted' AND e.happened_at >= m.start AND e.happened_at < m.start + interval '10 days' GROUP BY 1) t USING (arm)
WHERE v.is_total;

-- ---- lift ----------------------------------------------------------------------------------
-- Planted: the receipts of A rise by 50 percent, those of B by 10. Bounds as above, of ratios of sums.

SELECT arm, segment, customers, sales, baseline_sales, round(lift::numeric, 6) AS lift, round(lower_bound::numeric, 6) AS lower_bound, round(upper_bound::numeric, 6) AS upper_bound,
       round(p_value::numeric, 6) AS p_value, verdict, is_suppressed
FROM segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30');
SELECT arm, segment, round(control_lift::numeric, 6) AS control_lift, round(relative_lift::numeric, 6) AS relative_lift, round(relative_lower::numeric, 6) AS relative_lower,
       round(relative_upper::numeric, 6) AS relative_upper, round(relative_p_value::numeric, 6) AS relative_p_value, incremental_sales, incremental_lower, incremental_upper
FROM segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30') WHERE arm <> 'holdout';
-- the same figures in another order of rows, and with a ledger; others with another seed
CREATE TABLE shuffled AS SELECT * FROM members ORDER BY md5(customer_id);
\o /dev/null
SELECT segment.create_ledger('receipts_ledger', 'receipts');
\o
CALL segment.refresh_ledger('receipts_ledger');
SELECT (SELECT jsonb_agg(to_jsonb(l)) FROM segment.campaign_lift('receipts', 'shuffled', '2025-03-03', '2025-03-30') l) = f.figures AS same_in_another_order,
       (SELECT jsonb_agg(to_jsonb(l)) FROM segment.campaign_lift('receipts_ledger', 'members', '2025-03-03', '2025-03-30') l) = f.figures AS same_of_a_ledger,
       (SELECT jsonb_agg(to_jsonb(l)) FROM segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', seed => 43) l) = f.figures AS same_with_another_seed
FROM (SELECT jsonb_agg(to_jsonb(l)) AS figures FROM segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30') l) f;
-- days that do not count in the baseline, and days before the first receipt, which never do
SELECT e.excluded, l.baseline_sales, t.baseline_sales AS true_sales
FROM (VALUES ('{}'::daterange[]), ('{"[2025-02-01,2025-02-15)","[2025-02-10,2025-02-20)"}')) e(excluded),
     segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', '2024-06-01', e.excluded) l,
     LATERAL (SELECT round(sum(r.amount) * 28 / (56 - CASE WHEN e.excluded = '{}' THEN 0 ELSE 19 END), 2) AS baseline_sales FROM receipts r JOIN members m USING (customer_id)
              WHERE m.arm = 'A' AND r.receipt_date < '2025-03-03' AND (e.excluded = '{}' OR r.receipt_date NOT BETWEEN '2025-02-01' AND '2025-02-19')) t
WHERE l.arm = 'A' AND l.is_total;
-- no holdout, no baseline
CREATE VIEW creatives AS SELECT * FROM members WHERE arm <> 'holdout';
CREATE VIEW little AS SELECT * FROM receipts WHERE receipt_date >= '2025-03-03' UNION ALL SELECT 'nobody', 'r', '2025-01-06', 1;
SELECT arm, sales > 0 AS has_sales, baseline_sales, lift, p_value, verdict, relative_lift, incremental_sales
FROM segment.campaign_lift('receipts', 'creatives', '2025-01-20', '2025-01-20', '2025-01-19') WHERE is_total AND arm = 'A'
UNION ALL
SELECT arm, sales > 0, baseline_sales, lift, p_value, verdict, relative_lift, incremental_sales
FROM segment.campaign_lift('little', 'members', '2025-03-03', '2025-03-30') WHERE is_total AND arm = 'A';
-- receipts that end within the campaign: its first days are compared, and no day is taken for one without sales
CREATE VIEW half AS SELECT * FROM receipts WHERE receipt_date <= '2025-03-16';
SELECT (SELECT jsonb_agg(to_jsonb(l)) FROM segment.campaign_lift('half', 'members', '2025-03-03', '2025-03-30', '2025-01-06') l)
       = (SELECT jsonb_agg(to_jsonb(l)) FROM segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-16', '2025-01-06') l) AS same_as_half_a_campaign;
SET client_min_messages = notice;
SELECT arm, sales > 0 AS has_sales, lift > 0 AS has_risen FROM segment.campaign_lift('half', 'members', '2025-03-03', '2025-03-30') WHERE is_total AND arm = 'A';
-- without a holdout nothing is compared, and a NOTICE says so; a control that was named must exist
SELECT arm, revenue > 0 AS has_revenue, incremental_revenue, incremental_roi FROM segment.campaign_value('creatives', 'events', '2025-06-15', 'receipts') WHERE is_total;
SELECT arm, relative_lift, incremental_sales FROM segment.campaign_lift('receipts', 'creatives', '2025-03-03', '2025-03-30') WHERE is_total;
SELECT arm, incremental_revenue IS NOT NULL AS is_compared FROM segment.campaign_value('creatives', 'events', '2025-06-15', 'receipts', control => 'A') WHERE is_total;
SELECT segment.campaign_value('members', 'events', '2025-06-15', 'receipts', control => 'control');
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', control => 'a');
SELECT segment.campaign_lift('receipts', 'members', '2025-09-03', '2025-09-30');
SET client_min_messages = warning;

-- ---- small cells -----------------------------------------------------------------------------
-- the segment tiny has 5, 4 and 1 customers: where it is hidden, so is the segment that would tell its size
CREATE VIEW hidden AS
SELECT f.arm, count(DISTINCT f.segment) FILTER (WHERE f.is_suppressed) AS hidden,
       bool_and(f.is_suppressed = (num_nonnulls(f.rate, f.customers, f.lower_bound, f.upper_bound, f.step_rate) = 0)) AS is_blank
FROM segment.campaign_funnel('members', 'events') f WHERE NOT f.is_total GROUP BY 1;
TABLE hidden ORDER BY 1;
SET segment.min_cell_size = 6;
TABLE hidden ORDER BY 1;
SET segment.min_cell_size = 1;
TABLE hidden ORDER BY 1;
SET segment.min_cell_size = 5;

-- ---- other people's relations --------------------------------------------------------------
CREATE ROLE campaign_reader;
GRANT USAGE ON SCHEMA campaign_test TO campaign_reader;
GRANT SELECT ON events, receipts TO campaign_reader;
SET ROLE campaign_reader;
\set VERBOSITY terse
SELECT * FROM segment.campaign_funnel('members', 'events');
SELECT * FROM segment.campaign_times('members', 'events');
SELECT * FROM segment.campaign_value('members', 'events', '2025-06-15');
SELECT * FROM segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30');
RESET ROLE;
-- row security holds
CREATE POLICY only_loyal ON members TO campaign_reader USING (segment = 'loyal');
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON members TO campaign_reader;
SET ROLE campaign_reader;
SELECT arm, segment, customers FROM segment.campaign_funnel('members', 'events') WHERE stage = 'members';
RESET ROLE;
ALTER TABLE members DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON members, events, receipts FROM campaign_reader;
REVOKE ALL ON SCHEMA campaign_test FROM campaign_reader;
DROP POLICY only_loyal ON members;
DROP ROLE campaign_reader;

-- ---- what is refused -------------------------------------------------------------------------
\set VERBOSITY default
CREATE TABLE odd_members (customer_id text, arm text, sent_at timestamptz, cost numeric);
CREATE TABLE odd_events (customer_id bigint, event varchar(20), happened_at timestamp, amount float8);
SELECT count(*) FROM segment.campaign_funnel('odd_members', 'odd_events');
SELECT count(*) FROM segment.campaign_times('odd_members', 'odd_events');
SELECT count(*) FROM segment.campaign_lift('receipts', 'odd_members', '2025-03-03', '2025-03-30');
SELECT count(*) FROM segment.campaign_value('odd_members', 'odd_events', '2025-06-15');
SELECT segment.campaign_funnel(NULL, 'events');
SELECT segment.campaign_funnel('members', NULL);
SELECT segment.campaign_funnel('receipts', 'events');
SELECT segment.campaign_funnel('members', 'receipts');
SELECT segment.campaign_funnel('members', 'events', 0);
SELECT segment.campaign_funnel('members', 'events', level => 'NaN');
CREATE TABLE wrong_members AS SELECT customer_id, arm, 'soon' AS sent_at, '1' AS cost FROM members;
SELECT segment.campaign_funnel('wrong_members', 'events');
ALTER TABLE wrong_members DROP COLUMN cost;
SELECT segment.campaign_funnel('wrong_members', 'events');
INSERT INTO odd_members VALUES ('1', 'A', '2025-03-01', 1), ('1', 'B', '2025-03-01', 1), ('2', NULL, NULL, NULL), (' ', 'A', NULL, NULL);
SELECT segment.campaign_times('odd_members', 'events');
DELETE FROM odd_members WHERE arm = 'B';
INSERT INTO odd_events VALUES (1, 'opened', '2025-03-02', NULL), (1, 'Opened', '2025-03-03', NULL), (1, NULL, '2025-03-03', NULL);
SELECT segment.campaign_funnel('odd_members', 'odd_events');
DELETE FROM odd_events WHERE event IS DISTINCT FROM 'opened';
UPDATE odd_events SET happened_at = 'infinity';
SELECT segment.campaign_funnel('odd_members', 'odd_events');
UPDATE odd_events SET happened_at = '2025-03-02', amount = 'NaN';
SELECT segment.campaign_funnel('odd_members', 'odd_events');
UPDATE odd_events SET amount = 1e308, event = 'converted';
-- an amount of any size, and one customer in one arm: the figures are blank, or exist
SET segment.min_cell_size = 1;
SELECT arm, customers, buyers, revenue = 1e308::numeric AS has_revenue, incremental_revenue, is_suppressed FROM segment.campaign_value('odd_members', 'odd_events', '2025-06-15');
UPDATE odd_members SET cost = -1;
SELECT segment.campaign_funnel('odd_members', 'odd_events');
UPDATE odd_members SET cost = 'infinity';
SELECT segment.campaign_funnel('odd_members', 'odd_events');
UPDATE odd_members SET cost = NULL, sent_at = '-infinity';
SELECT segment.campaign_funnel('odd_members', 'odd_events');
UPDATE odd_members SET sent_at = NULL;
-- without any time of sending each event counts, but there is no window for a value
SELECT stage, customers FROM segment.campaign_funnel('odd_members', 'odd_events', 1) WHERE stage IN ('members', 'sent', 'converted') AND is_total;
SELECT segment.campaign_value('odd_members', 'odd_events', '2025-06-15');
SELECT segment.campaign_value('members', 'events', NULL);
SELECT segment.campaign_value('members', 'events', 'infinity');
SELECT segment.campaign_value('members', 'events', '2025-06-15', margin => 40);
SELECT segment.campaign_value('members', 'events', '2025-06-15', return_days => 0);
SELECT segment.campaign_value('members', 'events', '2025-06-15', payments => 'payments');
SELECT segment.campaign_value('members', 'events', '2025-06-15', 'receipts', payments => 'members');
SELECT segment.campaign_value('members', 'events', '2025-06-15', 'receipts', currency => 'USD');
SELECT segment.campaign_value('members', 'events', '2025-06-15', currency => 'USD');
SELECT segment.campaign_value('members', 'events', '2025-06-15', 'receipts', rates => 'receipts', payments => 'payments');
SELECT segment.campaign_value('members', 'events', '2025-06-15', 'receipts', replicates => 1);
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', NULL);
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-02');
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', 'infinity');
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', '2025-03-03');
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', excluded => '{"(,)"}');
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', benchmark => -1);
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', level => 95);
SELECT segment.campaign_lift('receipts', 'members', '2025-03-03', '2025-03-30', replicates => 99);
SELECT segment.campaign_lift(NULL, 'members', '2025-03-03', '2025-03-30');
SELECT segment.campaign_lift('members', 'members', '2025-03-03', '2025-03-30');
SET client_min_messages = notice;
SELECT arm, sales FROM segment.campaign_lift('receipts', 'members', '2025-06-03', '2025-06-30') WHERE is_total AND arm = 'holdout';
SELECT segment_internal.bootstrap_sums('a', 'NaN', 1, 100, 42);
SELECT segment_internal.bootstrap_sums('a', 1, 1, 0, 42);
SELECT segment_internal.bootstrap_sums(NULL, 1, 1, 100, 42) IS NULL AS is_null;

-- a number beyond float8 is an error that does not show it
CREATE TEMPORARY TABLE huge_members AS SELECT i AS customer_id, 'a' AS arm, timestamp '2024-01-01' AS sent_at, CASE WHEN i = 3 THEN 1e400 ELSE 1 END AS cost FROM generate_series(1, 6) i;
CREATE TEMPORARY TABLE huge_events AS SELECT i AS customer_id, 'converted' AS event, timestamp '2024-01-02' AS happened_at, CASE WHEN i = 3 THEN 1e400 ELSE 1 END AS amount FROM generate_series(1, 6) i;
CREATE TEMPORARY TABLE huge_receipts AS SELECT i::text AS customer_id, d || '-' || i AS receipt_id, d AS receipt_date, CASE WHEN i = 3 THEN -1e400 ELSE 1 END AS amount
FROM generate_series(1, 6) i, unnest('{2023-12-20,2024-01-05}'::date[]) d;
SELECT arm FROM segment.campaign_value('huge_members', 'huge_events', '2024-03-01');
UPDATE huge_members SET cost = 1;
SELECT arm FROM segment.campaign_value('huge_members', 'huge_events', '2024-03-01');
SELECT arm FROM segment.ab_report('huge_members', 'huge_events');
UPDATE huge_events SET amount = 1e308;
SELECT arm, revenue_per_customer FROM segment.campaign_value('huge_members', 'huge_events', '2024-03-01') WHERE is_total;
UPDATE huge_events SET amount = 1;
SELECT arm FROM segment.campaign_value('huge_members', 'huge_events', '2024-03-01', 'huge_receipts');
SELECT arm FROM segment.campaign_lift('huge_receipts', 'huge_members', '2024-01-03', '2024-01-05');

SET client_min_messages = warning;
\o /dev/null
SELECT segment.drop_ledger('receipts_ledger');
\o
DROP SCHEMA campaign_test CASCADE;
