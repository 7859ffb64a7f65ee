// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where iommufd has mapped memory there is nothing to be seen but for a device.
 * The one that imports can be driven by user space as well, with an address space
 * of its own, into which the same calls map the same memory.
 */
#include "dmabuf-users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/clock.h>
#include <barrage/edu.h>
#include <barrage/iommufd.h>
#include <barrage/log.h>

#include "ram.h"

#define DRIVER "vfio-pci"
#define PAGE 4096u
#define BYTES 64u

/* random words, by way of the device's buffer */
static int write_words(const struct brg_edu *edu, uint64_t *words,
		       uint64_t to_iova)
{
	const struct brg_vfio *vfio = &edu->vfio;
	uint64_t iova;
	int ret = brg_iommufd_ioas_map(&vfio->iommufd, vfio->ioas_id, words,
				       PAGE, &iova);

	if (ret)
		return ret;
	for (size_t i = 0; i < BYTES / sizeof(*words); i++)
		words[i] = (brg_clock_now_ns() + i) * 0x9e3779b97f4a7c15ull;
	ret = brg_edu_dma(edu, BRG_EDU_READ, iova, 0, BYTES);
	return ret ? ret : brg_edu_dma(edu, BRG_EDU_WRITE, to_iova, 0, BYTES);
}

/* nothing is unmapped here: the address space ends with the device's file */
static int write_and_look(const struct dmabuf_setting *setting,
			  const struct dmabuf_cell *cell, int fd,
			  const struct brg_edu *edu, uint64_t *words)
{
	const struct dmabuf_source *source = &setting->source;
	const struct brg_vfio *vfio = &edu->vfio;
	uint64_t found[BYTES / 8] = {}, iova;
	int ret;

	ret = fd < 0 ? brg_iommufd_ioas_map(&vfio->iommufd, vfio->ioas_id,
					    source->host, cell->bytes, &iova) :
		       brg_iommufd_ioas_map_file(&vfio->iommufd, vfio->ioas_id,
						 fd, cell->bytes, &iova);
	if (!ret)
		ret = write_words(edu, words, iova);
	if (!ret)
		ret = dmabuf_kind_copy(cell->kind, source, found, BYTES, false);
	if (!ret && memcmp(words, found, BYTES))
		ret = brg_fail(
			-EXDEV,
			"%s: what it wrote where iommufd mapped %s is not there",
			setting->importer, cell->kind->name);
	return ret;
}

static int with_driver(const struct dmabuf_setting *setting,
		       const struct dmabuf_cell *cell, int fd)
{
	struct brg_edu edu;
	void *words;
	int ret = ram_map(PAGE, &words);

	if (ret)
		return ret;
	ret = brg_edu_open(setting->importer, &edu);
	if (!ret) {
		ret = write_and_look(setting, cell, fd, &edu, words);
		brg_edu_close(&edu);
	}
	munmap(words, PAGE);
	return ret;
}

int dmabuf_edu_prove(const struct dmabuf_setting *setting,
		     const struct dmabuf_cell *cell, int fd)
{
	struct brg_pci_binding binding;
	int restored, ret = brg_pci_bind(setting->importer, DRIVER, &binding);

	if (ret)
		return ret;
	ret = with_driver(setting, cell, fd);
	restored = brg_pci_restore(&binding);
	return ret ? ret : restored;
}
