-- uplift: does a score tell whom a treatment helps?

CREATE FUNCTION segment_internal.uplift_fit_transfn(state bytea, treated boolean, outcome boolean, score float8)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.uplift_fit_transfn(bytea, boolean, boolean, float8) IS
'Support function of the aggregate uplift_fit; not to be called.';

CREATE FUNCTION segment_internal.uplift_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.uplift_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate uplift_fit; not to be called.';

CREATE FUNCTION segment_internal.uplift_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.uplift_fit_finalfn(bytea) IS
'Support function of the aggregate uplift_fit; not to be called.';

CREATE AGGREGATE segment.uplift_fit(treated boolean, outcome boolean, score float8) (
    SFUNC = segment_internal.uplift_fit_transfn,
    STYPE = bytea,
    SSPACE = 1000000,
    FINALFUNC = segment_internal.uplift_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.uplift_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.uplift_fit(boolean, boolean, float8) IS
'Counts outcomes of treated rows and of controls at each score; returns a model (bytea) for uplift_metrics and uplift_bins. treated: true for who got the campaign, false for the controls, who were chosen at random. outcome: what the campaign is for (bought), true or false. score: any number that is higher where the campaign should help more. Rows with a NULL are left out and counted in rows_skipped. The same rows give the same bytes in any order, with any number of workers. Exact for up to 100000 distinct scores of each group; beyond, low bits of the scores are dropped, and model_info.method is sketch. Memory: 16 bytes for each distinct score and group, three times while the state grows, of segment.fit_memory. Errors: 22023 no rows; 22003 a score is NaN or infinite; 54000 more than 4294967295 rows of a group, or too many scores for segment.fit_memory.';

CREATE FUNCTION segment.uplift_metrics(model bytea, level float8 DEFAULT 0.95,
    OUT n_treated bigint, OUT n_control bigint, OUT treated_rate float8, OUT control_rate float8, OUT uplift float8, OUT uplift_lower_bound float8, OUT uplift_upper_bound float8,
    OUT qini float8, OUT std_error float8, OUT lower_bound float8, OUT upper_bound float8, OUT z_value float8, OUT p_value float8, OUT verdict text)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.uplift_metrics(bytea, float8) IS
'Whether a score tells whom the treatment helps: one row. n_treated, n_control: rows. treated_rate, control_rate: share of outcomes. uplift: their difference, with the interval uplift_lower_bound, uplift_upper_bound at the level (Newcombe 1998, method 10). qini: Qini coefficient (Radcliffe 2007): the area between the curve of the outcomes that the treatment added, counted from the highest score down, and the straight line of a score that says nothing; in outcomes per treated row; 0 for such a score. Equal scores are one step of the curve. std_error: its standard error, by the influence function (no random numbers). lower_bound, upper_bound: normal interval of qini at the level. z_value, p_value: two-sided test of qini = 0. verdict: evidence (lower_bound > 0), no evidence (noise explains the coefficient), reversed (upper_bound < 0: the score puts first whom the treatment helps least), or too few rows (fewer than 50 rows of a group, or fewer than 20 rows with or without an outcome). NULL where a figure does not exist. Errors: 22023 level out of range; 42809 another kind of model.';

CREATE FUNCTION segment.uplift_bins(model bytea, bins integer DEFAULT 10, level float8 DEFAULT 0.95)
RETURNS TABLE (bin integer, n_treated bigint, treated_outcomes bigint, n_control bigint, control_outcomes bigint, min_score float8, max_score float8, mean_score float8,
               treated_rate float8, control_rate float8, uplift float8, lower_bound float8, upper_bound float8, qini_curve float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10 COST 100;
COMMENT ON FUNCTION segment.uplift_bins(bytea, integer, float8) IS
'The rows of an uplift model in bins of about equal size, one row for each bin; bin 1 has the highest scores. bins: 2 to 1000; the cuts are the quantiles (type 7) of all scores, and equal scores share a bin, as in score_bins. n_treated, treated_outcomes, n_control, control_outcomes: rows and outcomes of both groups. min_score, max_score, mean_score: of all rows of the bin. treated_rate, control_rate: shares of outcomes. uplift: their difference, with bounds at the level (Newcombe 1998, method 10); NULL when a group has no row in the bin. qini_curve: outcomes that the treatment added among this bin and those before, for each treated row of all. Key: bin. Errors: 22023 bins or level out of range; 42809 another kind of model.';
