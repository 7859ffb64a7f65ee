/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_SHA256_H
#define VM_SHA256_H

#include <stddef.h>

#define VM_SHA256_HEX 65

/* SHA-256 (FIPS 180-4) of @len bytes, in hexadecimal with a NUL. */
void vm_sha256(const void *data, size_t len, char hex[VM_SHA256_HEX]);

#endif
