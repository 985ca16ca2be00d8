-- ab: tests of arms against a control, from rows or from counts.

CREATE FUNCTION segment_internal.ab_fit_transfn(state bytea, arm text, outcome float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'ab_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.ab_fit_transfn(bytea, text, float8) IS
'Support function of the aggregate ab_fit; not to be called.';

CREATE FUNCTION segment_internal.ab_fit_transfn(state bytea, arm text, outcome float8, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'ab_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.ab_fit_transfn(bytea, text, float8, jsonb) IS
'Support function of the aggregate ab_fit; not to be called.';

CREATE FUNCTION segment_internal.ab_fit_covariate_transfn(state bytea, arm text, outcome float8, covariate float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'ab_fit_covariate_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.ab_fit_covariate_transfn(bytea, text, float8, float8) IS
'Support function of the aggregate ab_fit; not to be called.';

CREATE FUNCTION segment_internal.ab_fit_covariate_transfn(state bytea, arm text, outcome float8, covariate float8, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'ab_fit_covariate_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.ab_fit_covariate_transfn(bytea, text, float8, float8, jsonb) IS
'Support function of the aggregate ab_fit; not to be called.';

CREATE FUNCTION segment_internal.ab_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.ab_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate ab_fit; not to be called.';

CREATE FUNCTION segment_internal.ab_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.ab_fit_finalfn(bytea) IS
'Support function of the aggregate ab_fit; not to be called.';

CREATE AGGREGATE segment.ab_fit(arm text, outcome float8) (
    SFUNC = segment_internal.ab_fit_transfn,
    STYPE = bytea,
    SSPACE = 4000,
    FINALFUNC = segment_internal.ab_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.ab_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.ab_fit(text, float8) IS
'Fits a test of arms with the default options. See the form with covariate and options.';

CREATE AGGREGATE segment.ab_fit(arm text, outcome float8, options jsonb) (
    SFUNC = segment_internal.ab_fit_transfn,
    STYPE = bytea,
    SSPACE = 4000,
    FINALFUNC = segment_internal.ab_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.ab_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.ab_fit(text, float8, jsonb) IS
'Fits a test of arms without a covariate. See the form with covariate and options.';

CREATE AGGREGATE segment.ab_fit(arm text, outcome float8, covariate float8) (
    SFUNC = segment_internal.ab_fit_covariate_transfn,
    STYPE = bytea,
    SSPACE = 4000,
    FINALFUNC = segment_internal.ab_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.ab_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.ab_fit(text, float8, float8) IS
'Fits a test of arms with a covariate and the default options. See the form with options.';

CREATE AGGREGATE segment.ab_fit(arm text, outcome float8, covariate float8, options jsonb) (
    SFUNC = segment_internal.ab_fit_covariate_transfn,
    STYPE = bytea,
    SSPACE = 4000,
    FINALFUNC = segment_internal.ab_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.ab_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.ab_fit(text, float8, float8, jsonb) IS
'Fits a test of arms; returns a model (bytea) for ab_rows. One row for each customer: arm, the name of the arm, at most 128 bytes; outcome, 0 and 1 (bought or not) or any number (revenue); covariate, a number from before the test that goes along with the outcome, such as earlier revenue, for CUPED. Rows whose arm is NULL or without meaning (blank, #) are left out and counted in rows_skipped. Options: outcome_type (auto: binary when all outcomes are 0 or 1; binary; continuous), null_policy for outcome and covariate (error; skip the row; zero). Without a covariate, write a literal as ''{...}''::jsonb. The sums are exact: the same rows give the same bytes in any order and any split. Memory: about 1 kB for each arm. Errors: 22023 no rows, a name too long, unknown or different options; 22004 null outcome or covariate; 22003 NaN, infinity, above 1e140, neither 0 nor 1 with binary; 54000 more than 1000 arms.';

CREATE FUNCTION segment.ab_rows(model bytea, control text DEFAULT NULL, level float8 DEFAULT 0.95, tuning_n float8 DEFAULT 5000)
RETURNS TABLE (arm text, is_control boolean, n bigint, mean float8, sd float8, lower_bound float8, upper_bound float8,
    difference float8, difference_lower float8, difference_upper float8, z_value float8, degrees_of_freedom float8, p_value float8,
    relative_lift float8, lift_lower float8, lift_upper float8,
    adjusted_difference float8, adjusted_lower float8, adjusted_upper float8, adjusted_p_value float8, variance_ratio float8,
    always_valid_p float8, always_valid_lower float8, always_valid_upper float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 4;
COMMENT ON FUNCTION segment.ab_rows(bytea, text, float8, float8) IS
'The arms of a test, the control first, then by name. control: the arm that the others are compared with; NULL: the arm named control, else the arm named holdout, else the first by name (bytes). n: rows; mean: mean outcome, a share when outcomes are 0 and 1; sd: standard deviation (n - 1); lower_bound, upper_bound: bounds of the mean at the level (Wilson for shares, else Student). The other columns compare an arm with the control and are NULL for the control. difference: mean minus mean of the control; difference_lower, difference_upper: Newcombe 1998 method 10 for shares, else Welch 1947. z_value, p_value: test of no difference, two-sided: pooled z for shares, else Welch''s t with degrees_of_freedom (NULL for shares). relative_lift: mean / mean of the control - 1 (a control''s mean above 0); lift_lower, lift_upper by the logarithm of the ratio (means above 0), normal for shares, else Student with degrees_of_freedom. adjusted_difference and its bounds and p-value: the difference of outcome - theta * covariate (CUPED, Deng et al. 2013), theta over all rows, by Welch; variance_ratio: its variance divided by that of the difference; all NULL without a covariate that varies. p_value and its bounds hold for one look at a planned end. always_valid_p, always_valid_lower, always_valid_upper: hold for every look, however often (normal mixture, Robbins 1970; asymptotic); narrowest when tuning_n rows (1 to 1e15) are in both arms. NULL where a figure cannot be computed: one row, no variance. No rows when another argument is NULL. Errors: 22023 control has no rows, level not between 0 and 1, tuning_n out of range; 42809 another kind of model.';

CREATE FUNCTION segment.wilson_interval(successes bigint, n bigint, level float8 DEFAULT 0.95, OUT lower_bound float8, OUT upper_bound float8)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.wilson_interval(bigint, bigint, float8) IS
'Bounds of a share, successes of n, at a level between 0 and 1, by the score test (E. B. Wilson, 1927); within 0 and 1 also for no successes. NULL bounds for n = 0; NULL when an argument is NULL. Errors: 22023 level out of range, successes not from 0 to n.';

CREATE FUNCTION segment.newcombe_interval(successes_1 bigint, n_1 bigint, successes_2 bigint, n_2 bigint, level float8 DEFAULT 0.95, OUT lower_bound float8, OUT upper_bound float8)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.newcombe_interval(bigint, bigint, bigint, bigint, float8) IS
'Bounds of the difference of two shares, successes_1 of n_1 minus successes_2 of n_2, at a level between 0 and 1, out of Wilson''s intervals of both (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10). NULL bounds when a group has no rows; NULL when an argument is NULL. Errors: 22023 level out of range, successes not from 0 to n.';

CREATE FUNCTION segment.srm_test(counts bigint[], weights float8[] DEFAULT NULL, prior_strength float8 DEFAULT 10000,
    OUT chi2 float8, OUT degrees_of_freedom integer, OUT p_value float8, OUT log_bayes_factor float8, OUT anytime_valid_p float8, OUT verdict text)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.srm_test(bigint[], float8[], float8) IS
'Sample ratio mismatch: do the counts of the arms agree with the planned weights? counts: rows of each arm, 2 to 1000 arms; weights: planned shares in the same order, above 0 and at least 1e-9 of their sum, which need not be 1; NULL: equal. chi2, degrees_of_freedom, p_value: chi-square of goodness of fit, for one look. verdict: ok; suspicious for p_value below 0.01; mismatch below 0.001: something went wrong in assigning or counting, do not trust the test. log_bayes_factor, anytime_valid_p: valid at every look together, from the totals alone: Dirichlet prior of prior_strength * weights against the weights (Lindon and Malek 2022); a larger prior_strength notices smaller deviations, and later. NULL figures without rows; NULL when counts or prior_strength is NULL. Errors: 22023 too few or many arms, a negative count, a weight or prior_strength out of range; 22004 a null element; 2202E arrays of different length.';

CREATE FUNCTION segment.p_adjust(p float8, method text DEFAULT 'holm')
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.p_adjust(float8, text) IS
'Window function: p adjusted for all tests of the partition, whatever its order and frame: p_adjust(p, method) OVER (), or OVER (PARTITION BY family of tests). method: holm (the chance of one false alarm or more; S. Holm 1979) or bh (the share of false alarms among the alarms; Y. Benjamini and Y. Hochberg 1995). NULL for a NULL p, which does not count as a test. As p.adjust in R. Errors: 22023 p not from 0 to 1, unknown method, different methods; 22004 method is null; 54000 too much memory.';

CREATE FUNCTION segment.ab_sample_size(baseline float8, difference float8, sd float8 DEFAULT NULL, level float8 DEFAULT 0.95, power float8 DEFAULT 0.8)
RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.ab_sample_size(float8, float8, float8, float8, float8) IS
'How many rows each of two arms needs, so that a two-sided test at the level finds a difference with a chance of power. Without sd outcomes are shares: baseline is the share of the control, difference what the other arm has more or less (power.prop.test in R). With sd, the standard deviation of the outcome, they are means; baseline is not used and may be NULL (power.t.test in R). Rounded up, at least 2. NULL when another argument is NULL. Errors: 22023 level, power or a share not between 0 and 1, difference 0, sd not above 0; 22003 more than 1e15 rows.';

CREATE FUNCTION segment.ab_detectable(n bigint, baseline float8, sd float8 DEFAULT NULL, level float8 DEFAULT 0.95, power float8 DEFAULT 0.8)
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.ab_detectable(bigint, float8, float8, float8, float8) IS
'The smallest difference that a test with n rows in each of two arms finds with a chance of power, two-sided at the level. Without sd outcomes are shares: baseline is the share of the control, and the result is what the other arm must have more; NULL when not even a share of 1 would be found. With sd, the standard deviation of the outcome, they are means; baseline is not used and may be NULL. NULL for too few rows, or when another argument is NULL. Errors: 22023 level, power or a share not between 0 and 1, sd not above 0, n out of range.';
