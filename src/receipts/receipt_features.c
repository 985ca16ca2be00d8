/*
 * receipt_features.c
 *		Features of a customer out of receipts; see receipt_features.h.
 */
#include "receipts/receipt_features.h"

#include "base/sort.h"

#define DAYS_OF_WEEK 7
#define TIMES_OF_DAY 4
#define TREND_DAYS 30			/* of one window of sales_trend */
#define TREND_WINDOWS 12

static const int windows[SEG_RECEIPT_FEATURE_WINDOWS] = {30, 90, 180, 365};

typedef struct Customer
{
	const SegReceiptFeatureSource *source;
	SegWidePool *pool;
	const SegDetailedReceipt *receipts;
	size_t		n;
	SegReceiptItem *items;
	size_t		item_count;
	double	   *amounts;		/* of the sales; n */
	double	   *gaps;			/* n */
	size_t		sales;
	size_t		gap_count;
	double		before[SEG_RECEIPT_FEATURE_WINDOWS];	/* sales of as many days before each window */
	SegReceiptFeatures *features;
} Customer;

static bool
is_sale(const Customer *customer, size_t i)
{
	return !seg_amount_is_negative(customer->pool, seg_receipt_amount(&customer->receipts[i].receipt));
}

/* ---- figures of a few values ---- */

static bool
is_lower(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

static double
mean_of(const double *x, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return n == 0 ? NAN : sum / (double) n;
}

/* With n - 1 below; NAN for fewer than two. */
static double
sd_of(const double *x, size_t n, double mean)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return n < 2 ? NAN : sqrt(sum / (double) (n - 1));
}

/* Of values in order. */
static double
median_of(const double *x, size_t n)
{
	return n == 0 ? NAN : x[(n - 1) / 2] / 2 + x[n / 2] / 2;
}

/* NAN where the lower number is not above 0. */
static double
ratio(double upper, double lower)
{
	return lower > 0 ? upper / lower : NAN;
}

/* The least-squares slope of points whose sums of squares about the means are these. */
typedef struct Line
{
	double		n;
	double		x;				/* means */
	double		y;
	double		xx;				/* sums about them */
	double		xy;
} Line;

static void
add_point(Line *line, double x, double y)
{
	double		dx = x - line->x;

	line->n++;
	line->x += dx / line->n;
	line->y += (y - line->y) / line->n;
	line->xx += dx * (x - line->x);
	line->xy += dx * (y - line->y);
}

static double
slope_of(const Line *line)
{
	return ratio(line->xy, line->xx);
}

/* The entropy of counts. */
static double
entropy_of(const double *counts, size_t n)
{
	double		sum = 0;
	double		entropy = 0;

	for (size_t i = 0; i < n; i++)
		sum += counts[i];
	if (sum == 0)
		return NAN;
	for (size_t i = 0; i < n; i++)
		if (counts[i] > 0)
			entropy -= counts[i] / sum * log(counts[i] / sum);
	return entropy + 0.0;
}

/* ---- receipts ---- */

static int64_t
floor_mod(int64_t a, int64_t b)
{
	return (a % b + b) % b;
}

/* 0: Monday; day 0, 2000-01-01, was a Saturday */
static size_t
weekday_of(int32_t day)
{
	return (size_t) floor_mod((int64_t) day + 5, DAYS_OF_WEEK);
}

/* 0: morning from 6, 1: afternoon from 12, 2: evening from 18, 3: night from 0 o'clock */
static size_t
time_of(uint32_t second)
{
	return (second / (6 * 3600) + 3) % TIMES_OF_DAY;
}

/* The months of days; consecutive numbers, in the Gregorian calendar (H. Hinnant, days_from_civil, 2013). */
static int64_t
month_of(int32_t day)
{
	int64_t		since = (int64_t) day + 730425; /* 0000-03-01 */
	int64_t		era = (since - floor_mod(since, 146097)) / 146097;
	int64_t		of_era = since - era * 146097;
	int64_t		year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t		of_year = of_era - (365 * year + year / 4 - year / 100);

	return (era * 400 + year) * 12 + (5 * of_year + 2) / 153;
}

static void
add_money(Customer *customer, int money, SegAmount amount)
{
	seg_total_add_copy(customer->pool, &customer->features->money[money], amount);
}

