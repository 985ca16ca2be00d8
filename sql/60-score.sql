-- score: how well a score tells who will from who will not.

CREATE FUNCTION segment_internal.score_fit_transfn(state bytea, label boolean, score float8)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.score_fit_transfn(bytea, boolean, float8) IS
'Support function of the aggregate score_fit; not to be called.';

CREATE FUNCTION segment_internal.score_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.score_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate score_fit; not to be called.';

CREATE FUNCTION segment_internal.score_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.score_fit_finalfn(bytea) IS
'Support function of the aggregate score_fit; not to be called.';

CREATE AGGREGATE segment.score_fit(label boolean, score float8) (
    SFUNC = segment_internal.score_fit_transfn,
    STYPE = bytea,
    SSPACE = 1000000,
    FINALFUNC = segment_internal.score_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.score_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.score_fit(boolean, float8) IS
'Counts how often a label is true at each score; returns a model (bytea) for score_metrics and score_bins. label: what happened (bought, left), true for a positive. score: any number that is higher when the label is more likely to be true: a probability, an RFM score, a rank. Rows in which label or score is NULL are left out and counted in rows_skipped. The same rows give the same bytes in any order, with any number of workers. Exact for up to 100000 distinct scores; beyond, low bits of the scores are dropped, and model_info.method is sketch, with estimated_error the largest possible error of auc. Memory: 16 bytes for each distinct score, three times while the state grows, of segment.fit_memory. Errors: 22023 no rows; 22003 a score is NaN or infinite; 54000 more than 4294967295 rows, or too many scores for segment.fit_memory.';

CREATE FUNCTION segment.score_metrics(model bytea,
    OUT n bigint, OUT positives bigint, OUT base_rate float8, OUT auc float8, OUT gini float8, OUT ks float8, OUT brier float8, OUT log_loss float8, OUT top_decile_lift float8)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.score_metrics(bytea) IS
'How good a score is: one row. n, positives: rows, and those with a true label. base_rate: positives / n. auc: share of the pairs of a positive and a negative in which the positive has the higher score, equal scores counted half (Mann and Whitney 1947); 0.5 is no better than chance, 1 is perfect. gini: 2 auc - 1. ks: largest difference between the cumulated shares of negatives and positives (Kolmogorov and Smirnov). brier: mean of (score - label)^2 (Brier 1950). log_loss: mean of -ln of the probability given to what happened. brier and log_loss are NULL unless all scores are within 0 and 1; log_loss is NULL also when a score of 0 or 1 is wrong, because it is infinite then. top_decile_lift: rate of positives in bin 1 of score_bins(model, 10), relative to base_rate. auc, gini and ks are NULL when all labels are equal, top_decile_lift when no label is true. Error: 42809 another kind of model.';

CREATE FUNCTION segment.score_bins(model bytea, bins integer DEFAULT 10, level float8 DEFAULT 0.95)
RETURNS TABLE (bin integer, n bigint, positives bigint, min_score float8, max_score float8, mean_score float8, rate float8, lower_bound float8, upper_bound float8, lift float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10 COST 100;
COMMENT ON FUNCTION segment.score_bins(bytea, integer, float8) IS
'The rows of a score model in bins of about equal size, one row for each bin; bin 1 has the highest scores. bins: 2 to 1000; the cuts are the quantiles (type 7) of the scores. A score that equals a cut is in the bin below it, so equal scores share a bin; where many scores are equal there are fewer bins. n, positives: rows of the bin, and those with a true label. min_score, max_score, mean_score: its scores. rate: positives / n, with bounds at the level (Wilson 1927). lift: rate relative to the rate of all rows; NULL when no label is true. Key: bin. Errors: 22023 bins or level out of range; 42809 another kind of model.';
