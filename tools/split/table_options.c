/* SPDX-License-Identifier: BSD-2-Clause */
/* --columns and --select, before any file is read. */
#include "carried.h"
#include "labels.h"

static int check_carried(split_pairs *roles, hl_err *e)
{
    split_carried names = {0};
    const int status = split_carried_name(&names, roles, e);
    split_carried_free(&names);
    if (status)
        split_pairs_free(roles);
    return status;
}

int split_table_parse(split_table *how, hl_err *e)
{
    if (split_columns_parse(&how->roles, how->columns, e) || check_carried(&how->roles, e))
        return hl_fail_in(e, "--columns");
    if (split_conditions_parse(&how->conditions, how->select, e)) {
        split_pairs_free(&how->roles);
        return hl_fail_in(e, "--select");
    }
    split_carried carried = {0};
    const int status = split_carried_name(&carried, &how->roles, e);
    split_carried_free(&carried);
    if (status == 0)
        return 0;
    split_table_free(how);
    return hl_fail_in(e, "--columns");
}

void split_table_free(split_table *how)
{
    split_pairs_free(&how->roles);
    split_pairs_free(&how->conditions);
}
