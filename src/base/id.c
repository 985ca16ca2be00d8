/*
 * id.c
 *		Distinguishes an id from text without meaning; see id.h.
 */
#include "base/id.h"

/* Bytes of the blank at the start of the text; 0 if there is no blank. */
static size_t
blank_size(const char *text, size_t size, const char *no_break_space)
{
	size_t		wide = strlen(no_break_space);

	if ((unsigned char) *text <= ' ')
		return 1;
	return wide > 0 && size >= wide && memcmp(text, no_break_space, wide) == 0 ? wide : 0;
}

bool
seg_id_is_meaningful(const char *text, size_t size, const char *no_break_space)
{
	bool		number_sign = false;

	for (size_t i = 0; i < size;)
	{
		size_t		blank = blank_size(text + i, size - i, no_break_space);

		if (blank == 0 && (text[i] != '#' || number_sign))
			return true;
		number_sign |= blank == 0;
		i += blank == 0 ? 1 : blank;
	}
	return false;
}
