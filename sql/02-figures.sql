-- What a view shows of figures and models, without ever failing.

CREATE FUNCTION segment_internal.figure_in(object jsonb, key text) RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.figure_in(jsonb, text) IS
'The number that a JSON object has under a key; NULL when there is none, or none that double precision holds.';

CREATE FUNCTION segment_internal.count_in(object jsonb, key text) RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.count_in(jsonb, text) IS
'The number that a JSON object has under a key, as bigint; NULL when there is none below 1e18.';

CREATE FUNCTION segment_internal.small_count_in(object jsonb, key text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.abs(segment_internal.count_in(object, key)) < 1000000000 THEN segment_internal.count_in(object, key)::integer END;
END;
COMMENT ON FUNCTION segment_internal.small_count_in(jsonb, text) IS
'The number that a JSON object has under a key, as integer; NULL when there is none below 1e9.';

CREATE FUNCTION segment_internal.amount_in(object jsonb, key text) RETURNS numeric
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.amount_in(jsonb, text) IS
'The number that a JSON object has under a key, with two digits after the point; NULL when there is none that numeric(28,2) holds.';

CREATE FUNCTION segment_internal.flag_in(object jsonb, key text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.flag_in(jsonb, text) IS
'The truth value that a JSON object has under a key; NULL when there is none.';

CREATE FUNCTION segment_internal.rows_in(object jsonb, key text) RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT e.value
    FROM pg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(object -> key) = 'array' THEN object -> key ELSE '[]' END) e;
END;
COMMENT ON FUNCTION segment_internal.rows_in(jsonb, text) IS
'The elements of the array that a JSON object has under a key; no rows when there is none.';

CREATE FUNCTION segment_internal.model_width(model bytea, algorithm text) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.model_width(bytea, text) IS
'The number of features of a model of that algorithm; NULL when the bytes are none. Never an error, whatever the bytes.';

CREATE FUNCTION segment_internal.readable(model bytea, algorithm text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN segment_internal.model_width(model, algorithm) IS NOT NULL THEN model END;
END;
COMMENT ON FUNCTION segment_internal.readable(bytea, text) IS
'The bytes, when they are a model of that algorithm, else NULL.';
