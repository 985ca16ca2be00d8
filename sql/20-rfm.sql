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

CREATE FUNCTION segment.rfm_segment(
    r integer, f integer, m integer, scheme text DEFAULT 'grid', language text DEFAULT 'en')
RETURNS text
AS 'MODULE_PATHNAME', 'rfm_segment'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_segment(integer, integer, integer, text, text) IS
'The name of three scores 1..5. Scheme ''grid'' has one name for each of the 25 cells of recency and frequency; ''rfm'' is the table of the R package rfm 0.3.0, first match wins, else ''Others''; ''none'' gives NULL. language: en, es or de. Other scores, schemes or languages: 22023.';

CREATE FUNCTION segment.rfm_segments(
    scheme text DEFAULT 'grid', language text DEFAULT 'en',
    OUT segment text, OUT segment_code text, OUT segment_order integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'rfm_segments'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;

COMMENT ON FUNCTION segment.rfm_segments(text, text) IS
'The segments of a scheme, grid or rfm, by segment_order, the best first; segment_code stays the same in every language (en, es, de). Behind them the words for who has no scores: inactive, who bought but not within the window of rfm, and not_scored, who never bought. No rows for scheme none. Another scheme or language: 22023.';

CREATE FUNCTION segment.rfm_details(
    model bytea, recency_days float8, frequency float8, monetary float8, scheme text DEFAULT 'grid',
    language text DEFAULT 'en',
    OUT r_score integer, OUT f_score integer, OUT m_score integer, OUT rfm_score text,
    OUT segment text, OUT segment_code text, OUT segment_order integer)
AS 'MODULE_PATHNAME', 'rfm_details'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION segment.rfm_details(bytea, float8, float8, float8, text, text) IS
'The scores of a customer one by one, together and with name, code and place of the segment (see rfm_segments): one row. Who has no scores is called by a word for it, in place of a segment: not scored where recency_days, frequency or monetary is NULL, inactive for frequency 0. All NULL where scheme or language is NULL, and where there are values but no model. A model without five bins needs scheme ''none'', which gives no segment (22023).';

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

-- ---- rfm ----

CREATE FUNCTION segment_internal.check_rfm(
    receipts regclass, as_of date, model bytea, options jsonb, scheme text, rules regclass, strict boolean,
    months integer, since date, language text)
RETURNS void
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
        RAISE EXCEPTION 'model and options exclude each other'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The cuts of a model are fixed; options are for rfm_fit.';
    END IF;
    IF months IS NOT NULL AND since IS NOT NULL THEN
        RAISE EXCEPTION 'months and since exclude each other' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF months NOT BETWEEN 1 AND 1200 THEN
        RAISE EXCEPTION 'months is %, but must be from 1 to 1200', months USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF since > as_of OR NOT isfinite(since) THEN
        RAISE EXCEPTION 'since is not a day up to as_of' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- these raise what they do not take
    PERFORM segment.rfm_segment(1, 1, 1, scheme, language);
    IF model IS NULL THEN
        SELECT segment.rfm_fit(1, 1, 1, options) INTO model;
    END IF;
    PERFORM segment.rfm_details(model, 1, 1, 1, CASE WHEN rules IS NULL THEN scheme ELSE 'none' END, language);
    IF rules IS NOT NULL THEN
        PERFORM segment_internal.check_columns(rules, '{rule_no,segment,r_min,r_max,f_min,f_max,m_min,m_max}',
            'Rules have the columns rule_no, segment, r_min, r_max, f_min, f_max, m_min and m_max.');
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_rfm(regclass, date, bytea, jsonb, text, regclass, boolean, integer, date, text) IS
'Support function of rfm: refuses wrong arguments before any receipt is read.';

CREATE FUNCTION segment_internal.rfm_query(
    receipts regclass, as_of date, model bytea, options jsonb, scheme text, rules regclass, strict boolean,
    currency text, rates regclass, months integer, since date, language text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    -- float8 ends at 1.8e308; what is beyond is the largest value, and ranks as such
    money text := 'least(greatest(c.monetary, -1.7976931348623157e308), 1.7976931348623157e308)::float8';
    within text := '';
    scheme_used text := '$5';
    named text := 'd.segment, d.segment_code, d.segment_order';
    joined text := '';
BEGIN
    PERFORM segment_internal.check_rfm(receipts, as_of, model, options, scheme, rules, strict, months, since, language);
    IF months IS NOT NULL THEN
        since := as_of + 1 - make_interval(months => months);   -- at the end of a month: whole months
    END IF;
    IF since IS NOT NULL THEN
        within := format(' FILTER (WHERE t.receipt_date >= date ''2000-01-01'' + (%s))', since - date '2000-01-01');
    END IF;
    IF rules IS NOT NULL THEN
        scheme_used := quote_literal('none');
        named := 'coalesce(o.segment, w.segment), w.segment_code, p.segment_order';
        joined := format($query$
            LEFT JOIN LATERAL segment.rfm_details(NULL, c.recency_days, c.frequency, %s, 'grid', $12) w ON true
            LEFT JOIN LATERAL (SELECT segment.rfm_segment(d.r_score, d.f_score, d.m_score, $6, $7) AS segment OFFSET 0) o ON true
            LEFT JOIN (SELECT r.segment::text AS segment, min(r.rule_no)::integer AS segment_order
                       FROM %s r GROUP BY 1) p ON p.segment = o.segment
            $query$, money, rules);
    END IF;
    RETURN format($query$
        WITH customer AS MATERIALIZED (
            SELECT t.customer_id, $2 - max(t.receipt_date) FILTER (WHERE t.receipt_count > 0) AS recency_days,
                   coalesce(sum(t.receipt_count)%1$s, 0)::bigint AS frequency, coalesce(sum(t.net)%1$s, 0) AS monetary
            FROM (%2$s) t
            GROUP BY t.customer_id
        ), fitted AS MATERIALIZED (
            -- grouped, so that there is no model, and no error, where nobody bought
            SELECT segment.rfm_fit(b.recency_days, b.frequency, b.money, $4) AS model
            FROM (SELECT c.*, %3$s AS money, true AS bought FROM customer c WHERE c.frequency > 0 AND $3 IS NULL) b
            GROUP BY b.bought
        )
        SELECT c.customer_id, c.recency_days, c.frequency, c.monetary, d.r_score, d.f_score, d.m_score, d.rfm_score, %4$s
        FROM customer c
        LEFT JOIN LATERAL segment.rfm_details(coalesce($3, (SELECT f.model FROM fitted f)),
                                              c.recency_days, c.frequency, %3$s, %5$s, $12) d ON true
        %6$s
        $query$,
        within, segment_internal.receipt_totals_query(receipts, as_of, currency, rates), money, named, scheme_used, joined);
END
$function$;

COMMENT ON FUNCTION segment_internal.rfm_query(regclass, date, bytea, jsonb, text, regclass, boolean, text, regclass, integer, date, text) IS
'Support function of rfm: checks the arguments and the receipts, and gives the query, which means the arguments of rfm by their places.';

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
'Recency, frequency, monetary, their scores and the segment of every customer as of a date, one row per customer_id, out of receipts (see receipt_totals, also for currency and rates). recency_days: days since the last receipt whose total is >= 0; frequency: the number of such receipts; monetary: net of returns. months or since: frequency and monetary count what lies in the last months, up to as_of, or from since on; recency_days does not change. Who has no scores is called by a word for it: not scored with returns only (no recency), inactive without a receipt in the window (frequency 0). The cuts are those of model, or are found among the customers as of that date, with the options of rfm_fit. Segments by scheme and language (see rfm_segments) or by rules of one''s own, with strict an error where they leave a gap; segment_order is then the lowest rule_no of the name, and segment_code is NULL where there are scores. model together with options, months with since, a currency that no receipt has: 22023; receipts, as_of, scheme, strict or language NULL: 22004.';
