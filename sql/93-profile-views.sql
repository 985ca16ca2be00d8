-- The views of profiles, of categories in clusters, and of actions.

CREATE VIEW segment.profile_summary WITH (security_invoker = true) AS
    SELECT m.model_name, v.version, s.value ->> 'code' AS profile_code,
           segment_internal.count_in(s.value, 'customers') AS customers,
           segment_internal.figure_in(s.value, 'share') AS share,
           COALESCE(segment_internal.flag_in(s.value, 'is_suppressed'), true) AS is_suppressed
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.rows_in(v.metrics, 'summary') s(value)
    WHERE m.algorithm = 'profile';
COMMENT ON VIEW segment.profile_summary IS 'Customers per profile code at the last fit of the active versions of all profile models that the current user may see; the 1000 most frequent codes of each. Key: model_name, profile_code.';
COMMENT ON COLUMN segment.profile_summary.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.profile_summary.version IS 'Its active version.';
COMMENT ON COLUMN segment.profile_summary.profile_code IS 'The code; profile_decode tells what its letters stand for.';
COMMENT ON COLUMN segment.profile_summary.customers IS 'Rows of the source with the code; NULL when is_suppressed.';
COMMENT ON COLUMN segment.profile_summary.share IS 'Share of all rows, 0 to 1; NULL when is_suppressed.';
COMMENT ON COLUMN segment.profile_summary.is_suppressed IS 'True when there are fewer rows than the option min_cell of the model (without it, than segment.min_cell_size at the fit), or when the number would tell that of such a code.';

CREATE VIEW segment.cluster_categories WITH (security_invoker = true) AS
    SELECT m.model_name, v.version, segment_internal.small_count_in(s.value, 'cluster_id') AS cluster_id,
           s.value ->> 'attribute' AS attribute, s.value ->> 'category' AS category,
           segment_internal.count_in(s.value, 'n') AS n,
           segment_internal.figure_in(s.value, 'share') AS share,
           segment_internal.figure_in(s.value, 'overall_share') AS overall_share,
           segment_internal.figure_in(s.value, 'lift') AS lift,
           COALESCE(segment_internal.flag_in(s.value, 'is_suppressed'), true) AS is_suppressed
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.rows_in(v.metrics, 'summary') s(value)
    WHERE m.algorithm = 'kmeans';
COMMENT ON VIEW segment.cluster_categories IS 'The describe_columns counted by cluster at the last fit of the active versions of all k-means models that the current user may see; the 50 most frequent categories of each column. Key: model_name, cluster_id, attribute, category.';
COMMENT ON COLUMN segment.cluster_categories.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.cluster_categories.version IS 'Its active version.';
COMMENT ON COLUMN segment.cluster_categories.cluster_id IS 'Number of the cluster, from 1.';
COMMENT ON COLUMN segment.cluster_categories.attribute IS 'Column of the source.';
COMMENT ON COLUMN segment.cluster_categories.category IS 'Its value, up to 200 characters.';
COMMENT ON COLUMN segment.cluster_categories.n IS 'Rows of the cluster with the value; NULL when is_suppressed.';
COMMENT ON COLUMN segment.cluster_categories.share IS 'Share of the rows of the cluster that have a value in the column, 0 to 1; NULL when is_suppressed.';
COMMENT ON COLUMN segment.cluster_categories.overall_share IS 'The same over all clusters; NULL when a count of the value is suppressed in any cluster, which it would tell.';
COMMENT ON COLUMN segment.cluster_categories.lift IS 'share / overall_share; NULL when overall_share is.';
COMMENT ON COLUMN segment.cluster_categories.is_suppressed IS 'True when there are fewer rows than the option min_cell of the model (without it, than segment.min_cell_size at the fit), or when the number would tell that of such a category.';

CREATE VIEW segment.recommended_actions WITH (security_invoker = true) AS
    SELECT g.model_name, g.applies_to, g.subject, g.name, g.customers, g.share, a.action, a.channel,
           -- small and poor: less than a hundredth of the customers, and of the revenue
           a.invest AND NOT COALESCE(g.share < 0.01 AND g.revenue_share < 0.01, false) AS invest
    FROM (
        SELECT r.model_name, 'segment' AS applies_to, COALESCE(r.segment_code, r.segment) AS subject, r.segment AS name,
               r.customers, r.share, r.revenue_share
        FROM segment.rfm_summary r
        UNION ALL
        SELECT c.model_name, 'cluster', c.cluster_name, c.cluster_name, c.size::bigint, c.share, NULL
        FROM segment.cluster_summary c
        UNION ALL
        SELECT p.model_name, 'profile', p.profile_code, p.profile_code, p.customers, p.share, NULL
        FROM segment.profile_summary p) g
    JOIN segment_internal.models(NULL) m ON m.model_name = g.model_name
    CROSS JOIN LATERAL segment.recommended_action(g.applies_to, g.subject,
        CASE WHEN m.options ->> 'language' IN ('en', 'es', 'de') THEN m.options ->> 'language' ELSE 'en' END, g.name) a
    WHERE a.action IS NOT NULL;
