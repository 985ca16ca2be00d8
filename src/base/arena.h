/*
 * arena.h
 *		A bump allocator over a buffer that the caller owns.
 *
 * Pure code does not call malloc.  A decoder takes its arrays from an arena.  The caller
 * limits the size of the arena before.  When the arena is used up, seg_arena_take
 * returns NULL, and the decoder returns SEG_MALFORMED_MODEL.
 */
#ifndef SEG_BASE_ARENA_H
#define SEG_BASE_ARENA_H

#include "base/port.h"

typedef struct SegArena
{
	char	   *base;			/* aligned to 16 by the caller */
	size_t		size;
	size_t		used;
} SegArena;

#define SEG_ARENA_ALIGN ((size_t) 16)

static inline SegArena
seg_arena(void *buffer, size_t size)
{
	SegArena	arena = {buffer, size, 0};

	return arena;
}

/* Room for count items of item_size bytes, aligned to 16, or NULL. */
static inline void *
seg_arena_take(SegArena *arena, size_t count, size_t item_size)
{
	size_t		wanted;
	void	   *taken;

	if (!seg_mul_size(count, item_size, &wanted) ||
		wanted > SIZE_MAX - SEG_ARENA_ALIGN)
		return NULL;
	wanted = (wanted + SEG_ARENA_ALIGN - 1) & ~(SEG_ARENA_ALIGN - 1);
	if (wanted > arena->size - arena->used)
		return NULL;
	taken = arena->base + arena->used;
	arena->used += wanted;
	return taken;
}

#endif							/* SEG_BASE_ARENA_H */
