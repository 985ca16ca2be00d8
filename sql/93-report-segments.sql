-- The figures of a report: customers by segment, their strongest features, and revenue by segment and month.

CREATE FUNCTION segment_internal.month_before(as_of date) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- the last day of a month has the last day of the month before
    SELECT CASE WHEN EXTRACT(month FROM as_of + 1) <> EXTRACT(month FROM as_of) THEN (pg_catalog.date_trunc('month', as_of::timestamp))::date - 1
                ELSE (as_of::timestamp - interval '1 month')::date END;
END;
COMMENT ON FUNCTION segment_internal.month_before(date) IS
'The same day of the month before; the last day of a month for the last day of a month.';

CREATE FUNCTION segment_internal.report_cuts(receipts regclass, as_of date, currency text, rates regclass) RETURNS bytea
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH r AS MATERIALIZED (SELECT f.recency_days, f.frequency, f.monetary FROM segment.rfm(receipts, as_of, currency => currency, rates => rates) f WHERE f.frequency > 0)
    SELECT (SELECT segment.rfm_fit(r.recency_days, r.frequency, r.monetary::float8) FROM r) WHERE EXISTS (SELECT FROM r);
END;
COMMENT ON FUNCTION segment_internal.report_cuts(regclass, date, text, regclass) IS
'An RFM model of the customers as of a date; NULL without customers.';

CREATE FUNCTION segment_internal.report_segments(
    receipts regclass, as_of date, model bytea, currency text, rates regclass, language text, min_customers integer,
    OUT cells jsonb, OUT segments jsonb, OUT moves jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- both dates are scored with the same cuts, so that who moved did something else
    WITH n AS MATERIALIZED (
        SELECT r.* FROM segment.rfm(receipts, as_of, model, currency => currency, rates => rates, language => language) r WHERE r.rfm_score IS NOT NULL),
    b AS (SELECT r.customer_id, r.segment, r.segment_code FROM segment.rfm(receipts, segment_internal.month_before(as_of), model, currency => currency, rates => rates, language => language) r
          WHERE r.rfm_score IS NOT NULL),
    m AS (SELECT b.segment_code AS from_code, n.segment_code AS to_code, count(*) AS customers FROM n FULL JOIN b USING (customer_id) GROUP BY 1, 2)
    SELECT (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.r, c.f) FROM (SELECT n.r_score AS r, n.f_score AS f, count(*) AS customers, sum(n.monetary) AS revenue FROM n GROUP BY 1, 2) c),
           (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.place)
            FROM (SELECT g.segment, g.segment_code AS code, g.segment_order AS place, count(n.customer_id) AS customers, COALESCE(sum(n.monetary), 0) AS revenue,
                         (SELECT COALESCE(sum(m.customers), 0) FROM m WHERE m.from_code = g.segment_code) AS before
                  FROM segment.rfm_segments('grid', language) g LEFT JOIN n ON n.segment_code = g.segment_code
                  WHERE g.segment_code NOT IN ('inactive', 'not_scored') GROUP BY 1, 2, 3) s),
           (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.customers DESC, m.from_code COLLATE "C", m.to_code COLLATE "C") FROM m WHERE m.from_code IS DISTINCT FROM m.to_code)
    INTO cells, segments, moves;
    cells := segment_internal.mark_small(cells, 'customers', 'hidden', min_customers);
    segments := segment_internal.mark_small(segment_internal.mark_small(segments, 'customers', 'hidden', min_customers), 'before', 'hidden_before', min_customers);
END $$;
COMMENT ON FUNCTION segment_internal.report_segments(regclass, date, bytea, text, regclass, text, integer) IS
'Customers by scores and by segment as of a date, and their moves since a month before. hidden, hidden_before: the number must not be shown.';

