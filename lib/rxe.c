// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "rxe"
#include <barrage/rxe.h>
#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "keep.h"

/* room for 4096 bytes and the headers around them */
#define MTU 4500
#define PATIENCE_S 60
#define PATIENCE_NS (PATIENCE_S * 1000000000ull)
#define POLL_NS 2000000ull

/* libnl's numbers are its own */
static int errno_of(int err)
{
	switch (-err) {
	case 0:
		return 0;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_AGAIN:
		return -ETIMEDOUT;
	case NLE_OPNOTSUPP:
	case NLE_PROTO_MISMATCH:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

static int fail(int err, const char *what)
{
	int ret = errno_of(err);

	if (ret == -ETIMEDOUT)
		return brg_fail(ret,
				"rxe: cannot %s " BRG_RXE_NAME
				": no answer from the kernel in %d s",
				what, PATIENCE_S);
	return brg_fail(ret, "rxe: cannot %s " BRG_RXE_NAME ": %s%s", what,
			nl_geterror(err),
			ret == -EPERM ? ": root is needed" : "");
}

/* an open socket, or NULL */
static struct nl_sock *connect_to(int family)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock)
		return NULL;
	if (!nl_connect(sock, family) &&
	    !setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVTIMEO,
			&patience, sizeof(patience)))
		return sock;
	nl_socket_free(sock);
	return NULL;
}

static int make_interface(struct nl_sock *sock)
{
	struct rtnl_link *link = rtnl_link_alloc();
	int ret;

	if (!link)
		return -NLE_NOMEM;
	rtnl_link_set_name(link, BRG_RXE_NAME);
	rtnl_link_set_mtu(link, MTU);
	rtnl_link_set_flags(link, IFF_UP);
	ret = rtnl_link_set_type(link, "dummy");
	if (!ret)
		ret = rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_link_put(link);
	return ret;
}

static int remove_interface(struct nl_sock *sock)
{
	struct rtnl_link *link = rtnl_link_alloc();
	int ret;

	if (!link)
		return -NLE_NOMEM;
	rtnl_link_set_name(link, BRG_RXE_NAME);
	ret = rtnl_link_delete(sock, link);
	rtnl_link_put(link);
	return ret;
}

static int set_address(struct nl_sock *sock)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local = NULL;
	int ret;

	if (!addr)
		return -NLE_NOMEM;
	rtnl_addr_set_ifindex(addr, (int)if_nametoindex(BRG_RXE_NAME));
	ret = nl_addr_parse(BRG_RXE_ADDRESS, AF_INET, &local);
	if (!ret)
		ret = rtnl_addr_set_local(addr, local);
	if (!ret)
		ret = rtnl_addr_add(sock, addr, 0);
	nl_addr_put(local);
	rtnl_addr_put(addr);
	return ret;
}

static int make_device(struct nl_sock *sock)
{
	struct nl_msg *msg = nlmsg_alloc_simple(
		RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_NEWLINK),
		NLM_F_REQUEST | NLM_F_ACK);
	int ret;

	if (!msg ||
	    nla_put_string(msg, RDMA_NLDEV_ATTR_DEV_NAME, BRG_RXE_NAME) ||
	    nla_put_string(msg, RDMA_NLDEV_ATTR_LINK_TYPE, "rxe") ||
	    nla_put_string(msg, RDMA_NLDEV_ATTR_NDEV_NAME, BRG_RXE_NAME)) {
		nlmsg_free(msg);
		return -NLE_NOMEM;
	}
	/* frees the message, waits for the answer */
	ret = nl_send_sync(sock, msg);
	/* what nldev_newlink() says where no driver has this type of link */
	return ret == -NLE_INVAL ? -NLE_OPNOTSUPP : ret;
}

/* Its interface takes the device along, but not at once. */
static int await_end(void)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	char path[BRG_SYSFS_PATH_BYTES];
	int ret = brg_sysfs_path(path, sizeof(path),
				 "class/infiniband/" BRG_RXE_NAME);

	while (!ret && !access(path, F_OK)) {
		if (!brg_clock_left_ms(end))
			return brg_fail(-ETIMEDOUT,
					"rxe: " BRG_RXE_NAME
					" does not go away: a program has it "
					"open and does not answer");
		brg_clock_sleep_ns(POLL_NS);
	}
	return ret;
}

static int clear(struct nl_sock *route)
{
	int ret = remove_interface(route);

	if (ret && errno_of(ret) != -ENODEV)
		return fail(ret, "remove the interface");
	return await_end();
}

static int build(struct nl_sock *route, struct nl_sock *rdma)
{
	int ret = make_interface(route);

	if (ret)
		return fail(ret, "make the interface (CONFIG_DUMMY)");
	ret = set_address(route);
	if (ret)
		return fail(ret, "give an address to");
	ret = make_device(rdma);
	return ret ? fail(ret, "make the device (CONFIG_RDMA_RXE)") : 0;
}

int brg_rxe_add(void)
{
	struct nl_sock *route = connect_to(NETLINK_ROUTE);
	struct nl_sock *rdma = connect_to(NETLINK_RDMA);
	struct brg_kept kept;
	int ret;

	if (!route || !rdma)
		ret = brg_fail(-EOPNOTSUPP, "rxe: this kernel has no RDMA: "
					    "build it with CONFIG_RDMA_RXE");
	else
		ret = clear(route);
	if (!ret) {
		ret = build(route, rdma);
		if (ret) {
			brg_keep_error(&kept);
			clear(route);
			brg_keep_restore(&kept);
		}
	}
	nl_socket_free(rdma);
	nl_socket_free(route);
	return ret;
}

int brg_rxe_remove(void)
{
	struct nl_sock *route = connect_to(NETLINK_ROUTE);
	int ret;

	if (!route)
		return 0;
	ret = clear(route);
	nl_socket_free(route);
	return ret;
}
