/*
 * sap_export.c
 *		Write generated exports of an SAP system, and the expected results.
 *
 *		sap_export DIR [customers=N] [months=N] [seed=N] [damaged=N]
 *
 * DIR gets KNA1.txt (list text, Latin-1), BUT000.csv, VBRK.csv and VBRP.csv (UTF-8),
 * MAKT.txt (UTF-16, tabs), TCURX.csv and rates.csv.  DIR/truth gets the expected
 * results.  The same arguments give the same bytes on every platform.  A document
 * takes about 30 bytes of memory: a million customers over two years, with 16
 * million documents and 45 million items, take half a gigabyte and a minute.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"

typedef struct Arguments
{
	const char *directory;
	unsigned long long customers;
	unsigned long long months;
	unsigned long long seed;
	unsigned long long damaged;
} Arguments;

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "sap_export: %s: %s\n", what, why);
	exit(1);
}

static void
take_number(const char *argument, const char *name, unsigned long long low, unsigned long long high,
			unsigned long long *value)
{
	size_t		length = strlen(name);
	char	   *end;

	if (strncmp(argument, name, length) != 0 || argument[length] != '=')
		return;
	errno = 0;
	*value = strtoull(argument + length + 1, &end, 10);
	if (end == argument + length + 1 || *end != '\0' || errno != 0 || *value < low || *value > high)
		fail(argument, "value out of range");
}

static Arguments
parse(int argc, char **argv)
{
	Arguments	arguments = {NULL, 4000, 24, 42, 0};

	if (argc < 2)
		fail("usage", "sap_export DIR [customers=N] [months=N] [seed=N] [damaged=N]");
	arguments.directory = argv[1];
	for (int i = 2; i < argc; i++)
	{
		const char *known[] = {"customers=", "months=", "seed=", "damaged="};
		bool		found = false;

		for (int k = 0; k < 4; k++)
			found |= strncmp(argv[i], known[k], strlen(known[k])) == 0;
		if (!found)
			fail(argv[i], "unrecognized argument");
		take_number(argv[i], "customers", 1, 10000000, &arguments.customers);
		take_number(argv[i], "months", 1, 120, &arguments.months);
		take_number(argv[i], "seed", 0, UINT64_MAX, &arguments.seed);
		take_number(argv[i], "damaged", 0, 1000, &arguments.damaged);
	}
	return arguments;
}

static FILE *
create(const char *directory, const char *name)
{
	char		path[4096];
	FILE	   *out;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int) sizeof(path))
		fail(name, "path too long");
	out = fopen(path, "wb");
	if (out == NULL)
		fail(path, strerror(errno));
	return out;
}

static void
finish(FILE *out, const char *name)
{
	if (ferror(out) || fclose(out) != 0)
		fail(name, "could not write");
}

/* Write the exports, and the number of rows of each, including other clients but not damaged lines. */
static void
write_rows(const char *directory, const Shop *shop, unsigned damaged)
{
	FILE	   *rows = create(directory, "truth/rows.csv");
	FILE	   *out;

	fputs("file,rows\n", rows);
	out = create(directory, "KNA1.txt");
	fprintf(rows, "KNA1,%zu\n", write_kna1_list(out, shop));
	finish(out, "KNA1.txt");
	out = create(directory, "BUT000.csv");
	fprintf(rows, "BUT000,%zu\n", write_but000(out, shop));
	finish(out, "BUT000.csv");
	out = create(directory, "VBRK.csv");
	fprintf(rows, "VBRK,%zu\n", write_vbrk(out, shop));
	finish(out, "VBRK.csv");
	out = create(directory, "VBRP.csv");
	fprintf(rows, "VBRP,%zu\n", write_vbrp(out, shop, damaged));
	finish(out, "VBRP.csv");
	out = create(directory, "MAKT.txt");
	fprintf(rows, "MAKT,%zu\n", write_makt(out));
	finish(out, "MAKT.txt");
	out = create(directory, "TCURX.csv");
	fprintf(rows, "TCURX,%zu\n", write_tcurx(out));
	finish(out, "TCURX.csv");
	out = create(directory, "rates.csv");
	fprintf(rows, "rates,%zu\n", write_rates(out, shop));
	finish(out, "rates.csv");
	finish(rows, "truth/rows.csv");
}

static void
write_truth(const char *directory, const Shop *shop)
{
	FILE	   *out = create(directory, "truth/customers.csv");

	write_true_customers(out, shop);
	finish(out, "truth/customers.csv");
	out = create(directory, "truth/pairs.csv");
	write_true_pairs(out);
	finish(out, "truth/pairs.csv");
	out = create(directory, "truth/birthdays.csv");
	write_true_birthdays(out, shop);
	finish(out, "truth/birthdays.csv");
	out = create(directory, "truth/facts.csv");
	write_facts(out, shop);
	finish(out, "truth/facts.csv");
}

int
main(int argc, char **argv)
{
	Arguments	arguments = parse(argc, argv);
	char		truth[4096];
	Shop		shop;

	snprintf(truth, sizeof(truth), "%s/truth", arguments.directory);
	if ((mkdir(arguments.directory, 0755) != 0 && errno != EEXIST) || (mkdir(truth, 0755) != 0 && errno != EEXIST))
		fail(truth, strerror(errno));
	if (!shop_open(&shop, (uint32_t) arguments.customers, (int) arguments.months, arguments.seed))
		fail("memory", strerror(ENOMEM));
	write_rows(arguments.directory, &shop, (unsigned) arguments.damaged);
	write_truth(arguments.directory, &shop);
	shop_close(&shop);
	return 0;
}
