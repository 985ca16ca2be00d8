/*
 * rfm_pg.h
 *		What the files of the RFM family share.
 */
#ifndef SEG_RFM_RFM_PG_H
#define SEG_RFM_RFM_PG_H

#include "server/model.h"

#include "utils/jsonb.h"

#include "rfm/rfm_model.h"
#include "server/model_info.h"
#include "server/rows.h"
#include "server/state.h"

/* Decodes into a SegRfmModel. */
extern const SegModelType seg_rfm_model_type;

/*
 * Has a customer with these values a say and scores?  False for one who never
 * bought (frequency 0).  Errors: NaN and infinities, a negative recency or frequency.
 */
extern bool seg_rfm_counts(const double values[SEG_RFM_MEASURES]);

/* '543' as text. */
extern text *seg_rfm_score_text(const int scores[SEG_RFM_MEASURES]);

/* What a model says in model_info and model_features (SegFamily). */
extern void seg_rfm_info(const void *model, SegModelInfo *info);
extern void seg_rfm_features(const void *model, SegRow *row);

/* ---- names ---- */

/* How segments are called: a scheme in a language. */
typedef struct SegRfmNaming
{
	SegRfmScheme scheme;
	int			language;
	const SegRfmSegment *segments;
	size_t		count;			/* 0: scheme none */
} SegRfmNaming;

/* Out of the arguments scheme and language, which are not null; 22023. */
extern SegRfmNaming seg_rfm_naming_arguments(FunctionCallInfo fcinfo, int scheme_argno, int language_argno);

/* The place of scores among the segments; 0 for scheme none. */
extern size_t seg_rfm_place_of(const SegRfmNaming *naming, const int scores[SEG_RFM_MEASURES]);

/* Put the columns segment, segment_code, segment_order; NULLs for scheme none. */
extern void seg_rfm_put_segment(SegRow *row, const SegRfmNaming *naming, size_t place);

/* ---- fitting ---- */

/* The options of rfm_fit; NULL: all defaults.  22023 for what it does not take. */
extern SegRfmOptions seg_rfm_options_read(const Jsonb *options);

/* The state of rfm_fit; see rfm_fit_pg.c. */
extern SegRfmState *seg_rfm_state_create(SegStates *states, const SegRfmOptions *options);
extern SegRfmState *seg_rfm_state_count(SegStates *states, SegRfmState *state,
										const double values[SEG_RFM_MEASURES]);

/* False when there are no rows with a say. */
extern bool seg_rfm_state_fit(const SegRfmState *state, SegRfmModel *model);

#endif							/* SEG_RFM_RFM_PG_H */
