// SPDX-License-Identifier: GPL-2.0-only
/* opening RDMA devices, whatever their ports do; libibverbs is the test's */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/verbs.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <stdio.h>

#undef ibv_query_port

static struct ibv_device card = { .transport_type = IBV_TRANSPORT_IB };
static struct ibv_device *cards[2] = { &card };
static struct ibv_context context;
static struct ibv_pd pd;
static struct ibv_port_attr port;
static int list_error, open_error;
/* the only address of the port; -1 for none */
static int gid_at;
static unsigned int nr_open;

int __wrap_brg_rdma_driver_id(int index, uint32_t *idp);
struct ibv_device **__wrap_ibv_get_device_list(int *nr);
void __wrap_ibv_free_device_list(struct ibv_device **list);
const char *__wrap_ibv_get_device_name(struct ibv_device *device);
int __wrap_ibv_get_device_index(struct ibv_device *device);
struct ibv_context *__wrap_ibv_open_device(struct ibv_device *device);
int __wrap_ibv_close_device(struct ibv_context *opened);
struct ibv_pd *__wrap_ibv_alloc_pd(struct ibv_context *opened);
int __wrap_ibv_dealloc_pd(struct ibv_pd *domain);
int __wrap_ibv_query_device(struct ibv_context *opened,
			    struct ibv_device_attr *attr);
int __wrap_ibv_query_port(struct ibv_context *opened, uint8_t number,
			  struct ibv_port_attr *attr);
int __wrap__ibv_query_gid_ex(struct ibv_context *opened, uint32_t number,
			     uint32_t index, struct ibv_gid_entry *entry,
			     uint32_t flags, size_t size);

int __wrap_brg_rdma_driver_id(int index, uint32_t *idp)
{
	*idp = brg_rdma_driver_by_name("mlx5")->id;
	return 0;
}

struct ibv_device **__wrap_ibv_get_device_list(int *nr)
{
	if (list_error) {
		errno = list_error;
		return NULL;
	}
	*nr = 1;
	return cards;
}

void __wrap_ibv_free_device_list(struct ibv_device **list)
{
	assert_ptr_equal(list, cards);
}

const char *__wrap_ibv_get_device_name(struct ibv_device *device)
{
	return "mlx5_0";
}

int __wrap_ibv_get_device_index(struct ibv_device *device)
{
	return 1;
}

struct ibv_context *__wrap_ibv_open_device(struct ibv_device *device)
{
	if (open_error) {
		errno = open_error;
		return NULL;
	}
	nr_open++;
	return &context;
}

int __wrap_ibv_close_device(struct ibv_context *opened)
{
	nr_open--;
	return 0;
}

struct ibv_pd *__wrap_ibv_alloc_pd(struct ibv_context *opened)
{
	nr_open++;
	return &pd;
}

int __wrap_ibv_dealloc_pd(struct ibv_pd *domain)
{
	nr_open--;
	return 0;
}

int __wrap_ibv_query_device(struct ibv_context *opened,
			    struct ibv_device_attr *attr)
{
	*attr = (struct ibv_device_attr){
		.max_mr_size = 1 << 30,
		.max_mr = 64,
		.max_qp_wr = 128,
		.max_cqe = 64,
		.phys_port_cnt = 1,
	};
	return 0;
}

int __wrap_ibv_query_port(struct ibv_context *opened, uint8_t number,
			  struct ibv_port_attr *attr)
{
	assert_int_equal(number, 1);
	*attr = port;
	return 0;
}

int __wrap__ibv_query_gid_ex(struct ibv_context *opened, uint32_t number,
			     uint32_t index, struct ibv_gid_entry *entry,
			     uint32_t flags, size_t size)
{
	if ((int)index != gid_at)
		return ENODATA;
	*entry = (struct ibv_gid_entry){
		.gid.raw = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 },
		.gid_type = IBV_GID_TYPE_ROCE_V2,
	};
	return 0;
}

static int setup(void **state)
{
	card.transport_type = IBV_TRANSPORT_IB;
	port = (struct ibv_port_attr){
		.state = IBV_PORT_ACTIVE,
		.link_layer = IBV_LINK_LAYER_ETHERNET,
		.gid_tbl_len = 1024,
	};
	list_error = 0;
	open_error = 0;
	gid_at = 3;
	nr_open = 0;
	return fake_sysfs_setup(state);
}

