-- Logistic regression: the probability of a label from numbers and categories.

CREATE FUNCTION segment_internal.logit_fit_transfn(internal, boolean, float8[])
RETURNS internal AS 'MODULE_PATHNAME', 'logit_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_transfn(internal, boolean, float8[]) IS
'Support of logit_fit: keeps a row.';

CREATE FUNCTION segment_internal.logit_fit_transfn(internal, boolean, float8[], jsonb)
RETURNS internal AS 'MODULE_PATHNAME', 'logit_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_transfn(internal, boolean, float8[], jsonb) IS
'Support of logit_fit: keeps a row.';

CREATE FUNCTION segment_internal.logit_fit_transfn(internal, boolean, float8[], jsonb, float8)
RETURNS internal AS 'MODULE_PATHNAME', 'logit_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_transfn(internal, boolean, float8[], jsonb, float8) IS
'Support of logit_fit: keeps a row.';

CREATE FUNCTION segment_internal.logit_fit_categories_transfn(internal, boolean, float8[], text[])
RETURNS internal AS 'MODULE_PATHNAME', 'logit_fit_categories_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_categories_transfn(internal, boolean, float8[], text[]) IS
'Support of logit_fit: keeps a row.';

CREATE FUNCTION segment_internal.logit_fit_categories_transfn(internal, boolean, float8[], text[], jsonb)
RETURNS internal AS 'MODULE_PATHNAME', 'logit_fit_categories_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_categories_transfn(internal, boolean, float8[], text[], jsonb) IS
'Support of logit_fit: keeps a row.';

CREATE FUNCTION segment_internal.logit_fit_categories_transfn(internal, boolean, float8[], text[], jsonb, float8)
RETURNS internal AS 'MODULE_PATHNAME', 'logit_fit_categories_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_categories_transfn(internal, boolean, float8[], text[], jsonb, float8) IS
'Support of logit_fit: keeps a row.';

CREATE FUNCTION segment_internal.logit_fit_finalfn(internal)
RETURNS bytea AS 'MODULE_PATHNAME', 'logit_fit_finalfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_fit_finalfn(internal) IS
'Support of logit_fit: fits the coefficients and makes the model.';

