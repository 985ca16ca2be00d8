-- The registry: what is to be fitted, what was fitted, and who may see it.
--
-- The tables belong to the superuser who ran this script; for a trusted extension that is
-- not the role that created it. All reading and writing goes through the functions of
-- 70-registry-reading.sql and 71-registry-writing.sql, which decide what the caller may see and change.
-- The role that created the extension may read the tables and insert into them, to dump
-- and restore them, and no more: what it inserts grants nothing to other roles, see the
-- triggers below.
--
-- Roles are stored as a name and a key, see segment_internal.remembered_role. No table
-- refers to another one by a foreign key: a parallel restore loads them in any order.
-- A row whose model does not exist is not seen and goes when a model of that name is
-- created.

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
    feature_columns text[] NOT NULL CHECK (pg_catalog.cardinality(feature_columns) > 0),
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
COMMENT ON COLUMN segment.model.algorithm IS 'One of segment.algorithm, which each use checks.';
COMMENT ON COLUMN segment.model.owner IS 'Role whose members may change and refit the model, as it was called when the row was last written.';
COMMENT ON COLUMN segment.model.owner_key IS 'The same role as segment_internal.role_key gives it.';
COMMENT ON COLUMN segment.model.source_schema IS 'Schema of the source relation.';
COMMENT ON COLUMN segment.model.source_name IS 'Name of the source relation, looked up anew at each refit.';
COMMENT ON COLUMN segment.model.id_column IS 'Column of the source that identifies a row.';
COMMENT ON COLUMN segment.model.id_type IS 'Its type when the model was created; another type is an error.';
COMMENT ON COLUMN segment.model.feature_columns IS 'Numeric columns of the source, in the order of the features.';
COMMENT ON COLUMN segment.model.options IS 'Options of refit (see segment.algorithm_option) and of the family''s fit aggregate.';
COMMENT ON COLUMN segment.model.comment IS 'The user''s words.';
COMMENT ON COLUMN segment.model.keep_versions IS 'So many of the newest versions are kept, failed ones included, and the active one.';
COMMENT ON COLUMN segment.model.keep_log IS 'Days that rows of the log are kept.';
COMMENT ON COLUMN segment.model.last_version IS 'The last version number given; a number is never given twice.';
COMMENT ON COLUMN segment.model.created_at IS 'When it was registered.';

