# SPDX-License-Identifier: MIT
# How one file is compiled, for every Makefile here. BUILD, CC, CFLAGS and LDFLAGS may be given on the
# command line: make CC=clang BUILD=/tmp/asan CFLAGS='-g -fsanitize=address'.

TOP     := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
BUILD   ?= $(TOP)/build
# The programs wait for the kernel, not for their own code: a container starts in the same time with -O2, and that
# takes twice as long to build. For a debugger: make clean && make DEBUG=1
CFLAGS  ?= -O0 $(if $(DEBUG),-g)
WARN    := -Wall -Wextra -Wshadow -Werror=implicit-function-declaration -Wno-format-truncation -Wno-missing-field-initializers \
           -Wno-unknown-warning-option # -Wno-format-truncation is gcc's alone
ALL_CFLAGS = -pipe -std=gnu17 -D_GNU_SOURCE $(WARN) -I$(TOP)/common -MMD -MP $(CFLAGS)

ifneq ($(words $(TOP) $(BUILD)),2)
$(error make takes a space for the end of a name, and there is one in '$(TOP)' or '$(BUILD)' -> give the folder another name)
endif

# Asked before the first file that is compiled: what `sudo make` has left is root's.
ours = $(eval ours :=)$(if $(shell mkdir -p $(@D); test -w $(@D) && { test ! -e $@ || test -w $@; } && echo yes),,\
       $(error $(@D) is not yours to write, after a make with sudo or on a read-only disk \
               -> sudo chown -R $$(id -u) $(TOP), or work in a copy))

# The folder of a module says where its object goes: common/err.c -> build/common/err.o
# The compiler is the only process that is started for it.
$(BUILD)/%.o: $(TOP)/%.c
	$(ours)$(if $(wildcard $(@D)),,$(shell mkdir -p $(@D)))
	$(info $()  CC   $*.c)
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<
