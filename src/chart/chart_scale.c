/*
 * chart_scale.c
 *		Scales and ticks; see chart_scale.h.
 */
#include "chart/chart_scale.h"

#include <stdio.h>
#include <stdlib.h>

#include "chart/chart_text.h"

/* ---- steps ---- */

/* 10^exponent; exact from -22 to 22. */
static double
power_of_ten(int exponent)
{
	double		power = 1;

	for (int i = 0; i < abs(exponent); i++)
		power *= 10;
	return exponent < 0 ? 1 / power : power;
}

/* The largest exponent whose power of ten is not above a positive number. */
static int
exponent_of(double number)
{
	int			exponent = (int) floor(log10(number));

	while (power_of_ten(exponent + 1) <= number)
		exponent++;
	while (power_of_ten(exponent) > number)
		exponent--;
	return exponent;
}

double
seg_tick_step(double low, double high, double count)
{
	double		raw = (high - low) / fmax(count, 1);
	int			exponent;
	double		error,
				factor;

	if (!(raw > 0) || !isfinite(raw) || raw < 1e-290)
		return 0;
	exponent = exponent_of(raw);
	error = raw / power_of_ten(exponent);
	factor = error >= sqrt(50) ? 10 : error >= sqrt(10) ? 5 : error >= sqrt(2) ? 2 : 1;
	return exponent >= 0 ? factor * power_of_ten(exponent) : -power_of_ten(-exponent) / factor;
}

/* The multiple of a step at or below a number, as seg_tick_step codes it. */
static double
multiple_below(double number, double step)
{
	return step > 0 ? floor(number / step) * step : floor(number * -step) / -step;
}

static double
multiple_above(double number, double step)
{
	return step > 0 ? ceil(number / step) * step : ceil(number * -step) / -step;
}

#define NICE_COUNT 10
#define NICE_ROUNDS 10

static void
make_nice(SegScale *scale)
{
	double		before = 0;

	if (scale->type == SEG_SCALE_LOG)
	{
		int			above = exponent_of(scale->high);

		scale->low = power_of_ten(exponent_of(scale->low));
		scale->high = power_of_ten(above) < scale->high ? power_of_ten(above + 1) : power_of_ten(above);
		return;
	}
	for (int i = 0; i < NICE_ROUNDS; i++)
	{
		double		step = seg_tick_step(scale->low, scale->high, NICE_COUNT);

		if (step == 0 || step == before)
			return;
		scale->low = multiple_below(scale->low, step);
		scale->high = multiple_above(scale->high, step);
		before = step;
	}
}

/* ---- domains ---- */

static void
add_category(SegScale *scale, SegValue value)
{
	if (value.kind != SEG_VALUE_TEXT)
		return;
	for (size_t i = 0; i < scale->n_categories; i++)
		if (strcmp(scale->categories[i], value.text) == 0)
			return;
	if (scale->n_categories == SEG_CHART_MAX_CATEGORIES)
		scale->too_many = true;
	else
		scale->categories[scale->n_categories++] = value.text;
}

static void
add_number(SegScale *scale, SegValue value)
{
	if (value.kind != SEG_VALUE_NUMBER || (scale->type == SEG_SCALE_LOG && value.number <= 0))
		return;
	scale->low = fmin(scale->low, value.number);
	scale->high = fmax(scale->high, value.number);
}

static void
add_value(SegScale *scale, SegValue value)
{
	if (scale->type == SEG_SCALE_BAND)
		add_category(scale, value);
	else
		add_number(scale, value);
}

static void
add_channel(SegScale *scale, const SegLayer *layer, const SegChannel *channel)
{
	if (!channel->used)
		return;
	for (size_t row = 0; row < (channel->values == NULL ? 1 : layer->n); row++)
	{
		seg_check_step(row);
		add_value(scale, seg_channel_value(channel, row));
	}
}

/* The channel whose settings hold: the first with an axis, else the first. */
static const SegChannel *
leading_channel(const SegChart *chart, SegChannelName name)
{
	const SegChannel *first = NULL;

	for (size_t i = 0; i < chart->n_layers; i++)
	{
		const SegChannel *channel = &chart->layers[i].channels[name];

		if (channel->used && channel->axis.shown)
			return channel;
		if (channel->used && first == NULL)
			first = channel;
	}
	return first;
}

