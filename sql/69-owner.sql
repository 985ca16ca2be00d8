-- Reading a source as the role that owns the model.

CREATE FUNCTION segment.may_set_role(role_name text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.may_set_role(text) IS
'Support function of publish and cohort_retention: may the current user take that role? It then reads the role''s sources with query_as. false for a role that does not exist, NULL for NULL.';

CREATE FUNCTION segment.query_as(role_name text, query text, models bytea[] DEFAULT NULL, old_models bytea[] DEFAULT NULL)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.query_as(text, text, bytea[], bytea[]) IS
'Support function of refit, publish and cohort_retention: the rows of a SELECT, run as a role that the caller may SET ROLE to, in a security-restricted operation: no code of that role''s views gets at the caller''s rights or settings. models and old_models are its $1 and $2. It reads with the snapshot of the statement that called. Errors: 42501 the caller may not take that role, 42704 no such role, 22023 no SELECT, 42804 other columns than expected, 22004 a NULL role or query.';