COMMENT ON VIEW segment.recommended_actions IS 'Actions by segment.action_rule for the RFM segments, clusters and profile codes of the active versions that the current user may see, in the language of the model; subjects without a matching rule are left out. Key: model_name, subject.';
COMMENT ON COLUMN segment.recommended_actions.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.recommended_actions.applies_to IS 'segment, cluster or profile.';
COMMENT ON COLUMN segment.recommended_actions.subject IS 'Code of the segment, name of the cluster, or profile code.';
COMMENT ON COLUMN segment.recommended_actions.name IS 'Name for readers.';
COMMENT ON COLUMN segment.recommended_actions.customers IS 'Rows of the source; NULL when the number is suppressed, see segment.min_cell_size.';
COMMENT ON COLUMN segment.recommended_actions.share IS 'Share of all rows, 0 to 1; NULL as customers.';
COMMENT ON COLUMN segment.recommended_actions.action IS 'What to do.';
COMMENT ON COLUMN segment.recommended_actions.channel IS 'Channel; NULL: the preferred channel of the customer.';
COMMENT ON COLUMN segment.recommended_actions.invest IS 'False when the rule says so, or for a segment with less than 1 % of the customers and of the revenue.';

GRANT SELECT ON segment.profile_summary, segment.cluster_categories, segment.recommended_actions TO PUBLIC;

-- ---- cards of clusters ---------------------------------------------------------------

