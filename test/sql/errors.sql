-- Errors of users: the same wording for the same mistake, in all families.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE mistaken AS
SELECT i AS id, i % 7 AS recency_days, 1 + i % 11 AS frequency, 1 + i % 5 AS monetary, 'x' AS word FROM generate_series(1, 200) AS i;
CREATE TABLE bills AS
SELECT 'C' || i % 20 AS customer_id, date '2024-01-01' + i AS receipt_date, i::numeric AS amount, 'EUR' AS currency
FROM generate_series(1, 100) AS i;
SELECT segment.create_model('mistakes', 'kmeans', 'mistaken', 'id', '{recency_days,frequency}', '{"k": 3}');

-- an unknown option: the hint lists the valid ones
SELECT segment.kmeans_fit(ARRAY[frequency, monetary], 3, '{"n_inti": 1}') FROM mistaken;
SELECT segment.kmeans_sweep(ARRAY[frequency, monetary], 2, 3, '{"k_min": 2}') FROM mistaken;
SELECT segment.pca_fit(ARRAY[frequency, monetary], '{"seed": 1}') FROM mistaken;
SELECT segment.anomaly_fit(ARRAY[frequency, monetary], '{"k": 1}') FROM mistaken;
SELECT segment.rfm_fit(recency_days, frequency, monetary, '{"bin": 5}') FROM mistaken;
SELECT segment.rfm_fit(recency_days, frequency, monetary, '{"cuts": {"recency": [1]}}') FROM mistaken;
SELECT * FROM segment.rfm('bills', '2024-05-01', options => '{"scheme": "grid"}');
SELECT segment.create_model('wrong', 'kmeans', 'mistaken', 'id', '{recency_days,frequency}', '{"K": 3}');
SELECT segment.create_model('wrong', 'kmeans', 'mistaken', 'id', '{recency_days,frequency}', '{"k": 3, "recut": true}');
SELECT segment.create_model('wrong', 'pca', 'mistaken', 'id', '{recency_days,frequency}', '{"k": 3}');
SELECT segment.create_model('wrong', 'anomaly', 'mistaken', 'id', '{recency_days,frequency}', '{"language": "de"}');
SELECT segment.create_model('wrong', 'rfm', 'mistaken', 'id', options => '{"max_drift": 0.2}');
SELECT segment.alter_model('mistakes', options => '{"min_row": 10}');
SELECT segment.alter_model('mistakes', options => '{"min_row": null}');

-- an invalid value of an option
SELECT segment.kmeans_fit(ARRAY[frequency, monetary], 3, '{"n_init": 0}') FROM mistaken;
SELECT segment.pca_fit(ARRAY[frequency, monetary], '{"standardize": "robust"}') FROM mistaken;
SELECT segment.kmeans_fit(ARRAY[frequency, monetary], NULL) FROM mistaken;
SELECT segment.create_model('wrong', 'kmeans', 'mistaken', 'id', '{recency_days,frequency}');
SELECT segment.anomaly_fit(ARRAY[frequency, monetary], '{"contamination": 2}') FROM mistaken;
SELECT segment.rfm_fit(recency_days, frequency, monetary, '{"bins": 1}') FROM mistaken;
SELECT segment.create_model('wrong', 'kmeans', 'mistaken', 'id', '{recency_days,frequency}', '{"k": 0}');
SELECT segment.create_model('wrong', 'rfm', 'mistaken', 'id', options => '{"recut": "yes"}');

-- arguments that must be the same in all rows
SELECT segment.kmeans_fit(ARRAY[frequency, monetary], 2 + id % 2) FROM mistaken;
SELECT segment.kmeans_fit(ARRAY[frequency, monetary], 2, jsonb_build_object('seed', id)) FROM mistaken;
SELECT segment.kmeans_sweep(ARRAY[frequency, monetary], 2, 3 + id % 2) FROM mistaken;
SELECT segment.pca_fit(ARRAY[frequency, monetary], jsonb_build_object('n_components', 1 + id % 2)) FROM mistaken;
SELECT segment.anomaly_fit(ARRAY[frequency, monetary], jsonb_build_object('seed', id)) FROM mistaken;
SELECT segment.rfm_fit(recency_days, frequency, monetary, jsonb_build_object('bins', 4 + id % 2)) FROM mistaken;
SELECT segment.drift_fit(m.model, ARRAY[frequency, monetary])
FROM mistaken JOIN (SELECT g, segment.pca_fit(ARRAY[frequency, monetary]) AS model FROM mistaken, generate_series(0, 1) AS g
                    WHERE id % 3 > g GROUP BY g) m ON m.g = id % 2;

-- relations and columns: named in quotes
SELECT * FROM segment.rfm('mistaken', '2024-05-01');
SELECT * FROM segment.cohort_retention('bills', '2024-05-01', rates => 'mistaken');
SELECT * FROM segment.sap_import('mistaken', 'vbrk');
SELECT * FROM segment.sap_receipts_view('v', 'mistaken', 'mistaken', 'mistaken');
SELECT segment.create_model('wrong', 'kmeans', 'mistaken', 'customer', options => '{"k": 3}');
SELECT segment.create_model('wrong', 'kmeans', 'mistaken', 'id', '{frequency,word}', '{"k": 3}');
SELECT segment.register_receipts('wrong', 'mistaken');
SELECT * FROM segment.migration('mistaken', '2024-01-01', '2024-02-01');

-- invalid dates and numbers: with the expected format
SELECT segment.sap_date('05.01.2024');
SELECT segment.sap_date('20240105', 'DD.MM.YYYY');
SELECT segment.sap_number('1,5', '1234567.89');
CREATE TABLE typed (line_no bigint, line text);
INSERT INTO typed VALUES (1, 'VBELN;FKDAT;NETWR'), (2, '1;20240105;one');
SELECT * FROM segment.sap_import('typed', 'vbrk_typed', sap_table => 'VBRK');
SELECT * FROM segment.sap_import('typed', 'vbrk_typed', sap_table => 'VBRK', decimal_notation => '1.234.567,89');
UPDATE typed SET line = '1;5.1.2024;1' WHERE line_no = 2;
SELECT * FROM segment.sap_import('typed', 'vbrk_typed', sap_table => 'VBRK');

-- models: of another kind, and without a version
SELECT segment.kmeans_assign('\x00', ARRAY[1, 2]);
SELECT segment.kmeans_assign(segment.rfm_fit(recency_days, frequency, monetary), ARRAY[1, 2]) FROM mistaken;
SELECT segment.drift_fit((SELECT segment.rfm_fit(recency_days, frequency, monetary) FROM mistaken), ARRAY[1]);
SELECT segment.kmeans_fit(ARRAY[frequency, NULL], 3) FROM mistaken;
SELECT segment.active_model('mistakes');
CALL segment.publish('{mistakes}', 'mistakes_published');
BEGIN;
CALL segment.refit('mistakes');
ROLLBACK;
SELECT segment.rfm_segment(5, 5, 5, 'grids');
SELECT segment.cohort_label('2024-01-01', 'decade');
SELECT * FROM segment.rfm('bills', '2024-05-01', currency => 'USD');

-- notices of stages and iterations of a refit name the model
SET client_min_messages = notice;
SET segment.progress = on;
CALL segment.refit('mistakes');
RESET segment.progress;

SELECT segment.drop_model('mistakes');
DROP TABLE mistaken, bills, typed;
