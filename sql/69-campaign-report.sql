-- ab_report: the arms of a campaign against one of them, by metric and segment.

CREATE FUNCTION segment_internal.chisq_tail(x float8, degrees_of_freedom float8) RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.chisq_tail(float8, float8) IS
'Support function of ab_report: the probability that a chi-square value exceeds x; NULL without degrees of freedom.';

CREATE FUNCTION segment_internal.detectable_difference(
    control_mean float8, std_error float8, n bigint, control_n bigint, is_share boolean, level float8, power float8) RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.detectable_difference(float8, float8, bigint, bigint, boolean, float8, float8) IS
'Support function of ab_report: the smallest difference that a two-sided test tells with that power; of shares upwards from control_mean, else from the standard error of the difference. NULL if there is none.';

CREATE FUNCTION segment_internal.checked_report_options(options jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    valid text[] := '{control,weights,level,power,window_days,covariate,tuning_n}';
    wrong text;
BEGIN
    IF options IS NULL OR jsonb_typeof(options) <> 'object' THEN
        RAISE EXCEPTION 'options must be a jsonb object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT min(k) INTO wrong FROM jsonb_object_keys(options) k WHERE k <> ALL (valid);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'unrecognized option "%"', wrong USING ERRCODE = 'invalid_parameter_value', HINT = format('Valid options are: %s.', array_to_string(valid, ', '));
    END IF;
    SELECT min(k) INTO wrong FROM unnest('{control,covariate}'::text[]) k WHERE jsonb_typeof(options -> k) <> 'string';
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'option "%" must be a text', wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.policy_number(options, 'level', 0.01, 0.9999, false);
    PERFORM segment_internal.policy_number(options, 'power', 0.5, 0.999, false);
    PERFORM segment_internal.policy_number(options, 'window_days', 1, 36500, true);
    PERFORM segment_internal.policy_number(options, 'tuning_n', 1, 1000000000000000, false);
    IF jsonb_typeof(options -> 'weights') <> 'object'
       OR EXISTS (SELECT FROM jsonb_each(CASE WHEN jsonb_typeof(options -> 'weights') = 'object' THEN options -> 'weights' ELSE '{}' END) w
                  WHERE CASE jsonb_typeof(w.value) WHEN 'number' THEN NOT w.value::text::numeric BETWEEN 0.000000001 AND 1000000000 ELSE true END) THEN
        RAISE EXCEPTION 'option "weights" must be an object of positive numbers by arm' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN '{"level": 0.95, "power": 0.8, "tuning_n": 5000}'::jsonb || options;
END $$;
COMMENT ON FUNCTION segment_internal.checked_report_options(jsonb) IS
'Support function of ab_report: the options with their defaults. Error: 22023.';

CREATE FUNCTION segment_internal.check_ab_report(members regclass, events regclass, metrics text[], options jsonb, OUT checked jsonb)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    valid text[] := segment_internal.campaign_events() || '{purchases,revenue}';
    wrong text;
    arms text[];
BEGIN
    checked := segment_internal.checked_report_options(options);
    SELECT COALESCE(m, 'null') INTO wrong FROM unnest(metrics) WITH ORDINALITY u(m, place) WHERE NOT COALESCE(m = ANY (valid) AND m <> 'sent', false) ORDER BY u.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unrecognized metric "%"', wrong USING ERRCODE = 'invalid_parameter_value',
            HINT = format('Valid metrics are: %s.', array_to_string(array_remove(valid, 'sent'), ', '));
    END IF;
    PERFORM segment_internal.check_campaign(members, events, (checked ->> 'window_days')::numeric::integer, (checked ->> 'level')::float8);
    IF checked ? 'covariate' THEN
        PERFORM segment_internal.check_columns(members, ARRAY[checked ->> 'covariate'], 'The option covariate names a column of members.');
        PERFORM segment_internal.check_column_kind(members, checked ->> 'covariate', 'number');
    END IF;
    EXECUTE format('SELECT array_agg(DISTINCT m.arm) FROM (%s) m WHERE m.customer_id IS NOT NULL', segment_internal.members_query(members, false)) INTO arms;
    SELECT min(w.key) INTO wrong FROM unnest(arms) a(arm) LEFT JOIN jsonb_object_keys(checked -> 'weights') k(key) ON k.key = a.arm CROSS JOIN LATERAL (SELECT a.arm AS key) w
    WHERE checked ? 'weights' AND k.key IS NULL AND a.arm IS NOT NULL;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'option "weights" has no weight of an arm that has members' USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the planned share of each arm, the holdout included.';
    END IF;
    -- the rule of ab_fit
    checked := checked || jsonb_build_object('control', COALESCE(checked ->> 'control', (
        SELECT a.arm FROM unnest(arms) a(arm) WHERE a.arm IS NOT NULL ORDER BY a.arm = 'control' DESC, a.arm = 'holdout' DESC, a.arm COLLATE "C" LIMIT 1)));
    IF cardinality(arms) > 0 AND NOT checked ->> 'control' = ANY (arms) THEN
        RAISE EXCEPTION 'arm "%", the control, has no members', checked ->> 'control' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF metrics IS NULL OR 'revenue' = ANY (metrics) THEN
        PERFORM segment_internal.note_no_amounts(members, events);
    END IF;
    -- a holdout opens nothing, and its purchases may not be among the events
    EXECUTE format($query$
        SELECT string_agg(f.event, ', ' ORDER BY f.place)
        FROM (SELECT e.event, array_position($1, e.event) AS place
              FROM (%s) e JOIN (%s) m ON m.customer_id = e.customer_id
              WHERE m.arm IS NOT NULL AND e.event <> 'sent' AND e.happened_at IS NOT NULL
                    AND ($2 IS NULL OR e.event = ANY ($2) OR e.event = 'converted' AND $2 && '{purchases,revenue}')
              GROUP BY e.event HAVING NOT bool_or(m.arm = $3)) f$query$,
        segment_internal.campaign_events_query(events), segment_internal.members_query(members, false)) INTO wrong USING valid, metrics, checked ->> 'control';
    IF wrong IS NOT NULL THEN
        RAISE NOTICE 'arm "%", the control, has none of these events, which other arms have: %', checked ->> 'control', wrong
            USING HINT = 'Customers to whom nothing was sent cannot open it: take another control for such metrics. Add their purchases to the events, if they are missing.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_ab_report(regclass, regclass, text[], jsonb) IS
'Support function of ab_report: checks arguments and relations, and returns the options with their defaults and the control.';

CREATE FUNCTION segment_internal.report_outcomes_query(members regclass, metrics text[], covariate text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- outcome: a row for each member and metric; without a list, the metrics that occur
    RETURN format($query$
        counted AS (
            SELECT r.customer_id, r.event AS metric, 1::float8 AS value FROM response r WHERE NOT r.is_before GROUP BY r.customer_id, r.event
            UNION ALL
            SELECT r.customer_id, v.metric, segment_internal.float_of(CASE v.metric WHEN 'purchases' THEN count(*) ELSE COALESCE(sum(r.amount), 0) END)
            FROM response r CROSS JOIN (VALUES ('purchases'), ('revenue')) v(metric) WHERE r.event = 'converted' AND NOT r.is_before GROUP BY r.customer_id, v.metric),
        metric AS MATERIALIZED (
            SELECT u.metric, min(u.place) AS place, u.metric NOT IN ('purchases', 'revenue') AS is_share
            FROM unnest($1 || '{purchases,revenue}'::text[]) WITH ORDINALITY u(metric, place)
            WHERE u.metric <> 'sent' AND %s GROUP BY u.metric),
        outcome AS MATERIALIZED (
            SELECT m.arm, m.segment, k.metric, k.is_share, COALESCE(c.value, 0) AS value, %s AS covariate
            FROM member m CROSS JOIN metric k LEFT JOIN counted c ON c.customer_id = m.customer_id AND c.metric = k.metric%s)$query$,
        CASE WHEN metrics IS NULL THEN 'EXISTS (SELECT FROM counted c WHERE c.metric = u.metric)' ELSE 'u.metric = ANY ($2)' END,
        CASE WHEN covariate IS NULL THEN 'NULL::float8' ELSE 'COALESCE(x.covariate, 0)' END,
        CASE WHEN covariate IS NOT NULL THEN format(' LEFT JOIN (SELECT segment_internal.meaningful_id(h.customer_id::text) COLLATE "C" AS customer_id, h.%I::float8 AS covariate FROM %s h) x ON x.customer_id = m.customer_id',
                                                    covariate, members) END);
END $$;
COMMENT ON FUNCTION segment_internal.report_outcomes_query(regclass, text[], text) IS
'Support function of ab_report: the tables metric and outcome of its WITH clause. $1: the events, $2: the metrics that were asked for.';

CREATE FUNCTION segment_internal.ab_report(members regclass, events regclass, metrics text[], options jsonb)
RETURNS TABLE (arm text, segment text, is_total boolean, metric text, control text, n bigint, mean float8, lower_bound float8, upper_bound float8,
               control_mean float8, difference float8, difference_lower float8, difference_upper float8, relative_lift float8, p_value float8, p_holm float8, p_bh float8,
               adjusted_difference float8, adjusted_lower float8, adjusted_upper float8, adjusted_p_value float8, variance_ratio float8,
               always_valid_p float8, always_valid_lower float8, always_valid_upper float8, detectable_difference float8,
               srm_p_value float8, srm_verdict text, is_confounded boolean, heterogeneity_q float8, heterogeneity_df integer, heterogeneity_p float8, is_suppressed boolean)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 50 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    o jsonb := segment_internal.check_ab_report(members, events, metrics, options);
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH %1$s, %2$s,
        -- an arm has to be compared with the control in the same group
        compared AS MATERIALIZED (
            SELECT c.segment, c.is_total, bool_or(c.is_suppressed) AS has_small, bool_or(c.arm = $3) AS has_control, count(*) FILTER (WHERE c.arm <> 'holdout' AND c.arm <> $3) AS creatives
            FROM cell c GROUP BY c.segment, c.is_total),
        fitted AS (
            SELECT x.segment, grouping(x.segment) = 1 AS is_total, x.metric,
                   segment.ab_fit(x.arm, x.value, %3$sjsonb_build_object('outcome_type', CASE WHEN x.is_share THEN 'binary' ELSE 'continuous' END)) AS model
            FROM outcome x GROUP BY GROUPING SETS ((x.metric), (x.segment, x.metric))),
        -- where the control has no members, ab_rows compares with another arm, and these figures are not shown
        tested AS MATERIALIZED (
            SELECT f.segment, f.is_total, f.metric, r.*, q.mean AS control_mean, q.n AS control_n, sqrt(r.sd ^ 2 / r.n + q.sd ^ 2 / q.n) AS std_error
            FROM fitted f
            JOIN compared c ON c.is_total = f.is_total AND c.segment IS NOT DISTINCT FROM f.segment
            CROSS JOIN LATERAL segment.ab_rows(f.model, CASE WHEN c.has_control THEN $3 END, $4, $5) r
            JOIN LATERAL (SELECT o.mean, o.sd, o.n FROM segment.ab_rows(f.model, CASE WHEN c.has_control THEN $3 END, $4, $5) o WHERE o.is_control) q ON true),
        -- counts against the planned shares; without them the arms of the group but the holdout are taken for equal
        ratio AS (
            SELECT g.segment, g.is_total, s.p_value, s.verdict
            FROM (SELECT c.segment, c.is_total, array_agg(COALESCE(k.n, 0) ORDER BY a.arm) AS counts, array_agg(a.weight ORDER BY a.arm) AS weights
                  FROM compared c
                  CROSS JOIN (SELECT w.key COLLATE "C" AS arm, w.value::float8 AS weight FROM jsonb_each_text($6 -> 'weights') w
                              UNION ALL
                              SELECT m.arm, 1 FROM cell m WHERE m.is_total AND m.arm <> 'holdout' AND NOT $6 ? 'weights') a
                  LEFT JOIN cell k ON k.arm = a.arm AND k.is_total = c.is_total AND k.segment IS NOT DISTINCT FROM c.segment
                  WHERE NOT c.has_small AND ($6 ? 'weights' OR k.n > 0) GROUP BY c.segment, c.is_total HAVING count(*) > 1) g
            CROSS JOIN LATERAL segment.srm_test(g.counts, g.weights) s),
        -- are the segments of an arm those of the control? chi-square of independence; a segment of its own needs no test
        mixed AS (
            SELECT p.arm, count(*) FILTER (WHERE p.n > 0 AND p.control_n > 0) = 0
                          OR COALESCE(segment_internal.chisq_tail(sum((p.n * p.all_control - p.control_n * p.all_n) ^ 2 / (p.n + p.control_n)) / (p.all_n * p.all_control), count(*) - 1) < 0.001, false) AS is_confounded
            FROM (SELECT a.arm, g.segment, COALESCE(k.n, 0)::float8 AS n, COALESCE(h.n, 0)::float8 AS control_n, a.n::float8 AS all_n, b.n::float8 AS all_control
                  FROM cell a JOIN cell b ON b.is_total AND b.arm = $3
                  CROSS JOIN (SELECT c.segment FROM compared c WHERE NOT c.is_total) g
                  LEFT JOIN cell k ON k.arm = a.arm AND NOT k.is_total AND k.segment IS NOT DISTINCT FROM g.segment
                  LEFT JOIN cell h ON h.arm = $3 AND NOT h.is_total AND h.segment IS NOT DISTINCT FROM g.segment
                  WHERE a.is_total AND a.arm <> $3 AND (k.n > 0 OR h.n > 0)) p
            GROUP BY p.arm, p.all_n, p.all_control),
        -- do the differences differ between segments? Cochran's Q
        varied AS (
            SELECT w.arm, w.metric, sum(w.weight * (w.difference - w.center) ^ 2 ORDER BY w.segment) AS q, (count(*) - 1)::integer AS df
            FROM (SELECT t.arm, t.metric, t.segment, t.difference, 1 / t.std_error ^ 2 AS weight,
                         sum(t.difference / t.std_error ^ 2) OVER s / sum(1 / t.std_error ^ 2) OVER s AS center
                  FROM tested t
                  JOIN cell k ON k.arm = t.arm AND NOT k.is_total AND k.segment IS NOT DISTINCT FROM t.segment AND NOT k.is_suppressed
                  JOIN cell h ON h.arm = $3 AND NOT h.is_total AND h.segment IS NOT DISTINCT FROM t.segment AND NOT h.is_suppressed
                  WHERE NOT t.is_total AND t.arm <> $3 AND t.std_error > 0
                  WINDOW s AS (PARTITION BY t.arm, t.metric ORDER BY t.segment ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) w
            GROUP BY w.arm, w.metric HAVING count(*) > 1),
        judged AS (
            SELECT t.*, c.is_suppressed AS is_hidden, c.is_suppressed OR COALESCE(h.is_suppressed, true) AS is_blank, k.place
            FROM tested t
            JOIN metric k ON k.metric = t.metric
            JOIN cell c ON c.arm = t.arm AND c.is_total = t.is_total AND c.segment IS NOT DISTINCT FROM t.segment
            LEFT JOIN cell h ON h.arm = $3 AND h.is_total = t.is_total AND h.segment IS NOT DISTINCT FROM t.segment)
        SELECT j.arm, j.segment, j.is_total, j.metric, $3, CASE WHEN NOT j.is_hidden THEN j.n END,
               CASE WHEN NOT j.is_hidden THEN j.mean END, CASE WHEN NOT j.is_hidden THEN j.lower_bound END, CASE WHEN NOT j.is_hidden THEN j.upper_bound END,
               b.control_mean, b.difference, b.difference_lower, b.difference_upper, b.relative_lift, b.p_value,
               segment.p_adjust(b.p_value, 'holm') OVER f, segment.p_adjust(b.p_value, 'bh') OVER f,
               b.adjusted_difference, b.adjusted_lower, b.adjusted_upper, b.adjusted_p_value, b.variance_ratio, b.always_valid_p, b.always_valid_lower, b.always_valid_upper,
               segment_internal.detectable_difference(b.control_mean, b.std_error, b.n, b.control_n, j.metric NOT IN ('purchases', 'revenue'), $4, $7),
               s.p_value, s.verdict,
               CASE WHEN j.arm <> $3 THEN CASE WHEN j.is_total THEN COALESCE(x.is_confounded, false) ELSE NOT g.has_control OR (g.creatives = 1 AND (SELECT max(c.creatives) FROM compared c) > 1) END END,
               v.q, v.df, segment_internal.chisq_tail(v.q, v.df), j.is_hidden
        FROM judged j
        JOIN compared g ON g.is_total = j.is_total AND g.segment IS NOT DISTINCT FROM j.segment
        LEFT JOIN LATERAL (SELECT j.* WHERE NOT j.is_blank AND j.arm <> $3) b ON true
        LEFT JOIN ratio s ON s.is_total = j.is_total AND s.segment IS NOT DISTINCT FROM j.segment
        LEFT JOIN mixed x ON x.arm = j.arm
        LEFT JOIN varied v ON j.is_total AND v.arm = j.arm AND v.metric = j.metric
        WINDOW f AS (PARTITION BY j.is_total)
        ORDER BY NOT j.is_total, j.segment, j.place, j.arm <> $3, j.arm
        $query$, segment_internal.campaign_query(members, events, false, (o ->> 'window_days')::numeric::integer),
        segment_internal.report_outcomes_query(members, metrics, o ->> 'covariate'),
        CASE WHEN o ? 'covariate' THEN 'x.covariate, ' END)
    USING segment_internal.campaign_events(), metrics, o ->> 'control', (o ->> 'level')::float8, (o ->> 'tuning_n')::float8, o, (o ->> 'power')::float8;
END $$;
COMMENT ON FUNCTION segment_internal.ab_report(regclass, regclass, text[], jsonb) IS
'Implementation of segment.ab_report, which hides the SQL context of errors.';

CREATE FUNCTION segment.ab_report(members regclass, events regclass, metrics text[] DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS TABLE (arm text, segment text, is_total boolean, metric text, control text, n bigint, mean float8, lower_bound float8, upper_bound float8,
               control_mean float8, difference float8, difference_lower float8, difference_upper float8, relative_lift float8, p_value float8, p_holm float8, p_bh float8,
               adjusted_difference float8, adjusted_lower float8, adjusted_upper float8, adjusted_p_value float8, variance_ratio float8,
               always_valid_p float8, always_valid_lower float8, always_valid_upper float8, detectable_difference float8,
               srm_p_value float8, srm_verdict text, is_confounded boolean, heterogeneity_q float8, heterogeneity_df integer, heterogeneity_p float8, is_suppressed boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 50;
COMMENT ON FUNCTION segment.ab_report(regclass, regclass, text[], jsonb) IS
'Tests the arms of a campaign against one of them. One row for each metric and arm (is_total), and for each segment, metric and arm where there are segments. members, events: as for campaign_funnel. metrics: events but sent (the share of the customers with one), purchases (events converted) and revenue (their amounts), each per customer; NULL: those that occur. Options: control (the arm to compare with; default control, else holdout, else the first by name), window_days (an event counts before so many days are over), weights (planned shares by arm; default: the arms but holdout are equal), level (0.95), power (0.8), covariate (a numeric column of members from before the campaign, for CUPED; NULL counts 0), tuning_n (see ab_rows). A NOTICE names the events that the control has none of, while other arms have some. n to always_valid_upper: see ab_rows. p_holm, p_bh: p_value adjusted over all rows with is_total, or over all others. detectable_difference: the smallest difference that the test would tell with that power. srm_p_value, srm_verdict: do the numbers of customers agree with the weights (srm_test): ok, suspicious below 0.01, mismatch below 0.001: then do not trust the row. is_confounded: the arms cannot be told from the segments: with is_total the arm and the control have different segments (none in common, or a chi-square test below 0.001), else the segment has no control, or only one arm to compare while the campaign has several. heterogeneity_q, heterogeneity_df, heterogeneity_p: Cochran''s Q over the segments, whether differences differ between them. is_suppressed: as in campaign_funnel; comparisons with such a control are NULL too. Errors: those of campaign_funnel and ab_fit; 22023 an unknown metric or option, a control without members, no weight of an arm.';
