-- Views for BI tools: plain columns, each with a comment.
-- security_invoker: a view reads with the rights of the current user. A function of one
-- family gets NULL for the models of other families, since the planner may evaluate a join
-- or a WHERE clause after the function.

CREATE VIEW segment.models WITH (security_invoker = true) AS
    SELECT m.model_name, m.algorithm, m.owner, a.version AS active_version,
           CASE WHEN a.version IS NOT NULL THEN 'active'
                WHEN EXISTS (SELECT FROM segment_internal.versions(m.model_name) c WHERE c.status = 'candidate') THEN 'candidate'
                WHEN l.outcome IS NOT NULL THEN 'failed'
                ELSE 'new' END AS status,
           a.fitted_at, COALESCE(segment_internal.count_in(a.metrics, 'rows_used'), a.rows) AS rows_used,
           segment_internal.figure_in(a.metrics, 'inertia') AS inertia,
           segment_internal.figure_in(a.metrics, 'silhouette') AS silhouette,
           segment_internal.figure_in(l.metrics, 'max_psi') AS max_psi,
           a.version IS NULL OR a.feature_columns <> m.feature_columns
           OR a.metrics -> 'describe_columns' IS DISTINCT FROM pg_catalog.to_jsonb(m.describe_columns)
           OR a.metrics ->> 'label_column' IS DISTINCT FROM m.label_column
           -- a held version that was activated later needs no other refit
           OR COALESCE(l.outcome <> 'succeeded' AND NOT (l.outcome = 'held' AND l.version = a.version), true) AS needs_refit
    FROM segment_internal.models(NULL) m
    LEFT JOIN LATERAL segment_internal.active_version(m.model_name) a ON true
    LEFT JOIN LATERAL (SELECT g.outcome, g.version, g.metrics FROM segment_internal.log(m.model_name) g
                       WHERE g.outcome IN ('succeeded', 'held', 'failed')
                       ORDER BY g.fit_id DESC LIMIT 1) l ON true;
COMMENT ON VIEW segment.models IS 'Registered models that the current user may see. Key: model_name.';
COMMENT ON COLUMN segment.models.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.models.algorithm IS 'Its algorithm, one of segment.algorithm.';
COMMENT ON COLUMN segment.models.owner IS 'Role whose members may refit it.';
COMMENT ON COLUMN segment.models.active_version IS 'Version in use; NULL before the first fit.';
COMMENT ON COLUMN segment.models.status IS 'active: a version is in use; candidate: guards held all versions; failed: no fit succeeded; new: never fitted.';
COMMENT ON COLUMN segment.models.fitted_at IS 'When the active version was fitted.';
COMMENT ON COLUMN segment.models.rows_used IS 'Rows that the active version was fitted to.';
COMMENT ON COLUMN segment.models.inertia IS 'k-means: sum of squared distances to the centers, in the fitted space; else NULL.';
COMMENT ON COLUMN segment.models.silhouette IS 'k-means: mean silhouette over a sample of the rows, -1 to 1 (see kmeans_fit); else NULL.';
COMMENT ON COLUMN segment.models.max_psi IS 'Largest population stability index of a feature, or of the cluster shares, in the last refit against the version active then; NULL before the second fit, and for models that keep no histograms, see segment.algorithm.';
COMMENT ON COLUMN segment.models.needs_refit IS 'true when no version is active, the last refit failed (if the current user may see that, see fit_log), a guard holds its version, or the feature columns were changed after it. A refit whose session ended has failed; a held version that was activated is no longer held.';

