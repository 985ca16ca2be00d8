-- The views of k-means models.

CREATE VIEW segment.cluster_summary WITH (security_invoker = true) AS
    SELECT v.model_name, v.version, c.cluster_id,
           COALESCE(n.cluster_name, d.generated_name) AS cluster_name,
           CASE WHEN NOT c.is_suppressed THEN c.size END AS size, CASE WHEN NOT c.is_suppressed THEN c.share END AS share,
           CASE WHEN NOT c.is_suppressed THEN d.description END AS description, c.is_suppressed
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.readable(
        CASE WHEN m.algorithm = 'kmeans' THEN segment_internal.version_model(m.model_name, v.version) END, 'kmeans') b(bytes)
    CROSS JOIN LATERAL (SELECT g.*, segment_internal.is_small_cell(g.size, segment_internal.min_cell_size()) OVER () AS is_suppressed
                        FROM (SELECT DISTINCT k.cluster_id, k.size, k.share FROM segment.kmeans_centroids(b.bytes) k) g) c
    LEFT JOIN LATERAL segment_internal.cluster_names(m.model_name) n ON n.cluster_id = c.cluster_id
    CROSS JOIN LATERAL (SELECT CASE WHEN m.options ->> 'language' IN ('en', 'es', 'de') THEN m.options ->> 'language' ELSE 'en' END AS language) w
    CROSS JOIN LATERAL (SELECT segment.kmeans_describe(b.bytes, c.cluster_id, w.language) AS description,
                               segment.kmeans_name(b.bytes, c.cluster_id, w.language) AS generated_name) d
    WHERE m.algorithm = 'kmeans';
COMMENT ON VIEW segment.cluster_summary IS 'Clusters of the active versions of all k-means models that the current user may see. Key: model_name, cluster_id.';
COMMENT ON COLUMN segment.cluster_summary.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.cluster_summary.version IS 'Its active version.';
COMMENT ON COLUMN segment.cluster_summary.cluster_id IS 'Number of the cluster, from 1; refits keep it.';
COMMENT ON COLUMN segment.cluster_summary.cluster_name IS 'Name given with segment.name_cluster, else a generated name, which stays until it no longer describes the cluster.';
COMMENT ON COLUMN segment.cluster_summary.size IS 'Rows in the cluster when it was fitted; NULL when is_suppressed.';
COMMENT ON COLUMN segment.cluster_summary.share IS 'Share of the rows (of their weight) in the cluster, 0 to 1; NULL when is_suppressed.';
COMMENT ON COLUMN segment.cluster_summary.description IS 'Description: how the cluster differs from all rows; NULL when is_suppressed.';
COMMENT ON COLUMN segment.cluster_summary.is_suppressed IS 'True when the cluster has fewer rows than segment.min_cell_size, or when its size would tell that of such a cluster.';

CREATE VIEW segment.cluster_profile WITH (security_invoker = true) AS
    -- generating names is the slow part of this view: each cluster is named once, at its first row
    SELECT v.model_name, v.version, p.cluster_id,
           pg_catalog.max(CASE WHEN p.rank = 1 THEN COALESCE(
               (SELECT n.cluster_name FROM segment_internal.cluster_names(m.model_name) n WHERE n.cluster_id = p.cluster_id),
               segment.kmeans_name(b.bytes, p.cluster_id,
                   CASE WHEN m.options ->> 'language' IN ('en', 'es', 'de') THEN m.options ->> 'language' ELSE 'en' END)) END)
               OVER (PARTITION BY v.model_name, p.cluster_id) AS cluster_name,
           CASE WHEN NOT p.is_suppressed THEN p.size END AS size, CASE WHEN NOT p.is_suppressed THEN p.share END AS share, p.feature,
           CASE WHEN NOT p.is_suppressed THEN p.cluster_mean END AS cluster_mean, CASE WHEN NOT p.is_suppressed THEN p.cluster_sd END AS cluster_sd,
           p.overall_mean, p.overall_sd,
           CASE WHEN NOT p.is_suppressed THEN p.index_100 END AS index_100, CASE WHEN NOT p.is_suppressed THEN p.z_score END AS z_score,
           p.rank, CASE WHEN NOT p.is_suppressed THEN p.direction END AS direction, CASE WHEN NOT p.is_suppressed THEN p.q1 END AS q1, CASE WHEN NOT p.is_suppressed THEN p.median END AS median,
           CASE WHEN NOT p.is_suppressed THEN p.q3 END AS q3, p.overall_median, p.is_suppressed
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.readable(
        CASE WHEN m.algorithm = 'kmeans' THEN segment_internal.version_model(m.model_name, v.version) END, 'kmeans') b(bytes)
    -- one row of each cluster and rank; a cluster has all ranks
    CROSS JOIN LATERAL (SELECT k.*, segment_internal.is_small_cell(k.size, segment_internal.min_cell_size()) OVER (PARTITION BY k.rank) AS is_suppressed
                        FROM segment.kmeans_profile(b.bytes) k) p
    WHERE m.algorithm = 'kmeans';
