// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMA between memory regions of this process: the baseline of all that is done
 * with dma-bufs, and what errors of requests look like.
 */
#include "verbs.h"

#include "children.h"

#include <errno.h>
#include <infiniband/verbs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static uint8_t *other_memory(void)
{
	uint8_t *memory = mmap(NULL, VERBS_HOST_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static void moves_host_memory_both_ways(void **state)
{
	static const uint32_t sizes[] = { 1, 8, 4095, 4096, 65536, 1048579 };
	struct verbs *v = *state;
	uint8_t *other = other_memory();
	struct brg_verbs_mr mr;
	unsigned int i;

	assert_good(brg_verbs_reg_host(v->dev, other, VERBS_HOST_BYTES, &mr));
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint32_t n = sizes[i];

		verbs_fill(v->host, n, i);
		memset(other, 0, n + 1);
		assert_good(verbs_write(v, 0, &mr, 0, n));
		assert_memory_equal(other, v->host, n);
		assert_int_equal(other[n], 0);

		verbs_fill(other, n, 100 + i);
		v->host[n] = 0x5a;
		assert_good(verbs_read(v, &mr, 0, 0, n));
		assert_memory_equal(v->host, other, n);
		assert_int_equal(v->host[n], 0x5a);
	}
	assert_good(brg_verbs_dereg(&mr));
	munmap(other, VERBS_HOST_BYTES);
}

static void completes_each_of_many_requests_once(void **state)
{
	struct verbs *v = *state;
	uint8_t *other = other_memory();
	struct brg_verbs_mr mr;
	struct brg_verbs_done done;
	uint64_t i;

	assert_good(brg_verbs_reg_host(v->dev, other, VERBS_HOST_BYTES, &mr));
	verbs_fill(v->host, VERBS_DEPTH * PAGE, 1);
	for (i = 0; i < VERBS_DEPTH; i++) {
		const struct brg_verbs_request request = {
			.op = BRG_VERBS_WRITE,
			.local = &v->local,
			.local_offset = i * PAGE,
			.remote = &mr,
			.remote_offset = i * PAGE,
			.bytes = PAGE,
			.id = i,
		};

		assert_good(brg_verbs_post(&v->pair, &request));
	}
	for (i = 0; i < VERBS_DEPTH; i++) {
		assert_good(
			brg_verbs_wait(&v->pair, BRG_VERBS_PATIENCE_MS, &done));
		assert_int_equal(done.status, 0);
		assert_int_equal(done.id, i);
	}
	assert_errno(brg_verbs_wait(&v->pair, 1, &done), ETIMEDOUT);
	assert_memory_equal(other, v->host, VERBS_DEPTH * PAGE);
	assert_good(brg_verbs_dereg(&mr));
	munmap(other, VERBS_HOST_BYTES);
}

/* and the pair is of use again afterwards */
static void names_what_was_wrong_with_a_request(void **state)
{
	struct verbs *v = *state;
	uint8_t *other = other_memory();
	struct brg_verbs_mr mr, wrong;

	assert_good(brg_verbs_reg_host(v->dev, other, PAGE, &mr));
	wrong = mr;
	wrong.rkey ^= 0x00010000;
	assert_errno(verbs_write(v, 0, &wrong, 0, 64), EACCES);
	assert_error(BRG_RXE_NAME);
	assert_error("the other end's region does not allow it");

	assert_errno(verbs_write(v, 0, &mr, 0, 64), ECANCELED);
	assert_error("an earlier request has failed");

	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_errno(verbs_write(v, 0, &mr, PAGE - 8, 64), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_errno(verbs_read(v, &mr, 0, VERBS_HOST_BYTES - 8, 64), EFAULT);
	assert_error("this end's region does not allow it");

	assert_good(brg_verbs_pair_reconnect(&v->pair));
	verbs_fill(v->host, 64, 3);
	assert_good(verbs_write(v, 0, &mr, 0, 64));
	assert_memory_equal(other, v->host, 64);
	assert_good(brg_verbs_dereg(&mr));
	munmap(other, VERBS_HOST_BYTES);
}

static void refuses_a_region_that_was_deregistered(void **state)
{
	struct verbs *v = *state;
	uint8_t *other = other_memory();
	struct brg_verbs_mr mr, gone;

	assert_good(brg_verbs_reg_host(v->dev, other, PAGE, &mr));
	gone = mr;
	assert_good(brg_verbs_dereg(&mr));
	assert_good(brg_verbs_dereg(&mr));
	assert_errno(verbs_write(v, 0, &gone, 0, 64), EACCES);
	munmap(other, VERBS_HOST_BYTES);
}

/* each with a protection domain of its own */
static void the_ends_may_be_opened_apart(void **state)
{
	struct verbs *v = *state;
	uint8_t *other = other_memory();
	struct brg_verbs *dev;
	struct brg_verbs_pair pair;
	struct brg_verbs_mr mr, wrong;
	struct brg_verbs_request request = {
		.op = BRG_VERBS_WRITE,
		.local = &v->local,
		.remote = &mr,
		.bytes = PAGE,
	};

	assert_good(brg_verbs_open(BRG_RXE_NAME, 1, &dev));
	assert_good(brg_verbs_pair_open(v->dev, dev, 1, &pair));
	assert_good(brg_verbs_reg_host(dev, other, PAGE, &mr));
	verbs_fill(v->host, PAGE, 9);
	assert_good(brg_verbs_transfer(&pair, &request));
	assert_memory_equal(other, v->host, PAGE);

	/* a region of the requester's domain is none of the other end's */
	assert_good(brg_verbs_reg_host(v->dev, other, PAGE, &wrong));
	request.remote = &wrong;
	assert_errno(brg_verbs_transfer(&pair, &request), EACCES);
	brg_verbs_pair_close(&pair);
	assert_good(brg_verbs_dereg(&wrong));
	assert_good(brg_verbs_dereg(&mr));
	brg_verbs_close(dev);
	munmap(other, VERBS_HOST_BYTES);

	assert_errno(brg_verbs_pair_open(v->dev, v->dev, 0, &pair), EINVAL);
	assert_errno(brg_verbs_pair_open(v->dev, v->dev, UINT32_MAX, &pair),
		     EINVAL);
	assert_error("requests at a time");
}

/* a child's exit status: 0, or the line of the first thing that is wrong */
#define CHILD_EXPECT(condition)                                                \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%d: %s\n", __LINE__,                  \
				brg_last_error());                             \
			return 1;                                              \
		}                                                              \
	} while (0)

