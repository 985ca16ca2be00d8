-- ---- RFM: recency, frequency, monetary ---------------------------------------

CREATE FUNCTION segment.rfm_fit_transfn(state bytea, recency_days float8, frequency float8, monetary float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_fit_transfn(bytea, float8, float8, float8) IS
'Support function of the aggregate rfm_fit: counts one row into the state.';

CREATE FUNCTION segment.rfm_fit_transfn(state bytea, recency_days float8, frequency float8, monetary float8, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_fit_transfn(bytea, float8, float8, float8, jsonb) IS
'Support function of the aggregate rfm_fit: counts one row into the state.';

CREATE FUNCTION segment.rfm_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_combinefn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate rfm_fit: merges two states.';

CREATE FUNCTION segment.rfm_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'rfm_fit_finalfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_fit_finalfn(bytea) IS
'Support function of the aggregate rfm_fit: makes the model out of the state.';

CREATE AGGREGATE segment.rfm_fit(recency_days float8, frequency float8, monetary float8) (
    SFUNC = segment.rfm_fit_transfn,
    STYPE = bytea,
    SSPACE = 65536,
    FINALFUNC = segment.rfm_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment.rfm_fit_combinefn,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE segment.rfm_fit(float8, float8, float8) IS
'An RFM model (bytea) with five bins: the type-7 quantile cuts of days since the last purchase, number of purchases and amount spent, one row per customer. Rows with a NULL or with frequency 0 have no say. Exact up to 100,000 distinct values of each measure, see rfm_cuts. No rows with a say, a negative recency or frequency: 22023. NaN or infinity: 22003.';

CREATE AGGREGATE segment.rfm_fit(recency_days float8, frequency float8, monetary float8, options jsonb) (
    SFUNC = segment.rfm_fit_transfn,
    STYPE = bytea,
    SSPACE = 65536,
    FINALFUNC = segment.rfm_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment.rfm_fit_combinefn,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE segment.rfm_fit(float8, float8, float8, jsonb) IS
'An RFM model (bytea) with options: bins 2..9 (default 5); ties "lower" (default: score = 1 + cuts strictly below the value) or "upper" (1 + cuts at or below it); cuts {"recency_days": [...], "frequency": [...], "monetary": [...]}, each bins - 1 rising numbers, in place of quantiles. Options that differ between rows, and wrong ones: 22023.';

CREATE FUNCTION segment.rfm_score(model bytea, recency_days float8, frequency float8, monetary float8)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_score'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_score(bytea, float8, float8, float8) IS
'The three scores of a customer as text, ''543'': recency, frequency, monetary, each 1..bins, high is good. NULL for frequency 0 and where an argument is NULL. A negative recency or frequency: 22023; NaN or infinity: 22003; bytes that are no RFM model: 22P03, 42809.';

CREATE FUNCTION segment.rfm_score(recency_days float8, frequency float8, monetary float8)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_score_window'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_score(float8, float8, float8) IS
'Window function: the scores ''543'' with the quantile cuts of the whole partition, five bins. The same as rfm_score with the model that rfm_fit makes of the partition. ORDER BY and frame have no influence.';

CREATE FUNCTION segment.rfm_score(recency_days float8, frequency float8, monetary float8, bins integer)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_score_window'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_score(float8, float8, float8, integer) IS
'Window function: the scores with the quantile cuts of the whole partition, bins 2..9. bins NULL, out of range or different within a partition: 22023.';

CREATE FUNCTION segment.rfm_segment(r integer, f integer, m integer, scheme text DEFAULT 'grid')
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_segment'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_segment(integer, integer, integer, text) IS
'The name of three scores 1..5. Scheme ''grid'' has one name for each of the 25 cells of recency and frequency; ''rfm'' is the table of the R package rfm 0.3.0, first match wins, else ''Others''; ''none'' gives NULL. Other scores or schemes: 22023.';

CREATE FUNCTION segment.rfm_details(
    model bytea, recency_days float8, frequency float8, monetary float8, scheme text DEFAULT 'grid',
    OUT r_score integer, OUT f_score integer, OUT m_score integer, OUT rfm_score text, OUT segment text)
AS 'MODULE_PATHNAME', 'rfm_details'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_details(bytea, float8, float8, float8, text) IS
'The scores of a customer one by one, together and with the name of the segment: one row. All NULL for frequency 0 and where an argument is NULL. A model without five bins needs scheme ''none'' (22023).';

CREATE FUNCTION segment.rfm_cuts(
    model bytea, OUT measure text, OUT cut_no integer, OUT cut float8, OUT error float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rfm_cuts'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;

COMMENT ON FUNCTION segment.rfm_cuts(bytea) IS
'The cuts of an RFM model, bins - 1 rows for each measure. error is the largest share of the rows that may lie on the wrong side of the cut: 0 where the cut is exact or was given.';

CREATE FUNCTION segment.rfm_segment(r integer, f integer, m integer, rules regclass, strict boolean DEFAULT false)
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_segment_rules'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10;

COMMENT ON FUNCTION segment.rfm_segment(integer, integer, integer, regclass, boolean) IS
'The name of three scores by rules of one''s own: a relation (rule_no integer, segment text, r_min, r_max, f_min, f_max, m_min, m_max integer), read as the caller; a bound that is NULL is open. The matching rule with the lowest rule_no names the segment; rules that overlap under different names are a NOTICE. Scores that no rule matches are ''Others'', with strict an error (22023). A rule_no that is given twice, a lower bound above its upper one: 22023; a rule without rule_no or segment: 22004.';

CREATE FUNCTION segment.rfm(
    receipts regclass, as_of date, model bytea DEFAULT NULL, options jsonb DEFAULT NULL,
    scheme text DEFAULT 'grid', rules regclass DEFAULT NULL, strict boolean DEFAULT false,
    currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, recency_days integer, frequency bigint, monetary numeric,
               r_score integer, f_score integer, m_score integer, rfm_score text, segment text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
    IF scheme IS NULL OR strict IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN scheme IS NULL THEN 'scheme' ELSE 'strict' END
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF model IS NOT NULL AND options IS NOT NULL THEN
        RAISE EXCEPTION 'model and options exclude each other'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The cuts of a model are fixed; options are for rfm_fit.';
    END IF;
    RETURN QUERY
    WITH customer AS MATERIALIZED (
        SELECT t.customer_id, rfm.as_of - max(t.receipt_date) FILTER (WHERE t.receipt_count > 0) AS recency_days,
               sum(t.receipt_count)::bigint AS frequency, sum(t.net) AS monetary
        FROM segment.receipt_totals(rfm.receipts, rfm.as_of, rfm.currency, rfm.rates) t
        GROUP BY t.customer_id
    ), fitted AS MATERIALIZED (
        -- grouped, so that there is no model, and no error, where nobody bought
        SELECT segment.rfm_fit(b.recency_days, b.frequency, b.monetary, rfm.options) AS model
        FROM (SELECT c.*, true AS bought FROM customer c WHERE c.frequency > 0 AND rfm.model IS NULL) b
        GROUP BY b.bought
    )
    SELECT c.customer_id, c.recency_days, c.frequency, c.monetary, d.r_score, d.f_score, d.m_score, d.rfm_score,
           CASE WHEN rfm.rules IS NULL THEN d.segment
                ELSE segment.rfm_segment(d.r_score, d.f_score, d.m_score, rfm.rules, rfm.strict) END
    FROM customer c
    LEFT JOIN LATERAL segment.rfm_details(coalesce(rfm.model, (SELECT f.model FROM fitted f)),
                                          c.recency_days, c.frequency, c.monetary,
                                          CASE WHEN rfm.rules IS NULL THEN rfm.scheme ELSE 'none' END) d ON true;
END
$function$;

COMMENT ON FUNCTION segment.rfm(regclass, date, bytea, jsonb, text, regclass, boolean, text, regclass) IS
'Recency, frequency, monetary, their scores and the segment of every customer as of a date, one row per customer_id, out of receipts (see receipt_totals, also for currency and rates). recency_days: days since the last receipt whose total is >= 0; frequency: the number of such receipts; monetary: net of returns. A customer with returns only has frequency 0, no recency, no scores and no segment. The cuts are those of model, or are found among the customers as of that date, with the options of rfm_fit. Segments by scheme (see rfm_segment) or by rules of one''s own, with strict an error where they leave a gap. model together with options: 22023; receipts, as_of, scheme or strict NULL: 22004.';
