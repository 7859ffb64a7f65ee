// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* Which driver an RDMA device has: the kernel's answer, over netlink. */
#include <barrage/rdma-driver.h>

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <rdma/rdma_netlink.h>

#define ANSWER_MS 1000

struct answer {
	bool has_id;
	uint32_t id;
};

static int on_message(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[RDMA_NLDEV_ATTR_MAX];
	struct answer *answer = arg;

	if (nlmsg_parse(nlmsg_hdr(msg), 0, attrs, RDMA_NLDEV_ATTR_MAX - 1,
			NULL))
		return NL_STOP;
	if (attrs[RDMA_NLDEV_ATTR_UVERBS_DRIVER_ID]) {
		answer->id =
			nla_get_u32(attrs[RDMA_NLDEV_ATTR_UVERBS_DRIVER_ID]);
		answer->has_id = true;
	}
	return NL_STOP;
}

static int ask(struct nl_sock *sock, int index)
{
	struct nl_msg *msg = nlmsg_alloc_simple(
		RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_GET_CHARDEV),
		NLM_F_REQUEST);
	int ret = -ENOMEM;

	if (msg &&
	    !nla_put_u32(msg, RDMA_NLDEV_ATTR_DEV_INDEX, (uint32_t)index) &&
	    !nla_put_string(msg, RDMA_NLDEV_ATTR_CHARDEV_TYPE, "uverbs"))
		ret = nl_send_auto(sock, msg) < 0 ? -EIO : 0;
	nlmsg_free(msg);
	return ret;
}

static int talk(struct nl_sock *sock, int index, struct answer *answer)
{
	struct pollfd wait = { .events = POLLIN };
	int ret;

	nl_socket_disable_auto_ack(sock);
	nl_socket_disable_seq_check(sock);
	if (nl_connect(sock, NETLINK_RDMA))
		return -EPROTONOSUPPORT;
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_message,
			    answer);
	ret = ask(sock, index);
	if (ret)
		return ret;
	wait.fd = nl_socket_get_fd(sock);
	if (poll(&wait, 1, ANSWER_MS) != 1)
		return -ETIMEDOUT;
	/* the kernel's refusals: there is no such device any more */
	return nl_recvmsgs_default(sock) < 0 ? -ENODEV : 0;
}

int brg_rdma_driver_id(int index, uint32_t *idp)
{
	struct answer answer = {};
	struct nl_sock *sock;
	int ret;

	if (index < 0)
		return -ENODEV;
	sock = nl_socket_alloc();
	if (!sock)
		return -ENOMEM;
	ret = talk(sock, index, &answer);
	nl_socket_free(sock);
	if (ret)
		return ret;
	if (!answer.has_id)
		return -ENODATA;
	*idp = answer.id;
	return 0;
}
