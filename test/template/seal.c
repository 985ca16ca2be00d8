/*
 * seal.c
 *		Writes a golden model: stdin is the payload, stdout the model.
 *
 * usage: seal KIND VERSION.  For new_family.sh, which runs before the family is built;
 * model/envelope.h describes the head.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

int
main(int argc, char **argv)
{
	static uint8_t payload[1 << 16];
	uint8_t		head[16] = {'S', 'E', 'G', 'M'};
	size_t		size = fread(payload, 1, sizeof(payload), stdin);
	uint64_t	digest;

	if (argc != 3 || size == 0 || size == sizeof(payload))
		return 1;
	head[4] = (uint8_t) atoi(argv[1]);
	head[5] = (uint8_t) atoi(argv[2]);
	digest = seg_hash_bytes((uint64_t) head[4] << 8 | head[5], payload, size);
	for (int i = 0; i < 8; i++)
		head[8 + i] = (uint8_t) (digest >> (8 * i));
	return fwrite(head, 1, sizeof(head), stdout) != sizeof(head) || fwrite(payload, 1, size, stdout) != size;
}
