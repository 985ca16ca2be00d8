-- Revokes EXECUTE on the functions that run as the owner of the registry.

DO $$
DECLARE
    f regprocedure;
BEGIN
    -- functions that run as the owner of the registry, and those that only they call
    FOR f IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'segment_internal'::regnamespace
          AND (p.proargnames[1] = 'caller' OR p.proname IN ('lock_model', 'drop_rows', 'renew_roles', 'prune', 'promote', 'promote_fit', 'renew_version', 'store_names',
                                                                     'log_failure'))
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', f);
        IF obj_description(f, 'pg_proc') IS NULL THEN
            EXECUTE format('COMMENT ON FUNCTION %s IS %L', f,
                           'Like the function without caller, run by the owner of the registry; caller: OID of the role that called.');
        END IF;
    END LOOP;
END $$;
