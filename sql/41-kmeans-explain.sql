-- K-means in words and figures: profiles of clusters, reasons for an assignment, names.

CREATE FUNCTION segment.kmeans_centroids(model bytea,
    OUT cluster_id integer, OUT cluster_name text, OUT size bigint, OUT share double precision,
    OUT feature text, OUT "position" integer, OUT centroid double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION segment.kmeans_centroids(bytea) IS
'The centers of a k-means model in input units (a log1p feature through expm1, which makes it a geometric mean; the arithmetic one is cluster_mean of kmeans_profile), one row per cluster and feature, by cluster_id and position (of the feature, from 1). size counts rows, share is the cluster''s part of the weight, 0 to 1. NULL model: no rows.';

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
'What sets each cluster apart, from the figures that the model carries: one row per cluster and feature, by cluster_id and rank. Figures are in input units; what they are judged by (z_score, rank, direction) is in the space that the model was fitted in. Means are arithmetic, also of a log1p feature (centroid of kmeans_centroids and kmeans_reasons is its geometric one), standard deviations have n - 1. index_100 = 100 cluster_mean / overall_mean; NULL where the overall mean is not positive, the cluster mean is negative, or the feature goes below 0 and its overall mean is under a hundredth of overall_sd. z_score: how far the cluster''s center is from the mean of all rows in the fitted space, in standard deviations of all rows there; so for a log1p feature it is of the logarithms, and for any other (cluster_mean - overall_mean) / overall_sd. Where it would be 0.25 or more, but the cluster''s median lies on the other side of overall_median, a few extreme rows make the mean, and z_score is the distance of the two medians. 0 without spread. rank: 1 is the largest |z_score| of the cluster, ties by the feature''s position. direction: high or low from |z_score| 0.25 on, else average. q1, median, q3: the cluster''s quartiles, exact (the mean of two values where exactly a quarter, half or three quarters of the weight lie below; as numpy''s averaged_inverted_cdf), but for a model of format_version 1, where they come from a histogram: model_info tells by quartiles_are_exact. overall_median: the same of all rows, with what nulls became (format_version 1: from the histogram). NULL model: no rows.';

CREATE FUNCTION segment.kmeans_details(model bytea, features double precision[],
    OUT cluster_id integer, OUT cluster_name text, OUT distance double precision,
    OUT second_cluster_id integer, OUT second_distance double precision, OUT simplified_silhouette double precision)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.kmeans_details(bytea, double precision[]) IS
'The cluster of a row, the runner-up and the distances to their centers, in the fitted (standardised) space. simplified_silhouette (Hruschka 2004): (second_distance - distance) / second_distance, from 0 on the border to 1 on the center; it is no silhouette as kmeans_sweep_rows and model_info have it, which takes distances between rows. With one cluster second_cluster_id, second_distance and simplified_silhouette are NULL. NULL for a null argument, and for a null feature under null_policy skip. Call it in FROM, as in FROM t CROSS JOIN LATERAL segment.kmeans_details(m, t.features), or for many rows in a sub-select with OFFSET 0, SELECT (d).* FROM (SELECT segment.kmeans_details(m, features) AS d FROM t OFFSET 0) AS s: (kmeans_details(m, features)).* alone would score the row once per column. Errors as kmeans_assign.';

CREATE FUNCTION segment.kmeans_reasons(model bytea, features double precision[],
    OUT feature text, OUT value double precision,
    OUT centroid double precision, OUT second_centroid double precision,
    OUT contribution double precision, OUT share double precision, OUT rank integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION segment.kmeans_reasons(bytea, double precision[]) IS
'Why a row belongs to its cluster and not to the runner-up: one row per feature, strongest first. value as it was scored (a null replaced as null_policy says), centroid and second_centroid of the two clusters, all in input units: of a log1p feature the geometric mean (of x + 1, less 1), while cluster_mean of kmeans_profile is the arithmetic one, which is larger. contribution: (z - second)^2 - (z - first)^2 in the fitted space; over the features it adds up to second_distance^2 - distance^2 of kmeans_details. share = contribution / that sum, negative for a feature that speaks for the runner-up, NULL on the border. With one cluster second_centroid, contribution and share are NULL. rank: 1 is the largest contribution, ties by position. No rows for a null argument, and for a null feature under null_policy skip. Errors as kmeans_assign.';

CREATE FUNCTION segment.kmeans_describe(model bytea, cluster_id integer, language text DEFAULT 'en')
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION segment.kmeans_describe(bytea, integer, text) IS
'A cluster in plain words, from the at most three features that set it apart most (|z_score| of kmeans_profile at least 0.25), strongest first: ''high monetary (3.1x average), recent, many orders''. Where the cluster''s mean misleads (it is more than twice its median or less than half of it, or one of the two is above that of all rows and the other below), the figure compares medians: ''high monetary (2.2x the median)''. language: en, es or de. The usual names (recency_days, frequency, monetary, revenue, quantity, tenure_days, ...) have words of their own, any other feature is worded by its name. NULL for a null argument. Errors: 22023 a cluster_id or a language that there is not; 22P03 or 42809 no k-means model.';

CREATE FUNCTION segment.kmeans_name(model bytea, cluster_id integer, language text DEFAULT 'en', previous text DEFAULT '')
RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.kmeans_name(bytea, integer, text, text) IS
'A short name for a cluster: kmeans_describe without figures, so that a refit that moves a mean does not change it: ''high monetary, recent, many orders''. A name that two clusters of the model would get ends in the number of the cluster, as in ''recent (4)''. previous: the name that the cluster had; it is given back as long as everything that it says still holds (the same direction, |z_score| at least 0.125), else a new one is made. Keep what it returns, and pass it at the next refit. NULL for a null argument. Errors: as kmeans_describe.';