/* What a sale adds to the windows. */
static void
add_to_windows(Customer *customer, const SegDetailedReceipt *sale)
{
	int64_t		ago = (int64_t) customer->source->as_of - sale->receipt.day;

	for (int w = 0; w < SEG_RECEIPT_FEATURE_WINDOWS; w++)
	{
		if (ago < windows[w])
		{
			customer->features->values[SEG_RECEIPT_FEATURE_RECEIPTS_30 + w]++;
			add_money(customer, SEG_MONEY_WINDOWS + w, seg_receipt_amount(&sale->receipt));
		}
		else if (ago < 2 * windows[w])
			customer->before[w] += sale->amount;
	}
}

/* The days with sales: how many, and their gaps. */
typedef struct Days
{
	bool		any;
	int32_t		first;
	int32_t		last;
	int64_t		month;
	double		count;
	double		months;
} Days;

static void
add_day(Customer *customer, Days *days, int32_t day)
{
	int64_t		month = month_of(day);

	if (days->any && day == days->last)
		return;
	if (!days->any)
		days->first = day;
	else
		customer->gaps[customer->gap_count++] = (double) day - days->last;
	days->months += !days->any || month != days->month;
	days->count++;
	days->any = true;
	days->last = day;
	days->month = month;
}

static void
days_features(const Customer *customer, const Days *days)
{
	double	   *values = customer->features->values;
	double		as_of = customer->source->as_of;

	values[SEG_RECEIPT_FEATURE_ACTIVE_DAYS] = days->count;
	values[SEG_RECEIPT_FEATURE_ACTIVE_MONTHS] = days->months;
	if (!days->any)
		return;
	values[SEG_RECEIPT_FEATURE_TENURE_DAYS] = as_of - days->first;
	values[SEG_RECEIPT_FEATURE_RECENCY_DAYS] = as_of - days->last;
	values[SEG_RECEIPT_FEATURE_LIFESPAN_DAYS] = (double) days->last - days->first;
}

static void
gap_features(Customer *customer)
{
	double	   *values = customer->features->values;
	double		recency = values[SEG_RECEIPT_FEATURE_RECENCY_DAYS];
	double	   *gaps = customer->gaps;
	size_t		n = customer->gap_count;
	double		mean = mean_of(gaps, n);
	double		sd = sd_of(gaps, n, mean);
	Line		trend = {0};

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		add_point(&trend, (double) i, gaps[i]);
	values[SEG_RECEIPT_FEATURE_GAP_LAST] = gaps[n - 1];
	seg_sort(gaps, n, sizeof(double), is_lower, NULL);
	values[SEG_RECEIPT_FEATURE_GAP_MEAN] = mean;
	values[SEG_RECEIPT_FEATURE_GAP_SD] = sd;
	values[SEG_RECEIPT_FEATURE_GAP_CV] = sd / mean;
	values[SEG_RECEIPT_FEATURE_GAP_MEDIAN] = median_of(gaps, n);
	values[SEG_RECEIPT_FEATURE_GAP_MIN] = gaps[0];
	values[SEG_RECEIPT_FEATURE_GAP_MAX] = gaps[n - 1];
	values[SEG_RECEIPT_FEATURE_GAP_TREND] = slope_of(&trend);
	values[SEG_RECEIPT_FEATURE_LATENESS] = recency / mean;
	values[SEG_RECEIPT_FEATURE_LATENESS_MEDIAN] = recency / median_of(gaps, n);
	values[SEG_RECEIPT_FEATURE_LATENESS_Z] = sd > 0 ? (recency - mean) / sd : NAN;
	for (size_t i = 0; i < n; i++)
		gaps[i] = log(gaps[i]);
	values[SEG_RECEIPT_FEATURE_LOG_GAP_MEAN] = mean_of(gaps, n);
	values[SEG_RECEIPT_FEATURE_LOG_GAP_SD] = sd_of(gaps, n, values[SEG_RECEIPT_FEATURE_LOG_GAP_MEAN]);
}

