-- The tables of the registry: models, versions, log, names, shares, modelers, receipts.
--
-- The tables belong to the superuser that ran this script; for a trusted extension that is
-- not the role that created it. Only the functions of 70-registry-reading.sql and
-- 71-registry-writing*.sql read and write them, and check the rights of the caller.
-- The role that created the extension may read the tables and insert into them, to dump
-- and restore them. Its rows grant nothing to other roles, see the triggers below.
--
-- Roles are stored as a name and a key, see segment_internal.remembered_role. No table
-- refers to another one by a foreign key: a parallel restore loads them in any order.
-- A row without its model is not shown, and is deleted when a model of that name is
-- created.

CREATE FUNCTION segment_internal.is_list(names text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- array_position accepts one dimension only
    SELECT CASE WHEN pg_catalog.array_ndims(names) = 1 AND pg_catalog.array_lower(names, 1) = 1
                THEN pg_catalog.array_position(names, NULL) IS NULL ELSE false END;
END;
COMMENT ON FUNCTION segment_internal.is_list(text[]) IS
'True for an array of one dimension with at least one element, subscripts from 1 and no NULL; NULL for NULL.';

CREATE TABLE segment.model (
    model_name text PRIMARY KEY
        CHECK (pg_catalog.octet_length(model_name) <= 40 AND segment_internal.is_plain_name(model_name)),
    model_id integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    algorithm text NOT NULL,
    owner text NOT NULL,
    owner_key text NOT NULL,
    source_schema text NOT NULL,
    source_name text NOT NULL,
    id_column text NOT NULL,
    id_type text NOT NULL,
    feature_columns text[] NOT NULL CHECK (segment_internal.is_list(feature_columns)),
    describe_columns text[] CHECK (segment_internal.is_list(describe_columns)),
    label_column text,
    options jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) = 'object'),
    comment text,
    keep_versions integer NOT NULL DEFAULT 10 CHECK (keep_versions BETWEEN 1 AND 10000),
    keep_log integer NOT NULL DEFAULT 400 CHECK (keep_log BETWEEN 1 AND 36500),
    last_version integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE segment.model IS 'Registered models, one row each. Key: model_name. Read it through the view segment.models; change it with the functions of the registry.';
COMMENT ON COLUMN segment.model.model_name IS 'Name, at most 40 bytes, unique in the database.';
COMMENT ON COLUMN segment.model.model_id IS 'Number of the lock that a running refit holds: in pg_locks of type object, classid segment.model, objid model_id.';
COMMENT ON COLUMN segment.model.algorithm IS 'One of segment.algorithm; checked at each use.';
COMMENT ON COLUMN segment.model.owner IS 'Role whose members may change and refit the model; its name when the row was last written.';
COMMENT ON COLUMN segment.model.owner_key IS 'Key of that role, from segment_internal.role_key.';
COMMENT ON COLUMN segment.model.source_schema IS 'Schema of the source relation.';
COMMENT ON COLUMN segment.model.source_name IS 'Name of the source relation, looked up at each refit.';
COMMENT ON COLUMN segment.model.id_column IS 'Column of the source that identifies a row.';
COMMENT ON COLUMN segment.model.id_type IS 'Type of id_column when the model was created; a changed type is an error.';
COMMENT ON COLUMN segment.model.feature_columns IS 'Numeric columns of the source, in the order of the features.';
COMMENT ON COLUMN segment.model.describe_columns IS 'Columns of the source with categories: counted by cluster at each refit, attributes of a profile, or categories of a logistic regression; NULL: none.';
COMMENT ON COLUMN segment.model.label_column IS 'Column of the source that the fit predicts, of type boolean; NULL: none.';
COMMENT ON COLUMN segment.model.options IS 'Options of refit (see segment.algorithm_option) and of the family''s fit aggregate.';
COMMENT ON COLUMN segment.model.comment IS 'Comment of the user.';
COMMENT ON COLUMN segment.model.keep_versions IS 'Number of newest versions to keep, failed ones included; the active version is always kept.';
COMMENT ON COLUMN segment.model.keep_log IS 'Number of days to keep rows of the log.';
COMMENT ON COLUMN segment.model.last_version IS 'Last version number; numbers are not reused.';
COMMENT ON COLUMN segment.model.created_at IS 'When it was registered.';

