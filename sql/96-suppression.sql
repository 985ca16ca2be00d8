-- Suppression: lists of customers that functions which list people leave out.

CREATE TABLE segment.suppression (
    source_schema text NOT NULL,
    source_name text NOT NULL,
    owner text NOT NULL,
    owner_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (source_schema, source_name, owner_key)
);
COMMENT ON TABLE segment.suppression IS 'Lists of suppressed customers, registered with segment.register_suppression. Key: source_schema, source_name, owner_key. Read it through the view segment.suppressions.';
COMMENT ON COLUMN segment.suppression.source_schema IS 'Schema of the list.';
COMMENT ON COLUMN segment.suppression.source_name IS 'Name of the list, looked up at each call.';
COMMENT ON COLUMN segment.suppression.owner IS 'Role that registered the list and reads it; its name when the row was written.';
COMMENT ON COLUMN segment.suppression.owner_key IS 'Key of that role, from segment_internal.role_key.';
COMMENT ON COLUMN segment.suppression.created_at IS 'When it was registered.';

GRANT SELECT, INSERT ON segment.suppression TO @extowner@;
CREATE TRIGGER restored BEFORE INSERT ON segment.suppression FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
SELECT pg_catalog.pg_extension_config_dump('segment.suppression', '');

-- ---- the registry ----------------------------------------------------------------------

CREATE FUNCTION segment_internal.suppressions() RETURNS SETOF segment.suppression
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 5;
COMMENT ON FUNCTION segment_internal.suppressions() IS
'The lists of suppressed customers that count for the caller: those of roles whose privileges it has. owner is the role''s present name.';

CREATE FUNCTION segment_internal.suppressions(caller oid) RETURNS SETOF segment.suppression
LANGUAGE plpgsql STABLE ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s segment.suppression;
BEGIN
    FOR s IN SELECT o.* FROM segment.suppression o WHERE segment_internal.role_may(caller, o.owner, o.owner_key)
             ORDER BY o.source_schema COLLATE "C", o.source_name COLLATE "C"
    LOOP
        s.owner := pg_get_userbyid(segment_internal.remembered_role(s.owner, s.owner_key));
        RETURN NEXT s;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.add_suppression(s segment.suppression) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_suppression(segment.suppression) IS
'Registers a list owned by the caller. Errors: 42501 the caller is no modeler, 42710 registered already.';

