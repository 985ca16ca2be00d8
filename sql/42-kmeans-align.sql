-- Cluster numbers that stay: a new k-means model with the numbers of an old one.

CREATE FUNCTION segment.kmeans_align(new bytea, old bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.kmeans_align(bytea, bytea) IS
'The new k-means model with the cluster numbers and names of the old one; nothing else changes. Centers are compared in input units scaled as the old model does, and paired at the smallest total distance (the assignment problem; Kuhn 1955, Jonker and Volgenant 1987): as many pairs as the smaller model has clusters, however far apart they are. A new cluster without partner gets the next number that was never given; the number of an old one without partner is retired for ever. Aligning twice changes nothing. NULL for a null argument. Errors: 22P03 or 42809 no k-means model, 2202E other number of features, 22023 another feature name (a feature without name agrees with any), 54000 numbers or segment.fit_memory used up.';

CREATE FUNCTION segment.kmeans_align_rows(new bytea, old bytea,
    OUT status text, OUT new_cluster_id integer, OUT cluster_id integer, OUT old_cluster_id integer,
    OUT cluster_name text, OUT distance double precision, OUT size bigint, OUT old_size bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment.kmeans_align_rows(bytea, bytea) IS
'What kmeans_align(new, old) does: one row per cluster, by cluster_id, the retired ones last. status: matched, new or retired. new_cluster_id: its number in the new model before, cluster_id after, old_cluster_id in the old model. distance between the centers of a matched pair, in the old model''s fitted (standardised) space: above 1 or so, look whether the two still mean the same. size and old_size in rows. What a status does not have is NULL. No rows for a null argument. Errors as kmeans_align.';
