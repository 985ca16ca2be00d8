-- Ledgers: made, refreshed and checked.

CREATE FUNCTION segment_internal.ledger_changed() RETURNS trigger
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment_internal.ledger_changed() IS
'Trigger that create_ledger puts on a receipts table: logs which customers and months a statement changes, for the ledger whose number is its first argument; for each row it logs the partition. Of a table under a view of SAP receipts, the other arguments are the columns of the customer, the date and the document; see sap_tables. For a ledger that no longer exists it does nothing.';

CREATE FUNCTION segment_internal.ledger_refresh(ledger regclass, receipts regclass, currency text, rates regclass, change_column text) RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.ledger_refresh(regclass, regclass, text, regclass, text) IS
'Write what differs between a ledger and its receipts, as the owner of the ledger, whose role the caller must be able to take. Refreshes of one ledger take turns.';

CREATE FUNCTION segment_internal.ledger_differences(ledger regclass, receipts regclass, currency text, rates regclass)
RETURNS TABLE (customer_id text, month date, what text)
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.ledger_differences(regclass, regclass, text, regclass) IS
'What differs between a ledger and its receipts, read as the owner of the ledger, whose role the caller must be able to take.';

-- ---- create and drop --------------------------------------------------------------------

CREATE FUNCTION segment_internal.ledger_target(ledger_name text) RETURNS text[]
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.cardinality(p.parts) = 1 THEN pg_catalog.array_prepend(pg_catalog.current_schema()::text, p.parts) ELSE p.parts END
    FROM (SELECT pg_catalog.parse_ident(ledger_name) AS parts) p;
END;
COMMENT ON FUNCTION segment_internal.ledger_target(text) IS
'Schema and name of a ledger; without a schema it is the first one of the caller''s search path.';