static int teardown(void **state)
{
	assert_int_equal(nr_open, 0);
	return fake_sysfs_teardown(state);
}

#define VERBS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void expect_opens(bool any_port, bool regions)
{
	struct brg_verbs *verbs = NULL;
	int ret = brg_verbs_open("mlx5_0", 0, &verbs);

	assert_int_equal(!ret, any_port);
	if (!ret) {
		assert_int_equal(verbs->port, 1);
		brg_verbs_close(verbs);
	}
	ret = brg_verbs_open_regions("mlx5_0", &verbs);
	assert_int_equal(!ret, regions);
	if (!ret) {
		assert_int_equal(verbs->port, 0);
		assert_int_equal(verbs->gid_index, -1);
		brg_verbs_close(verbs);
	}
}

static void regions_want_no_port(void **state)
{
	expect_opens(true, true);
	port.state = IBV_PORT_DOWN;
	expect_opens(false, true);
	port.state = IBV_PORT_ACTIVE;
	gid_at = -1;
	expect_opens(false, true);
	gid_at = 3;
	card.transport_type = IBV_TRANSPORT_IWARP;
	expect_opens(false, true);
}

static void errors_of_both_are_the_same(void **state)
{
	struct brg_verbs *verbs = NULL;

	open_error = EACCES;
	assert_int_equal(brg_verbs_open_regions("mlx5_0", &verbs), -EACCES);
	assert_error("rights to /dev/infiniband");
	assert_int_equal(brg_verbs_open_regions("mlx5_7", &verbs), -ENODEV);
	assert_error("there is mlx5_0");
	assert_null(verbs);
}

static void no_pairs_without_a_port(void **state)
{
	struct brg_verbs *verbs, *regions;
	struct brg_verbs_pair pair;

	assert_int_equal(brg_verbs_open("mlx5_0", 0, &verbs), 0);
	assert_int_equal(brg_verbs_open_regions("mlx5_0", &regions), 0);
	assert_int_equal(brg_verbs_pair_open(verbs, regions, 8, &pair),
			 -EINVAL);
	assert_error("for memory regions alone");
	assert_int_equal(brg_verbs_pair_open(regions, verbs, 8, &pair),
			 -EINVAL);
	brg_verbs_close(regions);
	brg_verbs_close(verbs);
}

static void a_port_is_a_byte(void **state)
{
	struct brg_verbs *verbs = NULL;

	assert_int_equal(brg_verbs_open("mlx5_0", 257, &verbs), -EINVAL);
	assert_error("port 257");
	assert_int_equal(brg_verbs_open(NULL, UINT32_MAX, &verbs), -EINVAL);
	assert_null(verbs);
}

static void so_is_the_index_of_an_address(void **state)
{
	struct brg_verbs *verbs = NULL;

	gid_at = 255;
	assert_int_equal(brg_verbs_open("mlx5_0", 0, &verbs), 0);
	assert_int_equal(verbs->gid_index, 255);
	brg_verbs_close(verbs);
	gid_at = 256;
	assert_int_equal(brg_verbs_open("mlx5_0", 0, &verbs), -EADDRNOTAVAIL);
	assert_error("has no address");
}

static void a_list_that_cannot_be_had_is_explained(void **state)
{
	static const struct {
		int list_error;
		int ret;
		const char *text;
	} cases[] = {
		{ ENOSYS, -EOPNOTSUPP, "this kernel has no RDMA" },
		{ EPERM, -EPERM, "cannot be listed: Operation not permitted" },
		{ ENOMEM, -ENOMEM, "cannot be listed: Cannot allocate" },
	};
	struct brg_verbs_info info;
	struct brg_verbs *verbs = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		list_error = cases[i].list_error;
		brg_clear_error();
		assert_int_equal(brg_verbs_open("mlx5_0", 0, &verbs),
				 cases[i].ret);
		assert_error(cases[i].text);
		brg_clear_error();
		assert_int_equal(brg_verbs_list(&info, 1), cases[i].ret);
		assert_error(cases[i].text);
	}
	assert_null(verbs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERBS_TEST(regions_want_no_port),
		VERBS_TEST(errors_of_both_are_the_same),
		VERBS_TEST(no_pairs_without_a_port),
		VERBS_TEST(a_port_is_a_byte),
		VERBS_TEST(so_is_the_index_of_an_address),
		VERBS_TEST(a_list_that_cannot_be_had_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
