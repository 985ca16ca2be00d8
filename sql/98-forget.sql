-- Forgetting a customer: the rows about one customer in what the extension has written.

CREATE FUNCTION segment_internal.delete_as(role_name text, query text) RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.delete_as(text, text) IS
'The number of rows that a DELETE removes, run as a role to which the caller may SET ROLE, in a security-restricted operation with the search path pg_catalog, pg_temp. Errors: 42501 the caller may not SET ROLE to the role, 42704 no such role, 22023 not a DELETE.';

CREATE FUNCTION segment_internal.forget_targets()
RETURNS TABLE (relation regclass, owner text, key_column text, key_type text)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH own AS (
        SELECT c.oid, c.relname, n.nspname, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND segment_internal.may_set_role(pg_get_userbyid(c.relowner))),
    column_of AS (
        SELECT a.attrelid, a.attname, format_type(a.atttypid, NULL) AS type, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place
        FROM pg_attribute a JOIN own o ON o.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped),
    -- what publish writes: a table with assigned_at, and its history of the same owner
    published AS (
        SELECT t.oid AS target, h.oid AS history FROM own t JOIN own h ON h.nspname = t.nspname AND h.relname = t.relname || '_history' AND h.relowner = t.relowner
        WHERE EXISTS (SELECT FROM column_of x WHERE x.attrelid = t.oid AND x.attname = 'assigned_at' AND x.type = 'timestamp with time zone')
          AND EXISTS (SELECT FROM column_of x WHERE x.attrelid = h.oid AND x.attname = 'valid_to' AND x.type = 'timestamp with time zone')
          AND obj_description(t.oid, 'pg_class') LIKE '%written by segment.publish.%'),
    found AS (
        SELECT p.target AS oid, k.attname, k.type FROM published p JOIN column_of k ON k.attrelid = p.target AND k.place = 1
        UNION SELECT p.history, k.attname, k.type FROM published p JOIN column_of k ON k.attrelid = p.history AND k.place = 1
        UNION SELECT to_regclass(format('%I.%I', t.target_schema, t.target_name))::oid, 'customer_id', 'text' FROM segment_internal.trigger_targets() t
        UNION SELECT to_regclass(format('%I.%I', l.ledger_schema, l.ledger_name))::oid, 'customer_id', 'text' FROM segment_internal.ledgers() l)
    SELECT f.oid::regclass, pg_get_userbyid(o.relowner)::text, f.attname::text, f.type
    FROM found f JOIN own o ON o.oid = f.oid
    WHERE EXISTS (SELECT FROM column_of k WHERE k.attrelid = f.oid AND k.attname = f.attname)
    ORDER BY o.nspname COLLATE "C", o.relname COLLATE "C";
END $$;
COMMENT ON FUNCTION segment_internal.forget_targets() IS
'The tables that forget_customer clears: published tables with their histories, tables of run_triggers, ledgers; those to whose owner the caller may SET ROLE.';

CREATE FUNCTION segment_internal.ledgers() RETURNS SETOF segment.ledger
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 5;
COMMENT ON FUNCTION segment_internal.ledgers() IS
'The ledgers of roles whose privileges the caller has.';

CREATE FUNCTION segment_internal.ledgers(caller oid) RETURNS SETOF segment.ledger
LANGUAGE plpgsql STABLE ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT l.* FROM segment.ledger l WHERE segment_internal.role_may(caller, l.owner, l.owner_key);
END $$;

CREATE FUNCTION segment_internal.forget_registered(customer text) RETURNS TABLE (relation text, removed bigint)
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE ROWS 2;
COMMENT ON FUNCTION segment_internal.forget_registered(text) IS
'Deletes a customer from campaigns and from the logged changes of ledgers, of roles whose privileges the caller has. The approval of a campaign stays.';

CREATE FUNCTION segment_internal.forget_registered(caller oid, customer text) RETURNS TABLE (relation text, removed bigint)
LANGUAGE plpgsql VOLATILE ROWS 2 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c segment.campaign;
    n bigint;
BEGIN
    FOR c IN SELECT o.* FROM segment.campaign o WHERE segment_internal.role_may(caller, o.owner, o.owner_key)
             AND EXISTS (SELECT FROM segment.campaign_member m WHERE m.campaign_name = o.campaign_name AND m.customer_id = customer)
             ORDER BY o.campaign_name COLLATE "C" FOR UPDATE
    LOOP
        DELETE FROM segment.campaign_member m WHERE m.campaign_name = c.campaign_name AND m.customer_id = customer;
        GET DIAGNOSTICS n = ROW_COUNT;
        UPDATE segment.campaign o SET members = o.members - n WHERE o.campaign_name = c.campaign_name RETURNING * INTO c;
        PERFORM segment_internal.note_campaign(c, 'forgot', caller);
        RETURN QUERY SELECT format('campaign "%s"', c.campaign_name), n;
    END LOOP;
    DELETE FROM segment.ledger_change h USING segment.ledger l
    WHERE l.ledger_id = h.ledger_id AND h.customer_id = customer AND segment_internal.role_may(caller, l.owner, l.owner_key);
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n > 0 THEN
        RETURN QUERY SELECT 'changes of ledgers', n;
    END IF;