/* Figures of the totals of sales, which are put in order. */
static void
amount_features(Customer *customer)
{
	double	   *values = customer->features->values;
	double	   *amounts = customer->amounts;
	size_t		n = customer->sales;
	double		mean;

	if (n == 0)
		return;
	values[SEG_RECEIPT_FEATURE_RECEIPT_FIRST] = amounts[0];
	values[SEG_RECEIPT_FEATURE_RECEIPT_LAST] = amounts[n - 1];
	seg_sort(amounts, n, sizeof(double), is_lower, NULL);
	mean = seg_total_value(customer->pool, &customer->features->money[SEG_MONEY_SALES]) / (double) n;
	values[SEG_RECEIPT_FEATURE_RECEIPT_MEAN] = mean;
	values[SEG_RECEIPT_FEATURE_RECEIPT_SD] = sd_of(amounts, n, mean);
	values[SEG_RECEIPT_FEATURE_RECEIPT_CV] = ratio(values[SEG_RECEIPT_FEATURE_RECEIPT_SD], mean);
	values[SEG_RECEIPT_FEATURE_RECEIPT_MEDIAN] = median_of(amounts, n);
	values[SEG_RECEIPT_FEATURE_RECEIPT_MIN] = amounts[0];
	values[SEG_RECEIPT_FEATURE_RECEIPT_MAX] = amounts[n - 1];
}

static void
money_features(const Customer *customer)
{
	double	   *values = customer->features->values;
	const SegTotal *money = customer->features->money;
	double		receipts = (double) customer->sales + values[SEG_RECEIPT_FEATURE_RETURN_RECEIPTS];

	values[SEG_RECEIPT_FEATURE_RETURN_SHARE] = ratio(-seg_total_value(customer->pool, &money[SEG_MONEY_RETURNS]),
													 seg_total_value(customer->pool, &money[SEG_MONEY_SALES]));
	values[SEG_RECEIPT_FEATURE_RETURN_RECEIPT_SHARE] = ratio(values[SEG_RECEIPT_FEATURE_RETURN_RECEIPTS], receipts);
	for (int w = 0; w < SEG_RECEIPT_FEATURE_WINDOWS; w++)
		values[SEG_RECEIPT_FEATURE_SALES_RATIO_30 + w] =
			ratio(seg_total_value(customer->pool, &money[SEG_MONEY_WINDOWS + w]), customer->before[w]);
}

/* The slope of the sales of the last whole windows of 30 days, at most 12, since the first sale. */
static void
trend_features(const Customer *customer)
{
	double	   *values = customer->features->values;
	double		sales[TREND_WINDOWS] = {0};
	double		tenure = values[SEG_RECEIPT_FEATURE_TENURE_DAYS];
	int			count = customer->sales == 0 ? 0 : (int) fmin((tenure + 1) / TREND_DAYS, TREND_WINDOWS);
	Line		receipts = {0};
	Line		trend = {0};

	for (size_t i = 0; i < customer->n; i++)
	{
		int64_t		ago = (int64_t) customer->source->as_of - customer->receipts[i].receipt.day;

		if (!is_sale(customer, i))
			continue;
		add_point(&receipts, -(double) ago / TREND_DAYS, customer->receipts[i].amount);
		if (ago / TREND_DAYS < count)
			sales[ago / TREND_DAYS] += customer->receipts[i].amount;
	}
	for (int w = 0; w < count; w++)
		add_point(&trend, -w, sales[w]);
	values[SEG_RECEIPT_FEATURE_RECEIPT_TREND] = slope_of(&receipts);
	values[SEG_RECEIPT_FEATURE_SALES_TREND] = slope_of(&trend);
}

/* Shares of weekdays and times of day among the sales. */
static void
profile_features(const Customer *customer)
{
	double	   *values = customer->features->values;
	double		weekdays[DAYS_OF_WEEK] = {0};
	double		times[TIMES_OF_DAY] = {0};

	for (size_t i = 0; i < customer->n; i++)
		if (is_sale(customer, i))
		{
			weekdays[weekday_of(customer->receipts[i].receipt.day)]++;
			times[time_of(customer->receipts[i].details.second)]++;
		}
	for (int w = 0; w < DAYS_OF_WEEK; w++)
		values[SEG_RECEIPT_FEATURE_SHARE_MON + w] = ratio(weekdays[w], (double) customer->sales);
	values[SEG_RECEIPT_FEATURE_WEEKDAY_ENTROPY] = entropy_of(weekdays, DAYS_OF_WEEK);
	for (int t = 0; t < TIMES_OF_DAY && customer->source->has_time; t++)
		values[SEG_RECEIPT_FEATURE_SHARE_MORNING + t] = ratio(times[t], (double) customer->sales);
}

