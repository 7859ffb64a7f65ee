// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "kmsg"
#include <barrage/kmsg.h>
#include <barrage/log.h>
#include <barrage/pci.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "/dev/kmsg"
#define RECORD_BYTES 8192

void brg_kmsg_note(const char *text)
{
	int fd = open(DEVICE, O_WRONLY | O_CLOEXEC);
	char line[256];
	int len;

	/* a log without the mark is still a log */
	if (fd < 0)
		return;
	/* one write is one record */
	len = snprintf(line, sizeof(line), "<6>barrage: %.210s\n", text);
	if (write(fd, line, len) != len)
		brg_debug("%s: no mark: %s", DEVICE, strerror(errno));
	close(fd);
}

void brg_kmsg_mark(const char *mark)
{
	char text[220];

	snprintf(text, sizeof(text), "mark: %.200s", mark);
	brg_kmsg_note(text);
}

int brg_kmsg_open(struct brg_kmsg *kmsg, const char *mark)
{
	kmsg->fd = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg->fd < 0)
		return brg_fail(-errno, DEVICE ": %s%s", strerror(errno),
				errno == EPERM || errno == EACCES ?
					": root is needed" :
					"");
	if (lseek(kmsg->fd, 0, SEEK_END) < 0) {
		int err = -errno;

		brg_kmsg_close(kmsg);
		return brg_fail(err, DEVICE ": %s", strerror(-err));
	}
	if (mark)
		brg_kmsg_mark(mark);
	return 0;
}

void brg_kmsg_close(struct brg_kmsg *kmsg)
{
	if (kmsg->fd >= 0)
		close(kmsg->fd);
	kmsg->fd = -1;
}

/* "4,1234,567890,-;text\n KEY=value\n": only the text counts */
static const char *record_text(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return "";
	text[1 + strcspn(text + 1, "\n")] = '\0';
	return text + 1;
}

/*
 * 1 with a line's text, 0 at the end of the log, -EPIPE where lines were lost. @kernels:
 * it is the kernel's own; what others say of it, as they log, is no proof of anything.
 */
static int read_line(struct brg_kmsg *kmsg, char record[RECORD_BYTES + 1],
		     const char **text, bool *kernels)
{
	ssize_t got;

	do {
		got = read(kmsg->fd, record, RECORD_BYTES);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EPIPE)
		return -EPIPE;
	if (got < 0 && errno != EAGAIN)
		return brg_fail(-errno, DEVICE ": %s", strerror(errno));
	if (got <= 0)
		return 0;
	record[got] = '\0';
	*kernels = brg_kmsg_is_kernels(record);
	*text = record_text(record);
	return 1;
}

static int fail_lost(void)
{
	return brg_fail(-EPIPE, "kernel log lines were overwritten unread: "
				"boot with a larger log_buf_len=");
}

int brg_kmsg_check(struct brg_kmsg *kmsg, char *splat, size_t size)
{
	char record[RECORD_BYTES + 1], first[512] = "";
	bool lost = false, kernels;
	const char *text;
	int ret;

	while ((ret = read_line(kmsg, record, &text, &kernels))) {
		if (ret == -EPIPE)
			lost = true;
		else if (ret < 0)
			return ret;
		else if (!*first && kernels && brg_kmsg_is_splat(text))
			snprintf(first, sizeof(first), "%s", text);
	}
	if (*first) {
		if (splat)
			snprintf(splat, size, "%s", first);
		return brg_fail(-EUCLEAN, "the kernel complains: %s", first);
	}
	return lost ? fail_lost() : 0;
}

bool brg_kmsg_parse_fault(const char *line, struct brg_kmsg_fault *fault)
{
	unsigned long long iova;
	char what[8], bdf[16];
	unsigned int reason;

	/* dmar_fault_do_one(); older kernels leave out the PCI domain */
	line = strstr(line, BRG_KMSG_FAULT_TEXT);
	if (!line ||
	    sscanf(line,
		   BRG_KMSG_FAULT_TEXT "%7s %*[^]]] Request device [%15[^]]] "
				       "fault addr %llx [fault reason %x]",
		   what, bdf, &iova, &reason) != 4)
		return false;
	if (brg_pci_parse_bdf(bdf, fault->bdf))
		return false;
	fault->write = !strcmp(what, "Write");
	fault->iova = iova;
	fault->reason = reason;
	return true;
}

int brg_kmsg_next_fault(struct brg_kmsg *kmsg, struct brg_kmsg_fault *fault)
{
	char record[RECORD_BYTES + 1];
	const char *text;
	bool kernels;
	int ret;

	while ((ret = read_line(kmsg, record, &text, &kernels)) > 0) {
		if (!kernels)
			continue;
		if (brg_kmsg_parse_fault(text, fault))
			return 1;
		if (brg_kmsg_is_splat(text) &&
		    !strstr(text, BRG_KMSG_FAULT_HEAD))
			return brg_fail(-EUCLEAN, "the kernel complains: %s",
					text);
	}
	return ret == -EPIPE ? fail_lost() : ret;
}

int brg_kmsg_next_line(struct brg_kmsg *kmsg, char *line, size_t size,
		       bool *kernels)
{
	char record[RECORD_BYTES + 1];
	const char *text;
	int ret = read_line(kmsg, record, &text, kernels);

	if (ret > 0)
		snprintf(line, size, "%s", text);
	return ret == -EPIPE ? fail_lost() : ret;
}
