-- clv: how often customers will buy again, and what that is worth.

CREATE FUNCTION segment.clv_summary(
    receipts regclass, as_of date, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, x bigint, t_x integer, t_cal integer, mean_value float8)
AS 'MODULE_PATHNAME', 'clv_summary'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.clv_summary(regclass, date, text, regclass) IS
'What clv_fit and clv_details read: one row for each customer with a purchase up to as_of. A day of purchase is a day with a receipt whose total is >= 0. x: number of days of purchase after the first one. t_x: days from the first day of purchase to the last one; 0 when x is 0. It is not the recency of rfm, which is counted from the last purchase to as_of: t_x + recency_days = t_cal. t_cal: days from the first day of purchase to as_of. mean_value: mean value of the x days, each the total of its receipts >= 0; NULL when x is 0. Returns (receipts whose total is < 0) are left out. A customer with returns only has no row. receipts, currency and rates: see receipt_totals; receipts may be a ledger of the caller''s (create_ledger), of which the receipts are read. It is read with the caller''s privileges. Errors: see receipt_totals.';

-- ---- the fit ----

CREATE FUNCTION segment_internal.clv_fit_transfn(state bytea, x float8, t_x float8, t_cal float8, mean_value float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'clv_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.clv_fit_transfn(bytea, float8, float8, float8, float8) IS
'Support function of the aggregate clv_fit; not to be called.';

CREATE FUNCTION segment_internal.clv_fit_transfn(state bytea, x float8, t_x float8, t_cal float8, mean_value float8, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'clv_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.clv_fit_transfn(bytea, float8, float8, float8, float8, jsonb) IS
'Support function of the aggregate clv_fit; not to be called.';

CREATE FUNCTION segment_internal.clv_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.clv_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate clv_fit; not to be called.';

CREATE FUNCTION segment_internal.clv_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.clv_fit_finalfn(bytea) IS
'Support function of the aggregate clv_fit; not to be called.';

CREATE AGGREGATE segment.clv_fit(x float8, t_x float8, t_cal float8, mean_value float8) (
    SFUNC = segment_internal.clv_fit_transfn,
    STYPE = bytea,
    SSPACE = 1000000,
    FINALFUNC = segment_internal.clv_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.clv_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.clv_fit(float8, float8, float8, float8) IS
'Fits a model of purchases and of their value with the default options. See the form with options.';

CREATE AGGREGATE segment.clv_fit(x float8, t_x float8, t_cal float8, mean_value float8, options jsonb) (
    SFUNC = segment_internal.clv_fit_transfn,
    STYPE = bytea,
    SSPACE = 1000000,
    FINALFUNC = segment_internal.clv_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.clv_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.clv_fit(float8, float8, float8, float8, jsonb) IS
'Fits a model (bytea) of how often customers buy and what a purchase is worth, for clv_details. One row for each customer, as clv_summary returns it: x days of purchase after the first, t_x and t_cal in days, mean_value of the x days in money. Rows with a NULL in x, t_x or t_cal are left out and counted in rows_skipped; a mean_value that is NULL or 0 is left out of the model of value alone, and does not matter when x is 0. Option: model, mbgnbd (default: a customer may be lost after each purchase, the first one too) or bgnbd (not after the first one). Purchases: Fader, Hardie and Lee (2005) for bgnbd, Batislam, Denizel and Filiztekin (2007) for mbgnbd; value: gamma-gamma, Fader and Hardie (2013). Maximum likelihood by Newton''s method. The fit always ends: where the likelihood rises up to the edge of the parameters'' range, or does not tell them apart, clv_parameters says at_boundary. WARNING when x and mean_value have a correlation beyond 0.3, since the model of value assumes none. The same customers give the same bytes in any order. Memory: 40 bytes for each distinct customer, up to five times, of segment.fit_memory. Errors: 22023 no rows, unknown or different options, a negative number, x that is not whole, t_x > t_cal, t_x > 0 with x = 0, x, t_x or t_cal > 1e7, mean_value outside 1e-100 to 1e100; 22003 NaN or infinite; 54000 too many customers for segment.fit_memory.';

-- ---- what a model says ----

CREATE FUNCTION segment.clv_details(model bytea, x float8, t_x float8, t_cal float8, mean_value float8,
    horizon_days float8 DEFAULT 365.25, discount_rate float8 DEFAULT 0.1,
    OUT alive_probability float8, OUT expected_purchases float8, OUT expected_value float8, OUT lifetime_value float8)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.clv_details(bytea, float8, float8, float8, float8, float8, float8) IS
'What a model expects of one customer, whose x, t_x, t_cal and mean_value are those of clv_fit. horizon_days: days after the as_of of t_cal, 0 to 36525. discount_rate: of a year, 0 to 100; 0.1 is 10 %. alive_probability: that the customer still buys at all. expected_purchases: days of purchase within the horizon. expected_value: value of such a day; of a customer whose x is 0 or mean_value NULL that of the population; NULL when the model has no value part, or an infinite expectation (p x + q <= 1). lifetime_value: expected_value times the expected purchases of each month (30.4375 days) / (1 + discount_rate)^(years to its end). NULL when an argument other than mean_value is NULL. Errors: 42809 another kind of model; 22023 horizon_days or discount_rate out of range; errors of the customer as clv_fit.';

CREATE FUNCTION segment.clv_parameters(model bytea)
RETURNS TABLE (model_part text, parameter text, estimate float8, std_error float8, log_likelihood float8, customers bigint, at_boundary boolean)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION segment.clv_parameters(bytea) IS
'The parameters of a model of lifetime value, one row each: r, alpha, a, b of mbgnbd or bgnbd (model_part), and p, q, v of gamma_gamma, which are missing when no customer had a mean_value. alpha is in days, v in money. std_error: by the delta method; NULL at the boundary. log_likelihood and customers: of the part. at_boundary: the likelihood has no maximum within the range of the parameters (1e-7 to 1e7), or does not tell them apart; predictions hold all the same. Error: 42809 another kind of model.';