/* Quantities and discounts of the sales. */
static void
measure_features(const Customer *customer)
{
	double	   *values = customer->features->values;
	SegTotal	quantity = {0};
	SegTotal	discount = {0};
	double		discounted = 0;

	for (size_t i = 0; i < customer->n; i++)
	{
		const SegReceiptDetails *details = &customer->receipts[i].details;

		if (!is_sale(customer, i))
			continue;
		seg_total_add_copy(customer->pool, &quantity, seg_details_quantity(details));
		seg_total_add_copy(customer->pool, &discount, seg_details_discount(details));
		discounted += seg_amount_value(customer->pool, seg_details_discount(details)) > 0;
	}
	if (customer->source->has_quantity)
		values[SEG_RECEIPT_FEATURE_QUANTITY_PER_RECEIPT] =
			ratio(seg_total_value(customer->pool, &quantity), (double) customer->sales);
	if (customer->source->has_discount)
	{
		double		given = seg_total_value(customer->pool, &discount);
		double		sales = seg_total_value(customer->pool, &customer->features->money[SEG_MONEY_SALES]);

		values[SEG_RECEIPT_FEATURE_DISCOUNT_SHARE] = ratio(given, sales + given);
		values[SEG_RECEIPT_FEATURE_DISCOUNTED_RECEIPT_SHARE] = ratio(discounted, (double) customer->sales);
	}
	seg_total_clear(customer->pool, &quantity);
	seg_total_clear(customer->pool, &discount);
}

static void
figures_of_receipts(Customer *customer)
{
	double	   *values = customer->features->values;
	Days		days = {0};

	for (int w = 0; w < SEG_RECEIPT_FEATURE_WINDOWS; w++)
		values[SEG_RECEIPT_FEATURE_RECEIPTS_30 + w] = 0;
	values[SEG_RECEIPT_FEATURE_RETURN_RECEIPTS] = 0;
	for (size_t i = 0; i < customer->n; i++)
	{
		const SegDetailedReceipt *receipt = &customer->receipts[i];
		SegAmount	amount = seg_receipt_amount(&receipt->receipt);

		seg_check_step(i);
		add_money(customer, SEG_MONEY_MONETARY, amount);
		if (is_sale(customer, i))
		{
			customer->amounts[customer->sales++] = receipt->amount;
			add_money(customer, SEG_MONEY_SALES, amount);
			add_day(customer, &days, receipt->receipt.day);
			add_to_windows(customer, receipt);
		}
		else
		{
			values[SEG_RECEIPT_FEATURE_RETURN_RECEIPTS]++;
			add_money(customer, SEG_MONEY_RETURNS, amount);
		}
	}
	values[SEG_RECEIPT_FEATURE_RECEIPTS] = (double) customer->sales;
	days_features(customer, &days);
	gap_features(customer);
	amount_features(customer);
}

/* ---- lines ---- */

static bool
comes_before(const void *a, const void *b, const void *argument)
{
	const SegReceiptItem *one = a;
	const SegReceiptItem *other = b;

	if (one->code != other->code)
		return one->code < other->code;
	return one->receipt < other->receipt;
}

static bool
has_lower_amount(const void *a, const void *b, const void *argument)
{
	return ((const SegReceiptItem *) a)->amount < ((const SegReceiptItem *) b)->amount;
}

/* How amounts spread over codes. */
typedef struct Spread
{
	double		codes;			/* different ones */
	double		pairs;			/* of a code and a receipt */
	double		entropy;
	double		top_share;
} Spread;

/* Add up the items [from, to) of one code, which are in order of their receipts. */
static SegReceiptItem
sum_of_code(SegReceiptItem *items, size_t from, size_t to, Spread *spread)
{
	SegReceiptItem sum = {.code = items[from].code};

	for (size_t i = from; i < to; i++)
		spread->pairs += i == from || items[i].receipt != items[i - 1].receipt;
	spread->codes++;
	seg_sort(items + from, to - from, sizeof(SegReceiptItem), has_lower_amount, NULL);
	for (size_t i = from; i < to; i++)
		sum.amount += items[i].amount;
	return sum;
}

