// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include <barrage/mmio.h>

#include <string.h>

#define WORD sizeof(uint64_t)

static size_t head_bytes(const volatile void *dev, size_t len)
{
	size_t head = (WORD - (uintptr_t)dev % WORD) % WORD;

	return head < len ? head : len;
}

void brg_mmio_load(void *dst, const volatile void *src, size_t len)
{
	const volatile uint8_t *from = src;
	size_t head = head_bytes(src, len);
	uint8_t *to = dst;
	uint64_t word;

	len -= head;
	while (head--)
		*to++ = *from++;
	for (; len >= WORD; len -= WORD, from += WORD, to += WORD) {
		word = *(const volatile uint64_t *)from;
		memcpy(to, &word, WORD);
	}
	while (len--)
		*to++ = *from++;
}

void brg_mmio_store(volatile void *dst, const void *src, size_t len)
{
	size_t head = head_bytes(dst, len);
	volatile uint8_t *to = dst;
	const uint8_t *from = src;
	uint64_t word;

	if (!len)
		return;
	len -= head;
	while (head--)
		*to++ = *from++;
	for (; len >= WORD; len -= WORD, from += WORD, to += WORD) {
		memcpy(&word, from, WORD);
		*(volatile uint64_t *)to = word;
	}
	while (len--)
		*to++ = *from++;
	(void)to[-1];
}
