\echo Use "CREATE EXTENSION segment" to load this file. \quit

-- The schema itself is created by CREATE EXTENSION from the control file.
COMMENT ON SCHEMA segment IS
'Customer segmentation: SAP intake, RFM, cohorts, k-means, PCA, anomaly scores. Models are bytea values.';
