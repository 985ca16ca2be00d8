-- Calls with mutated arguments; see mutate.sh.
SET client_min_messages = warning;
CREATE EXTENSION segment;
SET segment.fit_memory = '32MB';
SET statement_timeout = 0;

CREATE TABLE line AS SELECT i, ARRAY[i % 40, (i * i) % 40 / 7.0, i % 3]::float8[] AS f, i % 6 AS a, i % 4 AS b FROM generate_series(1, 300) AS i;

-- Valid bytes of each kind: models, sweeps, drift reports, and states of the aggregates.
CREATE TABLE good (no serial, bytes bytea);
INSERT INTO good (bytes) SELECT segment.kmeans_fit(f, 3, '{"n_init": 1}') FROM line;
INSERT INTO good (bytes) SELECT segment.kmeans_sweep(f, 2, 3, '{"n_init": 1}') FROM line;
INSERT INTO good (bytes) SELECT segment.pca_fit(f) FROM line;
INSERT INTO good (bytes) SELECT segment.anomaly_fit(f, '{"trees": 2, "sample_size": 16}') FROM line;
INSERT INTO good (bytes) SELECT segment.anomaly_fit(f, '{"method": "mahalanobis"}') FROM line;
INSERT INTO good (bytes) SELECT segment.rfm_fit(a, b, i) FROM line;
INSERT INTO good (bytes) SELECT segment.drift_fit((SELECT bytes FROM good WHERE no = 1), f) FROM line;

-- The functions to call: functions of the interface in C that only compute, and aggregates, which also finish states.
CREATE TABLE target AS
SELECT row_number() OVER (ORDER BY p.oid) AS no, p.oid, p.oid::regproc::text AS name, p.prokind, p.proargtypes::oid[] AS types
FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.provolatile <> 'v'
  AND (p.prokind = 'a' OR (p.prokind = 'f' AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND NOT 'internal'::regtype = ANY (p.proargtypes)
                           AND p.proname !~ '_(transfn|combinefn|finalfn)$'));
DO $$
DECLARE
    a record;
BEGIN
    FOR a IN SELECT g.aggfnoid::oid AS oid, g.aggtransfn, g.aggcombinefn, g.aggfinalfn, pg_get_function_arguments(g.aggfnoid) AS declared,
                    row_number() OVER (ORDER BY g.aggfnoid) AS no
             FROM pg_aggregate g JOIN pg_proc p ON p.oid = g.aggfnoid
             WHERE p.pronamespace = 'segment'::regnamespace AND g.aggtranstype = 'bytea'::regtype LOOP
        EXECUTE format('CREATE AGGREGATE raw_%s(%s) (SFUNC = %s, STYPE = bytea)', a.no, a.declared, a.aggtransfn);
        EXECUTE format('CREATE AGGREGATE state_%s(bytea) (SFUNC = %s, STYPE = bytea, FINALFUNC = %s)', a.no, a.aggcombinefn, a.aggfinalfn);
        EXECUTE format('INSERT INTO good (bytes) SELECT raw_%s(%s) FROM line', a.no,
                       (SELECT string_agg(CASE u.type WHEN 'float8[]'::regtype THEN 'f' WHEN 'float8'::regtype THEN 'a' WHEN 'bigint'::regtype THEN 'b'
                                                      WHEN 'text'::regtype THEN 'a::text' WHEN 'bytea'::regtype THEN '(SELECT g.bytes FROM good g WHERE g.no = 1)'
                                                      ELSE 'NULL' END, ', ' ORDER BY u.place)
                        FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(type, place) WHERE p.oid = a.oid));
        INSERT INTO target SELECT 1000 + a.no, p.oid, p.oid::regproc::text, 'a', p.proargtypes::oid[] FROM pg_proc p WHERE p.proname = 'state_' || a.no;
    END LOOP;
END $$;
UPDATE target t SET no = n.place FROM (SELECT oid, row_number() OVER (ORDER BY no) AS place FROM target) n WHERE n.oid = t.oid;

CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;

CREATE FUNCTION mutated(bytes bytea) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    IF random() < 0.1 THEN
        RETURN substr(bytes, 1, floor(random() * length(bytes))::int);
    END IF;
    FOR n IN 1 .. floor(random() * 4)::int LOOP
        -- the head is changed more often than the rest
        bytes := set_byte(bytes, floor(CASE WHEN random() < 0.5 THEN least(length(bytes), 200) ELSE length(bytes) END * random())::int,
                          CASE floor(random() * 4) WHEN 0 THEN 0 WHEN 1 THEN 255 WHEN 2 THEN 65 ELSE floor(random() * 256)::int END);
    END LOOP;
    RETURN bytes;
END $$;

