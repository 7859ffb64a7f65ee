/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk-io - O_DIRECT reads and writes that are whole or an error
 */
#ifndef BENCH_DISK_IO_H
#define BENCH_DISK_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/disk.h>
#include <barrage/mem.h>

/**
 * struct disk_io - an open disk
 * @fd: O_DIRECT; -1 where closed
 * @disk: which
 */
struct disk_io {
	int fd;
	const struct brg_disk *disk;
};

/**
 * disk_io_open - open a disk that may be overwritten
 * @io: receives it; fd -1 on failure
 * @disk: from brg_disk_read(); refused where it carries anything
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int disk_io_open(struct disk_io *io, const struct brg_disk *disk);

/** disk_io_close - close it; a closed one is fine */
void disk_io_close(struct disk_io *io);

/**
 * disk_io_read - read from the disk to memory
 * @io: open
 * @to: page aligned
 * @len: whole logical blocks
 * @offset: on the disk
 *
 * Return: 0; -errno of pread() with brg_last_error() set, -EIO if short.
 */
int disk_io_read(const struct disk_io *io, void *to, size_t len,
		 uint64_t offset);

/** disk_io_write - as disk_io_read(), the other way */
int disk_io_write(const struct disk_io *io, const void *from, size_t len,
		  uint64_t offset);

/**
 * disk_io_read_mem - read to memory under test, with the copy that it needs
 * @io: open
 * @mem: memory under test
 * @at: offset into it
 * @len: whole logical blocks
 * @offset: on the disk
 *
 * Return: as disk_io_read().
 */
int disk_io_read_mem(const struct disk_io *io, struct brg_mem *mem, size_t at,
		     size_t len, uint64_t offset);

/** disk_io_write_mem - as disk_io_read_mem(), the other way */
int disk_io_write_mem(const struct disk_io *io, struct brg_mem *mem, size_t at,
		      size_t len, uint64_t offset);

/**
 * disk_io_is_refusal - does this error say "no route", rather than "broken"?
 * @err: of an I/O whose like, to host memory, has worked
 *
 * The block layer ends an I/O to peer memory that the disk cannot reach with
 * -EREMOTEIO or -EINVAL (P2PDMA: PCI_P2PDMA_MAP_NOT_SUPPORTED), one that it
 * cannot even map with -EOPNOTSUPP.
 */
bool disk_io_is_refusal(int err);

#endif
