// SPDX-License-Identifier: GPL-2.0-only
#include "vtd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lost.h"
#include "qmp.h"
#include "text.h"

/* where QEMU's machine q35 has the only one that there is */
#define DMAR 0xfed90000ull

/* words of VM_VTD_REGISTERS; two registers are the upper half of theirs */
#define GSTS (0x18 / 8)
#define FSTS (0x30 / 8)
#define IQH (0x80 / 8)
#define IQT (0x88 / 8)
#define IQA (0x90 / 8)

#define GSTS_QIES (1ull << (32 + 26))
#define FSTS_ERRORS (7ull << (32 + 4)) /* IQE, ICE, ITE */
#define IQA_ADDRESS (~0xfffull)
#define IQA_DW (1ull << 11) /* descriptors of 256 bits */
#define IQA_QS 7ull
#define PAGE 4096ull

#define NR_WORDS 64 /* more than Linux puts into the queue at once */
#define TYPE 0xfull
#define TYPE_WAIT 5
#define WAIT_SW (1ull << 5) /* it writes its status to memory */

/* QI_IN_USE of drivers/iommu/intel/iommu.h: the one who waits writes it before */
#define IN_USE 1

bool vm_vtd_words(const char *answer, size_t nr, uint64_t *words)
{
	const char *at = answer;
	size_t have = 0;

	/* "ADDRESS: WORD WORD" in each line */
	while (have < nr && (at = strstr(at, "0x"))) {
		char *end;

		words[have++] = strtoull(at, &end, 16);
		at = end;
	}
	return have == nr;
}

bool vm_vtd_stands(const uint64_t *registers, struct vm_vtd_queue *queue)
{
	uint64_t iqa = registers[IQA];

	*queue = (struct vm_vtd_queue){
		.base = iqa & IQA_ADDRESS,
		.bytes = PAGE << (iqa & IQA_QS),
		.tail = registers[IQT],
	};
	return registers[GSTS] & GSTS_QIES &&
	       !(registers[FSTS] & FSTS_ERRORS) && !(iqa & IQA_DW) &&
	       registers[IQH] == queue->tail && queue->tail < queue->bytes;
}

uint64_t vm_vtd_status(const uint64_t *words, size_t nr)
{
	for (size_t i = 0; i + 1 < nr; i += 2) {
		if (!(words[i] & TYPE))
			return 0;
		if ((words[i] & TYPE) == TYPE_WAIT)
			return words[i] & WAIT_SW ? words[i + 1] & ~3ull : 0;
	}
	return 0;
}

static bool get(int fd, uint64_t address, size_t nr, char size, uint64_t *words)
{
	char *command = vm_strf("xp /%zu%cx %#" PRIx64, nr, size, address);
	char *answer = vm_qmp_monitor(fd, command, 0);
	bool ok = answer && vm_vtd_words(answer, nr, words);

	free(answer);
	free(command);
	return ok;
}

/* from the tail on, and from the beginning where the queue ends */
static bool get_descriptors(int fd, const struct vm_vtd_queue *queue,
			    uint64_t *words)
{
	size_t left = (queue->bytes - queue->tail) / sizeof(*words);
	size_t nr = left < NR_WORDS ? left : NR_WORDS;

	return get(fd, queue->base + queue->tail, nr, 'g', words) &&
	       (nr == NR_WORDS ||
		get(fd, queue->base, NR_WORDS - nr, 'g', words + nr));
}

/* what somebody waits for that the IOMMU does not know of; 0: nothing */
static uint64_t look(int fd, struct vm_vtd_queue *queue)
{
	uint64_t registers[VM_VTD_REGISTERS], words[NR_WORDS], status, is;

	if (!get(fd, DMAR, VM_VTD_REGISTERS, 'g', registers) ||
	    !vm_vtd_stands(registers, queue) ||
	    !get_descriptors(fd, queue, words))
		return 0;
	status = vm_vtd_status(words, NR_WORDS);
	return status && get(fd, status, 1, 'w', &is) && is == IN_USE ? status :
									0;
}

bool vm_vtd_watch(struct vm_vtd_watch *watch, int fd)
{
	struct vm_vtd_queue queue;
	uint64_t status = look(fd, &queue);

	if (!status)
		watch->seen = 0;
	else if (status == watch->status && queue.tail == watch->tail)
		watch->seen++;
	else
		watch->seen = 1;
	watch->status = status;
	watch->tail = status ? queue.tail : 0;
	return watch->seen >= VM_LOST_LOOKS;
}