CREATE VIEW segment.drift_report WITH (security_invoker = true) AS
    SELECT m.model_name, v.version, segment_internal.small_count_in(v.metrics, 'against_version') AS against_version,
           d.value ->> 'subject' AS subject, COALESCE(c.cluster_name, d.value ->> 'name', '') AS name,
           segment_internal.small_count_in(d.value, 'cluster_id') AS cluster_id,
           segment_internal.figure_in(d.value, 'psi') AS psi, segment_internal.flag_in(d.value, 'is_drifted') AS is_drifted,
           segment_internal.figure_in(d.value, 'baseline_mean') AS baseline_mean, segment_internal.figure_in(d.value, 'current_mean') AS current_mean,
           segment_internal.figure_in(d.value, 'baseline_missing') AS baseline_missing, segment_internal.figure_in(d.value, 'current_missing') AS current_missing,
           segment_internal.figure_in(d.value, 'baseline_share') AS baseline_share, segment_internal.figure_in(d.value, 'current_share') AS current_share
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL (SELECT n.version, n.metrics FROM segment_internal.versions(m.model_name) n
                        WHERE n.status <> 'failed' ORDER BY n.version DESC LIMIT 1) v
    CROSS JOIN LATERAL segment_internal.rows_in(v.metrics, 'drift') d(value)
    LEFT JOIN LATERAL segment_internal.cluster_names(m.model_name) c ON c.cluster_id = segment_internal.small_count_in(d.value, 'cluster_id');
COMMENT ON VIEW segment.drift_report IS 'Drift of the source at the last refit against the version active then, for the models with histograms that the current user may see. Key: model_name, subject, name.';
COMMENT ON COLUMN segment.drift_report.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.drift_report.version IS 'Version of the last refit that did not fail.';
COMMENT ON COLUMN segment.drift_report.against_version IS 'Version that was active at that refit.';
COMMENT ON COLUMN segment.drift_report.subject IS 'feature; clusters: all cluster shares together; cluster: the share of one.';
COMMENT ON COLUMN segment.drift_report.name IS 'Name of the feature or the cluster.';
COMMENT ON COLUMN segment.drift_report.cluster_id IS 'Number of the cluster, where subject is cluster; else NULL.';
COMMENT ON COLUMN segment.drift_report.psi IS 'Population stability index; NULL for a single cluster.';
COMMENT ON COLUMN segment.drift_report.is_drifted IS 'True when psi is above 0.2.';
COMMENT ON COLUMN segment.drift_report.baseline_mean IS 'Mean of the feature when the old version was fitted.';
COMMENT ON COLUMN segment.drift_report.current_mean IS 'Mean of the feature at the last refit.';
COMMENT ON COLUMN segment.drift_report.baseline_missing IS 'Share of rows with a null feature when the old version was fitted.';
COMMENT ON COLUMN segment.drift_report.current_missing IS 'Share of rows with a null feature at the last refit.';
COMMENT ON COLUMN segment.drift_report.baseline_share IS 'Share of rows in the cluster when the old version was fitted.';
COMMENT ON COLUMN segment.drift_report.current_share IS 'Share of the rows of the last refit that the old version assigns to the cluster.';

CREATE VIEW segment.fit_log WITH (security_invoker = true) AS
    SELECT l.started_at, l.finished_at, l.model_name, l.version, l.outcome, l.sqlstate, l.message, l.rows,
           -- an interrupted refit is logged when the next refit starts
           CASE WHEN l.sqlstate IS DISTINCT FROM '57P01' THEN EXTRACT(epoch FROM l.finished_at - l.started_at) END::float8 AS duration, l.metrics::text AS metrics, l.fit_id
    FROM segment_internal.log(NULL) l
    WHERE l.outcome <> 'running';
COMMENT ON VIEW segment.fit_log IS 'All ended refits of the models that the current user may see; failed refits only for members of the model''s owner. Key: fit_id.';
COMMENT ON COLUMN segment.fit_log.started_at IS 'When the refit started.';
COMMENT ON COLUMN segment.fit_log.finished_at IS 'When it ended; for a refit whose session ended, when the next refit started, NULL before.';
COMMENT ON COLUMN segment.fit_log.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.fit_log.version IS 'Version that was fitted; NULL when the refit was skipped.';
COMMENT ON COLUMN segment.fit_log.outcome IS 'succeeded; failed; skipped: another refit was running; held: a guard kept the version from becoming active.';
COMMENT ON COLUMN segment.fit_log.sqlstate IS 'SQLSTATE of the error; 57P01: the session ended before the refit was complete; NULL without an error.';
COMMENT ON COLUMN segment.fit_log.message IS 'Message of the error, or the reason.';
COMMENT ON COLUMN segment.fit_log.rows IS 'Rows that the fit read.';
COMMENT ON COLUMN segment.fit_log.duration IS 'Seconds; NULL for a refit whose session ended.';
COMMENT ON COLUMN segment.fit_log.metrics IS 'Figures of the fit, as JSON text.';
COMMENT ON COLUMN segment.fit_log.fit_id IS 'Key, ascending.';

