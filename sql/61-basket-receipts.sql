-- ---- basket: rules and offers from receipts ----------------------------------------

CREATE FUNCTION segment_internal.wilson(hits bigint, n bigint, level float8) RETURNS float8[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.wilson(bigint, bigint, float8) IS
'Support function of offer_backtest: lower and upper bound of the share hits / n (E. Wilson, 1927); NULL for n = 0.';

-- ---- purchases ----

CREATE FUNCTION segment_internal.purchases_query(receipts regclass, condition text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    quantity constant boolean := segment_internal.column_type(receipts, 'quantity') IS NOT NULL;
BEGIN
    PERFORM segment_internal.check_columns(receipts, '{product_id}',
        'Rules and offers need the column product_id; quantity is optional.');
    PERFORM segment_internal.check_column_kind(receipts, 'quantity', 'number');
    RETURN concat(
        -- "C": the fastest order, and the same everywhere
        'SELECT l.customer_id::text COLLATE "C" AS customer_id, ',
        CASE WHEN segment_internal.column_type(receipts, 'receipt_id') IS NULL THEN 'NULL::text' ELSE 'l.receipt_id::text' END,
        ' COLLATE "C" AS receipt_id, l.receipt_date::timestamp AS at, l.product_id::text COLLATE "C" AS product_id',
        format(' FROM %s l', receipts),
        ' WHERE l.customer_id IS NOT NULL AND l.product_id IS NOT NULL AND (l.amount >= 0 OR l.amount IS NULL)',
        CASE WHEN quantity THEN ' AND (l.quantity > 0 OR l.quantity IS NULL)' END,
        (SELECT string_agg(' AND NOT (' || segment_internal.blank_id_condition(receipts, c.name) || ')', '')
         FROM unnest('{customer_id,receipt_id,product_id}'::text[]) AS c(name)),
        ' AND ' || condition);
END
$function$;
COMMENT ON FUNCTION segment_internal.purchases_query(regclass, text) IS
'Support function of association_rules, next_best_offer and offer_backtest: the query of the purchases among the lines l of receipts: customer_id, receipt_id, at (the date and time), product_id. A line with a negative amount, or with a quantity that is not positive, is a return and no purchase. condition: SQL of the caller. Errors: 42703 no column product_id; 42804 quantity is not a number.';

CREATE FUNCTION segment_internal.baskets_query(receipts regclass, "by" text, purchases text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF "by" = 'customer' THEN
        RETURN format('SELECT array_agg(p.product_id) AS items FROM %s p GROUP BY p.customer_id', purchases);
    ELSIF "by" = 'receipt' THEN
        PERFORM segment_internal.check_columns(receipts, '{receipt_id}', 'Without receipt_id, use by => ''customer''.');
        -- each line without a number is a receipt
        RETURN format('SELECT array_agg(p.product_id) AS items FROM %1$s p WHERE p.receipt_id IS NOT NULL GROUP BY p.customer_id, p.receipt_id'
                      ' UNION ALL SELECT ARRAY[p.product_id] FROM %1$s p WHERE p.receipt_id IS NULL', purchases);
    END IF;
    RAISE EXCEPTION 'by must be one of receipt, customer' USING ERRCODE = 'invalid_parameter_value';
END
$function$;
COMMENT ON FUNCTION segment_internal.baskets_query(regclass, text, text) IS
'Support function of association_rules and offer_backtest: the query of the baskets (items) of a relation of purchases. Errors: 22023 by is neither receipt nor customer; 42703 no column receipt_id.';

-- ---- association_rules ----

CREATE FUNCTION segment_internal.association_rules_query(
    receipts regclass, as_of date, "by" text, min_confidence float8, min_lift float8, options jsonb, products regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF min_confidence IS NULL OR min_lift IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN min_confidence IS NULL THEN 'min_confidence' ELSE 'min_lift' END
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment_internal.check_receipts(receipts, as_of, NULL, NULL);
    RETURN format(
        'WITH purchase AS (%s),'
        ' rule AS MATERIALIZED (SELECT r.*, row_number() OVER () AS place FROM (SELECT segment.basket_fit(b.items, $6) AS model FROM (%s) b) f'
        ' CROSS JOIN LATERAL segment.basket_rules(f.model, $4, $5) r),'
        ' item AS (SELECT r.consequent AS product_id FROM rule r UNION SELECT unnest(r.antecedent) FROM rule r),'
        ' sensitive AS MATERIALIZED (SELECT i.product_id FROM item i WHERE segment_internal.is_sensitive_product(i.product_id, ARRAY(SELECT segment_internal.sensitive_products($7)))),'
        ' told AS MATERIALIZED (SELECT segment_internal.notice_left_out(count(*), ''sensitive products'') AS is_told FROM sensitive)'
        ' SELECT r.antecedent, r.consequent, r.n, r.support, r.confidence, r.lift, r.leverage, r.conviction, r.z_score, r.p_value, r.q_value, r.improvement, r.is_redundant'
        ' FROM rule r WHERE (SELECT t.is_told FROM told t) AND NOT EXISTS (SELECT FROM sensitive x WHERE x.product_id = r.consequent OR x.product_id = ANY (r.antecedent)) ORDER BY r.place',
        segment_internal.purchases_query(receipts, 'l.receipt_date::date <= $2'),
        segment_internal.baskets_query(receipts, "by", 'purchase'));
END
$function$;
COMMENT ON FUNCTION segment_internal.association_rules_query(regclass, date, text, float8, float8, jsonb, regclass) IS
'Support function of association_rules: checks the arguments and returns the query.';

CREATE FUNCTION segment.association_rules(
    receipts regclass, as_of date, "by" text DEFAULT 'receipt', min_confidence float8 DEFAULT 0.1, min_lift float8 DEFAULT 1,
    options jsonb DEFAULT NULL, products regclass DEFAULT NULL)
RETURNS TABLE (antecedent text[], consequent text, n bigint, support float8, confidence float8, lift float8, leverage float8,
               conviction float8, z_score float8, p_value float8, q_value float8, improvement float8, is_redundant boolean)
AS 'MODULE_PATHNAME', 'association_rules'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.association_rules(regclass, date, text, float8, float8, jsonb, regclass) IS
'The association rules between the products of receipts up to a date. Rules with products that segment.sensitive_product matches, by product_id or by the text columns of products (product_id, names), are left out, counted in a NOTICE. basket_fit with these options over the baskets, then basket_rules. receipts: a relation as for receipt_totals with the column product_id and, optionally, quantity; it is read with the caller''s privileges. by: receipt (a basket is what a customer bought with one receipt_id) or customer (all that a customer bought). A line with a negative amount, or with a quantity that is not positive, is a return and no purchase. Lines whose customer_id, receipt_id or product_id is blank or # are left out, and so are lines without customer_id, product_id or receipt_date. Errors: 42703 a column is missing; 42804 a column has the wrong type; 22023 no purchases, or by, a bound or an option is wrong; 22004 an argument is NULL; 54000 as basket_fit.';

-- ---- next_best_offer ----

CREATE FUNCTION segment_internal.check_offer_relations(segments regclass, exclude regclass, product_values regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    twice bigint;
BEGIN
    IF segments IS NOT NULL THEN
        PERFORM segment_internal.check_columns(segments, '{customer_id,segment}', 'A relation of segments needs the columns customer_id and segment.');
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s s WHERE s.customer_id IS NOT NULL GROUP BY s.customer_id::text HAVING count(*) > 1) d', segments)
        INTO twice;
        IF twice > 0 THEN
            RAISE EXCEPTION '% customers are in "%" more than once', twice, segment_internal.relation_name(segments)
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    IF exclude IS NOT NULL THEN
        PERFORM segment_internal.check_columns(exclude, '{product_id}', 'A relation of excluded products needs the column product_id; customer_id is optional.');
    END IF;
    IF product_values IS NOT NULL THEN
        PERFORM segment_internal.check_columns(product_values, '{product_id,value}', 'A relation of values needs the columns product_id and value.');
        PERFORM segment_internal.check_column_kind(product_values, 'value', 'number');
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s v WHERE v.product_id IS NOT NULL GROUP BY v.product_id::text HAVING count(*) > 1) d', product_values)
        INTO twice;
        IF twice > 0 THEN
            RAISE EXCEPTION '% products are in "%" more than once', twice, segment_internal.relation_name(product_values)
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        EXECUTE format('SELECT count(*) FROM %s v WHERE NOT abs(v.value::float8) < ''infinity''', product_values) INTO twice;
        IF twice > 0 THEN
            RAISE EXCEPTION 'value must not be NaN or infinite' USING ERRCODE = 'numeric_value_out_of_range';
        END IF;
    END IF;
END
$function$;
COMMENT ON FUNCTION segment_internal.check_offer_relations(regclass, regclass, regclass) IS
'Support function of next_best_offer: errors 42703 a column is missing; 42804 value is not a number; 22023 a customer with two segments or a product with two values; 22003 value is NaN or infinite.';

CREATE FUNCTION segment_internal.next_best_offer_query(
    receipts regclass, as_of date, model bytea, segments regclass, exclude regclass, product_values regclass,
    k integer, min_confidence float8, min_lift float8, products regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    by_customer constant boolean := exclude IS NOT NULL AND segment_internal.column_type(exclude, 'customer_id') IS NOT NULL;
BEGIN
    IF model IS NULL OR k IS NULL OR min_confidence IS NULL OR min_lift IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN model IS NULL THEN 'model' WHEN k IS NULL THEN 'k'
                                                   WHEN min_confidence IS NULL THEN 'min_confidence' ELSE 'min_lift' END
            USING ERRCODE = 'null_value_not_allowed';
    ELSIF k NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'k must be from 1 to 10000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_receipts(receipts, as_of, NULL, NULL);
    PERFORM segment_internal.check_offer_relations(segments, exclude, product_values);
    RETURN format($query$
        WITH purchase AS MATERIALIZED (SELECT DISTINCT p.customer_id, p.product_id FROM (%1$s) p),
             sold AS MATERIALIZED (SELECT p.product_id, count(*) AS buyers FROM purchase p GROUP BY p.product_id),
             -- neither offered nor a reason for an offer
             sensitive AS MATERIALIZED (
                 SELECT i.product_id FROM (SELECT s.product_id FROM sold s UNION SELECT r.consequent FROM segment.basket_rules($3, $8, $9) r) i
                 WHERE segment_internal.is_sensitive_product(i.product_id, ARRAY(SELECT segment_internal.sensitive_products($10)))),
             told AS MATERIALIZED (SELECT segment_internal.notice_left_out(count(*), 'sensitive products') AS is_told FROM sensitive),
             suppressed AS MATERIALIZED (SELECT x.id COLLATE "C" AS id FROM segment_internal.suppressed_ids() x(id)),
             told_people AS MATERIALIZED (SELECT segment_internal.notice_left_out(count(DISTINCT p.customer_id), 'suppressed customers') AS is_told
                                          FROM purchase p JOIN suppressed x ON x.id = p.customer_id),
             history AS (SELECT p.customer_id, coalesce(array_agg(p.product_id) FILTER (WHERE p.product_id NOT IN (SELECT x.product_id FROM sensitive x)), '{}') AS items
                         FROM purchase p GROUP BY p.customer_id),
             segment_of AS (%2$s),
             excluded AS MATERIALIZED (%3$s UNION ALL SELECT NULL, x.product_id FROM sensitive x),
             excluded_for_all AS MATERIALIZED (SELECT array_agg(DISTINCT e.product_id) AS products FROM excluded e WHERE e.customer_id IS NULL),
             excluded_for AS (SELECT e.customer_id, array_agg(DISTINCT e.product_id) AS products FROM excluded e
                              WHERE e.customer_id IS NOT NULL GROUP BY e.customer_id),
             valued AS MATERIALIZED (%4$s),
             offerable AS MATERIALIZED (
                 SELECT p.* FROM purchase p WHERE NOT EXISTS (SELECT FROM excluded e WHERE e.customer_id IS NULL AND e.product_id = p.product_id)),
             best AS MATERIALIZED (
                 SELECT array_agg(b.product_id ORDER BY b.buyers DESC, b.product_id) AS products
                 FROM sold b WHERE NOT EXISTS (SELECT FROM excluded e WHERE e.customer_id IS NULL AND e.product_id = b.product_id)),
             segment_best AS (
                 SELECT b.segment, array_agg(b.product_id ORDER BY b.buyers DESC, b.product_id) AS products
                 FROM (SELECT s.segment, p.product_id, count(*) AS buyers
                       FROM offerable p JOIN segment_of s USING (customer_id) GROUP BY s.segment, p.product_id) b
                 GROUP BY b.segment)
        SELECT h.customer_id, o.rank, o.item, o.reason, o.antecedent, o.confidence, o.lift, o.n, o.value
        FROM history h
        LEFT JOIN segment_of s USING (customer_id)
        LEFT JOIN segment_best t USING (segment)
        LEFT JOIN excluded_for x USING (customer_id)
        CROSS JOIN excluded_for_all e
        CROSS JOIN valued v
        CROSS JOIN best b
        CROSS JOIN LATERAL segment_internal.basket_offer_rows(
            $3, h.items, e.products || x.products, $7, $8, $9, v.products, v.amounts,
            t.products[:$7 + cardinality(h.items) + coalesce(cardinality(x.products), 0)],
            b.products[:2 * $7 + cardinality(h.items) + coalesce(cardinality(x.products), 0)]) o
        -- decided once, before any row
        WHERE (SELECT t.is_told FROM told t) AND (SELECT t.is_told FROM told_people t) AND NOT EXISTS (SELECT FROM suppressed x WHERE x.id = h.customer_id)
        $query$,
        segment_internal.purchases_query(receipts, 'l.receipt_date::date <= $2'),
        CASE WHEN segments IS NULL THEN 'SELECT NULL::text COLLATE "C" AS customer_id, NULL::text COLLATE "C" AS segment WHERE false'
             ELSE format('SELECT s.customer_id::text COLLATE "C" AS customer_id, s.segment::text COLLATE "C" AS segment FROM %s s', segments) END,
        CASE WHEN exclude IS NULL THEN 'SELECT NULL::text COLLATE "C" AS customer_id, NULL::text COLLATE "C" AS product_id WHERE false'
             ELSE format('SELECT %s COLLATE "C" AS customer_id, e.product_id::text COLLATE "C" AS product_id FROM %s e WHERE e.product_id IS NOT NULL',
                         CASE WHEN by_customer THEN 'e.customer_id::text' ELSE 'NULL::text' END, exclude) END,
        CASE WHEN product_values IS NULL THEN 'SELECT NULL::text[] AS products, NULL::float8[] AS amounts'
             ELSE format('SELECT coalesce(array_agg(v.product_id::text ORDER BY v.product_id::text COLLATE "C"), ''{}'') AS products,'
                         ' coalesce(array_agg(v.value::float8 ORDER BY v.product_id::text COLLATE "C"), ''{}'') AS amounts FROM %s v', product_values) END);
END
$function$;
COMMENT ON FUNCTION segment_internal.next_best_offer_query(regclass, date, bytea, regclass, regclass, regclass, integer, float8, float8, regclass) IS
'Support function of next_best_offer: checks the arguments and returns the query.';

CREATE FUNCTION segment.next_best_offer(
    receipts regclass, as_of date, model bytea, segments regclass DEFAULT NULL, exclude regclass DEFAULT NULL,
    product_values regclass DEFAULT NULL, k integer DEFAULT 5, min_confidence float8 DEFAULT 0.1, min_lift float8 DEFAULT 1,
    products regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, rank integer, product_id text, reason text, antecedent text[], confidence float8, lift float8,
               n bigint, value float8)
AS 'MODULE_PATHNAME', 'next_best_offer'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.next_best_offer(regclass, date, bytea, regclass, regclass, regclass, integer, float8, float8, regclass) IS
'Up to k products to offer to each customer with a purchase up to a date, and why. Products that segment.sensitive_product matches, by product_id or by the text columns of products (product_id, names), are neither offered nor reasons, counted in a NOTICE. receipts: as for association_rules. model: a basket model. A product that the customer bought before is not offered, even if it was returned. First the products that the rules of the model suggest for all that the customer bought (reason rule; antecedent, confidence, lift and n are those of the rule), then those with the most buyers in the customer''s segment (segment best seller), then those with the most buyers (best seller); equal numbers of buyers: in the order of the bytes of product_id. segments: a relation (customer_id, segment). exclude: a relation (product_id[, customer_id]) of products that are neither offered nor named in a reason; without customer_id, or where it is NULL, for all customers. product_values: a relation (product_id, value); offers by rules are then ordered by confidence times value, and a product without a value counts 0. Errors: 22004 model, k or a bound is NULL; 22023 k is not from 1 to 10000, a bound is out of range, a customer with two segments, a product with two values; 42703, 42804 as association_rules; 22003 value is NaN or infinite; 22P03, 42809 as basket_itemsets.';

-- ---- offer_backtest ----

CREATE FUNCTION segment_internal.offer_backtest_query(
    receipts regclass, split_date date, k integer, "by" text, min_confidence float8, min_lift float8, options jsonb, level float8)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF split_date IS NULL THEN
        RAISE EXCEPTION 'split_date must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT isfinite(split_date) THEN
        RAISE EXCEPTION 'split_date must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    ELSIF k IS NULL OR k NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'k must be from 1 to 10000' USING ERRCODE = 'invalid_parameter_value';
    ELSIF level IS NULL OR NOT (level > 0 AND level < 1) THEN
        RAISE EXCEPTION 'level must be between 0 and 1' USING ERRCODE = 'invalid_parameter_value';
    ELSIF min_confidence IS NULL OR min_lift IS NULL THEN
        RAISE EXCEPTION 'min_confidence and min_lift must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment_internal.check_receipts(receipts, split_date, NULL, NULL);
    RETURN format($query$
        WITH line AS MATERIALIZED (%1$s),
             train AS MATERIALIZED (SELECT l.* FROM line l WHERE l.at < $2),
             owned AS MATERIALIZED (SELECT t.customer_id, array_agg(DISTINCT t.product_id) AS items FROM train t GROUP BY t.customer_id),
             first_later AS (
                 SELECT DISTINCT ON (l.customer_id) l.customer_id, l.receipt_id, l.at
                 FROM line l WHERE l.at >= $2
                 ORDER BY l.customer_id, l.at, l.receipt_id),
             judged AS MATERIALIZED (
                 SELECT o.customer_id, o.items, array_agg(DISTINCT l.product_id) AS bought
                 FROM owned o JOIN first_later f USING (customer_id) JOIN line l USING (customer_id)
                 WHERE l.at >= $2 AND NOT l.product_id = ANY (o.items)
                   AND CASE WHEN f.receipt_id IS NULL THEN l.receipt_id IS NULL AND l.at = f.at ELSE l.receipt_id = f.receipt_id END
                 GROUP BY o.customer_id, o.items),
             model AS MATERIALIZED (SELECT segment.basket_fit(b.items, $7) AS model FROM (%2$s) b),
             best AS MATERIALIZED (
                 SELECT array_agg(b.product_id ORDER BY b.buyers DESC, b.product_id) AS products
                 FROM (SELECT t.product_id, count(DISTINCT t.customer_id) AS buyers FROM train t GROUP BY t.product_id) b),
             method AS (SELECT * FROM (VALUES (1, 'best sellers', 'infinity'::float8, true), (2, 'rules', $6, false),
                                              (3, 'rules, then best sellers', $6, true)) AS v (place, method, min_lift, is_filled)),
             result AS (
                 SELECT m.place, j.customer_id, count(*) AS offers, count(*) FILTER (WHERE o.item = ANY (j.bought)) AS hits
                 FROM judged j CROSS JOIN model f CROSS JOIN best b CROSS JOIN method m
                 CROSS JOIN LATERAL segment_internal.basket_offer_rows(
                     f.model, j.items, NULL, $3, $5, m.min_lift, NULL, NULL, NULL,
                     CASE WHEN m.is_filled THEN b.products[:2 * $3 + cardinality(j.items)] END) o
                 GROUP BY m.place, j.customer_id),
             counted AS (
                 SELECT m.place, m.method, (SELECT count(*) FROM judged) AS customers,
                        count(*) FILTER (WHERE r.hits > 0) AS customers_hit,
                        coalesce(sum(r.offers), 0)::bigint AS offers, coalesce(sum(r.hits), 0)::bigint AS offers_hit
                 FROM method m LEFT JOIN result r USING (place) GROUP BY m.place, m.method)
        SELECT c.method, c.customers, c.customers_hit,
               c.customers_hit / nullif(c.customers, 0)::float8,
               (segment_internal.wilson(c.customers_hit, c.customers, $8))[1],
               (segment_internal.wilson(c.customers_hit, c.customers, $8))[2],
               c.offers, c.offers_hit,
               c.offers_hit / nullif(c.customers * $3, 0)::float8,
               (segment_internal.wilson(c.offers_hit, c.customers * $3, $8))[1],
               (segment_internal.wilson(c.offers_hit, c.customers * $3, $8))[2]
        FROM counted c
        ORDER BY c.place
        $query$,
        segment_internal.purchases_query(receipts, 'l.receipt_date IS NOT NULL'),
        segment_internal.baskets_query(receipts, "by", 'train'));
END
$function$;
COMMENT ON FUNCTION segment_internal.offer_backtest_query(regclass, date, integer, text, float8, float8, jsonb, float8) IS
'Support function of offer_backtest: checks the arguments and returns the query.';

CREATE FUNCTION segment.offer_backtest(
    receipts regclass, split_date date, k integer DEFAULT 5, "by" text DEFAULT 'receipt', min_confidence float8 DEFAULT 0.1,
    min_lift float8 DEFAULT 1, options jsonb DEFAULT NULL, level float8 DEFAULT 0.95)
RETURNS TABLE (method text, customers bigint, customers_hit bigint, hit_rate float8, hit_rate_lower float8, hit_rate_upper float8,
               offers bigint, offers_hit bigint, "precision" float8, precision_lower float8, precision_upper float8)
AS 'MODULE_PATHNAME', 'offer_backtest'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 3
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.offer_backtest(regclass, date, integer, text, float8, float8, jsonb, float8) IS
'How good offers by rules would have been: a model of the purchases before split_date makes k offers to each customer, which are judged by the customer''s first receipt from split_date on (by time, then receipt_id). An offer is right if that receipt has the product. Judged are the customers with purchases before split_date whose first later receipt has a product that is new to them. receipts, by, options: as for association_rules. One row for each method: best sellers (the products with the most buyers that the customer did not buy), rules, and rules filled up with best sellers, as next_best_offer does. hit_rate: share of the customers with a right offer. precision: right offers by customers times k, so an offer that was not made counts as a wrong one. The bounds are an interval at that level (E. Wilson, 1927); it takes the offers of a customer for independent of each other. Errors: 22023 no purchases before split_date, or k, level, by, a bound or an option is wrong; 22004, 42703, 42804, 54000 as association_rules.';
