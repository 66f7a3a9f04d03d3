/* SPDX-License-Identifier: MIT */
/* file_table: what every file of a v2 group means. Source: cgroup-v2.rst in the kernel's tree. */
#ifndef LAB03_FILE_TABLE_H
#define LAB03_FILE_TABLE_H

struct file_row {
    const char *pattern; /* fnmatch(3): "hugetlb.*.max" stands for one file a page size */
    const char *meaning; /* one line, about 50 characters */
};

/* In the order in which they are to be read; ends with a NULL pattern. */
extern const struct file_row file_table[];

/* The row for this file name, or NULL: the kernel is newer than the table. */
const struct file_row *file_table_find(const char *name);

#endif
