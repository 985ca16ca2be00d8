/*
 * fuzz_pca_model.c
 *		Any payload as a PCA model: decode, encode, decode, project.
 *
 * What decodes must encode to the same bytes again.
 */
#include "fuzz.h"

#include "pca/pca.h"
#include "pca/pca_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegPcaModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_pca_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
	return seg_pca_decode(&reader, SEG_PCA_VERSION, &arena, model);
}

static void
project(const SegPcaModel *model)
{
	double	   *row = malloc(model->d * sizeof(double));
	double	   *scores = malloc(model->components * sizeof(double));
	const double values[] = {0, 1, -3.5, 1e9, -DBL_MAX, NAN};

	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
	{
		size_t		position;

		for (size_t j = 0; j < model->d; j++)
			row[j] = values[(v + j % 2) % (sizeof(values) / sizeof(values[0]))];
		if (seg_row_transform(&model->transform, row, row, &position) != SEG_OK)
		{
			require(position >= 1 && position <= model->d);
			continue;
		}
		seg_pca_scores(model->loadings, model->d, model->components, row, scores);
		(void) seg_pca_residual(model->loadings, model->d, model->components, scores, row);
	}
	free(scores);
	free(row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegPcaModel model;
	SegPcaModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = malloc(size);
		uint8_t    *bytes_again = malloc(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_pca_encode(&counter, &model);
		require(counter.size == size);
		seg_pca_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_pca_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		project(&model);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
