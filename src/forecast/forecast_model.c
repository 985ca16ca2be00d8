/*
 * forecast_model.c
 *		A fitted forecast as a struct and as bytes; see forecast_model.h.
 */
#include "forecast/forecast_model.h"

#define MOST_EXPONENT 1100
#define EVENT_BYTES 20			/* of a row of events in the payload */

double
seg_forecast_days(const SegForecastOptions *options, int64_t period)
{
	if (!options->per_day)
		return 1;
	return (double) (seg_period_begin(options->grain, period + 1) - seg_period_begin(options->grain, period));
}

size_t
seg_forecast_decoded_size(size_t payload_size)
{
	/* rows of events have more bytes than in the payload, and so have their names */
	return payload_size + payload_size / EVENT_BYTES * sizeof(SegEventRow) + SEG_EVENTS_MOST * SEG_EVENTS_NAME + 10 * SEG_ARENA_ALIGN;
}

/* ---- options ---- */

void
seg_forecast_read_options(SegReader *reader, SegForecastOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->grain = seg_read_u8(reader);
	options->aggregate = seg_read_u8(reader);
	options->gaps = seg_read_u8(reader);
	options->method = seg_read_u8(reader);
	options->criterion = seg_read_u8(reader);
	options->form = seg_read_u8(reader);
	options->lower_kind = seg_read_u8(reader);
	options->upper_kind = seg_read_u8(reader);
	options->per_day = seg_read_u8(reader);
	options->has_as_of = seg_read_u8(reader);
	options->has_start = seg_read_u8(reader);
	options->season_length = seg_read_u32(reader);
	options->as_of = (int64_t) seg_read_u64(reader);
	options->start = (int64_t) seg_read_u64(reader);
	options->lower = seg_read_double(reader);
	options->upper = seg_read_double(reader);
	for (int i = 0; i < 4; i++)
		options->fixed[i] = seg_read_double(reader);
}

void
seg_forecast_write_options(SegWriter *writer, const SegForecastOptions *options)
{
	seg_write_u8(writer, options->grain);
	seg_write_u8(writer, options->aggregate);
	seg_write_u8(writer, options->gaps);
	seg_write_u8(writer, options->method);
	seg_write_u8(writer, options->criterion);
	seg_write_u8(writer, options->form);
	seg_write_u8(writer, options->lower_kind);
	seg_write_u8(writer, options->upper_kind);
	seg_write_u8(writer, options->per_day);
	seg_write_u8(writer, options->has_as_of);
	seg_write_u8(writer, options->has_start);
	seg_write_u32(writer, options->season_length);
	seg_write_u64(writer, (uint64_t) options->as_of);
	seg_write_u64(writer, (uint64_t) options->start);
	seg_write_double(writer, options->lower);
	seg_write_double(writer, options->upper);
	for (int i = 0; i < 4; i++)
		seg_write_double(writer, options->fixed[i]);
}

/* ---- the fit ---- */

static bool
is_share(double x)
{
	return x >= 0 && x <= 1;
}

static bool
read_candidate(SegReader *reader, SegForecastCandidate *candidate, uint32_t m)
{
	SegEts	   *ets = &candidate->ets;

	ets->form = seg_ets_forms[seg_read_choice(reader, SEG_ETS_FORMS)];
	candidate->reason = seg_read_choice(reader, SEG_FORECAST_REASONS);
	candidate->weight = seg_read_double(reader);
	ets->m = ets->form.season == 'N' ? 1 : m;
	if (ets->form.season != 'N' && (m < 2 || m > SEG_ETS_MOST_SEASON))
		return false;
	if (candidate->reason != SEG_FORECAST_FITTED)
		return candidate->weight == 0;
	ets->alpha = seg_read_double(reader);
	ets->beta = seg_read_double(reader);
	ets->gamma = seg_read_double(reader);
	ets->phi = seg_read_double(reader);
	ets->level = seg_read_double(reader);
	ets->slope = seg_read_double(reader);
	ets->log_likelihood = seg_read_double(reader);
	ets->sigma2 = seg_read_double(reader);
	ets->criterion = seg_read_double(reader);
	ets->parameters = seg_read_u8(reader);
	for (uint32_t j = 0; ets->form.season != 'N' && j < m; j++)
		ets->season[j] = seg_read_double(reader);
	return is_share(candidate->weight) && is_share(ets->alpha) && is_share(ets->beta) && is_share(ets->gamma) &&
		is_share(ets->phi) && ets->sigma2 >= 0 && (ets->form.trend != 'N' || (ets->beta == 0 && ets->slope == 0));
}

