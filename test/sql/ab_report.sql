-- ab_report: arms of a campaign against the control, by metric and segment.

\pset null '-'
SET client_min_messages = warning;
CREATE SCHEMA report_test;
SET search_path = report_test;
SET segment.min_cell_size = 1;

-- a number from 0 to 999 by customer and purpose
CREATE FUNCTION r(i integer, purpose text) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN (('x' || substr(md5(i || '-' || purpose), 1, 7))::bit(28)::integer) % 1000;

CREATE TABLE members AS
SELECT 'c' || i AS customer_id, CASE WHEN r(i, 'arm') < 400 THEN 'A' WHEN r(i, 'arm') < 800 THEN 'B' ELSE 'holdout' END AS arm,
       CASE WHEN r(i, 'segment') < 500 THEN 'loyal' ELSE 'new' END AS segment, timestamp '2025-03-03 08:00' AS sent_at, r(i, 'earlier') AS earlier, i
FROM generate_series(1, 900) i;
CREATE TABLE events AS
SELECT m.customer_id, e.event, m.sent_at + interval '1 day' AS happened_at, e.amount
FROM members m, LATERAL (VALUES
    ('opened', NULL::numeric, m.arm <> 'holdout' AND r(i, 'open') < CASE m.arm WHEN 'A' THEN 450 ELSE 350 END),
    ('converted', 10 + (r(i, 'amount') + earlier) / 10.0, r(i, 'buy') < CASE m.arm WHEN 'A' THEN 160 WHEN 'B' THEN 90 ELSE 70 END),
    ('converted', 5, r(i, 'buy') < 30)) e(event, amount, is_there)
WHERE e.is_there;

-- ---- figures -------------------------------------------------------------------------------
-- python3, from the same md5 numbers in data frames: shares by the pooled z, revenue by
-- scipy.stats.ttest_ind(a, h, equal_var=False); holm and bh by hand; Q of the differences with the weights 1 / se^2 and
-- scipy.stats.chi2.sf(Q, 1); detectable: scipy.optimize.brentq of Fleiss' formula, and se * (norm.ppf(.975) + norm.ppf(.8));
-- scipy.stats.chisquare([n_A, n_B])
SELECT arm, metric, n, round(mean::numeric, 6) AS mean, round(control_mean::numeric, 6) AS control_mean, round(difference::numeric, 6) AS difference, round(p_value::numeric, 8) AS p_value,
       round(p_holm::numeric, 8) AS p_holm, round(p_bh::numeric, 8) AS p_bh
FROM segment.ab_report('members', 'events') WHERE is_total;
SELECT arm, metric, round(detectable_difference::numeric, 8) AS detectable_difference, round(srm_p_value::numeric, 8) AS srm_p_value, srm_verdict, is_confounded,
       round(heterogeneity_q::numeric, 6) AS heterogeneity_q, heterogeneity_df, round(heterogeneity_p::numeric, 6) AS heterogeneity_p
FROM segment.ab_report('members', 'events') WHERE is_total AND arm <> control;
SELECT arm, segment, metric, n, round(difference::numeric, 6) AS difference, round(p_value::numeric, 8) AS p_value, round(p_holm::numeric, 8) AS p_holm, heterogeneity_q, is_confounded
FROM segment.ab_report('members', 'events', '{converted,revenue}') WHERE NOT is_total AND arm <> control;

-- bounds, always-valid bounds and CUPED are those of ab_fit and ab_rows
WITH report AS (
    SELECT * FROM segment.ab_report('members', 'events', '{revenue}', '{"covariate": "earlier", "level": 0.9, "tuning_n": 700, "control": "B"}') WHERE is_total),
rows AS (
    SELECT w.* FROM (SELECT segment.ab_fit(m.arm, COALESCE(e.revenue, 0)::float8, m.earlier::float8, '{"outcome_type": "continuous"}') AS model
                     FROM members m LEFT JOIN (SELECT customer_id, sum(amount) AS revenue FROM events GROUP BY 1) e USING (customer_id)) f,
         segment.ab_rows(f.model, 'B', 0.9, 700) w)