CREATE AGGREGATE segment.logit_fit(label boolean, features float8[]) (
    SFUNC = segment_internal.logit_fit_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.logit_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_fit(boolean, float8[]) IS
'Fits a logistic regression to rows of a label and features, with the default options. See the form with categories and options.';

CREATE AGGREGATE segment.logit_fit(label boolean, features float8[], options jsonb) (
    SFUNC = segment_internal.logit_fit_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.logit_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_fit(boolean, float8[], jsonb) IS
'Fits a logistic regression to rows of a label and features. See the form with categories and options.';

CREATE AGGREGATE segment.logit_fit(label boolean, features float8[], options jsonb, weight float8) (
    SFUNC = segment_internal.logit_fit_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.logit_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_fit(boolean, float8[], jsonb, float8) IS
'Fits a logistic regression to rows of a label and features with weights. See the form with categories and options.';

CREATE AGGREGATE segment.logit_fit(label boolean, features float8[], categories text[]) (
    SFUNC = segment_internal.logit_fit_categories_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.logit_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_fit(boolean, float8[], text[]) IS
'Fits a logistic regression to rows of a label, features and categories, with the default options. See the form with options.';

CREATE AGGREGATE segment.logit_fit(label boolean, features float8[], categories text[], options jsonb) (
    SFUNC = segment_internal.logit_fit_categories_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.logit_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_fit(boolean, float8[], text[], jsonb) IS
'Fits a logistic regression by maximum likelihood and returns a logit model. The same rows and options give the same bytes in any order and plan.
label: NULL is an unknown label. features: numbers, or an empty array. categories: up to 256 texts, or an empty array; a NULL and a blank text are no value. A row with NULL for label, features or categories is left out and counted in rows_skipped. Features are z-scored inside; each category has a coefficient for every level but the most frequent one. Features and levels make up to 1600 columns.
options: penalty none | ridge | firth; lambda 1 (ridge: half of it times the sum of squared slopes of z-scored columns); null_policy error | skip | mean | median | zero (with the last three, no value is a level of its own); indicator false (a coefficient for missing values of a feature); min_level_count 1 (levels with fewer rows are one level); max_iterations 300; feature_names; category_names.
A column that is constant or follows from the columns before it has no coefficient; a notice names it.
Errors: 22023 option, no rows, one value of the label only, or a feature or level that separates the labels so that no coefficient is finite; 22004 null; 22003 NaN, infinity or too wide a range; 2202E wrong length; 54000 more than 1600 columns, or beyond segment.fit_memory.
Source: P. McCullagh and J. Nelder, 1989; D. Firth, 1993; A. Albert and J. Anderson, 1984.';

CREATE AGGREGATE segment.logit_fit(label boolean, features float8[], categories text[], options jsonb, weight float8) (
    SFUNC = segment_internal.logit_fit_categories_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.logit_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_fit(boolean, float8[], text[], jsonb, float8) IS
'The same with weights: a row of weight 3 counts as three rows. Rows with weight 0 or NULL are left out. Weights that are not whole numbers count as numbers of rows too, in log-likelihood and standard errors. Errors: 22023 a negative weight, NaN or infinity.';

CREATE FUNCTION segment.logit_predict(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.logit_predict(bytea, float8[]) IS
'The probability that the label of a row is true, 0 to 1, by a model without categories. See the form with categories.';

CREATE FUNCTION segment.logit_predict(model bytea, features float8[], categories text[])
RETURNS float8
AS 'MODULE_PATHNAME', 'logit_predict_categories' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.logit_predict(bytea, float8[], text[]) IS
'The probability that the label of a row is true, 0 to 1. A level that no row of the fit had counts as the level (other) if the model has one, else as the mean of its category, so it changes nothing. A missing value counts as in the fit. NULL when an argument is NULL, or a value is and null_policy is skip. Errors: 42809 another kind of model; 2202E another number of features or categories; 22004 null; 22003 NaN, infinity or overflow.';

CREATE FUNCTION segment.logit_coefficients(model bytea)
RETURNS TABLE (feature text, level text, coefficient float8, std_error float8, z_value float8, p_value float8,
               odds_ratio float8, lower_bound float8, upper_bound float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION segment.logit_coefficients(bytea) IS
'The coefficients of a logit model in input units, one row for the intercept, each feature and each level of a category. feature: name of the feature or category, (intercept). level: of a category; (missing): no value; (other): levels with fewer rows than min_level_count; NULL for a feature. coefficient: change of the log-odds for one unit, or against the reference level, which has 0 and no std_error; NULL for a column that is constant or follows from others. std_error, z_value, p_value: of Wald, two-sided. odds_ratio: exp(coefficient), with lower_bound and upper_bound of 95 %. Errors: 42809 another kind of model.';

CREATE FUNCTION segment.logit_reasons(model bytea, features float8[])
RETURNS TABLE (rank integer, feature text, level text, value float8, typical float8, contribution float8, odds_ratio float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION segment.logit_reasons(bytea, float8[]) IS
'The reasons of a probability by a model without categories. See the form with categories.';

CREATE FUNCTION segment.logit_reasons(model bytea, features float8[], categories text[])
RETURNS TABLE (rank integer, feature text, level text, value float8, typical float8, contribution float8, odds_ratio float8)
AS 'MODULE_PATHNAME', 'logit_reasons_categories' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION segment.logit_reasons(bytea, float8[], text[]) IS
'The reasons of a probability, one row for each feature and category, the strongest first. level: of a category, or (missing). value: of the feature; typical: its mean over the rows of the fit. contribution: the part of the log-odds, against the mean over the rows of the fit. odds_ratio: exp(contribution). No rows when logit_predict returns NULL. Errors: as logit_predict.';

CREATE FUNCTION segment.logit_metrics(model bytea, OUT rows_used bigint, OUT rows_skipped bigint, OUT positives bigint, OUT base_rate float8,
    OUT log_likelihood float8, OUT deviance float8, OUT null_deviance float8, OUT mcfadden_r2 float8, OUT aic float8,
    OUT columns bigint, OUT aliased bigint, OUT iterations bigint, OUT converged boolean, OUT penalty text, OUT lambda float8)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.logit_metrics(bytea) IS
'One row about the fit of a logit model. positives: rows with a true label; base_rate: their share of the weight. log_likelihood: without a penalty; deviance: -2 log_likelihood; null_deviance: that of the intercept alone; mcfadden_r2: 1 - deviance / null_deviance; aic: deviance + 2 columns. columns: coefficients, the intercept included; aliased: columns without one. lambda: NULL without ridge. Errors: 42809 another kind of model.';

-- ---- more rows than memory ----

CREATE FUNCTION segment_internal.logit_refine_transfn(state bytea, model bytea, label boolean, features float8[])
RETURNS bytea
AS 'MODULE_PATHNAME', 'logit_refine_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_refine_transfn(bytea, bytea, boolean, float8[]) IS
'Support of logit_refine: adds a row to the sums.';

CREATE FUNCTION segment_internal.logit_refine_transfn(state bytea, model bytea, label boolean, features float8[], weight float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'logit_refine_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_refine_transfn(bytea, bytea, boolean, float8[], float8) IS
'Support of logit_refine: adds a row to the sums.';

CREATE FUNCTION segment_internal.logit_refine_categories_transfn(state bytea, model bytea, label boolean, features float8[], categories text[])
RETURNS bytea
AS 'MODULE_PATHNAME', 'logit_refine_categories_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_refine_categories_transfn(bytea, bytea, boolean, float8[], text[]) IS
'Support of logit_refine: adds a row to the sums.';

CREATE FUNCTION segment_internal.logit_refine_categories_transfn(state bytea, model bytea, label boolean, features float8[], categories text[], weight float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'logit_refine_categories_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_refine_categories_transfn(bytea, bytea, boolean, float8[], text[], float8) IS
'Support of logit_refine: adds a row to the sums.';

CREATE FUNCTION segment_internal.logit_refine_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_refine_combinefn(bytea, bytea) IS
'Support of logit_refine: adds sums.';

CREATE FUNCTION segment_internal.logit_refine_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.logit_refine_finalfn(bytea) IS
'Support of logit_refine: makes the step.';

CREATE AGGREGATE segment.logit_refine(model bytea, label boolean, features float8[]) (
    SFUNC = segment_internal.logit_refine_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.logit_refine_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.logit_refine_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_refine(bytea, boolean, float8[]) IS
'One step over rows without categories. See the form with categories.';

CREATE AGGREGATE segment.logit_refine(model bytea, label boolean, features float8[], weight float8) (
    SFUNC = segment_internal.logit_refine_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.logit_refine_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.logit_refine_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_refine(bytea, boolean, float8[], float8) IS
'One step over rows with weights, without categories. See the form with categories.';

CREATE AGGREGATE segment.logit_refine(model bytea, label boolean, features float8[], categories text[]) (
    SFUNC = segment_internal.logit_refine_categories_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.logit_refine_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.logit_refine_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_refine(bytea, boolean, float8[], text[]) IS
'One exact step of Newton''s method from the coefficients of a logit model, over rows of any number; returns a model with the new coefficients. It keeps sums only, so it runs in parallel and on shards; the same rows give the same bytes in any order and split. Fit a model to a sample, then refine it over all rows until converged is true: three or four times. Levels, scales and aliased columns stay those of the model; rows with a level that it does not have, and with NULL for label, features or categories, are left out and counted. std_error, log_likelihood and converged are those at the coefficients before the step. Errors: 22023 penalty firth, one value of the label only, different models, or no step (information that is not positive definite); 22004, 2202E, 22003 as logit_predict; 42809 another kind of model; 54000 memory.';

CREATE AGGREGATE segment.logit_refine(model bytea, label boolean, features float8[], categories text[], weight float8) (
    SFUNC = segment_internal.logit_refine_categories_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.logit_refine_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.logit_refine_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.logit_refine(bytea, boolean, float8[], text[], float8) IS
'The same with weights, which count rows; rows with weight 0 or NULL are left out. Error: 22023 a negative weight, NaN or infinity.';