CREATE FUNCTION segment_internal.check_detection(receipts regclass, kind text, detect text, change_column text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type oid := segment_internal.column_type(receipts, change_column);
    locked regclass;
BEGIN
    IF detect = 'changes' AND kind NOT IN ('r', 'p') AND segment_internal.logged_tables(detect, receipts) = ARRAY[receipts::oid] THEN
        RAISE EXCEPTION '"%" is not a table, so its changes cannot be logged', segment_internal.relation_name(receipts)
            USING ERRCODE = 'wrong_object_type', HINT = CASE kind WHEN 'v' THEN 'Use detect full, or detect column. Of views, only those that sap_receipts_view made can be used with detect changes.' ELSE 'Use detect full.' END;
    ELSIF detect = 'changes' AND segment_internal.has_parent(segment_internal.logged_tables(detect, receipts)) THEN
        RAISE EXCEPTION 'changes of "%" cannot be logged, because a table has a parent', segment_internal.relation_name(receipts)
            USING ERRCODE = 'wrong_object_type', HINT = 'What is written through a partitioned or inherited parent fires no trigger of the table. Use detect full, or the parent.';
    ELSIF detect = 'partitions' AND kind <> 'p' THEN
        RAISE EXCEPTION '"%" is not a partitioned table', segment_internal.relation_name(receipts) USING ERRCODE = 'wrong_object_type';
    ELSIF detect = 'column' AND kind NOT IN ('r', 'p', 'v') THEN
        RAISE EXCEPTION '"%" is not a table or view, so its transactions are not known', segment_internal.relation_name(receipts)
            USING ERRCODE = 'wrong_object_type', HINT = 'Use detect full.';
    ELSIF detect = 'column' AND type IS NULL THEN
        RAISE EXCEPTION 'relation "%" has no column "%"', segment_internal.relation_name(receipts), change_column USING ERRCODE = 'undefined_column';
    ELSIF detect = 'column' AND type NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but must be an integer, numeric, date or timestamp', change_column,
            segment_internal.relation_name(receipts), format_type(type, NULL) USING ERRCODE = 'datatype_mismatch';
    END IF;
    IF detect = 'changes' THEN
        SELECT t INTO locked FROM unnest(segment_internal.logged_tables(detect, receipts)) t WHERE NOT has_table_privilege(t, 'TRIGGER') LIMIT 1;
    ELSIF detect = 'partitions' AND NOT has_table_privilege(receipts, 'TRIGGER') THEN
        locked := receipts;
    END IF;
    IF locked IS NOT NULL THEN
        RAISE EXCEPTION 'permission denied for table "%"', segment_internal.relation_name(locked)
            USING ERRCODE = 'insufficient_privilege', HINT = format('For detect %s the table gets triggers, which needs the privilege TRIGGER on it.', detect);
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_detection(regclass, text, text, text) IS
'Support function of create_ledger: can changes of the receipts be found that way, by the caller? kind: their relkind. Errors: 42809, 42703, 42804, 42501.';

CREATE FUNCTION segment_internal.check_ledger(target text[], receipts regclass, detect text, currency text, rates regclass, change_column text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    passing regclass;
BEGIN
    IF target IS NULL OR receipts IS NULL OR detect IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN target IS NULL THEN 'ledger_name' WHEN receipts IS NULL THEN 'receipts' ELSE 'detect' END
            USING ERRCODE = 'null_value_not_allowed';
    ELSIF cardinality(target) <> 2 OR target[1] IS NULL THEN
        RAISE EXCEPTION 'ledger_name must be the name of a table, with or without schema' USING ERRCODE = 'invalid_name';
    ELSIF octet_length(target[2]) > 54 THEN
        RAISE EXCEPTION 'ledger name has % bytes, but at most 54 are possible', octet_length(target[2]) USING ERRCODE = 'name_too_long';
    ELSIF detect NOT IN ('full', 'changes', 'column', 'partitions') THEN
        RAISE EXCEPTION 'detect must be full, changes, column or partitions, but is %', detect USING ERRCODE = 'invalid_parameter_value';
    ELSIF detect = 'column' AND change_column IS NULL THEN
        RAISE EXCEPTION 'detect column needs the argument change_column' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Name a column of the receipts whose values rise, such as a load id or the time of the load.';
    ELSIF detect <> 'column' AND change_column IS NOT NULL THEN
        RAISE EXCEPTION 'change_column cannot be used with detect %', detect USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use detect column.';
    END IF;
    SELECT c.oid INTO passing FROM pg_class c WHERE c.oid IN (receipts, rates) AND c.relpersistence = 't' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%" is not a permanent table, view or materialized view', segment_internal.relation_name(passing)
            USING ERRCODE = 'wrong_object_type';
    END IF;
    PERFORM segment_internal.check_receipt_columns(receipts, currency, rates);
    IF segment_internal.column_type(receipts, 'currency') IS NOT NULL AND currency IS NULL AND rates IS NULL THEN
        RAISE EXCEPTION 'receipts with a column currency need the argument currency or rates' USING ERRCODE = 'invalid_parameter_value',
            HINT = CASE detect WHEN 'full' THEN 'Select one currency with the argument currency, or convert all amounts with the argument rates.' ELSE 'Select one currency with the argument currency; rates can only be used with detect full.' END;
    ELSIF currency IS NOT NULL THEN
        PERFORM segment_internal.check_currency(receipts, currency);
    END IF;
    IF detect <> 'full' AND rates IS NOT NULL THEN
        RAISE EXCEPTION 'detect % cannot be used together with rates', detect USING ERRCODE = 'invalid_parameter_value',
            HINT = 'A change of a rate is not noticed. Use detect full.';
    END IF;
    PERFORM segment_internal.check_detection(receipts, (SELECT c.relkind::text FROM pg_class c WHERE c.oid = receipts), detect, change_column);
END $$;
COMMENT ON FUNCTION segment_internal.check_ledger(text[], regclass, text, text, regclass, text) IS
'Support function of create_ledger: checks its arguments. Errors: 22004, 42602, 42622, 22023, 42809, 42703, 42804.';

CREATE FUNCTION segment_internal.make_ledger_table(target text[], receipts regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    c record;
BEGIN
    -- columns of fixed length first, which a reader finds at once; see src/receipts/ledger_refresh_pg.c
    EXECUTE format('CREATE TABLE %I.%I (receipts bigint NOT NULL, lines bigint NOT NULL, month date NOT NULL, first_date date, last_date date,'
                   ' net numeric NOT NULL, sales numeric, quantity numeric, customer_id text NOT NULL, PRIMARY KEY (customer_id, month)) PARTITION BY RANGE (month)', target[1], target[2]);
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %1$I.%3$I DEFAULT', target[1], target[2] || '_other', target[2]);
    EXECUTE format('COMMENT ON TABLE %I.%I IS %L', target[1], target[2], format(
        'Receipts of %s by customer and month, written by segment.refresh_ledger. Key: customer_id, month.', segment_internal.relation_name(receipts)));
    FOR c IN SELECT * FROM (VALUES
        ('customer_id', 'The customer.'), ('month', 'First day of the month.'), ('receipts', 'Number of receipts of the month whose total is >= 0.'),
        ('lines', 'Number of lines of all receipts of the month.'), ('quantity', 'Total of the column quantity of these lines; NULL when the receipts have no such column.'),
        ('sales', 'Total of the receipts whose total is >= 0; NULL when there are none.'), ('net', 'Total of all receipts of the month, returns included.'),
        ('first_date', 'Date of the first receipt whose total is >= 0; NULL when there is none.'),
        ('last_date', 'Date of the last receipt whose total is >= 0; NULL when there is none.')) v(name, meaning)
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', target[1], target[2], c.name, c.meaning);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.make_ledger_table(text[], regclass) IS
'Support function of create_ledger: create the table, which then belongs to the caller.';

CREATE FUNCTION segment_internal.make_ledger_triggers(ledger_id integer, table_id regclass, arguments text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT * FROM (VALUES
        ('insert', 'REFERENCING NEW TABLE AS new_rows'), ('update', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
        ('delete', 'REFERENCING OLD TABLE AS old_rows'), ('truncate', '')) v(event, tables)
    LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION segment_internal.ledger_changed(%s)',
                       segment_internal.ledger_trigger(ledger_id, t.event), t.event, table_id, t.tables, arguments);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.make_ledger_triggers(integer, regclass, text) IS
'Support function of create_ledger: the triggers that log changes. The caller needs the privilege TRIGGER on the table.';

CREATE FUNCTION segment_internal.make_all_ledger_triggers(ledger_id integer, receipts regclass, detect text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    t record;
BEGIN
    IF detect = 'partitions' THEN
        -- for each row, so that partitions get it, also those that come later
        EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION segment_internal.ledger_changed(%s)',
                       segment_internal.ledger_trigger(ledger_id, 'partition'), receipts, ledger_id);
    ELSIF detect = 'changes' AND segment_internal.logged_tables(detect, receipts) = ARRAY[receipts::oid] THEN
        PERFORM segment_internal.make_ledger_triggers(ledger_id, receipts, ledger_id::text);
    ELSIF detect = 'changes' THEN
        FOR t IN SELECT * FROM segment_internal.sap_tables(receipts)
        LOOP
            PERFORM segment_internal.make_ledger_triggers(ledger_id, t.table_id,
                format('%s, %L, %L, %L', ledger_id, COALESCE(t.customer, ''), COALESCE(t.day, ''), COALESCE(t.document, '')));
        END LOOP;
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.make_all_ledger_triggers(integer, regclass, text) IS
'Support function of create_ledger: the triggers on the receipts, or on the tables under a view of SAP receipts.';

CREATE FUNCTION segment_internal.make_ledger(target text[], receipts regclass, detect text, currency text, rates regclass, change_column text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    l segment.ledger;
BEGIN
    PERFORM segment_internal.check_ledger(target, receipts, detect, currency, rates, change_column);
    l.ledger_schema := target[1];
    l.ledger_name := target[2];
    SELECT n.nspname, c.relname INTO l.source_schema, l.source_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = receipts;
    SELECT n.nspname, c.relname INTO l.rates_schema, l.rates_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = rates;
    l.currency := make_ledger.currency;
    l.detect := make_ledger.detect;
    l.change_column := make_ledger.change_column;
    l.ledger_id := segment_internal.add_ledger(l);
    PERFORM segment_internal.make_ledger_table(target, receipts);
    PERFORM segment_internal.make_all_ledger_triggers(l.ledger_id, receipts, detect);
    PERFORM segment_internal.refresh(format('%I.%I', target[1], target[2])::regclass);
END $$;
COMMENT ON FUNCTION segment_internal.make_ledger(text[], regclass, text, text, regclass, text) IS
'The work of create_ledger, with schema and name of the ledger.';

CREATE FUNCTION segment_internal.create_ledger(ledger_name text, receipts regclass, detect text DEFAULT 'full', currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    change_column text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    -- no SET clause: an unqualified name goes where the caller's search path says
    SELECT segment_internal.make_ledger(segment_internal.ledger_target(ledger_name), receipts, detect, currency, rates, change_column);
END;
COMMENT ON FUNCTION segment_internal.create_ledger(text, regclass, text, text, regclass, text) IS
'The work of segment.create_ledger, whose errors show none of its SQL.';

CREATE FUNCTION segment.create_ledger(ledger_name text, receipts regclass, detect text DEFAULT 'full', currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    change_column text DEFAULT NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.create_ledger(text, regclass, text, text, regclass, text) IS
'Creates a ledger and fills it: a table of the caller''s with one row for each customer and month of a receipts relation, partitioned by month, which rfm and cohort_retention read in place of the receipts. ledger_name: name of the table, with or without schema, at most 54 bytes. receipts, currency and rates: see receipt_totals; receipts with a column currency need currency or rates. detect: how refresh_ledger finds what has changed; full (all receipts are read and compared), changes (triggers log customers and months, for tables and views of sap_receipts_view; the caller needs the privilege TRIGGER), column (lines are read again from a value of change_column on, for tables and views) or partitions (partitions that were attached, detached or changed are read whole, for partitioned tables; the caller needs the privilege TRIGGER); all but full not with rates. change_column: with detect column, a load id or timestamp that is drawn in the transaction which inserts or updates a line, and is never lower than a value drawn before; an update must set it and must not move a line to another customer or month; deleted lines are found by ledger_check only. Lines of one receipt that lie in two months are two receipts, one in each. Errors: 42P07 the relation exists; 22023 detect is not valid, currency or rates is missing, rates or change_column do not fit detect; 42703 and 42804 change_column does not exist or has another type; 42809 the receipts are of a kind that detect cannot be used with, or temporary; 42501 the caller has no grant_modeler; and those of receipt_totals.';

CREATE FUNCTION segment_internal.unmake_ledger(target text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    l segment.ledger;
    t record;
BEGIN
    IF target IS NULL THEN
        RAISE EXCEPTION 'ledger_name must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    l := segment_internal.remove_ledger(target[1], target[2]);
    FOR t IN SELECT g.tgname AS name, g.tgrelid::regclass AS on_table, c.relowner AS owner
             FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
             WHERE g.tgfoid = 'segment_internal.ledger_changed'::regproc AND g.tgparentid = 0
               AND g.tgname IN (SELECT segment_internal.ledger_trigger(l.ledger_id, e) FROM unnest('{insert,update,delete,truncate,partition}'::text[]) AS e)
               AND c.oid = ANY (l.source_ids || segment_internal.logged_tables(l.detect, to_regclass(format('%I.%I', l.source_schema, l.source_name))))
    LOOP
        IF pg_has_role(t.owner, 'USAGE') THEN
            EXECUTE format('DROP TRIGGER %I ON %s', t.name, t.on_table);
        ELSE
            RAISE NOTICE 'trigger "%" on table "%" remains, without effect', t.name, segment_internal.relation_name(t.on_table)
                USING HINT = 'The owner of the table can drop it.';
        END IF;
    END LOOP;
    -- another table may have the name by now, or another role the table
    FOR t IN SELECT c.oid::regclass AS table_id, c.relowner AS owner, c.relkind = 'p' AND segment_internal.is_ledger(c.oid) AS is_ledger
             FROM pg_class c WHERE c.oid = to_regclass(format('%I.%I', target[1], target[2]))
    LOOP
        IF t.is_ledger AND pg_has_role(t.owner, 'USAGE') THEN
            EXECUTE format('DROP TABLE %s', t.table_id);
        ELSIF t.is_ledger THEN
            RAISE NOTICE 'table "%" remains, because it belongs to role "%"', segment_internal.relation_name(t.table_id), pg_get_userbyid(t.owner);
        ELSE
            RAISE NOTICE 'relation "%" remains, because it is not a ledger', segment_internal.relation_name(t.table_id);
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.unmake_ledger(text[]) IS
'The work of drop_ledger, with schema and name of the ledger.';

CREATE FUNCTION segment_internal.drop_ledger(ledger_name text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT segment_internal.unmake_ledger(segment_internal.ledger_target(ledger_name));
END;
COMMENT ON FUNCTION segment_internal.drop_ledger(text) IS
'The work of segment.drop_ledger, whose errors show none of its SQL.';

CREATE FUNCTION segment.drop_ledger(ledger_name text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.drop_ledger(text) IS
'Drops a ledger: its table, its triggers and its registration. Triggers on a table of somebody else''s remain without effect, with a NOTICE. Errors: 42704 the caller has no such ledger; 22004 ledger_name is NULL.';

-- ---- refresh and check --------------------------------------------------------------------

CREATE FUNCTION segment_internal.ledger_source(relation regclass, OUT source regclass, OUT currency text, OUT rates regclass, OUT change_column text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l segment.ledger;
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION 'ledger must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT o.* INTO l
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, segment_internal.ledger(n.nspname, c.relname) o
    WHERE c.oid = relation;
    IF NOT FOUND THEN
        RAISE EXCEPTION '"%" is not a ledger of yours', segment_internal.relation_name(relation)
            USING ERRCODE = 'undefined_object', HINT = 'create_ledger makes a ledger; only members of the role that called it can refresh and check it.';
    ELSIF l.owner IS DISTINCT FROM (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = relation) THEN
        RAISE EXCEPTION 'ledger "%" does not belong to role "%", which created it', segment_internal.relation_name(relation), l.owner
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Give the table back to this role, or drop the ledger and create it again.';
    END IF;
    source := to_regclass(format('%I.%I', l.source_schema, l.source_name));
    currency := l.currency;
    change_column := l.change_column;
    rates := CASE WHEN l.rates_name IS NOT NULL THEN to_regclass(format('%I.%I', l.rates_schema, l.rates_name)) END;
    IF source IS NULL OR (rates IS NULL) <> (l.rates_name IS NULL) THEN
        RAISE EXCEPTION 'source "%.%" of ledger "%" does not exist', CASE WHEN source IS NULL THEN l.source_schema ELSE l.rates_schema END,
            CASE WHEN source IS NULL THEN l.source_name ELSE l.rates_name END, segment_internal.relation_name(relation) USING ERRCODE = 'undefined_table';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.ledger_source(regclass) IS
'Where a ledger of the caller''s comes from. Errors: 22004, 42704 it is no ledger of the caller''s, 55000 its table belongs to another role now, 42P01 its source does not exist.';

CREATE FUNCTION segment_internal.refresh(ledger regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s record := segment_internal.ledger_source(ledger);
BEGIN
    PERFORM segment_internal.ledger_refresh(ledger, s.source, s.currency, s.rates, s.change_column);
END $$;
COMMENT ON FUNCTION segment_internal.refresh(regclass) IS
'The work of refresh_ledger and of the end of create_ledger.';

CREATE FUNCTION segment_internal.refresh_ledger(ledger regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.refresh(ledger);
END $$;
COMMENT ON FUNCTION segment_internal.refresh_ledger(regclass) IS
'The work of segment.refresh_ledger, whose errors show none of its SQL.';

CREATE PROCEDURE segment.refresh_ledger(ledger regclass)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C;
COMMENT ON PROCEDURE segment.refresh_ledger(regclass) IS
'Makes a ledger equal to its receipts: rows that are missing, surplus or different are written, others are not touched. With another detection than full only the customers and months are read that changed since the last refresh; a month in which more than 5 % of the rows changed is read whole. After a restore, and in a new cluster, everything is read. All in the caller''s transaction: readers see the old rows or the new ones and do not wait, except while the partition of a new month is created; refreshes of one ledger wait for each other. The receipts are read and the ledger is written as the owner of the ledger, in a security-restricted operation. Errors: 42704 no ledger of the caller''s, 55000 the table was given to another role, 42P01 the receipts do not exist, 40001 at REPEATABLE READ or SERIALIZABLE when another refresh came first, and those of receipt_totals.';

CREATE FUNCTION segment_internal.ledger_check(ledger regclass) RETURNS TABLE (customer_id text, month date, what text)
LANGUAGE plpgsql VOLATILE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s record := segment_internal.ledger_source(ledger);
BEGIN
    RETURN QUERY SELECT d.customer_id, d.month, d.what FROM segment_internal.ledger_differences(ledger, s.source, s.currency, s.rates) d;
END $$;
COMMENT ON FUNCTION segment_internal.ledger_check(regclass) IS
'The work of segment.ledger_check, whose errors show none of its SQL.';

CREATE FUNCTION segment.ledger_check(ledger regclass) RETURNS TABLE (customer_id text, month date, what text)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE ROWS 10;
COMMENT ON FUNCTION segment.ledger_check(regclass) IS
'Compares a ledger with all its receipts and returns the differences, one row for each customer and month; writes nothing. what: missing (the ledger has no such row), surplus (the receipts have none) or the columns that differ, for example ''receipts, net''. Changes since the last refresh are differences, too. It waits for a running refresh. Errors: see refresh_ledger.';
