/*
 * shop.h
 *		The generated shop: its customers and their billing documents.
 *
 * All arithmetic uses integers and the random numbers of base/rng.h, so a seed gives
 * the same shop on every platform.  Documents do not store items.  The items of a
 * basket are generated each time from a random stream of their own, so an invoice,
 * its cancellation and its credit memo always have the same items.
 */
#ifndef GENERATOR_SHOP_H
#define GENERATOR_SHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalogue.h"

#define MAX_ITEMS 16
#define NO_DOCUMENT UINT32_MAX
#define NO_DAY INT32_MIN

/* Anomalies that a few customers have. */
typedef enum Odd
{
	NOT_ODD, RETURNS_EVERYTHING, GIANT_RECEIPT, BUYS_DAILY, ODD_KINDS
} Odd;

extern const char *const odd_names[ODD_KINDS];

/* Days count from the first day of the period; earlier ones are negative. */
typedef struct Customer
{
	uint32_t	number;			/* of the key, within the client */
	uint32_t	payer;			/* the payer: the same customer, or the head office of a dealer */
	int32_t		created;		/* NO_DAY: the master record has no date */
	int32_t		first_day;
	int32_t		lapses;			/* the first day without purchases, or NO_DAY */
	uint8_t		client;			/* 0: production, 1: test */
	uint8_t		behaviour;
	uint8_t		place;
	uint8_t		odd;
	bool		alphanumeric;	/* the key has letters, so SAP does not pad it */
	bool		one_time;		/* a one-time account, XCPDK */
} Customer;

/* The part of the basket that a document has. */
typedef enum Part
{
	WHOLE, RETURNED, SURCHARGE
} Part;

typedef struct Document
{
	uint32_t	customer;
	uint32_t	reference;		/* the document that it cancels or credits, or NO_DOCUMENT */
	uint32_t	basket;			/* counted within the customer */
	int32_t		day;
	char		category;		/* VBTYP: M N O P S U */
	uint8_t		part;
	bool		cancelled;		/* FKSTO */
} Document;

typedef struct Item
{
	int			product;
	int32_t		quantity;
	int64_t		amount;			/* smallest units of the currency: cents, whole yen */
} Item;

typedef struct Shop
{
	uint64_t	seed;
	int32_t		base;			/* the first day of the period, from 1970-01-01 */
	int32_t		days;
	Customer   *customers;
	uint32_t	customer_count;
	Document   *documents;		/* in customer order */
	uint32_t	document_count;
	uint32_t	document_room;
	uint32_t   *order;			/* documents in the order of their numbers: by client and day */
	uint32_t   *number;			/* document -> its number within its client, from 1 */
} Shop;

/* What the master record says of a birth date; many clerks type the same one when they do not know it. */
typedef enum Birth
{
	BIRTH_UNKNOWN, BIRTH_KNOWN, BIRTH_PLACEHOLDER
} Birth;

extern bool shop_open(Shop *shop, uint32_t customers, int months, uint64_t seed);
extern int	shop_items(const Shop *shop, const Document *document, Item items[MAX_ITEMS]);
extern void shop_close(Shop *shop);

/* OUT day: from 1970-01-01; of no meaning where the birth date is unknown. */
extern Birth shop_birth(const Shop *shop, uint32_t customer, int32_t *day);

/* Days since 1970-01-01 of a date, and back (H. Hinnant's civil calendar). */
static inline int32_t
days_from_date(int year, int month, int day)
{
	int			y = year - (month <= 2);
	int			era = y / 400;
	int			of_era = y - era * 400;
	int			of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static inline void
date_from_days(int32_t days, int *year, int *month, int *day)
{
	int			z = days + 719468;
	int			era = z / 146097;
	int			of_era = z - era * 146097;
	int			y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int			of_year = of_era - (365 * y + y / 4 - y / 100);
	int			mp = (5 * of_year + 2) / 153;

	*day = of_year - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = y + era * 400 + (*month <= 2);
}

#endif							/* GENERATOR_SHOP_H */