CREATE TABLE segment.model_version (
    model_name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    status text NOT NULL CHECK (status IN ('candidate', 'active', 'archived', 'failed')),
    model bytea CHECK (model IS NOT NULL OR status = 'failed'),
    feature_columns text[] CHECK (feature_columns IS NOT NULL OR status = 'failed') CHECK (segment_internal.is_list(feature_columns)),
    reason text,
    rows bigint,
    metrics jsonb NOT NULL DEFAULT '{}',
    source_fingerprint text,
    fitted_at timestamptz NOT NULL,
    duration interval NOT NULL,
    fitted_by text NOT NULL,
    PRIMARY KEY (model_name, version)
);
CREATE UNIQUE INDEX model_version_active ON segment.model_version (model_name) WHERE status = 'active';
COMMENT ON TABLE segment.model_version IS 'Fitted versions of the registered models. Key: model_name, version; at most one version of a model is active, which a unique index guarantees.';
COMMENT ON COLUMN segment.model_version.model_name IS 'The model.';
COMMENT ON COLUMN segment.model_version.version IS 'Number of the version, from 1; numbers are not reused.';
COMMENT ON COLUMN segment.model_version.status IS 'candidate (fitted, not in use), active, archived (was active) or failed.';
COMMENT ON COLUMN segment.model_version.model IS 'The model; NULL for a failed version only.';
COMMENT ON COLUMN segment.model_version.feature_columns IS 'Columns of the source that the version was fitted on, in the order of its features; NULL for a failed version only.';
COMMENT ON COLUMN segment.model_version.reason IS 'Why the version is a candidate or failed.';
COMMENT ON COLUMN segment.model_version.rows IS 'Rows that the fit read.';
COMMENT ON COLUMN segment.model_version.metrics IS 'Figures of the fit: model_info of the model, share of missing values, drift against the version that was active.';
COMMENT ON COLUMN segment.model_version.source_fingerprint IS 'Rows of the source and an order-free hash of id and features: equal for equal data.';
COMMENT ON COLUMN segment.model_version.fitted_at IS 'When the fit was complete.';
COMMENT ON COLUMN segment.model_version.duration IS 'Duration of the fit.';
COMMENT ON COLUMN segment.model_version.fitted_by IS 'Role that ran the fit.';

CREATE TABLE segment.model_log (
    fit_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    model_name text NOT NULL,
    version integer,
    outcome text NOT NULL CHECK (outcome IN ('running', 'succeeded', 'failed', 'skipped', 'held')),
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz,
    sqlstate text,
    message text,
    rows bigint,
    metrics jsonb,
    pid integer NOT NULL DEFAULT pg_catalog.pg_backend_pid(),
    fitted_by text NOT NULL
);
CREATE INDEX model_log_model ON segment.model_log (model_name, fit_id);
CREATE INDEX model_log_running ON segment.model_log (model_name) WHERE outcome = 'running';
COMMENT ON TABLE segment.model_log IS 'Every refit of every registered model; read it through the view segment.fit_log. Key: fit_id.';
COMMENT ON COLUMN segment.model_log.fit_id IS 'Key, ascending.';
COMMENT ON COLUMN segment.model_log.model_name IS 'The model.';
COMMENT ON COLUMN segment.model_log.version IS 'The version that was fitted; NULL when the refit was skipped.';
COMMENT ON COLUMN segment.model_log.outcome IS 'running, succeeded, failed, skipped (another refit was running) or held (a guard kept the version from becoming active).';
COMMENT ON COLUMN segment.model_log.started_at IS 'When the refit started.';
COMMENT ON COLUMN segment.model_log.finished_at IS 'When it ended; NULL while it runs.';
COMMENT ON COLUMN segment.model_log.sqlstate IS 'SQLSTATE of the error.';
COMMENT ON COLUMN segment.model_log.message IS 'Message of the error, or the reason for skipped or held.';
COMMENT ON COLUMN segment.model_log.rows IS 'Rows that the fit read.';
COMMENT ON COLUMN segment.model_log.metrics IS 'As in segment.model_version.';
COMMENT ON COLUMN segment.model_log.pid IS 'Process id of the session.';
COMMENT ON COLUMN segment.model_log.fitted_by IS 'Role that ran the refit.';

