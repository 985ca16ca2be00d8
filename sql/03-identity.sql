-- Running as another role, stored roles, and checks of names.

CREATE FUNCTION segment_internal.role_key(role oid) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.role_key(oid) IS
'The key with which the registry stores a role: the system identifier of this cluster and the OID of the role.';

CREATE FUNCTION segment_internal.remembered_role(role_name text, role_key text) RETURNS oid
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.remembered_role(text, text) IS
'The role of a stored name and key, or NULL when it no longer exists. In the cluster that wrote the key the OID identifies the role: a renamed role keeps its rights, and a new role with an old name gets none. In another cluster, after a restore or an upgrade, the name identifies it. A key of another form is no role, such as that of a row restored without the rights of the role.';

CREATE FUNCTION segment_internal.may_set_role(role_name text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.may_set_role(text) IS
'True when the current user may SET ROLE to that role, and so call query_as with it; false for a role that does not exist, NULL for NULL.';

CREATE FUNCTION segment_internal.is_plain_name(name text) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.is_plain_name(text) IS
'True for a name that is not empty and has no control characters, line breaks, invisible characters or marks of text direction.';

CREATE FUNCTION segment_internal.query_as(
    role_name text, query text, models bytea[] DEFAULT NULL, old_models bytea[] DEFAULT NULL, names jsonb[] DEFAULT NULL)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.query_as(text, text, bytea[], bytea[], jsonb[]) IS
'The rows of a SELECT, run as a role to which the caller may SET ROLE, in a security-restricted operation: code of that role''s views has no access to the caller''s rights or settings, and session-level advisory locks that it takes are released. The result does not depend on the caller''s DateStyle and similar settings. models, old_models and names are $1, $2 and $3. It uses the snapshot of the calling statement. Errors: 42501 the caller may not SET ROLE to the role, 42704 no such role, 22023 not a SELECT, 42804 other columns than expected, 22004 a NULL role or query.';
