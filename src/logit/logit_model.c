/*
 * logit_model.c
 *		A logit model as bytes; see logit_model.h.
 */
#include "logit/logit_model.h"

static const SegFeatureField feature_fields[] = {
	SEG_FIELD_NAME, SEG_FIELD_SHIFT, SEG_FIELD_SCALE, SEG_FIELD_FILL, SEG_FIELD_MINIMUM, SEG_FIELD_MAXIMUM,
	SEG_FIELD_MEAN, SEG_FIELD_SD, SEG_FIELD_CENTER, SEG_FIELD_MISSING, SEG_FIELD_END
};

#define EFFECT_BYTES (1 + 2 * sizeof(double))
#define LEVEL_BYTES (1 + sizeof(uint32_t) + sizeof(uint64_t) + sizeof(double) + EFFECT_BYTES)
#define CATEGORY_BYTES (2 * sizeof(uint32_t))

/* A feature has more than 80 bytes and becomes three structs; a text of n bytes takes up to n + 16 more. */
size_t
seg_logit_decoded_size(size_t payload_size)
{
	return 16 * payload_size + 16 * SEG_ARENA_ALIGN;
}

/* ---- reading ---- */

static void *
take(SegReader *reader, SegArena *arena, size_t count, size_t size)
{
	void	   *taken = reader->failed ? NULL : seg_arena_take(arena, count, size);

	if (taken == NULL)
		reader->failed = true;
	return taken;
}

static SegLogitEffect
read_effect(SegReader *reader)
{
	SegLogitEffect effect = {
		.state = seg_read_choice(reader, SEG_LOGIT_REFERENCE + 1),
	};

	effect.coefficient = seg_read_double(reader);
	effect.std_error = seg_read_double(reader);
	if (effect.std_error < 0 || (effect.state != SEG_LOGIT_ESTIMATED && (effect.coefficient != 0 || effect.std_error != 0)))
		reader->failed = true;
	return effect;
}

static double
read_share(SegReader *reader)
{
	double		share = seg_read_double(reader);

	if (!(share >= 0 && share <= 1))
		reader->failed = true;
	return share;
}

static void
read_slope(SegReader *reader, SegLogitSlope *slope)
{
	memset(slope, 0, sizeof(*slope));
	slope->effect = read_effect(reader);
	slope->has_indicator = seg_read_choice(reader, 2);
	if (slope->has_indicator)
	{
		slope->share = read_share(reader);
		slope->indicator = read_effect(reader);
	}
	if (slope->effect.state == SEG_LOGIT_REFERENCE || slope->indicator.state == SEG_LOGIT_REFERENCE)
		reader->failed = true;
}

/* Levels are in their order, and each kind but values occurs at most once. */
static bool
is_after(const SegLogitModelLevel *level, const SegLogitModelLevel *before)
{
	if (level->kind != before->kind)
		return level->kind > before->kind;
	return level->kind == SEG_LOGIT_VALUE && strcmp(level->text, before->text) > 0;
}

static void
read_category(SegReader *reader, SegArena *arena, SegLogitCategory *category)
{
	uint32_t	references = 0;

	memset(category, 0, sizeof(*category));
	category->name = seg_read_text(reader, arena);
	category->count = seg_read_count(reader, LEVEL_BYTES);
	category->levels = take(reader, arena, category->count, sizeof(SegLogitModelLevel));
	for (uint32_t l = 0; l < category->count && !reader->failed; l++)
	{
		SegLogitModelLevel *level = &category->levels[l];

		seg_check_step(l);
		level->kind = seg_read_choice(reader, SEG_LOGIT_OTHER + 1);
		level->text = seg_read_text(reader, arena);
		level->rows = seg_read_u64(reader);
		level->share = read_share(reader);
		level->effect = read_effect(reader);
		references += level->effect.state == SEG_LOGIT_REFERENCE;
		if (reader->failed || (level->kind == SEG_LOGIT_VALUE) != (level->text[0] != '\0') ||
			(l > 0 && !is_after(level, level - 1)))
			reader->failed = true;
	}
	if (references != 1)
		reader->failed = true;
}

static void
read_options(SegReader *reader, SegLogitModel *model)
{
	model->penalty = seg_read_choice(reader, SEG_LOGIT_FIRTH + 1);
	model->lambda = seg_read_double(reader);
	model->null_policy = seg_read_choice(reader, SEG_NULL_ZERO + 1);
	model->indicator = seg_read_choice(reader, 2);
	model->min_level_count = seg_read_u64(reader);
	model->max_iterations = seg_read_u64(reader);
	if ((model->penalty == SEG_LOGIT_RIDGE) != (model->lambda > 0) || model->lambda < 0)
		reader->failed = true;
}

