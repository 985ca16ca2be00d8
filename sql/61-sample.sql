-- Samples of customers: permanent random numbers, the best n, quotas by segment, arms of a test.

CREATE FUNCTION segment.sample_key(id text, seed bigint DEFAULT 42)
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sample_key(text, bigint) IS
'The permanent random number of an id: in [0, 1), uniform, fixed for ever by id and seed. sample_key(id) < 0.1 is a sample of a tenth; the n smallest keys are a sample of n; a larger sample with the same seed contains the smaller, also on another day, server or shard. Different seeds give unrelated numbers. A hash: not secret, whoever knows id and seed can compute it. NULL when an argument is NULL.';

CREATE FUNCTION segment.sample_key(id bigint, seed bigint DEFAULT 42)
RETURNS float8
AS 'MODULE_PATHNAME', 'sample_key_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sample_key(bigint, bigint) IS
'The permanent random number of an integer id: that of its decimal text, so 7 and ''7'' have the same. See the form with text.';

-- ---- what the functions that read a relation share ----

CREATE FUNCTION segment_internal.check_sample_column(relation regclass, column_name text, argument text, types regtype[])
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type oid;
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION 'relation must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF column_name IS NULL THEN
        RAISE EXCEPTION '% must not be null', argument USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment_internal.check_columns(relation, ARRAY[column_name], format('The argument %s is the name of a column.', argument));
    type := segment_internal.column_type(relation, column_name);
    IF type <> ALL (types) THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %', column_name, segment_internal.relation_name(relation), format_type(type, NULL)
            USING ERRCODE = 'datatype_mismatch',
                  HINT = format('Types of %s are: %s.', argument, (SELECT string_agg(format_type(t, -1), ', ' ORDER BY place) FROM unnest(types) WITH ORDINALITY u(t, place)));
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_sample_column(regclass, text, text, regtype[]) IS
'Support function of top_n, quota_sample and ab_assign: errors 22004 a relation or column name is null; 42P01, 42703, 42804 a column does not exist or has none of the types.';

CREATE FUNCTION segment_internal.check_sample_ids(relation regclass, id_column text)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    twice bigint;
BEGIN
    PERFORM segment_internal.check_sample_column(relation, id_column, 'id_column', '{text,varchar,bpchar,bigint,integer,smallint,numeric,uuid}');
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %s r WHERE segment_internal.meaningful_id(r.%I::text) IS NOT NULL GROUP BY r.%2$I::text HAVING count(*) > 1) d',
                   relation, id_column) INTO twice;
    IF twice > 0 THEN
        RAISE EXCEPTION '% ids are in "%" more than once', twice, segment_internal.relation_name(relation) USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_sample_ids(regclass, text) IS
'Support function of top_n, quota_sample and ab_assign: the errors of check_sample_column, and 22023 when an id has two rows.';

-- ---- top_n ----

