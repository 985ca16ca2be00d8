-- PCA: many features on two axes.

CREATE FUNCTION segment_internal.pca_fit_transfn(state bytea, features float8[])
RETURNS bytea
AS 'MODULE_PATHNAME', 'pca_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.pca_fit_transfn(bytea, float8[]) IS
'Adds one row to the state of the aggregate pca_fit.';

CREATE FUNCTION segment_internal.pca_fit_transfn(state bytea, features float8[], options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'pca_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.pca_fit_transfn(bytea, float8[], jsonb) IS
'Adds one row to the state of the aggregate pca_fit.';

CREATE FUNCTION segment_internal.pca_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'pca_fit_combinefn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.pca_fit_combinefn(bytea, bytea) IS
'Merges two states of the aggregate pca_fit.';

CREATE FUNCTION segment_internal.pca_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'pca_fit_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.pca_fit_finalfn(bytea) IS
'Returns the result of the aggregate pca_fit from its state.';

CREATE AGGREGATE segment.pca_fit(features float8[]) (
    SFUNC = segment_internal.pca_fit_transfn,
    STYPE = bytea,
    SSPACE = 100000,
    FINALFUNC = segment_internal.pca_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.pca_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.pca_fit(float8[]) IS
'Fits a principal component analysis with the default options: two components of the correlation matrix. See the form with options.';

CREATE AGGREGATE segment.pca_fit(features float8[], options jsonb) (
    SFUNC = segment_internal.pca_fit_transfn,
    STYPE = bytea,
    SSPACE = 100000,
    FINALFUNC = segment_internal.pca_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.pca_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.pca_fit(float8[], jsonb) IS
'Fits a principal component analysis to the rows, in one pass; returns a model (bytea). Rows that are NULL are ignored. Options: n_components 1..d (2, or 1 for one feature), or explained_variance 0..1: as many as are needed for that share of the variance; standardize (zscore: the correlation matrix; none: the covariance matrix); null_policy (error; skip the row; mean: as if each null had been replaced by the feature''s mean over the rows that have it; zero); transform (none, log1p; one or one per feature); feature_names. Variances with n - 1; eigenvectors by LAPACK (dsyevr), the largest loading of each positive. A component beyond the rank has variance and loadings 0. Agrees to 1e-9 whatever the order, plan and BLAS. Up to 1,600 features (800 with null_policy mean and nulls) and 4,294,967,295 rows. Errors: 22023 no rows, unknown or different options; 22004 null feature; 22003 NaN, infinity, overflow of squares; 2202E rows of different length; 54000 too many features, or more memory than segment.fit_memory.';

CREATE FUNCTION segment.pca_project(model bytea, features float8[])
RETURNS float8[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_project(bytea, float8[]) IS
'The row''s coordinates on the components of a PCA model, one element per component, in fitted units (after standardize). NULL when an argument is NULL, or a feature is and null_policy is skip. Errors: 42809 another kind of model; 2202E another number of features; 22004, 22003 as the fit.';

CREATE FUNCTION segment.pca_x(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_x(bytea, float8[]) IS
'The row''s coordinate on the first component: the horizontal axis of a map for BI. As pca_project otherwise.';

CREATE FUNCTION segment.pca_y(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_y(bytea, float8[]) IS
'The row''s coordinate on the second component: the vertical axis of a map for BI. As pca_project otherwise; 22023 when the model has one component.';

CREATE FUNCTION segment.pca_reconstruction_error(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_reconstruction_error(bytea, float8[]) IS
'How much of the row the components do not tell: the distance, in fitted units, between the row and its projection on them; 0 when the model has all components. NULL and errors as pca_project.';

CREATE FUNCTION segment.pca_components(model bytea,
    OUT component integer, OUT feature text, OUT loading double precision,
    OUT explained_variance double precision, OUT share double precision, OUT cumulative double precision,
    OUT "position" integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION segment.pca_components(bytea) IS
'A PCA model laid open: one row per component (from 1) and feature. loading: the component''s entry for the feature, a unit vector over the features. explained_variance: of the component, in fitted units; share: of the total over all directions; cumulative: of this and the components before; position: of the feature, from 1. NULL model: no rows.';

CREATE FUNCTION segment.pca_align(new bytea, old bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.pca_align(bytea, bytea) IS
'The new PCA model, turned so that its map lies as near as possible to the old one: the rotation or reflection that makes the mean squared distance between new and old coordinates of the new rows smallest (orthogonal Procrustes, Schoenemann 1966), up to the origin. Distances between rows and the total explained variance stay; each component''s own share may move a little, and the sign rule of pca_fit no longer holds. Errors: 22023 when features (number, name, transform) or components differ.';
