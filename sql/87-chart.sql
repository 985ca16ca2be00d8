-- Charts: pictures of Vega-Lite specifications.

CREATE FUNCTION segment.chart_svg(chart jsonb, width integer DEFAULT NULL, height integer DEFAULT NULL, language text DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_svg(jsonb, integer, integer, text) IS
'Draws a chart as SVG: one element in ASCII, without scripts, styles, ids or references. chart: a specification in the subset of Vega-Lite 5 that docs/charts.md lists. width, height: pixels, 120 to 4000, NULL for those of the chart, else 640 and 400. language: of numbers and dates, en, es or de; NULL for that of the chart, else en. The same arguments give the same bytes. NULL chart: NULL. Errors: 0A000 a property outside the subset, by its path; 22023 a value of another type or range; 54000 more than 20000 rows, 16 layers or 500 categories.';

CREATE FUNCTION segment.chart_image(chart jsonb, width integer DEFAULT NULL, height integer DEFAULT NULL, language text DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_image(jsonb, integer, integer, text) IS
'The picture of chart_svg as a data URI, data:image/svg+xml;base64,..., for image columns of Grafana and Power BI (which cuts texts at 32766 characters). Arguments and errors as chart_svg.';

-- ---- words -------------------------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_words(language text, key text, VARIADIC arguments text[] DEFAULT '{}') RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.chart_words(text, text, text[]) IS
'A sentence of charts and reports in a language, with its arguments for %1 to %9; a sentence with two forms has the first one if the first argument is 1. Errors: 22023 an unknown language or key.';

CREATE FUNCTION segment_internal.chart_number(value float8, format text, language text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.chart_number(float8, text, text) IS
'A number as a chart shows it: format [,][.n](f|%|d) as in d3-format, or empty for three figures. NaN and infinities: -. Error: 22023 an unknown format or language.';

CREATE FUNCTION segment_internal.chart_date(value date, style text, language text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.chart_date(date, text, text) IS
'A date in words; style month: Nov 2019, long month: November 2019, day: 30 Nov 2019, long: 30 November 2019. NULL for infinity.';

CREATE FUNCTION segment_internal.html_text(value text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.html_text(text) IS
'A text for HTML and XML, content or attribute: special characters and everything outside ASCII as references, control characters as U+FFFD, without marks of text direction.';

CREATE FUNCTION segment_internal.feature_words(feature text, language text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN feature IN ('recency_days', 'frequency', 'monetary', 'average_receipt', 'return_share', 'tenure_days', 'quantity', 'receipt_mean', 'gap_mean',
                                 'discount_share', 'products', 'quantity_per_receipt', 'receipts_90', 'sales_90')
                THEN segment_internal.chart_words(language, 'feature.' || feature)
                ELSE pg_catalog.replace(feature, '_', ' ') END;
END;
COMMENT ON FUNCTION segment_internal.feature_words(text, text) IS
'What a feature is called in a chart: the words of a common name, else the name with blanks for underscores.';

-- ---- parts of specifications ---------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_layer(layer jsonb, rows jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT layer || pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('values', COALESCE(rows, '[]'::jsonb)));
END;
COMMENT ON FUNCTION segment_internal.chart_layer(jsonb, jsonb) IS
'A layer of a chart with its rows.';

CREATE FUNCTION segment_internal.chart_frame(language text, kind text, title text, subtitle text, details text, height integer, layers jsonb, width integer DEFAULT 640)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_build_object(
        '$schema', 'https://vega.github.io/schema/vega-lite/v5.json',
        'title', pg_catalog.jsonb_build_object('text', title, 'subtitle', subtitle, 'anchor', 'start'),
        'description', pg_catalog.concat_ws(' ', segment_internal.chart_words(language, 'kind.' || kind), title || '.', subtitle || '.', details),
        'width', width, 'height', height, 'autosize', '{"type": "fit", "contains": "padding"}'::jsonb,
        -- a scale of cells and the colours of their texts do not mix
        'resolve', '{"scale": {"color": "independent"}}'::jsonb,
        'usermeta', pg_catalog.jsonb_build_object('language', language),
        'config', pg_catalog.jsonb_build_object('view', '{"stroke": null}'::jsonb, 'locale', pg_catalog.jsonb_build_object('number',
            CASE language WHEN 'en' THEN '{"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]}'::jsonb
                          ELSE '{"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""]}'::jsonb END)))
        -- rows that all layers have stand once
        || (SELECT CASE WHEN pg_catalog.count(DISTINCT l.value -> 'data') = 1
                        THEN pg_catalog.jsonb_build_object('data', layers -> 0 -> 'data', 'layer', pg_catalog.jsonb_agg(l.value - 'data' ORDER BY l.place))
                        ELSE pg_catalog.jsonb_build_object('layer', layers) END
            FROM pg_catalog.jsonb_array_elements(layers) WITH ORDINALITY l(value, place));
END;
COMMENT ON FUNCTION segment_internal.chart_frame(text, text, text, text, text, integer, jsonb, integer) IS
'A specification around its layers: title, subtitle, description for screen readers (kind of chart, title, subtitle, details), size and settings.';

CREATE FUNCTION segment_internal.chart_ink(t float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- both have a contrast above 4.5 on their half of viridis
    SELECT CASE WHEN t < 0.43 THEN '#ffffff' ELSE '#000000' END;
END;
COMMENT ON FUNCTION segment_internal.chart_ink(float8) IS
'The colour of text on a cell with the colour of t, from 0 to 1, of viridis.';

CREATE FUNCTION segment_internal.chart_list(items text[], most integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(i.item, '; ' ORDER BY i.place) || '.' FROM pg_catalog.unnest(items) WITH ORDINALITY i(item, place) WHERE i.place <= most;
END;
COMMENT ON FUNCTION segment_internal.chart_list(text[], integer) IS
'The first items as a sentence, for descriptions.';

CREATE FUNCTION segment_internal.feature_figure(feature text, value float8, language text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT segment_internal.chart_number(value, CASE WHEN feature LIKE '%share' THEN '.0%' WHEN pg_catalog.abs(value) >= 100 THEN ',.0f' ELSE '' END, language);
END;
COMMENT ON FUNCTION segment_internal.feature_figure(text, double precision, text) IS
'The value of a feature as a chart shows it: shares as percentages, large numbers without decimals, else three figures.';
