/*
 * anomaly_state_pg.c
 *		The aggregate anomaly_fit: its options, its state and its support functions.
 */
#include "anomaly/anomaly_pg.h"

#include "utils/memutils.h"

#include "server/error.h"
#include "server/family.h"
#include "server/feature_words.h"
#include "server/model_text.h"

/* The options as read: a choice is an int, a flag is a bool. */
typedef struct GivenNumbers
{
	int			method;
	int			null_policy;
	bool		robust;
	int64		trees;
	int64		sample_size;
	int64		seed;
	double		contamination;
} GivenNumbers;

typedef struct ParsedOptions
{
	GivenNumbers numbers;
	SegIntList	transform;
	SegTextList feature_names;
} ParsedOptions;

const char *const seg_anomaly_method_words[] = {
	[SEG_ANOMALY_IFOREST] = "iforest",
	[SEG_ANOMALY_MAHALANOBIS] = "mahalanobis",
	[SEG_ANOMALY_KMEANS] = "kmeans",
	NULL
};

#define FIELD(name) offsetof(ParsedOptions, name)

static const SegOption option_table[] = {
	{"method", SEG_OPTION_CHOICE, FIELD(numbers.method), .choices = seg_anomaly_method_words,
		.unsupported = 1 << SEG_ANOMALY_KMEANS,
		.meaning = "iforest scores a row by how few random cuts set it apart; mahalanobis by its distance from the center, in units of the covariance."},
	{"trees", SEG_OPTION_INT, FIELD(numbers.trees), 1, SEG_IFOREST_MAX_TREES,
		.meaning = "The number of trees of an isolation forest."},
	{"sample_size", SEG_OPTION_INT, FIELD(numbers.sample_size), 2, SEG_IFOREST_MAX_SAMPLE,
		.meaning = "The number of rows in each tree of an isolation forest."},
	{"robust", SEG_OPTION_BOOL, FIELD(numbers.robust),
		.meaning = "Whether method mahalanobis takes center and covariance from the rows that outliers do not distort (FastMCD)."},
	{"contamination", SEG_OPTION_REAL, FIELD(numbers.contamination), 1e-9, 0.5,
		.meaning = "The share of the rows that is_anomaly returns true for."},
	{"seed", SEG_OPTION_INT, FIELD(numbers.seed), -0x1.0p+63, 0x1.0p+63,
		.meaning = "The seed of the random choices."},
	{"null_policy", SEG_OPTION_CHOICE, FIELD(numbers.null_policy), .choices = seg_null_policy_words,
		.meaning = "What a null feature does: raise an error, leave the row out, or count as the feature's mean, its median or 0."},
	{"transform", SEG_OPTION_CHOICES, FIELD(transform), .choices = seg_transform_words,
		.meaning = "What is applied to the values before anything else; one choice for all features or an array with one for each."},
	{"feature_names", SEG_OPTION_TEXTS, FIELD(feature_names),
		.meaning = "The names of the features, one for each, all different."},
	{NULL}
};

static int	no_transform[] = {SEG_TRANSFORM_NONE};

static const ParsedOptions defaults = {
	.numbers = {
		.method = SEG_ANOMALY_IFOREST,
		.null_policy = SEG_NULL_ERROR,
		.trees = 100,
		.sample_size = 256,
		.seed = 42,
		.contamination = 0.05,
	},
	.transform = {-1, no_transform},
};

static ParsedOptions
parse_options(const Jsonb *options)
{
	ParsedOptions parsed = defaults;

	seg_options_read(options, option_table, &parsed);
	if (parsed.numbers.method == SEG_ANOMALY_IFOREST)
		seg_option_refuse_unused(!parsed.numbers.robust, "robust", "method \"iforest\"", "method \"mahalanobis\"");
	else
	{
		seg_option_refuse_unused(parsed.numbers.trees == defaults.numbers.trees, "trees", "method \"mahalanobis\"", "method \"iforest\"");
		seg_option_refuse_unused(parsed.numbers.sample_size == defaults.numbers.sample_size, "sample_size", "method \"mahalanobis\"", "method \"iforest\"");
	}
	return parsed;
}

/* Write the labels: transform and name of each feature. */
static void
write_labels(SegWriter *writer, const ParsedOptions *parsed, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		int			transform = parsed->transform.items[parsed->transform.count < 0 ? 0 : j];
		const char *name = "";

		if (parsed->feature_names.count != 0)
			name = seg_text_for_model(parsed->feature_names.items[j]);
		seg_write_label(writer, transform, name);
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

static void
check_options(const Jsonb *options, size_t d, const SegFitArguments *arguments)
{
	ParsedOptions parsed = parse_options(options);

	check_counts(&parsed, d);
}

const SegFamily seg_anomaly_family = {
	.type = &seg_anomaly_model_type,
	.info = seg_anomaly_info,
	.features = seg_anomaly_features,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};

static SegAnomalyOptions
numbers_of(const GivenNumbers *given)
{
	return (SegAnomalyOptions) {
		.method = given->method,
		.null_policy = given->null_policy,
		.robust = given->robust,
		.trees = given->trees,
		.sample_size = given->sample_size,
		.seed = given->seed,
		.contamination = given->contamination,
	};
}

/* ---- the state ---- */

static bool
is_sound(const void *state, size_t size)
{
	return seg_anomaly_state_is_sound(state, size);
}

/* Bytes of a state with that room; raises an error if it is too large for a fit. */
static size_t
size_with(const SegAnomalyState *head, SegAnomalyRoom room)
{
	size_t		size = seg_anomaly_state_size(head, room);

	if (room.has_moments && !seg_moments_has_width(room.shape))
		seg_raise((SegFault) {SEG_TOO_MANY_FEATURES, .got = head->fit.d, .wanted = SEG_PACKED_MAX / 2});
	if (size == 0 || size > MaxAllocSize)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = size == 0 ? SIZE_MAX : size, .wanted = MaxAllocSize});
	return size;
}

