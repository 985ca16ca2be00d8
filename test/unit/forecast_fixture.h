/*
 * forecast_fixture.h
 *		Series of the reference data for the tests of forecasts: AirPassengers, USAccDeaths, LakeHuron.
 *
 * They are read from the folder data beside the project, or in SEGMENT_SHARED; a test
 * that needs them is skipped where they are absent.
 */
#ifndef SEG_TEST_FORECAST_FIXTURE_H
#define SEG_TEST_FORECAST_FIXTURE_H

#include "unit.h"

#include <stdio.h>

#define MOST_VALUES 512

typedef struct Series
{
	double		y[MOST_VALUES];
	size_t		n;
	size_t		m;
} Series;

/* A file of the reference data, opened by a command ("cat", "zcat"); NULL where it is absent. */
static inline FILE *
open_shared(const char *command, const char *name)
{
	const char *shared = getenv("SEGMENT_SHARED");
	char		path[1000];
	char		line[1200];
	FILE	   *file;

	if (shared != NULL)
		snprintf(path, sizeof(path), "%s/data/%s", shared, name);
	else
		snprintf(path, sizeof(path), SEG_TOP "/../shared/data/%s", name);
	file = fopen(path, "r");
	if (file == NULL)
	{
		printf("skipped: no %s\n", path);
		return NULL;
	}
	fclose(file);
	snprintf(line, sizeof(line), "%s '%s'", command, path);
	return popen(line, "r");
}

static inline bool
read_air_passengers(Series *series)
{
	FILE	   *file = open_shared("cat", "forecast/airpassengers.csv");
	double		t;

	if (file == NULL)
		return false;
	series->n = 0;
	series->m = 12;
	assert_int_equal(fscanf(file, "%*[^\n]"), 0);
	while (fscanf(file, "%lf,%lf", &t, &series->y[series->n]) == 2)
		series->n++;
	pclose(file);
	assert_int_equal(series->n, 144);
	return true;
}

/* The numbers that follow a word in the text of the reference figures. */
static inline bool
read_listed(const char *word, size_t m, Series *series)
{
	FILE	   *file = open_shared("cat", "TRUTHS-forecast.md");
	static char text[1 << 16];
	char	   *at;
	char	   *end;

	if (file == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	pclose(file);
	at = strstr(text, word);
	assert_non_null(at);
	at += strlen(word);
	for (series->n = 0; series->n < MOST_VALUES; series->n++)
	{
		series->y[series->n] = strtod(at, &end);
		if (end == at)
			break;
		at = end;
	}
	series->m = m;
	return true;
}

static inline bool
read_us_acc_deaths(Series *series)
{
	if (!read_listed("USAccDeaths, monthly from 1973-01:", 12, series))
		return false;
	assert_int_equal(series->n, 72);
	return true;
}

static inline bool
read_lake_huron(Series *series)
{
	if (!read_listed("LakeHuron, yearly from 1875:", 1, series))
		return false;
	assert_int_equal(series->n, 98);
	return true;
}

/* |got - want| <= tolerance |want|. */
#define assert_near(got, want, tolerance) \
	do { \
		double		near_ = (want); \
		assert_close(got, near_, (tolerance) * fabs(near_)); \
	} while (0)

#endif							/* SEG_TEST_FORECAST_FIXTURE_H */
