/*
 * catalogue.h
 *		What the generated shop sells, where its customers live, how they behave.
 *
 * Constant tables only.  Prices are in euro cents, texts in UTF-8; the texts of
 * customers keep to Latin-1, since their file is written in that encoding.
 */
#ifndef GENERATOR_CATALOGUE_H
#define GENERATOR_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

/* Ranges of articles; a behaviour buys from a set of them. */
typedef enum Range
{
	BIKES = 1 << 0,
	PARTS = 1 << 1,
	CLOTHING = 1 << 2,
	ACCESSORIES = 1 << 3,
	SNACKS = 1 << 4,
	GIFTS = 1 << 5,
	FREIGHT = 1 << 6
} Range;

typedef struct Product
{
	const char *matnr;			/* internal form: 18 digits, or as typed */
	const char *matkl;
	Range		range;
	int32_t		price;
	const char *german;
	const char *english;
	const char *japanese;		/* NULL: not translated */
	int			companion;		/* offset to the product often bought with it, or 0 */
	int			companion_percent;
} Product;

typedef struct Place
{
	const char *land1;
	const char *waerk;			/* currency of the customer's documents */
	int			percent;		/* share of customers */
	const char *vkorg;
	const char *bukrs;
	const char *shop_format;	/* name of a dealer */
	const char *first_names[8];
	const char *last_names[10];
	const char *cities[6];
	const char *postcode;		/* 9 stands for any digit */
	const char *street;
} Place;

typedef struct Behaviour
{
	const char *name;
	int			permille;		/* share of customers */
	int			interval;		/* mean days between receipts; 0: a single one; -1: before Christmas only */
	int			min_items;
	int			max_items;
	int			max_quantity;
	int			ranges;
	int			discount_percent;
	int			return_permille;	/* share of receipts that something comes back of */
} Behaviour;

typedef enum BehaviourNumber
{
	DEALER, REGULAR, RETURNER, BIG_TICKET, CHRISTMAS, ONE_OFF, LAPSED, BEHAVIOURS
} BehaviourNumber;

extern const Product products[];
extern const int product_count;
extern const Place places[];
extern const int place_count;
extern const Behaviour behaviours[BEHAVIOURS];
extern const int season_percent[12];

#endif							/* GENERATOR_CATALOGUE_H */
