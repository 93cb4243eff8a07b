#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# compare, on predictions and expected metrics made by tests/parity/make_compare_data.py.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$DATA"/compare/*.tsv .
}

# row KIND A B FIGURE COLUMN: a field of the table
row() { awk -F '\t' -v k="$1" -v a="$2" -v b="$3" -v f="$4" -v c="$5" \
    '$1 == k && $2 == a && $3 == b && $4 == f { print $c }' out.tsv; }
near() { awk -v x="$1" -v y="$2" 'BEGIN { d = x - y; exit !(x != "" && d < 1e-5 && d > -1e-5) }'; }

@test "compare: metrics are scikit-learn's, whatever the order of the rows" {
    compare -o out.tsv a.tsv b.tsv c.tsv
    near "$(row model a.tsv '' accuracy 5)" 0.866667
    near "$(row model b.tsv '' macro_recall 5)" 0.792208
    near "$(row model c.tsv '' auroc 5)" 0.766753
    near "$(row difference a.tsv c.tsv accuracy 5)" 0.266667
    [ "$(grep -c '^difference' out.tsv)" = 9 ]
    [ "$(row difference a.tsv b.tsv accuracy 8)" = "McNemar, exact" ]
    [ "$(row difference a.tsv c.tsv accuracy 8)" = "McNemar, chi-square" ]
    # Holm: the smallest of three p counts three times.
    awk -v p="$(row difference a.tsv c.tsv auroc 10)" -v h="$(row difference a.tsv c.tsv auroc 11)" \
        'BEGIN { exit !(p > 0 && h / p > 2.999 && h / p < 3.001) }'
}

@test "compare: an interval contains its difference, and is narrower than unpaired ones" {
    compare -o out.tsv a.tsv b.tsv
    awk -F '\t' '/^(model|difference)/ { if (!($6 <= $5 && $5 <= $7)) exit 1; n++
        if ($4 == "auroc") { width[$1] += $7 - $6 } }
        END { exit !(n == 9 && width["difference"] < width["model"]) }' out.tsv
}

@test "compare: the same bytes for any number of threads, others with another seed" {
    compare -j 1 -o one.tsv --json one.json a.tsv b.tsv
    compare -j 4 -o two.tsv --json two.json a.tsv b.tsv
    cmp one.tsv two.tsv
    cmp one.json two.json
    compare -s 2 -o three.tsv a.tsv b.tsv
    ! cmp -s one.tsv three.tsv
}

@test "compare: a seed above 2^63 is recorded with all its digits" {
    compare -q -s 18446744073709551615 --resamples 5 --json out.json -o out.tsv a.tsv b.tsv
    grep -q '"seed": "18446744073709551615"' out.json
}

@test "compare: names come from folders, or are given" {
    mkdir x y
    mv a.tsv x/predictions.tsv
    mv b.tsv y/predictions.tsv
    compare x/predictions.tsv y/predictions.tsv >out.tsv
    [ -n "$(row difference x y auroc 5)" ]
    compare -n p,q x/predictions.tsv y/predictions.tsv >out.tsv
    [ -n "$(row difference p q auroc 5)" ]
    fails 2 "two models are called 'x'" compare x/predictions.tsv x/predictions.tsv
    fails 2 "expected 2 names, found 'p'" compare -n p x/predictions.tsv y/predictions.tsv
    fails 2 "expected 2 names, found 'p,q,r'" compare -n p,q,r x/predictions.tsv y/predictions.tsv
}

@test "compare: other samples, labels, patients and classes are refused, and nothing is written" {
    grep -v '^005' a.tsv >less.tsv
    fails 1 "sample '005.png' is in a.tsv, but not in less.tsv" compare -o out.tsv a.tsv less.tsv
    fails 1 "sample '005.png' is in a.tsv, but not in less.tsv" compare -o out.tsv less.tsv a.tsv
    sed 's/^\(003.png\t\)[^\t]*/\1stranger/' a.tsv >patient.tsv
    fails 1 "sample '003.png' has .* patient person1 in a.tsv, .* stranger in patient.tsv" \
        compare -o out.tsv a.tsv patient.tsv
    awk -F '\t' -v OFS='\t' '$1 == "004.png" { $4 = $4 == "ILL" ? "HEALTHY" : "ILL" } 1' a.tsv >label.tsv
    fails 1 "sample '004.png' has label" compare -o out.tsv a.tsv label.tsv
    sed 's/HEALTHY/WELL/g' a.tsv >class.tsv
    fails 1 'class.tsv' compare -o out.tsv a.tsv class.tsv
    cat a.tsv <(tail -n 1 a.tsv) >twice.tsv
    fails 1 "appears twice" compare -o out.tsv a.tsv twice.tsv
    fails 1 "no sample of the subset 'val'" compare -o out.tsv --subset val a.tsv b.tsv
    [ ! -e out.tsv ]
    fails 2 'operand' compare a.tsv
}
