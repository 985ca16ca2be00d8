-- Who may call what.

DO $$
DECLARE
    f regprocedure;
BEGIN
    -- what runs as the owner of the registry, and what only that may call
    FOR f IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'segment_internal'::regnamespace
          AND (p.proargnames[1] = 'caller' OR p.proname IN ('lock_model', 'drop_rows', 'renew_roles', 'prune', 'promote', 'promote_fit', 'renew_version', 'store_names',
                                                                     'log_failure'))
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', f);
        IF obj_description(f, 'pg_proc') IS NULL THEN
            EXECUTE format('COMMENT ON FUNCTION %s IS %L', f,
                           'The same, as the owner of the registry; caller: who called.');
        END IF;
    END LOOP;
END $$;
