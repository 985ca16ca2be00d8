\echo Use "CREATE EXTENSION segment" to load this file. \quit

-- The search path of this script is pg_catalog alone. The script runs as a superuser even
-- when the creator is not one. So it creates both schemas itself: a schema that another
-- role created could already contain operators and functions of that role.
DO $$
DECLARE
    name pg_catalog.text;
BEGIN
    FOREACH name IN ARRAY ARRAY['segment', 'segment_internal'] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) name::pg_catalog.name);
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n
                       WHERE n.nspname OPERATOR(pg_catalog.=) name::pg_catalog.name
                         AND n.nspowner OPERATOR(pg_catalog.=) '@extowner@'::pg_catalog.regrole::pg_catalog.oid)
           OR EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                        AND d.refobjid OPERATOR(pg_catalog.=) name::pg_catalog.regnamespace::pg_catalog.oid) THEN
            RAISE EXCEPTION 'schema "%" exists already', name
                USING ERRCODE = 'duplicate_schema',
                      HINT = 'Drop or rename it. The extension creates the schema; it replaces only an empty schema of yours.';
        END IF;
        EXECUTE pg_catalog.format('DROP SCHEMA %I', name);
    END LOOP;
END $$;

CREATE SCHEMA segment;
COMMENT ON SCHEMA segment IS
'Customer segmentation: SAP intake, RFM, cohorts, k-means, PCA, anomaly scores. Models are bytea values.';
GRANT USAGE ON SCHEMA segment TO PUBLIC;

CREATE SCHEMA segment_internal;
COMMENT ON SCHEMA segment_internal IS
'Support functions and types of the schema segment; not a public interface.';
GRANT USAGE ON SCHEMA segment_internal TO PUBLIC;
