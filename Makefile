# SPDX-License-Identifier: GPL-2.0-only
# Verbs for people. Each says what it does; meson does the building.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

BUILD ?= build

# What a verb is told goes on to the scripts, with these names.
export TOPOLOGY MODE LIMIT KERNEL_SRC FIO_SRC JOBS DURATION SEED RUN

.PHONY: help deps kernel kernel-deb build bench bench-costs stress kill-matrix \
	check check-unit check-series shell report doctor clean

help:
	@echo 'make bench       measure P2P against what people do without it, in the'
	@echo '                 emulated machine; prints a table, keeps results/runs/latest'
	@echo '  TOPOLOGY=NAME    one machine only: $(notdir $(basename $(wildcard vm/topologies/*.json))), or a FILE'
	@echo '  MODE=icount      costs in guest instructions, repeatable to 1 %'
	@echo 'make bench-costs what kernel paths cost over the unmodified kernel; fails'
	@echo '                 above 2 % (LIMIT=)'
	@echo 'make stress      all scenarios for ten seconds each, emulated'
	@echo '  DURATION=SEC     of each (10); SEED=N; SCENARIOS="NAME GLOB ..."'
	@echo 'make kill-matrix which planted bugs those races catch, how soon: an hour or two'
	@echo '  SHARD=K/N        one part of it; RUN=NAME to go on with a run'
	@echo '  BY=each          which scenario of a hazard sees which bug by itself'
	@echo 'make check       all tests: unit, sanitizers, kernel series, debug kernel'
	@echo 'make check-unit  those that need neither root nor a kernel build'
	@echo 'make check-series'
	@echo '                 the kernel series commit by commit, on other bases, in the'
	@echo "                 kernel's own tests: tens of minutes the first time"
	@echo '  PARTS=NAME...    some of it only, see kernel/check'
	@echo 'make shell       a prompt in the machine (TOPOLOGY=NAME, FLAVOUR=debug)'
	@echo 'make doctor      what this machine can do with P2P memory, and what it lacks'
	@echo '  DEVICE=BDF       open this one through VFIO, which resets it, to try'
	@echo 'make report      the tables of results/runs/latest once more (RUN=NAME)'
	@echo 'make kernel      build the patched kernel (FLAVOUR=perf or debug)'
	@echo 'make kernel-deb  the same for a real machine, CONFIG=/path/to/config'
	@echo 'make build       build the programs'
	@echo 'make deps        install what is needed, from Debian (bench and check do)'
	@echo 'make clean       remove $(BUILD) and $(BUILD)-asan; the cache stays'
	@echo
	@echo 'KERNEL_SRC=, FIO_SRC= name sources to use in place of those fetched.'
	@echo 'Downloads and kernels are kept in $${XDG_CACHE_HOME:-~/.cache}/barrage.'

deps:
	@scripts/deps
	@vm/fetch-qemu

kernel: deps
	@kernel/build $(or $(FLAVOUR),perf)

kernel-deb: deps
	@kernel/deb $(CONFIG)

build: deps
	@scripts/build $(BUILD)

bench: build
	@bench/run $(BUILD)

bench-costs: build
	@bench/costs $(BUILD)

stress: build
	@stress/run $(BUILD) $(SCENARIOS)

kill-matrix: build
	@stress/kill-matrix $(BUILD) $(if $(SHARD),--shard $(SHARD))

check: build
	@tests/run $(BUILD)

check-unit: build
	@tests/run $(BUILD) unit

check-series: build
	@BUILD=$(BUILD) kernel/check $(or $(PARTS),--whole)

shell: build
	@kernel=$$(kernel/build $(or $(FLAVOUR),perf)); \
	$(BUILD)/vm/barrage-vm shell --topology $(or $(TOPOLOGY),bridge) \
		--kernel "$$kernel"

doctor: build
	@$(BUILD)/doctor/barrage-doctor $(if $(DEVICE),--device $(DEVICE)) \
		$(if $(BAR),--bar $(BAR))

report:
	@results/report results/runs/$(or $(RUN),latest)

clean:
	rm -rf $(BUILD) $(BUILD)-asan