static void *
begin(SegStates *states, const Jsonb *options, size_t d)
{
	ParsedOptions parsed = parse_options(options);
	SegWriter	writer = {NULL, 0};
	SegAnomalyState head;
	SegAnomalyState *state;
	SegAnomalyRoom room;
	SegStatus	status;

	check_counts(&parsed, d);
	write_labels(&writer, &parsed, d);
	memset(&head, 0, sizeof(head));
	head.fit.d = d;
	head.labels_size = writer.size;
	head.sample_at = MAXALIGN(sizeof(SegAnomalyState) + head.labels_size);
	head.options = numbers_of(&parsed.numbers);
	head.has_transform = any_transform(&parsed.transform);
	room = seg_anomaly_first_room(&head.options, d);
	state = seg_state_new(states, &seg_anomaly_aggregate.state, size_with(&head, room));
	head.fit.state = state->fit.state;
	*state = head;
	writer = (SegWriter) {(uint8_t *) seg_anomaly_state_labels(state), 0};
	write_labels(&writer, &parsed, d);
	status = seg_anomaly_state_begin(state, room);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .got = d, .wanted = SEG_PACKED_MAX});
	return state;
}

static SegAnomalyState *
in_room(SegStates *states, SegAnomalyState *state, SegAnomalyRoom room)
{
	SegAnomalyState *larger;
	SegStateHead head;

	if (seg_anomaly_same_room(room, seg_anomaly_room(state)))
		return state;
	larger = seg_state_resize(states, state, size_with(state, room));
	head = larger->fit.state;
	seg_anomaly_state_move(state, room, larger);
	larger->fit.state = head;
	return larger;
}

/* Check the domain of log1p in each row; log1p is applied later, to the sample. */
static void
check_logs(const SegAnomalyState *state, const double *row)
{
	SegReader	reader = seg_reader(seg_anomaly_state_labels(state), state->labels_size);

	for (size_t j = 0; j < state->fit.d; j++)
		if (seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P && row[j] <= -1)
			seg_raise((SegFault) {SEG_LOG_DOMAIN, .feature = j + 1});
}

static void *
add(SegStates *states, void *own, const SegFeatures *features)
{
	static double row[SEG_MAX_FEATURES];
	SegAnomalyState *state = own;
	size_t		missing = seg_features_copy(features, row);

	if (missing > 0 && state->options.null_policy == SEG_NULL_ERROR)
		seg_refuse_null(features);
	if (missing > 0 && state->options.null_policy == SEG_NULL_SKIP)
	{
		state->fit.rows_skipped++;
		return state;
	}
	if (state->has_transform)
		check_logs(state, row);
	if (state->moments_at > 0)
		seg_moments_check_rows(state->rows_used + 1);
	state = in_room(states, state, seg_anomaly_room_for_row(state, missing > 0));
	seg_anomaly_state_add(state, row, missing);
	return state;
}

/* Check the options in a state of unknown origin; the digest only covers the options as given. */
static void *
merge(SegStates *states, void *own, const void *from)
{
	SegAnomalyState *state = own;
	const SegAnomalyState *other = from;

	if (memcmp(&state->options, &other->options, sizeof(SegAnomalyOptions)) != 0 ||
		state->labels_size != other->labels_size ||
		memcmp(seg_anomaly_state_labels(state), seg_anomaly_state_labels(other), state->labels_size) != 0)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	if (state->moments_at > 0)
		seg_moments_check_rows(state->rows_used + other->rows_used);
	state = in_room(states, state, seg_anomaly_room_for_merge(state, other));
	seg_anomaly_state_merge(state, other);
	return state;
}

const SegAggregate seg_anomaly_aggregate = {
	.state = {SEG_ANOMALY_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_anomaly_model_type,
	.begin = begin,
	.add = add,
	.merge = merge,
	.fit = seg_anomaly_fit,
};

PG_FUNCTION_INFO_V1(anomaly_fit_transfn);
Datum
anomaly_fit_transfn(PG_FUNCTION_ARGS)
{
	return seg_fit_transition(fcinfo, &seg_anomaly_aggregate);
}

PG_FUNCTION_INFO_V1(anomaly_fit_combinefn);
Datum
anomaly_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &seg_anomaly_aggregate);
}

PG_FUNCTION_INFO_V1(anomaly_fit_finalfn);
Datum
anomaly_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &seg_anomaly_aggregate);
}