CREATE FUNCTION segment_internal.report_features(receipts regclass, as_of date, model bytea, currency text, rates regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    features text[] := '{recency_days,frequency,monetary,receipt_mean,tenure_days,gap_mean,return_share,discount_share,products,quantity_per_receipt,receipts_90,sales_90}';
    strongest jsonb;
BEGIN
    EXECUTE format($query$
        WITH x AS MATERIALIZED (
            SELECT r.segment_code, r.recency_days, r.frequency, r.monetary::float8, f.receipt_mean, f.tenure_days, f.gap_mean, f.return_share, f.discount_share, f.products,
                   f.quantity_per_receipt, f.receipts_90, f.sales_90::float8
            FROM segment.rfm($1, $2, $3, currency => $4, rates => $5) r JOIN segment.receipt_features($1, $2, $4, $5) f ON f.customer_id = r.customer_id::text
            WHERE r.rfm_score IS NOT NULL),
        g AS (SELECT x.segment_code, grouping(x.segment_code) AS is_all, ARRAY[%s]::float8[] AS means, ARRAY[%s]::float8[] AS spreads FROM x GROUP BY GROUPING SETS ((x.segment_code), ())),
        z AS (SELECT s.segment_code AS code, f.feature, f.place, s.means[f.place] AS here, a.means[f.place] AS overall,
                     row_number() OVER (PARTITION BY s.segment_code ORDER BY round((abs(s.means[f.place] - a.means[f.place]) / a.spreads[f.place])::numeric, 6) DESC, f.place) AS rank
              FROM g s JOIN g a ON a.is_all = 1 CROSS JOIN unnest($6) WITH ORDINALITY f(feature, place)
              WHERE s.is_all = 0 AND s.means[f.place] IS NOT NULL AND a.spreads[f.place] > 0)
        SELECT jsonb_agg(to_jsonb(z) ORDER BY z.code COLLATE "C", z.rank) FROM z WHERE z.rank <= 5$query$,
        (SELECT string_agg(format('avg(x.%I)', f.feature), ', ' ORDER BY f.place) FROM unnest(features) WITH ORDINALITY f(feature, place)),
        (SELECT string_agg(format('stddev_pop(x.%I)', f.feature), ', ' ORDER BY f.place) FROM unnest(features) WITH ORDINALITY f(feature, place)))
    INTO strongest USING receipts, as_of, model, currency, rates, features;
    RETURN strongest;
END $$;
COMMENT ON FUNCTION segment_internal.report_features(regclass, date, bytea, text, regclass) IS
'For each RFM segment the five features of its customers whose means are farthest from those of all customers, in standard deviations of these, as a JSON array of code, feature, here, overall and rank.';

CREATE FUNCTION segment_internal.report_series(receipts regclass, as_of date, currency text, rates regclass) RETURNS TABLE (code text, month date, value float8)
LANGUAGE sql STABLE ROWS 200
BEGIN ATOMIC
    WITH t AS (
        SELECT r.customer_id, (pg_catalog.date_trunc('month', r.receipt_date::timestamp))::date AS month, pg_catalog.sum(r.net) AS net, pg_catalog.sum(r.receipt_count)::float8 AS receipts,
               pg_catalog.max(r.receipt_date) FILTER (WHERE r.receipt_count > 0) AS last_day
        FROM segment.receipt_totals(receipts, as_of, currency, rates) r WHERE r.receipt_date < pg_catalog.date_trunc('month', (as_of + 1)::timestamp) GROUP BY 1, 2),
    -- what a customer had done before the month, and until its end; sums are exact, so the plan does not matter
    s AS MATERIALIZED (
        SELECT t.month, t.net, pg_catalog.lead(t.month) OVER w AS next_month,
               pg_catalog.sum(t.receipts) OVER w AS frequency, (pg_catalog.sum(t.net) OVER w)::float8 AS monetary, pg_catalog.max(t.last_day) OVER w AS last_day,
               pg_catalog.sum(t.receipts) OVER b AS frequency_before, (pg_catalog.sum(t.net) OVER b)::float8 AS monetary_before, pg_catalog.max(t.last_day) OVER b AS last_day_before
        FROM t WINDOW w AS (PARTITION BY t.customer_id ORDER BY t.month), b AS (PARTITION BY t.customer_id ORDER BY t.month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
    -- each month has its own cuts, out of all customers known when it began
    m AS MATERIALIZED (
        SELECT g.month::date AS month, segment.rfm_fit((g.month::date - 1 - s.last_day)::float8, s.frequency, s.monetary) AS model
        FROM s CROSS JOIN LATERAL pg_catalog.generate_series(
            GREATEST(s.month::timestamp + interval '1 month', pg_catalog.date_trunc('month', (as_of + 1)::timestamp) - interval '36 months'),
            LEAST(s.next_month::timestamp, pg_catalog.date_trunc('month', (as_of + 1)::timestamp) - interval '1 month'), interval '1 month') g(month)
        WHERE s.frequency > 0 GROUP BY 1)
    SELECT d.segment_code, s.month, pg_catalog.sum(s.net)::float8
    FROM s JOIN m USING (month) LEFT JOIN LATERAL segment.rfm_details(m.model, (s.month - 1 - s.last_day_before)::float8, s.frequency_before, s.monetary_before) d ON s.frequency_before > 0
    GROUP BY 1, 2;
END;
COMMENT ON FUNCTION segment_internal.report_series(regclass, date, text, regclass) IS
'Revenue by month and by the code of the RFM segment that the customer had when the month began, NULL for customers who had none; the last 36 months that are over.';

CREATE FUNCTION segment_internal.report_months(receipts regclass, as_of date, currency text, rates regclass) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) ORDER BY m.period)
    FROM (SELECT pg_catalog.to_char(t.receipt_date, 'YYYY-MM-01') AS period, pg_catalog.sum(t.net) AS value,
                 pg_catalog.count(DISTINCT t.customer_id) FILTER (WHERE t.receipt_count > 0) AS buyers,
                 pg_catalog.count(DISTINCT t.customer_id) FILTER (WHERE t.receipt_count > 0 AND t.receipt_date = t.first_day) AS new_buyers
          FROM (SELECT t.*, pg_catalog.min(t.receipt_date) FILTER (WHERE t.receipt_count > 0) OVER (PARTITION BY t.customer_id) AS first_day
                FROM segment.receipt_totals(receipts, as_of, currency, rates) t) t
          GROUP BY 1) m;
END;
COMMENT ON FUNCTION segment_internal.report_months(regclass, date, text, regclass) IS
'Revenue, buyers and new buyers of each month up to a date, as a JSON array.';
