// SPDX-License-Identifier: GPL-2.0-only
#include "verbs.h"

#include "fixture.h"

#include <stdlib.h>
#include <sys/mman.h>

static struct verbs verbs;

/* whatever becomes of one: the next test needs the others */
static void undo(void)
{
	UNDO(brg_verbs_dereg(&verbs.local));
	if (verbs.host)
		munmap(verbs.host, VERBS_HOST_BYTES);
	verbs.host = NULL;
	brg_verbs_pair_close(&verbs.pair);
	brg_verbs_close(verbs.dev);
	verbs.dev = NULL;
	UNDO(brg_rxe_remove());
	UNDO(brg_pci_restore(&verbs.parent));
	brg_mem_close(verbs.mem);
	verbs.mem = NULL;
	if (verbs.guest.bdf)
		UNDO(guest_try_close(&verbs.guest));
}

int verbs_setup(void **state)
{
	void *host;

	fixture_begin(undo);
	memset(&verbs, 0, sizeof(verbs));
	guest_open(&verbs.guest, "PROVIDER");
	assert_good(brg_pci_bind(guest_role("EDU"), BRG_RXE_PCI_DRIVER,
				 &verbs.parent));
	assert_good(brg_rxe_add());
	assert_good(brg_verbs_open(BRG_RXE_NAME, 0, &verbs.dev));
	assert_good(brg_verbs_pair_open(verbs.dev, verbs.dev, VERBS_DEPTH,
					&verbs.pair));
	host = mmap(NULL, VERBS_HOST_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(host, MAP_FAILED);
	verbs.host = host;
	assert_good(brg_verbs_reg_host(verbs.dev, verbs.host, VERBS_HOST_BYTES,
				       &verbs.local));
	*state = &verbs;
	return 0;
}

int verbs_teardown(void **state)
{
	return fixture_end();
}

void verbs_fill(void *buf, size_t len, unsigned int number)
{
	unsigned int seed = VERBS_SEED + number;
	uint8_t *bytes = buf;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(rand_r(&seed) >> 7);
}

int verbs_export(const struct verbs *v, uint64_t offset, uint64_t length)
{
	int fd;

	assert_good(brg_dmabuf_export(&v->guest.vfio, v->guest.bar, offset,
				      length, &fd));
	return fd;
}

int verbs_reg(const struct verbs *v, int fd, uint64_t bytes,
	      struct brg_verbs_mr *mr)
{
	const struct brg_verbs_dmabuf dmabuf = { .fd = fd, .bytes = bytes };

	return brg_verbs_reg_dmabuf(v->dev, &dmabuf, mr);
}

int verbs_write(struct verbs *v, uint64_t from, const struct brg_verbs_mr *mr,
		uint64_t to, uint32_t bytes)
{
	const struct brg_verbs_request request = {
		.op = BRG_VERBS_WRITE,
		.local = &v->local,
		.local_offset = from,
		.remote = mr,
		.remote_offset = to,
		.bytes = bytes,
	};

	return brg_verbs_transfer(&v->pair, &request);
}

int verbs_read(struct verbs *v, const struct brg_verbs_mr *mr, uint64_t from,
	       uint64_t to, uint32_t bytes)
{
	const struct brg_verbs_request request = {
		.op = BRG_VERBS_READ,
		.local = &v->local,
		.local_offset = to,
		.remote = mr,
		.remote_offset = from,
		.bytes = bytes,
	};

	return brg_verbs_transfer(&v->pair, &request);
}
