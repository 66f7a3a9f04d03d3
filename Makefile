# SPDX-License-Identifier: MIT
# Every verb a person types; `make help` lists them.

# As many files at once as there are processors, unless the command line says how many; a make below this one
# shares what this one has.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
# But what is typed together is done one after another: each builds what it needs of common/ by itself.
ifneq ($(filter-out all,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

LABS  := 01-namespaces 02-cgroup-v1 03-cgroup-v2 04-proc-self-exe 05-pivot-root 06-mini-docker
BUILD ?= $(CURDIR)/build
export BUILD

# "lab-03" or "vm-03" -> 03-cgroup-v2 -> its program; lab 06 is an engine with a name of its own.
folder  = $(filter $(lastword $(subst -, ,$(1)))-%,$(LABS))
program = $(1)/$(if $(filter 06-%,$(1)),mini-docker,run)
sub     = $(MAKE) --silent --no-print-directory

all: 06-mini-docker $(LABS) rootfs  ## build every lab

# common first: the labs share its objects, and two makes at once must not both write one. Then the labs may be
# built beside each other.
$(LABS): common
$(LABS) common:
	+@$(sub) -C $@

NUMBERS   := 01 02 03 04 05 06
LAB_VERBS := $(NUMBERS:%=lab-%)
VM_VERBS  := $(NUMBERS:%=vm-%)

$(LAB_VERBS): lab-%:
	@common/deps.sh build labs $(if $(filter 06,$*),lab06)
	+@$(sub) -C $(call folder,$@)
	+@$(if $(filter 05 06,$*),$(sub) rootfs)
	@ln -sfn $(call program,$(call folder,$@)) run
	@echo "./run is now lab $*: $(if $(filter 06,$*),./run help,./run list) shows what it can do"

rootfs: common  ## build rootfs/, a small root of busybox for labs 05 and 06
	@$(BUILD)/mkrootfs rootfs

deps:  ## install what is missing: GROUPS='build labs vm test bench'
	@common/deps.sh $(or $(GROUPS),build labs lab06 vm test)

# Not built for it is lab 06: a host without its libraries is one that the doctor is for.
doctor: $(filter-out 06-%,$(LABS))  ## what this host can do, lab by lab, and how to mend what it cannot
	@$(BUILD)/doctor $(foreach lab,$(filter-out 06-%,$(LABS)),$(lab)/run) 06-mini-docker/needs.txt
	@common/deps.sh --check build labs lab06 vm || true

# The throwaway machine. The exit status of the program is in make's "Error N"; vm/run returns it.
vm:  ## a root shell in the throwaway machine; CGROUP=v1|v2|hybrid
	@common/deps.sh vm
	@vm/run

# Lab 02 is about v1, so its machine has that; every other has v2, unless CGROUP says otherwise.
$(VM_VERBS): vm-%:
	@common/deps.sh build labs vm $(if $(filter 06,$*),lab06)
	+@$(sub) -C $(call folder,$@)
	+@$(if $(filter 05 06,$*),$(sub) rootfs)
	@CGROUP=$${CGROUP:-$(if $(filter 02,$*),v1,v2)} vm/run -- $(call program,$(call folder,$@)) $(ARGS)

# Exercises: starters are in NN-*/exercises, the student's copies of them in work/. "01-2" is one of lab 01.
PRACTISED := $(patsubst %/exercises/grade.c,%,$(wildcard 0?-*/exercises/grade.c))
practised  = $(filter $(firstword $(subst -, ,$(1)))-%,$(PRACTISED))

graders: common
	+@for lab in $(PRACTISED); do $(sub) -C $$lab grade || exit; done

grade: graders  ## look at the exercises of every lab
	@status=0; for lab in $(PRACTISED); do \
		common/exercises.sh grade $${lab%%-*} || [ $$? = 77 ] || status=1; done; exit $$status

grade-%: common
	@common/deps.sh build labs
	+@$(if $(call practised,$*),$(sub) -C $(call practised,$*) grade)
	@common/exercises.sh grade $*

vm-grade-%: common
	@common/deps.sh build labs vm
	+@$(if $(call practised,$*),$(sub) -C $(call practised,$*) grade)
	@CGROUP=$${CGROUP:-$(if $(filter 02%,$*),v1,v2)} common/exercises.sh --in-vm grade $*

hint-% solution-% reset-%:
	@common/exercises.sh $(firstword $(subst -, ,$@)) $*

progress:  ## which exercises are done
	@common/exercises.sh progress

test:  ## every test, here and in the throwaway machine; TESTS=quick leaves the machine out
	@common/deps.sh build labs lab06 vm test
	@tests/run $(TESTS)

vm-test: all  ## the tests that run in the throwaway machine, for one CGROUP mode
	@common/deps.sh build labs lab06 vm test
	@tests/run vm-$${CGROUP:-v2}

test-fresh:  ## the README's two commands in a fresh Debian made by debootstrap (root)
	@tests/fresh-debian

bench: 06-mini-docker  ## start-up beside crun and bubblewrap, in one run (root)
	@common/deps.sh build labs lab06 bench
	@tests/bench/run

fuzz:  ## made-up input for our parsers, 10 minutes each; SECONDS=60, TARGET=config
	@common/deps.sh build labs lab06 test
	@tests/fuzz/run $(or $(SECONDS),600) $(TARGET)

man: 06-mini-docker  ## the manual pages: build/mini-docker.1, build/mini-runc.1
	@for program in mini-docker mini-runc; do \
		06-mini-docker/$$program help --man >$(BUILD)/$$program.1 && echo "man $(BUILD)/$$program.1"; done

lint:  ## what CI checks of the text of the code
	@tests/lint

format:  ## let clang-format do it
	@clang-format -i $$(git ls-files '*.c' '*.h')

clean-host: common  ## remove what runs killed with SIGKILL left, and only that
	@$(BUILD)/clean-host
	@# an engine with nothing of its own takes away what engines left whose directories are gone
	@[ ! -x 06-mini-docker/mini-docker ] || { dir=$$(mktemp -d) && \
		06-mini-docker/mini-docker --root $$dir network prune -f; rm -rf $$dir; }

clean:  ## remove what was built
	+@for lab in common $(LABS); do $(sub) -C $$lab clean >/dev/null; done
	rm -rf build run rootfs

help:  ## this list
	@echo "make lab-01 … lab-06     build a lab and point ./run at it; then: sudo ./run"
	@echo "make vm-01 … vm-06       the same in the throwaway machine: ARGS='io --step', CGROUP=v1|v2|hybrid"
	@echo "make grade-01 … grade-05 the exercises of a lab, yours in work/; grade-01-2, vm-grade-03 (labs.md)"
	@echo "make hint-01-2           the next hint; solution-01-2: the answer, once yours passes; reset-01: begin again"
	@sed -n 's/^\([a-z-]*\):[^#]*## /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 25

.DEFAULT:
	$(error there is no '$@': make help lists what there is)

.PHONY: all deps doctor grade graders progress vm vm-test test test-fresh bench fuzz lint format clean-host clean help man rootfs \
	common $(LABS) $(LAB_VERBS) $(VM_VERBS)
