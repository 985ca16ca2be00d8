-- K-means in the registry: its hooks, and its rows in the tables of algorithms.

CREATE FUNCTION segment_internal.kmeans_sweep_source(m segment.model, source regclass) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sweep jsonb;
BEGIN
    EXECUTE format('SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.k) FROM segment.kmeans_sweep_rows(w.sweep) r)'
                   ' FROM (SELECT segment.kmeans_sweep(%s, %s, %s, %L::pg_catalog.jsonb) AS sweep,'
                   '              count(segment_internal.progress_tick()) FROM %s s) w',
                   segment_internal.feature_array(m), segment_internal.kmeans_bound(m, 'k_min'), segment_internal.kmeans_bound(m, 'k_max'),
                   segment_internal.options_of_fit(m), source)
    INTO sweep;
    RETURN sweep;
END $$;
COMMENT ON FUNCTION segment_internal.kmeans_sweep_source(segment.model, regclass) IS
'The rows of kmeans_sweep_rows for k from k_min to k_max, as a JSON array. Reads the source as the caller.';

CREATE FUNCTION segment_internal.kmeans_bound(m segment.model, option_name text) RETURNS integer
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- 4.0 is an integer too
    SELECT COALESCE(m.options ->> o.option_name, o.default_value #>> '{}')::numeric::integer
    FROM segment.algorithm_option o
    WHERE o.algorithm = 'kmeans' AND o.used_in = 'refit' AND o.option_name = kmeans_bound.option_name;
END;
COMMENT ON FUNCTION segment_internal.kmeans_bound(segment.model, text) IS
'The option k_min or k_max of a model, or its default.';

CREATE FUNCTION segment_internal.kmeans_choose_k(m segment.model, sweep jsonb, old bytea) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- one cluster has no silhouette
    SELECT COALESCE(
        -- keep the k in use unless another k is better by more than k_margin
        (SELECT a.value -> 'k'
         FROM pg_catalog.jsonb_array_elements(sweep) a(value), pg_catalog.jsonb_array_elements(sweep) b(value)
         WHERE segment_internal.count_in(a.value, 'k') = (segment.model_info(old)).k
           AND segment_internal.flag_in(b.value, 'is_best_silhouette')
           AND COALESCE(segment_internal.figure_in(a.value, 'smallest_share') >= COALESCE(segment_internal.figure_in(m.options, 'min_share'), 0.01), false)
           AND segment_internal.figure_in(b.value, 'silhouette') - segment_internal.figure_in(a.value, 'silhouette')
               <= COALESCE(segment_internal.figure_in(m.options, 'k_margin'), 0.02)
         LIMIT 1),
        pg_catalog.jsonb_path_query_first(sweep, '$[*] ? (@.is_best_silhouette == true).k'), sweep -> 0 -> 'k');
END;
COMMENT ON FUNCTION segment_internal.kmeans_choose_k(segment.model, jsonb, bytea) IS
'The k of a model whose k is auto: the k of the active version is kept, unless the best silhouette is better by more than k_margin or the smallest cluster is below min_share; then the k of the best silhouette.';

CREATE FUNCTION segment_internal.kmeans_fit_hook(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    options jsonb := segment_internal.options_of_fit(m);
    wanted_k numeric;
BEGIN
    IF m.options ->> 'k' = 'auto' THEN
        PERFORM segment_internal.report_stage(m, 'choosing k');
        metrics := jsonb_build_object('sweep', segment_internal.kmeans_sweep_source(m, source));
        wanted_k := segment_internal.kmeans_choose_k(m, metrics -> 'sweep', old)::numeric;
        options := options - 'min_share';
    ELSE
        wanted_k := (m.options ->> 'k')::numeric;
    END IF;
    -- warm: start from the old centers when their number is the same
    IF m.options ->> 'start' = 'warm'
        AND (SELECT i.k = wanted_k AND i.features = cardinality(m.feature_columns) FROM segment.model_info(old) i) THEN
        options := options - '{n_init,algorithm}'::text[] || jsonb_build_object('init_method', 'centroids', 'centroids', E'\\x' || encode(old, 'hex'));
    END IF;
    expression := format('segment.kmeans_fit(%s, %s, %L::pg_catalog.jsonb)', segment_internal.feature_array(m), wanted_k::integer, options);
END $$;
COMMENT ON FUNCTION segment_internal.kmeans_fit_hook(segment.model, regclass, bytea) IS
'Fit hook of kmeans. Where the option k is auto it reads the source, as the caller, to choose k; the metrics then have the sweep.';

CREATE FUNCTION segment_internal.kmeans_check_hook(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unused text;
BEGIN
    IF NOT m.options ? 'k' THEN
        RAISE EXCEPTION 'option "k" is required for algorithm "kmeans"'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give a number of clusters, or "auto" for the best of k_min to k_max.';
    END IF;
    IF m.options ->> 'k' <> 'auto' THEN
        SELECT o INTO unused FROM unnest('{k_min,k_max,k_margin,min_share}'::text[]) o WHERE m.options ? o LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'option "%" has no effect with k %', unused, m.options ->> 'k'
                USING ERRCODE = 'invalid_parameter_value', HINT = 'It requires k "auto". In segment.alter_model the value null removes an option.';
        ELSIF (m.options ->> 'k')::numeric = 1 AND m.options ? 'min_silhouette' THEN
            RAISE EXCEPTION 'option "min_silhouette" has no effect with k 1'
                USING ERRCODE = 'invalid_parameter_value', HINT = 'It requires at least two clusters.';
        END IF;
    END IF;
    PERFORM segment_internal.check_fit_options('kmeans', segment_internal.options_of_fit(m), cardinality(m.feature_columns),
        NULLIF(m.options ->> 'k', 'auto')::numeric::integer,
        segment_internal.kmeans_bound(m, 'k_min'), segment_internal.kmeans_bound(m, 'k_max'));
END $$;
COMMENT ON FUNCTION segment_internal.kmeans_check_hook(segment.model) IS
'Check hook of kmeans. Error: 22023 without the option k, for options that have no effect with that k, and for options that kmeans_fit or kmeans_sweep refuses.';

CREATE FUNCTION segment_internal.kmeans_names_hook(m segment.model, model bytea, previous jsonb) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- a generated name contains column names, which may have invisible characters
    SELECT pg_catalog.jsonb_object_agg(c.cluster_id, CASE WHEN segment_internal.is_plain_name(g.name) AND pg_catalog.octet_length(g.name) <= 500
                                                          THEN g.name ELSE 'cluster ' || c.cluster_id END)
    FROM (SELECT DISTINCT k.cluster_id FROM segment.kmeans_centroids(model) k) c
    CROSS JOIN LATERAL segment.kmeans_name(model, c.cluster_id, COALESCE(m.options ->> 'language', 'en'),
                                           COALESCE(previous ->> c.cluster_id::text, '')) g(name);
END;
COMMENT ON FUNCTION segment_internal.kmeans_names_hook(segment.model, bytea, jsonb) IS
'Names hook of kmeans: kmeans_name of each cluster; a previous name stays while it describes the cluster.';

CREATE FUNCTION segment_internal.kmeans_summary_hook(m segment.model, source regclass, model bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    summary jsonb;
BEGIN
    IF m.describe_columns IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format($query$
        WITH cell AS (
            SELECT q.cluster_id, a.attribute, left(a.category, 200) AS category, count(*) AS n
            FROM (SELECT segment.kmeans_assign($1, %s) AS cluster_id, %s AS categories FROM %s s OFFSET 0) q
            CROSS JOIN LATERAL unnest($2, q.categories) AS a(attribute, category)
            WHERE q.cluster_id IS NOT NULL AND btrim(a.category) <> ''
            GROUP BY 1, 2, 3),
        overall AS (
            SELECT c.attribute, c.category, sum(c.n) AS n, (sum(c.n) / sum(sum(c.n)) OVER (PARTITION BY c.attribute))::float8 AS share,
                   row_number() OVER (PARTITION BY c.attribute ORDER BY sum(c.n) DESC, c.category COLLATE "C") AS place
            FROM cell c GROUP BY 1, 2),
        judged AS (
            SELECT c.*, sum(c.n) OVER w AS size, segment_internal.is_small_cell(c.n, $3) OVER w AS is_suppressed
            FROM cell c WINDOW w AS (PARTITION BY c.cluster_id, c.attribute)),
        -- a total over all clusters less the counts of the others would tell what is suppressed, as would all totals but one
        told AS (
            SELECT t.attribute, t.category, t.is_hidden OR count(*) FILTER (WHERE t.is_hidden) OVER (PARTITION BY t.attribute) = 1 AS is_hidden
            FROM (SELECT j.attribute, j.category, bool_or(j.is_suppressed) AS is_hidden FROM judged j GROUP BY 1, 2) t),
        shown AS (
            SELECT j.cluster_id, j.attribute, j.category, j.n, (j.n / j.size)::float8 AS share, o.share AS overall_share, j.is_suppressed, t.is_hidden
            FROM judged j JOIN overall o USING (attribute, category) JOIN told t USING (attribute, category)
            WHERE o.place <= 50)
        SELECT jsonb_agg(jsonb_build_object('cluster_id', s.cluster_id, 'attribute', s.attribute, 'category', s.category, 'is_suppressed', s.is_suppressed)
                         || CASE WHEN s.is_suppressed THEN '{}' ELSE jsonb_build_object('n', s.n, 'share', s.share) END
                         || CASE WHEN s.is_hidden THEN '{}' ELSE jsonb_build_object('overall_share', s.overall_share, 'lift', s.share / s.overall_share) END
                         ORDER BY s.cluster_id, s.attribute, s.is_suppressed, CASE WHEN NOT s.is_suppressed THEN s.n END DESC, s.category COLLATE "C")
        FROM shown s$query$,
        segment_internal.feature_array(m), segment_internal.category_array(m.describe_columns), source)
    INTO summary USING model, m.describe_columns, segment_internal.min_cell(m);
    RETURN summary;
END $$;
COMMENT ON FUNCTION segment_internal.kmeans_summary_hook(segment.model, regclass, bytea) IS
'Summary hook of kmeans: the describe_columns counted by cluster, for the view cluster_categories; NULL without any. The 50 most frequent categories of each column; counts below the option min_cell are not stored.';

CREATE FUNCTION segment_internal.kmeans_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d text := format('q.d%s', place);
    o text := d;
    call constant text := 'segment.kmeans_details($%s[%s], %s)';
    sql segment_internal.publish_sql;
BEGIN
    sql.details := jsonb_build_object('d' || place, format(call, 1, place, segment_internal.feature_array(m)));
    IF old IS DISTINCT FROM model THEN
        o := format('q.o%s', place);
        sql.details := sql.details || jsonb_build_object('o' || place, format(call, 2, place, segment_internal.feature_array(m)));
    END IF;
    sql.columns := jsonb_build_object(
        'cluster_id', format('(%s).cluster_id', d), 'old_model_cluster_id', format('(%s).cluster_id', o),
        'cluster_name', format('$3[%s] ->> (%s).cluster_id::pg_catalog.text', place, d),
        'distance', format('(%s).distance', d), 'second_cluster_id', format('(%s).second_cluster_id', d),
        'simplified_silhouette', format('(%s).simplified_silhouette', d));
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.kmeans_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of kmeans: SQL of kmeans_details by the active and the old model.';

CREATE FUNCTION segment_internal.kmeans_explain_hook(model bytea, features float8[])
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
LANGUAGE sql STABLE ROWS 10
BEGIN ATOMIC
    SELECT r.rank, r.feature, r.value, r.centroid, r.contribution FROM segment.kmeans_reasons(model, features) r;
END;
COMMENT ON FUNCTION segment_internal.kmeans_explain_hook(bytea, float8[]) IS
'Explain hook of kmeans: kmeans_reasons; typical is the centroid of the cluster.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms,
                               fit_hook, align_hook, check_hook, names_hook, summary_hook, publish_hook, explain_hook,
                               has_describe_columns, is_builtin)
VALUES ('kmeans', 'kmeans', 'Clusters of similar rows; refits keep the cluster numbers.', 'row per id', true,
        'segment_internal.kmeans_fit_hook', 'segment.kmeans_align', 'segment_internal.kmeans_check_hook', 'segment_internal.kmeans_names_hook',
        'segment_internal.kmeans_summary_hook', 'segment_internal.kmeans_publish_hook', 'segment_internal.kmeans_explain_hook', true, true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'kmeans', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('kmeans') o;

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, minimum, maximum, choices, value_range, meaning)
SELECT 'kmeans', 'refit', o.option_name, o.type, o.default_value, o.minimum, o.maximum, o.choices,
       segment_internal.value_range(o.minimum, o.maximum, o.choices), o.meaning
FROM (VALUES
    ('k', 'integer', NULL::jsonb, 1::numeric, 10000::numeric, '{auto}'::text[], 'Number of clusters, or auto: the best silhouette of k_min to k_max at each refit.'),
    ('k_min', 'integer', '2', 1, 1000, NULL, 'Smallest k that auto tries.'),
    ('k_max', 'integer', '10', 1, 1000, NULL, 'Largest k that auto tries.'),
    ('k_margin', 'number', '0.02', 0, 2, NULL, 'With k auto, the k in use is kept unless the best silhouette is better by more than this.'),
    ('start', 'choice', '"fresh"', NULL, NULL, '{fresh,warm}', 'Starting centers: fresh, or those of the active version (warm).'),
    ('language', 'choice', '"en"', NULL, NULL, '{en,es,de}', 'Language of the generated names and descriptions.'),
    ('min_cell', 'integer', NULL, 1, 1000000, NULL, 'Categories of fewer rows in a cluster are shown without their number; without it segment.min_cell_size counts.'),
    ('min_silhouette', 'number', NULL, -1, 1, NULL, 'A version with a lower silhouette (the full one, over a sample of the rows) is held.')
) AS o(option_name, type, default_value, minimum, maximum, choices, meaning);

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('kmeans', 1, 'cluster_id', 'integer', 'label', 'Number of the cluster, from 1; NULL: not assignable.'),
    ('kmeans', 2, 'cluster_name', 'text', 'label name', 'Name of the cluster.'),
    ('kmeans', 3, 'distance', 'double precision', 'value', 'Distance to its center, in the fitted space.'),
    ('kmeans', 4, 'second_cluster_id', 'integer', 'value', 'The second nearest cluster.'),
    ('kmeans', 5, 'simplified_silhouette', 'double precision', 'value', 'Simplified silhouette, from 0 at the border to 1 at the center.'),
    ('kmeans', 6, 'cluster_version', 'integer', 'version', 'Version of the model that wrote the row.'),
    ('kmeans', 7, 'old_model_cluster_id', 'integer', 'old label', 'Cluster of the same data under the version published before.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE cluster_id integer;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE cluster_name text;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE distance float8;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE second_cluster_id integer;
