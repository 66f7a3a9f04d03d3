# SPDX-License-Identifier: MIT
# How one file is compiled, for every Makefile here. BUILD, CC, CFLAGS and LDFLAGS may be given on the
# command line: make CC=clang BUILD=/tmp/asan CFLAGS='-g -fsanitize=address'.

TOP     := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
BUILD   ?= $(TOP)/build
CFLAGS  ?= -O1 -g  # the programs wait for the kernel, not for their own code; -O2 builds a fifth longer
WARN    := -Wall -Wextra -Wshadow -Wno-format-truncation -Wno-missing-field-initializers \
           -Wno-unknown-warning-option # -Wno-format-truncation is gcc's alone
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE $(WARN) -I$(TOP)/common -MMD -MP $(CFLAGS)

# The folder of a module says where its object goes: common/err.c -> build/common/err.o
$(BUILD)/%.o: $(TOP)/%.c
	@mkdir -p $(@D)
	@echo "  CC   $*.c"
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<
