/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "predict/worklist.h"

#include <math.h>

static char *classes[] = {"A", "B"};

static predict_entry one(const char *image, double p, double distance, bool is_ood)
{
    return (predict_entry){.image = strdup(image),
                           .p = p,
                           .predicted = p >= 0.5,
                           .distance = distance,
                           .is_ood = is_ood};
}

static void test_ranks(void **state)
{
    (void)state;
    predict_worklist w = {.classes = classes,
                          .positive_class = 1,
                          .threshold = 0.5,
                          .point = "sensitivity-90",
                          .is_calibrated = true,
                          .temperature = 2,
                          .ood_threshold = 3,
                          .provenance = "[]"};
    predict_worklist_add(&w, one("low\tone", 0.125, 1, false));
    predict_worklist_add(&w,
                         (predict_entry){.image = strdup("broken"), .reason = strdup("cut\noff")});
    predict_worklist_add(&w, one("first of equals", 0.75, 2.5, false));
    predict_worklist_add(&w, one("second of equals", 0.75, 4, true));
    predict_worklist_add(&w, one("high", 1, NAN, false));
    assert_int_equal(w.positive, 3);
    assert_int_equal(w.ood, 1);
    assert_int_equal(w.unread, 1);
    predict_worklist_rank(&w);
    put_text("list", "");
    FILE *fp = fopen("list", "w");
    predict_worklist_write(&w, fp);
    fclose(fp);
    assert_file_holds("list", "#hilum-worklist 1\n#provenance\t[]\n#positive\tB\n#threshold\t0.5\n"
                              "#operating\tsensitivity-90\n#temperature\t2\n#ood_threshold\t3\n"
                              "rank\timage\tp\tclass\tdistance\tflag\treason\n"
                              "1\thigh\t1\tB\t-\t-\t-\n"
                              "2\tfirst of equals\t0.75\tB\t2.5\t-\t-\n"
                              "3\tsecond of equals\t0.75\tB\t4\tood\t-\n"
                              "4\tlow\\tone\t0.125\tA\t1\t-\t-\n"
                              "-\tbroken\t-\t-\t-\tunreadable\tcut\\noff\n");
    predict_worklist_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_ranks),
    };
    return cmocka_run_group_tests_name("worklist", tests, NULL, NULL);
}