#define FEW_BYTES (64 * 1024)

/* root may lock what it likes: so somebody else */
static bool become_nobody(rlim_t bytes)
{
	const struct rlimit limit = { bytes, bytes };

	return !setrlimit(RLIMIT_MEMLOCK, &limit) &&
	       !setresgid(65534, 65534, 65534) &&
	       !setresuid(65534, 65534, 65534);
}

static int register_host_memory(int fd)
{
	struct brg_verbs *dev;
	struct brg_verbs_mr mr = {};
	uint8_t *memory = other_memory();

	CHILD_EXPECT(become_nobody(FEW_BYTES));
	CHILD_EXPECT(!brg_verbs_open(BRG_RXE_NAME, 0, &dev));
	CHILD_EXPECT(brg_verbs_reg_host(dev, memory, VERBS_HOST_BYTES, &mr) ==
		     -ENOMEM);
	CHILD_EXPECT(strstr(brg_last_error(), "may lock 65536 bytes"));
	CHILD_EXPECT(strstr(brg_last_error(), "RLIMIT_MEMLOCK"));
	CHILD_EXPECT(!brg_verbs_reg_host(dev, memory, PAGE, &mr));
	CHILD_EXPECT(!brg_verbs_dereg(&mr));
	brg_verbs_close(dev);
	return 0;
}

static int register_without_any(int fd)
{
	struct brg_verbs *dev;
	struct brg_verbs_mr mr = {};
	uint8_t *memory = other_memory();

	CHILD_EXPECT(become_nobody(0));
	CHILD_EXPECT(!brg_verbs_open(BRG_RXE_NAME, 0, &dev));
	CHILD_EXPECT(brg_verbs_reg_host(dev, memory, PAGE, &mr) == -EPERM);
	CHILD_EXPECT(strstr(brg_last_error(), "no memory at all"));
	brg_verbs_close(dev);
	return 0;
}

