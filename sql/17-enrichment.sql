-- ---- enrichment: facts about regions and answers of surveys, joined to customers ----

CREATE FUNCTION segment_internal.spanish_province(postal_code text, regio text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- a postal code has five digits, of which the first two are the province; one that was a number on its way lacks the leading zero
    SELECT COALESCE(
        "substring"(p.code, '^(0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3}$'),
        '0' || "substring"(p.code, '^([1-9])[0-9]{3}$'),
        "substring"(p.region, '^(0[1-9]|[1-4][0-9]|5[0-2])$'),
        '0' || "substring"(p.region, '^[1-9]$'))
    FROM (SELECT pg_catalog.regexp_replace(postal_code COLLATE "C", '^[[:space:]]*([Ee][Ss]?[[:space:]]*-)?|[[:space:]]', '', 'g') AS code,
                 pg_catalog.btrim(regio) COLLATE "C" AS region) AS p;
END;
COMMENT ON FUNCTION segment_internal.spanish_province(text, text) IS
'Support function of region_code: the code of a Spanish province (01 to 52, as the statistical office INE numbers them) from a postal code, or else from REGIO; NULL when neither has one.';

CREATE FUNCTION segment.region_code(land1 text, regio text, postal_code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE c.country
        WHEN 'ES' THEN 'ES-' || segment_internal.spanish_province(postal_code, regio)
        ELSE c.country || '-' || pg_catalog.upper(pg_catalog.btrim(segment_internal.meaningful_id(regio)) COLLATE "C") END
    FROM (SELECT pg_catalog.upper(pg_catalog.btrim(segment_internal.meaningful_id(land1)) COLLATE "C") AS country) AS c;
END;
COMMENT ON FUNCTION segment.region_code(text, text, text) IS
'The region of an address, as a key for regional statistics. land1, regio, postal_code: LAND1, REGIO and PSTLZ of SAP. Spain (ES): ES- and the two digits of the province, 01 to 52, as INE numbers them: from the postal code (its first two digits; blanks and a prefix E- or ES- do not matter, and a code of four digits is one that lost its leading zero), or, when there is no valid postal code, from regio (1 to 52, with or without a leading zero). Other countries: land1, a hyphen, regio, in capitals (A to Z). NULL when the country, or what tells the region, is NULL, blank, # or not valid.';

CREATE FUNCTION segment_internal.enrichment_check(left_relation regclass, left_key text, right_relation regclass, right_key text,
    OUT left_rows bigint, OUT matched bigint, OUT unmatched bigint, OUT left_nulls bigint, OUT left_duplicate_keys bigint,
    OUT right_rows bigint, OUT right_matched bigint, OUT right_unmatched bigint, OUT right_nulls bigint, OUT right_duplicate_keys bigint,
    OUT joined_rows bigint, OUT is_safe boolean)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF left_relation IS NULL OR left_key IS NULL OR right_relation IS NULL OR right_key IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN left_relation IS NULL THEN 'left_relation' WHEN left_key IS NULL THEN 'left_key'
                                                   WHEN right_relation IS NULL THEN 'right_relation' ELSE 'right_key' END
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment_internal.check_columns(left_relation, ARRAY[left_key], 'A key is the name of a column.');
    PERFORM segment_internal.check_columns(right_relation, ARRAY[right_key], 'A key is the name of a column.');
    BEGIN
        EXECUTE format('SELECT NULL::%s = NULL::%s', format_type(segment_internal.column_type(left_relation, left_key), NULL),
                       format_type(segment_internal.column_type(right_relation, right_key), NULL));
    EXCEPTION WHEN undefined_function THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but column "%" of relation "%" is of type %',
            left_key, segment_internal.relation_name(left_relation), format_type(segment_internal.column_type(left_relation, left_key), NULL),
            right_key, segment_internal.relation_name(right_relation), format_type(segment_internal.column_type(right_relation, right_key), NULL)
            USING ERRCODE = 'datatype_mismatch', HINT = 'Give both keys one type. As numbers, keys such as 08 lose their leading zeros.';
    END;
    EXECUTE format($query$
        SELECT COALESCE(sum(l.n), 0), COALESCE(sum(l.n) FILTER (WHERE r.key IS NOT NULL), 0),
               COALESCE(sum(l.n) FILTER (WHERE l.key IS NOT NULL AND r.key IS NULL), 0),
               COALESCE(sum(l.n) FILTER (WHERE l.key IS NULL), 0), count(*) FILTER (WHERE l.key IS NOT NULL AND l.n > 1),
               COALESCE(sum(r.n), 0), COALESCE(sum(r.n) FILTER (WHERE l.key IS NOT NULL), 0),
               COALESCE(sum(r.n) FILTER (WHERE r.key IS NOT NULL AND l.key IS NULL), 0),
               COALESCE(sum(r.n) FILTER (WHERE r.key IS NULL), 0), count(*) FILTER (WHERE r.key IS NOT NULL AND r.n > 1),
               COALESCE(sum(l.n * CASE WHEN r.key IS NULL THEN 1 ELSE r.n END), 0)
        FROM (SELECT t.%1$I AS key, count(*) AS n FROM %2$s t GROUP BY t.%1$I) l
        FULL JOIN (SELECT t.%3$I AS key, count(*) AS n FROM %4$s t GROUP BY t.%3$I) r ON l.key = r.key
        $query$, left_key, left_relation, right_key, right_relation)
    INTO left_rows, matched, unmatched, left_nulls, left_duplicate_keys,
         right_rows, right_matched, right_unmatched, right_nulls, right_duplicate_keys, joined_rows;
    is_safe := joined_rows = left_rows;
END
$function$;
COMMENT ON FUNCTION segment_internal.enrichment_check(regclass, text, regclass, text) IS
'Implementation of segment.enrichment_check, which hides the SQL context of errors.';

CREATE FUNCTION segment.enrichment_check(left_relation regclass, left_key text, right_relation regclass, right_key text,
    OUT left_rows bigint, OUT matched bigint, OUT unmatched bigint, OUT left_nulls bigint, OUT left_duplicate_keys bigint,
    OUT right_rows bigint, OUT right_matched bigint, OUT right_unmatched bigint, OUT right_nulls bigint, OUT right_duplicate_keys bigint,
    OUT joined_rows bigint, OUT is_safe boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL UNSAFE;
COMMENT ON FUNCTION segment.enrichment_check(regclass, text, regclass, text) IS
'What a LEFT JOIN of two relations over one column each would do: one row. left_relation: the customers; right_relation: facts about them. left_rows = matched + unmatched + left_nulls: rows of the left relation whose key occurs on the right, does not, or is NULL. right_rows = right_matched + right_unmatched + right_nulls: the same of the right relation. left_duplicate_keys, right_duplicate_keys: keys that occur more than once. joined_rows: rows of the join. is_safe: the join has each left row exactly once, so no sum over customers grows. A key of the right relation that occurs twice multiplies customers, but only where a left row has it. Both relations are read as the caller. Errors: 42703 no such column; 42804 the columns have no common =; 22004 an argument is NULL.';
