/*
 * trigger.c
 *		Events in a customer's life; see trigger.h.
 */
#include "rhythm/trigger.h"

#include "base/sort.h"

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

/* What is known after IN days[n], n > 0. */
static SegRhythmOutlook
outlook_after(const SegRhythm *fit, const int32_t *days, size_t n, double *gaps)
{
	for (size_t i = 1; i < n; i++)
	{
		seg_check_step(i);
		gaps[i - 1] = (double) days[i] - days[i - 1];
	}
	if (n == 1)
		return seg_rhythm_outlook(fit, 0, 0);
	seg_sort(gaps, n - 1, sizeof(double), is_less, NULL);
	return seg_rhythm_outlook(fit, seg_rhythm_mean(gaps, n - 1), n - 1);
}

SegSilence
seg_trigger_silence(const SegRhythm *fit, double level, const SegTriggerWindow *window,
					const int32_t *days, size_t n, double *gaps)
{
	SegRhythmOutlook outlook = outlook_after(fit, days, n, gaps);
	int32_t		last = days[n - 1];
	SegSilence	silence = {.days = window->as_of - last};

	silence.expected = seg_rhythm_gap(fit, outlook, 0.5);
	silence.limit = seg_rhythm_gap(fit, outlook, level);
	silence.strength = seg_rhythm_level(fit, outlook, silence.days);
	silence.is_lapsed = seg_rhythm_is_beyond(fit, outlook, level, silence.days);
	silence.is_due = !silence.is_lapsed && silence.days >= silence.expected;
	if (silence.is_lapsed)
		silence.lapsed_on = last + (int64_t) floor(silence.limit) + 1;
	if (silence.is_due)
		silence.due_on = last + (int64_t) ceil(silence.expected);
	return silence;
}

bool
seg_trigger_returned(const SegRhythm *fit, double level, const int32_t *days, size_t at, double *gaps, SegReturn *found)
{
	SegRhythmOutlook outlook = outlook_after(fit, days, at, gaps);

	found->gap = days[at] - days[at - 1];
	found->limit = seg_rhythm_gap(fit, outlook, level);
	found->strength = seg_rhythm_level(fit, outlook, found->gap);
	return seg_rhythm_is_beyond(fit, outlook, level, found->gap);
}

/* The sum of the totals of the days after `after`, up to `until`; the largest double where it overflows. */
static double
sales_between(const int32_t *days, const double *totals, size_t n, int64_t after, int64_t until)
{
	double		sum = 0;

	for (size_t i = n; i > 0 && days[i - 1] > after; i--)
		if (days[i - 1] <= until)
			sum += totals[i - 1];
	return fmin(sum, DBL_MAX);
}

typedef struct Purchases
{
	const int32_t *days;
	const double *totals;
	size_t		n;
	int32_t		window_days;
	double		ratio;
} Purchases;

/* Is the ratio beyond the limit on that day? */
static bool
is_beyond(const Purchases *p, int64_t day, bool is_up, SegSpend *spend)
{
	spend->sales = sales_between(p->days, p->totals, p->n, day - p->window_days, day);
	spend->before = sales_between(p->days, p->totals, p->n, day - 2 * (int64_t) p->window_days, day - p->window_days);
	if (!(spend->before > 0))
		return false;
	return is_up ? spend->sales >= p->ratio * spend->before : spend->sales * p->ratio <= spend->before;
}

bool
seg_trigger_spend(const SegTriggerWindow *window, int32_t window_days, double ratio,
				  const int32_t *days, const double *totals, size_t n, SegSpend *found)
{
	const Purchases purchases = {days, totals, n, window_days, ratio};
	SegSpend	earlier;
	int64_t		day = window->as_of;

	if (days[0] > day - 2 * (int64_t) window_days || days[n - 1] <= day - window_days)
		return false;
	found->is_up = is_beyond(&purchases, day, true, found);
	if (!found->is_up && !is_beyond(&purchases, day, false, found))
		return false;
	while (day > window->after && is_beyond(&purchases, day - 1, found->is_up, &earlier))
	{
		CHECK_FOR_INTERRUPTS();
		day--;
	}
	found->day = day;
	return day > window->after;
}
