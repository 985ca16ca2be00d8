/*
 * unit.h
 *		cmocka, with the headers that it needs before it.
 */
#ifndef SEG_TEST_UNIT_H
#define SEG_TEST_UNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* |got - want| <= tolerance, absolute; the one of cmocka uses floats. */
#define assert_close(got, want, tolerance) \
	do { \
		double		got_ = (got), want_ = (want); \
		if (!(fabs(got_ - want_) <= (tolerance))) \
			fail_msg("%s is %.17g, not %.17g within %g", #got, got_, want_, (double) (tolerance)); \
	} while (0)

/* low <= got <= high, for counts; the names of cmocka 1 and cmocka 2 differ. */
#define assert_between(got, low, high) \
	do { \
		unsigned long long got_ = (got), low_ = (low), high_ = (high); \
		if (got_ < low_ || got_ > high_) \
			fail_msg("%s is %llu, not from %llu to %llu", #got, got_, low_, high_); \
	} while (0)

#define assert_same_double(got, want) \
	do { \
		double		got_ = (got), want_ = (want); \
		if (memcmp(&got_, &want_, sizeof(double)) != 0) \
			fail_msg("%s is %.17g, not the same bits as %.17g", #got, got_, want_); \
	} while (0)

#endif							/* SEG_TEST_UNIT_H */