CREATE VIEW segment.refit_progress WITH (security_invoker = true) AS
    SELECT l.model_name,
           COALESCE(p.stage, 'fitting') AS stage,
           p.rows_read, p.k, p.iteration::integer AS iteration, p.inertia,
           EXTRACT(epoch FROM pg_catalog.clock_timestamp() - l.started_at)::float8 AS elapsed, l.version, l.pid, l.started_at
    FROM segment_internal.log(NULL) l
    JOIN segment_internal.models(NULL) m ON m.model_name = l.model_name
    LEFT JOIN segment_internal.progress_slots() p ON p.pid = l.pid AND p.model_id = m.model_id
    WHERE l.outcome = 'running';
COMMENT ON VIEW segment.refit_progress IS 'Running refits of the models that the current user may see. Key: model_name, started_at.';
COMMENT ON COLUMN segment.refit_progress.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.refit_progress.stage IS 'Stage of the refit. Shown as fitting unless the current user is a member of the role that fits and, on PostgreSQL 15 and 16, segment is in shared_preload_libraries.';
COMMENT ON COLUMN segment.refit_progress.rows_read IS 'Rows read in this stage, rounded down to thousands; NULL when the stage is not shown.';
COMMENT ON COLUMN segment.refit_progress.k IS 'Number of clusters of the present k-means; while k is chosen, the k being tried; NULL as iteration.';
COMMENT ON COLUMN segment.refit_progress.iteration IS 'Last iteration of k-means over all rows; NULL before the first in this stage, for other algorithms, and when the stage is not shown.';
COMMENT ON COLUMN segment.refit_progress.inertia IS 'Inertia after that iteration; NULL as iteration.';
COMMENT ON COLUMN segment.refit_progress.elapsed IS 'Seconds since the start.';
COMMENT ON COLUMN segment.refit_progress.version IS 'Version that is being fitted.';
COMMENT ON COLUMN segment.refit_progress.pid IS 'Process id of the session, for pg_cancel_backend.';
COMMENT ON COLUMN segment.refit_progress.started_at IS 'When the refit started.';

CREATE VIEW segment.cohort_retention WITH (security_invoker = true) AS
    SELECT r.receipts_name, c.as_of, c.cohort, c.period, c.customers, c.active, c.retention, c.lost,
           CASE WHEN pg_catalog.abs(c.revenue) < 1e26 THEN c.revenue END::numeric(28,2) AS revenue,
           CASE WHEN pg_catalog.abs(c.average_receipt) < 1e26 THEN c.average_receipt END::numeric(28,2) AS average_receipt, c.is_complete,
           c.by_value, c.is_suppressed
    FROM segment_internal.receipts(NULL) r
    CROSS JOIN LATERAL segment_internal.retention(r.receipts_name) c;
COMMENT ON VIEW segment.cohort_retention IS 'Retention of the monthly cohorts of all receipts registered with segment.register_receipts that the current user may see, read as their owner, as of the last receipt. Receipts that cannot be read have no rows here and a row in segment.problems. Key: receipts_name, by_value, cohort, period.';
COMMENT ON COLUMN segment.cohort_retention.receipts_name IS 'Name of the receipts.';
COMMENT ON COLUMN segment.cohort_retention.as_of IS 'Date of the last receipt.';
COMMENT ON COLUMN segment.cohort_retention.cohort IS 'Month of the first receipt, as 2019-11.';
COMMENT ON COLUMN segment.cohort_retention.period IS 'Months since the first receipt, from 0.';
COMMENT ON COLUMN segment.cohort_retention.customers IS 'Customers of the cohort; NULL for fewer than segment.min_cell_size, and when the number would tell that of such a cohort.';
COMMENT ON COLUMN segment.cohort_retention.active IS 'Those with a receipt in the period; NULL while the period is not over, and, as the columns up to average_receipt, when is_suppressed.';
COMMENT ON COLUMN segment.cohort_retention.retention IS 'active / customers, 0 to 1; NULL while the period is not over.';
COMMENT ON COLUMN segment.cohort_retention.lost IS 'customers - active; NULL while the period is not over.';
COMMENT ON COLUMN segment.cohort_retention.revenue IS 'Net of returns; NULL while the period is not over.';
COMMENT ON COLUMN segment.cohort_retention.average_receipt IS 'Mean value of a receipt; NULL while the period is not over.';
COMMENT ON COLUMN segment.cohort_retention.is_complete IS 'True when the period is over.';
COMMENT ON COLUMN segment.cohort_retention.by_value IS 'Value of the column by of segment.register_receipts at the first receipt; NULL without by.';
COMMENT ON COLUMN segment.cohort_retention.is_suppressed IS 'True when customers is NULL, and when active or lost is 1 to segment.min_cell_size - 1. The figures of the period are then NULL.';