CREATE TABLE segment.cluster_name (
    model_name text NOT NULL,
    cluster_id integer NOT NULL CHECK (cluster_id > 0),
    cluster_name text NOT NULL CHECK (segment_internal.is_plain_name(cluster_name) AND pg_catalog.octet_length(cluster_name) <= 500),
    is_generated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (model_name, cluster_id)
);
COMMENT ON TABLE segment.cluster_name IS 'Names of clusters: given with segment.name_cluster or generated by refits. Key: model_name, cluster_id.';
COMMENT ON COLUMN segment.cluster_name.model_name IS 'The model.';
COMMENT ON COLUMN segment.cluster_name.cluster_id IS 'The cluster; refits keep its number.';
COMMENT ON COLUMN segment.cluster_name.cluster_name IS 'Name of the cluster.';
COMMENT ON COLUMN segment.cluster_name.is_generated IS 'True when a refit generated the name. A generated name stays until it no longer describes the cluster.';

CREATE TABLE segment.model_share (
    model_name text NOT NULL,
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (model_name, role_name, role_key)
);
COMMENT ON TABLE segment.model_share IS 'Roles whose members may see and use a model, at most 100 for each. Key: model_name, role_name, role_key.';
COMMENT ON COLUMN segment.model_share.model_name IS 'The model.';
COMMENT ON COLUMN segment.model_share.role_name IS 'Name of the role when the model was shared.';
COMMENT ON COLUMN segment.model_share.role_key IS 'Key of that role, from segment_internal.role_key.';

CREATE TABLE segment.modeler (
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (role_name, role_key)
);
COMMENT ON TABLE segment.modeler IS 'Roles whose members may create and change models; see segment.grant_modeler. Key: role_name, role_key.';
COMMENT ON COLUMN segment.modeler.role_name IS 'Name of the role at segment.grant_modeler.';
COMMENT ON COLUMN segment.modeler.role_key IS 'Key of that role, from segment_internal.role_key.';

