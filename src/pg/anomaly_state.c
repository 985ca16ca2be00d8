/*
 * anomaly_state.c
 *		The flat state of anomaly_fit: options, labels, a sample of rows, moments.
 *
 * The state is a bytea, so PostgreSQL may pass it between workers and Citus
 * between nodes; that also means that anybody can make one up and hand it to the
 * support functions.  Hence it is checked in O(1) whenever it comes in, and no
 * byte of it is followed unchecked.
 */
#include "pg/anomaly.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "pg/error.h"
#include "pg/features.h"
#include "pg/options.h"
#include "pg/segment.h"

#define STATE_MAGIC 0x41474553	/* "SEGA" */

/* The sample holds this many distinct rows, fewer where rows are long. */
#define SAMPLE_ROWS 16384
#define SAMPLE_BYTES ((size_t) 4 << 20)
#define SAMPLE_DRAWS 4			/* but always so many times a tree's own sample */
#define ROBUST_ROWS 65536		/* a robust covariance is one of the sample */
#define ROBUST_BYTES ((size_t) 16 << 20)

typedef struct ParsedOptions
{
	SegAnomalyOptions numbers;
	SegIntList	transform;
	SegTextList feature_names;
} ParsedOptions;

static const char *const methods[] = {"iforest", "mahalanobis", NULL};
static const char *const null_policies[] = {"error", "skip", "mean", "median", "zero", NULL};
static const char *const transforms[] = {"none", "log1p", NULL};

#define FIELD(name) offsetof(ParsedOptions, name)

static const SegOption option_table[] = {
	{"method", SEG_OPTION_CHOICE, FIELD(numbers.method), .choices = methods},
	{"trees", SEG_OPTION_INT, FIELD(numbers.trees), 1, SEG_IFOREST_MAX_TREES},
	{"sample_size", SEG_OPTION_INT, FIELD(numbers.sample_size), 2, SEG_IFOREST_MAX_SAMPLE},
	{"robust", SEG_OPTION_BOOL, FIELD(numbers.robust)},
	{"contamination", SEG_OPTION_REAL, FIELD(numbers.contamination), 1e-9, 0.5},
	{"seed", SEG_OPTION_INT, FIELD(numbers.seed), -0x1.0p+63, 0x1.0p+63},
	{"null_policy", SEG_OPTION_CHOICE, FIELD(numbers.null_policy), .choices = null_policies},
	{"transform", SEG_OPTION_CHOICES, FIELD(transform), .choices = transforms},
	{"feature_names", SEG_OPTION_TEXTS, FIELD(feature_names)},
	{NULL}
};

static ParsedOptions
parse_options(const Jsonb *options)
{
	ParsedOptions parsed = {
		.numbers = {
			.method = SEG_ANOMALY_IFOREST,
			.null_policy = SEG_NULL_ERROR,
			.trees = 100,
			.sample_size = 256,
			.seed = 42,
			.contamination = 0.05,
		},
	};

	seg_options_read(options, option_table, &parsed);
	return parsed;
}

/* Transforms and names, one for each feature, as the model will carry them. */
static void
write_labels(SegWriter *writer, const ParsedOptions *parsed, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		int			transform = SEG_TRANSFORM_NONE;
		const char *name = "";

		if (parsed->transform.count != 0)
			transform = parsed->transform.items[parsed->transform.count < 0 ? 0 : j];
		if (parsed->feature_names.count != 0)
			name = pg_server_to_any(parsed->feature_names.items[j],
									strlen(parsed->feature_names.items[j]), PG_UTF8);
		seg_write_u8(writer, transform);
		seg_write_text(writer, name);
	}
}

static bool
any_transform(const SegIntList *list)
{
	for (int i = 0; i < abs(list->count); i++)
		if (list->items[i] != SEG_TRANSFORM_NONE)
			return true;
	return false;
}

