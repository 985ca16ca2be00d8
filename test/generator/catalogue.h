/*
 * catalogue.h
 *		Products, places and behaviours of the generated shop.
 *
 * Only constant tables.  Prices are in euro cents, texts in UTF-8.  Texts of
 * customers have only characters of Latin-1, the encoding of their file.
 */
#ifndef GENERATOR_CATALOGUE_H
#define GENERATOR_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

/* Product ranges; each behaviour buys from a set of them. */
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
	const char *matnr;			/* in internal form: 18 digits, or with letters */
	const char *matkl;
	Range		range;
	int32_t		price;
	const char *german;
	const char *english;
	const char *japanese;		/* NULL: not translated */
	int			companion;		/* offset to a product that is often bought with it, or 0 */
	int			companion_percent;
} Product;

typedef struct Place
{
	const char *land1;
	const char *waerk;			/* currency of the documents */
	int			percent;		/* share of customers */
	const char *vkorg;
	const char *bukrs;
	const char *shop_format;	/* name of a dealer, with %s for a person's name */
	const char *first_names[8];
	const char *last_names[10];
	const char *cities[6];
	const char *postcode;		/* 9: any digit */
	const char *street;
} Place;

typedef struct Behaviour
{
	const char *name;
	int			permille;		/* share of customers */
	int			interval;		/* mean days between receipts; 0: a single receipt; -1: only before Christmas */
	int			min_items;
	int			max_items;
	int			max_quantity;
	int			ranges;
	int			discount_percent;
	int			return_permille;	/* share of receipts with a return */
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
