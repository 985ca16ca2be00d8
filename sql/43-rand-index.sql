-- The agreement of two partitions of the same rows.

CREATE FUNCTION segment_internal.adjusted_rand_index_transfn(state bytea, a bigint, b bigint)
RETURNS bytea
AS 'MODULE_PATHNAME', 'adjusted_rand_index_bigint_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.adjusted_rand_index_transfn(bytea, bigint, bigint) IS
'Adds one row to the state of the aggregate adjusted_rand_index.';

CREATE FUNCTION segment_internal.adjusted_rand_index_transfn(state bytea, a text, b text)
RETURNS bytea
AS 'MODULE_PATHNAME', 'adjusted_rand_index_text_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.adjusted_rand_index_transfn(bytea, text, text) IS
'Adds one row to the state of the aggregate adjusted_rand_index.';

CREATE FUNCTION segment_internal.adjusted_rand_index_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.adjusted_rand_index_combinefn(bytea, bytea) IS
'Merges two states of the aggregate adjusted_rand_index.';

CREATE FUNCTION segment_internal.adjusted_rand_index_finalfn(state bytea)
RETURNS double precision
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.adjusted_rand_index_finalfn(bytea) IS
'Returns the result of the aggregate adjusted_rand_index from its state.';

CREATE AGGREGATE segment.adjusted_rand_index(a bigint, b bigint) (
    SFUNC = segment_internal.adjusted_rand_index_transfn,
    STYPE = bytea,
    SSPACE = 4096,
    FINALFUNC = segment_internal.adjusted_rand_index_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.adjusted_rand_index_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.adjusted_rand_index(bigint, bigint) IS
'The agreement of two partitions of the same rows (Hubert and Arabie 1985): 1 if they are equal up to the names of the labels, about 0 if they are independent, below 0 if they agree less than by chance. a and b are the labels of a row, such as two cluster_id. A row with a null is left out; NULL without rows. Exact: one quotient of integers. Errors: 54000 more than 2^31 rows or 786,432 different pairs of labels.';

CREATE AGGREGATE segment.adjusted_rand_index(a text, b text) (
    SFUNC = segment_internal.adjusted_rand_index_transfn,
    STYPE = bytea,
    SSPACE = 4096,
    FINALFUNC = segment_internal.adjusted_rand_index_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.adjusted_rand_index_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.adjusted_rand_index(text, text) IS
'adjusted_rand_index for labels that are texts, such as segment names; if one label is a number, cast it to text. Labels are compared by a hash of 128 bits.';