static void
check_counts(const ParsedOptions *parsed, size_t d)
{
	if (parsed->transform.count > 0 && parsed->transform.count != d)
		seg_option_refuse("transform", psprintf("one choice or %zu of them, not %d", d, parsed->transform.count));
	if (parsed->feature_names.count > 0 && parsed->feature_names.count != d)
		seg_option_refuse("feature_names", psprintf("%zu names, not %d", d, parsed->feature_names.count));
}

void
seg_anomaly_options_check(const Jsonb *options, size_t d)
{
	ParsedOptions parsed = parse_options(options);

	check_counts(&parsed, d);
}

/* Is the covariance one of all rows?  A robust one, or one with medians filled in, is of the sample. */
static bool
needs_moments(const SegAnomalyOptions *options)
{
	return options->method == SEG_ANOMALY_MAHALANOBIS && !options->robust &&
		options->null_policy != SEG_NULL_MEDIAN;
}

static size_t
sample_limit(const SegAnomalyOptions *options, size_t d)
{
	size_t		row = d * sizeof(double);

	if (options->method == SEG_ANOMALY_IFOREST)
		return Max(Min(SAMPLE_ROWS, SAMPLE_BYTES / row), SAMPLE_DRAWS * (size_t) options->sample_size);
	if (needs_moments(options))
		return Min(SAMPLE_ROWS, SAMPLE_BYTES / row);
	return Min(ROBUST_ROWS, ROBUST_BYTES / row);
}

/* Is there room in fit_memory for a state of that size? */
static void
check_size(size_t size)
{
	size_t		allowed = Min((size_t) seg_fit_memory_kb * 1024, MaxAllocSize);

	if (size == 0 || size > allowed)
		seg_raise(SEG_TOO_LARGE, size, allowed);
}

/* What a sample of that capacity and moments of that shape (NULL: none) take. */
static size_t
size_with(const SegAnomalyState *head, size_t capacity, const SegMomentsShape *shape)
{
	size_t		size = head->sample_at + seg_sample_size(head->d, capacity);

	return shape == NULL ? size : size + seg_moments_size(head->d, *shape);
}

/* Write the moments' own copy of which features go through log1p. */
static void
begin_moments(SegAnomalyState *state)
{
	uint8	   *logs = palloc0(state->d);
	SegArena	arena = seg_arena(palloc(state->labels_size + state->d * (SEG_ARENA_ALIGN + 1)),
								  state->labels_size + state->d * (SEG_ARENA_ALIGN + 1));
	SegAnomalyFeature *features = palloc0(state->d * sizeof(SegAnomalyFeature));
	SegStatus	status;

	seg_anomaly_state_labels(state, &arena, features);
	for (size_t j = 0; j < state->d; j++)
		logs[j] = features[j].transform == SEG_TRANSFORM_LOG1P;
	/* medians are never filled in here, see needs_moments */
	status = seg_moments_begin(seg_anomaly_state_moments(state), state->d,
							   (SegMissing) state->options.null_policy, logs);
	if (status != SEG_OK)
		seg_raise(status, (size_t) state->d, (size_t) SEG_PACKED_MAX);
}

SegAnomalyState *
seg_anomaly_state_begin(const Jsonb *options, size_t d)
{
	ParsedOptions parsed = parse_options(options);
	SegWriter	writer = {NULL, 0};
	SegMomentsShape shape = seg_moments_first_shape(d);
	SegAnomalyState head;
	SegAnomalyState *state;
	size_t		limit = sample_limit(&parsed.numbers, d);
	size_t		capacity = seg_sample_first_capacity(limit);
	size_t		size;

	check_counts(&parsed, d);
	write_labels(&writer, &parsed, d);
	memset(&head, 0, sizeof(head));
	head.magic = STATE_MAGIC;
	head.d = d;
	head.given_size = options == NULL ? 0 : VARSIZE_ANY_EXHDR(options);
	head.labels_at = sizeof(SegAnomalyState) + head.given_size;
	head.labels_size = writer.size;
	head.sample_at = MAXALIGN(head.labels_at + head.labels_size);
	head.options = parsed.numbers;
	head.has_transform = any_transform(&parsed.transform);
	if (needs_moments(&head.options))
		head.moments_at = size_with(&head, capacity, NULL);
	check_size(size_with(&head, seg_sample_last_capacity(limit), NULL));
	size = size_with(&head, capacity, head.moments_at > 0 ? &shape : NULL);
	state = palloc0(size);
	*state = head;
	SET_VARSIZE(state, size);
	if (head.given_size > 0)
		memcpy(state + 1, VARDATA_ANY(options), head.given_size);
	writer = (SegWriter) {(uint8_t *) state + head.labels_at, 0};
	write_labels(&writer, &parsed, d);
	seg_sample_init(seg_anomaly_state_sample(state), d, limit, capacity, (uint64) parsed.numbers.seed);
	if (head.moments_at > 0)
		begin_moments(state);
	return state;
}