SELECT arm, r.variance_ratio < 1 AS helps,
       (r.n, r.mean, r.lower_bound, r.upper_bound, r.difference, r.difference_lower, r.difference_upper, r.relative_lift, r.p_value, r.adjusted_difference, r.adjusted_lower, r.adjusted_upper,
        r.adjusted_p_value, r.variance_ratio, r.always_valid_p, r.always_valid_lower, r.always_valid_upper)
       IS NOT DISTINCT FROM
       (w.n, w.mean, w.lower_bound, w.upper_bound, w.difference, w.difference_lower, w.difference_upper, w.relative_lift, w.p_value, w.adjusted_difference, w.adjusted_lower, w.adjusted_upper,
        w.adjusted_p_value, w.variance_ratio, w.always_valid_p, w.always_valid_lower, w.always_valid_upper) AS is_same
FROM report r JOIN rows w USING (arm) ORDER BY arm;

-- a holdout opens nothing, and its purchases may be missing: a NOTICE names the events
SET client_min_messages = notice;
SELECT arm, metric, round(mean::numeric, 4) AS mean FROM segment.ab_report('members', 'events') WHERE is_total AND arm = 'holdout';
SELECT count(*) FROM segment.ab_report('members', 'events', '{converted,revenue}');
SELECT count(*) FROM segment.ab_report('members', 'events', '{opened}', '{"control": "A"}');
CREATE VIEW tracked AS SELECT e.* FROM events e JOIN members m USING (customer_id) WHERE m.arm <> 'holdout';
SELECT arm, mean > 0 AS has_bought FROM segment.ab_report('members', 'tracked', '{revenue}') WHERE is_total;
SELECT count(*) FROM segment.ab_report('members', 'tracked', '{clicked}');
-- revenue without amounts
CREATE VIEW without_amounts AS SELECT customer_id, event, happened_at FROM events;
SELECT arm, mean FROM segment.ab_report('members', 'without_amounts', '{revenue}') WHERE is_total;
SELECT count(*) FROM segment.ab_report('members', 'without_amounts', '{converted,purchases}');
SELECT arm, revenue FROM segment.campaign_value('members', 'without_amounts', '2025-06-15') WHERE is_total;
SET client_min_messages = warning;

-- a window that is over before the events; 1.0 is 1
SELECT o.options, r.n, r.mean FROM (VALUES ('{"window_days": 1.0}'), ('{"window_days": 2}')) o(options), segment.ab_report('members', 'events', '{opened}', o.options::jsonb) r WHERE r.is_total AND r.arm = 'A';

-- ---- numbers of customers that do not match ---------------------------------------------------
-- scipy.stats.chisquare([346, 361, 193], f_exp=180 * np.array(weights))
SELECT o.options, r.srm_verdict, round(r.srm_p_value::numeric, 8) AS srm_p_value
FROM (VALUES ('{}'), ('{"weights": {"A": 2, "B": 2, "holdout": 1}}'), ('{"weights": {"A": 2.25, "B": 2, "holdout": 1}}'),
             ('{"weights": {"A": 1, "B": 1, "holdout": 1}}'), ('{"weights": {"A": 2, "B": 2, "holdout": 1, "C": 2}}')) o(options),
     segment.ab_report('members', 'events', '{converted}', o.options::jsonb) r
WHERE r.is_total AND r.arm = 'A';

-- ---- arms and segments that cannot be told apart ----------------------------------------------
-- one creative for each segment, and a holdout in all of them
CREATE VIEW confounded AS
SELECT customer_id, CASE WHEN arm = 'holdout' THEN arm WHEN segment = 'loyal' THEN 'A' ELSE 'B' END AS arm, segment, sent_at FROM members;
SELECT arm, segment, is_confounded, difference IS NOT NULL AS has_difference, srm_verdict FROM segment.ab_report('confounded', 'events', '{converted}') WHERE arm <> control;
-- the same without a holdout: B is never where A is
CREATE VIEW apart AS SELECT * FROM confounded WHERE arm <> 'holdout';
SELECT arm, segment, control, n, is_confounded, difference IS NOT NULL AS has_difference FROM segment.ab_report('apart', 'events', '{converted}');
-- an arm that is much more often in one segment than the control
CREATE VIEW uneven AS SELECT * FROM members WHERE arm <> 'A' OR segment = 'loyal' OR i % 3 = 0;
SELECT arm, is_confounded FROM segment.ab_report('uneven', 'events', '{converted}') WHERE is_total AND arm <> control;
-- no segments: no parts, and nothing to be confounded with
CREATE VIEW plain AS SELECT customer_id, arm FROM members;
SELECT arm, is_total, n, is_confounded, heterogeneity_p FROM segment.ab_report('plain', 'events', '{converted}') WHERE arm <> control;

