/*
 * logit_design_pg.c
 *		From the rows of logit_fit to levels and columns.
 */
#include "logit/logit_design_pg.h"

#include "utils/memutils.h"

#include "base/sort.h"
#include "server/error.h"
#include "stats/median.h"

/* ---- levels ---- */

typedef struct CodeCount
{
	SegLogitLevel level;
	uint64		rows;
	double		weight;
	uint32		code;
} CodeCount;

static SegLogitLevelKind
kind_of(const CodeCount *count, const SegLogitOptions *options)
{
	return count->rows < options->min_level_count ? SEG_LOGIT_OTHER : count->level.text == NULL ? SEG_LOGIT_MISSING : SEG_LOGIT_VALUE;
}

static bool
is_before(const void *a, const void *b, const void *argument)
{
	const CodeCount *x = a;
	const CodeCount *y = b;
	SegLogitLevelKind kind_x = kind_of(x, argument);
	SegLogitLevelKind kind_y = kind_of(y, argument);

	if (kind_x != kind_y)
		return kind_x < kind_y;
	return kind_x == SEG_LOGIT_VALUE && strcmp(x->level.text, y->level.text) < 0;
}

/* Rows and weight of each code. */
static CodeCount *
count_codes(const SegLogitData *data, size_t category, size_t *codes)
{
	const SegLogitLevel *levels = seg_logit_levels(data, category, codes);
	CodeCount  *counts = seg_take(*codes, sizeof(CodeCount));

	for (size_t code = 0; code < *codes; code++)
		counts[code] = (CodeCount) {levels[code],.code = code};
	for (size_t i = 0; i < data->rows.n; i++)
	{
		const double *row = seg_logit_row(&data->rows, i);
		CodeCount  *count = &counts[seg_logit_codes(&data->rows, row)[1 + category]];

		seg_check_step(i);
		count->rows++;
		count->weight += seg_logit_weight(&data->rows, row);
	}
	return counts;
}

/* The level with the most rows, the first of equals; not the other levels together if there are more. */
static uint32
choose_reference(const SegLogitLevels *levels)
{
	uint32		best = 0;

	for (uint32 l = 1; l < levels->count; l++)
		if (levels->items[l].kind != SEG_LOGIT_OTHER && levels->items[l].rows > levels->items[best].rows)
			best = l;
	return best;
}

void
seg_logit_make_levels(const SegLogitFitting *fitting, size_t category, SegLogitLevels *levels)
{
	const SegLogitData *data = fitting->data;
	CodeCount  *counts = count_codes(data, category, &levels->codes);

	seg_sort(counts, levels->codes, sizeof(CodeCount), is_before, &data->options);
	levels->of_code = seg_take(levels->codes, sizeof(uint32));
	levels->items = seg_take(levels->codes, sizeof(SegLogitModelLevel));
	for (size_t at = 0; at < levels->codes; at++)
	{
		SegLogitLevelKind kind = kind_of(&counts[at], &data->options);

		seg_check_step(at);
		if (kind == SEG_LOGIT_VALUE || levels->count == 0 || levels->items[levels->count - 1].kind != kind)
			levels->items[levels->count++] = (SegLogitModelLevel) {
				.kind = kind,.text = kind == SEG_LOGIT_VALUE ? counts[at].level.text : ""
			};
		levels->of_code[counts[at].code] = levels->count - 1;
		levels->items[levels->count - 1].rows += counts[at].rows;
		levels->items[levels->count - 1].share += counts[at].weight;
	}
	for (uint32 l = 0; l < levels->count; l++)
		levels->items[l].share = Min(levels->items[l].share / fitting->totals.weight, 1);
	levels->reference = choose_reference(levels);
	pfree(counts);
}

int32
seg_logit_level_column(const SegLogitLevels *levels, uint32 level)
{
	if (level == levels->reference)
		return -1;
	return (int32) (levels->column + level - (level > levels->reference));
}

/* ---- the design ---- */

/* Give columns to indicators and levels. */
static void
number_columns(SegLogitFitting *fitting)
{
	const SegLogitData *data = fitting->data;
	size_t		p = 1 + data->rows.d;

	fitting->design.q = p;
	fitting->indicators = palloc0((data->rows.d + 1) * sizeof(size_t));
	for (size_t j = 0; j < data->rows.d; j++)
		if (data->options.indicator && fitting->columns[j].missing > 0)
		{
			fitting->indicators[j] = p++;
			fitting->design.groups++;
		}
	for (size_t k = 0; k < data->rows.c; k++)
	{
		fitting->levels[k].column = p;
		p += fitting->levels[k].count - 1;
		fitting->design.groups++;
		if (p > SEG_MAX_FEATURES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("features and levels of categories make %zu columns, but at most %zu are possible", p, SEG_MAX_FEATURES),
					 errdetail("Category %zu has %u levels.", k + 1, fitting->levels[k].count),
					 errhint("The option min_level_count makes one level of those with few rows. A text that differs between nearly all rows is not a category.")));
	}
	if (p > SEG_MAX_FEATURES)
		seg_raise((SegFault) {SEG_TOO_MANY_FEATURES, .got = p, .wanted = SEG_MAX_FEATURES});
	fitting->design.p = p;
}