static bool
options_are_sound(const SegAnomalyOptions *options)
{
	return options->method >= 0 && options->method <= SEG_ANOMALY_MAHALANOBIS && options->robust <= 1 &&
		options->null_policy >= 0 && options->null_policy <= SEG_NULL_ZERO &&
		options->trees >= 1 && options->trees <= SEG_IFOREST_MAX_TREES &&
		options->sample_size >= 2 && options->sample_size <= SEG_IFOREST_MAX_SAMPLE &&
		options->contamination > 0 && options->contamination <= 0.5;
}

static bool
is_sound(const SegAnomalyState *state, size_t size)
{
	size_t		sample_end;

	if (size <= sizeof(SegAnomalyState) ||
		state->magic != STATE_MAGIC ||
		state->d < 1 || state->d > SEG_MAX_FEATURES || state->has_transform > 1 ||
		state->given_size > size || state->labels_at != sizeof(SegAnomalyState) + state->given_size ||
		state->labels_size > size || state->labels_at > size ||
		state->sample_at != MAXALIGN((uint64) state->labels_at + state->labels_size) ||
		state->sample_at >= size ||
		!options_are_sound(&state->options) ||
		needs_moments(&state->options) != (state->moments_at > 0))
		return false;
	sample_end = state->moments_at > 0 ? state->moments_at : size;
	return sample_end > state->sample_at && sample_end <= size &&
		seg_sample_is_sound(seg_anomaly_state_sample(state), sample_end - state->sample_at) &&
		seg_anomaly_state_sample(state)->d == state->d &&
		(state->moments_at == 0 ||
		 (seg_moments_is_sound(seg_anomaly_state_moments(state), size - state->moments_at) &&
		  seg_anomaly_state_moments(state)->d == state->d &&
		  seg_anomaly_state_moments(state)->policy == state->options.null_policy));
}

SegAnomalyState *
seg_anomaly_state_open(struct varlena *value)
{
	SegAnomalyState *state = (SegAnomalyState *) value;

	if (VARATT_IS_EXTENDED(value) || (uintptr_t) value % MAXIMUM_ALIGNOF != 0)
	{
		struct varlena *plain = pg_detoast_datum(value);

		state = palloc(VARSIZE(plain));
		memcpy(state, plain, VARSIZE(plain));
	}
	if (!is_sound(state, VARSIZE(state)))
		seg_raise(SEG_MALFORMED_STATE);
	return state;
}

static void
refuse_options(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("options must be the same for all rows")));
}

void
seg_anomaly_state_check_options(const SegAnomalyState *state, const Jsonb *options)
{
	size_t		size = options == NULL ? 0 : VARSIZE_ANY_EXHDR(options);

	if (size != state->given_size ||
		(size > 0 && memcmp(state + 1, VARDATA_ANY(options), size) != 0))
		refuse_options();
}

void
seg_anomaly_state_check_same(const SegAnomalyState *a, const SegAnomalyState *b)
{
	if (a->given_size != b->given_size || memcmp(a + 1, b + 1, a->given_size) != 0)
		refuse_options();
	if (a->d != b->d)
		seg_raise(SEG_WRONG_LENGTH, (size_t) b->d, (size_t) a->d);
}

