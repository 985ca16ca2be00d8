\echo 'A profile code has a letter for each attribute of a customer: here days since the last receipt, receipts, amount and'
\echo 'country. A card says the same in words.'
\echo
CREATE TABLE people AS
SELECT m.customer_id, m.recency_days, m.frequency, m.monetary, k.land1 AS country
FROM measures m JOIN kna1 k ON k.kunnr = m.customer_id;

\o /dev/null
SELECT segment.create_model('people_codes', 'profile', 'people', 'customer_id', '{recency_days,frequency,monetary}',
                            '{"letters": 3}', describe_columns => '{country}');
SELECT segment.create_model('people_groups', 'kmeans', 'people', 'customer_id',
                            options => '{"k": 3, "transform": "log1p"}', describe_columns => '{country}');
CALL segment.refit('people_codes');
CALL segment.refit('people_groups');
\o

SELECT profile_code AS "code", customers, round(100 * share::numeric, 1) AS "%"
FROM segment.profile_summary WHERE model_name = 'people_codes' AND NOT is_suppressed ORDER BY customers DESC, profile_code LIMIT 4;

SELECT language, segment.profile_card(segment.active_model('people_codes'), ARRAY[recency_days, frequency, monetary]::float8[],
                                      ARRAY[country], language) AS card
FROM (SELECT * FROM people ORDER BY monetary DESC LIMIT 1) AS best CROSS JOIN unnest('{en,es,de}'::text[]) AS language;

\echo 'What to do about whom:'
\echo
SELECT name AS segment, customers, left(action, 90) AS action, invest
FROM segment.recommended_actions WHERE model_name = 'shop_scores' ORDER BY customers DESC LIMIT 4;