static void
read_figures(SegReader *reader, SegLogitModel *model)
{
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->positives = seg_read_u64(reader);
	model->weight = seg_read_double(reader);
	model->positive_weight = seg_read_double(reader);
	model->log_likelihood = seg_read_double(reader);
	model->iterations = seg_read_u64(reader);
	model->converged = seg_read_choice(reader, 2);
	model->intercept = read_effect(reader);
	if (model->positives == 0 || model->positives >= model->rows_used || model->log_likelihood > 0 ||
		!(model->positive_weight > 0 && model->positive_weight < model->weight) || model->intercept.state != SEG_LOGIT_ESTIMATED)
		reader->failed = true;
}

SegStatus
seg_logit_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegLogitModel *model = decoded;

	Assert(version == SEG_LOGIT_VERSION);
	read_options(reader, model);
	read_figures(reader, model);
	model->d = seg_read_count(reader, seg_feature_least_bytes(feature_fields) + EFFECT_BYTES + 1);
	model->c = seg_read_count(reader, CATEGORY_BYTES);
	if (reader->failed || model->d >= SEG_MAX_FEATURES || model->c > SEG_LOGIT_MAX_CATEGORIES || model->d + model->c == 0)
		return SEG_MALFORMED_MODEL;
	model->features = take(reader, arena, model->d, sizeof(SegFeature));
	model->slopes = take(reader, arena, model->d, sizeof(SegLogitSlope));
	model->categories = take(reader, arena, model->c, sizeof(SegLogitCategory));
	for (uint32_t j = 0; j < model->d && !reader->failed; j++)
	{
		seg_feature_read(reader, feature_fields, arena, &model->features[j]);
		read_slope(reader, &model->slopes[j]);
	}
	for (uint32_t k = 0; k < model->c && !reader->failed; k++)
		read_category(reader, arena, &model->categories[k]);
	return seg_reader_done(reader) ? seg_logit_prepare(model, arena) : SEG_MALFORMED_MODEL;
}

/* ---- writing ---- */

static void
write_effect(SegWriter *writer, const SegLogitEffect *effect)
{
	seg_write_u8(writer, effect->state);
	seg_write_double(writer, effect->coefficient);
	seg_write_double(writer, effect->std_error);
}

static void
write_category(SegWriter *writer, const SegLogitCategory *category)
{
	seg_write_text(writer, category->name);
	seg_write_u32(writer, category->count);
	for (uint32_t l = 0; l < category->count; l++)
	{
		seg_check_step(l);
		seg_write_u8(writer, category->levels[l].kind);
		seg_write_text(writer, category->levels[l].text);
		seg_write_u64(writer, category->levels[l].rows);
		seg_write_double(writer, category->levels[l].share);
		write_effect(writer, &category->levels[l].effect);
	}
}

void
seg_logit_encode(SegWriter *writer, const void *encoded)
{
	const SegLogitModel *model = encoded;

	seg_write_u8(writer, model->penalty);
	seg_write_double(writer, model->lambda);
	seg_write_u8(writer, model->null_policy);
	seg_write_u8(writer, model->indicator);
	seg_write_u64(writer, model->min_level_count);
	seg_write_u64(writer, model->max_iterations);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u64(writer, model->positives);
	seg_write_double(writer, model->weight);
	seg_write_double(writer, model->positive_weight);
	seg_write_double(writer, model->log_likelihood);
	seg_write_u64(writer, model->iterations);
	seg_write_u8(writer, model->converged);
	write_effect(writer, &model->intercept);
	seg_write_u32(writer, model->d);
	seg_write_u32(writer, model->c);
	for (uint32_t j = 0; j < model->d; j++)
	{
		seg_feature_write(writer, feature_fields, &model->features[j]);
		write_effect(writer, &model->slopes[j].effect);
		seg_write_u8(writer, model->slopes[j].has_indicator);
		if (model->slopes[j].has_indicator)
		{
			seg_write_double(writer, model->slopes[j].share);
			write_effect(writer, &model->slopes[j].indicator);
		}
	}
	for (uint32_t k = 0; k < model->c; k++)
		write_category(writer, &model->categories[k]);
}

const SegModelType seg_logit_model_type = {
	.kind = SEG_KIND_LOGIT,
	.title = "a logit model",
	.newest = SEG_LOGIT_VERSION,
	.struct_size = sizeof(SegLogitModel),
	.decoded_size = seg_logit_decoded_size,
	.decode = seg_logit_decode,
	.encode = seg_logit_encode,
};
