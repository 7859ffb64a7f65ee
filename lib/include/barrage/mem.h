/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * mem - the memory under test
 *
 * One table entry per kind of memory, shared by the fio engine, the benchmarks
 * and the stress programs, so that each program runs on each kind. A kind does
 * what it says or fails with the reason: there is no silent fallback.
 *
 * Every call is safe from several threads, except that one allocation is
 * opened, used and closed by one thread at a time. Allocations of one process
 * on one (device, BAR) share one VFIO file and one registration, counted; the
 * last close undoes them and gives the device back to where it was. A process
 * that dies, of whatever signal, has its device given back as well: see
 * cleanup.h.
 */
#ifndef BARRAGE_MEM_H
#define BARRAGE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/log.h>
#include <barrage/proof.h>
#include <barrage/vfio.h>

/* needs params.bdf (and bar): a provider */
#define BRG_MEM_NEEDS_BDF (1u << 0)
/* io_addr may be handed to O_DIRECT I/O */
#define BRG_MEM_CAN_ODIRECT (1u << 1)
/* binds the provider to vfio-pci */
#define BRG_MEM_NEEDS_VFIO (1u << 2)
/* can be handed to importers: brg_mem_dmabuf_fd() */
#define BRG_MEM_HAS_DMABUF (1u << 3)

/**
 * struct brg_mem_params - what to allocate
 * @bdf: the provider, "0000:01:00.0"; NULL for kinds that need none
 * @bar: BAR number, 0 to 5
 * @offset_bytes: into the BAR, where the part of it that is used starts; a
 *	multiple of 2 MiB for p2p-register and dmabuf-pages
 * @reg_bytes: length of that part, which is registered, or which buffers are
 *	cut out of; 0: the rest of the BAR
 * @size_bytes: of buffer wanted; rounded up to whole pages
 */
struct brg_mem_params {
	const char *bdf;
	unsigned int bar;
	uint64_t offset_bytes;
	uint64_t reg_bytes;
	size_t size_bytes;
};

struct brg_mem;

/**
 * struct brg_mem_ops - one kind of memory
 * @name: one of brg_mem_names()
 * @summary: one line for lists
 * @flags: BRG_MEM_*
 * @verdict: what a proof must find
 * @no_direct: why O_DIRECT cannot use it, and what can; NULL where it can
 * @open: called by brg_mem_open()
 * @close: called by brg_mem_close(); takes half-open objects
 * @before_write: called before the bytes at io_addr are written to a disk;
 *	bounce copies BAR to host; NULL: nothing to do
 * @after_read: called after a disk was read to io_addr; bounce copies host to
 *	BAR; NULL: nothing to do
 * @prove: called by brg_mem_prove() with the page frames and their judgement:
 *	what else must be so; NULL: nothing. -EXDEV: it is not so, with
 *	brg_last_error() set
 *
 * Programs call the brg_mem_*() functions, not the members.
 */
struct brg_mem_ops {
	const char *name;
	const char *summary;
	unsigned int flags;
	enum brg_verdict verdict;
	const char *no_direct;
	int (*open)(struct brg_mem *mem);
	void (*close)(struct brg_mem *mem);
	int (*before_write)(struct brg_mem *mem, size_t off, size_t len);
	int (*after_read)(struct brg_mem *mem, size_t off, size_t len);
	int (*prove)(const struct brg_mem *mem, const uint64_t *phys,
		     struct brg_proof *proof);
};

/**
 * brg_mem_kinds - the table
 *
 * Return: a constant array that ends in NULL.
 */
const struct brg_mem_ops *const *brg_mem_kinds(void);

/**
 * brg_mem_find - look a kind up
 * @name: its name; NULL is unknown
 *
 * Return: NULL where unknown; brg_last_error() then lists the choices.
 */
const struct brg_mem_ops *brg_mem_find(const char *name);

/** brg_mem_names - "host, bounce, p2p-register, ...", for messages */
const char *brg_mem_names(void);

/**
 * brg_mem_open - allocate
 * @ops: the kind, from brg_mem_find()
 * @params: copied
 * @memp: receives the allocation; untouched on failure
 *
 * Kinds with BRG_MEM_NEEDS_VFIO bind the provider to vfio-pci where it has no
 * driver, and give it back at the last close. A provider that another driver
 * holds is refused: brg_pci_bind() moves it where the user asked for that.
 *
 * Return: 0, or -errno with brg_last_error() saying what to do:
 * -EINVAL (parameters, BAR, alignment), -ENODEV (no such device or BAR),
 * -EBUSY (another driver or process, or another use of the BAR by this one),
 * -ENOMEM (BAR exhausted), -EACCES, -EPERM (rights), -ENOTTY (kernel without
 * the feature), -EOPNOTSUPP (cannot here), -EEXIST, -EIO.
 */