COMMENT ON VIEW segment.cluster_profile IS 'Statistics of each feature in each cluster, for the active versions of all k-means models that the current user may see. Key: model_name, cluster_id, feature.';
COMMENT ON COLUMN segment.cluster_profile.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.cluster_profile.version IS 'Its active version.';
COMMENT ON COLUMN segment.cluster_profile.cluster_id IS 'Number of the cluster, from 1; refits keep it.';
COMMENT ON COLUMN segment.cluster_profile.cluster_name IS 'Name given with segment.name_cluster, else a generated name, which stays until it no longer describes the cluster.';
COMMENT ON COLUMN segment.cluster_profile.size IS 'Rows in the cluster when it was fitted; NULL, as all figures of the cluster, when is_suppressed.';
COMMENT ON COLUMN segment.cluster_profile.share IS 'Share of the rows (of their weight) in the cluster, 0 to 1.';
COMMENT ON COLUMN segment.cluster_profile.feature IS 'Column of the source.';
COMMENT ON COLUMN segment.cluster_profile.cluster_mean IS 'Arithmetic mean of the feature in the cluster, in its own units.';
COMMENT ON COLUMN segment.cluster_profile.cluster_sd IS 'Standard deviation in the cluster, with n - 1.';
COMMENT ON COLUMN segment.cluster_profile.overall_mean IS 'Mean over all rows.';
COMMENT ON COLUMN segment.cluster_profile.overall_sd IS 'Standard deviation over all rows, with n - 1.';
COMMENT ON COLUMN segment.cluster_profile.index_100 IS '100 cluster_mean / overall_mean; NULL where the ratio is meaningless, see kmeans_profile.';
COMMENT ON COLUMN segment.cluster_profile.z_score IS 'Distance of the cluster from all rows, in standard deviations of the fitted space; from medians where a few rows dominate the mean, see kmeans_profile.';
COMMENT ON COLUMN segment.cluster_profile.rank IS 'Rank of the feature by absolute z_score; 1 is the largest.';
COMMENT ON COLUMN segment.cluster_profile.direction IS 'high, average or low.';
COMMENT ON COLUMN segment.cluster_profile.q1 IS 'First quartile in the cluster, exact.';
COMMENT ON COLUMN segment.cluster_profile.median IS 'Median in the cluster, exact.';
COMMENT ON COLUMN segment.cluster_profile.q3 IS 'Third quartile in the cluster, exact.';
COMMENT ON COLUMN segment.cluster_profile.overall_median IS 'Median over all rows, with a relative error up to about 1/16; exact for small integers.';
COMMENT ON COLUMN segment.cluster_profile.is_suppressed IS 'True when the cluster has fewer rows than segment.min_cell_size, or when its size would tell that of such a cluster. Its figures are then NULL.';

CREATE VIEW segment.elbow WITH (security_invoker = true) AS
    SELECT m.model_name, v.version, segment_internal.small_count_in(s.value, 'k') AS k,
           segment_internal.figure_in(s.value, 'inertia') AS inertia,
           segment_internal.figure_in(s.value, 'explained_fraction') AS explained_fraction,
           segment_internal.figure_in(s.value, 'silhouette') AS silhouette,
           segment_internal.figure_in(s.value, 'davies_bouldin') AS davies_bouldin,
           segment_internal.figure_in(s.value, 'calinski_harabasz') AS calinski_harabasz,
           segment_internal.figure_in(s.value, 'smallest_share') AS smallest_share,
           segment_internal.figure_in(s.value, 'stability') AS stability,
           segment_internal.flag_in(s.value, 'is_elbow') AS is_elbow,
           segment_internal.flag_in(s.value, 'is_best_silhouette') AS is_best_silhouette
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.rows_in(v.metrics, 'sweep') s(value);
COMMENT ON VIEW segment.elbow IS 'Quality of each k at the last fit of the active version, for the k-means models with option k auto that the current user may see. Key: model_name, k.';
COMMENT ON COLUMN segment.elbow.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.elbow.version IS 'Its active version.';
COMMENT ON COLUMN segment.elbow.k IS 'Number of clusters.';
COMMENT ON COLUMN segment.elbow.inertia IS 'Sum of squared distances to the centers, in the fitted space.';
COMMENT ON COLUMN segment.elbow.explained_fraction IS 'Share of the sum of squares explained by the clusters, 0 to 1.';
COMMENT ON COLUMN segment.elbow.silhouette IS 'Mean silhouette, -1 to 1, high is good.';
COMMENT ON COLUMN segment.elbow.davies_bouldin IS 'Davies-Bouldin index, low is good.';
COMMENT ON COLUMN segment.elbow.calinski_harabasz IS 'Calinski-Harabasz index, high is good.';
COMMENT ON COLUMN segment.elbow.smallest_share IS 'Share of the smallest cluster.';
COMMENT ON COLUMN segment.elbow.stability IS 'Mean adjusted Rand index over random halves; 1: always the same clusters.';
COMMENT ON COLUMN segment.elbow.is_elbow IS 'True for the k at the elbow of the inertia; no row is true without a clear elbow.';
COMMENT ON COLUMN segment.elbow.is_best_silhouette IS 'True for the k with the largest silhouette.';

GRANT SELECT ON segment.cluster_summary, segment.cluster_profile, segment.elbow TO PUBLIC;
