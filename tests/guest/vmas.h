/* SPDX-License-Identifier: GPL-2.0-only */
/* vmas - mappings of this process, as the tests of mmap() look at them */
#ifndef VMAS_H
#define VMAS_H

#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#define VMAS_NAME_BYTES 256

/**
 * struct vmas_entry - the mapping that has an address, from /proc/self/maps
 * @start: first byte
 * @end: behind the last byte
 * @offset: into the file, in bytes
 * @name: what it is a mapping of
 */
struct vmas_entry {
	uintptr_t start;
	uintptr_t end;
	uint64_t offset;
	char name[VMAS_NAME_BYTES];
};

/** vmas_find - the mapping that has @addr; fails the test if there is none */
struct vmas_entry vmas_find(const void *addr);

/**
 * vmas_map_aligned - map a file, shared, where huge pages are possible
 *
 * Return: an address that is a multiple of 2 MiB; fails the test otherwise.
 */
void *vmas_map_aligned(int fd, size_t len, off_t offset);

/** vmas_faults_of - how many page faults it takes to read each page */
long vmas_faults_of(const void *addr, size_t len);

/** vmas_map_errno - map a file and unmap it again; 0 or -errno */
int vmas_map_errno(int fd, size_t len, int prot, int flags, off_t offset);

/**
 * vmas_in_child - call @check in a child process
 *
 * Return: what @check returned, 0 to 127; fails the test where the child did
 * not end by itself.
 */
int vmas_in_child(int (*check)(void *arg), void *arg);

#endif