static void
write_candidate(SegWriter *writer, const SegForecastCandidate *candidate)
{
	const SegEts *ets = &candidate->ets;
	uint8_t		form = 0;

	while (memcmp(&seg_ets_forms[form], &ets->form, sizeof(SegEtsForm)) != 0)
		form++;
	seg_write_u8(writer, form);
	seg_write_u8(writer, candidate->reason);
	seg_write_double(writer, candidate->weight);
	if (candidate->reason != SEG_FORECAST_FITTED)
		return;
	seg_write_double(writer, ets->alpha);
	seg_write_double(writer, ets->beta);
	seg_write_double(writer, ets->gamma);
	seg_write_double(writer, ets->phi);
	seg_write_double(writer, ets->level);
	seg_write_double(writer, ets->slope);
	seg_write_double(writer, ets->log_likelihood);
	seg_write_double(writer, ets->sigma2);
	seg_write_double(writer, ets->criterion);
	seg_write_u8(writer, ets->parameters);
	if (ets->form.season != 'N')
		seg_write_doubles(writer, ets->season, ets->m);
}

static bool
read_theta(SegReader *reader, SegTheta *theta)
{
	theta->is_ratio = seg_read_choice(reader, 2);
	theta->m = seg_read_u32(reader);
	theta->alpha = seg_read_double(reader);
	theta->start = seg_read_double(reader);
	theta->level = seg_read_double(reader);
	theta->drift = seg_read_double(reader);
	theta->sigma2 = seg_read_double(reader);
	if (theta->m < 1 || theta->m > SEG_ETS_MOST_SEASON || !(theta->alpha > 0 && theta->alpha <= 1) || theta->sigma2 < 0)
		return false;
	for (uint32_t j = 0; theta->m > 1 && j < theta->m; j++)
	{
		theta->season[j] = seg_read_double(reader);
		if (theta->is_ratio && !(theta->season[j] > 0))
			return false;
	}
	return true;
}

static void
write_theta(SegWriter *writer, const SegTheta *theta)
{
	seg_write_u8(writer, theta->is_ratio);
	seg_write_u32(writer, theta->m);
	seg_write_double(writer, theta->alpha);
	seg_write_double(writer, theta->start);
	seg_write_double(writer, theta->level);
	seg_write_double(writer, theta->drift);
	seg_write_double(writer, theta->sigma2);
	if (theta->m > 1)
		seg_write_doubles(writer, theta->season, theta->m);
}

/* Do the parts of the fit suit its method? */
static bool
is_complete(const SegForecastFit *fit)
{
	bool		has_weight = false;

	for (uint32_t i = 0; i < fit->candidates; i++)
		has_weight |= fit->candidate[i].weight > 0;
	if (fit->method == SEG_FORECAST_THETA)
		return fit->has_theta;
	if (fit->method == SEG_FORECAST_AUTO || fit->method == SEG_FORECAST_ETS)
		return has_weight;
	return fit->long_m == 0;
}

