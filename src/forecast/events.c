/*
 * events.c
 *		Holidays and other events of a series; see events.h.
 */
#include "forecast/events.h"

#define LEAST_PIVOT 1e-9		/* of a regressor of length 1, when the others are taken out */

/* ---- the block ---- */

typedef struct Head
{
	uint32_t	names;
	uint32_t	rows;
} Head;

size_t
seg_events_size(uint32_t names, uint32_t rows)
{
	return sizeof(Head) + (size_t) rows * sizeof(SegEventRow) + (size_t) names * SEG_EVENTS_NAME;
}

SegEvents
seg_events_read(const void *block, size_t size)
{
	const Head *head = block;
	SegEvents	events = {0};

	if (size == 0)
		return events;
	events.names = head->names;
	events.count = head->rows;
	events.rows = (const SegEventRow *) (head + 1);
	events.name = (const SegEventName *) (events.rows + events.count);
	return events;
}

void
seg_events_lay_out(void *block, uint32_t names, uint32_t count, SegEventRow **rows, SegEventName * *name)
{
	Head	   *head = block;

	*head = (Head) {names, count};
	*rows = (SegEventRow *) (head + 1);
	*name = (SegEventName *) (*rows + count);
	memset(*rows, 0, seg_events_size(names, count) - sizeof(Head));
}

/* Is row b after row a? */
static bool
is_after(const SegEventRow *a, const SegEventRow *b)
{
	return b->name > a->name || (b->name == a->name && b->day > a->day);
}

static bool
are_names_sound(const SegEvents *events)
{
	for (uint32_t j = 0; j < events->names; j++)
	{
		size_t		length = strnlen(events->name[j], SEG_EVENTS_NAME);

		if (length == 0 || length == SEG_EVENTS_NAME || (j > 0 && strcmp(events->name[j - 1], events->name[j]) >= 0))
			return false;
		for (size_t i = length; i < SEG_EVENTS_NAME; i++)
			if (events->name[j][i] != 0)
				return false;
	}
	return true;
}

bool
seg_events_are_sound(const void *block, size_t size)
{
	SegEvents	events;
	uint64_t	next = 0;		/* name that has no row yet */

	if (size < sizeof(Head) || ((const Head *) block)->names < 1 || ((const Head *) block)->names > SEG_EVENTS_MOST ||
		((const Head *) block)->rows > SEG_EVENTS_MOST_ROWS ||
		size != seg_events_size(((const Head *) block)->names, ((const Head *) block)->rows))
		return false;
	events = seg_events_read(block, size);
	for (uint32_t i = 0; i < events.count; i++)
	{
		const SegEventRow *row = &events.rows[i];

		seg_check_step(i);
		if (row->name > next || (i > 0 && !is_after(row - 1, row)) || row->day < -SEG_EVENTS_MOST_DAY ||
			row->day > SEG_EVENTS_MOST_DAY || !(fabs(row->value) >= SEG_EVENTS_LEAST_VALUE && fabs(row->value) <= SEG_EVENTS_MOST_VALUE))
			return false;
		if (row->name == next)
			next++;
	}
	return next == events.names && are_names_sound(&events);
}

/* ---- regressors ---- */

void
seg_events_regressors(const SegEvents *events, SegGrain grain, int64_t first, size_t n, double *x)
{
	memset(x, 0, n * events->names * sizeof(double));
	for (uint32_t i = 0; i < events->count; i++)
	{
		const SegEventRow *row = &events->rows[i];
		int64_t		period = seg_period_of_day(grain, row->day);

		seg_check_step(i);
		if (period >= first && period < first + (int64_t) n)
			x[(size_t) (period - first) * events->names + row->name] += row->value;
	}
}

static bool
has_event(const double *x, size_t names)
{
	for (size_t j = 0; j < names; j++)
		if (x[j] != 0)
			return true;
	return false;
}

