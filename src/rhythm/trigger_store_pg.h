/*
 * trigger_store_pg.h
 *		The days of purchase of all customers, for the triggers that need a rhythm model.
 *
 * The model needs the gaps of all customers before any of them can be judged, and the
 * receipts can be read only once.  So their days are kept: 4 bytes for each day of purchase and 40 for
 * each customer, reserved against segment.fit_memory.
 */
#ifndef SEG_RHYTHM_TRIGGER_STORE_PG_H
#define SEG_RHYTHM_TRIGGER_STORE_PG_H

#include "server/compat.h"

#include "receipts/receipt_key.h"
#include "rhythm/rhythm.h"

typedef struct SegTriggerStore SegTriggerStore;

/* An empty store that ends with the current context. */
extern SegTriggerStore *seg_trigger_store_create(void);

/* Keep a customer; a long key is copied.  IN days[n]: ascending, without repetition, n > 0. */
extern void seg_trigger_store_add(SegTriggerStore *store, SegKey customer, const int32 *days, size_t n);

/* Fit the rhythm of all customers; false when there are no gaps. */
extern bool seg_trigger_store_fit(const SegTriggerStore *store, SegRhythm *fit);

extern size_t seg_trigger_store_count(const SegTriggerStore *store);

/* The days of customer i (from 0), in the order of adding. */
extern const int32 *seg_trigger_store_days(const SegTriggerStore *store, size_t i, SegKey *customer, size_t *n);

#endif							/* SEG_RHYTHM_TRIGGER_STORE_PG_H */