CREATE VIEW segment.problems WITH (security_invoker = true) AS
    SELECT m.model_name,
           CASE WHEN a.algorithm IS NULL THEN pg_catalog.format('version %s cannot be used: there is no algorithm "%s"', v.version, m.algorithm)
                ELSE pg_catalog.format('version %s cannot be read: its bytes are not a %s model', v.version, a.model_kind) END AS what,
           v.fitted_at AS since
    FROM segment_internal.models(NULL) m
    LEFT JOIN segment.algorithm a ON a.algorithm = m.algorithm
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    WHERE segment_internal.readable(segment_internal.version_model(m.model_name, v.version), a.model_kind) IS NULL
    UNION ALL
    SELECT m.model_name, pg_catalog.format('the last refit failed: %s', l.message), COALESCE(l.finished_at, l.started_at)
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL (SELECT g.outcome, g.message, g.started_at, g.finished_at FROM segment_internal.log(m.model_name) g
                        WHERE g.outcome IN ('succeeded', 'held', 'failed') ORDER BY g.fit_id DESC LIMIT 1) l
    WHERE l.outcome = 'failed'
    UNION ALL
    SELECT m.model_name, pg_catalog.format('a figure of version %s is too large or not a number: %s', v.version, f.key), v.fitted_at
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL (SELECT DISTINCT e.key FROM segment_internal.rows_in(v.metrics, 'summary') s(value)
                        CROSS JOIN LATERAL pg_catalog.jsonb_each(CASE pg_catalog.jsonb_typeof(s.value) WHEN 'object' THEN s.value ELSE '{}' END) e
                        WHERE e.key IN ('recency_days', 'frequency', 'monetary', 'revenue') AND pg_catalog.jsonb_typeof(e.value) <> 'null'
                          AND CASE e.key WHEN 'revenue' THEN segment_internal.amount_in(s.value, e.key) IS NULL
                                         ELSE segment_internal.figure_in(s.value, e.key) IS NULL END) f
    UNION ALL
    SELECT r.receipts_name, p.what, r.created_at
    FROM segment_internal.receipts(NULL) r
    CROSS JOIN LATERAL (SELECT segment_internal.retention_problem(r) AS what OFFSET 0) p
    WHERE p.what IS NOT NULL
    UNION ALL
    SELECT p.target, pg_catalog.format('contacts cannot be read: %s', p.problem), p.run_at
    FROM segment_internal.trigger_performance() p
    WHERE p.problem IS NOT NULL;
COMMENT ON VIEW segment.problems IS 'Reasons for rows missing in the other views: active versions whose bytes cannot be read, last refits that failed, figures too large for their columns, registered receipts and tables of run_triggers that cannot be read; of those that the current user may see. It reads every registered receipts relation. Key: model_name, what.';
COMMENT ON COLUMN segment.problems.model_name IS 'Name of the model, of the receipts, or of the table of run_triggers.';
COMMENT ON COLUMN segment.problems.what IS 'The problem, as text.';
COMMENT ON COLUMN segment.problems.since IS 'When the version was fitted, the refit ended (started, if its session ended), the receipts were registered, or run_triggers was last run.';

GRANT SELECT ON segment.models, segment.drift_report, segment.fit_log, segment.refit_progress, segment.cohort_retention, segment.problems TO PUBLIC;