void
seg_events_mask(const double *x, size_t names, size_t n, double *y)
{
	for (size_t t = 0; t < n; t++)
	{
		seg_check_step(t);
		if (has_event(x + t * names, names))
			y[t] = NAN;
	}
}

/* The first phase of m without a value outside events, of those with a value; m when there is none. */
static size_t
empty_phase(const double *x, size_t names, const double *y, size_t n, size_t m)
{
	for (size_t phase = 0; phase < m; phase++)
	{
		bool		has_value = false;
		bool		has_plain = false;

		for (size_t t = phase; t < n && !has_plain; t += m)
		{
			seg_check_step(t);
			has_value |= !isnan(y[t]);
			has_plain = !isnan(y[t]) && !has_event(x + t * names, names);
		}
		if (has_value && !has_plain)
			return phase;
	}
	return m;
}

SegEventFault
seg_events_check(SegEventEffects *effects, const double *x, const double *y, size_t n, size_t m, uint32_t *name)
{
	uint32_t	names = effects->events.names;
	size_t		present = 0;
	size_t		masked = 0;
	size_t		phase;

	memset(effects->occurrences, 0, names * sizeof(uint32_t));
	for (size_t t = 0; t < n; t++)
	{
		const double *row = x + t * names;

		seg_check_step(t);
		if (isnan(y[t]))
			continue;
		present++;
		masked += has_event(row, names);
		for (uint32_t j = 0; j < names; j++)
			effects->occurrences[j] += row[j] != 0;
	}
	for (*name = 0; *name < names; (*name)++)
		if (effects->occurrences[*name] < SEG_EVENTS_LEAST)
			return SEG_EVENTS_FEW;
	if (masked > present / 2)
		return SEG_EVENTS_OFTEN;
	phase = empty_phase(x, names, y, n, m);
	if (phase == m || n < 2 * m)
		return SEG_EVENTS_FINE;
	while (!has_event(x + phase * names, names))
		phase += m;
	*name = 0;
	while (x[phase * names + *name] == 0)
		(*name)++;
	return SEG_EVENTS_PHASE;
}

/* ---- effects ---- */

/* INOUT gram, target: of regressors of length 1; length[names]: what they had.  0: not estimated. */
static void
normalize(double *gram, double *target, size_t names, double *length)
{
	for (size_t j = 0; j < names; j++)
		length[j] = sqrt(gram[j * names + j]);
	for (size_t i = 0; i < names; i++)
	{
		target[i] = length[i] > 0 ? target[i] / length[i] : 0;
		for (size_t j = 0; j < names; j++)
			gram[i * names + j] = length[i] > 0 && length[j] > 0 ? gram[i * names + j] / length[i] / length[j] : 0;
	}
}

/*
 * INOUT matrix[k x k], symmetric, 1 or 0 on the diagonal: its inverse, where rows and columns of 0, and those that are a
 * combination of others before, become 0.  OUT swept[k]: 1 for the others.  Source: J. Goodnight, "A tutorial on the SWEEP
 * operator" (1979).
 */
static void
invert(double *matrix, size_t k, double *swept)
{
	for (size_t p = 0; p < k; p++)
	{
		double		pivot = matrix[p * k + p];

		CHECK_FOR_INTERRUPTS();
		swept[p] = pivot > LEAST_PIVOT;
		if (swept[p] == 0)
			continue;
		for (size_t j = 0; j < k; j++)
			matrix[p * k + j] /= pivot;
		for (size_t i = 0; i < k; i++)
		{
			double		factor = matrix[i * k + p];

			if (i == p)
				continue;
			for (size_t j = 0; j < k; j++)
				matrix[i * k + j] -= factor * matrix[p * k + j];
			matrix[i * k + p] = -factor / pivot;
		}
		matrix[p * k + p] = 1 / pivot;
	}
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < k; j++)
			if (swept[i] == 0 || swept[j] == 0)
				matrix[i * k + j] = 0;
}

