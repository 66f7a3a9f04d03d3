# SPDX-License-Identifier: MIT
# What the Makefiles of labs 01 to 05 include. A lab says three things:
#
#     LAB    := 01-namespaces      its folder
#     COMMON := ns_table           the modules of common/ that it links: what has been learnt so far
#     include ../common/lab.mk
#
# All *.c in its folder are its own. The program is `run` in the folder.

include $(dir $(lastword $(MAKEFILE_LIST)))rules.mk

# Every lab has the command line, the steps, the guard and the journal.
BASE    := err cleanup size opt fsio proc host host_needs undo undo_replay undo_kinds undo_cgroup remove report live lacks lab lab_guard

OBJECTS := $(patsubst %.c,$(BUILD)/$(LAB)/%.o,$(wildcard *.c)) \
           $(patsubst %,$(BUILD)/common/%.o,$(sort $(BASE) $(COMMON)))

.DEFAULT_GOAL := run
run: $(OBJECTS)
	@echo "  LD   $(LAB)/run"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm $(LIBS)

# The grader of the lab's exercises (practice.h), which stands on all of common/.
GRADE := $(BUILD)/$(LAB)/exercises/grade
grade: $(GRADE)
$(GRADE): $(GRADE).o $(BUILD)/libcommon.a
	@echo "  LD   $(LAB)/exercises/grade"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

clean:
	rm -f $(GRADE) $(GRADE).o run $(OBJECTS) $(OBJECTS:.o=.d)

.PHONY: clean grade
-include $(OBJECTS:.o=.d) $(GRADE).d
