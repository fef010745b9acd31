# The commands of the project; `make help` lists them. CMake and its presets do the work.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 20

# Precompiled headers and paths of the checkout must not defeat the compiler cache.
export CCACHE_SLOPPINESS := pch_defines,time_macros
export CCACHE_BASEDIR := $(CURDIR)
# The folder of the checkout is in debug information only: another clone may share the cache.
export CCACHE_NOHASHDIR := 1
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

# One empty file for each section of packages that was found installed, by the list it was found for.
DEPS_LIST := $(shell sha256sum tools/install-deps.sh | cut -c1-16)
deps = build/.stamps/$(DEPS_LIST)-$(1)

.PHONY: help run build test fmt lint asan tsan fuzz bench dist check-dist clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build, then serve on 127.0.0.1:9000; ARGS="--data /srv/coffer" passes flags
	@exec build/release/coffer serve $(ARGS)

build: build/release/build.ninja ## the program: build/release/coffer
	@tools/build-dashboard
	@ninja -C build/release -j$(JOBS) --quiet coffer

test: $(call deps,build) $(call deps,test) ## everything CI runs: unit and simulation tests, clients, crashes
	@tools/run_tests.py --jobs $(JOBS)

fmt: $(call deps,lint) ## format every source file
	@tools/sources | xargs clang-format-14 -i

lint: $(call deps,build) $(call deps,test) $(call deps,lint) ## formatting, clang-tidy, shellcheck; FILES="a.cc b.cc" for some, ALL=1 for all
	@cmake --preset lint >/dev/null
	@JOBS=$(JOBS) ALL=$(ALL) tools/lint $(FILES)

asan: $(call deps,build) $(call deps,test) ## unit tests under the address and undefined-behaviour sanitizers
	@tools/sanitized asan $(JOBS)

tsan: $(call deps,build) $(call deps,test) ## unit tests under the thread sanitizer
	@tools/sanitized tsan $(JOBS)

fuzz: $(call deps,build) $(call deps,test) $(call deps,fuzz) ## every fuzz target for FUZZ_SECONDS; ONLY="fuzz_ids" for one
	@cmake --preset fuzz >/dev/null
	@ninja -C build/fuzz -j$(JOBS) --quiet fuzz_targets
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz $(ONLY)

bench: build ## measure a server of its own with 4 KiB objects; ARGS as of `coffer bench`
	@tools/bench $(ARGS)

dist: $(call deps,dist) build ## dist/: a tarball and a .deb for Debian 12 and Ubuntu 24.04
	@packaging/build-packages

check-dist: ## install and start the packages of `make dist` in fresh Debian and Ubuntu trees (root)
	@packaging/check-dist.sh

clean: ## remove build/ and dist/
	@rm -rf build dist

# Without the tests at first, so that serving needs no test packages; `make test` turns them on.
build/release/build.ninja: | $(call deps,build)
	@cmake --preset release -DCOFFER_TESTS=OFF

build/.stamps/$(DEPS_LIST)-%:
	@tools/install-deps.sh $*
	@mkdir -p $(@D) && touch $@
