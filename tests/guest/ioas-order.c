// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma-buf, its device, an address space that has it mapped and the device that
 * uses it: whatever order they go in.
 */
#include "ioas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* What goes, one at a time */
enum step {
	DMABUF,
	EXPORTER,
	REVOKE,
	UNMAP,
	DETACH,
	DESTROY,
	IMPORTER,
	IOMMUFD
};

/* of one round */
struct round {
	struct guest *guest;
	struct ioas *ioas;
	uint32_t id;
	int fd;
	int iommufd;
	bool attached;
	bool destroyed;
};

static const char *const names[] = {
	"dma-buf", "exporter", "revoke",   "unmap",
	"detach",  "destroy",  "importer", "iommufd",
};

static void begin(struct round *round, struct guest *guest)
{
	const struct brg_iommufd *iommufd = &ioas_get()->edu.vfio.iommufd;
	uint64_t iova;

	*round = (struct round){ .guest = guest, .ioas = ioas_get() };
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, IOAS_OFFSET,
				      IOAS_LEN, &round->fd));
	assert_good(brg_iommufd_ioas_alloc(iommufd, &round->id));
	assert_good(ioas_attach(round->id));
	round->attached = true;
	assert_good(brg_iommufd_ioas_map_file(iommufd, round->id, round->fd,
					      IOAS_LEN, &iova));
}

/* 0, or the errno that is right at this point */
static int unmap(const struct round *round)
{
	uint64_t bytes = 0;
	int ret;

	ret = brg_iommufd_ioas_unmap_all(&round->ioas->edu.vfio.iommufd,
					 round->id, &bytes);
	if (round->destroyed)
		return ret == -ENOENT ? 0 : -EPROTO;
	return ret ? ret : bytes == IOAS_LEN ? 0 : -ERANGE;
}

static int destroy(struct round *round)
{
	int ret;

	ret = brg_iommufd_destroy(&round->ioas->edu.vfio.iommufd, round->id);
	if (round->attached)
		return ret == -EBUSY ? 0 : -EPROTO;
	round->destroyed = true;
	return ret;
}

static int do_step(struct round *round, enum step step)
{
	switch (step) {
	case DMABUF:
		return close(round->fd) ? -errno : 0;
	case EXPORTER:
		brg_vfio_close(&round->guest->vfio);
		return 0;
	case REVOKE:
		return brg_vfio_set_memory(&round->guest->vfio, false);
	case UNMAP:
		return unmap(round);
	case DETACH:
		ioas_detach();
		round->attached = false;
		return 0;
	case DESTROY:
		return destroy(round);
	case IMPORTER:
		/* where it is still open, IOMMUFD has another descriptor of it */
		ioas_close(round->ioas);
		return 0;
	case IOMMUFD:
		brg_iommufd_close(&round->ioas->edu.vfio.iommufd);
		return close(round->iommufd) ? -errno : 0;
	}
	return -EINVAL;
}

static void next_order(enum step *order, size_t nr)
{
	size_t i = nr - 1, j = nr - 1;
	enum step swap;

	/* the next permutation in lexical order, if there is one */
	while (i && order[i - 1] >= order[i])
		i--;
	if (!i)
		return;
	while (order[j] <= order[i - 1])
		j--;
	swap = order[i - 1];
	order[i - 1] = order[j];
	order[j] = swap;
	for (j = nr - 1; i < j; i++, j--) {
		swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
}

static void run_order(struct round *round, const enum step *order, size_t nr)
{
	char done[128] = "";
	size_t i;
	int ret;

	for (i = 0; i < nr; i++) {
		strcat(strcat(done, " "), names[order[i]]);
		ret = do_step(round, order[i]);
		if (ret)
			fail_msg("after%s: %s (%s)", done, strerror(-ret),
				 brg_last_error());
	}
}

static void ioas_orders_of_unmapping(void **state)
{
	enum step order[] = { DMABUF, REVOKE, UNMAP, DETACH, DESTROY };
	struct guest *guest = *state;
	struct ioas *ioas = ioas_get();
	struct round round;
	int i;

	for (i = 0; i < 120; i++) {
		begin(&round, guest);
		run_order(&round, order, 5);
		if (!round.destroyed)
			assert_good(brg_iommufd_destroy(&ioas->edu.vfio.iommufd,
							round.id));
		assert_good(brg_vfio_set_memory(&guest->vfio, true));
		next_order(order, 5);
	}
	assert_int_equal(order[0], DESTROY);
	assert_good(ioas_attach(ioas->edu.vfio.ioas_id));
	ioas_map(guest);
	ioas_expect_works(guest, 1);
}

static void ioas_orders_of_closing(void **state)
{
	enum step order[] = { DMABUF, EXPORTER, IMPORTER, IOMMUFD };
	struct guest *guest = *state;
	struct ioas *ioas = ioas_get();
	struct round round;
	int i;

	for (i = 0; i < 24; i++) {
		begin(&round, guest);
		round.iommufd =
			fcntl(ioas->edu.vfio.iommufd.fd, F_DUPFD_CLOEXEC, 0);
		assert_true(round.iommufd >= 0);
		run_order(&round, order, 4);
		ioas_open(ioas);
		assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
		next_order(order, 4);
	}
	assert_int_equal(order[0], IOMMUFD);
	ioas_map(guest);
	ioas_expect_works(guest, 2);
}

static const struct CMUnitTest tests[] = {
	IOAS_TEST(ioas_orders_of_unmapping),
	IOAS_TEST(ioas_orders_of_closing),
};

const struct guest_suite guest_ioas_order = GUEST_SUITE(tests);