void
seg_scale_domain(const SegChart *chart, SegChannelName name, SegScale *scale)
{
	const SegScaleSpec *spec;

	memset(scale, 0, sizeof(*scale));
	scale->channel = leading_channel(chart, name);
	scale->used = scale->channel != NULL;
	if (!scale->used)
		return;
	spec = &scale->channel->scale;
	scale->type = spec->type;
	scale->padding_inner = spec->padding_inner;
	scale->padding_outer = spec->padding_outer;
	scale->low = INFINITY;
	scale->high = -INFINITY;
	for (size_t i = 0; i < spec->n_domain; i++)
		add_value(scale, spec->domain[i]);
	for (size_t i = 0; i < chart->n_layers && spec->n_domain == 0; i++)
	{
		add_channel(scale, &chart->layers[i], &chart->layers[i].channels[name]);
		add_channel(scale, &chart->layers[i], &chart->layers[i].channels[name == SEG_CHANNEL_X ? SEG_CHANNEL_X2 : SEG_CHANNEL_Y2]);
	}
	if (scale->type == SEG_SCALE_BAND)
		return;
	if (scale->low > scale->high)
	{
		scale->low = scale->type == SEG_SCALE_LOG ? 1 : 0;
		scale->high = scale->type == SEG_SCALE_LOG ? 10 : 1;
	}
	if (spec->zero && scale->type == SEG_SCALE_LINEAR)
	{
		scale->low = fmin(scale->low, 0);
		scale->high = fmax(scale->high, 0);
	}
	if (spec->nice && scale->type != SEG_SCALE_UTC)
		make_nice(scale);
}

/* ---- places ---- */

double
seg_scale_step(const SegScale *scale)
{
	double		steps = fmax((double) scale->n_categories - scale->padding_inner + 2 * scale->padding_outer, 1);

	return fabs(scale->stop - scale->start) / steps;
}

double
seg_scale_band(const SegScale *scale)
{
	return seg_scale_step(scale) * (1 - scale->padding_inner);
}

double
seg_scale_number(const SegScale *scale, double number)
{
	double		low = scale->low,
				high = scale->high,
				t = 0.5;

	number = fmin(fmax(number, low), high);
	if (scale->type == SEG_SCALE_LOG)
	{
		if (number <= 0)
			return NAN;
		/* differences, since a ratio of two doubles may overflow */
		number = log(number);
		high = log(high);
		low = log(low);
	}
	/* in halves, since the difference of two doubles may overflow */
	if (high / 2 > low / 2)
		t = (number / 2 - low / 2) / (high / 2 - low / 2);
	return scale->start + t * (scale->stop - scale->start);
}

double
seg_scale_place(const SegScale *scale, SegValue value)
{
	double		step = seg_scale_step(scale);
	double		used;

	if (scale->type != SEG_SCALE_BAND)
		return value.kind != SEG_VALUE_NUMBER || (scale->type == SEG_SCALE_LOG && value.number <= 0) ? NAN
			: seg_scale_number(scale, value.number);
	if (value.kind != SEG_VALUE_TEXT)
		return NAN;
	used = step * ((double) scale->n_categories - scale->padding_inner);
	for (size_t i = 0; i < scale->n_categories; i++)
		if (strcmp(scale->categories[i], value.text) == 0)
			return scale->start + (scale->stop - scale->start - used) / 2 + (double) i * step + seg_scale_band(scale) / 2;
	return NAN;
}

/* ---- ticks ---- */

static void
linear_ticks(const SegScale *scale, double wanted, bool whole, SegTicks *ticks)
{
	double		step = seg_tick_step(scale->low, scale->high, wanted);
	double		first;

	if (step == 0)
	{
		ticks->values[ticks->count++] = scale->low;
		return;
	}
	if (whole && step < 1)
		step = 1;
	first = multiple_above(scale->low, step);
	/* each tick is a multiple, not a sum, so that 0.3 is 0.3 */
	for (size_t i = 0; ticks->count < SEG_MAX_TICKS; i++)
	{
		double		tick = step > 0 ? (round(first / step) + (double) i) * step : (round(first * -step) + (double) i) / -step;

		if (!(tick <= scale->high))
			break;
		ticks->values[ticks->count++] = tick;
	}
	ticks->decimals = step < 0 ? exponent_of(-step) + (power_of_ten(exponent_of(-step)) < -step ? 1 : 0) : 0;
}

