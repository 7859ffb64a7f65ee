# SPDX-License-Identifier: GPL-2.0-only
"""A made-up run for the tests: two job files, three arms, one topology."""

import copy
import json
import os

import records as rec

BASE = {
    "version": 1,
    "run": "sample",
    "time": "2026-01-02T03:04:05Z",
    "name": "fio-read-4k",
    "metric": "bandwidth",
    "unit": "B/s",
    "better": "higher",
    "params": {"rw": "read", "bs": 4096, "numjobs": 1, "iodepth": 4},
    "mem": "host",
    "verdict": "host",
    "status": "pass",
    "proof": None,
    "seed": 7,
    "clock": "wall",
    "accel": "tcg",
    "topology": "bridge",
    "kernel": {"release": "7.3.4", "build_id": "e4f18d0d", "flavour": "perf",
               "series_hash": "0123456789abcdef", "test_only_hash": "none",
               "mutants_hash": "none",
               "config_hash": "fedc"},
    "cpu": {"model": "AMD EPYC Processor", "count": 2},
    "devices": {
        "provider": {"bdf": "0000:01:00.0", "id": "1af4:1110", "bar": 2,
                     "bar_bytes": 64 << 20},
        "peer": {"path": "/dev/nvme0n1", "model": "QEMU NVMe Ctrl",
                 "bytes": 256 << 20},
    },
    "git": "abc1234",
    "trusted": True,
}

PROOF = {"method": "engine", "frames": 64, "frames_in_bar": 64,
         "kernel_log": "silent"}
VERDICTS = {"host": "host", "bounce": "bounce", "p2p-register": "p2p",
            "dmabuf-pages": "p2p"}


def with_samples(record, samples):
    keys = (("min", 0), ("p25", 25), ("p50", 50), ("p75", 75), ("p90", 90),
            ("p99", 99), ("p99.9", 99.9), ("max", 100))
    record["samples"] = samples
    record["n"] = len(samples)
    record["value"] = rec.percentile(samples, 50)
    record["spread"] = {k: rec.percentile(samples, p) for k, p in keys}
    return record


def make(samples, **changes):
    record = copy.deepcopy(BASE)
    record.update(changes)
    record["verdict"] = VERDICTS.get(record["mem"], "none")
    if record["verdict"] == "p2p":
        record["proof"] = dict(PROOF)
    return with_samples(record, samples)


def run(scale=1.0):
    """All records of the made-up run; scale makes P2P faster or slower."""
    records = [make([0], name="verify", metric="mismatches", unit="1",
                    better="lower", mem="p2p-register",
                    params={"bs": 4096, "blocks": 256, "path": "p2p-to-host"})]
    for bs, rate in ((4096, 20e6), (65536, 200e6)):
        params = dict(BASE["params"], bs=bs)
        name = f"fio-read-{rec.size_text(bs)}"
        for mem, factor in (("host", 1.0), ("bounce", 0.5),
                            ("p2p-register", 0.9 * scale)):
            common = {"name": name, "params": params, "mem": mem}
            rates = [rate * factor * f for f in (0.99, 1.0, 1.01)]
            records.append(make(rates, **common))
            for metric, value in (("latency-p50", 50e3),
                                  ("latency-p99", 90e3)):
                records.append(make([value / factor * f
                                     for f in (0.99, 1.0, 1.01)],
                                    metric=metric, unit="ns", better="lower",
                                    **common))
            records.append(make([1.5, 1.6, 1.7], metric="cpu-per-gb",
                                unit="s/GB", better="lower", **common))
        for baseline, factor in (("host", 1.0), ("bounce", 0.5)):
            records.append(make([0.9 * scale / factor] * 3, name=name,
                                params=params, metric="bandwidth-ratio",
                                unit="1", mem="p2p-register",
                                baseline=baseline))
    return records


def write(folder, records):
    path = os.path.join(folder, "records.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
    return folder
