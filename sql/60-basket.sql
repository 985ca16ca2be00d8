-- basket: frequent itemsets, association rules, and offers by rules.

CREATE FUNCTION segment_internal.basket_fit_transfn(state bytea, items text[])
RETURNS bytea
AS 'MODULE_PATHNAME', 'basket_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.basket_fit_transfn(bytea, text[]) IS
'Support function of the aggregate basket_fit; not to be called.';

CREATE FUNCTION segment_internal.basket_fit_transfn(state bytea, items text[], options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'basket_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.basket_fit_transfn(bytea, text[], jsonb) IS
'Support function of the aggregate basket_fit; not to be called.';

CREATE FUNCTION segment_internal.basket_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.basket_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate basket_fit; not to be called.';

CREATE FUNCTION segment_internal.basket_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.basket_fit_finalfn(bytea) IS
'Support function of the aggregate basket_fit; not to be called.';

CREATE AGGREGATE segment.basket_fit(items text[]) (
    SFUNC = segment_internal.basket_fit_transfn,
    STYPE = bytea,
    SSPACE = 65536,
    FINALFUNC = segment_internal.basket_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.basket_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.basket_fit(text[]) IS
'Finds frequent itemsets with the default options. See the form with options.';

CREATE AGGREGATE segment.basket_fit(items text[], options jsonb) (
    SFUNC = segment_internal.basket_fit_transfn,
    STYPE = bytea,
    SSPACE = 65536,
    FINALFUNC = segment_internal.basket_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.basket_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.basket_fit(text[], jsonb) IS
'Finds the itemsets that many baskets have in common; returns a model (bytea), with the same bytes for every order of the rows. items: one basket, its items in any order; an item twice counts once. A NULL, a blank or # is no item. A basket without items is a basket, too. A row whose items are NULL is left out and counted in rows_skipped.
options: min_support 0.01 (share of the baskets, exact to 15 decimals) or min_count (baskets); max_length 4 (items of an itemset); max_itemsets 1000000; on_limit error | raise (what more of them do: an error, or the smallest count that fits); max_basket_items 10000; long_baskets cut | error (a longer basket keeps its most frequent items, or is an error); exclude (array of items that are left out). model_info shows the counts.
Errors: 22023 no rows, wrong option, or options that differ between rows; 54000 too many itemsets, too long a basket with long_baskets error, or beyond segment.fit_memory; 2202E items has several dimensions.
Source: R. Agrawal and R. Srikant, 1994; M. Zaki, 2000; T. Uno, M. Kiyomi and H. Arimura, 2004.';

CREATE FUNCTION segment.basket_itemsets(model bytea)
RETURNS TABLE (items text[], length integer, n bigint, support float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 1000;
COMMENT ON FUNCTION segment.basket_itemsets(bytea) IS
'The frequent itemsets of a basket model, single items included. items: in the order of their bytes. length: number of items. n: baskets that have them all. support: their share of all baskets. Errors: 22P03 not a model; 42809 a model of another kind.';

CREATE FUNCTION segment.basket_rules(model bytea, min_confidence float8 DEFAULT 0.1, min_lift float8 DEFAULT 1)
RETURNS TABLE (antecedent text[], consequent text, n bigint, support float8, confidence float8, lift float8, leverage float8,
               conviction float8, z_score float8, p_value float8, q_value float8, improvement float8, is_redundant boolean)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 1000;
COMMENT ON FUNCTION segment.basket_rules(bytea, float8, float8) IS
'The association rules of a basket model: baskets with the items of the antecedent often have the consequent, too. With N baskets, nX of them with the antecedent, nY with the consequent, n with both:
support n / N. confidence n / nX. lift confidence / (nY / N): above 1 more often than by chance. leverage n / N - nX nY / N^2. conviction (1 - nY / N) / (1 - confidence), NULL for confidence 1. z_score: n less its mean nX nY / N, in standard deviations, if both were independent; NULL if that has no variance. p_value: probability of n or more baskets with both if they were independent (hypergeometric; Fisher, one-sided). q_value: p_value adjusted by Benjamini and Hochberg for all rules with min_confidence, those below min_lift included. improvement: confidence less the largest confidence with the same consequent and only some of the antecedent, or none of it. is_redundant: improvement is 0 or less.
Only rules with confidence >= min_confidence and lift >= min_lift are returned; below 1, lift tells of items that avoid each other. Errors: 22023 min_confidence is not from 0 to 1, or min_lift is negative; 22P03, 42809 as basket_itemsets.
Source: R. Agrawal and R. Srikant, 1994; S. Brin, R. Motwani, J. Ullman and S. Tsur, 1997 (lift, conviction); G. Piatetsky-Shapiro, 1991 (leverage); R. Bayardo, R. Agrawal and D. Gunopulos, 2000 (improvement); M. Hahsler, B. Gruen and K. Hornik, 2005.';

CREATE FUNCTION segment.basket_offers(model bytea, items text[], exclude text[] DEFAULT NULL, k integer DEFAULT 5,
                                      min_confidence float8 DEFAULT 0.1, min_lift float8 DEFAULT 1)
RETURNS TABLE (rank integer, item text, antecedent text[], confidence float8, lift float8, n bigint)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
COMMENT ON FUNCTION segment.basket_offers(bytea, text[], text[], integer, float8, float8) IS
'The best k items to offer to a basket, by the rules of a basket model whose antecedent lies within the basket. items: of the basket; they are not offered. exclude: items that are neither offered nor named in an antecedent. k: NULL returns all offers. Each item comes once, by its rule with the highest confidence, then lift, then n, then the shortest antecedent; offers are ordered in the same way. Items that the model does not know have no rules. No rows if model or items is NULL. Errors: 22023 k is less than 1, or a bound is out of range; 2202E items or exclude has several dimensions; 22P03, 42809 as basket_itemsets.';

CREATE FUNCTION segment_internal.basket_offer_rows(model bytea, items text[], exclude text[], k integer, min_confidence float8, min_lift float8,
                                                   valued text[], amounts float8[], segment_best text[], best text[])
RETURNS TABLE (rank integer, item text, reason text, antecedent text[], confidence float8, lift float8, n bigint, value float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
COMMENT ON FUNCTION segment_internal.basket_offer_rows(bytea, text[], text[], integer, float8, float8, text[], float8[], text[], text[]) IS
'Support function of next_best_offer: as basket_offers, but ordered by confidence times value, and filled up from segment_best, then from best. valued, amounts: items and their values.';
