/*
 * clv_model.c
 *		A fitted model of clv as a struct and as bytes; see clv_model.h.
 */
#include "clv/clv_model.h"

#include "base/state.h"

SegClvPurchases
seg_clv_model_purchases(const SegClvModel *model)
{
	SegClvPurchases purchases = {.kind = model->fit.kind};

	memcpy(purchases.parameters, model->fit.purchases.parameters, sizeof(purchases.parameters));
	return purchases;
}

size_t
seg_clv_decoded_size(size_t payload_size)
{
	return payload_size + SEG_ARENA_ALIGN;
}

/* Does the parameter lie in its range, with some room for rounding?  `low` and `high` are those of its unit. */
static bool
in_range(double parameter, double low, double high)
{
	return parameter >= low * (1 - 1e-9) && parameter <= high * (1 + 1e-9);
}

/* Read a part of d parameters, the one at `scaled` with a unit whose least and largest value are given. */
static void
read_part(SegReader *reader, int d, int scaled, double low, double high, SegClvPart *part)
{
	part->n = seg_read_u64(reader);
	if (part->n > SEG_STATE_MOST_ROWS)
		reader->failed = true;
	if (reader->failed || part->n == 0)
		return;
	part->at_boundary = seg_read_choice(reader, 2);
	for (int i = 0; i < d; i++)
	{
		part->parameters[i] = seg_read_double(reader);
		if (i == scaled ? !in_range(part->parameters[i], low, high) :
			!in_range(part->parameters[i], 1 / SEG_CLV_MOST_PARAMETER, SEG_CLV_MOST_PARAMETER))
			reader->failed = true;
	}
	part->log_likelihood = seg_read_double(reader);
	for (int i = 0; i < d; i++)
	{
		part->std_errors[i] = part->at_boundary ? NAN : seg_read_double(reader);
		if (part->std_errors[i] < 0)
			reader->failed = true;
	}
}

SegStatus
seg_clv_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegClvModel *model = decoded;
	SegClvFit  *fit = &model->fit;

	Assert(version == SEG_CLV_VERSION);
	fit->kind = seg_read_choice(reader, SEG_CLV_KINDS);
	model->rows_skipped = seg_read_u64(reader);
	read_part(reader, SEG_CLV_PURCHASE_PARAMETERS, SEG_CLV_ALPHA, SEG_CLV_LEAST_ALPHA,
			  SEG_CLV_MOST_TIME * SEG_CLV_MOST_PARAMETER, &fit->purchases);
	read_part(reader, SEG_CLV_VALUE_PARAMETERS, SEG_CLV_V, SEG_CLV_LEAST_VALUE / SEG_CLV_MOST_PARAMETER,
			  SEG_CLV_MOST_VALUE * SEG_CLV_MOST_PARAMETER, &fit->value);
	fit->correlation = NAN;
	if (fit->value.n > 0 && seg_read_choice(reader, 2))
		fit->correlation = seg_read_double(reader);
	if (!seg_reader_done(reader) || fit->purchases.n == 0 || fit->value.n > fit->purchases.n ||
		model->rows_skipped > SEG_STATE_MOST_ROWS || fabs(fit->correlation) > 1)
		return SEG_MALFORMED_MODEL;
	return SEG_OK;
}

static void
write_part(SegWriter *writer, int d, const SegClvPart *part)
{
	seg_write_u64(writer, part->n);
	if (part->n == 0)
		return;
	seg_write_u8(writer, part->at_boundary);
	seg_write_doubles(writer, part->parameters, d);
	seg_write_double(writer, part->log_likelihood);
	if (!part->at_boundary)
		seg_write_doubles(writer, part->std_errors, d);
}

void
seg_clv_encode(SegWriter *writer, const void *encoded)
{
	const SegClvModel *model = encoded;
	const SegClvFit *fit = &model->fit;

	seg_write_u8(writer, fit->kind);
	seg_write_u64(writer, model->rows_skipped);
	write_part(writer, SEG_CLV_PURCHASE_PARAMETERS, &fit->purchases);
	write_part(writer, SEG_CLV_VALUE_PARAMETERS, &fit->value);
	if (fit->value.n == 0)
		return;
	seg_write_u8(writer, !isnan(fit->correlation));
	if (!isnan(fit->correlation))
		seg_write_double(writer, fit->correlation);
}

const SegModelType seg_clv_model_type = {
	.kind = SEG_KIND_CLV,
	.title = "a lifetime value model",
	.newest = SEG_CLV_VERSION,
	.struct_size = sizeof(SegClvModel),
	.decoded_size = seg_clv_decoded_size,
	.decode = seg_clv_decode,
	.encode = seg_clv_encode,
};
