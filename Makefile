# SPDX-License-Identifier: MIT
# Every verb a person types. `make help` lists them.
#
#     make lab-03 && sudo ./run        build lab 03 and run its main experiment
#     make test                        set up what the tests need, and run them

LABS := 01-namespaces 02-cgroup-v1 03-cgroup-v2 04-proc-self-exe 05-pivot-root 06-mini-docker
BUILD ?= $(CURDIR)/build
export BUILD

# The folder of lab NN, from "lab-03" or "vm-03".
folder = $(filter $(lastword $(subst -, ,$(1)))-%,$(LABS))
# Lab 06 is an engine with a name of its own; the others are all called run.
program = $(if $(filter 06-%,$(1)),$(1)/mini-docker,$(1)/run)

all: $(LABS) clean-host-program  ## build every lab

$(LABS):
	@$(MAKE) --no-print-directory -C $@

LAB_VERBS := $(foreach lab,$(LABS),lab-$(firstword $(subst -, ,$(lab))))
VM_VERBS  := $(LAB_VERBS:lab-%=vm-%)

$(LAB_VERBS):
	@common/deps.sh build labs $(if $(filter lab-06,$@),lab06)
	@$(MAKE) --no-print-directory -C $(call folder,$@)
	@$(if $(filter lab-05 lab-06,$@),$(MAKE) --no-print-directory rootfs)
	@ln -sfn $(call program,$(call folder,$@)) run
	@echo "./run is now $(call folder,$@)"