CREATE FUNCTION segment_internal.add_suppression(caller oid, s segment.suppression) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    INSERT INTO segment.suppression (source_schema, source_name, owner, owner_key)
    VALUES (s.source_schema, s.source_name, pg_get_userbyid(caller), segment_internal.role_key(caller));
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'suppression "%.%" is registered already', s.source_schema, s.source_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.remove_suppression(source_schema text, source_name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_suppression(text, text) IS
'Deletes a registered list. Error: 42704 the caller has none of that name.';

CREATE FUNCTION segment_internal.remove_suppression(caller oid, source_schema text, source_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM segment.suppression s
    WHERE s.source_schema = remove_suppression.source_schema AND s.source_name = remove_suppression.source_name
      AND (segment_internal.role_may(caller, s.owner, s.owner_key)
           OR (segment_internal.remembered_role(s.owner, s.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, s.owner, s.owner_key))));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'suppression "%.%" is not registered', source_schema, source_name USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.check_modeler(caller);
END $$;

-- ---- register and unregister -----------------------------------------------------------

CREATE FUNCTION segment_internal.register_suppression(relation regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s segment.suppression;
BEGIN
    IF EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relpersistence = 't') THEN
        RAISE EXCEPTION 'source "%" is not a permanent table, view or materialized view', segment_internal.relation_name(relation) USING ERRCODE = 'wrong_object_type';
    END IF;
    PERFORM segment_internal.check_columns(relation, '{customer_id}', 'A list of suppressed customers needs the column customer_id.');
    IF NOT has_column_privilege(relation, 'customer_id', 'SELECT') THEN
        RAISE EXCEPTION 'permission denied for relation "%"', segment_internal.relation_name(relation) USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT n.nspname, c.relname INTO s.source_schema, s.source_name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
    PERFORM segment_internal.add_suppression(s);
END $$;
COMMENT ON FUNCTION segment_internal.register_suppression(regclass) IS
'Implementation of segment.register_suppression, which hides the SQL context of errors.';

CREATE FUNCTION segment.register_suppression(relation regclass) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment.register_suppression(regclass) IS
'Registers a table or view with the column customer_id: customers that must not be contacted. top_n, quota_sample, ab_assign, next_best_offer, run_triggers, build_campaign and campaign_members leave them out, and say in a NOTICE how many, for every caller that has the privileges of the role that registered the list. The list is read at each call, as that role; customer_id is compared as text. Errors: 42703 no such column; 42809 a temporary table; 42501 the caller may not read it or is no modeler; 42710 registered already.';

CREATE FUNCTION segment_internal.drop_suppression(relation text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts text[] := parse_ident(relation);
BEGIN
    IF cardinality(parts) > 2 THEN
        RAISE EXCEPTION 'relation name "%" has more than two parts', relation USING ERRCODE = 'invalid_name';
    ELSIF cardinality(parts) = 1 THEN
        parts := (SELECT ARRAY[s.source_schema, s.source_name] FROM segment_internal.suppressions() s WHERE s.source_name = parts[1] ORDER BY s.source_schema COLLATE "C" LIMIT 1);
    END IF;
    IF parts IS NULL THEN
        RAISE EXCEPTION 'suppression "%" is not registered', relation USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.remove_suppression(parts[1], parts[2]);
END $$;
COMMENT ON FUNCTION segment_internal.drop_suppression(text) IS
'Implementation of segment.drop_suppression, which hides the SQL context of errors.';

CREATE FUNCTION segment.drop_suppression(relation text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment.drop_suppression(text) IS
'Reverses register_suppression; the relation itself remains, or may be gone already. relation: its name, with or without the schema. Errors: 42704 the caller has no such list; 42501 the caller is no modeler.';

CREATE VIEW segment.suppressions WITH (security_invoker = true) AS
    SELECT pg_catalog.format('%I.%I', s.source_schema, s.source_name) AS relation, s.owner, s.created_at
    FROM segment_internal.suppressions() s;
COMMENT ON VIEW segment.suppressions IS 'The lists of suppressed customers that count for the current user. Key: relation, owner.';
COMMENT ON COLUMN segment.suppressions.relation IS 'The list.';
COMMENT ON COLUMN segment.suppressions.owner IS 'Role that registered it.';
COMMENT ON COLUMN segment.suppressions.created_at IS 'When it was registered.';
GRANT SELECT ON segment.suppressions TO PUBLIC;

-- ---- use -------------------------------------------------------------------------------

CREATE FUNCTION segment_internal.suppressed_ids() RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s segment.suppression;
BEGIN
    FOR s IN SELECT * FROM segment_internal.suppressions() LOOP
        -- a list that is gone must not mean that nobody is suppressed
        IF to_regclass(format('%I.%I', s.source_schema, s.source_name)) IS NULL THEN
            RAISE EXCEPTION 'suppression "%.%" does not exist', s.source_schema, s.source_name
                USING ERRCODE = 'undefined_table', HINT = 'segment.drop_suppression ends the registration.';
        END IF;
        RETURN QUERY SELECT q.id FROM segment_internal.query_as(s.owner,
            format('SELECT DISTINCT l.customer_id::text FROM %I.%I l WHERE l.customer_id IS NOT NULL', s.source_schema, s.source_name)) AS q(id text);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.suppressed_ids() IS
'The suppressed customers that count for the caller, as text, each list read as the role that registered it; one in two lists comes twice. Errors: 42P01 a list is gone; 42501 the caller may not SET ROLE to the owner of a list.';

CREATE FUNCTION segment_internal.without_suppressed(relation regclass, id_column text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    n bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM segment_internal.suppressions()) THEN
        RETURN relation::text;
    END IF;
    EXECUTE format('SELECT count(*) FROM %s r WHERE r.%I::text IN (SELECT x.id FROM segment_internal.suppressed_ids() x(id))', relation, id_column) INTO n;
    PERFORM segment_internal.notice_left_out(n, 'suppressed customers');
    RETURN format('(SELECT r.* FROM %s r WHERE NOT EXISTS (SELECT FROM segment_internal.suppressed_ids() x(id) WHERE x.id = r.%I::text))', relation, id_column);
END $$;
COMMENT ON FUNCTION segment_internal.without_suppressed(regclass, text) IS
'The SQL of a relation without the suppressed customers that count for the caller, to stand in FROM before an alias; a NOTICE has their number.';
