-- Alignment: gives the clusters of a new k-means model the numbers of the old model.

CREATE FUNCTION segment.kmeans_align(new bytea, old bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.kmeans_align(bytea, bytea) IS
'The new k-means model with the cluster numbers and names of the old one; nothing else changes. Centers are compared in input units with the scale of the old model, and paired with the smallest total distance (the assignment problem; Kuhn 1955, Jonker and Volgenant 1987). There are as many pairs as the smaller model has clusters; there is no limit for their distance. A new cluster without a partner gets the next unused number; the number of an old cluster without a partner is not used again. A second alignment changes nothing. NULL for a null argument. Errors: 22P03 or 42809 not a k-means model, 2202E another number of features, 22023 another feature name (a feature without a name matches any name), 54000 numbers or segment.fit_memory used up.';

CREATE FUNCTION segment.kmeans_align_rows(new bytea, old bytea,
    OUT status text, OUT new_cluster_id integer, OUT cluster_id integer, OUT old_cluster_id integer,
    OUT cluster_name text, OUT distance double precision, OUT size bigint, OUT old_size bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment.kmeans_align_rows(bytea, bytea) IS
'The result of kmeans_align(new, old) as rows: one row per cluster, by cluster_id, the retired ones last. status: matched, new or retired. new_cluster_id: the number in the new model before the alignment; cluster_id: after it; old_cluster_id: in the old model. distance: between the centers of a matched pair, in the fitted (standardised) space of the old model; above about 1, check that the two clusters still have the same meaning. size and old_size in rows. Columns that a status does not have are NULL. No rows for a null argument. Errors as kmeans_align.';