CREATE FUNCTION segment_internal.number_in_words(value float8, unit text, language text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.number_in_words(float8, text, text) IS
'A number as a language writes it: unit amount (up to two decimals), count (one) or share (as percent). NULL for NaN and infinity.';

CREATE FUNCTION segment_internal.phrase(language text, en text, es text, de text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE language WHEN 'en' THEN en WHEN 'es' THEN segment_internal.words(es) WHEN 'de' THEN segment_internal.words(de) END;
END;
COMMENT ON FUNCTION segment_internal.phrase(text, text, text, text) IS
'The phrase of a language; NULL for an unknown language.';

CREATE FUNCTION segment_internal.card_action(cluster_name text, language text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(pg_catalog.max(pg_catalog.format(
               segment_internal.phrase(language, ' Recommended action: %s', ' Acci{f3}n recomendada: %s', ' Empfohlene Ma{df}nahme: %s'), a.action)), '')
    FROM segment.recommended_action('cluster', cluster_name, language) a WHERE a.action IS NOT NULL;
END;
COMMENT ON FUNCTION segment_internal.card_action(text, text) IS
'The last sentence of a card: the action for a cluster; empty without one.';

CREATE FUNCTION segment_internal.cluster_card(model_name text, cluster_id integer, language text DEFAULT 'en') RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c record;
    card text;
BEGIN
    IF model_name IS NULL OR cluster_id IS NULL OR language IS NULL THEN
        RETURN NULL;
    ELSIF language NOT IN ('en', 'es', 'de') THEN
        RAISE EXCEPTION 'unrecognized language "%"', language
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Valid languages are: en, es, de.';
    END IF;
    PERFORM segment_internal.model_row(model_name, false);
    -- a generated name in the language; one that was given stays
    SELECT s.cluster_id, s.size, s.share, s.is_suppressed,
           COALESCE((SELECT n.cluster_name FROM segment_internal.cluster_names($1) n WHERE n.cluster_id = $2 AND NOT n.is_generated),
                    segment.kmeans_name(segment.active_model($1), $2, language), s.cluster_name) AS cluster_name
    INTO c FROM segment.cluster_summary s WHERE s.model_name = $1 AND s.cluster_id = $2;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model "%" has no cluster %', model_name, cluster_id USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF c.is_suppressed THEN
        RETURN format(segment_internal.phrase(language, 'Cluster %s (%s) has so few customers that no figures are shown.',
                                              'El grupo %s (%s) re{fa}ne tan pocos clientes que no se muestran cifras.',
                                              'Cluster %s (%s) umfasst so wenige Kunden, dass keine Zahlen gezeigt werden.'), c.cluster_id, c.cluster_name)
            || segment_internal.card_action(c.cluster_name, language);
    END IF;
    card := format(CASE WHEN c.size = 1
            THEN segment_internal.phrase(language, 'Cluster %s (%s) has one customer, %3$s of all.',
                                         'El grupo %s (%s) tiene un solo cliente, el %3$s del total.',
                                         'Cluster %s (%s) umfasst einen Kunden, %3$s aller Kunden.')
            ELSE segment_internal.phrase(language, 'Cluster %s (%s) has %4$s customers, %3$s of all.',
                                         'El grupo %s (%s) re{fa}ne %4$s clientes, el %3$s del total.',
                                         'Cluster %s (%s) umfasst %4$s Kunden, %3$s aller Kunden.') END,
        c.cluster_id, c.cluster_name, segment_internal.number_in_words(c.share, 'share', language),
        segment_internal.number_in_words(c.size, 'count', language));
    -- the strongest features, with their means
    card := card || COALESCE((
        SELECT string_agg(format(CASE p.direction
                WHEN 'high' THEN segment_internal.phrase(language, ' The mean of "%s" is high: %s (overall %s).',
                                                         ' La media de {ab}%s{bb} es alta: %s (en el total, %s).',
                                                         ' Der Mittelwert von {bb}%s{ab} ist hoch: %s (insgesamt %s).')
                ELSE segment_internal.phrase(language, ' The mean of "%s" is low: %s (overall %s).',
                                             ' La media de {ab}%s{bb} es baja: %s (en el total, %s).',
                                             ' Der Mittelwert von {bb}%s{ab} ist niedrig: %s (insgesamt %s).') END,
            replace(p.feature, '_', ' '), segment_internal.number_in_words(p.cluster_mean, 'amount', language),
            segment_internal.number_in_words(p.overall_mean, 'amount', language)), '' ORDER BY p.rank)
        FROM segment.cluster_profile p
        WHERE p.model_name = $1 AND p.cluster_id = $2 AND p.rank <= 3 AND p.direction IN ('high', 'low')),
        segment_internal.phrase(language, ' It is close to the average in every feature.', ' Est{e1} cerca del promedio en todas las variables.',
                                ' Er liegt in allen Merkmalen nahe am Durchschnitt.'));
    -- the categories that are most frequent beyond the average
    card := card || COALESCE((
        SELECT string_agg(format(segment_internal.phrase(language, ' "%s" is "%s" for %s of them (overall %s).',
                                                         ' En {ab}%s{bb}, el %3$s tiene el valor {ab}%2$s{bb} (en el total, el %4$s).',
                                                         ' {bb}%s{ab} ist bei %3$s von ihnen {bb}%2$s{ab} (insgesamt %4$s).'),
            replace(g.attribute, '_', ' '), g.category, segment_internal.number_in_words(g.share, 'share', language),
            segment_internal.number_in_words(g.overall_share, 'share', language)), '' ORDER BY g.place)
        FROM (SELECT f.*, row_number() OVER (ORDER BY f.share - f.overall_share DESC, f.attribute COLLATE "C") AS place
              FROM (SELECT DISTINCT ON (k.attribute) k.* FROM segment.cluster_categories k
                    WHERE k.model_name = $1 AND k.cluster_id = $2 AND NOT k.is_suppressed AND k.lift >= 1.1
                    ORDER BY k.attribute, k.share - k.overall_share DESC, k.category COLLATE "C") f) g
        WHERE g.place <= 3), '');
    RETURN card || segment_internal.card_action(c.cluster_name, language);
END $$;
COMMENT ON FUNCTION segment_internal.cluster_card(text, integer, text) IS
'Implementation of segment.cluster_card, which hides the SQL context of errors.';

CREATE FUNCTION segment.cluster_card(model_name text, cluster_id integer, language text DEFAULT 'en') RETURNS text
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment.cluster_card(text, integer, text) IS
'A paragraph about a cluster of the active version of a registered k-means model: its size, its strongest features with their means, the categories of the describe_columns that are frequent in it, and the recommended action when a rule of segment.action_rule matches the name of the cluster. language: en, es or de. NULL when an argument is NULL. Errors: 42704 no such model; 22023 no such cluster, unknown language.';

-- ---- cards of customers --------------------------------------------------------------

CREATE FUNCTION segment_internal.customer_card(model_name text, id text, language text DEFAULT 'en') RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one segment_internal.published := segment_internal.model_in_use(model_name);
    m segment.model := one.model;
    source_row jsonb;
    features float8[];
    categories text[];
BEGIN
    PERFORM segment_internal.check_active(one);
    IF m.algorithm <> 'profile' THEN
        RAISE EXCEPTION 'model "%" is of algorithm "%", not "profile"', m.model_name, m.algorithm USING ERRCODE = 'wrong_object_type';
    END IF;
    IF id IS NULL OR language IS NULL THEN
        RETURN NULL;
    END IF;
    source_row := segment_internal.source_row(one, id);
    features := segment_internal.feature_values(m, source_row);
    categories := ARRAY(SELECT source_row ->> d.name FROM unnest(m.describe_columns) WITH ORDINALITY AS d(name, place) ORDER BY d.place);
    RETURN segment.profile_card(one.bytes, features, categories, language) || COALESCE((
        SELECT format(segment_internal.phrase(language, ' Recommended action: %s', ' Acci{f3}n recomendada: %s', ' Empfohlene Ma{df}nahme: %s'), a.action)
        FROM segment.recommended_action('profile', segment.profile_code(one.bytes, features, categories), language) a
        WHERE a.action IS NOT NULL), '');
END $$;
COMMENT ON FUNCTION segment_internal.customer_card(text, text, text) IS
'Implementation of segment.customer_card, which hides the SQL context of errors.';

CREATE FUNCTION segment.customer_card(model_name text, id text, language text DEFAULT 'en') RETURNS text
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.customer_card(text, text, text) IS
'A paragraph about the customer with that id, given as text, in the source of a registered profile model: profile_card by the active version, and the recommended action when a rule of segment.action_rule matches the code. The source is read as in assign of an id. language: en, es or de. NULL when id or language is NULL. Errors: 42704 no such model, 55000 never fitted, 42809 another algorithm, P0002 no such row, 42501, 22023 unknown language.';
