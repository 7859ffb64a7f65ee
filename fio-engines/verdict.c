// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each job's verdict, in one line that programs can parse. On stderr, and not
 * through fio's log, which would put it in front of the JSON of --output=:
 *
 *	barrage: verdict=p2p kind=p2p-register provider=0000:01:00.0 bar=2
 *		pages=64 in_bar=64 in_ram=0 phys=0xfe800000
 *		range=0xfe800000-0xfebfffff job=read-4k.0
 */
#include "engine.h"

#include <fcntl.h>
#include <jansson.h>

#define MAX_RAM_RANGES 128

static char *json_line(const struct thread_data *td, const char *kind,
		       const struct brg_proof *proof)
{
	const struct engine_options *o = td->eo;
	json_t *line = json_pack(
		"{s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:s}",
		"job", td->o.name, "subjob", (int)td->subjob_number, "kind",
		kind, "verdict", brg_verdict_name(proof->verdict), "expected",
		brg_verdict_name(proof->expected), "provider",
		o->provider ? o->provider : "none", "bar", (int)o->bar, "pages",
		(json_int_t)proof->nr_pages, "in_bar",
		(json_int_t)proof->nr_in_bar, "in_ram",
		(json_int_t)proof->nr_in_ram, "phys",
		(json_int_t)proof->first_phys, "range_start",
		(json_int_t)proof->bar.start, "range_end",
		(json_int_t)proof->bar.end, "text", proof->text);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	json_decref(line);
	return text;
}

/* One write of one line, so that those of several jobs do not mix. */
static int append_json(struct thread_data *td, const char *kind,
		       const struct brg_proof *proof)
{
	const struct engine_options *o = td->eo;
	char *text;
	int fd, put;

	if (!o->proof_file)
		return 0;
	fd = open(o->proof_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return engine_fail(td, errno, "barrage_proof_file=%s: %s",
				   o->proof_file, strerror(errno));
	text = json_line(td, kind, proof);
	put = text ? dprintf(fd, "%s\n", text) : -1;
	free(text);
	close(fd);
	if (put < 0)
		return engine_fail(td, EIO,
				   "barrage_proof_file=%s: not written",
				   o->proof_file);
	return 0;
}

static int show(struct thread_data *td, const char *kind,
		const struct brg_proof *proof)
{
	const struct engine_options *o = td->eo;

	fprintf(stderr,
		"barrage: verdict=%s kind=%s provider=%s bar=%u pages=%zu in_bar=%zu in_ram=%zu phys=0x%llx range=0x%llx-0x%llx job=%s.%u\n",
		brg_verdict_name(proof->verdict), kind,
		o->provider ? o->provider : "none", o->bar, proof->nr_pages,
		proof->nr_in_bar, proof->nr_in_ram,
		(unsigned long long)proof->first_phys,
		(unsigned long long)proof->bar.start,
		(unsigned long long)proof->bar.end, td->o.name,
		td->subjob_number);
	return append_json(td, kind, proof);
}

/*
 * Host memory is not worth refusing a job for where the kernel does not show
 * page frames to this user: the verdict is then "none", and says why.
 */
static int judge(struct thread_data *td, const char *kind, int err,
		 struct brg_proof *proof)
{
	bool hidden = err == -EPERM && proof->expected == BRG_VERDICT_HOST;

	if (hidden) {
		proof->verdict = BRG_VERDICT_NONE;
		snprintf(proof->text, sizeof(proof->text), "%.180s",
			 brg_last_error());
	}
	if (show(td, kind, proof))
		return 1;
	if (err && !hidden)
		return engine_fail(td, err,
				   "no proof that this is %s memory: %s", kind,
				   brg_last_error());
	return 0;
}

/* memory of the library: 0, or 1 with the job failed */
int verdict_of_mem(struct thread_data *td, const struct brg_mem *mem)
{
	const struct brg_mem_ops *kind = brg_mem_kind(mem);
	struct brg_proof proof = { .verdict = BRG_VERDICT_NONE,
				   .expected = kind->verdict };
	int err = brg_mem_prove(mem, &proof);

	proof.expected = kind->verdict;
	return judge(td, kind->name, err, &proof);
}

static int prove_host(const void *addr, size_t nr_pages,
		      struct brg_proof *proof)
{
	struct brg_phys_range ram[MAX_RAM_RANGES];
	uint64_t *phys;
	int ret;

	phys = calloc(nr_pages, sizeof(*phys));
	if (!phys)
		return -ENOMEM;
	ret = brg_proof_frames(addr, nr_pages, phys);
	if (ret)
		goto free;
	ret = brg_proof_ram(ram, MAX_RAM_RANGES);
	if (ret < 0)
		goto free;
	brg_proof_judge(phys, nr_pages, NULL, ram, (size_t)ret, proof);
	ret = proof->verdict == BRG_VERDICT_HOST ? 0 : -EXDEV;
free:
	free(phys);
	return ret;
}

/*
 * Memory of fio's own (mem=): the same. FIO_RAWIO makes fio start its buffers
 * at the first page boundary, plus iomem_align=, and allocate enough for that.
 */
int verdict_of_buffer(struct thread_data *td)
{
	struct brg_proof proof = { .verdict = BRG_VERDICT_NONE };
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = ((uintptr_t)td->orig_buffer + page - 1) / page * page;
	size_t bytes = td_max_bs(td) * td->o.iodepth + td->o.mem_align;
	int err = prove_host((const void *)start, (bytes + page - 1) / page,
			     &proof);

	proof.expected = BRG_VERDICT_HOST;
	return judge(td, "host", err, &proof);
}