CREATE TABLE segment.receipts (
    receipts_name text PRIMARY KEY CHECK (segment_internal.is_plain_name(receipts_name)),
    owner text NOT NULL,
    owner_key text NOT NULL,
    source_schema text NOT NULL,
    source_name text NOT NULL,
    currency text,
    rates_schema text,
    rates_name text,
    by_column text,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE segment.receipts IS 'Receipts relations registered with segment.register_receipts for the view segment.cohort_retention. Key: receipts_name.';
COMMENT ON COLUMN segment.receipts.receipts_name IS 'Name, unique in the database.';
COMMENT ON COLUMN segment.receipts.owner IS 'Role whose members may see and change the row; its name when the row was written.';
COMMENT ON COLUMN segment.receipts.owner_key IS 'Key of that role, from segment_internal.role_key.';
COMMENT ON COLUMN segment.receipts.source_schema IS 'Schema of the receipts relation.';
COMMENT ON COLUMN segment.receipts.source_name IS 'Name of the receipts relation, looked up at each reading.';
COMMENT ON COLUMN segment.receipts.currency IS 'Currency of the receipts that count; NULL when all have the same currency.';
COMMENT ON COLUMN segment.receipts.rates_schema IS 'Schema of the rates relation; NULL without one.';
COMMENT ON COLUMN segment.receipts.rates_name IS 'Name of the rates relation that converts all amounts; NULL without one.';
COMMENT ON COLUMN segment.receipts.by_column IS 'Column whose values have cohorts of their own; NULL without one.';
COMMENT ON COLUMN segment.receipts.created_at IS 'When it was registered.';

CREATE TABLE segment.receipts_share (
    receipts_name text NOT NULL,
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (receipts_name, role_name, role_key)
);
COMMENT ON TABLE segment.receipts_share IS 'Roles whose members may see the cohorts of registered receipts, at most 100 for each. Key: receipts_name, role_name, role_key.';
COMMENT ON COLUMN segment.receipts_share.receipts_name IS 'The receipts.';
COMMENT ON COLUMN segment.receipts_share.role_name IS 'Name of the role when the receipts were shared.';
COMMENT ON COLUMN segment.receipts_share.role_key IS 'Key of that role, from segment_internal.role_key.';

CREATE TABLE segment.ledger (
    ledger_schema text NOT NULL,
    ledger_name text NOT NULL,
    ledger_id integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    owner text NOT NULL,
    owner_key text NOT NULL,
    source_schema text NOT NULL,
    source_name text NOT NULL,
    currency text,
    rates_schema text,
    rates_name text,
    detect text NOT NULL CHECK (detect IN ('full', 'changes', 'column', 'partitions')),
    change_column text,
    change_key text,
    source_ids oid[],
    source_columns text,
    low_mark text,
    next_mark text,
    running text[],
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (ledger_schema, ledger_name)
);
COMMENT ON TABLE segment.ledger IS 'Ledgers made by segment.create_ledger. Key: ledger_schema, ledger_name.';
COMMENT ON COLUMN segment.ledger.ledger_schema IS 'Schema of the ledger''s table.';
COMMENT ON COLUMN segment.ledger.ledger_name IS 'Name of the ledger''s table.';
COMMENT ON COLUMN segment.ledger.ledger_id IS 'Number of the ledger in segment.ledger_change and in the arguments of its triggers.';
COMMENT ON COLUMN segment.ledger.owner IS 'Role that owns the ledger, as it was called when the row was written. Its members may refresh the ledger.';
COMMENT ON COLUMN segment.ledger.owner_key IS 'The same role as segment_internal.role_key gives it.';
COMMENT ON COLUMN segment.ledger.source_schema IS 'Schema of the receipts relation.';
COMMENT ON COLUMN segment.ledger.source_name IS 'Name of the receipts relation, looked up at each refresh.';
COMMENT ON COLUMN segment.ledger.currency IS 'Currency whose receipts count; NULL when the receipts have no column currency, or with rates.';
COMMENT ON COLUMN segment.ledger.rates_schema IS 'Schema of the rates relation; NULL without one.';
COMMENT ON COLUMN segment.ledger.rates_name IS 'Name of the rates relation that converts all amounts; NULL without one.';
COMMENT ON COLUMN segment.ledger.detect IS 'How a refresh finds what has changed: full, changes, column or partitions.';
COMMENT ON COLUMN segment.ledger.change_column IS 'With detect column, the column of the receipts that rises with each load; else NULL.';
COMMENT ON COLUMN segment.ledger.change_key IS 'The table segment.ledger_change that has all changes since the last refresh, as a system identifier and an OID. In another cluster or after a restore it is another table: then a refresh reads all receipts. NULL: not everything is logged.';
COMMENT ON COLUMN segment.ledger.source_ids IS 'The tables whose changes are logged, or the receipts relation; where change_key is that of another cluster, without meaning.';
COMMENT ON COLUMN segment.ledger.source_columns IS 'The columns of the receipts that a refresh reads, with number, type, modifier and collation. When they are other ones, a refresh reads all receipts.';
COMMENT ON COLUMN segment.ledger.low_mark IS 'With detect column: a refresh reads the lines from this value on; NULL: all.';
COMMENT ON COLUMN segment.ledger.next_mark IS 'The next low_mark, as soon as no transaction of running is open.';
COMMENT ON COLUMN segment.ledger.running IS 'Transactions that were open when next_mark was the highest value, as pg_locks names them.';
COMMENT ON COLUMN segment.ledger.created_at IS 'When it was created.';

CREATE TABLE segment.ledger_change (
    ledger_id integer NOT NULL,
    customer_id text,
    month date,
    document text,
    partition_id oid
);
CREATE INDEX ledger_change_ledger ON segment.ledger_change (ledger_id);
COMMENT ON TABLE segment.ledger_change IS 'What changed in the receipts of ledgers with detect changes or partitions since the last refresh. Only a superuser can read it, because it contains ids of customers. It is not dumped. It has no key.';
COMMENT ON COLUMN segment.ledger_change.ledger_id IS 'The ledger.';
COMMENT ON COLUMN segment.ledger_change.customer_id IS 'The customer; NULL for all customers.';
COMMENT ON COLUMN segment.ledger_change.month IS 'First day of the month; NULL for all months.';
COMMENT ON COLUMN segment.ledger_change.document IS 'Number of an SAP document of which items changed: stands for customer and month of its header; else NULL.';
COMMENT ON COLUMN segment.ledger_change.partition_id IS 'A partition of which rows changed: stands for its months; else NULL.';

CREATE TABLE segment.ledger_partition (
    ledger_id integer NOT NULL,
    partition_id oid NOT NULL,
    file_id oid NOT NULL,
    trigger_id oid NOT NULL,
    months date[],
    PRIMARY KEY (ledger_id, partition_id)
);
COMMENT ON TABLE segment.ledger_partition IS 'Partitions of the receipts of ledgers with detect partitions, as of the last refresh. It is not dumped. Key: ledger_id, partition_id.';
COMMENT ON COLUMN segment.ledger_partition.ledger_id IS 'The ledger.';
COMMENT ON COLUMN segment.ledger_partition.partition_id IS 'OID of the partition.';
COMMENT ON COLUMN segment.ledger_partition.file_id IS 'Its relfilenode, which TRUNCATE changes; 0 when it was new in the transaction of the refresh.';
COMMENT ON COLUMN segment.ledger_partition.trigger_id IS 'OID of the trigger that logs its changes, which is another one after it was detached and attached; 0: there is none.';
COMMENT ON COLUMN segment.ledger_partition.months IS 'First days of the months that it had rows of.';

-- ---- dump and restore by the role that created the extension ---------------------------

GRANT SELECT, INSERT ON segment.model, segment.model_version, segment.model_log, segment.cluster_name, segment.model_share,
    segment.modeler, segment.receipts, segment.receipts_share, segment.ledger TO @extowner@;
GRANT SELECT, UPDATE ON SEQUENCE segment.model_model_id_seq, segment.model_log_fit_id_seq, segment.ledger_ledger_id_seq TO @extowner@;

CREATE FUNCTION segment_internal.restore_owner() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role oid := segment_internal.remembered_role(NEW.owner, NEW.owner_key);
BEGIN
    IF segment_internal.is_trusted_writer(TG_RELID) THEN
        RETURN NEW;
    ELSIF pg_has_role(current_user, role, 'USAGE') THEN
        -- also the name: in another cluster the name identifies the role
        NEW.owner := pg_get_userbyid(role);
        NEW.owner_key := segment_internal.role_key(role);
    ELSIF NOT starts_with(NEW.owner_key, 'restored ') THEN
        NEW.owner_key := 'restored ' || NEW.owner_key;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION segment_internal.restore_owner() IS
'Trigger: the owner of an inserted model, ledger or inserted receipts must be a role whose privileges the inserting role has. Otherwise the key begins with restored and the row has no owner until the role of that name or a superuser takes it over. Superusers insert rows unchanged.';

CREATE FUNCTION segment_internal.restore_role() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role oid := segment_internal.remembered_role(NEW.role_name, NEW.role_key);
BEGIN
    IF segment_internal.is_trusted_writer(TG_RELID) THEN
        RETURN NEW;
    ELSIF TG_TABLE_NAME = 'modeler' AND role IS NOT NULL THEN
        -- the role that inserts may also call grant_modeler
        NEW.role_name := pg_get_userbyid(role);
        NEW.role_key := segment_internal.role_key(role);
    ELSIF NOT starts_with(NEW.role_key, 'restored ') THEN
        -- the share would grant access to models of other roles
        NEW.role_key := 'restored ' || NEW.role_key;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION segment_internal.restore_role() IS
'Trigger: a share that a role other than a superuser inserts grants nothing; its key begins with restored. A modeler is inserted with its present name and key.';

CREATE TRIGGER restored BEFORE INSERT ON segment.model FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
CREATE TRIGGER restored BEFORE INSERT ON segment.receipts FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
CREATE TRIGGER restored BEFORE INSERT ON segment.ledger FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
CREATE TRIGGER restored BEFORE INSERT ON segment.model_share FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_role();
CREATE TRIGGER restored BEFORE INSERT ON segment.receipts_share FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_role();
CREATE TRIGGER restored BEFORE INSERT ON segment.modeler FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_role();

SELECT pg_catalog.pg_extension_config_dump('segment.model', '');
SELECT pg_catalog.pg_extension_config_dump('segment.model_model_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('segment.model_version', '');
SELECT pg_catalog.pg_extension_config_dump('segment.model_log', '');
SELECT pg_catalog.pg_extension_config_dump('segment.model_log_fit_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('segment.cluster_name', '');
SELECT pg_catalog.pg_extension_config_dump('segment.model_share', '');
SELECT pg_catalog.pg_extension_config_dump('segment.modeler', '');
SELECT pg_catalog.pg_extension_config_dump('segment.receipts', '');
SELECT pg_catalog.pg_extension_config_dump('segment.receipts_share', '');
SELECT pg_catalog.pg_extension_config_dump('segment.ledger', '');
SELECT pg_catalog.pg_extension_config_dump('segment.ledger_ledger_id_seq', '');
