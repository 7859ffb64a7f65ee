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

		/* one that begins with a plus is what a program has logged */
		snprintf(record, sizeof(record), "%s,1,1,-;%s\n",
			 **lines == '+' ? "14" : "6",
			 *lines + (**lines == '+'));
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
		"+barrage: race 0",
		"+barrage: race 1",
		"vfio-pci: resetting",
		"vfio-pci: reset done",
		"barrage: race 2",
		"barrage: race 3",
		"BUG: KASAN: use of pool",
		"barrage: race 4",
		NULL,
	};
	unsigned int left = JOURNAL_LINES;
	struct journal journal;
	struct tail copy = {};
	char line[200];

	log_of(&journal, lines);
	assert_int_equal(
		journal_next(&journal, &copy, &left, line, sizeof(line)), 1);
	assert_string_equal(line, "BUG: KASAN: use of pool");
	assert_int_equal(journal.begun, 4);
	/* those that run are ahead by now: it is not theirs */
	assert_int_equal(journal_race(&journal, 9), 3);
	assert_int_equal(
		journal_next(&journal, &copy, &left, line, sizeof(line)), 0);
	assert_string_equal(copy.text, "barrage: race 1\n"
				       "vfio-pci: resetting\n"
				       "vfio-pci: reset done\n"
				       "barrage: race 3\n"
				       "BUG: KASAN: use of pool\n");
	tail_free(&copy);
	journal_close(&journal);
}

/* The last that is known of, where the log does not tell. */
static void a_race_is_found_without_the_log(void **state)
{
	struct journal journal = {};

	assert_int_equal(journal_race(&journal, 0), 0);
	assert_int_equal(journal_race(&journal, 9), 8);
}

/* Who reads has something else to do, too. */
static void no_more_is_read_than_is_asked_for(void **state)
{
	static const char *const lines[] = { "a", "b", "BUG: c", "BUG: d",
					     NULL };
	unsigned int left = 2;
	struct journal journal;
	char line[200];

	log_of(&journal, lines);
	assert_int_equal(
		journal_next(&journal, NULL, &left, line, sizeof(line)), 0);
	left = 2;
	assert_int_equal(
		journal_next(&journal, NULL, &left, line, sizeof(line)), 1);
	assert_string_equal(line, "BUG: c");
	assert_int_equal(
		journal_next(&journal, NULL, &left, line, sizeof(line)), 1);
	assert_string_equal(line, "BUG: d");
	assert_int_equal(left, 0);
	journal_close(&journal);
}

static void what_programs_log_is_no_complaint(void **state)
{
	static const char *const lines[] = {
		"+barrage: race 0",
		"+daemon: WARNING: BUG: of my own",
		NULL,
	};
	unsigned int left = JOURNAL_LINES;
	struct journal journal;
	struct tail copy = {};
	char line[200];

	log_of(&journal, lines);
	assert_int_equal(
		journal_next(&journal, &copy, &left, line, sizeof(line)), 0);
	assert_string_equal(copy.text, "barrage: race 0\n"
				       "daemon: WARNING: BUG: of my own\n");
	journal_close(&journal);
	tail_free(&copy);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(races_are_told_where_something_is),
		cmocka_unit_test(a_race_is_found_without_the_log),
		cmocka_unit_test(no_more_is_read_than_is_asked_for),
		cmocka_unit_test(what_programs_log_is_no_complaint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
