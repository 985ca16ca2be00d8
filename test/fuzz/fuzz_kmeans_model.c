/*
 * fuzz_kmeans_model.c
 *		Any payload, sealed as a k-means model: decode, encode, decode, score, align.
 *
 * What is fuzzed is the payload; the target seals it, as each version in turn, else no
 * input would get past the digest.  What decodes must encode to bytes that decode to
 * the same bytes again, must score rows, be put in words, align to itself, and give an
 * anomaly model that decodes.  The seeds are the payloads of fixture_model(k, d, seed),
 * in files named k-d-seed (of version 1) and v2-k-d-seed.
 */
#include "fuzz.h"

#include "anomaly/anomaly_kmeans_model.h"
#include "kmeans/kmeans_align_model.h"
#include "kmeans/kmeans_profile_model.h"
#include "kmeans/kmeans_scorer_model.h"

/* Decode a sealed model; the arena's buffer goes to *buffer. */
static SegStatus
decode(const uint8_t *sealed, size_t size, SegKmeansScorer *scorer, void **buffer)
{
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena;

	require(seg_envelope_open(sealed, size, SEG_KIND_KMEANS, SEG_KMEANS_VERSION,
							  &kind, &version, &reader) == SEG_OK);
	arena = seg_arena(NULL, seg_kmeans_scorer_size(reader.left));
	*buffer = arena.base = room(arena.size);
	return seg_kmeans_scorer_decode(&reader, version, &arena, scorer);
}

/* Encode and seal; *size bytes. */
static uint8_t *
encode(const SegKmeansModel *model, size_t *size)
{
	SegWriter	writer = {NULL, 0};
	uint8_t    *sealed;

	seg_kmeans_encode(&writer, model);
	*size = SEG_ENVELOPE_SIZE + writer.size;
	sealed = room(*size);
	writer = (SegWriter) {sealed + SEG_ENVELOPE_SIZE, 0};
	seg_kmeans_encode(&writer, model);
	seg_envelope_seal(sealed, writer.size, SEG_KIND_KMEANS, SEG_KMEANS_VERSION);
	return sealed;
}

/* A row of one value, and one of nulls. */
static void
score(const SegKmeansScorer *scorer, double value)
{
	const SegKmeansModel *model = &scorer->model;
	double	   *row = room(model->d * sizeof(double));
	double	   *d2 = room(scorer->centers.stride * sizeof(double));
	size_t		position = 0;
	SegStatus	status;

	for (uint32_t j = 0; j < model->d; j++)
		row[j] = value;
	status = seg_row_transform(&scorer->transform, row, row, &position);
	if (status == SEG_OK)
	{
		SegNearest	nearest;

		seg_nearest_distances(&scorer->centers, row, d2);
		nearest = seg_nearest_find(d2, model->k);
		require(nearest.first < model->k && nearest.second < model->k);
		require(model->k == 1 || nearest.first != nearest.second);
		require(!(nearest.second_d2 < nearest.first_d2));
	}
	else
		require(position >= 1 && position <= model->d);
	free(row);
	free(d2);
}

static void
align(SegKmeansModel *model)
{
	SegArena	arena = seg_arena(NULL, seg_kmeans_align_workspace(model, model));
	SegKmeansAlignment alignment;
	size_t		position;

	arena.base = room(arena.size);
	if (seg_kmeans_align(model, model, &arena, &alignment, &position) == SEG_OK)
		seg_kmeans_renumber(model, model, &alignment);
	free(arena.base);
}

static void
make_anomaly_model(const SegKmeansModel *kmeans)
{
	SegArena	arena = seg_arena(NULL, seg_anomaly_of_kmeans_size(kmeans));
	SegArena	decoded;
	SegAnomalyModel model;
	SegWriter	writer = {NULL, 0};
	SegReader	reader;
	uint8_t    *bytes;

	arena.base = room(arena.size);
	seg_anomaly_of_kmeans(kmeans, 0.05, &arena, &model);
	seg_anomaly_encode(&writer, &model);
	bytes = room(writer.size);
	reader = seg_reader(bytes, writer.size);
	writer = (SegWriter) {bytes, 0};
	seg_anomaly_encode(&writer, &model);
	decoded = seg_arena(NULL, seg_anomaly_decoded_size(reader.left));
	decoded.base = room(decoded.size);
	require(seg_anomaly_decode(&reader, SEG_ANOMALY_VERSION, &decoded, &model) == SEG_OK);
	free(decoded.base);
	free(bytes);
	free(arena.base);
}

static void
describe(const SegKmeansModel *model)
{
	for (uint32_t c = 0; c < model->k; c++)
	{
		SegTrait	traits[SEG_DESCRIBE_TRAITS];
		char		words[2000];
		size_t		count = seg_kmeans_strongest(model, c, traits);

		require(count <= SEG_DESCRIBE_TRAITS);
		require(seg_describe_traits(c % 3, traits, count, c % 2 == 0, words, sizeof(words)) > 0);
	}
}

static void
check_version(const uint8_t *data, size_t size, int version)
{
	uint8_t    *sealed = room(SEG_ENVELOPE_SIZE + size);
	SegKmeansScorer scorer;
	void	   *buffer;

	memcpy(sealed + SEG_ENVELOPE_SIZE, data, size);
	seg_envelope_seal(sealed, size, SEG_KIND_KMEANS, version);
	if (decode(sealed, SEG_ENVELOPE_SIZE + size, &scorer, &buffer) == SEG_OK)
	{
		size_t		once_size;
		size_t		twice_size;
		uint8_t    *once = encode(&scorer.model, &once_size);
		uint8_t    *twice;
		SegKmeansScorer again;
		void	   *again_buffer;

		require(version < SEG_KMEANS_VERSION || once_size == SEG_ENVELOPE_SIZE + size);
		require(decode(once, once_size, &again, &again_buffer) == SEG_OK);
		twice = encode(&again.model, &twice_size);
		require(twice_size == once_size && memcmp(once, twice, once_size) == 0);
		make_anomaly_model(&again.model);
		describe(&again.model);
		score(&again, 0);
		score(&again, -1e300);
		score(&again, NAN);
		if (again.model.k <= 16)
			align(&again.model);
		free(again_buffer);
		free(once);
		free(twice);
	}
	free(buffer);
	free(sealed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int version = 1; version <= SEG_KMEANS_VERSION; version++)
		check_version(data, size, version);
	return 0;
}
