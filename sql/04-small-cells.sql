-- Small cells: counts of so few customers that an aggregated view does not show them.

CREATE FUNCTION segment_internal.min_cell_size() RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.min_cell_size() IS
'The setting segment.min_cell_size.';

CREATE FUNCTION segment_internal.is_small_cell(n bigint, min_cell integer) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.is_small_cell(bigint, integer) IS
'Window function over the cells that add up to one total: true when the count n of a cell must not be shown. That is so for 1 to min_cell - 1, and for NULL. It is also so for the smallest of the other counts, and those equal to it, when the sum of the small ones would tell too much: there is one, the sum is below min_cell, or each of them is 1. 0 is shown. ORDER BY and the frame do not matter; min_cell: that of the first row counts.';

CREATE FUNCTION segment_internal.is_small_cell(n bigint, min_cell integer, is_hidden boolean) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.is_small_cell(bigint, integer, boolean) IS
'The same; cells with is_hidden are not shown in any case, and are among those whose sum may tell too much.';

CREATE FUNCTION segment_internal.has_small_part(part bigint, total bigint, min_cell integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT COALESCE(part BETWEEN 1 AND min_cell - 1 OR total - part BETWEEN 1 AND min_cell - 1, false);
END;
COMMENT ON FUNCTION segment_internal.has_small_part(bigint, bigint, integer) IS
'True when a part of a shown total must not be shown: the part or the rest counts 1 to min_cell - 1.';

CREATE FUNCTION segment_internal.mark_small(rows jsonb, key text, mark text, min_cell integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(m.value || pg_catalog.jsonb_build_object(mark, m.is_small) ORDER BY m.place)
    FROM (SELECT e.value, e.place, segment_internal.is_small_cell((e.value ->> key)::bigint, min_cell) OVER () AS is_small
          FROM pg_catalog.jsonb_array_elements(rows) WITH ORDINALITY e(value, place)) m;
END;
COMMENT ON FUNCTION segment_internal.mark_small(jsonb, text, text, integer) IS
'The rows, an array of objects with a count at key, each with the member mark: true when the count must not be shown.';

CREATE FUNCTION segment_internal.shown_cohorts(rows jsonb, min_cell integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(s.value ORDER BY s.place)
    FROM (SELECT i.*, pg_catalog.bool_or(i.is_small_here) OVER (PARTITION BY i.cohort) AS is_small
          FROM (SELECT e.value, e.place, e.value ->> 'cohort' AS cohort,
                       segment_internal.is_small_cell((e.value ->> 'customers')::bigint, min_cell) OVER (PARTITION BY e.value ->> 'period') AS is_small_here
                FROM pg_catalog.jsonb_array_elements(rows) WITH ORDINALITY e(value, place)) i) s
    WHERE NOT s.is_small;
END;
COMMENT ON FUNCTION segment_internal.shown_cohorts(jsonb, integer) IS
'The rows of cohort_retention, an array of objects, without the cohorts whose size must not be shown.';
