-- forecast_segments: forecasts of the revenue of each segment, which add up to the whole.

CREATE FUNCTION segment_internal.check_forecast_segments(
    receipts regclass, as_of date, horizon integer, segments regclass, membership text, grain text, level float8, options jsonb)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
    owned text;
BEGIN
    SELECT v.name INTO missing
    FROM (VALUES (1, 'receipts', receipts IS NULL), (2, 'as_of', as_of IS NULL), (3, 'horizon', horizon IS NULL), (4, 'segments', segments IS NULL),
                 (5, 'membership', membership IS NULL), (6, 'grain', grain IS NULL), (7, 'level', level IS NULL), (8, 'options', options IS NULL)) v(place, name, is_null)
    WHERE v.is_null ORDER BY v.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% must not be null', missing USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF membership NOT IN ('then', 'now') THEN
        RAISE EXCEPTION 'membership must be then or now, but is "%"', membership USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF jsonb_typeof(options) <> 'object' THEN
        RAISE EXCEPTION 'options must be a jsonb object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT k INTO owned FROM jsonb_object_keys(options) k WHERE k IN ('grain', 'as_of', 'aggregate', 'gaps') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'option "%" is not an option of forecast_segments', owned
            USING ERRCODE = 'invalid_parameter_value', HINT = 'grain and as_of are arguments; amounts are added up, and a period without receipts is 0.';
    END IF;
    IF horizon NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'horizon must be from 1 to 1000, but is %', horizon USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF level NOT BETWEEN 0.01 AND 0.9999 THEN
        RAISE EXCEPTION 'level must be from 0.01 to 0.9999, but is %', level USING ERRCODE = 'invalid_parameter_value',
            HINT = CASE WHEN level > 1 AND level < 100 THEN format('For %s %% write %s.', level, level / 100) ELSE 'The level 0.95 means 95 %.' END;
    END IF;
    IF options ->> 'reconcile' NOT IN ('wls', 'ols', 'structural', 'bottom_up', 'top_down') THEN
        RAISE EXCEPTION 'option "reconcile" must be one of wls, ols, structural, bottom_up, top_down' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- checks options and grain
    PERFORM segment_internal.check_fit_options('forecast', (options - 'reconcile') || jsonb_build_object('grain', grain, 'as_of', to_char(as_of, 'YYYY-MM-DD')), 1, NULL, NULL, NULL);
    PERFORM segment_internal.check_columns(segments, CASE membership WHEN 'then' THEN '{customer_id,segment,valid_from,valid_to}'::text[] ELSE '{customer_id,segment}' END,
        CASE membership WHEN 'then' THEN 'Segments over time have the columns customer_id, segment, valid_from and valid_to, as the history of a published table has.'
                        ELSE 'Segments have the columns customer_id and segment.' END);
END $$;
COMMENT ON FUNCTION segment_internal.check_forecast_segments(regclass, date, integer, regclass, text, text, float8, jsonb) IS
'Support function of forecast_segments: checks the arguments before any receipt is read.';

