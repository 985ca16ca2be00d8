/*
 * feature_words.h
 *		The words of the options standardize, transform and null_policy, also in
 *		model_info: one table each, in the order of the enum, ended by NULL.
 */
#ifndef SEG_SERVER_FEATURE_WORDS_H
#define SEG_SERVER_FEATURE_WORDS_H

extern const char *const seg_standardize_words[];	/* SegStandardize */
extern const char *const seg_transform_words[]; /* SegTransform */
extern const char *const seg_null_policy_words[];	/* SegNullPolicy */

#endif							/* SEG_SERVER_FEATURE_WORDS_H */