CREATE FUNCTION segment_internal.finite_column(relation regclass, column_name text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- a numeric beyond float8 would make the cast fail, with the value in the message
    RETURN CASE WHEN segment_internal.column_type(relation, column_name) = 'numeric'::regtype
                THEN format('CASE WHEN abs(r.%1$I) < 1e308 THEN r.%1$I::float8 END', column_name)
                ELSE format('CASE WHEN abs(r.%1$I::float8) < ''infinity'' THEN r.%1$I::float8 END', column_name) END;
END $$;
COMMENT ON FUNCTION segment_internal.finite_column(regclass, text) IS
'Support function of top_n: the SQL of a column of the relation r as float8, NULL where it is not finite or a numeric of 1e308 or more.';

CREATE FUNCTION segment_internal.top_n(relation regclass, id_column text, score_column text, n bigint, cost_column text, budget numeric)
RETURNS TABLE (id text, rank bigint, score float8, cost numeric, total_cost numeric)
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    left_out bigint;
    negative bigint;
    has_value text;
    finite_score text;
    source text;
BEGIN
    PERFORM segment_internal.check_sample_ids(relation, id_column);
    PERFORM segment_internal.check_sample_column(relation, score_column, 'score_column', '{float8,float4,numeric,bigint,integer,smallint}');
    finite_score := segment_internal.finite_column(relation, score_column);
    has_value := format('segment_internal.meaningful_id(r.%I::text) IS NOT NULL AND %s IS NOT NULL', id_column, finite_score);
    IF n IS NULL OR n < 0 THEN
        RAISE EXCEPTION 'n must not be negative or null' USING ERRCODE = 'invalid_parameter_value';
    ELSIF (cost_column IS NULL) <> (budget IS NULL) THEN
        RAISE EXCEPTION 'cost_column and budget must be given together' USING ERRCODE = 'invalid_parameter_value';
    ELSIF budget IS NOT NULL THEN
        PERFORM segment_internal.check_sample_column(relation, cost_column, 'cost_column', '{float8,float4,numeric,bigint,integer,smallint}');
        IF NOT (budget >= 0 AND budget < 'infinity') THEN
            RAISE EXCEPTION 'budget must be a number of 0 or more, but is %', budget USING ERRCODE = 'invalid_parameter_value';
        END IF;
        has_value := has_value || format(' AND %s IS NOT NULL', segment_internal.finite_column(relation, cost_column));
    END IF;
    source := segment_internal.without_suppressed(relation, id_column);
    EXECUTE format('SELECT count(*) FILTER (WHERE NOT COALESCE(%s, false)), count(*) FILTER (WHERE %s < 0) FROM %s r',
                   has_value, COALESCE('r.' || quote_ident(cost_column), '0'), source) INTO left_out, negative;
    IF negative > 0 THEN
        RAISE EXCEPTION '% rows have a negative cost', negative USING ERRCODE = 'invalid_parameter_value';
    ELSIF left_out > 0 THEN
        RAISE NOTICE '% rows without id, score or cost are left out', left_out;
    END IF;
    RETURN QUERY EXECUTE format($query$
        SELECT t.id, t.rank, t.score, t.cost, t.total_cost
        FROM (SELECT s.*, sum(s.cost) OVER (ORDER BY s.rank) AS total_cost
              FROM (SELECT r.%2$I::text AS id, row_number() OVER (ORDER BY %3$s DESC, r.%2$I::text COLLATE "C") AS rank, %3$s AS score, %4$s::numeric AS cost
                    FROM %1$s r WHERE %5$s) s
              WHERE s.rank <= $1) t
        WHERE t.total_cost <= $2 OR $2 IS NULL
        ORDER BY t.rank$query$, source, id_column, finite_score, COALESCE('r.' || quote_ident(cost_column), 'NULL'), has_value) USING n, budget;
END $$;
COMMENT ON FUNCTION segment_internal.top_n(regclass, text, text, bigint, text, numeric) IS
'Implementation of segment.top_n, which hides the SQL context of errors.';

CREATE FUNCTION segment.top_n(relation regclass, id_column text, score_column text, n bigint, cost_column text DEFAULT NULL, budget numeric DEFAULT NULL)
RETURNS TABLE (id text, rank bigint, score float8, cost numeric, total_cost numeric)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION segment.top_n(regclass, text, text, bigint, text, numeric) IS
'The n rows of a relation with the highest score: id (as text), rank from 1, score; of equal scores the id that is first in byte order. With cost_column and budget only the first ranks whose costs together stay within the budget: cost and total_cost, the sum up to this row. Rows without an id (NULL, blank, #) or without a finite score or cost are left out; a NOTICE counts them. The relation is read with the caller''s rights. Errors: 22004 relation or a column name is NULL; 42703, 42804 columns; 22023 an id with two rows, n or budget out of range, a negative cost, a cost_column without a budget.';

-- ---- quota_sample ----

CREATE FUNCTION segment_internal.quota_sample(relation regclass, id_column text, segment_column text, n bigint, seed bigint)
RETURNS TABLE (id text, segment text, rank bigint, inclusion_probability float8, weight float8)
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    left_out bigint;
    short bigint;
    missing numeric;
    frame text;
    source text;
BEGIN
    PERFORM segment_internal.check_sample_ids(relation, id_column);
    PERFORM segment_internal.check_sample_column(relation, segment_column, 'segment_column', '{text,varchar,bpchar,bigint,integer,smallint,numeric,boolean}');
    IF n IS NULL OR n < 0 THEN
        RAISE EXCEPTION 'n must not be negative or null' USING ERRCODE = 'invalid_parameter_value';
    ELSIF seed IS NULL THEN
        RAISE EXCEPTION 'seed must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    source := segment_internal.without_suppressed(relation, id_column);
    frame := format('SELECT r.%2$I::text AS id, r.%3$I::text AS segment FROM %1$s r WHERE segment_internal.meaningful_id(r.%2$I::text) IS NOT NULL AND r.%3$I IS NOT NULL',
                    source, id_column, segment_column);
    EXECUTE format('SELECT (SELECT count(*) FROM %s) - COALESCE(sum(s.size), 0), count(*) FILTER (WHERE s.size < $1), sum($1 - s.size) FILTER (WHERE s.size < $1)'
                   ' FROM (SELECT count(*) AS size FROM (%s) f GROUP BY f.segment) s', source || ' r', frame) INTO left_out, short, missing USING n;
    IF left_out > 0 THEN
        RAISE NOTICE '% rows without id or segment are left out', left_out;
    END IF;
    IF short > 0 THEN
        RAISE NOTICE '% segments have fewer than % rows: % rows are missing', short, n, missing;
    END IF;
    RETURN QUERY EXECUTE format($query$
        SELECT t.id, t.segment, t.rank, least(1, $1 / t.size), greatest(1, t.size / $1)
        FROM (SELECT f.*, row_number() OVER (PARTITION BY f.segment ORDER BY segment.sample_key(f.id, $2), f.id COLLATE "C") AS rank,
                     count(*) OVER (PARTITION BY f.segment)::float8 AS size
              FROM (%s) f) t
        WHERE t.rank <= $1
        ORDER BY t.segment COLLATE "C", t.rank$query$, frame) USING n::float8, seed;
END $$;
COMMENT ON FUNCTION segment_internal.quota_sample(regclass, text, text, bigint, bigint) IS
'Implementation of segment.quota_sample, which hides the SQL context of errors.';

CREATE FUNCTION segment.quota_sample(relation regclass, id_column text, segment_column text, n bigint, seed bigint DEFAULT 42)
RETURNS TABLE (id text, segment text, rank bigint, inclusion_probability float8, weight float8)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION segment.quota_sample(regclass, text, text, bigint, bigint) IS
'A random sample of n rows from each segment of a relation: id and segment (as text), rank from 1 in the segment by sample_key(id, seed), inclusion_probability (n / rows of the segment, at most 1) and weight, 1 / inclusion_probability: the rows that one stands for. The same seed gives the same ids, and a larger n contains the smaller sample. A NOTICE tells how many segments have fewer than n rows, and how many rows are missing; another one how many rows have no id (NULL, blank, #) or no segment and are left out. The relation is read with the caller''s rights. Errors: 22004 relation, a column name or seed is NULL; 42703, 42804 columns; 22023 an id with two rows, n negative.';

-- ---- ab_assign ----

CREATE FUNCTION segment_internal.check_arms(arms text[], weights float8[], holdout float8) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    k integer := cardinality(arms);
BEGIN
    IF k IS NULL OR k NOT BETWEEN 1 AND 1000 OR array_ndims(arms) <> 1 THEN
        RAISE EXCEPTION 'arms must have from 1 to 1000 names' USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM unnest(arms) a WHERE segment_internal.meaningful_id(a) IS NULL) THEN
        RAISE EXCEPTION 'the name of an arm must not be null or blank' USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM unnest(arms) a GROUP BY a HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'arms must have different names' USING ERRCODE = 'invalid_parameter_value';
    ELSIF weights IS NOT NULL AND cardinality(weights) <> k THEN
        RAISE EXCEPTION 'there are % weights, but % arms', cardinality(weights), k USING ERRCODE = 'array_subscript_error';
    ELSIF EXISTS (SELECT FROM unnest(weights) w WHERE (w > 0 AND w <= 1e15) IS NOT TRUE) THEN
        RAISE EXCEPTION 'weights must be above 0 and at most 1e15' USING ERRCODE = 'invalid_parameter_value';
    ELSIF (holdout >= 0 AND holdout < 1) IS NOT TRUE THEN
        RAISE EXCEPTION 'holdout must be at least 0 and below 1, but is %', COALESCE(holdout::text, 'null') USING ERRCODE = 'invalid_parameter_value', HINT = 'A holdout of 0.2 means that 20 % get nothing.';
    ELSIF holdout > 0 AND 'holdout' = ANY (arms) THEN
        RAISE EXCEPTION 'an arm is named holdout, and there is a holdout' USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave it out of arms: the argument holdout makes it.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_arms(text[], float8[], float8) IS
