// SPDX-License-Identifier: GPL-2.0-only
/* What a bundle has of the kernel's log */
#include "../../tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../journal.h"

/* as the log: one record in each read() */
static void log_of(struct journal *journal, const char *const *lines)
{
	int pair[2];

	*journal = (struct journal){};
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair),
		0);
	for (; *lines; lines++) {
		char record[200];

		snprintf(record, sizeof(record), "6,1,1,-;%s\n", *lines);
		assert_int_equal(write(pair[1], record, strlen(record)),
				 strlen(record));
	}
	close(pair[1]);
	journal->kmsg.fd = pair[0];
}

/* Thousands of races of which nothing is told are not in the way of what is. */
static void races_are_told_where_something_is(void **state)
{
	static const char *const lines[] = {
		"barrage: race 0",
		"barrage: race 1",
		"vfio-pci: resetting",
		"vfio-pci: reset done",
		"barrage: race 2",
		"barrage: race 3",
		"BUG: KASAN: use of pool",
		"barrage: race 4",
		NULL,
	};
	struct journal journal;
	char *text = NULL, line[200];
	size_t size;
	FILE *copy = open_memstream(&text, &size);

	log_of(&journal, lines);
	assert_int_equal(journal_next(&journal, copy, line, sizeof(line)), 1);
	assert_string_equal(line, "BUG: KASAN: use of pool");
	assert_int_equal(journal_next(&journal, copy, line, sizeof(line)), 0);
	fclose(copy);
	assert_string_equal(text, "barrage: race 1\n"
				  "vfio-pci: resetting\n"
				  "vfio-pci: reset done\n"
				  "barrage: race 3\n"
				  "BUG: KASAN: use of pool\n");
	free(text);
	journal_close(&journal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(races_are_told_where_something_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
