-- A view with one row per customer, for BI tools.

CREATE FUNCTION segment_internal.customer_columns() RETURNS TABLE (place integer, column_name text, source_name text, column_type text, meaning text)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT c.* FROM (VALUES
        (1, 'segment', 'segment', 'text', 'Name of the RFM segment.'),
        (2, 'segment_code', 'segment_code', 'text', 'Code of the segment, the same in every language.'),
        (3, 'segment_order', 'segment_order', 'integer', 'Rank of the segment, 1 is the best.'),
        (4, 'r_score', 'r_score', 'integer', 'Recency score; higher is more recent.'),
        (5, 'f_score', 'f_score', 'integer', 'Frequency score; higher is more often.'),
        (6, 'm_score', 'm_score', 'integer', 'Monetary score; higher is more.'),
        (7, 'rfm_score', 'rfm_score', 'text', 'The three scores as text.'),
        (8, 'recency_days', 'recency_days', 'double precision', 'First feature of the RFM model: days since the last receipt.'),
        (9, 'frequency', 'frequency', 'double precision', 'Second feature: number of receipts.'),
        (10, 'monetary', 'monetary', 'double precision', 'Third feature: amount.'),
        (11, 'cluster_id', 'cluster_id', 'integer', 'Number of the cluster.'),
        (12, 'cluster_name', 'cluster_name', 'text', 'Name of the cluster.'),
        (13, 'map_x', 'pca_x', 'double precision', 'First component: horizontal place on a map.'),
        (14, 'map_y', 'pca_y', 'double precision', 'Second component: vertical place on a map.'),
        (15, 'anomaly_score', 'anomaly_score', 'double precision', 'From 0 to 1; higher is more anomalous.'),
        (16, 'is_anomaly', 'is_anomaly', 'boolean', 'True when the score is above the threshold of the model.'),
        (17, 'profile_code', 'profile_code', 'text', 'Profile as a letter code.'),
        (18, 'probability', 'probability', 'double precision', 'Probability of the outcome that a propensity model predicts.'),
        (19, 'alive_probability', 'alive_probability', 'double precision', 'Probability that the customer still buys.'),
        (20, 'lifetime_value', 'lifetime_value', 'double precision', 'Expected value of the purchases within the horizon of the model, discounted.'),
        (21, 'assigned_at', 'assigned_at', 'timestamp with time zone', 'As-of date of the publication that wrote the row.')) c;
END;
COMMENT ON FUNCTION segment_internal.customer_columns() IS
'The columns of create_customer_view behind customer_id, with the column of a published table that each is read from.';

CREATE FUNCTION segment_internal.create_customer_view(view_name text, target regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts text[];
    name text;
    key record;
    query text;
    one record;
BEGIN
    parts := parse_ident(view_name);
    IF cardinality(parts) > 2 THEN
        RAISE EXCEPTION 'view name "%" has more than two parts', view_name USING ERRCODE = 'invalid_name';
    END IF;
    SELECT n.nspname AS schema_name INTO one FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target AND c.relkind IN ('r', 'p');
    IF NOT FOUND OR NOT EXISTS (SELECT FROM segment_internal.source_columns(target) s WHERE s.column_name = 'assigned_at' AND s.column_type = 'timestamp with time zone') THEN
        RAISE EXCEPTION '"%" is not a table written by publish', segment_internal.relation_name(target) USING ERRCODE = 'wrong_object_type';
    END IF;
    name := CASE cardinality(parts) WHEN 1 THEN format('%I.%I', one.schema_name, parts[1]) ELSE format('%I.%I', parts[1], parts[2]) END;
    SELECT s.column_name, s.column_type INTO key FROM segment_internal.source_columns(target) s ORDER BY s."position" LIMIT 1;
    -- a column of another type than publish writes is not read: a cast could be code of somebody else
    query := (SELECT string_agg(format('%s AS %I',
                         CASE WHEN s.column_name IS NULL THEN format('NULL::%s', c.column_type)
                              WHEN c.column_type = 'double precision' THEN format('CASE WHEN t.%I BETWEEN ''-1.7976931348623157e308'' AND ''1.7976931348623157e308'' THEN t.%1$I END', s.column_name)
                              ELSE format('t.%I', s.column_name) END, c.column_name), ', ' ORDER BY c.place)
              FROM segment_internal.customer_columns() c
              LEFT JOIN segment_internal.source_columns(target) s ON s.column_name = c.source_name AND s.column_type = c.column_type);
    EXECUTE format('CREATE VIEW %s WITH (security_invoker = true) AS SELECT %s AS customer_id, %s FROM %s t', name,
                   CASE WHEN key.column_type IN ('text', 'integer', 'bigint', 'uuid', 'character varying') THEN format('t.%I::text', key.column_name) ELSE format('format(''%%s'', t.%I)', key.column_name) END,
                   query, target);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name, format('Customers of %s with all results that are published there. Key: customer_id.', target));
    EXECUTE format('COMMENT ON COLUMN %s.customer_id IS %L', name, 'Id of the customer, as text.');
    FOR one IN SELECT c.column_name, c.meaning, s.column_name IS NULL AS absent FROM segment_internal.customer_columns() c
               LEFT JOIN segment_internal.source_columns(target) s ON s.column_name = c.source_name AND s.column_type = c.column_type LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', name, one.column_name, one.meaning || CASE WHEN one.absent THEN ' NULL: not published.' ELSE '' END);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.create_customer_view(text, regclass) IS
'Implementation of segment.create_customer_view, which hides the SQL context of errors.';

CREATE FUNCTION segment.create_customer_view(view_name text, target regclass) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment.create_customer_view(text, regclass) IS
'Creates a view with one row per customer of a table written by publish: customer_id, segment, scores, recency_days, frequency, monetary, cluster, place on the map, anomaly, profile code, probability, alive_probability, lifetime_value, assigned_at; always the same columns with plain types, NULL where nothing is published, and for NaN. view_name: without a schema it is created in the schema of the table. It belongs to the caller, and reads the table with the rights of its reader. Errors: 42809 the table is not written by publish; 42P07 the name exists; 42602 a name with more than two parts.';
