-- campaign_value: what a campaign cost and brought in.

CREATE FUNCTION segment_internal.check_campaign_value(
    members regclass, events regclass, as_of date, receipts regclass, window_days integer, return_days integer, margin float8, control text, payments regclass,
    currency text, rates regclass, level float8, replicates integer, seed bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
    has_no_start boolean;
BEGIN
    SELECT v.name INTO missing
    FROM (VALUES (1, 'as_of', as_of IS NULL), (2, 'window_days', window_days IS NULL), (3, 'return_days', return_days IS NULL), (4, 'margin', margin IS NULL),
                 (5, 'control', control IS NULL), (6, 'replicates', replicates IS NULL), (7, 'seed', seed IS NULL)) v(place, name, is_null)
    WHERE v.is_null ORDER BY v.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% must not be null', missing USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    ELSIF return_days NOT BETWEEN 1 AND 36500 THEN
        RAISE EXCEPTION 'return_days must be from 1 to 36500, but is %', return_days USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT (margin > 0 AND margin <= 1) THEN
        RAISE EXCEPTION 'margin must be above 0 and at most 1, but is %', margin USING ERRCODE = 'invalid_parameter_value', HINT = 'A margin of 0.4 means that 40 % of the revenue remain.';
    ELSIF replicates NOT BETWEEN 100 AND 100000 THEN
        RAISE EXCEPTION 'replicates must be from 100 to 100000, but is %', replicates USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_campaign(members, events, window_days, level);
    PERFORM segment_internal.check_control(members, control);
    IF receipts IS NULL THEN
        PERFORM segment_internal.note_no_amounts(members, events);
    END IF;
    IF receipts IS NULL AND num_nonnulls(payments, currency, rates) > 0 THEN
        RAISE EXCEPTION '% can only be used with receipts', CASE WHEN payments IS NOT NULL THEN 'payments' WHEN currency IS NOT NULL THEN 'currency' ELSE 'rates' END
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF payments IS NOT NULL THEN
        IF rates IS NOT NULL THEN
            RAISE EXCEPTION 'payments and rates cannot be used together' USING ERRCODE = 'invalid_parameter_value', HINT = 'Payments have no currency: choose one by currency.';
        END IF;
        PERFORM segment_internal.check_columns(segment_internal.receipts_source(receipts), '{receipt_id}', 'Payments are found by the receipt_id of receipts.');
        PERFORM segment_internal.check_columns(payments, '{receipt_id,amount}', 'Payments need the columns receipt_id and amount; paid_at is optional.');
        PERFORM segment_internal.check_column_kind(payments, 'amount', 'number');
    END IF;
    EXECUTE format($query$
        SELECT EXISTS (SELECT FROM (%1$s) m WHERE m.customer_id IS NOT NULL AND m.arm IS NOT NULL)
               AND NOT EXISTS (SELECT FROM (%1$s) m WHERE m.customer_id IS NOT NULL AND m.arm IS NOT NULL AND m.sent_at IS NOT NULL)
               AND NOT EXISTS (SELECT FROM (%1$s) m JOIN (%2$s) e ON e.customer_id = m.customer_id WHERE m.arm IS NOT NULL AND e.event = 'sent' AND e.happened_at IS NOT NULL)$query$,
        segment_internal.members_query(members, true), segment_internal.campaign_events_query(events)) INTO has_no_start;
    IF has_no_start THEN
        RAISE EXCEPTION 'members have no time of sending' USING ERRCODE = 'invalid_parameter_value', HINT = 'Give sent_at in members, or events sent.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_campaign_value(regclass, regclass, date, regclass, integer, integer, float8, text, regclass, text, regclass, float8, integer, bigint) IS
'Support function of campaign_value: checks arguments and relations.';

CREATE FUNCTION segment_internal.campaign_purchases_query(receipts regclass, payments regclass, has_currency boolean, window_days integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN receipts IS NULL THEN
        'purchase AS (SELECT h.customer_id, h.happened_at AS at, COALESCE(h.amount, 0) AS amount, true AS is_purchase FROM happened h'
        ' WHERE h.event = ''converted'' AND h.happened_at < ($2 + 1)::timestamp)'
        ELSE 'purchase AS (SELECT t.customer_id, t.receipt_date::timestamp AS at, t.net AS amount, t.receipt_count > 0 AS is_purchase FROM segment.receipt_totals($1, $2, $3, $4) t'
             ' WHERE t.receipt_date >= (SELECT min(m.start) FROM member m))' END
        || CASE WHEN payments IS NULL THEN ', paid AS (SELECT NULL::text AS customer_id, NULL::numeric AS amount WHERE false)' ELSE format($query$,
        document AS (
            SELECT segment_internal.meaningful_id(l.customer_id::text) COLLATE "C" AS customer_id, l.receipt_id::text COLLATE "C" AS receipt_id, min(l.receipt_date::date) AS day
            FROM %1$s l WHERE l.customer_id IS NOT NULL AND segment_internal.meaningful_id(l.receipt_id::text) IS NOT NULL AND l.receipt_date::date <= $2%2$s
            GROUP BY 1, 2),
        paid AS (
            SELECT m.customer_id, sum(h.amount::numeric) AS amount
            FROM member m JOIN document d USING (customer_id) JOIN %3$s h ON h.receipt_id::text COLLATE "C" = d.receipt_id
            WHERE d.day >= m.start AND d.day < m.start + interval '%4$s days'%5$s
            GROUP BY m.customer_id)$query$, receipts, CASE WHEN has_currency THEN ' AND l.currency::text COLLATE "C" = $3' END, payments, window_days,
            CASE WHEN segment_internal.column_type(payments, 'paid_at') IS NOT NULL THEN format(' AND %s < ($2 + 1)::timestamp', segment_internal.utc_time(payments, 'paid_at')) END) END;
END $$;
COMMENT ON FUNCTION segment_internal.campaign_purchases_query(regclass, regclass, boolean, integer) IS
'Support function of campaign_value: the tables purchase and paid of its WITH clause. $1 receipts, $2 as_of, $3 currency, $4 rates.';

CREATE FUNCTION segment_internal.campaign_value(
    members regclass, events regclass, as_of date, receipts regclass, window_days integer, return_days integer, margin float8, control text, payments regclass,
    currency text, rates regclass, level float8, replicates integer, seed bigint)
RETURNS TABLE (arm text, segment text, is_total boolean, customers bigint, buyers bigint, cost numeric, revenue numeric, revenue_per_customer float8, roi float8,
               incremental_revenue numeric, incremental_lower numeric, incremental_upper numeric, incremental_roi float8, incremental_roi_lower float8, incremental_roi_upper float8,
               is_complete boolean, repurchase_rate float8, churn_rate float8, collected_share float8, is_suppressed boolean)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
    PERFORM segment_internal.check_campaign_value(members, events, as_of, receipts, window_days, return_days, margin, control, payments, currency, rates, level, replicates, seed);
    RETURN QUERY EXECUTE format($query$
        WITH %1$s, %2$s,
        bought AS (
            SELECT m.customer_id, m.start, sum(p.amount) FILTER (WHERE p.at < m.start + interval '%3$s days') AS revenue,
                   min(p.at) FILTER (WHERE p.is_purchase AND p.at < m.start + interval '%3$s days') AS first_at,
                   COALESCE(bool_or(p.is_purchase AND p.at < m.start + interval '%4$s days'), false) AS is_active
            FROM member m JOIN purchase p ON p.customer_id = m.customer_id AND p.at >= m.start
            GROUP BY m.customer_id, m.start),
        again AS (
            SELECT DISTINCT b.customer_id FROM bought b JOIN purchase p ON p.customer_id = b.customer_id
            WHERE p.is_purchase AND p.at::date > b.first_at::date AND p.at::date <= b.first_at::date + %4$s),
        own AS MATERIALIZED (
            SELECT m.customer_id, m.arm, m.segment, m.start, m.cost, COALESCE(b.revenue, 0) AS revenue, b.first_at IS NOT NULL AS has_bought, COALESCE(b.is_active, false) AS is_active,
                   a.customer_id IS NOT NULL AS has_returned, y.amount AS paid
            FROM member m LEFT JOIN bought b USING (customer_id) LEFT JOIN again a USING (customer_id) LEFT JOIN paid y USING (customer_id)),
        summed AS MATERIALIZED (
            SELECT o.arm, o.segment, grouping(o.segment) = 1 AS is_total, count(*) AS n, count(*) FILTER (WHERE o.has_bought) AS buyers, sum(o.cost) AS cost, sum(o.revenue) AS revenue,
                   count(*) FILTER (WHERE o.has_returned) AS returned, count(*) FILTER (WHERE NOT o.is_active) AS silent, max(o.start) AS last_start, COALESCE(sum(o.paid), 0) AS paid,
                   segment_internal.bootstrap_sums(o.customer_id, segment_internal.float_of(o.revenue), 0, $5, $6) AS sums
            FROM own o GROUP BY GROUPING SETS ((o.arm), (o.arm, o.segment))),
        pair AS (
            SELECT c.is_suppressed, s.*, h.n AS control_n, h.revenue AS control_revenue, h.sums AS control_sums, k.is_suppressed AS is_control_suppressed
            FROM cell c JOIN summed s ON s.arm = c.arm AND s.is_total = c.is_total AND s.segment IS NOT DISTINCT FROM c.segment
            LEFT JOIN summed h ON h.arm = $7 AND c.arm <> $7 AND h.is_total = c.is_total AND h.segment IS NOT DISTINCT FROM c.segment
            LEFT JOIN cell k ON k.arm = h.arm AND k.is_total = h.is_total AND k.segment IS NOT DISTINCT FROM h.segment),
        judged AS (
            SELECT p.arm, p.segment, p.is_total,
                   percentile_cont(ARRAY[(1 - $8) / 2, (1 + $8) / 2]) WITHIN GROUP (ORDER BY p.n * (d.revenue / nullif(d.n, 0) - d.control_revenue / nullif(d.control_n, 0))) AS bounds
            FROM pair p CROSS JOIN LATERAL (
                SELECT max(u.value) FILTER (WHERE u.place %% 3 = 1) AS n, max(u.value) FILTER (WHERE u.place %% 3 = 2) AS revenue,
                       max(u.control) FILTER (WHERE u.place %% 3 = 1) AS control_n, max(u.control) FILTER (WHERE u.place %% 3 = 2) AS control_revenue
                FROM ROWS FROM (unnest(p.sums), unnest(p.control_sums)) WITH ORDINALITY u(value, control, place)
                GROUP BY (u.place - 1) / 3) d
            WHERE NOT p.is_suppressed AND NOT p.is_control_suppressed
            GROUP BY p.arm, p.segment, p.is_total)
        SELECT p.arm, p.segment, p.is_total, x.n, x.buyers, round(x.cost, 2), round(x.revenue, 2), segment_internal.float_of(x.revenue / x.n), ($9 * segment_internal.float_of(x.revenue) - segment_internal.float_of(x.cost)) / segment_internal.float_of(nullif(x.cost, 0)),
               round(i.figure, 2), round(i.lower, 2), round(i.upper, 2),
               ($9 * segment_internal.float_of(i.figure) - segment_internal.float_of(x.cost)) / segment_internal.float_of(nullif(x.cost, 0)), ($9 * segment_internal.float_of(i.lower) - segment_internal.float_of(x.cost)) / segment_internal.float_of(nullif(x.cost, 0)),
               ($9 * segment_internal.float_of(i.upper) - segment_internal.float_of(x.cost)) / segment_internal.float_of(nullif(x.cost, 0)),
               p.last_start + interval '%3$s days' <= ($2 + 1)::timestamp,
               CASE WHEN p.last_start + interval '%3$s days' + interval '%4$s days' <= ($2 + 1)::timestamp AND p.buyers >= segment_internal.min_cell_size() THEN p.returned / nullif(x.buyers, 0)::float8 END,
               CASE WHEN p.last_start + interval '%4$s days' <= ($2 + 1)::timestamp THEN p.silent / x.n::float8 END,
               CASE WHEN $10 AND x.revenue > 0 THEN segment_internal.finite_figure(segment_internal.float_of(p.paid / x.revenue)) END, p.is_suppressed
        FROM pair p
        LEFT JOIN judged j ON j.arm = p.arm AND j.segment IS NOT DISTINCT FROM p.segment AND j.is_total = p.is_total
        CROSS JOIN LATERAL (
            SELECT CASE WHEN NOT p.is_suppressed THEN p.n END AS n, CASE WHEN NOT p.is_suppressed THEN p.buyers END AS buyers, CASE WHEN NOT p.is_suppressed THEN p.cost END AS cost,
                   CASE WHEN NOT p.is_suppressed THEN p.revenue END AS revenue) x
        CROSS JOIN LATERAL (
            SELECT CASE WHEN NOT p.is_control_suppressed THEN x.revenue - x.n * p.control_revenue / p.control_n END AS figure,
                   segment_internal.finite_figure(j.bounds[1])::numeric AS lower, segment_internal.finite_figure(j.bounds[2])::numeric AS upper) i
        ORDER BY p.arm, NOT p.is_total, p.segment
        $query$, segment_internal.campaign_query(members, events, receipts IS NOT NULL, NULL),
        segment_internal.campaign_purchases_query(CASE WHEN receipts IS NOT NULL THEN segment_internal.receipts_source(receipts) END, payments, currency IS NOT NULL, window_days), window_days, return_days)
    USING receipts, as_of, currency, rates, replicates, seed, control, level, margin, payments IS NOT NULL;
END $$;
COMMENT ON FUNCTION segment_internal.campaign_value(regclass, regclass, date, regclass, integer, integer, float8, text, regclass, text, regclass, float8, integer, bigint) IS
'Implementation of segment.campaign_value, which hides the SQL context of errors.';

CREATE FUNCTION segment.campaign_value(
    members regclass, events regclass, as_of date, receipts regclass DEFAULT NULL, window_days integer DEFAULT 30, return_days integer DEFAULT 90, margin float8 DEFAULT 1,
    control text DEFAULT 'holdout', payments regclass DEFAULT NULL, currency text DEFAULT NULL, rates regclass DEFAULT NULL, level float8 DEFAULT 0.95,
    replicates integer DEFAULT 1000, seed bigint DEFAULT 42)
RETURNS TABLE (arm text, segment text, is_total boolean, customers bigint, buyers bigint, cost numeric, revenue numeric, revenue_per_customer float8, roi float8,
               incremental_revenue numeric, incremental_lower numeric, incremental_upper numeric, incremental_roi float8, incremental_roi_lower float8, incremental_roi_upper float8,
               is_complete boolean, repurchase_rate float8, churn_rate float8, collected_share float8, is_suppressed boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION segment.campaign_value(regclass, regclass, date, regclass, integer, integer, float8, text, regclass, text, regclass, float8, integer, bigint) IS
'What a campaign cost and brought in, as of a date. One row for each arm (is_total), and for each arm and segment where there are segments. members, events: as for campaign_funnel; a NULL cost counts 0. receipts, currency, rates: see receipt_totals; revenue is then the receipts, net of returns, whose day is from the day of sent_at on, before window_days are over; without receipts it is the amount of the events converted in as many days. Those to whom nothing was sent are followed from the first sending of the campaign. buyers: customers with a purchase in that time (a receipt of 0 or more, or an event converted). roi: (margin times revenue - cost) / cost. incremental_revenue: revenue less what the same number of customers of the arm control spent, with percentiles of a Poisson bootstrap (see campaign_lift); incremental_roi: roi with that revenue. is_complete: window_days are over for all. repurchase_rate: share of the buyers with another day of purchase in the return_days after the first; churn_rate: share of the customers without a purchase in the return_days from sent_at. Both are NULL until these days are over for all; repurchase_rate also when the buyers are fewer than segment.min_cell_size. payments: a relation with the columns receipt_id and amount, and optionally paid_at; collected_share: what was paid up to as_of of the receipts that are the revenue. is_suppressed: as in campaign_funnel. Errors: those of campaign_funnel and receipt_totals; 22023 no time of sending, a control without members (for the default, holdout, a NOTICE), an argument is out of range, payments without receipts or with rates; 22004 a NULL argument.';