'Support function of ab_assign: errors 22023 and 2202E of its arguments.';

CREATE FUNCTION segment_internal.ab_assign(relation regclass, id_column text, stratum_column text, arms text[], weights float8[], seed bigint, holdout float8)
RETURNS TABLE (id text, stratum text, arm text, probability float8)
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shares float8[];
    bounds float8[];
    without bigint;
    source text;
BEGIN
    PERFORM segment_internal.check_sample_ids(relation, id_column);
    IF stratum_column IS NOT NULL THEN
        PERFORM segment_internal.check_sample_column(relation, stratum_column, 'stratum_column', '{text,varchar,bpchar,bigint,integer,smallint,numeric,boolean}');
    END IF;
    IF seed IS NULL THEN
        RAISE EXCEPTION 'seed must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment_internal.check_arms(arms, weights, holdout);
    -- an array may begin at another subscript than 1
    arms := ARRAY(SELECT u.arm FROM unnest(arms) WITH ORDINALITY u(arm, place) ORDER BY u.place);
    -- the lower ends of the arms on a line from 0 to 1
    SELECT array_agg(w / total ORDER BY place), array_agg((upto - w) / total ORDER BY place) INTO shares, bounds
    FROM (SELECT w, place, sum(w) OVER () AS total, sum(w) OVER (ORDER BY place) AS upto
          FROM unnest(COALESCE(weights, array_fill(1::float8, ARRAY[cardinality(arms)]))) WITH ORDINALITY u(w, place)) s;
    source := segment_internal.without_suppressed(relation, id_column);
    EXECUTE format('SELECT count(*) FROM %s r WHERE segment_internal.meaningful_id(r.%I::text) IS NULL', source, id_column) INTO without;
    IF without > 0 THEN
        RAISE NOTICE '% rows without id are left out', without;
    END IF;
    -- Systematic sampling: a stratum is a line from 0 to 1 with the holdout first and then the arms, and its rows stand on the line at equal
    -- steps from one random start.  So the holdout and each arm get their share of the rows, rounded up or down.  The holdout has the
    -- smallest keys; the other rows stand in random order, by keys of their own.
    RETURN QUERY EXECUTE format($query$
        SELECT o.id, o.stratum, CASE WHEN o.rank <= o.held THEN 'holdout' ELSE ($2)[o.place] END, CASE WHEN o.rank <= o.held THEN $5 ELSE (1 - $5) * ($3)[o.place] END
        FROM (SELECT h.*, width_bucket(greatest((h.held + row_number() OVER (PARTITION BY h.stratum, h.rank <= h.held ORDER BY segment.sample_key(h.id, $1 # 7046029254386353131), h.id COLLATE "C")
                                                 - h.start) / h.rows - $5, 0) / (1 - $5), $4) AS place
              FROM (SELECT g.*, floor(g.rows * $5 + g.start * ($5 > 0)::integer)::bigint AS held
                    FROM (SELECT f.*, row_number() OVER (PARTITION BY f.stratum ORDER BY segment.sample_key(f.id, $1), f.id COLLATE "C") AS rank,
                                 count(*) OVER (PARTITION BY f.stratum) AS rows, segment.sample_key(COALESCE(f.stratum, ''), $1) AS start
                          FROM (SELECT r.%2$I::text AS id, %3$s::text AS stratum FROM %1$s r WHERE segment_internal.meaningful_id(r.%2$I::text) IS NOT NULL) f) g) h
             ) o$query$, source, id_column, COALESCE('r.' || quote_ident(stratum_column), 'NULL'))
    USING seed, arms, shares, bounds, holdout;
END $$;
COMMENT ON FUNCTION segment_internal.ab_assign(regclass, text, text, text[], float8[], bigint, float8) IS
'Implementation of segment.ab_assign, which hides the SQL context of errors.';

CREATE FUNCTION segment.ab_assign(relation regclass, id_column text, stratum_column text, arms text[], weights float8[] DEFAULT NULL, seed bigint DEFAULT 42, holdout float8 DEFAULT 0)
RETURNS TABLE (id text, stratum text, arm text, probability float8)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION segment.ab_assign(regclass, text, text, text[], float8[], bigint, float8) IS
'Assigns each row of a relation to an arm of a test, by chance: id, stratum (as text), arm, probability (planned share of the arm). Within each stratum of stratum_column (NULL: one stratum for all; rows without a stratum are one more) each arm gets its share by weights (NULL: equal; need not sum to 1), rounded up or down. holdout: share of each stratum, from 0 to below 1, that gets no arm but holdout; these are the rows with the smallest sample_key(id, seed), so with the same seed they stay the same whatever the arms and weights. The same rows and seed give the same arms; another seed gives an unrelated assignment. Rows without an id (NULL, blank, #) are left out; a NOTICE counts them. Store the result: rows added later change the arms of others. The relation is read with the caller''s rights. Errors: 22004 relation, id_column or seed is NULL; 42703, 42804 columns; 22023 an id with two rows, arms, weights or holdout out of range; 2202E not one weight for each arm.';
