# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Prediction tables made by hand, of two classes.

space='{"backbone":"b","feature_layer":"c","filter":"area","fit":"pad","height":2,"normalize":"tf","pool":"avg","weights":"seeded:1","width":2}'

# write_predictions FILE COLUMN...: from lines "PATIENT LABEL P VALUE..." on standard input, with P for PNEUMONIA, and a
# value for each carried column, - for a blank.
write_predictions() {
    {
        printf '#hilum-predictions 1\n#provenance\t[{"tool":"t"}]\n#feature_space\t%s\n' "$space"
        printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_NORMAL\tp_PNEUMONIA'
        [ $# -eq 1 ] || printf '\t%s' "${@:2}"
        awk 'BEGIN { print "" } {
            printf "s%d\t%s\ttest\t%s\t%s\t%g\t%g", NR, $1, $2, ($3 > 0.5 ? "PNEUMONIA" : "NORMAL"), 1 - $3, $3
            for (i = 4; i <= NF; i++) printf "\t%s", $i == "-" ? "" : $i
            print "" }'
    } | with_checksum >"$1"
}