/* The same state with a sample of that capacity and moments of that shape (NULL: none). */
static SegAnomalyState *
resize(const SegAnomalyState *state, size_t capacity, const SegMomentsShape *shape)
{
	const SegRowSample *sample = seg_anomaly_state_sample(state);
	size_t		size = size_with(state, capacity, shape);
	SegAnomalyState *larger;

	check_size(size);
	larger = palloc(size);
	memcpy(larger, state, state->sample_at);
	SET_VARSIZE(larger, size);
	seg_sample_init(seg_anomaly_state_sample(larger), state->d, sample->limit, capacity, sample->seed);
	seg_sample_move(seg_anomaly_state_sample(larger), sample);
	if (shape != NULL)
	{
		larger->moments_at = size_with(state, capacity, NULL);
		seg_moments_reshape(seg_anomaly_state_moments(state), *shape, seg_anomaly_state_moments(larger));
	}
	return larger;
}

static SegAnomalyState *
add_to_sample(SegAnomalyState *state, const double *row, uint64 count)
{
	if (seg_sample_is_full(seg_anomaly_state_sample(state)))
	{
		size_t		capacity = 2 * (size_t) seg_anomaly_state_sample(state)->capacity;
		SegMomentsShape shape;

		if (state->moments_at > 0)
			shape = seg_moments_shape(seg_anomaly_state_moments(state));
		state = resize(state, capacity, state->moments_at > 0 ? &shape : NULL);
	}
	seg_sample_add(seg_anomaly_state_sample(state), row, count);
	return state;
}

/* Give the moments that shape, unless they have it. */
static SegAnomalyState *
reshape_moments(SegAnomalyState *state, SegMomentsShape shape)
{
	if (!seg_moments_has_width(shape))
		seg_raise(SEG_TOO_MANY_FEATURES, (size_t) state->d, (size_t) SEG_PACKED_MAX / 2);
	if (seg_moments_same_shape(shape, seg_moments_shape(seg_anomaly_state_moments(state))))
		return state;
	return resize(state, seg_anomaly_state_sample(state)->capacity, &shape);
}

SegAnomalyState *
seg_anomaly_state_add(SegAnomalyState *state, const double *row, size_t missing)
{
	state = add_to_sample(state, row, 1);
	if (state->moments_at > 0)
	{
		state = reshape_moments(state, seg_moments_shape_for_row(seg_anomaly_state_moments(state), missing > 0));
		memcpy(seg_moments_next_row(seg_anomaly_state_moments(state)), row, state->d * sizeof(double));
		seg_moments_add(seg_anomaly_state_moments(state), missing);
	}
	state->rows_used++;
	return state;
}

SegAnomalyState *
seg_anomaly_state_merge(SegAnomalyState *state, const SegAnomalyState *other)
{
	const SegRowSample *from = seg_anomaly_state_sample(other);

	for (size_t i = 0; i < from->used; i++)
	{
		state = add_to_sample(state, seg_sample_row(from, i), seg_sample_count(from, i));
		CHECK_FOR_INTERRUPTS();
	}
	seg_sample_lower(seg_anomaly_state_sample(state), from->threshold);
	if (state->moments_at > 0)
	{
		const SegMoments *moments = seg_anomaly_state_moments(other);

		state = reshape_moments(state, seg_moments_shape_for_merge(seg_anomaly_state_moments(state), moments));
		seg_moments_merge(seg_anomaly_state_moments(state), moments);
	}
	state->rows_used += other->rows_used;
	state->rows_skipped += other->rows_skipped;
	return state;
}

void
seg_anomaly_state_labels(const SegAnomalyState *state, SegArena *arena, SegAnomalyFeature *features)
{
	SegReader	reader = seg_reader((const uint8_t *) state + state->labels_at, state->labels_size);

	for (size_t j = 0; j < state->d; j++)
	{
		features[j].transform = seg_read_choice(&reader, SEG_TRANSFORM_LOG1P + 1);
		features[j].name = seg_read_text(&reader, arena);
	}
	if (!seg_reader_done(&reader))
		seg_raise(SEG_MALFORMED_MODEL);
}