END $$;

CREATE FUNCTION segment_internal.forget_customer(id text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    t record;
    r record;
    n bigint;
    kept bigint;
    found bigint := 0;
    key text;
BEGIN
    IF segment_internal.meaningful_id(id) IS NULL THEN
        RAISE EXCEPTION 'id must not be null or blank' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    FOR t IN SELECT * FROM segment_internal.forget_targets() LOOP
        -- a value of the column's type finds the row by its index; an id that is none is not in the table
        BEGIN
            key := CASE WHEN t.key_type IN ('text', 'character varying') THEN format('%L', id)
                        WHEN t.key_type = 'bigint' THEN format('%L::pg_catalog.int8', id::bigint)
                        WHEN t.key_type = 'integer' THEN format('%L::pg_catalog.int4', id::integer)
                        WHEN t.key_type = 'smallint' THEN format('%L::pg_catalog.int2', id::smallint)
                        WHEN t.key_type = 'character' THEN format('%L::pg_catalog.bpchar', id)
                        WHEN t.key_type = 'uuid' THEN format('%L::pg_catalog.uuid', id::uuid)
                        WHEN t.key_type = 'numeric' THEN format('%L::pg_catalog.numeric', id::numeric)
                        ELSE '' END;
        EXCEPTION WHEN data_exception THEN
            CONTINUE;
        END;
        IF key = '' THEN
            RAISE WARNING 'relation "%" is left as it is: its key has type %', segment_internal.relation_name(t.relation), t.key_type;
            CONTINUE;
        END IF;
        n := segment_internal.delete_as(t.owner, format('DELETE FROM %s WHERE %I OPERATOR(pg_catalog.=) %s', t.relation, t.key_column, key));
        -- a trigger or a rule can keep a row without an error
        SELECT q.n INTO kept FROM segment_internal.query_as(t.owner, format('SELECT count(*) FROM %s WHERE %I OPERATOR(pg_catalog.=) %s', t.relation, t.key_column, key)) AS q(n bigint);
        IF kept > 0 THEN
            RAISE EXCEPTION '% rows of "%" cannot be removed', kept, segment_internal.relation_name(t.relation)
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A trigger or a rule of the table keeps them.';
        END IF;
        IF n > 0 THEN
            RAISE NOTICE 'rows removed from "%": %', segment_internal.relation_name(t.relation), n;
            found := found + n;
        END IF;
    END LOOP;
    FOR r IN SELECT * FROM segment_internal.forget_registered(id) LOOP
        RAISE NOTICE 'rows removed from %: %', r.relation, r.removed;
        found := found + r.removed;
    END LOOP;
    IF found = 0 THEN
        RAISE NOTICE 'no rows removed';
    END IF;
    -- the same words whether or not there is something: nobody learns what other roles have
    IF NOT (SELECT a.rolsuper FROM pg_roles a WHERE a.rolname = current_user) THEN
        RAISE NOTICE 'relations of roles to which role "%" may not SET ROLE were not searched', current_user USING HINT = 'A superuser reaches all.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.forget_customer(text) IS
'Implementation of segment.forget_customer, which hides the SQL context of errors.';

CREATE PROCEDURE segment.forget_customer(id text)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C;
COMMENT ON PROCEDURE segment.forget_customer(text) IS
'Deletes the rows about a customer in what the extension has written: published tables and their histories, tables of run_triggers, ledgers, members of campaigns and logged changes of ledgers; those to whose owner the caller may SET ROLE. id is compared as a value of the key''s type. A NOTICE for each relation has the number of rows; another one reminds all but superusers that relations of other roles were not searched. Deletes run as the owner of each table. Sources, lists of suppressed customers and other tables of yours stay: clear them first, since a refit, a publication or a refresh reads them again. Models contain no rows. Errors: 22004 id is null or blank; 55000 a trigger or a rule keeps rows.';

CREATE FUNCTION segment_internal.forget_customer(id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT segment_internal.forget_customer(id::text);
END;
COMMENT ON FUNCTION segment_internal.forget_customer(bigint) IS
'The same for a number.';

CREATE PROCEDURE segment.forget_customer(id bigint)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C;
COMMENT ON PROCEDURE segment.forget_customer(bigint) IS
'The same for an id that is a number, such as CALL segment.forget_customer(42).';
