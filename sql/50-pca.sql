-- PCA: principal components.

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
'Fits a principal component analysis to the rows, in one pass; returns a model (bytea). Rows that are NULL are left out. Options: n_components 1..d (2, or 1 for one feature), or explained_variance 0..1: as many as are needed for that share of the variance; standardize (zscore: the correlation matrix; none: the covariance matrix); null_policy (error; skip the row; mean: each null is replaced by the mean of the feature over the rows that have it; zero); transform (none, log1p; one or one per feature); feature_names. Variances with n - 1; eigenvectors by LAPACK (dsyevr), the largest loading of each positive. A component beyond the rank has variance and loadings 0. Results for another row order, plan or BLAS agree to 1e-9. Up to 1,600 features (800 with null_policy mean and nulls) and 4,294,967,295 rows. Errors: 22023 no rows, unknown or different options; 22004 null feature; 22003 NaN, infinity, overflow of squares; 2202E rows of different length; 54000 too many features, or more memory than segment.fit_memory.';

CREATE FUNCTION segment.pca_project(model bytea, features float8[])
RETURNS float8[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_project(bytea, float8[]) IS
'The coordinates of a row on the components of a PCA model, one element per component, in fitted units (after standardize). NULL if an argument is NULL, or if a feature is NULL and null_policy is skip. Errors: 42809 another kind of model; 2202E another number of features; 22004, 22003 as the fit.';

CREATE FUNCTION segment.pca_x(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_x(bytea, float8[]) IS
'The coordinate of a row on the first component: the horizontal axis of a chart. NULL and errors as pca_project.';

CREATE FUNCTION segment.pca_y(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_y(bytea, float8[]) IS
'The coordinate of a row on the second component: the vertical axis of a chart. NULL and errors as pca_project; 22023 if the model has one component.';

CREATE FUNCTION segment.pca_reconstruction_error(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.pca_reconstruction_error(bytea, float8[]) IS
'The part of a row that the components do not explain: the distance, in fitted units, between the row and its projection on them; 0 if the model has all components. NULL and errors as pca_project.';

CREATE FUNCTION segment.pca_components(model bytea,
    OUT component integer, OUT feature text, OUT loading double precision,
    OUT explained_variance double precision, OUT share double precision, OUT cumulative double precision,
    OUT "position" integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION segment.pca_components(bytea) IS
'The components of a PCA model as rows: one row per component (from 1) and feature. loading: the entry of the component for the feature; the loadings of a component are a unit vector. explained_variance: of the component, in fitted units; share: of the total over all directions; cumulative: of this and the components before; position: of the feature, from 1. NULL model: no rows.';

CREATE FUNCTION segment.pca_align(new bytea, old bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.pca_align(bytea, bytea) IS
'The new PCA model with its axes rotated to be as near as possible to the old ones: the rotation or reflection with the smallest mean squared distance between new and old coordinates of the new rows (orthogonal Procrustes, Schoenemann 1966), without regard to the origin. Distances between rows and the total explained variance do not change. The share of each component can change a little, and the sign rule of pca_fit does not apply. Errors: 22023 if features (number, name, transform) or components differ.';
