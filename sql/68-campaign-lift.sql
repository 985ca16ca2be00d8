-- campaign_lift: sales in a campaign against the customers' own sales before it, and against a holdout.

CREATE FUNCTION segment_internal.bootstrap_sums_transfn(state internal, id text, a float8, b float8, replicates integer, seed bigint) RETURNS internal
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.bootstrap_sums_transfn(internal, text, float8, float8, integer, bigint) IS
'Support function of the aggregate bootstrap_sums; not to be called.';

CREATE FUNCTION segment_internal.bootstrap_sums_finalfn(state internal) RETURNS float8[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.bootstrap_sums_finalfn(internal) IS
'Support function of the aggregate bootstrap_sums; not to be called.';

CREATE AGGREGATE segment_internal.bootstrap_sums(id text, a float8, b float8, replicates integer, seed bigint) (
    SFUNC = segment_internal.bootstrap_sums_transfn,
    STYPE = internal,
    SSPACE = 1000,
    FINALFUNC = segment_internal.bootstrap_sums_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment_internal.bootstrap_sums(text, float8, float8, integer, bigint) IS
'Poisson bootstrap: for each replicate (1 to 100000) the sum of the weights, of weight times a and of weight times b, one after the other. The weight of an id is a Poisson number of mean 1, from a hash of the id, the seed and the replicate. The same bits for each order of the rows. Memory: 24 bytes for each row, within segment.fit_memory. Errors: 22003 NaN or infinity; 22023 replicates; 54000 too many rows.';

CREATE FUNCTION segment_internal.check_campaign_lift(
    start date, stop date, baseline_start date, excluded daterange[], control text, benchmark float8, level float8, replicates integer, seed bigint)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
BEGIN
    SELECT v.name INTO missing
    FROM (VALUES (1, 'start', start IS NULL), (2, 'stop', stop IS NULL), (3, 'excluded', excluded IS NULL), (4, 'control', control IS NULL), (5, 'benchmark', benchmark IS NULL),
                 (6, 'level', level IS NULL), (7, 'replicates', replicates IS NULL), (8, 'seed', seed IS NULL)) v(place, name, is_null)
    WHERE v.is_null ORDER BY v.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% must not be null', missing USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT isfinite(start) OR NOT isfinite(stop) OR NOT isfinite(COALESCE(baseline_start, start)) THEN
        RAISE EXCEPTION 'start, stop and baseline_start must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    ELSIF stop < start THEN
        RAISE EXCEPTION 'stop is before start' USING ERRCODE = 'invalid_parameter_value';
    ELSIF stop - start >= 3660 OR start - baseline_start > 36600 THEN
        RAISE EXCEPTION 'campaign must have at most 3660 days, and the days before it at most 36600' USING ERRCODE = 'invalid_parameter_value';
    ELSIF baseline_start >= start THEN
        RAISE EXCEPTION 'baseline_start is not before start' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT (benchmark > -1 AND benchmark <= 1000) THEN
        RAISE EXCEPTION 'benchmark must be above -1 and at most 1000, but is %', benchmark USING ERRCODE = 'invalid_parameter_value', HINT = 'A benchmark of 0.15 means 15 %.';
    ELSIF NOT (level >= 0.5 AND level <= 0.999) THEN
        RAISE EXCEPTION 'level must be from 0.5 to 0.999, but is %', level USING ERRCODE = 'invalid_parameter_value';
    ELSIF replicates NOT BETWEEN 100 AND 100000 THEN
        RAISE EXCEPTION 'replicates must be from 100 to 100000, but is %', replicates USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_campaign_lift(date, date, date, daterange[], text, float8, float8, integer, bigint) IS
'Support function of campaign_lift: checks the arguments. Errors: 22004, 22008, 22023.';

CREATE FUNCTION segment_internal.campaign_lift(
    receipts regclass, members regclass, start date, stop date, baseline_start date, excluded daterange[], control text, benchmark float8, level float8,
    currency text, rates regclass, replicates integer, seed bigint)
RETURNS TABLE (arm text, segment text, is_total boolean, customers bigint, sales numeric, baseline_sales numeric, lift float8, lower_bound float8, upper_bound float8,
               p_value float8, verdict text, control_lift float8, relative_lift float8, relative_lower float8, relative_upper float8, relative_p_value float8,
               incremental_sales numeric, incremental_lower numeric, incremental_upper numeric, is_suppressed boolean)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    days integer;
    first_day date;
    baseline_days integer;
    known record;
BEGIN
    PERFORM segment_internal.check_campaign_lift(start, stop, baseline_start, excluded, control, benchmark, level, replicates, seed);
    PERFORM segment_internal.check_members(members);
    PERFORM segment_internal.check_control(members, control);
    EXECUTE format('SELECT min(r.receipt_date)::date AS first_day, max(r.receipt_date)::date AS last_day FROM %s r WHERE isfinite(r.receipt_date)', segment_internal.receipts_source(receipts)) INTO known;
    IF known.last_day < start THEN
        RAISE EXCEPTION 'receipts end on %, before the campaign starts', to_char(known.last_day, 'YYYY-MM-DD') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- days before the first receipt and after the last one are no days without sales
    days := least(stop, known.last_day) - start + 1;
    first_day := greatest(COALESCE(baseline_start, start - 4 * (stop - start + 1)), known.first_day);
    SELECT count(*) INTO baseline_days FROM generate_series(0, start - first_day - 1) d WHERE NOT EXISTS (SELECT FROM unnest(excluded) x WHERE first_day + d.d <@ x);
    IF baseline_days = 0 THEN
        RAISE EXCEPTION 'there is no day before the campaign to compare with' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Choose an earlier baseline_start, or exclude fewer days.';
    END IF;
    IF known.last_day < stop THEN
        RAISE NOTICE 'receipts end on %, before the campaign does', to_char(known.last_day, 'YYYY-MM-DD')
            USING DETAIL = format('Sales are those of the first %s of %s days, and so is the time that they are compared with.', days, stop - start + 1);
    END IF;
    RETURN QUERY EXECUTE format($query$
        WITH sold AS (
            SELECT t.customer_id, COALESCE(sum(t.net) FILTER (WHERE t.receipt_date >= $3), 0) AS sales, COALESCE(sum(t.net) FILTER (WHERE t.receipt_date < $3), 0) AS baseline
            FROM segment.receipt_totals($1, $4, $5, $6) t
            WHERE t.receipt_date >= $2 AND (t.receipt_date >= $3 OR NOT EXISTS (SELECT FROM unnest($7) x WHERE t.receipt_date <@ x))
            GROUP BY t.customer_id),
        member AS MATERIALIZED (
            SELECT m.customer_id, m.arm, m.segment, COALESCE(s.sales, 0) AS sales, COALESCE(s.baseline, 0) AS baseline
            FROM (%1$s) m LEFT JOIN sold s ON s.customer_id = m.customer_id
            WHERE m.customer_id IS NOT NULL AND m.arm IS NOT NULL),
        cell AS MATERIALIZED (
            SELECT c.*, segment_internal.is_small_cell(c.n, segment_internal.min_cell_size()) OVER (PARTITION BY c.arm, c.is_total) AS is_suppressed
            FROM (SELECT m.arm, m.segment, grouping(m.segment) = 1 AS is_total, count(*) AS n, sum(m.sales) AS sales, sum(m.baseline) * $8 / $9 AS baseline,
                         segment_internal.bootstrap_sums(m.customer_id, segment_internal.float_of(m.sales), segment_internal.float_of(m.baseline), $10, $11) AS sums
                  FROM member m GROUP BY GROUPING SETS ((m.arm), (m.arm, m.segment))) c
            WHERE c.is_total OR EXISTS (SELECT FROM member m WHERE m.segment IS NOT NULL)),
        pair AS (
            SELECT c.*, h.sums AS control_sums, h.n AS control_n, h.sales AS control_sales, h.baseline AS control_baseline, COALESCE(h.is_suppressed, false) AS is_control_suppressed
            FROM cell c LEFT JOIN cell h ON h.arm = $12 AND c.arm <> $12 AND h.is_total = c.is_total AND h.segment IS NOT DISTINCT FROM c.segment),
        drawn AS (
            SELECT p.arm, p.segment, p.is_total, p.n,
                   segment_internal.sales_ratio(d.a, d.b * $8 / $9) AS ratio,
                   segment_internal.sales_ratio(segment_internal.sales_ratio(d.a, d.b * $8 / $9), segment_internal.sales_ratio(d.control_a, d.control_b * $8 / $9)) AS relative,
                   (d.a - d.b * $8 / $9) / nullif(d.n, 0) - (d.control_a - d.control_b * $8 / $9) / nullif(d.control_n, 0) AS difference
            FROM pair p CROSS JOIN LATERAL (
                SELECT max(u.value) FILTER (WHERE u.place %% 3 = 1) AS n, max(u.value) FILTER (WHERE u.place %% 3 = 2) AS a, max(u.value) FILTER (WHERE u.place %% 3 = 0) AS b,
                       max(u.control) FILTER (WHERE u.place %% 3 = 1) AS control_n, max(u.control) FILTER (WHERE u.place %% 3 = 2) AS control_a,
                       max(u.control) FILTER (WHERE u.place %% 3 = 0) AS control_b
                FROM ROWS FROM (unnest(p.sums), unnest(p.control_sums)) WITH ORDINALITY u(value, control, place)
                GROUP BY (u.place - 1) / 3) d),
        judged AS (
            SELECT d.arm, d.segment, d.is_total,
                   percentile_cont(ARRAY[(1 - $13) / 2, (1 + $13) / 2]) WITHIN GROUP (ORDER BY d.ratio) AS ratio,
                   (1 + count(*) FILTER (WHERE d.ratio - 1 <= $14)) / (1 + count(d.ratio))::float8 AS p_value,
                   percentile_cont(ARRAY[(1 - $13) / 2, (1 + $13) / 2]) WITHIN GROUP (ORDER BY d.relative) AS relative,
                   CASE WHEN count(d.relative) > 0
                        THEN least(1, 2 * (1 + least(count(*) FILTER (WHERE d.relative <= 1), count(*) FILTER (WHERE d.relative >= 1))) / (1 + count(d.relative))::float8) END AS relative_p_value,
                   percentile_cont(ARRAY[(1 - $13) / 2, (1 + $13) / 2]) WITHIN GROUP (ORDER BY d.difference * d.n) AS difference
            FROM drawn d GROUP BY d.arm, d.segment, d.is_total)
        SELECT p.arm, p.segment, p.is_total, p.n, round(p.sales, 2), round(p.baseline, 2), x.ratio - 1, b.ratio_lower - 1, b.ratio_upper - 1,
               CASE WHEN x.ratio IS NOT NULL THEN j.p_value END,
               CASE WHEN x.ratio IS NULL THEN NULL WHEN b.ratio_lower - 1 > $14 THEN 'above' WHEN b.ratio_upper - 1 < $14 THEN 'below' ELSE 'undecided' END,
               CASE WHEN NOT p.is_control_suppressed THEN x.control_ratio - 1 END, x.relative - 1, b.relative_lower - 1, b.relative_upper - 1,
               CASE WHEN x.relative IS NOT NULL THEN j.relative_p_value END,
               CASE WHEN NOT p.is_control_suppressed THEN round(p.sales - p.baseline - p.n * (p.control_sales - p.control_baseline) / p.control_n, 2) END,
               b.difference_lower, b.difference_upper, p.is_suppressed
        FROM (SELECT p.arm, p.segment, p.is_total, p.is_suppressed, p.is_control_suppressed, p.control_n, p.control_sales, p.control_baseline,
                     CASE WHEN NOT p.is_suppressed THEN p.n END AS n, CASE WHEN NOT p.is_suppressed THEN p.sales END AS sales, CASE WHEN NOT p.is_suppressed THEN p.baseline END AS baseline
              FROM pair p) p
        JOIN judged j ON j.arm = p.arm AND j.segment IS NOT DISTINCT FROM p.segment AND j.is_total = p.is_total
        CROSS JOIN LATERAL (
            SELECT segment_internal.finite_figure(r.ratio) AS ratio, segment_internal.finite_figure(r.control_ratio) AS control_ratio,
                   CASE WHEN NOT p.is_control_suppressed THEN segment_internal.finite_figure(segment_internal.sales_ratio(r.ratio, r.control_ratio)) END AS relative
            FROM (SELECT segment_internal.sales_ratio(segment_internal.float_of(p.sales), segment_internal.float_of(p.baseline)) AS ratio,
                         segment_internal.sales_ratio(segment_internal.float_of(p.control_sales), segment_internal.float_of(p.control_baseline)) AS control_ratio) r) x
        CROSS JOIN LATERAL (
            SELECT CASE WHEN x.ratio IS NOT NULL THEN segment_internal.finite_figure(j.ratio[1]) END AS ratio_lower,
                   CASE WHEN x.ratio IS NOT NULL THEN segment_internal.finite_figure(j.ratio[2]) END AS ratio_upper,
                   CASE WHEN x.relative IS NOT NULL THEN segment_internal.finite_figure(j.relative[1]) END AS relative_lower,
                   CASE WHEN x.relative IS NOT NULL THEN segment_internal.finite_figure(j.relative[2]) END AS relative_upper,
                   CASE WHEN p.n IS NOT NULL AND NOT p.is_control_suppressed THEN round(segment_internal.finite_figure(j.difference[1])::numeric, 2) END AS difference_lower,
                   CASE WHEN p.n IS NOT NULL AND NOT p.is_control_suppressed THEN round(segment_internal.finite_figure(j.difference[2])::numeric, 2) END AS difference_upper) b
        ORDER BY p.arm, NOT p.is_total, p.segment
        $query$, segment_internal.members_query(members, false))
    USING receipts, first_day, start, stop, currency, rates, excluded, days, baseline_days, replicates, seed, control, level, benchmark;
END $$;
COMMENT ON FUNCTION segment_internal.campaign_lift(regclass, regclass, date, date, date, daterange[], text, float8, float8, text, regclass, integer, bigint) IS
'Implementation of segment.campaign_lift, which hides the SQL context of errors.';

CREATE FUNCTION segment_internal.sales_ratio(sales float8, baseline float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN baseline > 0 THEN sales / baseline WHEN sales > 0 THEN 'infinity' END;
END;
COMMENT ON FUNCTION segment_internal.sales_ratio(float8, float8) IS
'Support function of campaign_lift: sales / baseline; infinite when there are sales and no baseline, NULL when there are neither.';

CREATE FUNCTION segment_internal.finite_figure(figure float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN figure > '-infinity' AND figure < 'infinity' THEN figure END;
END;
COMMENT ON FUNCTION segment_internal.finite_figure(float8) IS
'The figure, or NULL when it is NaN or infinite.';

CREATE FUNCTION segment.campaign_lift(
    receipts regclass, members regclass, start date, stop date, baseline_start date DEFAULT NULL, excluded daterange[] DEFAULT '{}',
    control text DEFAULT 'holdout', benchmark float8 DEFAULT 0.15, level float8 DEFAULT 0.95, currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    replicates integer DEFAULT 1000, seed bigint DEFAULT 42)
RETURNS TABLE (arm text, segment text, is_total boolean, customers bigint, sales numeric, baseline_sales numeric, lift float8, lower_bound float8, upper_bound float8,
               p_value float8, verdict text, control_lift float8, relative_lift float8, relative_lower float8, relative_upper float8, relative_p_value float8,
               incremental_sales numeric, incremental_lower numeric, incremental_upper numeric, is_suppressed boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION segment.campaign_lift(regclass, regclass, date, date, date, daterange[], text, float8, float8, text, regclass, integer, bigint) IS
'How much the sales of the members of a campaign rose. One row for each arm (is_total), and for each arm and segment where there are segments. receipts, currency, rates: see receipt_totals; sales are net of returns. members: as for campaign_funnel. start, stop: first and last day of the campaign. baseline_sales: sales of the same customers in the days from baseline_start (by default four times the days of the campaign before it) to the day before start, without the days of excluded (those of other campaigns) and those before the first receipt, for as many days as the campaign has receipts for. lift: sales / baseline_sales - 1. Bounds: percentiles of a Poisson bootstrap over the customers with replicates draws from a hash of customer and seed, the same in each call. p_value: one-sided, that the lift is at most benchmark. verdict: above or below the benchmark, if the interval says so, else undecided. control: the arm without the campaign. control_lift: its lift. relative_lift: (1 + lift) / (1 + control_lift) - 1, what the campaign did if both arms would have changed alike, with bounds and a two-sided p value. incremental_sales: the same as money, by difference in differences, for all customers of the row. A figure that does not exist (no baseline, no control) is NULL. is_suppressed: as in campaign_funnel. Days after the last receipt do not count, in neither time; a NOTICE tells if the receipts end before stop. Errors: those of receipt_totals; of campaign_funnel for members; 22023 an argument is out of range, a control without members (for the default, holdout, a NOTICE), stop is before start, receipts that end before start, no day to compare with; 22008 an infinite date; 22004 a NULL argument; 54000 more memory than segment.fit_memory is needed, 24 bytes for each member.';
