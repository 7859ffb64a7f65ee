/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vtd - has the emulator lost a write to the IOMMU?
 *
 * With QEMU 10.0 under TCG with two processors a write to a device gets lost, or
 * another device gets it, where the other processor turns memory of a device off or on
 * just then. Where it was the tail of the IOMMU's invalidation queue, that stands
 * still, and the processor waits for ever in Linux' qi_submit_sync(), with its
 * interrupts off. docs/emulation.md has more.
 *
 * Registers and descriptors are those of Intel's Virtualization Technology for
 * Directed I/O, 11.4 and 6.5.2.
 */
#ifndef VM_VTD_H
#define VM_VTD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VM_VTD_REGISTERS 20 /* of 64 bits, from the first one */

/**
 * struct vm_vtd_queue - the IOMMU's invalidation queue
 * @base: its address, in bytes
 * @bytes: its size
 * @tail: offset of the first descriptor that the IOMMU does not know of
 */
struct vm_vtd_queue {
	uint64_t base;
	uint64_t bytes;
	uint64_t tail;
};

/**
 * struct vm_vtd_watch - what was seen of it so far; zero at first
 * @tail: where the queue stood
 * @status: address of what somebody waits for behind it; 0 where nobody does
 * @seen: how often that was so, one look after the other
 */
struct vm_vtd_watch {
	uint64_t tail;
	uint64_t status;
	int seen;
};

/**
 * vm_vtd_words() - what QEMU's "xp /NRgx" or "/NRwx" says
 * @answer: of the monitor
 * @nr: how many words are expected
 * @words: receives them
 *
 * Return: are there so many?
 */
bool vm_vtd_words(const char *answer, size_t nr, uint64_t *words);

/**
 * vm_vtd_stands() - is the queue on, without an error, and has the IOMMU done all of it?
 * @registers: VM_VTD_REGISTERS of them
 * @queue: receives where it is
 */
bool vm_vtd_stands(const uint64_t *registers, struct vm_vtd_queue *queue);

/**
 * vm_vtd_status() - what is waited for in descriptors
 * @words: two for each descriptor, the first one's first
 * @nr: how many words
 *
 * Return: the address that the first one that is a wait has the IOMMU write to; 0 where
 * there is none, or something that is no descriptor before it.
 */
uint64_t vm_vtd_status(const uint64_t *words, size_t nr);

/**
 * vm_vtd_watch() - look, each VM_LOST_LOOK_MS
 * @watch: what was seen before
 * @fd: QEMU's control connection
 *
 * Return: has somebody waited for a descriptor that the IOMMU does not know of, the
 * same one, for half a minute?
 */
bool vm_vtd_watch(struct vm_vtd_watch *watch, int fd);

#endif
