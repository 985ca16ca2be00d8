-- Profiles: a letter for each attribute of a customer, and a card in words.

CREATE FUNCTION segment_internal.profile_fit_transfn(state bytea, features float8[], categories text[])
RETURNS bytea
AS 'MODULE_PATHNAME', 'profile_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.profile_fit_transfn(bytea, float8[], text[]) IS
'Support function of the aggregate profile_fit; not to be called.';

CREATE FUNCTION segment_internal.profile_fit_transfn(state bytea, features float8[], categories text[], options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'profile_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.profile_fit_transfn(bytea, float8[], text[], jsonb) IS
'Support function of the aggregate profile_fit; not to be called.';

CREATE FUNCTION segment_internal.profile_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.profile_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate profile_fit; not to be called.';

CREATE FUNCTION segment_internal.profile_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.profile_fit_finalfn(bytea) IS
'Support function of the aggregate profile_fit; not to be called.';

CREATE AGGREGATE segment.profile_fit(features float8[], categories text[]) (
    SFUNC = segment_internal.profile_fit_transfn,
    STYPE = bytea,
    SSPACE = 100000,
    FINALFUNC = segment_internal.profile_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.profile_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.profile_fit(float8[], text[]) IS
'Fits the letters of profile codes with the default options. See the form with options.';

CREATE AGGREGATE segment.profile_fit(features float8[], categories text[], options jsonb) (
    SFUNC = segment_internal.profile_fit_transfn,
    STYPE = bytea,
    SSPACE = 100000,
    FINALFUNC = segment_internal.profile_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.profile_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.profile_fit(float8[], text[], jsonb) IS
'Fits the letters of profile codes; returns a model (bytea). Each feature is cut at its quantiles (type 7) into groups A, B, ...; a value that equals a cut is in the group below. The values of each category get letters by falling number of rows, then by their bytes: 25 have the letters A to Y, all others share Z. A NULL feature, and a NULL or blank category, is a missing value with the letter -. Rows with NULL for features or categories are left out and counted. Up to 64 attributes; an empty array has none. Options: letters (2 to 26, default 4), cuts ({"feature": [numbers]}), categories ({"category": [texts]}: those with the first letters), feature_names, category_names, order (names in the order of the code), labels ({"attribute": {"letter or value": {"en": text, "es": text, "de": text}}}). The cuts are exact up to 100,000 distinct values of a feature, see rfm_fit. A notice says when there are more codes than a twentieth of the rows. Errors: 22023 no rows, unknown or different options, a category of more than 1000 bytes; 22003 NaN or infinity; 2202E rows of different length, no attribute or more than 64; 54000 a category with more than 100,000 values, memory.';

CREATE FUNCTION segment.profile_code(model bytea, features float8[], categories text[])
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.profile_code(bytea, float8[], text[]) IS
'The profile code of a row, one letter for each attribute, such as ACBADD. - is a missing value, * a category that no row of the fit had. NULL when an argument is NULL. Errors: 42809 another kind of model; 2202E another number of features or categories; 22003 NaN or infinity.';

CREATE FUNCTION segment.profile_card(model bytea, features float8[], categories text[], language text DEFAULT 'en')
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION segment.profile_card(bytea, float8[], text[], text) IS
'A paragraph about a row: its code, and a sentence with the figure for each attribute that has a value. Attributes with common names, such as recency_days, frequency, monetary, receipt_mean, gap_median, channel, trade or country, have sentences of their own. language: en, es or de. NULL when an argument is NULL. Errors: as profile_code; 22023 unknown language.';

CREATE FUNCTION segment.profile_decode(model bytea, code text, language text DEFAULT 'en')
RETURNS TABLE ("position" integer, attribute text, letter text, lower_bound float8, upper_bound float8, category text, share float8, label text)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION segment.profile_decode(bytea, text, text) IS
'What the letters of a code stand for, one row for each position. lower_bound: the values of a feature are above it; upper_bound: they are at most this; NULL: no bound, or a category. category: the value; NULL for a feature, and for the letters Z, - and *. share: share of the rows of the fit with that letter, 0 to 1. label: words in the language (en, es, de). No rows when an argument is NULL. Errors: 22023 a code of another length, a letter that the attribute does not have, an unknown language; 42809 another kind of model.';

CREATE FUNCTION segment.profile_letters(model bytea, language text DEFAULT 'en')
RETURNS TABLE ("position" integer, attribute text, letter text, lower_bound float8, upper_bound float8, category text, n bigint, share float8, label text)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 30;
COMMENT ON FUNCTION segment.profile_letters(bytea, text) IS
'All letters of a profile model, one row for each position and letter, with the number n of rows of the fit that have it; the other columns are those of profile_decode. The letter - has a row when values are missing. No rows when an argument is NULL. Errors: 22023 unknown language; 42809 another kind of model.';
