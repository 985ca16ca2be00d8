-- Tables of the registry for triggers: those of the users, and the tables that run_triggers writes.
-- See 06-registry.sql for owners, keys and dumps.

CREATE TABLE segment.trigger (
    trigger_name text PRIMARY KEY CHECK (segment_internal.is_plain_name(trigger_name) AND pg_catalog.octet_length(trigger_name) <= 63),
    owner text NOT NULL,
    owner_key text NOT NULL,
    source_schema text NOT NULL,
    source_name text NOT NULL,
    priority integer NOT NULL,
    cooldown_days integer NOT NULL CHECK (cooldown_days BETWEEN 0 AND 36500),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE segment.trigger IS 'Triggers of users, registered with segment.register_trigger. Key: trigger_name. Read it through the view segment.registered_triggers.';
COMMENT ON COLUMN segment.trigger.trigger_name IS 'Name, unique in the database.';
COMMENT ON COLUMN segment.trigger.owner IS 'Role whose members may see, run and drop the trigger; its name when the row was written.';
COMMENT ON COLUMN segment.trigger.owner_key IS 'Key of that role, from segment_internal.role_key.';
COMMENT ON COLUMN segment.trigger.source_schema IS 'Schema of the relation with the events.';
COMMENT ON COLUMN segment.trigger.source_name IS 'Name of the relation with the events, looked up at each run.';
COMMENT ON COLUMN segment.trigger.priority IS 'The lower, the sooner among the events of a customer.';
COMMENT ON COLUMN segment.trigger.cooldown_days IS 'Days between two contacts of a customer by this trigger.';
COMMENT ON COLUMN segment.trigger.created_at IS 'When it was registered.';

CREATE TABLE segment.trigger_target (
    target_schema text NOT NULL,
    target_name text NOT NULL,
    owner text NOT NULL,
    owner_key text NOT NULL,
    conversion_days integer NOT NULL,
    as_of date,
    run_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (target_schema, target_name)
);
COMMENT ON TABLE segment.trigger_target IS 'Tables that run_triggers has written, for the view segment.trigger_performance. Key: target_schema, target_name.';
COMMENT ON COLUMN segment.trigger_target.target_schema IS 'Schema of the table.';
COMMENT ON COLUMN segment.trigger_target.target_name IS 'Name of the table.';
COMMENT ON COLUMN segment.trigger_target.owner IS 'Owner of the table, whose members may see its performance; its name when the row was written.';
COMMENT ON COLUMN segment.trigger_target.owner_key IS 'Key of that role, from segment_internal.role_key.';
COMMENT ON COLUMN segment.trigger_target.conversion_days IS 'Days after a contact in which a purchase counts, at that run.';
COMMENT ON COLUMN segment.trigger_target.as_of IS 'Date of the last run that read receipts; NULL: none has.';
COMMENT ON COLUMN segment.trigger_target.run_at IS 'When the last run began.';

GRANT SELECT, INSERT ON segment.trigger, segment.trigger_target TO @extowner@;
CREATE TRIGGER restored BEFORE INSERT ON segment.trigger FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
CREATE TRIGGER restored BEFORE INSERT ON segment.trigger_target FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
SELECT pg_catalog.pg_extension_config_dump('segment.trigger', '');
SELECT pg_catalog.pg_extension_config_dump('segment.trigger_target', '');