-- ---- small cells ---------------------------------------------------------------------------
-- a small holdout has no figures, and nothing that is compared with it
SET segment.min_cell_size = 5;
CREATE VIEW small AS SELECT * FROM members WHERE arm <> 'holdout' OR i IN (SELECT s.i FROM members s WHERE s.arm = 'holdout' AND s.segment = 'new' ORDER BY s.i LIMIT 3) OR (arm = 'holdout' AND segment = 'loyal');
SELECT arm, segment, n IS NULL AS has_no_n, mean IS NULL AS has_no_mean, difference IS NULL AND p_value IS NULL AND detectable_difference IS NULL AND control_mean IS NULL AND always_valid_p IS NULL AS has_no_comparison,
       srm_verdict, heterogeneity_q, is_suppressed
FROM segment.ab_report('small', 'events', '{converted}');
SET segment.min_cell_size = 1;

-- ---- what is refused -------------------------------------------------------------------------
SELECT segment.ab_report('members', 'events', '{sent}');
SELECT segment.ab_report('members', 'events', '{converted,sales}');
SELECT segment.ab_report('members', 'events', ARRAY[NULL]);
SELECT segment.ab_report('members', 'events', NULL, NULL);
SELECT segment.ab_report('members', 'events', NULL, '[]');
SELECT segment.ab_report('members', 'events', NULL, '{"controls": "A"}');
SELECT segment.ab_report('members', 'events', NULL, '{"control": 1}');
SELECT segment.ab_report('members', 'events', NULL, '{"control": "C"}');
SELECT segment.ab_report('members', 'events', NULL, '{"level": 95}');
SELECT segment.ab_report('members', 'events', NULL, '{"power": "0.8"}');
SELECT segment.ab_report('members', 'events', NULL, '{"window_days": 1.5}');
SELECT segment.ab_report('members', 'events', NULL, '{"tuning_n": 0}');
SELECT segment.ab_report('members', 'events', NULL, '{"weights": [1, 1, 1]}');
SELECT segment.ab_report('members', 'events', NULL, '{"weights": {"A": 0, "B": 1, "holdout": 1}}');
SELECT segment.ab_report('members', 'events', NULL, '{"weights": {"A": 1, "B": null, "holdout": 1}}');
SELECT segment.ab_report('members', 'events', NULL, '{"weights": {"A": 1, "B": 1}}');
SELECT segment.ab_report('members', 'events', NULL, '{"covariate": "before"}');
SELECT segment.ab_report('members', 'events', NULL, '{"covariate": "arm"}');
SELECT segment.ab_report(NULL, 'events');
SELECT segment.ab_report('members', 'members');

-- ---- hostile relations -----------------------------------------------------------------------
CREATE TABLE none (customer_id text, arm text);
SELECT count(*) FROM segment.ab_report('none', 'events');
INSERT INTO none VALUES ('c1', 'A');
SELECT arm, metric, n, mean, difference, is_confounded FROM segment.ab_report('none', 'events', '{opened,purchases,revenue}');
INSERT INTO none VALUES ('c2', 'B'), ('c3', 'it''s "C" %s $1 \');
SELECT arm, metric, n, mean, difference, p_value, srm_verdict FROM segment.ab_report('none', 'events', '{opened,revenue}');
INSERT INTO none VALUES ('c4', repeat('x', 200));
SELECT segment.ab_report('none', 'events');

-- ---- other people's members --------------------------------------------------------------------
CREATE ROLE report_reader;
GRANT USAGE ON SCHEMA report_test TO report_reader;
GRANT SELECT ON events TO report_reader;
SET ROLE report_reader;
SELECT segment.ab_report('members', 'events');
RESET ROLE;
DROP OWNED BY report_reader;
DROP ROLE report_reader;
DROP SCHEMA report_test CASCADE;
