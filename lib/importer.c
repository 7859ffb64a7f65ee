// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "importer"
#include <barrage/importer.h>
#include <barrage/clock.h>
#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <importer-uapi.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FOLDER "/dev/barrage-importer"

static int call(const struct brg_importer *importer, unsigned long request,
		void *arg, const char *what)
{
	const char *hint;
	int err;

	do {
		if (ioctl(importer->fd, request, arg) >= 0)
			return 0;
		err = -errno;
	} while (err == -EINTR);
	switch (err) {
	case -ENODEV:
		hint = "it was revoked, or the device has left its driver";
		break;
	case -ESTALE:
		hint = "it was revoked for good: attach it anew";
		break;
	case -ENOTCONN:
		hint = "attach a dma-buf first";
		break;
	case -ERANGE:
		hint = "the device does not drive that many address bits: see "
		       "edu's dma_mask and the module's dma_bits";
		break;
	default:
		hint = strerror(-err);
	}
	return brg_fail(err, "%s: cannot %s: %s", importer->bdf, what, hint);
}

int brg_importer_open(const char *bdf, struct brg_importer *importer)
{
	char path[64];
	int ret;

	importer->fd = -1;
	ret = brg_pci_parse_bdf(bdf, importer->bdf);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), FOLDER "/%s", importer->bdf);
	importer->fd = open(path, O_RDWR | O_CLOEXEC);
	if (importer->fd >= 0)
		return 0;
	ret = -errno;
	if (ret == -ENOENT || ret == -ENXIO)
		return brg_fail(
			-ENODEV,
			"%s: no importer: bind it to " BRG_IMPORTER_DRIVER,
			importer->bdf);
	return brg_fail(ret, "%s: %s%s", path, strerror(-ret),
			ret == -EACCES || ret == -EPERM ? ": root is needed" :
							  "");
}

void brg_importer_close(struct brg_importer *importer)
{
	if (importer->fd >= 0)
		close(importer->fd);
	importer->fd = -1;
}

static const char *refusal(int err, enum brg_importer_mode mode)
{
	if (err == -EOPNOTSUPP)
		return mode == BRG_IMPORTER_REVOCABLE ||
				       mode == BRG_IMPORTER_DYNAMIC ?
			       "its exporter does not serve this device" :
			       "its exporter wants importers that it can "
			       "revoke, on peers";
	if (err == -ENODEV)
		return "it was revoked, or the device has left its driver";
	if (err == -EBUSY)
		return "this importer has one already: detach it";
	if (err == -EBADF)
		return "it is not open, or was opened with O_PATH";
	if (err == -EINVAL)
		return "not a dma-buf";
	return strerror(-err);
}

int brg_importer_attach(const struct brg_importer *importer, int fd,
			enum brg_importer_mode mode, uint64_t *ns)
{
	struct barrage_importer_attach arg = { .fd = fd, .mode = mode };

	if (ioctl(importer->fd, BARRAGE_IMPORTER_ATTACH, &arg)) {
		int err = -errno;

		return brg_fail(err, "%s: cannot attach dma-buf %d: %s",
				importer->bdf, fd, refusal(err, mode));
	}
	if (ns)
		*ns = arg.ns;
	return 0;
}

static int undo(const struct brg_importer *importer, unsigned long request,
		const char *what, uint64_t *ns)
{
	struct barrage_importer_undo arg;
	int ret = call(importer, request, &arg, what);

	if (!ret && ns)
		*ns = arg.ns;
	return ret;
}

int brg_importer_detach(const struct brg_importer *importer, uint64_t *ns)
{
	return undo(importer, BARRAGE_IMPORTER_DETACH, "detach", ns);
}

int brg_importer_map(const struct brg_importer *importer,
		     enum brg_importer_access access, uint64_t *ns)
{
	struct barrage_importer_map arg = { .access = access };
	int ret = call(importer, BARRAGE_IMPORTER_MAP, &arg, "map");

	if (!ret && ns)
		*ns = arg.ns;
	return ret;
}

int brg_importer_unmap(const struct brg_importer *importer, uint64_t *ns)
{
	return undo(importer, BARRAGE_IMPORTER_UNMAP, "unmap", ns);
}

int brg_importer_ranges(const struct brg_importer *importer,
			struct brg_importer_range *ranges, size_t max)
{
	struct barrage_importer_ranges arg = {
		.ranges = (uintptr_t)ranges,
		.nr = (uint32_t)max,
	};
	int ret;

	_Static_assert(sizeof(*ranges) == sizeof(struct barrage_importer_range),
		       "they are copied as they are");
	ret = call(importer, BARRAGE_IMPORTER_RANGES, &arg,
		   "tell the addresses of a mapping");
	return ret ? ret : (int)arg.nr;
}

int brg_importer_dma(const struct brg_importer *importer,
		     struct brg_importer_dma *dma)
{
	struct barrage_importer_dma arg = {
		.buffer_offset = dma->buffer_offset,
		.offset = dma->offset,
		.length = dma->length_bytes,
	};
	int ret;

