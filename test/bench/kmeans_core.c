/*
 * kmeans_core.c
 *		Only Lloyd's iterations, on rows in memory, for comparison with fit of scikit-learn.
 *
 *		kmeans_core rows.bin centers.bin n d k iterations repeats
 *
 * Both files have doubles, row by row.  It prints the median milliseconds of a run,
 * the share of all distances that was computed, the inertia and the iterations.
 * If DOUBLES is set in the environment, only doubles are used.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "kmeans/kmeans_filter.h"
#include "kmeans/kmeans_lloyd.h"

static double
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1e3 + (double) now.tv_nsec * 1e-6;
}

static double *
read_doubles(const char *path, size_t count)
{
	FILE	   *file = fopen(path, "rb");
	double	   *values = malloc(count * sizeof(double));

	if (file == NULL || values == NULL || fread(values, sizeof(double), count, file) != count)
	{
		fprintf(stderr, "cannot read %zu doubles from %s\n", count, path);
		exit(1);
	}
	fclose(file);
	return values;
}

static void *
allocate(size_t size)
{
	void	   *room = aligned_alloc(4096, (size + 4095) / 4096 * 4096);

	if (room == NULL)
		exit(1);
	/* like seg_advise_large_pages in the server, and like numpy */
	(void) madvise(room, size, MADV_HUGEPAGE);
	memset(room, 0, size);
	return room;
}

static int
by_value(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	size_t		n = argc == 8 ? strtoul(argv[3], NULL, 10) : 0;
	size_t		d = argc == 8 ? strtoul(argv[4], NULL, 10) : 0;
	size_t		k = argc == 8 ? strtoul(argv[5], NULL, 10) : 0;
	size_t		repeats = argc == 8 ? strtoul(argv[7], NULL, 10) : 0;
	SegKmeansParams params = {.max_iterations = argc == 8 ? strtoul(argv[6], NULL, 10) : 0};
	double	   *values;
	double	   *start;
	double		times[99];
	SegScale   *scales;
	uint32_t   *active;
	SegKmeansData data;
	SegKmeansFilter filter;
	size_t		filter_size;
	char	   *filter_room;
	SegKmeansRun run;
	SegArena	run_arena;
	size_t		workspace;
	char	   *room;

	if (n == 0 || d == 0 || k == 0 || repeats == 0 || repeats > 99)
	{
		fprintf(stderr, "usage: kmeans_core rows.bin centers.bin n d k iterations repeats\n");
		return 1;
	}
	values = read_doubles(argv[1], n * d);
	start = read_doubles(argv[2], k * d);
	data = (SegKmeansData) {.rows = {n, d, allocate(n * d * sizeof(double))}};
	scales = allocate(d * sizeof(SegScale));
	active = allocate(d * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
		seg_matrix_set(&data.rows, i, values + i * d);
	for (size_t j = 0; j < d; j++)
	{
		scales[j].scale = 1;
		active[j] = (uint32_t) j;
		for (size_t i = 0; i < n; i++)
		{
			scales[j].max_abs = fmax(scales[j].max_abs, fabs(values[i * d + j]));
			scales[j].mean += values[i * d + j] / (double) n;
		}
	}
	data.total = (double) n;
	data.scales = scales;
	data.active = active;
	data.n_active = d;
	run_arena = seg_arena(allocate(seg_kmeans_run_size(n, d, k)), seg_kmeans_run_size(n, d, k));
	seg_kmeans_take_run(&run, n, d, k, &run_arena);
	workspace = seg_lloyd_workspace(n, d, k);
	room = allocate(workspace);
	filter_size = seg_filter_size(n, d);
	filter_room = allocate(filter_size);
	for (size_t r = 0; r < repeats; r++)
	{
		SegArena	filter_arena = seg_arena(filter_room, filter_size);
		double		begun;

		data.filter = NULL;
		memcpy(run.centers, start, k * d * sizeof(double));
		begun = milliseconds();
		if (seg_filter_is_fast() && getenv("DOUBLES") == NULL)
		{
			seg_filter_prepare(&data, &filter_arena, &filter);
			data.filter = &filter;
		}
		seg_lloyd_run(&data, &params, &run, seg_arena(room, workspace));
		times[r] = milliseconds() - begun;
	}
	qsort(times, repeats, sizeof(double), by_value);
	printf("%.1f %.3f %.10g %zu\n", times[repeats / 2],
		   (double) run.distances / ((double) n * (double) k * (double) (run.iterations + 1)), run.inertia, run.iterations);
	return 0;
}
