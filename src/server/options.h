/*
 * options.h
 *		The strict jsonb argument `options` of the fit aggregates.
 *
 * A family describes its options in a table of SegOption; seg_options_read fills a
 * struct from jsonb.  The struct is first a copy of the family's static struct of
 * defaults, which is also the source of the defaults shown to users.  There, a number
 * outside low .. high, a choice of -1 and an empty list mean: no default.  An unknown
 * key, a wrong type or a value out of range is 22023; the message names the key and
 * lists the valid values.
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
	SEG_OPTION_CUSTOM,			/* any type, read by `read` */
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
	uint32		unsupported;	/* bit mask by value: words that this fit does not support */
	void		(*read) (const char *key, const JsonbValue *value, void *field);	/* CUSTOM */
	const char *type_name;		/* CUSTOM: the type, such as "array of pairs" */
	const char *meaning;		/* one sentence, for users */
} SegOption;

/* The valid words of an option, "error, skip, mean"; palloc'd. */
extern char *seg_option_words(const SegOption *option);

/*
 * Read options into the struct at *result, which already contains the defaults.
 * IN options may be NULL (all defaults).  IN table ends with a NULL key.
 * Strings and arrays are palloc'd in the current context.
 */
extern void seg_options_read(const Jsonb *options, const SegOption *table, void *result);

/* An array of arrays of numbers, for a CUSTOM option that also accepts one. */
extern void seg_option_read_matrix(const char *key, const JsonbValue *value, SegRealMatrix *matrix);

/* Raise 22023 for an invalid value: option "<key>" must be <expected>. */
extern _Noreturn void seg_option_refuse(const char *key, const char *expected);

/*
 * Raise 22023 unless the option has its default: option "<key>" has no effect with
 * <with>.  The hint says that it requires <required>.
 */
extern void seg_option_refuse_unused(bool is_default, const char *key, const char *with, const char *required);

/* Raise 22023 for an argument of an aggregate (options, k, model) that differs between rows. */
extern _Noreturn void seg_refuse_changed(const char *what);

#endif							/* SEG_SERVER_OPTIONS_H */