	if (dma->to_dmabuf)
		arg.flags |= BARRAGE_IMPORTER_DMA_TO_DMABUF;
	if (dma->stale)
		arg.flags |= BARRAGE_IMPORTER_DMA_STALE;
	ret = call(importer, BARRAGE_IMPORTER_DMA, &arg, "do DMA");
	if (ret)
		return ret;
	dma->first = arg.first;
	dma->ns = arg.ns;
	return 0;
}

static int buffer(const struct brg_importer *importer, unsigned long request,
		  uint32_t offset, const void *data, size_t len)
{
	struct barrage_importer_buffer arg = {
		.data = (uintptr_t)data,
		.offset = offset,
		.length = (uint32_t)len,
	};

	if (len > BRG_IMPORTER_BUFFER_BYTES)
		return brg_fail(-EINVAL, "%s: its buffer has %d bytes, not %zu",
				importer->bdf, BRG_IMPORTER_BUFFER_BYTES, len);
	return call(importer, request, &arg, "reach its buffer");
}

int brg_importer_load(const struct brg_importer *importer, uint32_t offset,
		      void *data, size_t len)
{
	return buffer(importer, BARRAGE_IMPORTER_LOAD, offset, data, len);
}

int brg_importer_store(const struct brg_importer *importer, uint32_t offset,
		       const void *data, size_t len)
{
	return buffer(importer, BARRAGE_IMPORTER_STORE, offset, data, len);
}

static size_t next_part(size_t left)
{
	return left < BRG_IMPORTER_BUFFER_BYTES ? left :
						  BRG_IMPORTER_BUFFER_BYTES;
}

int brg_importer_read(const struct brg_importer *importer, uint64_t offset,
		      void *data, size_t len)
{
	struct brg_importer_dma dma = { .offset = offset };
	uint8_t *to = data;
	int ret = 0;

	for (; len && !ret; len -= dma.length_bytes) {
		dma.length_bytes = (uint32_t)next_part(len);
		ret = brg_importer_dma(importer, &dma);
		if (!ret)
			ret = brg_importer_load(importer, 0, to,
						dma.length_bytes);
		to += dma.length_bytes;
		dma.offset += dma.length_bytes;
	}
	return ret;
}

int brg_importer_write(const struct brg_importer *importer, uint64_t offset,
		       const void *data, size_t len)
{
	struct brg_importer_dma dma = { .to_dmabuf = true, .offset = offset };
	const uint8_t *from = data;
	int ret = 0;

	for (; len && !ret; len -= dma.length_bytes) {
		dma.length_bytes = (uint32_t)next_part(len);
		ret = brg_importer_store(importer, 0, from, dma.length_bytes);
		if (!ret)
			ret = brg_importer_dma(importer, &dma);
		from += dma.length_bytes;
		dma.offset += dma.length_bytes;
	}
	return ret;
}

int brg_importer_delay(const struct brg_importer *importer,
		       enum brg_importer_slow slow, unsigned int ms)
{
	struct barrage_importer_delay arg = { .ms = ms, .slow = slow };

	return call(importer, BARRAGE_IMPORTER_DELAY, &arg, "be slow");
}

int brg_importer_status(const struct brg_importer *importer,
			struct brg_importer_status *status)
{
	struct barrage_importer_status arg;
	int ret = call(importer, BARRAGE_IMPORTER_STATUS, &arg, "tell");

	if (ret)
		return ret;
	*status = (struct brg_importer_status){
		.state = (enum brg_importer_state)arg.state,
		.mode = (enum brg_importer_mode)arg.mode,
		.nr_maps = arg.nr_maps,
		.nr_unmaps = arg.nr_unmaps,
		.nr_notified = arg.nr_notified,
		.nr_invalidated = arg.nr_invalidated,
		.nr_dmas = arg.nr_dmas,
		.nr_stale_dmas = arg.nr_stale_dmas,
		.notified_ns = arg.notified_ns,
		.unmapped_ns = arg.unmapped_ns,
		.sum_ns = arg.sum_ns,
		.max_ns = arg.max_ns,
	};
	return 0;
}

int brg_importer_await(const struct brg_importer *importer,
		       uint64_t nr_notified, unsigned int timeout_ms)
{
	const uint64_t end = brg_clock_now_ns() + timeout_ms * 1000000ull;
	struct pollfd pollfd = { .fd = importer->fd, .events = POLLIN };
	struct brg_importer_status status;
	int ret;

	for (;;) {
		ret = brg_importer_status(importer, &status);
		if (ret || status.nr_notified >= nr_notified)
			return ret;
		ret = poll(&pollfd, 1, brg_clock_left_ms(end));
		if (ret < 0 && errno != EINTR)
			return brg_fail(-errno, "%s: poll: %s", importer->bdf,
					strerror(errno));
		if (pollfd.revents & POLLERR && ret > 0)
			return brg_fail(-ENODEV,
					"%s: the device has left its driver",
					importer->bdf);
		if (!ret && !brg_clock_left_ms(end))
			return brg_fail(-ETIMEDOUT,
					"%s: %llu invalidations within %u ms, "
					"not %llu",
					importer->bdf,
					(unsigned long long)status.nr_notified,
					timeout_ms,
					(unsigned long long)nr_notified);
	}
}
