-- K-means in words and figures: profiles of clusters, reasons for an assignment, names.

CREATE FUNCTION segment.kmeans_centroids(model bytea,
    OUT cluster_id integer, OUT cluster_name text, OUT size bigint, OUT share double precision,
    OUT feature text, OUT "position" integer, OUT centroid double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION segment.kmeans_centroids(bytea) IS
'The centers of a k-means model in input units, one row per cluster and feature, by cluster_id and position (of the feature, from 1). The center of a log1p feature is converted by expm1, so it is a geometric mean; cluster_mean of kmeans_profile is the arithmetic mean. size counts rows, share is the part of the weight in the cluster, 0 to 1. NULL model: no rows.';

CREATE FUNCTION segment.kmeans_profile(model bytea,
    OUT cluster_id integer, OUT cluster_name text, OUT size bigint, OUT share double precision,
    OUT feature text, OUT cluster_mean double precision, OUT cluster_sd double precision,
    OUT overall_mean double precision, OUT overall_sd double precision,
    OUT index_100 double precision, OUT z_score double precision, OUT rank integer, OUT direction text,
    OUT q1 double precision, OUT median double precision, OUT q3 double precision,
    OUT overall_median double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION segment.kmeans_profile(bytea) IS
'Compares each cluster with all rows, from the figures in the model: one row per cluster and feature, by cluster_id and rank. Figures are in input units; z_score, rank and direction are computed in the fitted space. Means are arithmetic, also for a log1p feature (centroid of kmeans_centroids and kmeans_reasons is the geometric mean). Standard deviations have the divisor n - 1. index_100 = 100 cluster_mean / overall_mean; NULL if the overall mean is not positive, the cluster mean is negative, or the feature has values below 0 and its overall mean is under a hundredth of overall_sd. z_score: the distance of the center of the cluster from the mean of all rows in the fitted space, in standard deviations of all rows there. For a log1p feature it is computed from the logarithms, for any other feature it is (cluster_mean - overall_mean) / overall_sd. If it would be 0.25 or more, but the median of the cluster is on the other side of overall_median, a few extreme rows determine the mean; then z_score is the distance of the two medians. 0 without spread. rank: 1 is the largest |z_score| of the cluster, ties by the position of the feature. direction: high or low if |z_score| is at least 0.25, else average. q1, median, q3: the quartiles of the cluster, exact (the mean of two values if exactly a quarter, half or three quarters of the weight are below; as averaged_inverted_cdf of numpy). In a model of format_version 1 they come from a histogram; quartiles_are_exact of model_info shows which. overall_median: the median of all rows, with nulls replaced (format_version 1: from the histogram). NULL model: no rows.';

CREATE FUNCTION segment.kmeans_details(model bytea, features double precision[],
    OUT cluster_id integer, OUT cluster_name text, OUT distance double precision,
    OUT second_cluster_id integer, OUT second_distance double precision, OUT simplified_silhouette double precision)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.kmeans_details(bytea, double precision[]) IS
'The cluster of a row, the second nearest cluster, and the distances to their centers, in the fitted (standardised) space. simplified_silhouette (Hruschka 2004): (second_distance - distance) / second_distance, from 0 on the border to 1 on the center. It is not the silhouette of kmeans_sweep_rows and model_info, which uses distances between rows. With one cluster second_cluster_id, second_distance and simplified_silhouette are NULL. NULL for a null argument, and for a null feature under null_policy skip. Call it in FROM, as in FROM t CROSS JOIN LATERAL segment.kmeans_details(m, t.features), or for many rows in a sub-select with OFFSET 0, SELECT (d).* FROM (SELECT segment.kmeans_details(m, features) AS d FROM t OFFSET 0) AS s: (kmeans_details(m, features)).* without OFFSET 0 would score the row once per column. Errors as kmeans_assign.';

CREATE FUNCTION segment.kmeans_reasons(model bytea, features double precision[],
    OUT feature text, OUT value double precision,
    OUT centroid double precision, OUT second_centroid double precision,
    OUT contribution double precision, OUT share double precision, OUT rank integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION segment.kmeans_reasons(bytea, double precision[]) IS
'Why a row belongs to its cluster and not to the second nearest one: one row per feature, strongest first. value as it was scored (a null is replaced according to null_policy), centroid and second_centroid of the two clusters, all in input units. The centroid of a log1p feature is the geometric mean (of x + 1, minus 1); cluster_mean of kmeans_profile is the arithmetic mean, which is larger. contribution: (z - second)^2 - (z - first)^2 in the fitted space; the sum over the features is second_distance^2 - distance^2 of kmeans_details. share = contribution / that sum; negative for a feature in which the row is nearer to the second cluster; NULL on the border. With one cluster second_centroid, contribution and share are NULL. rank: 1 is the largest contribution, ties by position. No rows for a null argument, and for a null feature under null_policy skip. Errors as kmeans_assign.';

CREATE FUNCTION segment.kmeans_describe(model bytea, cluster_id integer, language text DEFAULT 'en')
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION segment.kmeans_describe(bytea, integer, text) IS
'Describes a cluster in words, by up to three features with the largest |z_score| of kmeans_profile (at least 0.25), strongest first: ''high monetary (3.1x average), recent, many orders''. If the mean of the cluster is misleading (it is more than twice the median or less than half of it, or one of the two is above that of all rows and the other below), the figure compares medians: ''high monetary (2.2x the median)''. language: en, es or de. Common names of features (recency_days, frequency, monetary, revenue, quantity, tenure_days, ...) have their own phrases; the phrase of any other feature contains its name. NULL for a null argument. Errors: 22023 an unknown cluster_id or language; 22P03 or 42809 not a k-means model.';

CREATE FUNCTION segment.kmeans_name(model bytea, cluster_id integer, language text DEFAULT 'en', previous text DEFAULT '')
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.kmeans_name(bytea, integer, text, text) IS
'A short name for a cluster: kmeans_describe without figures, for example ''high monetary, recent, many orders''. A refit that changes a mean does not change it. If two clusters of the model would get the same name, it ends in the number of the cluster, as in ''recent (4)''. previous: the old name of the cluster. It is returned again as long as each of its phrases is true (the same direction, |z_score| at least 0.125); else a new name is made. Store the name, and pass it at the next refit. NULL for a null argument. Errors: as kmeans_describe.';