/* the BAR's memory is nobody's to lock */
static int register_dmabuf(int fd)
{
	const struct brg_verbs_dmabuf whole = {
		.fd = fd,
		.bytes = VERBS_HOST_BYTES,
	};
	struct brg_verbs *dev;
	struct brg_verbs_mr mr = {};

	CHILD_EXPECT(become_nobody(0));
	CHILD_EXPECT(!brg_verbs_open(BRG_RXE_NAME, 0, &dev));
	CHILD_EXPECT(!brg_verbs_reg_dmabuf(dev, &whole, &mr));
	CHILD_EXPECT(!brg_verbs_dereg(&mr));
	brg_verbs_close(dev);
	return 0;
}

static void expect_in_child(int (*call)(int fd), int fd)
{
	pid_t child;

	fflush(NULL);
	child = child_start();
	if (!child)
		_exit(call(fd));
	assert_int_equal(child_wait(child), 0);
}

static void explains_the_limit_of_locked_memory(void **state)
{
	expect_in_child(register_host_memory, -1);
	expect_in_child(register_without_any, -1);
}

static void a_dma_buf_is_not_locked_memory(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, VERBS_HOST_BYTES);

	expect_in_child(register_dmabuf, fd);
	close(fd);
}

static void explains_memory_that_cannot_be_registered(void **state)
{
	struct verbs *v = *state;
	uint8_t *other = other_memory();
	struct brg_verbs_mr mr = {};
	void *page;

	munmap(other, VERBS_HOST_BYTES);
	assert_errno(brg_verbs_reg_host(v->dev, other, PAGE, &mr), EFAULT);
	assert_error("not mapped, or memory that cannot be pinned");
	assert_error(BRG_RXE_NAME);

	assert_errno(brg_verbs_reg_host(v->dev, v->host, -PAGE, &mr), EINVAL);
	assert_error("overflow");

	/* FOLL_LONGTERM and P2P pages do not go together */
	page = guest_register_and_touch(&v->guest);
	assert_errno(brg_verbs_reg_host(v->dev, page, PAGE, &mr), EFAULT);
	assert_error("register a dma-buf of the BAR");
	munmap(page, PAGE);
	guest_unregister(&v->guest);
	assert_null(mr.verbs);
}

static void names_the_devices_that_there_are(void **state)
{
	struct brg_verbs_info infos[4];
	struct brg_verbs *dev = NULL;

	assert_errno(brg_verbs_open("nothere0", 0, &dev), ENODEV);
	assert_error("nothere0");
	assert_error(BRG_RXE_NAME);
	assert_errno(brg_verbs_open(BRG_RXE_NAME, 9, &dev), EINVAL);
	assert_error("port 9");
	assert_null(dev);
	assert_int_equal(brg_verbs_list(infos, 4), 1);
	assert_string_equal(infos[0].name, BRG_RXE_NAME);
	assert_string_equal(infos[0].driver->name, "rxe");
	assert_true(infos[0].driver->cpu_copies);
	assert_good(brg_verbs_open(NULL, 0, &dev));
	assert_string_equal(dev->info.name, BRG_RXE_NAME);
	brg_verbs_close(dev);
}

static const struct CMUnitTest tests[] = {
	VERBS_TEST(moves_host_memory_both_ways),
	VERBS_TEST(completes_each_of_many_requests_once),
	VERBS_TEST(names_what_was_wrong_with_a_request),
	VERBS_TEST(refuses_a_region_that_was_deregistered),
	VERBS_TEST(the_ends_may_be_opened_apart),
	VERBS_TEST(explains_the_limit_of_locked_memory),
	VERBS_TEST(a_dma_buf_is_not_locked_memory),
	VERBS_TEST(explains_memory_that_cannot_be_registered),
	VERBS_TEST(names_the_devices_that_there_are),
};

const struct guest_suite guest_verbs_host = GUEST_SUITE(tests);
