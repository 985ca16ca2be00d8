/*
 * test_score.c
 *		score: figures and bins of counted scores, and the bytes of a model.
 */
#include "unit.h"

#include "score/score.h"
#include "score/score_model.h"

/*
 * Python: y = [0,1,0,0,1,1,1,0,1,1]; s = [.1,.1,.2,.4,.4,.4,.7,.7,.8,.9]
 * sklearn.metrics.roc_auc_score(y, s), brier_score_loss, log_loss; roc_curve: max(tpr - fpr)
 */
static const double scores[] = {.1, .2, .4, .7, .8, .9};
static const SegHits hits[] = {{2, 1}, {1, 0}, {3, 2}, {2, 1}, {1, 1}, {1, 1}};

static void
figures_of_scikit_learn(void **state)
{
	SegScoreMetrics metrics = seg_score_metrics(scores, hits, 6);

	assert_int_equal(metrics.rows, 10);
	assert_int_equal(metrics.positives, 6);
	assert_close(metrics.auc, 0.7083333333333335, 1e-15);
	assert_close(metrics.auc_error, 4.0 / 48, 1e-15);
	assert_close(metrics.gini, 0.416666666666667, 1e-15);
	assert_close(metrics.ks, 1.0 / 3, 1e-15);
	assert_close(metrics.brier, 0.237, 1e-15);
	assert_close(metrics.log_loss, 0.6863648062717086, 1e-14);
	assert_close(metrics.base_rate, 0.6, 1e-15);
}

static void
figures_that_do_not_exist(void **state)
{
	static const SegHits positives[] = {{2, 2}, {1, 1}};
	static const SegHits wrong[] = {{1, 1}, {1, 0}};
	static const double outside[] = {-1, 0.5};
	static const double certain[] = {0, 1};
	SegScoreMetrics metrics = seg_score_metrics(scores, positives, 2);

	assert_true(isnan(metrics.auc) && isnan(metrics.gini) && isnan(metrics.ks));
	assert_true(isfinite(metrics.brier) && isfinite(metrics.log_loss));
	metrics = seg_score_metrics(outside, wrong, 2);
	assert_true(isnan(metrics.brier) && isnan(metrics.log_loss));
	assert_close(metrics.auc, 0, 0);
	metrics = seg_score_metrics(certain, wrong, 2);
	assert_close(metrics.brier, 1, 0);
	assert_true(isinf(metrics.log_loss));
}

/* The order of pairs is counted in integers: 2^32 - 1 rows lose nothing. */
static void
many_rows(void **state)
{
	static const SegHits many[] = {{2147483647, 0}, {1, 1}, {2147483646, 2147483646}};
	static const double ascending[] = {1, 2, 3};
	SegScoreMetrics metrics = seg_score_metrics(ascending, many, 3);
	SegScoreBin split[10];

	assert_close(metrics.auc, 1, 0);
	assert_int_equal(metrics.rows, UINT32_MAX - 1);
	assert_int_equal(seg_score_bins(ascending, many, 3, 10, split), 2);
	assert_int_equal(split[0].rows, 2147483647);
}

/* numpy.quantile(numpy.repeat([1, 2, 3, 4], [5, 1, 1, 3]), [.25, .5, .75]) is 1, 1.5, 3.75 */
static void
equal_scores_share_a_bin(void **state)
{
	static const double values[] = {1, 2, 3, 4};
	static const SegHits rows[] = {{5, 0}, {1, 1}, {1, 1}, {3, 2}};
	SegScoreBin split[4];

	assert_int_equal(seg_score_bins(values, rows, 4, 4, split), 3);
	assert_int_equal(split[0].rows, 3);
	assert_int_equal(split[1].rows, 2);
	assert_int_equal(split[1].positives, 2);
	assert_close(split[1].mean, 2.5, 1e-15);
	assert_close(split[1].lowest, 2, 0);
	assert_close(split[1].highest, 3, 0);
	assert_int_equal(split[2].rows, 5);
	assert_close(seg_score_lift(&split[1], 10, 4), 2.5, 0);
	assert_false(isfinite(seg_score_lift(&split[2], 10, 0)));
	assert_int_equal(seg_score_bins(values, rows, 1, 4, split), 1);
}

static void
bytes_round_trip(void **state)
{
	SegHitList	model = {3, 7, 6, (double *) scores, (SegHits *) hits};
	uint8_t		bytes[256];
	_Alignas(16) char room[320];
	SegWriter	writer = {bytes, 0};

	seg_score_encode(&writer, &model);
	assert_true(seg_score_decoded_size(writer.size) <= sizeof(room));
	for (size_t size = 0; size <= writer.size; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegArena	arena = seg_arena(room, seg_score_decoded_size(size));
		SegHitList	again = {0};
		SegStatus	status = seg_score_decode(&reader, SEG_SCORE_VERSION, &arena, &again);

		assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
		{
			assert_int_equal(again.rows_skipped, 7);
			assert_memory_equal(again.scores, scores, sizeof(scores));
			assert_memory_equal(again.hits, hits, sizeof(hits));
		}
	}
}

static SegStatus
decode(double *values, SegHits *counts, uint32_t n)
{
	SegHitList	model = {0, 0, n, values, counts};
	SegHitList	again;
	uint8_t		bytes[256];
	_Alignas(16) char room[320];
	SegWriter	writer = {bytes, 0};
	SegReader	reader;
	SegArena	arena;

	seg_score_encode(&writer, &model);
	reader = seg_reader(bytes, writer.size);
	arena = seg_arena(room, seg_score_decoded_size(writer.size));
	return seg_score_decode(&reader, SEG_SCORE_VERSION, &arena, &again);
}

static void
impossible_models_are_refused(void **state)
{
	double		equal[] = {1, 1};
	double		ascending[] = {1, 2};
	SegHits		good[] = {{1, 0}, {4, 4}};
	SegHits		too_many_hits[] = {{1, 0}, {4, 5}};
	SegHits		no_row[] = {{0, 0}, {4, 4}};
	SegHits		too_many_rows[] = {{1, 0}, {UINT32_MAX, 4}};

	assert_int_equal(decode(ascending, good, 2), SEG_OK);
	assert_int_equal(decode(ascending, good, 0), SEG_MALFORMED_MODEL);
	assert_int_equal(decode(equal, good, 2), SEG_MALFORMED_MODEL);
	assert_int_equal(decode(ascending, too_many_hits, 2), SEG_MALFORMED_MODEL);
	assert_int_equal(decode(ascending, no_row, 2), SEG_MALFORMED_MODEL);
	assert_int_equal(decode(ascending, too_many_rows, 2), SEG_MALFORMED_MODEL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_scikit_learn),
		cmocka_unit_test(figures_that_do_not_exist),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(equal_scores_share_a_bin),
		cmocka_unit_test(bytes_round_trip),
		cmocka_unit_test(impossible_models_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
