/* SPDX-License-Identifier: GPL-2.0-only */
/* ops - the operations there are, by the file that has them */
#ifndef STRESS_OPS_H
#define STRESS_OPS_H

#include "engine.h"

/* ops-batch.c */
extern const struct op op_aio_read, op_uring_read, op_aio_write, op_uring_write,
	op_uring_fixed;

/* ops-byte.c */
extern const struct op op_poke, op_peek;

/* ops-cmb.c */
extern const struct op op_cmb_rebind, op_cmb_replug, op_cmb_reset,
	op_cmb_expect_free;

/* ops-device.c */
extern const struct op op_reopen, op_reopen_stalled, op_rebind, op_reset_closed,
	op_replug;

/* ops-die.c */
extern const struct op op_die_in_io, op_reopen_dead;

/* ops-die-hold.c */
extern const struct op op_die_importing, op_die_in_region;
/* ops-drain.c */
extern const struct op op_unregister_pinned, op_reset_pinned;

/* ops-edge.c */
extern const struct op op_read_over_end, op_write_over_end;

/* ops-epoch.c */
extern const struct op op_reset_epoch, op_twin_reset_epoch, op_off_epoch;

/* ops-export.c */
extern const struct op op_export, op_export_ranges, op_dmabuf_close,
	op_dmabuf_revoke;

/* ops-flight.c */
extern const struct op op_io_unmapped, op_io_dropped, op_io_moved;

/* ops-hold.c */
extern const struct op op_hold;

/* ops-import.c */
extern const struct op op_import, op_import_map, op_import_unmap,
	op_import_close, op_import_hold, op_import_dma, op_import_stale;

/* ops-ioas.c */
extern const struct op op_ioas_map, op_ioas_unmap;

/* ops-io.c */
extern const struct op op_disk_read, op_slow_read, op_disk_write, op_disk_readv;

/* ops-keep.c */
extern const struct op op_p2p_keep;

/* ops-map.c */
extern const struct op op_bar_map, op_bar_map_last, op_dmabuf_map, op_unmap, op_unmap_part,
	op_touch, op_dontneed, op_mremap;

/* ops-p2p.c */
extern const struct op op_p2p_map, op_p2p_map_soon, op_p2p_map_last;

/* ops-pf.c */
extern const struct op op_pf_reset, op_pf_reopen, op_pf_register,
	op_pf_unregister, op_pf_use;

/* ops-pressure.c */
extern const struct op op_pressure;

/* ops-process.c */
extern const struct op op_fork;

/* ops-ranges.c */
extern const struct op op_dmabuf_compare;

/* ops-rdma.c */
extern const struct op op_mr_register, op_mr_deregister;

/* ops-refault.c */
extern const struct op op_refault;

/* ops-register.c */
extern const struct op op_register, op_unregister, op_unregister_any, op_query,
	op_read_pool, op_expect_free, op_expect_unused;

/* ops-sweep.c */
extern const struct op op_map_sweep, op_map_failing, op_register_sweep,
	op_register_failing;

/* ops-stall.c */
extern const struct op op_stalled_read, op_stalled_io, op_reset_killed;

/* ops-traffic.c */
extern const struct op op_mr_write, op_mr_read;

/* ops-twin.c */
extern const struct op op_twin_register, op_twin_unregister, op_twin_use;

/* ops-unbind.c */
extern const struct op op_rebind_used, op_vf_gone;

/* ops-vector.c */
extern const struct op op_disk_scatter, op_disk_gather;
extern const struct op op_disk_hold;

/* ops-wake.c */
extern const struct op op_wake, op_unregister_stalled;

/* ops-reset.c */
extern const struct op op_reset, op_twin_reset, op_power_off, op_power_on;

#endif
