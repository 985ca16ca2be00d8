/*
 * rfm_info_pg.h
 *		RFM models in model_info and model_features; see SegFamily.
 */
#ifndef SEG_RFM_RFM_INFO_PG_H
#define SEG_RFM_RFM_INFO_PG_H

#include "server/model_info.h"

extern void seg_rfm_info(const void *model, SegModelInfo *info);
extern void seg_rfm_features(const void *model, SegRow *row);

#endif							/* SEG_RFM_RFM_INFO_PG_H */
