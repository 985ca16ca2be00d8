-- Rules for the whole interface: settings, and each member of the extension has a
-- comment, a deliberate strictness and only the rights of its caller.
LOAD 'segment';
SHOW segment.fit_memory;
SET segment.fit_memory = '16MB';
\set VERBOSITY sqlstate
SET segment.fit_memory = '1kB';
\set VERBOSITY default
SET segment.no_such_setting = 1;

-- members without a comment
SELECT pg_describe_object(classid, objid, objsubid) AS uncommented
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment')
  AND deptype = 'e'
  AND classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)
  AND NOT (classid = 'pg_type'::regclass AND (SELECT typrelid <> 0 OR typelem <> 0 FROM pg_type WHERE oid = objid))
  AND NOT (classid = 'pg_class'::regclass AND (SELECT relkind IN ('S', 'i') FROM pg_class WHERE oid = objid))
  AND COALESCE(obj_description(objid, classid::regclass::name), '') = ''
ORDER BY 1;

-- functions that run with the rights of another role, or whose names depend on the search path
SELECT p.oid::regprocedure AS unsafe
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment')
  AND (p.prosecdef
       OR (p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
           AND p.prokind = 'f' AND p.oid <> 'segment_internal.publish(text[], text, timestamptz)'::regprocedure
           AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search\_path=%pg\_temp')))
ORDER BY 1;

-- a procedure that commits, and a function that uses the caller's search path, have no SET clause: all names and operators are qualified
SELECT p.oid::regprocedure AS procedure, p.prosrc ~ 'COMMIT' AS commits,
       regexp_replace(p.prosrc, '(?n)(\s--.*$|''[^'']*''|:=|OPERATOR\(pg_catalog\.[=<>]+\)|(state|message|detail|hint|ERRCODE|HINT) = |pg_catalog\.\w+)', '', 'g')
           ~ '[-+*/<>~!@#%^&|`?=]|\m(text|numeric|bytea|regclass)\M' AS unqualified,
       p.proconfig
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment') AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
  AND (p.prokind = 'p' OR p.oid = 'segment_internal.publish(text[], text, timestamptz)'::regprocedure)
ORDER BY 1;

-- SQL functions without an ATOMIC body, whose names would depend on the caller's search path
SELECT p.oid::regprocedure AS not_atomic
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment')
  AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql') AND p.prosqlbody IS NULL
ORDER BY 1;

-- functions that write must not be stable or parallel safe; functions of models must be parallel safe
SELECT p.oid::regprocedure AS marked_wrongly, p.provolatile, p.proparallel
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment')
  AND (p.provolatile = 'v' AND p.proparallel <> 'u' AND p.proname <> 'progress_tick'
       OR p.provolatile = 'i' AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND p.proparallel <> 's')
ORDER BY 1;

-- functions in C that are called with NULL: a list, since each must handle null arguments;
-- all functions in PL/pgSQL and SQL are called with NULL
SELECT p.oid::regprocedure AS takes_null
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment')
  AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
  AND NOT p.proisstrict AND p.pronargs > 0 AND p.prosrc NOT IN ('registry_call', 'quiet_call') AND p.proname !~ '_(trans|final|combine|serial|deserial)fn$'
ORDER BY p.oid::regprocedure::text;

-- privileges of PUBLIC other than SELECT, USAGE and EXECUTE
SELECT c.oid::regclass AS relation, a.privilege_type
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.relnamespace IN ('segment'::regnamespace, 'segment_internal'::regnamespace) AND a.grantee = 0
  AND (a.privilege_type <> 'SELECT' OR c.relkind <> 'v')
UNION ALL
SELECT NULL, a.privilege_type FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
WHERE n.nspname IN ('segment', 'segment_internal') AND a.grantee = 0 AND a.privilege_type <> 'USAGE'
ORDER BY 1, 2;

-- privileges on tables of roles other than the owner (the owner of the extension may dump and restore); views that would run with the rights of their owner
CREATE ROLE regress_installer;
CREATE DATABASE regress_installed OWNER regress_installer TEMPLATE template0;
\set before :DBNAME
\c regress_installed
SET ROLE regress_installer;
CREATE EXTENSION segment;
RESET ROLE;
SELECT DISTINCT c.relkind, a.grantee::regrole, a.privilege_type, a.is_grantable
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.relnamespace IN ('segment'::regnamespace, 'segment_internal'::regnamespace)
  AND c.relkind <> 'v' AND a.grantee <> c.relowner ORDER BY 1, 3;
SELECT c.oid::regclass AS unguarded
FROM pg_class c
WHERE c.relnamespace IN ('segment'::regnamespace, 'segment_internal'::regnamespace)
  AND (EXISTS (SELECT FROM pg_roles r WHERE r.oid = c.relowner AND NOT r.rolsuper)
       OR EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL)
       OR c.relkind = 'v' AND NOT COALESCE('security_invoker=true' = ANY (c.reloptions), false));
\c :before
DROP DATABASE regress_installed;
DROP ROLE regress_installer;

-- functions that run as the owner of the registry: others cannot call them, and each registry_call has its counterpart
SELECT p.oid::regprocedure AS open
FROM pg_proc p
WHERE p.pronamespace = 'segment_internal'::regnamespace AND p.proargnames[1] = 'caller'
  AND has_function_privilege('public', p.oid, 'EXECUTE');
SELECT p.oid::regprocedure AS lonely
FROM pg_proc p
WHERE p.prosrc = 'registry_call'
  AND NOT EXISTS (SELECT FROM pg_proc i
                  WHERE i.pronamespace = p.pronamespace AND i.proname = p.proname AND i.prorettype = p.prorettype
                    AND i.proretset = p.proretset AND i.provolatile = p.provolatile AND i.proparallel = p.proparallel
                    AND i.proargtypes::oid[] = array_prepend('oid'::regtype::oid, p.proargtypes::oid[]));
-- and so has each quiet_call
SELECT p.oid::regprocedure AS lonely
FROM pg_proc p
WHERE p.prosrc = 'quiet_call'
  AND NOT EXISTS (SELECT FROM pg_proc i WHERE i.pronamespace = 'segment_internal'::regnamespace AND i.proname = p.proname AND i.proargtypes = p.proargtypes);

-- the public interface: all functions in the schema segment; support functions are in segment_internal.
-- Functions named after an algorithm are in the test of that algorithm.
SELECT p.proname AS function, string_agg(DISTINCT CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window' ELSE 'function' END, ', ') AS kind,
       count(*) AS forms
FROM pg_proc p WHERE p.pronamespace = 'segment'::regnamespace
  AND NOT EXISTS (SELECT FROM segment.algorithm a WHERE a.is_builtin AND p.proname ~ ('^' || a.algorithm || '(_|$)')) GROUP BY 1 ORDER BY 1;
-- support functions in the schema segment: none
SELECT p.oid::regprocedure AS support FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND (p.proname ~ '(_(trans|final|combine|serial|deserial)fn|_hook)$' OR p.prorettype = 'trigger'::regtype
      OR EXISTS (SELECT FROM unnest(p.proargtypes) t WHERE t = 'internal'::regtype));
-- types in the schema segment other than those of tables and views
SELECT t.typname AS type FROM pg_type t WHERE t.typnamespace = 'segment'::regnamespace AND t.typrelid = 0 AND t.typelem = 0;
-- an argument name has the same type in all functions of the registry
SELECT a.name, string_agg(DISTINCT format_type(a.type, NULL), ', ') AS types
FROM pg_proc p CROSS JOIN LATERAL unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) a(name, type)
WHERE p.pronamespace = 'segment'::regnamespace AND a.name IN ('model_name', 'version', 'cluster_id', 'role', 'model', 'features', 'options', 'algorithm', 'id_column', 'feature_columns')
GROUP BY 1 ORDER BY 1;
-- no function needs a rule to distinguish a parameter from a column of the same name
SELECT p.oid::regprocedure AS undecided FROM pg_proc p
WHERE p.pronamespace IN ('segment'::regnamespace, 'segment_internal'::regnamespace) AND p.prosrc ~ '#variable_conflict';