CREATE TABLE segment.model_version (
    model_name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    status text NOT NULL CHECK (status IN ('candidate', 'active', 'archived', 'failed')),
    model bytea CHECK (model IS NOT NULL OR status = 'failed'),
    feature_columns text[] CHECK (feature_columns IS NOT NULL OR status = 'failed'),
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
COMMENT ON COLUMN segment.model_version.version IS 'From 1; a number is never given twice.';
COMMENT ON COLUMN segment.model_version.status IS 'candidate (fitted, not in use), active, archived (was active) or failed.';
COMMENT ON COLUMN segment.model_version.model IS 'The model; NULL for a failed version only.';
COMMENT ON COLUMN segment.model_version.feature_columns IS 'Columns of the source that it was fitted on, in the order of its features; NULL for a failed version only.';
COMMENT ON COLUMN segment.model_version.reason IS 'Why a version is a candidate or has failed.';
COMMENT ON COLUMN segment.model_version.rows IS 'Rows that the fit read.';
COMMENT ON COLUMN segment.model_version.metrics IS 'Figures of the fit: model_info of the model, share of missing values, drift against the version that was active.';
COMMENT ON COLUMN segment.model_version.source_fingerprint IS 'Rows of the source and an order-free hash of id and features: equal for equal data.';
COMMENT ON COLUMN segment.model_version.fitted_at IS 'When the fit was complete.';
COMMENT ON COLUMN segment.model_version.duration IS 'How long it took.';
COMMENT ON COLUMN segment.model_version.fitted_by IS 'Role that fitted it.';

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
COMMENT ON COLUMN segment.model_log.outcome IS 'running, succeeded, failed, skipped (a refit ran already) or held (a guard kept the candidate back).';
COMMENT ON COLUMN segment.model_log.started_at IS 'When the refit started.';
COMMENT ON COLUMN segment.model_log.finished_at IS 'When it ended; NULL while it runs.';
COMMENT ON COLUMN segment.model_log.sqlstate IS 'SQLSTATE of the error.';
COMMENT ON COLUMN segment.model_log.message IS 'Message of the error, or the reason why it was skipped or held.';
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
COMMENT ON TABLE segment.cluster_name IS 'Names of clusters: those given with segment.name_cluster, and those that refits made. Key: model_name, cluster_id.';
COMMENT ON COLUMN segment.cluster_name.model_name IS 'The model.';
COMMENT ON COLUMN segment.cluster_name.cluster_id IS 'The cluster; refits keep its number.';
COMMENT ON COLUMN segment.cluster_name.cluster_name IS 'Its name.';
COMMENT ON COLUMN segment.cluster_name.is_generated IS 'Did a refit make the name? It stays as long as all that it says of the cluster holds.';

CREATE TABLE segment.model_share (
    model_name text NOT NULL,
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (model_name, role_name, role_key)
);
COMMENT ON TABLE segment.model_share IS 'Roles whose members may see and use a model, at most 100 for each. Key: model_name, role_name, role_key.';
COMMENT ON COLUMN segment.model_share.model_name IS 'The model.';
COMMENT ON COLUMN segment.model_share.role_name IS 'The role, as it was called when the model was shared with it.';
COMMENT ON COLUMN segment.model_share.role_key IS 'The same role as segment_internal.role_key gives it.';

CREATE TABLE segment.modeler (
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (role_name, role_key)
);
COMMENT ON TABLE segment.modeler IS 'Roles whose members may create and change models, as segment.grant_modeler has named them. Key: role_name, role_key.';
COMMENT ON COLUMN segment.modeler.role_name IS 'The role, as it was called then.';
COMMENT ON COLUMN segment.modeler.role_key IS 'The same role as segment_internal.role_key gives it.';

CREATE TABLE segment.receipts (
    receipts_name text PRIMARY KEY CHECK (segment_internal.is_plain_name(receipts_name)),
    owner text NOT NULL,
    owner_key text NOT NULL,
    source_schema text NOT NULL,
    source_name text NOT NULL,
    currency text,
    rates_schema text,
    rates_name text,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE segment.receipts IS 'Receipts relations registered with segment.register_receipts for the view segment.cohort_retention. Key: receipts_name.';
COMMENT ON COLUMN segment.receipts.receipts_name IS 'Name, unique in the database.';
COMMENT ON COLUMN segment.receipts.owner IS 'Role whose members see and change the row, as it was called when the row was written.';
COMMENT ON COLUMN segment.receipts.owner_key IS 'The same role as segment_internal.role_key gives it.';
COMMENT ON COLUMN segment.receipts.source_schema IS 'Schema of the receipts relation.';
COMMENT ON COLUMN segment.receipts.source_name IS 'Name of the receipts relation, looked up at each reading.';
COMMENT ON COLUMN segment.receipts.currency IS 'Currency whose receipts count; NULL when there is only one.';
COMMENT ON COLUMN segment.receipts.rates_schema IS 'Schema of the rates relation; NULL without one.';
COMMENT ON COLUMN segment.receipts.rates_name IS 'Name of the rates relation that converts all amounts; NULL without one.';
COMMENT ON COLUMN segment.receipts.created_at IS 'When it was registered.';

CREATE TABLE segment.receipts_share (
    receipts_name text NOT NULL,
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (receipts_name, role_name, role_key)
);
COMMENT ON TABLE segment.receipts_share IS 'Roles whose members may see the cohorts of registered receipts, at most 100 for each. Key: receipts_name, role_name, role_key.';
COMMENT ON COLUMN segment.receipts_share.receipts_name IS 'The receipts.';
COMMENT ON COLUMN segment.receipts_share.role_name IS 'The role, as it was called when they were shared with it.';
COMMENT ON COLUMN segment.receipts_share.role_key IS 'The same role as segment_internal.role_key gives it.';

-- ---- dump and restore by the role that created the extension ---------------------------

GRANT SELECT, INSERT ON segment.model, segment.model_version, segment.model_log, segment.cluster_name, segment.model_share,
    segment.modeler, segment.receipts, segment.receipts_share TO @extowner@;
GRANT SELECT, UPDATE ON SEQUENCE segment.model_model_id_seq, segment.model_log_fit_id_seq TO @extowner@;

CREATE FUNCTION segment_internal.restore_owner() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role oid := segment_internal.remembered_role(NEW.owner, NEW.owner_key);
BEGIN
    IF segment_internal.is_trusted_writer(TG_RELID) THEN
        RETURN NEW;
    ELSIF pg_has_role(current_user, role, 'USAGE') THEN
        -- the name, too: in another cluster it decides
        NEW.owner := pg_get_userbyid(role);
        NEW.owner_key := segment_internal.role_key(role);
    ELSIF NOT starts_with(NEW.owner_key, 'restored ') THEN
        NEW.owner_key := 'restored ' || NEW.owner_key;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION segment_internal.restore_owner() IS
'Trigger: a model or receipts that a role other than a superuser inserts belongs to a role whose privileges it has, or to nobody: then the key says restored, and the role of that name, or a superuser, can take it over.';

CREATE FUNCTION segment_internal.restore_role() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role oid := segment_internal.remembered_role(NEW.role_name, NEW.role_key);
BEGIN
    IF segment_internal.is_trusted_writer(TG_RELID) THEN
        RETURN NEW;
    ELSIF TG_TABLE_NAME = 'modeler' AND role IS NOT NULL THEN
        -- whoever may insert may call grant_modeler
        NEW.role_name := pg_get_userbyid(role);
        NEW.role_key := segment_internal.role_key(role);
    ELSIF NOT starts_with(NEW.role_key, 'restored ') THEN
        -- that would give away what belongs to others
        NEW.role_key := 'restored ' || NEW.role_key;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION segment_internal.restore_role() IS
'Trigger: a share that a role other than a superuser inserts grants nothing, and the key says restored; a modeler is one.';

CREATE TRIGGER restored BEFORE INSERT ON segment.model FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
CREATE TRIGGER restored BEFORE INSERT ON segment.receipts FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
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