CREATE FUNCTION literal(type oid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF random() < 0.03 THEN
        RETURN format('NULL::%s', type::regtype);
    END IF;
    RETURN CASE type
        WHEN 'bytea'::regtype THEN quote_literal(mutated((SELECT g.bytes FROM good g ORDER BY random() LIMIT 1)))
        WHEN 'float8[]'::regtype THEN pick('f', 'f', 'f', '''{}''', '''{1,2,3}''', '''{1,NULL,3}''', '''{NaN,1,2}''', '''{1e308,-1e308,1e308}''', '''{1,2}''', '''{{1,2,3}}''', '''{0,Infinity,1}''', '''[0:2]={1,2,3}''')
        WHEN 'float8'::regtype THEN pick('a', 'b', '0', '-1', '''NaN''', '''Infinity''', '1e308', '1e-320', '3.5')
        WHEN 'bigint'::regtype THEN pick('a', 'b', '0', '-1', '9223372036854775807', '-9223372036854775808')
        WHEN 'integer'::regtype THEN pick('1', '2', '3', '0', '-1', '2147483647', '-2147483648', '5')
        WHEN 'jsonb'::regtype THEN quote_literal(pick('{}', '{"k": 3}', '{"n_init": 1}', '{"seed": -1}', '{"null_policy": "mean"}', '{"null_policy": "skip"}', '{"transform": "log1p"}',
                                        '{"transform": ["none", "log1p", "none"]}', '{"standardize": "none"}', '{"trees": 1}', '{"method": "mahalanobis", "robust": true}', '{"contamination": 0.5}',
                                        '{"feature_names": ["x", "y", "z"]}', '{"cuts": {"monetary": [1, 2]}}', '[]', 'null', '{"centroids": [[1,2,3]]}', '{"n_components": 2}', '{"bins": 9}')) || '::jsonb'
        WHEN 'text'::regtype THEN quote_literal(pick('', 'en', 'de', 'grid', 'rfm', 'none', 'month', 'week', 'x', 'YYYYMMDD', '20240131', '1.234,50-', repeat('9', 300), E'\u00e4\u202e', '1E5', 'DD.MM.YYYY', 'EUR')) || '::text'
        WHEN 'boolean'::regtype THEN pick('true', 'false')
        WHEN 'timestamp'::regtype THEN quote_literal(pick('2024-02-29', 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31'))
        WHEN 'date'::regtype THEN quote_literal(pick('2024-02-29', 'infinity', '-infinity', '4713-01-01 BC'))
        WHEN 'numeric'::regtype THEN pick('0', '1.5', '''NaN''', '1e1000', '-7')
        WHEN 'regclass'::regtype THEN '''line'''
        ELSE 'NULL' END || CASE WHEN type IN ('jsonb'::regtype, 'text'::regtype) THEN '' ELSE '::' || type::regtype::text END;
END $$;

CREATE TABLE outcome (sqlstate text, calls bigint);
SELECT setseed(:seed / 1000.0);
CREATE PROCEDURE run(calls bigint) LANGUAGE plpgsql AS $$
DECLARE
    t target;
    query text;
    states jsonb := '{}';
    state text;
    targets bigint := (SELECT count(*) FROM target);
    place bigint;
BEGIN
    FOR n IN 1 .. calls LOOP
        place := 1 + floor(random() * targets);
        SELECT * INTO t FROM target WHERE no = place;
        SELECT format(CASE t.prokind WHEN 'a' THEN 'SELECT %s(%s) FROM line WHERE i <= %s' ELSE 'SELECT count(x::text) FROM (SELECT %s(%s) AS x FROM line WHERE i <= %s LIMIT 50) q' END,
                      t.name, string_agg(literal(u.type), ', ' ORDER BY u.place), floor(random() * 12))
        INTO query FROM unnest(t.types) WITH ORDINALITY AS u(type, place);
        CONTINUE WHEN query IS NULL;
        BEGIN
            EXECUTE query;
            state := 'ok';
        EXCEPTION WHEN OTHERS THEN
            state := SQLSTATE;
            IF state ~ '^(XX|42601)' THEN
                RAISE WARNING '% in %', SQLERRM, left(query, 300);
            END IF;
        END;
        states := jsonb_set(states, ARRAY[state], to_jsonb(COALESCE((states ->> state)::bigint, 0) + 1));
        IF n % 5000 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
    INSERT INTO outcome SELECT key, value::bigint FROM jsonb_each_text(states);
END $$;
CALL run(:calls);
SELECT string_agg(sqlstate || ' ' || calls, ', ' ORDER BY calls DESC) FROM outcome;
SELECT sum(calls) || ' calls, internal errors: ' || COALESCE(sum(calls) FILTER (WHERE sqlstate LIKE 'XX%'), 0) FROM outcome;