static double
median_of(const SegLogitRows *rows, size_t j)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment median", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);
	SegMatrix	column = {rows->n, 1, seg_take(rows->n, sizeof(double))};
	double	   *weights = rows->weighted ? seg_take(rows->n, sizeof(double)) : NULL;
	double		median;

	for (size_t i = 0; i < rows->n; i++)
	{
		const double *row = seg_logit_row(rows, i);

		seg_check_step(i);
		column.values[i] = row[j];
		if (rows->weighted)
			weights[i] = row[rows->d];
	}
	median = seg_column_median(&column, weights, 0, 0, NAN, seg_take(2 * rows->n, sizeof(double)));
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	return median;
}

static void
scale_features(SegLogitFitting *fitting, double *shift, double *inverse, double *fill)
{
	SegLogitData *data = fitting->data;

	for (size_t j = 0; j < data->rows.d; j++)
	{
		SegLogitColumn *column = &fitting->columns[j];

		if (column->missing == data->rows.n)
			column->minimum = column->maximum = column->mean = column->sd = 0;
		fitting->design.has_missing |= column->missing > 0;
		shift[j] = column->mean;
		inverse[j] = seg_scale_inverse(column->sd);
		if (!isfinite(inverse[j]))
			seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
		fill[j] = data->options.null_policy == SEG_NULL_ZERO || column->missing == data->rows.n ? 0 :
			data->options.null_policy == SEG_NULL_MEDIAN ? median_of(&data->rows, j) : column->mean;
	}
}

/* The deviation of an indicator with that share of the weight. */
static double
indicator_sd(const SegLogitTotals *totals, double share)
{
	double		freedom = seg_logit_freedom(totals, totals->weight, totals->squares);

	return freedom > 0 ? sqrt(totals->weight * share * (1 - share) / freedom) : 0;
}

static void
make_groups(SegLogitFitting *fitting, double *sd)
{
	const SegLogitRows *rows = &fitting->data->rows;
	SegLogitGroup *groups = palloc((fitting->design.groups + 1) * sizeof(SegLogitGroup));
	size_t		g = 0;

	for (size_t j = 0; j < rows->d; j++)
		if (fitting->indicators[j] > 0)
		{
			int32	   *map = palloc(2 * sizeof(int32));

			map[0] = -1;
			map[1] = (int32) fitting->indicators[j];
			sd[map[1]] = indicator_sd(&fitting->totals, fitting->columns[j].missing_weight / fitting->totals.weight);
			groups[g++] = (SegLogitGroup) {.source = j,.columns = map};
		}
	for (size_t k = 0; k < rows->c; k++)
	{
		const SegLogitLevels *levels = &fitting->levels[k];
		int32	   *map = seg_take(levels->codes, sizeof(int32));

		for (size_t code = 0; code < levels->codes; code++)
			map[code] = seg_logit_level_column(levels, levels->of_code[code]);
		for (uint32 l = 0; l < levels->count; l++)
			if (l != levels->reference)
				sd[seg_logit_level_column(levels, l)] = indicator_sd(&fitting->totals, levels->items[l].share);
		groups[g++] = (SegLogitGroup) {.is_category = true,.source = k,.columns = map};
	}
	fitting->design.group = groups;
}

void
seg_logit_make_design(SegLogitFitting *fitting)
{
	const SegLogitRows *rows = &fitting->data->rows;
	double	   *scales = palloc0((3 * rows->d + 1) * sizeof(double));
	double	   *sd;

	number_columns(fitting);
	scale_features(fitting, scales, scales + rows->d, scales + 2 * rows->d);
	sd = palloc0(fitting->design.p * sizeof(double));
	for (size_t j = 0; j < rows->d; j++)
		sd[1 + j] = fitting->columns[j].sd > 0 ? 1 : 0;
	make_groups(fitting, sd);
	fitting->design.shift = scales;
	fitting->design.inverse = scales + rows->d;
	fitting->design.fill = scales + 2 * rows->d;
	fitting->design.sd = sd;
	fitting->design.aliased = palloc0(fitting->design.p * sizeof(bool));
	fitting->design.weight = fitting->totals.weight;
}
