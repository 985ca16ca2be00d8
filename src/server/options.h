/*
 * options.h
 *		The strict jsonb argument `options` of the fit aggregates.
 *
 * A family describes its options in a table of SegOption; seg_options_read
 * fills a struct from jsonb.  The struct holds the defaults before: they stand in a
 * static one of the family, which is also what users are told of them.  A number
 * outside low .. high, a choice of -1 and an empty list there mean: no default.  An unknown key, a wrong type or a value out of
 * range is 22023, names the key and lists what is valid.
 */
#ifndef SEG_SERVER_OPTIONS_H
#define SEG_SERVER_OPTIONS_H

#include "server/compat.h"

#include "utils/jsonb.h"

/* A number of a fit, such as k, that is null. */
#define SEG_NUMBER_NULL PG_INT64_MIN

typedef enum SegOptionType
{
	SEG_OPTION_INT,				/* int64, low .. high */
	SEG_OPTION_REAL,			/* double, low .. high */
	SEG_OPTION_BOOL,			/* bool */
	SEG_OPTION_CHOICE,			/* int, an index into choices */
	SEG_OPTION_CHOICES,			/* SegIntList: one choice, or an array of them */
	SEG_OPTION_TEXT,			/* char * */
	SEG_OPTION_TEXTS,			/* SegTextList */
	SEG_OPTION_REALS,			/* SegRealList: array of numbers */
	SEG_OPTION_MATRIX,			/* SegRealMatrix: array of arrays of numbers, all of one length */
	SEG_OPTION_CUSTOM,			/* whatever `read` makes of it */
} SegOptionType;

typedef struct SegIntList
{
	int			count;			/* 0: not given; -1: one value for all, in items[0] */
	int		   *items;
} SegIntList;

typedef struct SegTextList
{
	int			count;
	char	  **items;
} SegTextList;

typedef struct SegRealList
{
	int			count;
	double	   *items;
} SegRealList;

typedef struct SegRealMatrix
{
	int			rows;
	int			columns;
	double	   *items;			/* rows x columns, row by row */
} SegRealMatrix;

typedef struct SegOption
{
	const char *key;
	SegOptionType type;
	size_t		offset;			/* of the field in the options struct */
	double		low;			/* INT, REAL */
	double		high;
	const char *const *choices; /* CHOICE, CHOICES: words by value; ends with NULL */
	uint32		unsupported;	/* of these, bit by value: words that this fit does not take */
	void		(*read) (const char *key, const JsonbValue *value, void *field);	/* CUSTOM */
	const char *type_name;		/* CUSTOM: what is read, such as "array of pairs" */
	const char *meaning;		/* one sentence, for users */
} SegOption;

/* The words that an option takes, "error, skip, mean"; palloc'd. */
extern char *seg_option_words(const SegOption *option);

/*
 * Read options into the struct at *result, which holds the defaults already.
 * IN options may be NULL (all defaults).  IN table ends with a NULL key.
 * What is pointed to is palloc'd in the current context.
 */
extern void seg_options_read(const Jsonb *options, const SegOption *table, void *result);

/* An array of arrays of numbers, for a CUSTOM option that may also be one. */
extern void seg_option_read_matrix(const char *key, const JsonbValue *value, SegRealMatrix *matrix);

/* The 22023 for a value of a wrong kind: "option "<key>" must be <expected>". */
extern _Noreturn void seg_option_refuse(const char *key, const char *expected);

/* The 22023 for an argument of an aggregate (options, k, model) that is another one in another row. */
extern _Noreturn void seg_refuse_changed(const char *what);

#endif							/* SEG_SERVER_OPTIONS_H */
