-- The views of RFM models.

CREATE FUNCTION segment_internal.segments_in(metrics jsonb)
RETURNS TABLE (segment text, segment_code text, segment_order integer, customers bigint, share float8, recency_days float8, frequency float8,
               monetary float8, revenue numeric, revenue_share float8, is_suppressed boolean)
LANGUAGE sql STABLE ROWS 10
BEGIN ATOMIC
    SELECT s.value ->> 'segment', s.value ->> 'segment_code', segment_internal.small_count_in(s.value, 'segment_order'),
           segment_internal.count_in(s.value, 'customers'),
           segment_internal.figure_in(s.value, 'customers') / NULLIF(pg_catalog.sum(segment_internal.figure_in(s.value, 'customers')) OVER (), 0),
           segment_internal.figure_in(s.value, 'recency_days'), segment_internal.figure_in(s.value, 'frequency'),
           segment_internal.figure_in(s.value, 'monetary'), segment_internal.amount_in(s.value, 'revenue')::numeric(28,2),
           segment_internal.figure_in(s.value, 'revenue_share'),
           segment_internal.is_small_cell(segment_internal.count_in(s.value, 'customers'), segment_internal.min_cell_size()) OVER ()
    FROM segment_internal.rows_in(metrics, 'summary') s(value);
END;
COMMENT ON FUNCTION segment_internal.segments_in(jsonb) IS
'The segments of a fit of an RFM model in its stored figures; is_suppressed: the views do not show the figures.';

CREATE VIEW segment.rfm_summary WITH (security_invoker = true) AS
    SELECT m.model_name, v.version, s.segment, s.segment_code, s.segment_order,
           CASE WHEN NOT s.is_suppressed THEN s.customers END AS customers, CASE WHEN NOT s.is_suppressed THEN s.share END AS share,
           CASE WHEN NOT s.is_suppressed THEN s.recency_days END AS recency_days, CASE WHEN NOT s.is_suppressed THEN s.frequency END AS frequency,
           CASE WHEN NOT s.is_suppressed THEN s.monetary END AS monetary, (CASE WHEN NOT s.is_suppressed THEN s.revenue END)::numeric(28,2) AS revenue,
           CASE WHEN NOT s.is_suppressed THEN s.revenue_share END AS revenue_share, s.is_suppressed
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.segments_in(v.metrics) s
    WHERE m.algorithm = 'rfm';
COMMENT ON VIEW segment.rfm_summary IS 'Customers per segment at the last fit of the active versions of all RFM models that the current user may see. Key: model_name, segment.';
COMMENT ON COLUMN segment.rfm_summary.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.rfm_summary.version IS 'Its active version.';
COMMENT ON COLUMN segment.rfm_summary.segment IS 'Name of the segment; the score when the scheme is none; inactive or not scored for customers without scores.';
COMMENT ON COLUMN segment.rfm_summary.segment_code IS 'Code of the segment, the same in every language; NULL for user-defined names.';
COMMENT ON COLUMN segment.rfm_summary.segment_order IS 'Rank of the segment, 1 is the best; NULL for user-defined names.';
COMMENT ON COLUMN segment.rfm_summary.customers IS 'Rows of the source; NULL, as all figures of the segment, when is_suppressed.';
COMMENT ON COLUMN segment.rfm_summary.share IS 'Share of all rows, 0 to 1.';
COMMENT ON COLUMN segment.rfm_summary.recency_days IS 'Mean of the first feature.';
COMMENT ON COLUMN segment.rfm_summary.frequency IS 'Mean of the second feature.';
COMMENT ON COLUMN segment.rfm_summary.monetary IS 'Mean of the third feature.';
COMMENT ON COLUMN segment.rfm_summary.revenue IS 'Sum of the third feature.';
COMMENT ON COLUMN segment.rfm_summary.revenue_share IS 'Share of the sum over all rows; NULL when that sum is 0.';
COMMENT ON COLUMN segment.rfm_summary.is_suppressed IS 'True when the segment has fewer customers than segment.min_cell_size, or when their number would tell that of such a segment. Its figures are then NULL.';

CREATE VIEW segment.rfm_history WITH (security_invoker = true) AS
    SELECT m.model_name, l.finished_at::date AS as_of, s.segment, s.segment_code, s.segment_order,
           CASE WHEN NOT s.is_suppressed THEN s.customers END AS customers, (CASE WHEN NOT s.is_suppressed THEN s.revenue END)::numeric(28,2) AS revenue,
           CASE WHEN NOT s.is_suppressed THEN s.share END AS share, l.version, l.fit_id, s.is_suppressed
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL (SELECT DISTINCT ON (g.finished_at::date) g.* FROM segment_internal.log(m.model_name) g
                        WHERE g.outcome = 'succeeded' ORDER BY g.finished_at::date, g.fit_id DESC) l
    CROSS JOIN LATERAL segment_internal.segments_in(l.metrics) s
    WHERE m.algorithm = 'rfm';
COMMENT ON VIEW segment.rfm_history IS 'Customers per segment at the last refit of each day that succeeded, of all RFM models that the current user may see, as long as the log is kept (keep_log of alter_model). Key: model_name, as_of, segment.';
COMMENT ON COLUMN segment.rfm_history.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.rfm_history.as_of IS 'Day of the refit, in the time zone of the session.';
COMMENT ON COLUMN segment.rfm_history.segment IS 'As in rfm_summary.';
COMMENT ON COLUMN segment.rfm_history.segment_code IS 'As in rfm_summary.';
COMMENT ON COLUMN segment.rfm_history.segment_order IS 'As in rfm_summary.';
COMMENT ON COLUMN segment.rfm_history.customers IS 'Rows of the source; NULL, as revenue and share, when is_suppressed.';
COMMENT ON COLUMN segment.rfm_history.revenue IS 'Sum of the third feature.';
COMMENT ON COLUMN segment.rfm_history.share IS 'Share of all customers of that refit, 0 to 1.';
COMMENT ON COLUMN segment.rfm_history.version IS 'Version that was active after the refit.';
COMMENT ON COLUMN segment.rfm_history.fit_id IS 'The refit in fit_log.';
COMMENT ON COLUMN segment.rfm_history.is_suppressed IS 'As in rfm_summary.';

GRANT SELECT ON segment.rfm_summary, segment.rfm_history TO PUBLIC;
