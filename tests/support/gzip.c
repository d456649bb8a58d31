#include "tests/support/gzip.h"

#include <stdint.h>

static uint32_t checksum(const char *text, size_t len)
{
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		sum ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~sum;
}

static void put_number(struct buf *out, uint32_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(out, (char)(n >> 8 * i));
}

void gzip_put(struct buf *out, const char *text, size_t len)
{
	buf_put(out, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
	put_number(out, (uint32_t)len, 2);
	put_number(out, ~(uint32_t)len, 2);
	buf_put(out, text, len);
	put_number(out, checksum(text, len), 4);
	put_number(out, (uint32_t)len, 4);
}

/* Zeros in one block with fixed codes: a literal, then copies of 258 bytes at
 * distance 1, thirteen bits each. */
static void put_bits(struct buf *b, unsigned *have, unsigned *bits, unsigned code, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		*bits |= (code >> (n - 1 - i) & 1) << (*have)++;
		if (*have == 8) {
			buf_putc(b, (char)*bits);
			*have = *bits = 0;
		}
	}
}

void gzip_zeros(struct buf *b, size_t copies)
{
	unsigned have = 0, bits = 0;

	buf_put(b, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
	put_bits(b, &have, &bits, 6, 3); /* the last block; fixed codes */
	put_bits(b, &have, &bits, 0x30, 8);
	for (size_t i = 0; i < copies; i++) {
		put_bits(b, &have, &bits, 0xc5, 8);
		put_bits(b, &have, &bits, 0, 5);
	}
	put_bits(b, &have, &bits, 0, 7 + 8);
}
