// SPDX-License-Identifier: GPL-2.0-only
/* What a promise is kept through, and what voids it; dma-bufs, and pinned pages. */
#include "../../tests/unit/test.h"

#include "../engine/lent.h"
#include "../engine/pinned.h"
#include "../engine/promise.h"

static void make(struct promise *promise)
{
	promise_end(promise, promise_begin(promise), true);
}

static void a_promise_is_kept_until_one_begins(void **state)
{
	struct promise promise = {};
	uint32_t kept, number;

	assert_int_equal(promise_kept(&promise), 0);
	assert_false(promise_holds(&promise, 0));
	make(&promise);
	kept = promise_kept(&promise);
	assert_int_not_equal(kept, 0);
	assert_true(promise_holds(&promise, kept));
	number = promise_begin(&promise);
	assert_false(promise_holds(&promise, kept));
	assert_int_equal(promise_kept(&promise), 0);
	promise_end(&promise, number, false);
	assert_int_equal(promise_kept(&promise), 0);
	assert_false(promise_holds(&promise, kept));
}

/* what began before it was made may break it without anybody noticing */
static void nothing_is_promised_while_others_are_busy(void **state)
{
	struct promise promise = {};
	uint32_t slow = promise_begin(&promise);

	make(&promise);
	assert_int_equal(promise_kept(&promise), 0);
	promise_end(&promise, slow, true);
	assert_int_equal(promise_kept(&promise), 0);
	make(&promise);
	assert_int_not_equal(promise_kept(&promise), 0);
}

static void nothing_is_promised_by_what_fails(void **state)
{
	struct promise promise = {};

	promise_end(&promise, promise_begin(&promise), false);
	assert_int_equal(promise_kept(&promise), 0);
}

static void a_promise_is_not_another(void **state)
{
	struct promise promise = {};
	uint32_t first;

	make(&promise);
	first = promise_kept(&promise);
	make(&promise);
	assert_false(promise_holds(&promise, first));
	assert_int_not_equal(promise_kept(&promise), first);
}

static void a_dmabuf_is_gone_when_it_is_revoked(void **state)
{
	struct lent lent = {};
	uint64_t one = lent_number(&lent), two = lent_number(&lent);

	assert_int_not_equal(one, 0);
	assert_int_not_equal(one, two);
	lent_revoke(&lent, one);
	assert_true(lent_is_gone(&lent, one));
	assert_false(lent_is_gone(&lent, two));
	assert_false(lent_is_gone(&lent, 0));
}

static void dmabufs_are_gone_with_the_opening(void **state)
{
	struct lent lent = {};
	uint64_t before = lent_number(&lent), after;

	atomic_fetch_add(&lent.openings, 1);
	after = lent_number(&lent);
	assert_true(lent_is_gone(&lent, before));
	assert_false(lent_is_gone(&lent, after));
}

static void pages_are_had_until_one_is_let_go(void **state)
{
	struct pinned pinned = {};
	uint64_t since;

	assert_false(pinned_still(&pinned, pinned_since(&pinned, 0, 4096)));
	pinned_begin(&pinned, 511);
	since = pinned_since(&pinned, 0, 512);
	assert_true(pinned_still(&pinned, since));
	pinned_begin(&pinned, 600);
	assert_true(pinned_still(&pinned, since));
	/* which of them it was nobody knows */
	pinned_end(&pinned, 600);
	assert_false(pinned_still(&pinned, since));
	assert_true(pinned_still(&pinned, pinned_since(&pinned, 0, 512)));
	pinned_end(&pinned, 511);
	assert_false(pinned_still(&pinned, pinned_since(&pinned, 0, 4096)));
}

static void pages_are_had_by_their_part_of_the_bar(void **state)
{
	struct pinned pinned = {};

	pinned_begin(&pinned, 700);
	assert_int_equal(pinned_since(&pinned, 0, 512), 0);
	assert_int_not_equal(pinned_since(&pinned, 512, 512), 0);
	assert_int_not_equal(pinned_since(&pinned, 0, 1024), 0);
	assert_int_equal(pinned_since(&pinned, 1024, 512), 0);
	/* beyond what is counted */
	pinned_begin(&pinned, UINT32_MAX);
	assert_int_equal(pinned_since(&pinned, UINT32_MAX, 1), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_promise_is_kept_until_one_begins),
		cmocka_unit_test(nothing_is_promised_while_others_are_busy),
		cmocka_unit_test(nothing_is_promised_by_what_fails),
		cmocka_unit_test(a_promise_is_not_another),
		cmocka_unit_test(a_dmabuf_is_gone_when_it_is_revoked),
		cmocka_unit_test(dmabufs_are_gone_with_the_opening),
		cmocka_unit_test(pages_are_had_until_one_is_let_go),
		cmocka_unit_test(pages_are_had_by_their_part_of_the_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