static bool
read_fit(SegReader *reader, SegArena *arena, uint32_t n, SegForecastFit *fit)
{
	fit->method = seg_read_choice(reader, SEG_FORECAST_METHODS);
	fit->exponent = (int32_t) seg_read_u32(reader);
	fit->m = seg_read_u32(reader);
	fit->long_m = seg_read_u32(reader);
	fit->alpha = seg_read_double(reader);
	fit->candidates = seg_read_choice(reader, SEG_ETS_FORMS + 1);
	if (reader->failed || fit->exponent < -MOST_EXPONENT || fit->exponent > MOST_EXPONENT || fit->m < 1 ||
		fit->m > SEG_FORECAST_MOST_SEASON || (fit->m > SEG_ETS_MOST_SEASON && fit->method != SEG_FORECAST_SEASONAL_NAIVE) ||
		fit->long_m > SEG_FORECAST_MOST_SEASON || fit->long_m > n || !is_share(fit->alpha))
		return false;
	for (uint32_t i = 0; i < fit->candidates; i++)
		if (!read_candidate(reader, &fit->candidate[i], fit->m))
			return false;
	fit->has_theta = seg_read_choice(reader, 2);
	if (fit->has_theta && !read_theta(reader, &fit->theta))
		return false;
	fit->long_season = seg_read_doubles(reader, arena, fit->long_m);
	return !reader->failed && is_complete(fit);
}

/* ---- events ---- */

/* Into a block of the arena. */
static bool
read_event_list(SegReader *reader, SegArena *arena, SegEvents *events)
{
	uint32_t	names = seg_read_u32(reader);
	uint32_t	count = seg_read_count(reader, EVENT_BYTES);
	size_t		size = seg_events_size(names, count);
	SegEventRow *rows;
	SegEventName *name;
	void	   *block;

	if (reader->failed || names < 1 || names > SEG_EVENTS_MOST || count < 1 || count > SEG_EVENTS_MOST_ROWS ||
		(block = seg_arena_take(arena, 1, size)) == NULL)
		return false;
	seg_events_lay_out(block, names, count, &rows, &name);
	for (uint32_t i = 0; i < count; i++)
	{
		rows[i].name = seg_read_u32(reader);
		rows[i].day = (int64_t) seg_read_u64(reader);
		rows[i].value = seg_read_double(reader);
	}
	for (uint32_t j = 0; j < names; j++)
	{
		uint32_t	length = seg_read_count(reader, 1);

		if (reader->failed || length >= SEG_EVENTS_NAME)
			return false;
		memcpy(name[j], reader->at, length);
		reader->at += length;
		reader->left -= length;
	}
	*events = seg_events_read(block, size);
	return !reader->failed && seg_events_are_sound(block, size);
}

static bool
read_events(SegReader *reader, SegArena *arena, SegEventEffects *effects)
{
	uint32_t	k;

	if (!read_event_list(reader, arena, &effects->events))
		return false;
	k = effects->events.names;
	effects->occurrences = seg_arena_take(arena, k, sizeof(uint32_t));
	if (effects->occurrences == NULL)
		return false;
	for (uint32_t j = 0; j < k; j++)
		effects->occurrences[j] = seg_read_u32(reader);
	effects->effect = seg_read_doubles(reader, arena, k);
	effects->covariance = seg_read_doubles(reader, arena, (size_t) k * k);
	effects->noise = seg_read_double(reader);
	if (reader->failed || effects->noise < 0)
		return false;
	for (uint32_t j = 0; j < k; j++)
		if (effects->occurrences[j] > SEG_FORECAST_MOST_PERIODS || effects->covariance[j * k + j] < 0)
			return false;
	return true;
}

