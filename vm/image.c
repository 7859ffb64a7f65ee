// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"
#include "text.h"

static const uint8_t zeroes[VM_IMAGE_BLOCK];

int vm_image_open(const char *path, struct vm_image *image)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data;
	int ret = 0;

	*image = (struct vm_image){ .fd = -1 };
	if (fd < 0 || fstat(fd, &st)) {
		ret = -errno;
		vm_say("%s: %s", path, strerror(-ret));
		goto out;
	}
	if (!S_ISREG(st.st_mode) || !st.st_size) {
		ret = -EINVAL;
		vm_say("%s: not a file with a memory image in it", path);
		goto out;
	}
	data = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED) {
		ret = -errno;
		vm_say("%s: mmap: %s", path, strerror(-ret));
		goto out;
	}
	*image = (struct vm_image){
		.data = data,
		.size = st.st_size,
		.fd = fd,
	};
	return 0;
out:
	if (fd >= 0)
		close(fd);
	return ret;
}

void vm_image_close(struct vm_image *image)
{
	if (image->data)
		munmap((void *)image->data, image->size);
	if (image->fd >= 0)
		close(image->fd);
	*image = (struct vm_image){ .fd = -1 };
}

/* The first block from @at on that is not in a hole. */
static size_t skip_hole(const struct vm_image *image, size_t at)
{
	off_t data = lseek(image->fd, at, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? image->size : at;
	data -= data % VM_IMAGE_BLOCK;
	return (size_t)data > at ? (size_t)data : at;
}

static size_t block_length(size_t at, size_t end)
{
	return end - at < VM_IMAGE_BLOCK ? end - at : VM_IMAGE_BLOCK;
}

void vm_image_print_blocks(const struct vm_image *image, size_t offset,
			   size_t length, FILE *to)
{
	size_t end = offset + length;

	for (size_t at = skip_hole(image, offset); at < end;
	     at = skip_hole(image, at + VM_IMAGE_BLOCK)) {
		size_t len = block_length(at, end);
		char hex[VM_SHA256_HEX];

		if (!memcmp(image->data + at, zeroes, len))
			continue;
		vm_sha256(image->data + at, len, hex);
		fprintf(to, "%s  %#zx\n", hex, at);
	}
}

static int write_failed(const char *path, int err)
{
	vm_say("%s: %s", path, strerror(err));
	return -err;
}

int vm_image_save_blocks(const char *image, const char *to)
{
	struct vm_image map;
	FILE *file;
	int ret;

	ret = vm_image_open(image, &map);
	if (ret)
		return ret;
	file = fopen(to, "we");
	if (file) {
		vm_image_print_blocks(&map, 0, map.size, file);
		ret = ferror(file) ? EIO : 0;
		if (fclose(file))
			ret = errno;
	} else {
		ret = errno;
	}
	vm_image_close(&map);
	return ret ? write_failed(to, ret) : 0;
}

int vm_image_copy(const char *image, const char *to)
{
	struct vm_image map;
	int fd, ret;

	ret = vm_image_open(image, &map);
	if (ret)
		return ret;
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, map.size))
		ret = errno;
	for (size_t at = skip_hole(&map, 0); !ret && at < map.size;
	     at = skip_hole(&map, at + VM_IMAGE_BLOCK)) {
		size_t len = block_length(at, map.size);

		if (memcmp(map.data + at, zeroes, len) &&
		    pwrite(fd, map.data + at, len, at) != (ssize_t)len)
			ret = errno ? errno : EIO;
	}
	if (fd >= 0 && close(fd) && !ret)
		ret = errno;
	vm_image_close(&map);
	return ret ? write_failed(to, ret) : 0;
}
