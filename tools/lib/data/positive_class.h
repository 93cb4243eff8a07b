/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The positive class: the one whose recall is the sensitivity and whose probability ranks a
 * worklist. It is chosen by name, never by the order of the classes.
 *
 *   int positive;
 *   const hl_positive_choice c = {.classes = classes, .n = n, .of = file, .asked = opt_positive,
 *                                 .recorded = HL_NO_POSITIVE};
 *   if (hl_positive_class(&positive, &c, e))
 *       return -1;
 */
#ifndef HILUM_DATA_POSITIVE_CLASS_H
#define HILUM_DATA_POSITIVE_CLASS_H

#include "base/error.h"

#include <stddef.h>

enum { HL_NO_POSITIVE = -1 };

/*
 * The positive one of two classes by their names: the other one is called normal, negative,
 * healthy, benign, control, 0, no finding or the like, or "no X", or "non X" where this one is X.
 * Case, blanks, underscores, hyphens and parentheses do not matter. HL_NO_POSITIVE where both names
 * or neither are of that kind, and unless there are two classes.
 */
int hl_positive_by_names(char *const *classes, size_t n);

typedef struct hl_positive_choice {
    char *const *classes; /* [n] */
    size_t n;
    const char *of;    /* the file with these classes, for messages */
    const char *asked; /* value of --positive, or NULL */
    int recorded;      /* by the file, or HL_NO_POSITIVE */
} hl_positive_choice;

/*
 * Stores the number of the positive class: the one that is asked for or recorded, or else the one
 * by names. Fails where no class is called as asked, where the file records another one, and where
 * the names of two classes do not decide. HL_NO_POSITIVE with any other number of classes, if none
 * is asked for or recorded.
 */
int hl_positive_class(int *positive, const hl_positive_choice *c, hl_err *e);

/* Number of the class called name, or HL_NO_POSITIVE. */
int hl_positive_find(char *const *classes, size_t n, const char *name);

#endif
