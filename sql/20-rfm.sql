-- ---- RFM: recency, frequency, monetary ---------------------------------------

CREATE FUNCTION segment_internal.rfm_fit_transfn(state bytea, recency_days float8, frequency float8, monetary float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment_internal.rfm_fit_transfn(bytea, float8, float8, float8) IS
'Adds one row to the state of the aggregate rfm_fit.';

CREATE FUNCTION segment_internal.rfm_fit_transfn(state bytea, recency_days float8, frequency float8, monetary float8, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment_internal.rfm_fit_transfn(bytea, float8, float8, float8, jsonb) IS
'Adds one row to the state of the aggregate rfm_fit.';

CREATE FUNCTION segment_internal.rfm_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_combinefn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment_internal.rfm_fit_combinefn(bytea, bytea) IS
'Merges two states of the aggregate rfm_fit.';

CREATE FUNCTION segment_internal.rfm_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_finalfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment_internal.rfm_fit_finalfn(bytea) IS
'Returns the result of the aggregate rfm_fit from its state.';

CREATE AGGREGATE segment.rfm_fit(recency_days float8, frequency float8, monetary float8) (
    SFUNC = segment_internal.rfm_fit_transfn,
    STYPE = bytea,
    SSPACE = 65536,
    FINALFUNC = segment_internal.rfm_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.rfm_fit_combinefn,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE segment.rfm_fit(float8, float8, float8) IS
'Fits an RFM model (bytea) with five bins: the type-7 quantile cuts of the days since the last purchase, the number of purchases and the amount spent. Takes one row per customer; rows with a NULL or with frequency 0 are skipped and counted. The cuts are exact for up to 100,000 distinct values of a measure; for more, rfm_cuts returns their errors. Errors: 22023 no row is used, or recency or frequency is negative; 22003 NaN or infinity.';

CREATE AGGREGATE segment.rfm_fit(recency_days float8, frequency float8, monetary float8, options jsonb) (
    SFUNC = segment_internal.rfm_fit_transfn,
    STYPE = bytea,
    SSPACE = 65536,
    FINALFUNC = segment_internal.rfm_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.rfm_fit_combinefn,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE segment.rfm_fit(float8, float8, float8, jsonb) IS
'Fits an RFM model (bytea) with options: bins 2..9 (default 5); ties "lower" (default: score = 1 + number of cuts < value) or "upper" (score = 1 + number of cuts <= value); cuts {"recency_days": [...], "frequency": [...], "monetary": [...]}, each with bins - 1 ascending numbers, which replace the quantiles. Errors: 22023 an option is not valid, or options differ between rows.';

CREATE FUNCTION segment.rfm_score(model bytea, recency_days float8, frequency float8, monetary float8)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_score'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION segment.rfm_score(bytea, float8, float8, float8) IS
'The three scores of a customer as text, for example ''543'': recency, frequency and monetary, each 1..bins, high is good. NULL when frequency is 0 or an argument is NULL. Errors: 22023 recency or frequency is negative; 22003 NaN or infinity; 22P03 or 42809 the model is not an RFM model.';

CREATE FUNCTION segment.rfm_score(recency_days float8, frequency float8, monetary float8)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_score_window'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_score(float8, float8, float8) IS
'Window function: the scores, for example ''543'', by the quantile cuts of the whole partition, with five bins. The result is the same as that of rfm_score with a model that rfm_fit fits to the partition. ORDER BY and the frame do not matter.';

CREATE FUNCTION segment.rfm_score(recency_days float8, frequency float8, monetary float8, bins integer)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_score_window'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_score(float8, float8, float8, integer) IS
'Window function: the scores by the quantile cuts of the whole partition, with 2..9 bins. Error: 22023 bins is NULL, out of range or not the same in the whole partition.';

CREATE FUNCTION segment.rfm_segment(
    r integer, f integer, m integer, scheme text DEFAULT 'grid', language text DEFAULT 'en')
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_segment'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_segment(integer, integer, integer, text, text) IS
'The segment name of three scores 1..5. Scheme ''grid'' has one name for each of the 25 cells of recency and frequency. Scheme ''rfm'' is the table of the R package rfm 0.3.0: the first rule that matches counts; without a match the name is ''Others''. Scheme ''none'' returns NULL. language: en, es or de. Error: 22023 a score, scheme or language is not valid.';

CREATE FUNCTION segment.rfm_segments(
    scheme text DEFAULT 'grid', language text DEFAULT 'en',
    OUT segment text, OUT segment_code text, OUT segment_order integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rfm_segments'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;

COMMENT ON FUNCTION segment.rfm_segments(text, text) IS
'The segments of a scheme, grid or rfm, in order of segment_order, the best first. segment_code is the same in every language (en, es, de). The last two rows are for customers without scores: inactive (bought, but not within the time window of rfm) and not_scored (never bought). No rows for scheme none. Error: 22023 scheme or language is not valid.';

CREATE FUNCTION segment.rfm_details(
    model bytea, recency_days float8, frequency float8, monetary float8, scheme text DEFAULT 'grid',
    language text DEFAULT 'en',
    OUT r_score integer, OUT f_score integer, OUT m_score integer, OUT rfm_score text,
    OUT segment text, OUT segment_code text, OUT segment_order integer)
AS 'MODULE_PATHNAME', 'rfm_details'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION segment.rfm_details(bytea, float8, float8, float8, text, text) IS
'One row for a customer: the three scores as integers and as one text, and name, code and order of the segment (see rfm_segments). A customer without scores is in the segment not scored when recency_days, frequency or monetary is NULL, and in the segment inactive when frequency is 0. All columns are NULL when scheme or language is NULL, or when there are values but model is NULL. A model with other than five bins needs scheme ''none'', which returns no segment; otherwise error 22023.';

CREATE FUNCTION segment.rfm_cuts(
    model bytea, OUT measure text, OUT cut_no integer, OUT cut float8, OUT error float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rfm_cuts'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;

COMMENT ON FUNCTION segment.rfm_cuts(bytea) IS
'The cuts of an RFM model as rows, bins - 1 for each measure. error: the largest share of the rows that may be on the wrong side of the cut; 0 when the cut is exact or was given as an option.';

CREATE FUNCTION segment.rfm_segment(r integer, f integer, m integer, rules regclass, strict boolean DEFAULT false)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_segment_rules'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10;

COMMENT ON FUNCTION segment.rfm_segment(integer, integer, integer, regclass, boolean) IS
'The segment name of three scores by a relation of rules (rule_no integer, segment text, r_min, r_max, f_min, f_max, m_min, m_max integer), read with the caller''s privileges. A bound that is NULL does not limit. The matching rule with the lowest rule_no gives the name; a NOTICE reports rules with different names that overlap. Without a match the name is ''Others'', or with strict error 22023. Other errors: 22023 a rule_no is not unique, or a lower bound is greater than its upper bound; 22004 rule_no or segment is NULL.';

-- ---- rfm ----

CREATE FUNCTION segment_internal.check_rfm(
    receipts regclass, as_of date, model bytea, options jsonb, scheme text, rules regclass, strict boolean,
    currency text, rates regclass, months integer, since date, language text)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    missing text;
BEGIN
    SELECT v.name INTO missing
    FROM (VALUES (1, 'receipts', receipts IS NULL), (2, 'as_of', as_of IS NULL), (3, 'scheme', scheme IS NULL),
                 (4, 'strict', strict IS NULL), (5, 'language', language IS NULL)) v(place, name, is_null)
    WHERE v.is_null
    ORDER BY v.place
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% must not be null', missing USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF model IS NOT NULL AND options IS NOT NULL THEN
        RAISE EXCEPTION 'model and options cannot be used together'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The cuts of a model are fixed. To fit new cuts, omit model.';
    END IF;
    IF months IS NOT NULL AND since IS NOT NULL THEN
        RAISE EXCEPTION 'months and since cannot be used together' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF months NOT BETWEEN 1 AND 1200 THEN
        RAISE EXCEPTION 'months must be from 1 to 1200, but is %', months USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF since > as_of OR NOT isfinite(since) THEN
        RAISE EXCEPTION 'since must be a date on or before as_of' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF extract(day FROM since) <> 1 AND segment_internal.is_ledger(receipts) THEN
        RAISE EXCEPTION 'since must be the first day of a month when a ledger is read, but is %', to_char(since, 'YYYY-MM-DD')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For other days read the receipts.';
    END IF;

    -- each of these functions checks its arguments
    PERFORM segment.rfm_segment(1, 1, 1, scheme, language);
    IF model IS NULL THEN
        SELECT segment.rfm_fit(1, 1, 1, options) INTO model;
    END IF;
    PERFORM segment.rfm_details(model, 1, 1, 1, CASE WHEN rules IS NULL THEN scheme ELSE 'none' END, language);
    IF rules IS NOT NULL THEN
        PERFORM segment_internal.check_columns(rules, '{rule_no,segment,r_min,r_max,f_min,f_max,m_min,m_max}',
            'Rules have the columns rule_no, segment, r_min, r_max, f_min, f_max, m_min and m_max.');
    END IF;
    -- at the end of a month the window is whole months
    RETURN CASE WHEN months IS NULL THEN since ELSE as_of + 1 - make_interval(months => months) END;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_rfm(regclass, date, bytea, jsonb, text, regclass, boolean, text, regclass, integer, date, text) IS
'Support function of rfm: checks the arguments before any receipt is read. The first day that counts for frequency and monetary, or NULL.';

CREATE FUNCTION segment_internal.rfm_rules_query(rules regclass)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT pg_catalog.format($query$
        SELECT n.segment, p.segment_order
        FROM unnest($3, $4, $5) WITH ORDINALITY s(r, f, m, place)
        CROSS JOIN LATERAL (SELECT segment.rfm_segment(s.r, s.f, s.m, $1, $2) AS segment OFFSET 0) n
        LEFT JOIN (SELECT r.segment::text AS segment, min(r.rule_no)::integer AS segment_order
                   FROM %s r GROUP BY 1) p ON p.segment = n.segment
        ORDER BY s.place
        $query$, rules);
END;

COMMENT ON FUNCTION segment_internal.rfm_rules_query(regclass) IS
'Support function of rfm: the query of the segments that rules ($1, with strict $2) give to the scores $3, $4 and $5 (integer[] each), with the lowest rule_no of each segment.';

CREATE FUNCTION segment.rfm(
    receipts regclass, as_of date, model bytea DEFAULT NULL, options jsonb DEFAULT NULL,
    scheme text DEFAULT 'grid', rules regclass DEFAULT NULL, strict boolean DEFAULT false,
    currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    months integer DEFAULT NULL, since date DEFAULT NULL, language text DEFAULT 'en')
RETURNS TABLE (customer_id text, recency_days integer, frequency bigint, monetary numeric,
               r_score integer, f_score integer, m_score integer, rfm_score text,
               segment text, segment_code text, segment_order integer)
AS 'MODULE_PATHNAME', 'rfm'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.rfm(regclass, date, bytea, jsonb, text, regclass, boolean, text, regclass, integer, date, text) IS
'Recency, frequency, monetary value, their scores and the segment of every customer as of a date: one row per customer_id. receipts, currency and rates: see receipt_totals. receipts may be a ledger (see create_ledger): then as_of is the last day of a month, since the first day of one, and currency and rates are NULL. recency_days: days since the last receipt whose total is >= 0. frequency: number of such receipts. monetary: amount net of returns. With months (the last months up to as_of) or since (a date), frequency and monetary count only this time window; recency_days does not change. A customer without scores is in the segment not scored (only returns, so recency_days is NULL) or inactive (no receipt in the window, so frequency is 0). The cuts are those of model; without model they are fitted to the customers as of the date, with the options of rfm_fit. The segments are those of scheme and language (see rfm_segments) or of the relation rules (see rfm_segment). With rules, segment_order is the lowest rule_no of the segment, segment_code is NULL for customers with scores, and with strict it is an error when no rule matches. Errors: 22023 model together with options, months together with since, or a currency that no receipt has; 22004 receipts, as_of, scheme, strict or language is NULL.';
