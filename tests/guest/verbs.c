// SPDX-License-Identifier: GPL-2.0-only
#include "verbs.h"

#include <stdlib.h>
#include <sys/mman.h>

int verbs_setup(void **state)
{
	static struct verbs v;

	memset(&v, 0, sizeof(v));
	guest_mark(state);
	guest_open(&v.guest, "PROVIDER");
	assert_good(
		brg_pci_bind(guest_role("EDU"), BRG_RXE_PCI_DRIVER, &v.parent));
	assert_good(brg_rxe_add());
	assert_good(brg_verbs_open(BRG_RXE_NAME, 0, &v.dev));
	assert_good(brg_verbs_pair_open(v.dev, v.dev, VERBS_DEPTH, &v.pair));
	v.host = mmap(NULL, VERBS_HOST_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(v.host, MAP_FAILED);
	assert_good(
		brg_verbs_reg_host(v.dev, v.host, VERBS_HOST_BYTES, &v.local));
	*state = &v;
	return 0;
}

int verbs_teardown(void **state)
{
	struct verbs *v = *state;
	int removed, restored;

	brg_verbs_dereg(&v->local);
	if (v->host)
		munmap(v->host, VERBS_HOST_BYTES);
	brg_verbs_pair_close(&v->pair);
	brg_verbs_close(v->dev);
	/* whatever becomes of one: the next test needs the others */
	removed = brg_rxe_remove();
	restored = brg_pci_restore(&v->parent);
	brg_mem_close(v->mem);
	if (v->guest.bdf)
		guest_close(&v->guest);
	assert_good(removed);
	assert_good(restored);
	return guest_judge(state);
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
