-- Triggers of users, and contacts: register_trigger, run_triggers, trigger_performance.

-- ---- the registry ----------------------------------------------------------------------

CREATE FUNCTION segment_internal.triggers(name text) RETURNS SETOF segment.trigger
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 5;
COMMENT ON FUNCTION segment_internal.triggers(text) IS
'The registered triggers that the caller may run, or the one of that name. owner is the role''s present name.';

CREATE FUNCTION segment_internal.triggers(caller oid, name text) RETURNS SETOF segment.trigger
LANGUAGE plpgsql STABLE ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t segment.trigger;
BEGIN
    FOR t IN SELECT o.* FROM segment.trigger o
             WHERE (name IS NULL OR o.trigger_name = name) AND segment_internal.role_may(caller, o.owner, o.owner_key)
             ORDER BY o.trigger_name COLLATE "C"
    LOOP
        t.owner := pg_get_userbyid(segment_internal.remembered_role(t.owner, t.owner_key));
        RETURN NEXT t;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.add_trigger(t segment.trigger) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_trigger(segment.trigger) IS
'Registers a trigger owned by the caller. Error: 42710 the name exists.';

CREATE FUNCTION segment_internal.add_trigger(caller oid, t segment.trigger) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    INSERT INTO segment.trigger (trigger_name, owner, owner_key, source_schema, source_name, priority, cooldown_days)
    VALUES (t.trigger_name, pg_get_userbyid(caller), segment_internal.role_key(caller), t.source_schema, t.source_name, t.priority, t.cooldown_days);
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'trigger "%" is registered already', t.trigger_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.remove_trigger(name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_trigger(text) IS
'Deletes a registered trigger. Error: 42704 the caller owns no trigger of that name.';

CREATE FUNCTION segment_internal.remove_trigger(caller oid, name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM segment.trigger t
    WHERE t.trigger_name = name
      AND (segment_internal.role_may(caller, t.owner, t.owner_key)
           OR (segment_internal.remembered_role(t.owner, t.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, t.owner, t.owner_key))));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'trigger "%" is not registered', name USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.check_modeler(caller);
END $$;

CREATE FUNCTION segment_internal.trigger_targets() RETURNS SETOF segment.trigger_target
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 5;
COMMENT ON FUNCTION segment_internal.trigger_targets() IS
'The tables of run_triggers whose owner''s privileges the caller has. owner is the role''s present name.';

CREATE FUNCTION segment_internal.trigger_targets(caller oid) RETURNS SETOF segment.trigger_target
LANGUAGE plpgsql STABLE ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t segment.trigger_target;
BEGIN
    FOR t IN SELECT o.* FROM segment.trigger_target o WHERE segment_internal.role_may(caller, o.owner, o.owner_key) LOOP
        t.owner := pg_get_userbyid(segment_internal.remembered_role(t.owner, t.owner_key));
        RETURN NEXT t;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.set_trigger_target(target regclass, conversion_days integer, as_of date, is_new boolean) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_trigger_target(regclass, integer, date, boolean) IS
'Notes that run_triggers writes a table whose owner''s privileges the caller has. as_of: NULL for a run without receipts, which leaves the date and the days of the last run with receipts. is_new: the table was created by this run, and what is known of one of that name is forgotten. Error: 42501 the caller does not have them, or is no modeler.';

CREATE FUNCTION segment_internal.set_trigger_target(caller oid, target regclass, conversion_days integer, as_of date, is_new boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c record;
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    SELECT n.nspname, r.relname, r.relowner INTO c FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = target;
    IF NOT FOUND OR NOT pg_has_role(caller, c.relowner, 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of table "%"', c.relname USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- what is left of tables that were dropped
    DELETE FROM segment.trigger_target t
    WHERE segment_internal.role_may(caller, t.owner, t.owner_key) AND to_regclass(format('%I.%I', t.target_schema, t.target_name)) IS NULL;
    DELETE FROM segment.trigger_target t WHERE is_new AND t.target_schema = c.nspname AND t.target_name = c.relname;
    INSERT INTO segment.trigger_target AS t
    VALUES (c.nspname, c.relname, pg_get_userbyid(c.relowner), segment_internal.role_key(c.relowner), conversion_days, as_of)
    ON CONFLICT (target_schema, target_name) DO UPDATE
    SET owner = EXCLUDED.owner, owner_key = EXCLUDED.owner_key, run_at = EXCLUDED.run_at,
        -- a run without receipts knows of no conversion
        (as_of, conversion_days) = (SELECT t.as_of, t.conversion_days WHERE t.owner_key = EXCLUDED.owner_key AND EXCLUDED.as_of IS NULL AND t.as_of IS NOT NULL
                                    UNION ALL
                                    SELECT EXCLUDED.as_of, EXCLUDED.conversion_days LIMIT 1);
END $$;

-- ---- triggers of users -----------------------------------------------------------------

CREATE FUNCTION segment_internal.register_trigger(name text, relation regclass, priority integer DEFAULT 100, cooldown_days integer DEFAULT 30)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t segment.trigger;
    type oid;
BEGIN
    IF name IS NULL OR relation IS NULL OR priority IS NULL OR cooldown_days IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN name IS NULL THEN 'name' WHEN relation IS NULL THEN 'relation' WHEN priority IS NULL THEN 'priority' ELSE 'cooldown_days' END
            USING ERRCODE = 'null_value_not_allowed';
    ELSIF name = '' OR NOT segment_internal.is_plain_name(name) OR octet_length(name) > 63 THEN
        RAISE EXCEPTION 'name of a trigger must have 1 to 63 bytes and no invisible characters' USING ERRCODE = 'invalid_parameter_value';
    ELSIF name = ANY (segment_internal.trigger_names()) THEN
        RAISE EXCEPTION 'trigger "%" is one of the extension', name USING ERRCODE = 'duplicate_object', HINT = 'Choose another name.';
    ELSIF cooldown_days NOT BETWEEN 0 AND 36500 THEN
        RAISE EXCEPTION 'cooldown_days must be from 0 to 36500' USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relpersistence = 't') THEN
        RAISE EXCEPTION 'source "%" is not a permanent table, view or materialized view', segment_internal.relation_name(relation) USING ERRCODE = 'wrong_object_type';
    END IF;
    PERFORM segment_internal.check_columns(relation, '{customer_id,happened_on,strength,evidence}', 'A trigger needs the columns customer_id, happened_on, strength and evidence.');
    PERFORM segment_internal.check_column_kind(relation, 'happened_on', 'date');
    PERFORM segment_internal.check_column_kind(relation, 'strength', 'number');
    SELECT n.nspname, c.relname INTO t.source_schema, t.source_name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
    t.trigger_name := name;
    t.priority := register_trigger.priority;
    t.cooldown_days := register_trigger.cooldown_days;
    PERFORM segment_internal.add_trigger(t);
END $$;
COMMENT ON FUNCTION segment_internal.register_trigger(text, regclass, integer, integer) IS
'Implementation of segment.register_trigger, which hides the SQL context of errors.';

CREATE FUNCTION segment.register_trigger(name text, relation regclass, priority integer DEFAULT 100, cooldown_days integer DEFAULT 30) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.register_trigger(text, regclass, integer, integer) IS
'Adds a trigger of one''s own, which run_triggers then runs with those of the extension, for tables that belong to the caller. relation: a table or view with the columns customer_id, happened_on (a date), strength (a number, 0 to 1) and evidence, as triggers returns them; it is read as the role that registered it. priority: the lower, the sooner; those of the extension have 100. cooldown_days: days between two contacts of a customer by this trigger. Errors: 42710 the name exists; 42703, 42804 a column is missing or of the wrong type; 22004, 22023 an argument is not valid; 42501 the caller is no modeler.';

CREATE FUNCTION segment_internal.drop_trigger(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.remove_trigger(name);
END $$;
COMMENT ON FUNCTION segment_internal.drop_trigger(text) IS
'Implementation of segment.drop_trigger, which hides the SQL context of errors.';

CREATE FUNCTION segment.drop_trigger(name text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.drop_trigger(text) IS
'Reverses register_trigger; the relation itself remains. A trigger whose owner was dropped can be removed by the owner of the extension. Errors: 42704 the caller has no trigger of that name; 42501 the caller is no modeler.';

CREATE VIEW segment.registered_triggers WITH (security_invoker = true) AS
    SELECT t.trigger_name, pg_catalog.format('%I.%I', t.source_schema, t.source_name) AS relation, t.priority, t.cooldown_days, t.owner, t.created_at
    FROM segment_internal.triggers(NULL) t;
COMMENT ON VIEW segment.registered_triggers IS 'The triggers of users that the current user may run. Key: trigger_name.';
COMMENT ON COLUMN segment.registered_triggers.trigger_name IS 'Name of the trigger.';
COMMENT ON COLUMN segment.registered_triggers.relation IS 'Relation with its events.';
COMMENT ON COLUMN segment.registered_triggers.priority IS 'The lower, the sooner among the events of a customer.';
COMMENT ON COLUMN segment.registered_triggers.cooldown_days IS 'Days between two contacts of a customer by this trigger.';
COMMENT ON COLUMN segment.registered_triggers.owner IS 'Role that registered it.';
COMMENT ON COLUMN segment.registered_triggers.created_at IS 'When it was registered.';

-- ---- contacts: the policy ----------------------------------------------------------------

CREATE FUNCTION segment_internal.policy_number(policy jsonb, key text, lowest numeric, highest numeric, is_whole boolean) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT policy ? key OR (jsonb_typeof(policy -> key) = 'number' AND (policy ->> key)::numeric BETWEEN lowest AND highest
                            AND (NOT is_whole OR (policy ->> key)::numeric = trunc((policy ->> key)::numeric))) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'option "%" must be a % from % to %', key, CASE WHEN is_whole THEN 'whole number' ELSE 'number' END, lowest, highest USING ERRCODE = 'invalid_parameter_value';
END $$;
COMMENT ON FUNCTION segment_internal.policy_number(jsonb, text, numeric, numeric, boolean) IS
'Support function of run_triggers: 22023 unless a number of the policy is not given or within its limits.';

CREATE FUNCTION segment_internal.checked_policy(policy jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    defaults jsonb := '{"holdout": 0, "per_days": 30, "cooldown_days": 30, "conversion_days": 14, "seed": 42, "cooldowns": {}, "priorities": {}}';
    valid text[] := '{max_contacts,per_days,cooldown_days,cooldowns,priorities,holdout,seed,conversion_days}';
    wrong text;
    list text;
    one record;
BEGIN
    IF policy IS NULL OR jsonb_typeof(policy) <> 'object' THEN
        RAISE EXCEPTION 'policy must be a jsonb object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT min(k) INTO wrong FROM jsonb_object_keys(policy) k WHERE k <> ALL (valid);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'unrecognized option "%"', wrong USING ERRCODE = 'invalid_parameter_value', HINT = format('Valid options are: %s.', array_to_string(valid, ', '));
    END IF;
    PERFORM segment_internal.policy_number(policy, 'max_contacts', 1, 1000000, true);
    PERFORM segment_internal.policy_number(policy, 'per_days', 1, 36500, true);
    PERFORM segment_internal.policy_number(policy, 'cooldown_days', 0, 36500, true);
    PERFORM segment_internal.policy_number(policy, 'conversion_days', 1, 3650, true);
    PERFORM segment_internal.policy_number(policy, 'holdout', 0, 1, false);
    PERFORM segment_internal.policy_number(policy, 'seed', 0, 9007199254740992, true);
    FOREACH list IN ARRAY '{cooldowns,priorities}'::text[] LOOP
        CONTINUE WHEN NOT policy ? list;
        IF jsonb_typeof(policy -> list) <> 'object' THEN
            RAISE EXCEPTION 'option "%" must be an object of numbers by trigger', list USING ERRCODE = 'invalid_parameter_value';
        END IF;
        FOR one IN SELECT k FROM jsonb_object_keys(policy -> list) k LOOP
            IF one.k <> ALL (segment_internal.trigger_names()) THEN
                RAISE EXCEPTION 'option "%" names the trigger "%", which is none of the extension', list, one.k
                    USING ERRCODE = 'invalid_parameter_value', HINT = 'Those of users have what register_trigger says.';
            END IF;
            PERFORM segment_internal.policy_number(policy -> list, one.k, CASE list WHEN 'cooldowns' THEN 0 ELSE -1000000 END, CASE list WHEN 'cooldowns' THEN 36500 ELSE 1000000 END, true);
        END LOOP;
    END LOOP;
    -- 30.0 is 30, also where it is read as text
    RETURN (SELECT jsonb_object_agg(p.key, CASE jsonb_typeof(p.value)
                WHEN 'number' THEN to_jsonb(trim_scale(round(p.value::numeric, 20)))
                ELSE (SELECT COALESCE(jsonb_object_agg(n.key, trim_scale(n.value::numeric)), '{}') FROM jsonb_each(p.value) n) END)
            FROM jsonb_each(defaults || policy) p);
END $$;
COMMENT ON FUNCTION segment_internal.checked_policy(jsonb) IS
'Support function of run_triggers: the policy with its defaults. Error: 22023.';

CREATE FUNCTION segment_internal.in_holdout(customer_id text, trigger_name text, share float8, seed text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- the first 48 bits of a hash that is the same in all versions, on all machines and in all encodings
    SELECT (('x' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
               seed || pg_catalog.chr(31) || trigger_name || pg_catalog.chr(31) || customer_id, 'UTF8')), 'hex'), 12))::bit(48)::bigint)::float8 / 281474976710656 < share;
END;
COMMENT ON FUNCTION segment_internal.in_holdout(text, text, float8, text) IS
'Support function of run_triggers: is the customer in the share of customers that a trigger never contacts? The same for each run with this seed; a larger share keeps those of a smaller one.';

-- ---- contacts: the queries ---------------------------------------------------------------

CREATE FUNCTION segment_internal.event_strength(trigger_name text, strength float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT strength BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'strength of trigger "%" must be from 0 to 1', trigger_name USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    RETURN strength;
END $$;
COMMENT ON FUNCTION segment_internal.event_strength(text, float8) IS
'Support function of run_triggers: the strength of an event of a registered trigger; NULL stays NULL. Error: 22003.';

CREATE FUNCTION segment_internal.events_query(
    receipts regclass, lookback_days integer, customers regclass, products regclass, history regclass, options jsonb,
    suppressed regclass, currency text, rates regclass, target_owner text)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    t record;
    source regclass;
    pieces text[] := '{}';
BEGIN
    IF receipts IS NOT NULL OR customers IS NOT NULL OR history IS NOT NULL THEN
        pieces := pieces || format(
            'SELECT r.customer_id, r.trigger, r.happened_on, r.strength, r.evidence,'
            ' COALESCE(($2 -> ''priorities'' ->> r.trigger)::integer, 100) AS priority,'
            ' COALESCE(($2 -> ''cooldowns'' ->> r.trigger)::integer, ($2 ->> ''cooldown_days'')::integer) AS cooldown_days'
            ' FROM segment_internal.trigger_rows(%L, $1, %s, %L, %L, %L, %L, %L, %L, NULL) r',
            receipts::oid, COALESCE(lookback_days::text, 'NULL'), customers::oid, products::oid, history::oid, options, currency, rates::oid);
    END IF;
    FOR t IN SELECT * FROM segment_internal.triggers(NULL) g WHERE g.owner = target_owner LOOP
        source := to_regclass(format('%I.%I', t.source_schema, t.source_name));
        IF source IS NULL THEN
            RAISE EXCEPTION 'source "%.%" of trigger "%" does not exist', t.source_schema, t.source_name, t.trigger_name USING ERRCODE = 'undefined_table';
        END IF;
        -- as the role that registered it: a view may contain its code
        pieces := pieces || format(
            'SELECT r.customer_id, %1$L::text AS trigger, r.happened_on, segment_internal.event_strength(%1$L, r.strength) AS strength, r.evidence,'
            ' %2$s AS priority, %3$s AS cooldown_days FROM segment_internal.query_as(%4$L, %5$L, NULL, NULL, NULL)'
            ' AS r(customer_id text, happened_on date, strength float8, evidence text)'
            ' WHERE segment_internal.meaningful_id(r.customer_id) IS NOT NULL AND r.happened_on > $1 - %6$s AND r.happened_on <= $1 + 366',
            t.trigger_name, t.priority, t.cooldown_days, t.owner,
            format('SELECT l.customer_id::text, l.happened_on::date, l.strength::float8, l.evidence::text FROM %s l', source), lookback_days);
    END LOOP;
    IF cardinality(pieces) = 0 THEN
        RAISE EXCEPTION 'there is no relation to read' USING ERRCODE = 'null_value_not_allowed',
            HINT = 'Name receipts, customers or history, or register a trigger.';
    END IF;
    IF suppressed IS NOT NULL THEN
        PERFORM segment_internal.check_columns(suppressed, '{customer_id}', 'A list of suppressed customers needs the column customer_id; trigger is optional.');
    END IF;
    IF products IS NOT NULL THEN
        -- the categories of products that such an event names
        pieces := ARRAY[format('(WITH o AS MATERIALIZED (%s), x AS MATERIALIZED (SELECT c.evidence FROM (SELECT DISTINCT o.evidence FROM o WHERE o.trigger = ''first_in_category'') c'
                               ' WHERE segment_internal.sensitive_product_category(c.evidence) IS NOT NULL),'
                               ' told AS MATERIALIZED (SELECT segment_internal.notice_left_out(count(*), ''sensitive categories of products'') AS is_told FROM x)'
                               ' SELECT o.* FROM o WHERE (SELECT t.is_told FROM told t) AND NOT (o.trigger = ''first_in_category'' AND EXISTS (SELECT FROM x WHERE x.evidence = o.evidence)))',
                               array_to_string(pieces, ' UNION ALL '))];
    END IF;
    IF EXISTS (SELECT FROM segment_internal.suppressions()) THEN
        pieces := ARRAY[format('(WITH p AS MATERIALIZED (%s), s AS MATERIALIZED (SELECT x.id FROM segment_internal.suppressed_ids() x(id)),'
                               ' told AS MATERIALIZED (SELECT segment_internal.notice_left_out(count(DISTINCT p.customer_id), ''suppressed customers'') AS is_told FROM p JOIN s ON s.id = p.customer_id)'
                               ' SELECT p.* FROM p WHERE (SELECT t.is_told FROM told t) AND NOT EXISTS (SELECT FROM s WHERE s.id = p.customer_id))',
                               array_to_string(pieces, ' UNION ALL '))];
    END IF;
    RETURN format('SELECT e.* FROM (%s) e%s', array_to_string(pieces, ' UNION ALL '), CASE WHEN suppressed IS NOT NULL THEN format(
        ' WHERE NOT EXISTS (SELECT FROM %s s WHERE s.customer_id::text = e.customer_id%s)', suppressed,
        CASE WHEN segment_internal.column_type(suppressed, 'trigger') IS NOT NULL THEN ' AND (s.trigger IS NULL OR s.trigger::text = e.trigger)' END) END);
END $$;
COMMENT ON FUNCTION segment_internal.events_query(regclass, integer, regclass, regclass, regclass, jsonb, regclass, text, regclass, text) IS
'Support function of run_triggers: the query of all events, the triggers that the owner of the target has registered included, those of suppressed customers left out. $1: as_of, $2: the policy. Errors: 42P01, 42703, 22004.';

CREATE FUNCTION segment_internal.contact_statements(target regclass) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
BEGIN ATOMIC
    SELECT ARRAY[
    -- a purchase after the contact, and within the days of conversion
    format($query$
        UPDATE %1$s AS t SET converted_on = c.day
        FROM (SELECT o.customer_id, o.trigger, o.happened_on, min(p.day) AS day
              FROM %1$s o JOIN purchases p ON p.customer_id = o.customer_id AND p.day > o.run_on AND p.day <= o.run_on + ($2 ->> 'conversion_days')::integer
              WHERE o.converted_on IS NULL
              GROUP BY o.customer_id, o.trigger, o.happened_on) c
        WHERE t.customer_id = c.customer_id AND t.trigger = c.trigger AND t.happened_on = c.happened_on
        $query$, t.name),
    -- new events, less cool-down, and then the first of each customer as long as there is room
    format($query$
        WITH fresh AS (
            SELECT DISTINCT ON (e.customer_id, e.trigger, CASE WHEN e.cooldown_days = 0 THEN e.happened_on END) e.*
            FROM events e
            WHERE NOT EXISTS (SELECT FROM %1$s t WHERE t.customer_id = e.customer_id AND t.trigger = e.trigger
                              AND (t.happened_on = e.happened_on OR t.run_on > $1 - e.cooldown_days))
            ORDER BY e.customer_id, e.trigger, CASE WHEN e.cooldown_days = 0 THEN e.happened_on END, abs(e.happened_on - $1), e.happened_on DESC, e.strength DESC NULLS LAST, e.evidence),
        before AS (SELECT t.customer_id, count(*) AS contacts FROM %1$s t WHERE t.run_on > $1 - ($2 ->> 'per_days')::integer GROUP BY t.customer_id),
        ranked AS (
            SELECT f.*, COALESCE(b.contacts, 0) + row_number() OVER (PARTITION BY f.customer_id ORDER BY f.priority, f.strength DESC NULLS LAST, f.trigger COLLATE "C", f.happened_on) AS place
            FROM fresh f LEFT JOIN before b ON b.customer_id = f.customer_id)
        INSERT INTO %1$s (customer_id, trigger, happened_on, strength, evidence, priority, status, run_on)
        SELECT r.customer_id, r.trigger, r.happened_on, r.strength, r.evidence, r.priority,
               CASE WHEN segment_internal.in_holdout(r.customer_id, r.trigger, ($2 ->> 'holdout')::float8, $2 ->> 'seed') THEN 'holdout' ELSE 'contact' END, $1
        FROM ranked r
        WHERE $2 ->> 'max_contacts' IS NULL OR r.place <= ($2 ->> 'max_contacts')::bigint
        $query$, t.name)]
    -- with its schema: a temporary table may have the name of a table of the statement
    FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target) t;
END;
COMMENT ON FUNCTION segment_internal.contact_statements(regclass) IS
'Support function of run_triggers: the statements that write its table. $1: as_of, $2: the policy; events and purchases are tables of the statement.';

-- ---- contacts: the table -----------------------------------------------------------------

CREATE FUNCTION segment_internal.make_contacts(target_schema text, target_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    c record;
BEGIN
    EXECUTE format('CREATE TABLE %I.%I (customer_id text, trigger text, happened_on date, strength float8, evidence text, priority integer NOT NULL,'
                   ' status text NOT NULL CHECK (status IN (''contact'', ''holdout'')), run_on date NOT NULL, converted_on date, PRIMARY KEY (customer_id, trigger, happened_on))',
                   target_schema, target_name);
    EXECUTE format('CREATE INDEX ON %I.%I (run_on)', target_schema, target_name);
    EXECUTE format('COMMENT ON TABLE %I.%I IS %L', target_schema, target_name,
                   'Customers to contact, and those held out, written by segment.run_triggers. Key: customer_id, trigger, happened_on.');
    FOR c IN SELECT * FROM (VALUES
        ('customer_id', 'The customer.'), ('trigger', 'The event.'), ('happened_on', 'Day of the event.'), ('strength', 'From 0 to 1; see segment.triggers.'),
        ('evidence', 'Figures of the event.'), ('priority', 'The lower, the sooner.'),
        ('status', 'contact; holdout: not to be contacted, for comparison.'), ('run_on', 'Date of the run that wrote the row: the day of the contact.'),
        ('converted_on', 'First day of purchase after run_on, within the days of conversion; NULL: none so far.')) v(name, meaning)
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', target_schema, target_name, c.name, c.meaning);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.make_contacts(text, text) IS
'Support function of run_triggers: creates its table, owned by the caller.';

CREATE FUNCTION segment_internal.check_contacts(target regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES
        ('customer_id', 'text'::regtype), ('trigger', 'text'), ('happened_on', 'date'), ('strength', 'float8'), ('evidence', 'text'), ('priority', 'int4'),
        ('status', 'text'), ('run_on', 'date'), ('converted_on', 'date')) v(name, type)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = wanted.name AND a.atttypid = wanted.type AND NOT a.attisdropped) THEN
            RAISE EXCEPTION 'table "%" has no column "%" of type %', segment_internal.relation_name(target), wanted.name, format_type(wanted.type, NULL)
                USING ERRCODE = 'datatype_mismatch', HINT = 'Name a table that run_triggers has created, or one that does not exist.';
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.check_contacts(regclass) IS
'Support function of run_triggers: 42804 unless the table has the columns that it writes.';

CREATE FUNCTION segment_internal.run_triggers_to(
    name text[], as_of date, receipts regclass, lookback_days integer, customers regclass, products regclass,
    history regclass, options jsonb, policy jsonb, suppressed regclass, currency text, rates regclass)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    target_schema text := name[1];
    target_name text := name[2];
    target regclass;
    is_new boolean := false;
    events text;
    since date;
    checked jsonb := segment_internal.checked_policy(policy);
BEGIN
    IF cardinality(name) IS DISTINCT FROM 2 OR target_schema IS NULL THEN
        RAISE EXCEPTION 'target must be a table name, with or without a schema' USING ERRCODE = 'invalid_name';
    ELSIF as_of IS NULL OR NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of must be a date' USING ERRCODE = CASE WHEN as_of IS NULL THEN 'null_value_not_allowed' ELSE 'datetime_field_overflow' END;
    ELSIF lookback_days IS NULL OR lookback_days NOT BETWEEN 1 AND 36500 THEN
        RAISE EXCEPTION 'lookback_days must be from 1 to 36500' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    target := segment_internal.target_lock(target_schema, target_name);
    IF target IS NULL THEN
        PERFORM segment_internal.target_name_lock(target_schema, target_name);
        target := segment_internal.target_lock(target_schema, target_name);
    END IF;
    IF target IS NULL THEN
        PERFORM segment_internal.make_contacts(target_schema, target_name);
        is_new := true;
        target := segment_internal.target_lock(target_schema, target_name);
    END IF;
    PERFORM segment_internal.check_contacts(target);
    events := segment_internal.events_query(receipts, lookback_days, customers, products, history, options, suppressed, currency, rates,
        (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = target));
    -- contacts whose days were over at the last run with receipts have all their conversions, except that receipts may have come late
    SELECT least(t.as_of, run_triggers_to.as_of) - 2 * t.conversion_days INTO since
    FROM segment_internal.trigger_targets() t
    WHERE to_regclass(format('%I.%I', t.target_schema, t.target_name)) = target AND t.as_of IS NOT NULL AND t.conversion_days >= (checked ->> 'conversion_days')::integer;
    PERFORM segment_internal.set_trigger_target(target, (checked ->> 'conversion_days')::integer, CASE WHEN receipts IS NOT NULL THEN as_of END, is_new);
    PERFORM segment_internal.write_contacts(target, as_of, checked, events,
        CASE WHEN receipts IS NULL THEN 'SELECT NULL::text AS customer_id, NULL::date AS day WHERE false'
             ELSE format('SELECT r.customer_id, r.receipt_date AS day FROM segment.receipt_totals(%L, $1, %L, %L) r WHERE r.receipt_count > 0'
                         ' AND r.receipt_date > %L::date', receipts::oid, currency, rates::oid, COALESCE(since, '-infinity')) END,
        segment_internal.contact_statements(target));
END $$;
COMMENT ON FUNCTION segment_internal.run_triggers_to(text[], date, regclass, integer, regclass, regclass, regclass, jsonb, jsonb, regclass, text, regclass) IS
'Implementation of run_triggers, with schema and name of the target.';

CREATE FUNCTION segment_internal.write_contacts(target regclass, as_of date, policy jsonb, events_query text, purchases_query text, statements text[]) RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.write_contacts(regclass, date, jsonb, text, text, text[]) IS
'Support function of run_triggers: reads events and purchases as the caller, and runs the statements as the owner of the locked target, in a security-restricted operation. Errors: 42501 the caller cannot SET ROLE to the owner; 55000 not locked; 55006 a statement reads another table.';

CREATE FUNCTION segment_internal.run_triggers(
    target text, as_of date, receipts regclass DEFAULT NULL, lookback_days integer DEFAULT 7, customers regclass DEFAULT NULL,
    products regclass DEFAULT NULL, history regclass DEFAULT NULL, options jsonb DEFAULT '{}', policy jsonb DEFAULT '{}',
    suppressed regclass DEFAULT NULL, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    -- no SET clause: an unqualified name goes where the caller's search path says
    SELECT segment_internal.run_triggers_to(segment_internal.ledger_target(target), as_of, receipts, lookback_days, customers, products, history,
                                            options, policy, suppressed, currency, rates);
END;
COMMENT ON FUNCTION segment_internal.run_triggers(text, date, regclass, integer, regclass, regclass, regclass, jsonb, jsonb, regclass, text, regclass) IS
'Implementation of segment.run_triggers, which hides the SQL context of errors.';

CREATE PROCEDURE segment.run_triggers(
    target text, as_of date, receipts regclass DEFAULT NULL, lookback_days integer DEFAULT 7, customers regclass DEFAULT NULL,
    products regclass DEFAULT NULL, history regclass DEFAULT NULL, options jsonb DEFAULT '{}', policy jsonb DEFAULT '{}',
    suppressed regclass DEFAULT NULL, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C;
COMMENT ON PROCEDURE segment.run_triggers(text, date, regclass, integer, regclass, regclass, regclass, jsonb, jsonb, regclass, text, regclass) IS
'Writes whom to contact today: the events of triggers (same arguments) and of the triggers that the owner of target has registered, one row each, into target: a table of the caller''s, created if needed, with customer_id, trigger, happened_on, strength, evidence, priority, status (contact or holdout), run_on (as_of) and converted_on. Running it again with the same as_of changes nothing; an event is written once. Of several events of a customer for one trigger the one nearest to as_of is written, unless its cool-down is 0.
policy, an object: cooldown_days (30): a customer is not written again for the same trigger within so many days; cooldowns: the same by trigger. max_contacts (none) per per_days (30): the most rows of a customer, those with the lowest priority first, then the strongest. priorities: numbers by trigger (100). holdout (0): the share of customers, 0 to 1, that a trigger never contacts, chosen for each trigger by a hash of customer_id and seed (42); their rows have the status holdout, and count like contacts in cooldown_days and max_contacts, so that both groups are chosen by the same rules. conversion_days (14): converted_on is the first day of purchase in receipts after run_on, within so many days. The policy is not stored: give it at each run.
suppressed: a relation (customer_id[, trigger]) of customers that are not written; NULL in trigger is all triggers. Sources are read as the caller, registered triggers as the role that registered them; target is written as its owner, to which the caller must be able to SET ROLE, in a security-restricted operation. All in the caller''s transaction; runs for one target take turns. Errors: those of triggers; 22023 policy not valid; 22003 the strength of a registered trigger is not from 0 to 1; 42804 target has other columns; 42501 no privilege, or the caller is no modeler; 42P01 the relation of a registered trigger does not exist.';

-- ---- performance -------------------------------------------------------------------------

CREATE FUNCTION segment_internal.trigger_performance()
RETURNS TABLE (target text, trigger text, contacted bigint, contacted_converted bigint, held_out bigint, holdout_converted bigint, as_of date, conversion_days integer,
               problem text, run_at timestamptz)
LANGUAGE plpgsql VOLATILE ROWS 20 SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    t segment.trigger_target;
    table_name text;
BEGIN
    FOR t IN SELECT * FROM segment_internal.trigger_targets() LOOP
        table_name := format('%I.%I', t.target_schema, t.target_name);
        CONTINUE WHEN to_regclass(table_name) IS NULL;
        BEGIN
            -- as its owner: a view may stand in its place
            RETURN QUERY
            SELECT table_name, r.*, t.as_of, t.conversion_days, NULL::text, t.run_at FROM segment_internal.query_as(t.owner, format(
                'SELECT c.trigger::text, count(*) FILTER (WHERE c.status = ''contact''), count(*) FILTER (WHERE c.status = ''contact'' AND c.converted_on <= c.run_on + %2$s),'
                ' count(*) FILTER (WHERE c.status = ''holdout''), count(*) FILTER (WHERE c.status = ''holdout'' AND c.converted_on <= c.run_on + %2$s)'
                ' FROM %1$s c WHERE c.run_on <= %3$L::date - %2$s GROUP BY c.trigger::text', table_name, t.conversion_days, t.as_of), NULL, NULL, NULL)
                AS r(trigger text, contacted bigint, contacted_converted bigint, held_out bigint, holdout_converted bigint);
        EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
            -- the table was changed, or the caller cannot SET ROLE to its owner: a view does not fail because of one table
            RETURN QUERY SELECT table_name, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, t.as_of, t.conversion_days, SQLERRM, t.run_at;
        END;
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.trigger_performance() IS
'Support function of the view segment.trigger_performance: contacts whose days of conversion are over, by table and trigger; for a table that cannot be read one row with the problem.';

CREATE VIEW segment.trigger_performance WITH (security_invoker = true) AS
    SELECT p.target, p.trigger, p.contacted, p.contacted_converted, p.contacted_converted::float8 / NULLIF(p.contacted, 0) AS contacted_rate,
           p.held_out, p.holdout_converted, p.holdout_converted::float8 / NULLIF(p.held_out, 0) AS holdout_rate,
           p.contacted_converted::float8 / NULLIF(p.contacted, 0) - p.holdout_converted::float8 / NULLIF(p.held_out, 0) AS difference,
           n.lower_bound, n.upper_bound, p.conversion_days, p.as_of
    FROM segment_internal.trigger_performance() p
    -- counts that are none, as a view with volatile columns gives, have no interval
    CROSS JOIN LATERAL segment.newcombe_interval(CASE WHEN p.contacted_converted BETWEEN 0 AND p.contacted THEN p.contacted_converted END, p.contacted,
                                                 CASE WHEN p.holdout_converted BETWEEN 0 AND p.held_out THEN p.holdout_converted END, p.held_out) n
    WHERE p.problem IS NULL;
COMMENT ON VIEW segment.trigger_performance IS 'What triggers have brought: shares of customers who bought within conversion_days after the contact, and of those held out, over the rows whose days of conversion are over. For the tables of run_triggers whose owner''s role the current user can take; a table that cannot be read has no rows here and a row in segment.problems. Key: target, trigger.';
COMMENT ON COLUMN segment.trigger_performance.target IS 'The table that run_triggers writes.';
COMMENT ON COLUMN segment.trigger_performance.trigger IS 'The trigger.';
COMMENT ON COLUMN segment.trigger_performance.contacted IS 'Contacts.';
COMMENT ON COLUMN segment.trigger_performance.contacted_converted IS 'Those of them with a purchase within conversion_days.';
COMMENT ON COLUMN segment.trigger_performance.contacted_rate IS 'contacted_converted / contacted.';
COMMENT ON COLUMN segment.trigger_performance.held_out IS 'Events of customers held out.';
COMMENT ON COLUMN segment.trigger_performance.holdout_converted IS 'Those of them with a purchase within conversion_days.';
COMMENT ON COLUMN segment.trigger_performance.holdout_rate IS 'holdout_converted / held_out; NULL without a holdout.';
COMMENT ON COLUMN segment.trigger_performance.difference IS 'contacted_rate - holdout_rate: what the contact has changed.';
COMMENT ON COLUMN segment.trigger_performance.lower_bound IS 'Lower end of the 95 % interval of difference (Newcombe 1998, method 10). When 0 lies between the bounds, chance may explain the difference.';
COMMENT ON COLUMN segment.trigger_performance.upper_bound IS 'Upper end of that interval.';
COMMENT ON COLUMN segment.trigger_performance.conversion_days IS 'Days after the contact in which a purchase counts, at the last run that read receipts.';
COMMENT ON COLUMN segment.trigger_performance.as_of IS 'Date of the last run that read receipts.';

GRANT SELECT ON segment.registered_triggers, segment.trigger_performance TO PUBLIC;