/* The variance of the remainder in periods of events; *noise is what it has beyond that of all. */
static double
variance_of(const SegEventEffects *effects, const double *x, const double *remainder, size_t n, double k, double *noise)
{
	size_t		names = effects->events.names;
	double		count[2] = {0}; /* of all periods, of those with events */
	double		square[2] = {0};
	double		all;
	double		own;

	for (size_t t = 0; t < n; t++)
	{
		double		rest = remainder[t] - seg_events_effect(effects, x + t * names, NULL);
		bool		is_event = has_event(x + t * names, names);

		seg_check_step(t);
		if (isnan(rest))
			continue;
		for (int i = 0; i <= is_event; i++)
		{
			count[i]++;
			square[i] += rest * rest;
		}
	}
	all = count[0] > k ? square[0] / (count[0] - k) : 0;
	own = count[1] > k ? square[1] / (count[1] - k) : 0;
	*noise = fmax(own - all, 0);
	return fmax(own, all);
}

SegEventFault
seg_events_estimate(SegEventEffects *effects, const double *x, const double *remainder, size_t n, double *scratch,
					uint32_t *name)
{
	uint32_t	k = effects->events.names;
	double	   *gram = effects->covariance;
	double	   *target = scratch;
	double	   *length = scratch + k;
	double	   *swept = scratch + 2 * k;
	SegEventFault fault = SEG_EVENTS_FINE;
	double		rank = 0;
	double		variance;

	memset(effects->occurrences, 0, k * sizeof(uint32_t));
	for (size_t t = 0; t < n; t++)
		for (uint32_t j = 0; j < k && !isnan(remainder[t]); j++)
			effects->occurrences[j] += x[t * k + j] != 0;
	memset(gram, 0, (size_t) k * k * sizeof(double));
	memset(target, 0, k * sizeof(double));
	for (size_t t = 0; t < n; t++)
	{
		const double *row = x + t * k;

		seg_check_step(t);
		for (uint32_t i = 0; i < k && !isnan(remainder[t]); i++)
		{
			if (row[i] == 0 || effects->occurrences[i] < SEG_EVENTS_LEAST)
				continue;
			target[i] += row[i] * remainder[t];
			for (uint32_t j = 0; j < k; j++)
				if (effects->occurrences[j] >= SEG_EVENTS_LEAST)
					gram[i * k + j] += row[i] * row[j];
		}
	}
	normalize(gram, target, k, length);
	invert(gram, k, swept);
	for (uint32_t i = k; i-- > 0;)
	{
		rank += swept[i];
		effects->effect[i] = 0;
		for (uint32_t j = 0; j < k; j++)
			effects->effect[i] += gram[i * k + j] * target[j];
		if (swept[i] > 0)
		{
			effects->effect[i] /= length[i];
			continue;
		}
		fault = effects->occurrences[i] >= SEG_EVENTS_LEAST ? SEG_EVENTS_ALIKE : SEG_EVENTS_FEW;
		*name = i;
	}
	variance = variance_of(effects, x, remainder, n, rank, &effects->noise);
	for (uint32_t i = 0; i < k; i++)
		for (uint32_t j = 0; j < k; j++)
			if (gram[i * k + j] != 0)
				gram[i * k + j] *= variance / length[i] / length[j];
	return fault;
}

double
seg_events_effect(const SegEventEffects *effects, const double *x, double *variance)
{
	size_t		k = effects->events.names;
	double		effect = 0;
	double		square = 0;

	for (size_t i = 0; i < k; i++)
	{
		if (x[i] == 0)
			continue;
		effect += x[i] * effects->effect[i];
		for (size_t j = 0; j < k; j++)
			square += x[i] * x[j] * effects->covariance[i * k + j];
	}
	if (variance != NULL)
		*variance = has_event(x, k) ? fmax(square, 0) + effects->noise : 0;
	return effect;
}