static void
log_ticks(const SegScale *scale, double wanted, SegTicks *ticks)
{
	static const int few[] = {1, 2, 5};
	int			low = exponent_of(scale->low),
				high = exponent_of(scale->high);
	int			every = (int) fmax(1, ceil((high - low) / fmax(wanted, 1)));

	for (int exponent = low; exponent <= high; exponent += every)
		for (int i = 0; i < (high - low < wanted / 2 ? 3 : 1); i++)
		{
			double		tick = few[i] * power_of_ten(exponent);

			if (tick >= scale->low && tick <= scale->high && ticks->count < SEG_MAX_TICKS)
				ticks->values[ticks->count++] = tick;
		}
	ticks->decimals = low < 0 ? (low < -6 ? 6 : -low) : 0;
}

static void
month_ticks(const SegScale *scale, int64_t months, SegTicks *ticks)
{
	int			year,
				month,
				day;
	int64_t		count;

	seg_civil((int64_t) floor(scale->low), &year, &month, &day);
	/* months since year 0, at a multiple */
	for (count = ((int64_t) year * 12 + month - 1) / months * months; ticks->count < SEG_MAX_TICKS; count += months)
	{
		double		tick = (double) seg_month_start(0, count + 1);

		if (tick > scale->high)
			break;
		if (tick >= scale->low)
			ticks->values[ticks->count++] = tick;
	}
	ticks->date_style = months % 12 == 0 ? SEG_DATE_YEAR : SEG_DATE_MONTH;
}

static void
time_ticks(const SegScale *scale, double wanted, SegTicks *ticks)
{
	static const int days[] = {1, 2, 7, 14};
	static const int months[] = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000};
	double		span = scale->high - scale->low;

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (span / days[i] <= wanted)
		{
			for (double tick = ceil(scale->low / days[i]) * days[i]; tick <= scale->high && ticks->count < SEG_MAX_TICKS; tick += days[i])
				ticks->values[ticks->count++] = tick;
			ticks->date_style = SEG_DATE_DAY;
			return;
		}
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		if (span / (months[i] * 30.4375) <= wanted)
		{
			month_ticks(scale, months[i], ticks);
			return;
		}
}

void
seg_scale_ticks(const SegScale *scale, double wanted, SegTicks *ticks)
{
	const SegAxisSpec *axis = &scale->channel->axis;
	SegNumberFormat format;

	memset(ticks, 0, sizeof(*ticks));
	if (axis->n_values > 0)
	{
		for (size_t i = 0; i < axis->n_values && ticks->count < SEG_MAX_TICKS; i++)
			if (axis->values[i] >= scale->low && axis->values[i] <= scale->high)
				ticks->values[ticks->count++] = axis->values[i];
		ticks->decimals = -1;
	}
	else if (scale->type == SEG_SCALE_UTC)
		time_ticks(scale, wanted, ticks);
	else if (scale->type == SEG_SCALE_LOG)
		log_ticks(scale, wanted, ticks);
	else
		linear_ticks(scale, wanted, seg_number_format(axis->format, &format) && format.decimals == 0 && !format.percent, ticks);
}

/* ---- colours ---- */

/* viridis (S. van der Walt, N. Smith, 2015) at 0, 0.1, ... 1 */
static const unsigned char viridis[11][3] = {
	{0x44, 0x01, 0x54}, {0x48, 0x24, 0x75}, {0x41, 0x44, 0x87}, {0x35, 0x5F, 0x8D}, {0x2A, 0x78, 0x8E}, {0x21, 0x91, 0x8C},
	{0x22, 0xA8, 0x84}, {0x44, 0xBF, 0x70}, {0x7A, 0xD1, 0x51}, {0xBD, 0xDF, 0x26}, {0xFD, 0xE7, 0x25}
};

void
seg_viridis(double t, char *color)
{
	double		place = fmin(fmax(t, 0), 1) * 10;
	int			below = place >= 10 ? 9 : (int) place;
	int			rgb[3];

	for (int i = 0; i < 3; i++)
		rgb[i] = (int) floor(viridis[below][i] + (place - below) * (viridis[below + 1][i] - viridis[below][i]) + 0.5);
	snprintf(color, 8, "#%02x%02x%02x", rgb[0] & 0xFF, rgb[1] & 0xFF, rgb[2] & 0xFF);
}