/* The entropy and the largest share of the amounts above 0, in order. */
static void
share_out(const SegReceiptItem *sums, size_t n, Spread *spread)
{
	double		total = 0;

	for (size_t i = 0; i < n; i++)
		if (sums[i].amount > 0)
			total += sums[i].amount;
	if (!(total > 0))
		return;
	spread->entropy = 0;
	for (size_t i = 0; i < n; i++)
		if (sums[i].amount > 0)
			spread->entropy -= sums[i].amount / total * log(sums[i].amount / total);
	spread->top_share = sums[n - 1].amount / total;
}

/*
 * INOUT items[n]: the first ones become the sums of the codes.  Codes are given in the order in which lines
 * came, so sums are added up in the order of their amounts.
 */
static Spread
spread_of(SegReceiptItem *items, size_t n)
{
	Spread		spread = {0, 0, NAN, NAN};
	size_t		sums = 0;

	seg_sort(items, n, sizeof(SegReceiptItem), comes_before, NULL);
	for (size_t from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && items[to].code == items[from].code;)
			to++;
		if (items[from].code != 0)
			items[sums++] = sum_of_code(items, from, to, &spread);
	}
	seg_sort(items, sums, sizeof(SegReceiptItem), has_lower_amount, NULL);
	share_out(items, sums, &spread);
	return spread;
}

/* Leave the lines of sales.  Returns how many they are. */
static size_t
keep_sales(const Customer *customer)
{
	size_t		kept = 0;

	for (size_t i = 0; i < customer->item_count; i++)
		if (is_sale(customer, customer->items[i].receipt))
			customer->items[kept++] = customer->items[i];
	return kept;
}

static void
line_features(const Customer *customer)
{
	double	   *values = customer->features->values;
	size_t		lines = keep_sales(customer);
	SegReceiptItem *items = customer->items;
	Spread		spread;

	values[SEG_RECEIPT_FEATURE_LINES_PER_RECEIPT] = ratio((double) lines, (double) customer->sales);
	if (!customer->source->has_products)
		return;
	spread = spread_of(items, lines);
	values[SEG_RECEIPT_FEATURE_PRODUCTS] = spread.codes;
	values[SEG_RECEIPT_FEATURE_PRODUCTS_PER_RECEIPT] = ratio(spread.pairs, (double) customer->sales);
	values[SEG_RECEIPT_FEATURE_PRODUCT_ENTROPY] = spread.entropy;
	values[SEG_RECEIPT_FEATURE_TOP_PRODUCT_SHARE] = spread.top_share;
	if (customer->source->categories == NULL)
		return;
	/* there is one item for each product now */
	for (size_t i = 0; i < (size_t) spread.codes; i++)
		items[i].code = customer->source->categories[items[i].code];
	spread = spread_of(items, (size_t) spread.codes);
	values[SEG_RECEIPT_FEATURE_DISTINCT_CATEGORIES] = spread.codes;
	values[SEG_RECEIPT_FEATURE_CATEGORY_ENTROPY] = spread.entropy;
	values[SEG_RECEIPT_FEATURE_TOP_CATEGORY_SHARE] = spread.top_share;
}

void
seg_receipt_features(const SegReceiptFeatureSource *source, SegWidePool *pool, const SegDetailedReceipt *receipts, size_t n,
					 SegReceiptItem *items, size_t item_count, double *scratch, SegReceiptFeatures *features)
{
	Customer	customer = {
		.source = source, .pool = pool, .receipts = receipts, .n = n, .items = items, .item_count = item_count,
		.amounts = scratch, .gaps = scratch + n, .features = features,
	};

	for (int f = 0; f < SEG_RECEIPT_FEATURE_COUNT; f++)
		features->values[f] = NAN;
	memset(features->money, 0, sizeof(features->money));
	figures_of_receipts(&customer);
	money_features(&customer);
	trend_features(&customer);
	profile_features(&customer);
	measure_features(&customer);
	line_features(&customer);
}
