/*
 * replay.c
 *		Run a fuzz target over the files of its corpus, without libFuzzer.
 *
 * Linked with one fuzz_*.c.  Arguments: files or directories.  The last line
 * printed is the number of inputs; none at all is a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
replay_file(const char *path)
{
	FILE	   *file = fopen(path, "rb");
	uint8_t    *data;
	long		size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
	{
		perror(path);
		exit(1);
	}
	rewind(file);
	data = malloc(size + 1);
	if (data == NULL || fread(data, 1, size, file) != (size_t) size)
	{
		perror(path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static size_t
replay(const char *path)
{
	struct stat info;
	size_t		inputs = 0;
	DIR		   *directory;
	struct dirent *entry;

	if (stat(path, &info) != 0)
	{
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(info.st_mode))
		return replay_file(path);
	directory = opendir(path);
	while (directory != NULL && (entry = readdir(directory)) != NULL)
	{
		char		inner[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		inputs += replay(inner);
	}
	closedir(directory);
	return inputs;
}

int
main(int argc, char **argv)
{
	size_t		inputs = 0;

	for (int i = 1; i < argc; i++)
		inputs += replay(argv[i]);
	printf("%zu inputs\n", inputs);
	return inputs > 0 ? 0 : 1;
}
