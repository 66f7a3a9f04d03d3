# SPDX-License-Identifier: MIT
# What every lab's Makefile includes. A lab says three things:
#
#     LAB    := 01-namespaces      its folder
#     COMMON := err fsio report    the modules of common/ that it links: what has been learnt so far
#     include ../common/lab.mk
#
# All *.c in its folder are its own. The program is ./run in the folder. BUILD, CC, CFLAGS and
# LDFLAGS may be given on the command line: make CC=clang BUILD=/tmp/clang CFLAGS='-g -fsanitize=address'.

TOP     := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
BUILD   ?= $(TOP)/build
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wno-format-truncation -Wno-missing-field-initializers
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE $(WARN) -I$(TOP)/common -MMD -MP $(CFLAGS)

# Every lab has the command line, the steps, the guard and the journal.
BASE    := err size opt fsio proc host host_needs undo undo_kinds report live lab lab_guard

SOURCES := $(wildcard *.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/$(LAB)/%.o)
LIBRARY := $(patsubst %,$(BUILD)/common/%.o,$(sort $(BASE) $(COMMON)))

run: $(OBJECTS) $(LIBRARY)
	@echo "  LD   $(LAB)/run"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(BUILD)/$(LAB)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $(LAB)/$<"
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/common/%.o: $(TOP)/common/%.c
	@mkdir -p $(@D)
	@echo "  CC   common/$(<F)"
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

clean:
	rm -f run $(OBJECTS) $(OBJECTS:.o=.d)

.PHONY: clean
-include $(OBJECTS:.o=.d) $(LIBRARY:.o=.d)
