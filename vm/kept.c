// SPDX-License-Identifier: GPL-2.0-only
#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By calls: pages of a hole that a mapping reads would take memory from then on. */
static int read_range(const char *path, uint64_t offset, size_t size,
		      uint8_t *data)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : 0;
	ssize_t n;

	for (size_t done = 0; !ret && done < size; done += (size_t)n) {
		n = pread(fd, data + done, size - done, (off_t)(offset + done));
		if (n <= 0) {
			ret = n ? -errno : -EINVAL;
			break;
		}
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

/* @data receives the range, to be freed */
static int copy_range(const char *path, uint64_t offset, size_t size,
		      uint8_t **data)
{
	int ret;

	*data = malloc(size);
	if (!*data)
		return -ENOMEM;
	ret = read_range(path, offset, size, *data);
	if (ret) {
		free(*data);
		*data = NULL;
	}
	return ret;
}

static void forget(struct vm_kept *kept, size_t i)
{
	free(kept->copies[i].path);
	free(kept->copies[i].data);
	memset(&kept->copies[i], 0, sizeof(kept->copies[i]));
}

int vm_kept_keep(struct vm_kept *kept, const char *path, uint64_t offset,
		 size_t size)
{
	unsigned int number = kept->last < INT32_MAX ? kept->last + 1 : 1;
	size_t i = number % VM_NR_KEPT;
	uint8_t *data;
	int ret;

	if (!size || size > VM_KEPT_BYTES)
		return -EINVAL;
	ret = copy_range(path, offset, size, &data);
	if (ret)
		return ret;
	forget(kept, i);
	kept->copies[i].path = strdup(path);
	if (!kept->copies[i].path) {
		free(data);
		return -ENOMEM;
	}
	kept->copies[i].number = number;
	kept->copies[i].offset = offset;
	kept->copies[i].size = size;
	kept->copies[i].data = data;
	kept->last = number;
	return (int)number;
}

static size_t first_other(const uint8_t *a, const uint8_t *b)
{
	size_t i = 0;

	while (a[i] == b[i])
		i++;
	return i;
}

int vm_kept_same(struct vm_kept *kept, unsigned int number, uint64_t *at)
{
	size_t i = number % VM_NR_KEPT, size = kept->copies[i].size;
	uint64_t offset = kept->copies[i].offset;
	uint8_t *data;
	int ret;

	if (!number || kept->copies[i].number != number)
		return -ENOENT;
	ret = copy_range(kept->copies[i].path, offset, size, &data);
	if (!ret && memcmp(kept->copies[i].data, data, size)) {
		*at = offset + first_other(kept->copies[i].data, data);
		ret = -EUCLEAN;
	}
	free(data);
	forget(kept, i);
	return ret;
}

void vm_kept_free(struct vm_kept *kept)
{
	for (size_t i = 0; i < VM_NR_KEPT; i++)
		forget(kept, i);
}
