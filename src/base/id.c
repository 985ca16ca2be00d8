/*
 * id.c
 *		Text that stands for something, and text that means nothing; see id.h.
 */
#include "base/id.h"

/* Bytes of the blank that the text begins with; 0 when it begins with none. */
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
