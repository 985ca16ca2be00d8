-- Acting as another role, roles that are remembered, and names that may stand in a report.

CREATE FUNCTION segment_internal.role_key(role oid) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.role_key(oid) IS
'The key under which the registry remembers a role: the system identifier of this cluster and the role''s OID, which is never given to another role.';

CREATE FUNCTION segment_internal.remembered_role(role_name text, role_key text) RETURNS oid
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.remembered_role(text, text) IS
'The role that was remembered, or NULL when it is gone. In the cluster that made the key the OID decides, so a renamed role keeps what it has, and a new role of an old name gets nothing. In another cluster, after a restore or an upgrade, the name decides. A key of another form, such as that of a row restored by somebody without the rights of the role, stands for nobody.';

CREATE FUNCTION segment_internal.may_set_role(role_name text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.may_set_role(text) IS
'May the current user take that role? It then reads the role''s sources with query_as. false for a role that does not exist, NULL for NULL.';

CREATE FUNCTION segment_internal.is_plain_name(name text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.is_plain_name(text) IS
'Is the name fit for a report: not empty, without control characters, line breaks and characters that are not seen or change the direction of text?';

CREATE FUNCTION segment_internal.query_as(
    role_name text, query text, models bytea[] DEFAULT NULL, old_models bytea[] DEFAULT NULL, names jsonb[] DEFAULT NULL)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.query_as(text, text, bytea[], bytea[], jsonb[]) IS
'The rows of a SELECT, run as a role that the caller may SET ROLE to, in a security-restricted operation: no code of that role''s views gets at the caller''s rights or settings, and session-level advisory locks that it takes are released. The result does not depend on the caller''s DateStyle and the like. models, old_models and names are its $1, $2 and $3. It reads with the snapshot of the statement that called. Errors: 42501 the caller may not take that role, 42704 no such role, 22023 no SELECT, 42804 other columns than expected, 22004 a NULL role or query.';
