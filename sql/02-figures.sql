-- Reading figures and models in views without errors.

CREATE FUNCTION segment_internal.figure_in(object jsonb, key text) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.figure_in(jsonb, text) IS
'The number at a key of a JSON object; NULL when there is no number, or it is out of the range of double precision.';

CREATE FUNCTION segment_internal.count_in(object jsonb, key text) RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.count_in(jsonb, text) IS
'The number at a key of a JSON object, as bigint; NULL when there is no number below 1e18.';

CREATE FUNCTION segment_internal.small_count_in(object jsonb, key text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.abs(segment_internal.count_in(object, key)) < 1000000000 THEN segment_internal.count_in(object, key)::integer END;
END;
COMMENT ON FUNCTION segment_internal.small_count_in(jsonb, text) IS
'The number at a key of a JSON object, as integer; NULL when there is no number below 1e9.';

CREATE FUNCTION segment_internal.amount_in(object jsonb, key text) RETURNS numeric
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.amount_in(jsonb, text) IS
'The number at a key of a JSON object, with two decimals; NULL when there is no number, or it is out of the range of numeric(28,2).';

CREATE FUNCTION segment_internal.flag_in(object jsonb, key text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.flag_in(jsonb, text) IS
'The boolean at a key of a JSON object; NULL when there is none.';

CREATE FUNCTION segment_internal.rows_in(object jsonb, key text) RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT e.value
    FROM pg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(object -> key) = 'array' THEN object -> key ELSE '[]' END) e;
END;
COMMENT ON FUNCTION segment_internal.rows_in(jsonb, text) IS
'The elements of the array at a key of a JSON object; no rows when there is none.';

CREATE FUNCTION segment_internal.model_width(model bytea, algorithm text) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.model_width(bytea, text) IS
'The number of features of a model of that algorithm; NULL for any other bytes. Never raises an error.';

CREATE FUNCTION segment_internal.readable(model bytea, algorithm text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN segment_internal.model_width(model, algorithm) IS NOT NULL THEN model END;
END;
COMMENT ON FUNCTION segment_internal.readable(bytea, text) IS
'The bytes if they are a model of that algorithm, else NULL.';

-- This script is ASCII, so that it is valid in a database of any encoding.
CREATE FUNCTION segment_internal.words(words text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.words(text) IS
'The text with {e9} and the like, a character of Latin-1 in hexadecimal digits, as that character in the encoding of the database; a plain letter where the encoding has no such character.';
