/*
 * budget.c
 *		segment.fit_memory: one ceiling for all live fits of a backend.
 */
#include "server/budget.h"

#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "utils/memutils.h"

#include "base/arena.h"
#include "server/error.h"
#include "server/settings.h"

struct SegBudget
{
	size_t		reserved;
	MemoryContextCallback on_reset;
};

static size_t reserved_in_backend = 0;

static void
give_back(void *arg)
{
	SegBudget  *budget = arg;

	reserved_in_backend -= budget->reserved;
	budget->reserved = 0;
}

SegBudget *
seg_budget_create(MemoryContext context)
{
	SegBudget  *budget = MemoryContextAllocZero(context, sizeof(SegBudget));

	budget->on_reset.func = give_back;
	budget->on_reset.arg = budget;
	MemoryContextRegisterResetCallback(context, &budget->on_reset);
	return budget;
}

static size_t
allowed_in_backend(void)
{
	return (size_t) seg_fit_memory_kb * 1024;
}

size_t
seg_budget_left(void)
{
	size_t		allowed = allowed_in_backend();

	return allowed > reserved_in_backend ? allowed - reserved_in_backend : 0;
}

size_t
seg_budget_reserved(const SegBudget *budget)
{
	return budget->reserved;
}

void
seg_budget_check(size_t bytes)
{
	if (bytes > seg_budget_left())
		seg_raise((SegFault) {
			SEG_TOO_LARGE, .got = bytes > SIZE_MAX - reserved_in_backend ? SIZE_MAX : reserved_in_backend + bytes,
				.wanted = allowed_in_backend()
		});
}

void
seg_budget_force(SegBudget *budget, size_t bytes)
{
	budget->reserved += bytes;
	reserved_in_backend += bytes;
}

void
seg_budget_reserve(SegBudget *budget, size_t bytes)
{
	seg_budget_check(bytes);
	seg_budget_force(budget, bytes);
}

void
seg_budget_release(SegBudget *budget, size_t bytes)
{
	Assert(bytes <= budget->reserved);
	budget->reserved -= bytes;
	reserved_in_backend -= bytes;
}

void *
seg_take(size_t count, size_t item_size)
{
	size_t		size;

	if (!seg_mul_size(count, item_size, &size))
		size = SIZE_MAX;
	seg_budget_check(size);
	seg_budget_reserve(seg_budget_create(CurrentMemoryContext), size);
	return palloc_extended(Max(size, 1), MCXT_ALLOC_HUGE);
}

void
seg_budget_freed(size_t bytes)
{
#ifdef __GLIBC__
	static size_t freed = 0;	/* since pages were given back */

	freed += bytes;
	if (freed < allowed_in_backend() / 32)
		return;
	freed = 0;
	(void) malloc_trim(0);
#endif
}

#define PAGE ((size_t) 4096)
#define LARGE_PAGE ((size_t) 2 << 20)

void
seg_advise_large_pages(void *room, size_t size)
{
#ifdef MADV_HUGEPAGE
	char	   *begin = (char *) TYPEALIGN(PAGE, room);
	char	   *end = (char *) TYPEALIGN_DOWN(PAGE, (char *) room + size);

	/* a refusal leaves the pages as they are */
	if (size >= 2 * LARGE_PAGE)
		(void) madvise(begin, end - begin, MADV_HUGEPAGE);
#endif
}