int brg_mem_open(const struct brg_mem_ops *ops,
		 const struct brg_mem_params *params, struct brg_mem **memp);

/**
 * brg_mem_close - undo brg_mem_open()
 * @mem: NULL is fine
 *
 * No I/O may be in flight. Bounded: the kernel's default wait for pins.
 */
void brg_mem_close(struct brg_mem *mem);

/** brg_mem_kind - the table entry of @mem */
const struct brg_mem_ops *brg_mem_kind(const struct brg_mem *mem);

/** brg_mem_io_addr - the page-aligned address that the I/O uses */
void *brg_mem_io_addr(const struct brg_mem *mem);

/**
 * brg_mem_dev_addr - the CPU's mapping of the memory under test
 *
 * Equal to the I/O's address but for bounce. Where it is a BAR, use
 * brg_mem_load() and brg_mem_store(), never memcpy() or memset().
 */
void *brg_mem_dev_addr(const struct brg_mem *mem);

/**
 * brg_mem_check_direct - may this kind be handed to O_DIRECT I/O?
 * @ops: the kind
 *
 * For programs to ask before they start. The kernel answers such I/O with
 * EFAULT: it can pin struct pages only.
 *
 * Return: 0; -EOPNOTSUPP with the reason in brg_last_error().
 */
int brg_mem_check_direct(const struct brg_mem_ops *ops);

/**
 * brg_mem_dmabuf_fd - the memory as a dma-buf, for importers
 * @mem: allocation
 *
 * The buffer is the dma-buf's from offset 0, brg_mem_size() bytes; that of
 * dmabuf-pages is rounded up to 2 MiB. The descriptor stays @mem's: neither
 * close it nor use it after brg_mem_close(). 0 is one as good as any.
 *
 * Return: the descriptor; -EOPNOTSUPP for kinds without BRG_MEM_HAS_DMABUF,
 * with brg_last_error() set.
 */
int brg_mem_dmabuf_fd(const struct brg_mem *mem);

/**
 * brg_mem_vfio - the VFIO device behind the memory
 * @mem: allocation
 *
 * For what happens to memory from outside: revocation, resets. It is shared
 * with other allocations on the same device, and open until the last of them is
 * closed.
 *
 * Return: NULL for kinds without BRG_MEM_NEEDS_VFIO.
 */
const struct brg_vfio *brg_mem_vfio(const struct brg_mem *mem);

/** brg_mem_size - usable bytes: size_bytes rounded up to whole pages */
size_t brg_mem_size(const struct brg_mem *mem);

/**
 * brg_mem_load - copy from the memory under test to host memory
 * @mem: allocation
 * @off: into it; off + len must not pass brg_mem_size()
 * @dst: host memory
 * @len: bytes
 *
 * Naturally aligned accesses of at most 8 bytes (see brg_mmio_load() in
 * mmio.h for why).
 */
void brg_mem_load(const struct brg_mem *mem, size_t off, void *dst, size_t len);

/**
 * brg_mem_store - copy from host memory to the memory under test
 * @mem: allocation
 * @off: into it; off + len must not pass brg_mem_size()
 * @src: host memory
 * @len: bytes
 *
 * As brg_mem_load(); ends in a read-back that pushes posted writes out.
 */
void brg_mem_store(struct brg_mem *mem, size_t off, const void *src,
		   size_t len);

/**
 * brg_mem_before_write - make io_addr carry the memory under test's bytes
 * @mem: allocation
 * @off: first byte of the I/O that follows
 * @len: of it
 *
 * Return: 0, or -errno (-EINVAL: past the end).
 */
int brg_mem_before_write(struct brg_mem *mem, size_t off, size_t len);

/**
 * brg_mem_after_read - make the memory under test carry what was read
 * @mem: allocation
 * @off: first byte of the I/O that completed
 * @len: of it
 *
 * Return: 0, or -errno (-EINVAL: past the end).
 */
int brg_mem_after_read(struct brg_mem *mem, size_t off, size_t len);

/**
 * brg_mem_prove - show where the memory is
 * @mem: allocation
 * @proof: receives counts, verdict and a line of text, also on -EXDEV
 *
 * Looks every page of io_addr up, which touches it. Those of dma-bufs must also
 * be the very ones of the BAR that were exported. Where a second mapping is
 * claimed to be the same memory (the BAR of bounce and dmabuf, the dma-buf of
 * udmabuf), the first and the last word are stored through one, read through
 * the other (the VFIO file for a BAR, of which the kernel shows no page frames
 * where VFIO maps it), and put back. Needs CAP_SYS_ADMIN. Costs a system call
 * and about 100 ns a page.
 *
 * Return: 0; -EXDEV where the verdict is not the kind's, with the reason in
 * brg_last_error(); -EPERM; -errno.
 */
int brg_mem_prove(const struct brg_mem *mem, struct brg_proof *proof);

#endif
