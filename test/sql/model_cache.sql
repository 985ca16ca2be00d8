-- A cached decoded model is used for the next row only when the bytes are the same.
CREATE SCHEMA cache_test;
SET search_path = cache_test, segment, public;
CREATE TABLE victim AS
SELECT (SELECT kmeans_fit(ARRAY[i, i * i % 7], 3) FROM generate_series(1, 40) AS i) AS small,
       (SELECT kmeans_fit(ARRAY[i, i * i % 7, i % 5, i % 3, i % 11, i % 13, i % 17, i % 19], 8) FROM generate_series(1, 60) AS i) AS large;
SELECT length(small) < 2000 AS small, length(large) > 3000 AS large FROM victim;
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

-- one byte differs in the last of n rows, and the digest in the header is that of the valid bytes
CREATE FUNCTION computed(model text, place int, n int) RETURNS text LANGUAGE sql AS $$
    SELECT outcome(format('SELECT count(kmeans_assign(set_byte(%1$s, %2$s, get_byte(%1$s, %2$s) # (i / %3$s)), array_fill(1::float8, ARRAY[%4$s])))
                           FROM victim, generate_series(1, %3$s) AS i', model, place, n, CASE model WHEN 'small' THEN 2 ELSE 8 END))
$$;
CREATE FUNCTION correlated(model text, place int, n int) RETURNS text LANGUAGE sql AS $$
    SELECT outcome(format('SELECT count((SELECT kmeans_assign(m, array_fill(x, ARRAY[%4$s])) FROM (VALUES (1::float8)) AS v (x) WHERE x + i > 0))
                           FROM (SELECT i, set_byte(%1$s, %2$s, get_byte(%1$s, %2$s) # (i / %3$s)) AS m FROM victim, generate_series(1, %3$s) AS i OFFSET 0) AS d',
                          model, place, n, CASE model WHEN 'small' THEN 2 ELSE 8 END))
$$;
CREATE FUNCTION of_variable(model text, place int, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    good bytea;
    m bytea;
    f float8[] := array_fill(1::float8, ARRAY[CASE model WHEN 'small' THEN 2 ELSE 8 END]);
    cluster int;
BEGIN
    EXECUTE format('SELECT %I FROM victim', model) INTO good;
    FOR i IN 1 .. n LOOP
        m := set_byte(good, place, get_byte(good, place) # (i / n));
        cluster := segment.kmeans_assign(m, f);
    END LOOP;
    RETURN cluster;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT model, n, count(*) > 10 AS many, count(*) FILTER (WHERE computed(model, place, n) = '22P03') = count(*) AS computed,
       count(*) FILTER (WHERE correlated(model, place, n) = '22P03') = count(*) AS correlated,
       count(*) FILTER (WHERE of_variable(model, place, n) = '22P03') = count(*) AS of_variable
FROM (VALUES ('small', 1000), ('large', 3000)) AS v (model, length), generate_series(16, length, 97) AS place, unnest(ARRAY[2, 9]) AS n
GROUP BY model, n ORDER BY model DESC, n;

-- valid bytes of another model at the same address are another model; the same bytes at another address are the same
SELECT count(DISTINCT kmeans_distance(CASE WHEN i % 2 = 0 THEN overlay(small PLACING ''::bytea FROM 1 FOR 0) ELSE overlay(other PLACING ''::bytea FROM 1 FOR 0) END, ARRAY[1, 2])) AS distances
FROM victim, (SELECT kmeans_fit(ARRAY[i, -i], 3) AS other FROM generate_series(1, 40) AS i) AS o, generate_series(1, 10) AS i;

-- thousands of rows, with each kind of argument
SELECT sum(kmeans_assign(small, ARRAY[i, 3])) AS of_column, sum(kmeans_assign((SELECT small FROM victim), ARRAY[i, 3])) AS of_sub_select
FROM victim, generate_series(1, 3000) AS i;
SELECT outcome(format('SELECT sum(kmeans_assign(%L::bytea, ARRAY[i, 3])) FROM generate_series(1, 3000) AS i', small)) AS of_constant FROM victim;

SET client_min_messages = warning;
DROP SCHEMA cache_test CASCADE;
