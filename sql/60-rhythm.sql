-- rhythm: how long the gaps between a customer's purchases are, and when silence is too long.

CREATE FUNCTION segment_internal.rhythm_fit_transfn(state bytea, gaps float8[])
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.rhythm_fit_transfn(bytea, float8[]) IS
'Support function of the aggregate rhythm_fit; not to be called.';

CREATE FUNCTION segment_internal.rhythm_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.rhythm_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate rhythm_fit; not to be called.';

CREATE FUNCTION segment_internal.rhythm_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.rhythm_fit_finalfn(bytea) IS
'Support function of the aggregate rhythm_fit; not to be called.';

CREATE AGGREGATE segment.rhythm_fit(gaps float8[]) (
    SFUNC = segment_internal.rhythm_fit_transfn,
    STYPE = bytea,
    SSPACE = 1000000,
    FINALFUNC = segment_internal.rhythm_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.rhythm_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.rhythm_fit(float8[]) IS
'Fits a model (bytea) of the gaps between the purchases of customers, for rhythm_details. gaps: one row for each customer with the days between neighbouring days of purchase, above 0, in any order; {} is a customer without gaps, who does not change the fit; rows that are NULL are left out and counted in rows_skipped. The model: y = ln(gap) varies around a mean of each customer (variance sigma2), these means vary around mu (variance tau2); a one-way random-effects model, fitted by moments (Searle, Casella, McCulloch 1992). Its quantiles are those of the residuals (type 7), each of a customer without the gap in question. With one customer tau2 is 0; when no customer has two gaps, sigma2 is the variance of all gaps and tau2 is 0. The same gaps give the same bytes in any order. Memory: 8 bytes for each gap and customer, three times while the state grows, of segment.fit_memory. Errors: 22023 no gaps; 22004 a gap is null; 22003 NaN, infinite, 0 or negative; 2202E gaps of two dimensions; 54000 too many gaps for segment.fit_memory.';

CREATE FUNCTION segment.rhythm_details(model bytea, gaps float8[], silence_days float8, level float8 DEFAULT 0.95,
    OUT expected_gap_days float8, OUT lapse_after_days float8, OUT strength float8, OUT is_lapsed boolean)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.rhythm_details(bytea, float8[], float8, float8) IS
'The rhythm of one customer. gaps: days between the customer''s days of purchase, as for rhythm_fit; {} for a customer with one purchase. silence_days: days since the last purchase. expected_gap_days: median of the next gap. lapse_after_days: its quantile at the level (0 < level < 1): a gap that is not over yet exceeds it by chance in a share 1 - level of the cases; NULL above 1.8e308. strength: share of such gaps that are shorter than the silence, 0 to 1. is_lapsed: the silence is longer than lapse_after_days. Quantiles are exact at multiples of 0.001, and linear between them; exact at all levels for a model of up to 1001 gaps. NULL when an argument is NULL. Errors: 42809 another kind of model; 22023 level or silence_days out of range; errors of gaps as rhythm_fit.';

CREATE FUNCTION segment.rhythm_parameters(model bytea,
    OUT customers bigint, OUT customers_with_gaps bigint, OUT gaps bigint, OUT mu float8, OUT tau2 float8, OUT sigma2 float8,
    OUT residual_median float8, OUT residual_95 float8)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.rhythm_parameters(bytea) IS
'The parameters of a rhythm model: one row. customers, customers_with_gaps, gaps: what was fitted. mu: mean of the customers'' means of ln(gap). tau2: variance of these means. sigma2: variance of ln(gap) within a customer. residual_median, residual_95: quantiles of the residuals. Error: 42809 another kind of model.';
