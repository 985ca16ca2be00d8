-- What is true of the interface as a whole: settings, and every member of the
-- extension has a comment, a decided strictness and no more rights than its caller.
LOAD 'segment';
SHOW segment.fit_memory;
SET segment.fit_memory = '16MB';
SET segment.fit_memory = '1kB';
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

-- functions that run with the rights of somebody else, or that PL/pgSQL resolves anew
SELECT p.oid::regprocedure AS unsafe
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'segment')
  AND (p.prosecdef
       OR (p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
           AND p.prokind = 'f'
           AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search\_path=%pg\_temp')))
ORDER BY 1;