static void
write_events(SegWriter *writer, const SegEventEffects *effects)
{
	const SegEvents *events = &effects->events;

	seg_write_u32(writer, events->names);
	seg_write_u32(writer, events->count);
	for (uint32_t i = 0; i < events->count; i++)
	{
		seg_check_step(i);
		seg_write_u32(writer, (uint32_t) events->rows[i].name);
		seg_write_u64(writer, (uint64_t) events->rows[i].day);
		seg_write_double(writer, events->rows[i].value);
	}
	for (uint32_t j = 0; j < events->names; j++)
		seg_write_text(writer, events->name[j]);
	for (uint32_t j = 0; j < events->names; j++)
		seg_write_u32(writer, effects->occurrences[j]);
	seg_write_doubles(writer, effects->effect, events->names);
	seg_write_doubles(writer, effects->covariance, (size_t) events->names * events->names);
	seg_write_double(writer, effects->noise);
}

/* ---- the model ---- */

SegStatus
seg_forecast_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegForecastModel *model = decoded;

	Assert(version == SEG_FORECAST_VERSION);
	memset(model, 0, sizeof(*model));
	seg_forecast_read_options(reader, &model->options);
	model->first = (int64_t) seg_read_u64(reader);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->n = seg_read_count(reader, sizeof(double));
	if (reader->failed || model->n == 0 || model->n > SEG_FORECAST_MOST_PERIODS ||
		model->first < -SEG_FORECAST_MOST_NUMBER || model->first > SEG_FORECAST_MOST_NUMBER || !seg_forecast_options_are_sound(&model->options))
		return SEG_MALFORMED_MODEL;
	model->values = seg_read_doubles(reader, arena, model->n);
	if (model->values == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t t = 0; t < model->n; t += 8)
	{
		uint8_t		there = seg_read_u8(reader);

		for (uint32_t i = 0; i < 8; i++)
		{
			bool		is_there = there >> i & 1;

			/* a missing value is 0 in the bytes, and the bits behind the last one are */
			if (t + i >= model->n ? is_there : !is_there && (model->values[t + i] != 0 || signbit(model->values[t + i])))
				return SEG_MALFORMED_MODEL;
			if (t + i < model->n && !is_there)
				model->values[t + i] = NAN;
		}
	}
	if (!read_fit(reader, arena, model->n, &model->fit) ||
		(reader->left > 0 && !read_events(reader, arena, &model->effects)))
		return SEG_MALFORMED_MODEL;
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg_forecast_encode(SegWriter *writer, const void *encoded)
{
	const SegForecastModel *model = encoded;
	const SegForecastFit *fit = &model->fit;

	seg_forecast_write_options(writer, &model->options);
	seg_write_u64(writer, (uint64_t) model->first);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u32(writer, model->n);
	for (uint32_t t = 0; t < model->n; t++)
		seg_write_double(writer, isnan(model->values[t]) ? 0 : model->values[t]);
	for (uint32_t t = 0; t < model->n; t += 8)
	{
		uint8_t		there = 0;

		for (uint32_t i = 0; i < 8 && t + i < model->n; i++)
			there |= (uint8_t) (!isnan(model->values[t + i]) << i);
		seg_write_u8(writer, there);
	}
	seg_write_u8(writer, fit->method);
	seg_write_u32(writer, (uint32_t) fit->exponent);
	seg_write_u32(writer, fit->m);
	seg_write_u32(writer, fit->long_m);
	seg_write_double(writer, fit->alpha);
	seg_write_u8(writer, fit->candidates);
	for (uint32_t i = 0; i < fit->candidates; i++)
		write_candidate(writer, &fit->candidate[i]);
	seg_write_u8(writer, fit->has_theta);
	if (fit->has_theta)
		write_theta(writer, &fit->theta);
	seg_write_doubles(writer, fit->long_season, fit->long_m);
	if (model->effects.events.count > 0)
		write_events(writer, &model->effects);
}

const SegModelType seg_forecast_model_type = {
	.kind = SEG_KIND_FORECAST,
	.title = "a forecast model",
	.newest = SEG_FORECAST_VERSION,
	.struct_size = sizeof(SegForecastModel),
	.decoded_size = seg_forecast_decoded_size,
	.decode = seg_forecast_decode,
	.encode = seg_forecast_encode,
};