CREATE FUNCTION segment_internal.forecast_members(segments regclass, membership text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_time boolean := segment_internal.column_type(segments, 'valid_to') IS NOT NULL;
BEGIN
    RETURN format('SELECT h.customer_id::text AS customer_id, h.segment::text AS segment, %s AS valid_from, %s AS valid_to FROM %s h WHERE h.customer_id IS NOT NULL%s',
                  CASE membership WHEN 'then' THEN segment_internal.utc_time(segments, 'valid_from') ELSE '''-infinity''::timestamp' END,
                  CASE membership WHEN 'then' THEN format('COALESCE(%s, ''infinity''::timestamp)', segment_internal.utc_time(segments, 'valid_to')) ELSE '''infinity''::timestamp' END,
                  segments, CASE WHEN membership = 'now' AND has_time THEN ' AND h.valid_to IS NULL' ELSE '' END);
END $$;
COMMENT ON FUNCTION segment_internal.forecast_members(regclass, text) IS
'Support function of forecast_segments: the query of customer_id, segment, valid_from and valid_to, the last two of type timestamp.';

CREATE FUNCTION segment_internal.forecast_segments(
    receipts regclass, as_of date, horizon integer, segments regclass, membership text,
    grain text, level float8, currency text, rates regclass, options jsonb)
RETURNS TABLE (segment text, is_total boolean, period date, forecast float8, lower_bound float8, upper_bound float8, base_forecast float8)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100
SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    members text;
    doubled text;
    first_known timestamp;
    fit_options jsonb;
    own_start timestamp;
    start timestamp;
BEGIN
    PERFORM segment_internal.check_forecast_segments(receipts, as_of, horizon, segments, membership, grain, level, options);
    members := segment_internal.forecast_members(segments, membership);
    EXECUTE format('SELECT q.customer_id FROM (SELECT m.customer_id, m.valid_to, lead(m.valid_from) OVER (PARTITION BY m.customer_id ORDER BY m.valid_from) AS next_from FROM (%s) m) q'
                   ' WHERE q.next_from < q.valid_to LIMIT 1', members) INTO doubled;
    IF doubled IS NOT NULL THEN
        RAISE EXCEPTION 'a customer has more than one segment at one time' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Each customer needs one row, or rows of valid_from and valid_to that do not overlap.';
    END IF;
    fit_options := (options - 'reconcile') || jsonb_build_object('grain', grain, 'as_of', to_char(as_of, 'YYYY-MM-DD'));
    IF membership = 'now' THEN
        RAISE NOTICE 'segments of today are applied to the past'
            USING DETAIL = 'A segment that was chosen by recent purchases has had them by its definition, so its series and forecast are biased.',
                  HINT = 'Use membership "then" with the history of a published table.';
    ELSE
        -- before the first publication nobody had a segment
        EXECUTE format('SELECT min(m.valid_from) FROM (%s) m', members) INTO first_known;
        IF first_known < 'infinity' THEN
            start := date_trunc(grain, first_known - interval '1 microsecond') + CASE grain WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || grain)::interval END;
        END IF;
    END IF;
    own_start := (options ->> 'start')::timestamp;
    start := greatest(start, own_start);
    RETURN QUERY EXECUTE format($query$
        WITH r AS MATERIALIZED (
            SELECT t.customer_id, t.receipt_date::timestamp AS at, date_trunc($5, t.receipt_date::timestamp) AS begins, t.net::float8 AS net
            FROM segment.receipt_totals($1, $2, $3, $4) t
            -- a segment that was first seen in a period that is not over has no series yet
            WHERE t.receipt_date::timestamp < date_trunc($5, ($2 + 1)::timestamp)),
        -- no series begins before the first receipt because its customers had segments then
        part_options AS (
            SELECT $6 || CASE WHEN $8 IS NULL THEN '{}' ELSE jsonb_build_object('start', to_char(greatest($8, $10, CASE WHEN $10 IS NULL THEN min(r.begins) END), 'YYYY-MM-DD')) END AS options
            FROM r),
        parts AS (
            SELECT m.segment, segment.forecast_fit(r.at, r.net, (SELECT o.options FROM part_options o)) AS model
            FROM r LEFT JOIN (%s) m ON m.customer_id = r.customer_id AND m.valid_from <= r.begins AND r.begins < m.valid_to
            WHERE $8 IS NULL OR r.begins >= date_trunc($5, $8)
            GROUP BY m.segment),
        models AS (
            SELECT ARRAY[COALESCE('s' || p.segment, '')] AS path, p.model FROM parts p
            UNION ALL
            SELECT '{}', segment.forecast_fit(r.at, r.net, $7) FROM r),
        reconciled AS (
            SELECT segment.forecast_reconcile(path, model, $9) AS rows FROM models)
        SELECT substr(f.path[1], 2) || CASE WHEN f.path[1] = '' THEN NULL ELSE '' END, cardinality(f.path) = 0, f.period, f.forecast, f.lower_bound, f.upper_bound, f.base_forecast
        FROM reconciled c, segment.forecast_reconcile_rows(c.rows) f
        $query$, members)
    USING receipts, as_of, currency, rates, grain,
          fit_options, fit_options, start,
          jsonb_build_object('horizon', horizon, 'level', level, 'method', COALESCE(options ->> 'reconcile', 'wls')), own_start;
END $function$;
COMMENT ON FUNCTION segment_internal.forecast_segments(regclass, date, integer, regclass, text, text, float8, text, regclass, jsonb) IS
'What segment.forecast_segments calls.';

CREATE FUNCTION segment.forecast_segments(
    receipts regclass, as_of date, horizon integer DEFAULT 24, segments regclass DEFAULT NULL, membership text DEFAULT 'then',
    grain text DEFAULT 'month', level float8 DEFAULT 0.95, currency text DEFAULT NULL, rates regclass DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS TABLE (segment text, is_total boolean, period date, forecast float8, lower_bound float8, upper_bound float8, base_forecast float8)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100;
COMMENT ON FUNCTION segment.forecast_segments(regclass, date, integer, regclass, text, text, float8, text, regclass, jsonb) IS
'Forecasts the revenue of each segment and of the whole after as_of: horizon (1 to 1000) periods, the first of them the one that is not over. receipts, currency and rates: see receipt_totals; revenue is net of returns. segments: a relation read with the caller''s privileges. With membership ''then'' it has the columns customer_id, segment, valid_from and valid_to, as the history of a published table has, and a receipt counts for the segment that the customer had at the begin of its period (in UTC); with ''now'' it has customer_id and segment, and a NOTICE warns of the bias. segment is NULL for customers without one; is_total marks the whole, which is the sum. base_forecast: before reconciliation. options: those of forecast_fit but grain, as_of, aggregate and gaps, and reconcile (the method of forecast_reconcile). Errors: 22023 a bad option or argument, a customer with two segments at one time; 22004 a NULL argument; 42703, 42804 a column is missing or has the wrong type; and those of receipt_totals and forecast_fit.';
