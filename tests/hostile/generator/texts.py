# SPDX-License-Identifier: BSD-2-Clause
"""Texts: manifests, tables of labels, the tables and the JSON that report and compare read."""
import json
import re

from hostile import DATA, MANIFEST, case

HEAD = MANIFEST[:MANIFEST.index("path")]
COLUMNS = "path\tlabel\tpatient\tsubset\n"
ROW = "0.png\tNORMAL\tp0\ttrain\n"


def manifests():
    def manifest(name, text, message, why, first="#hilum-manifest 1\n"):
        case(f"manifest/{name}", first.encode() + (text if isinstance(text, bytes) else text.encode()),
             'preprocess -q -o out "$file"', 1, message, why)

    manifest("empty", "", "not a manifest: expected a line of column names", "a file of no bytes", first="")
    manifest("version-2", COLUMNS + ROW, "not a manifest: expected '#hilum-manifest 1' in line 1", "a future version of the format", first="#hilum-manifest 2\n")
    whole = "#hilum-manifest 1\n" + COLUMNS + ROW
    case("manifest/byte-order-mark", ("\ufeff" + whole).encode(), 'audit -q -o out "$file"', 0, "#images",
         "a byte order mark is skipped")
    case("manifest/crlf", whole.replace("\n", "\r\n").encode(), 'audit -q -o out "$file"', 0, "#images",
         "line ends of Windows mean the same")
    manifest("only-first-line", "", "not a manifest: expected a line of column names", "truncated behind the first line")
    manifest("only-columns", COLUMNS, "expected at least one sample, found none", "truncated behind the names of the columns")
    manifest("cut-in-line", COLUMNS + ROW[:-1], "truncated: the last line does not end", "truncated within a line")
    manifest("cut-between-lines", "#samples\t2\n" + COLUMNS + ROW, "truncated or changed: expected 2 samples, found 1", "truncated between two lines")
    manifest("samples-0", "#samples\t0\n" + COLUMNS + ROW, "line 2: expected a number of samples", "a number that cannot be right")
    manifest("samples-huge", "#samples\t18446744073709551616\n" + COLUMNS + ROW, "line 2: expected a number of samples", "a number that no integer holds")
    manifest("two-roots", "#root\ta\n#root\tb\n" + COLUMNS + ROW, "line 3: appears twice", "two places for one image")
    manifest("columns-swapped", "label\tpath\tpatient\tsubset\n" + ROW, "line 2: expected the columns path, label, patient, subset", "another order")
    manifest("fields-missing", COLUMNS + "0.png\tNORMAL\ttrain\n", "line 3: expected 4 columns, found 3", "a field fewer")
    manifest("fields-more", COLUMNS + ROW[:-1] + "\t\t\n", "line 3: expected 4 columns, found 6", "fields more")
    manifest("blank-line", COLUMNS + "\n" + ROW, "line 3: expected 4 columns, found 1", "an empty line")
    manifest("spaces", COLUMNS + ROW.replace("\t", "    "), "line 3: expected 4 columns, found 1", "tabs that an editor has replaced")
    manifest("no-label", COLUMNS + "0.png\t\tp0\ttrain\n", "line 3: empty label", "an empty field")
    manifest("bad-escape", COLUMNS + "a\\x41\tNORMAL\tp0\ttrain\n", "line 3: bad escape in path", "an escape that does not exist")
    manifest("escape-at-end", COLUMNS + "0.png\tNORMAL\tp0\ttrain\\\n", "line 3: bad escape in subset", "an escape of nothing")
    manifest("zero-byte", (COLUMNS + ROW).replace("0.png", "0.png\0.exe"), "line 3: it holds a zero byte", "a name that ends early in C")
    manifest("subset-upper", COLUMNS + ROW.replace("train", "TRAIN"), "line 3: expected subset train, val or test, found 'TRAIN'", "another spelling")
    manifest("path-twice", COLUMNS + ROW + ROW, "path '0.png' appears twice", "an image that would count twice")
    manifest("not-utf-8", (COLUMNS + ROW).encode().replace(b"NORMAL", b"NORMAL\xe9"), "the name of a class is not UTF-8", "Latin-1")
    variant = COLUMNS[:-1] + "\tvariant\n"
    manifest("variant-101", variant + ROW[:-1] + "\t0\n" + ROW[:-1] + "\t101\n", "expected the number of an augmented copy, from 0 to 100, found '101'", "above the limit")
    manifest("variant-alone", variant + ROW[:-1] + "\t1\n", "augmented copy 1 of '0.png': the original is missing", "an augmented copy without its original")
    manifest("variant-in-test", variant + ROW[:-1] + "\t0\n" + ROW.replace("train", "test")[:-1] + "\t1\n",
             "augmented copies are for training: expected subset train, found test", "it would be measured like an original")
    manifest("chain-no-json", "#chain\t[{\n" + COLUMNS + ROW, "provenance: expected a JSON list", "a provenance that cannot be kept")
    manifest("missing-image", COLUMNS + ROW, "0.png: cannot be read: No such file or directory", "a missing image")
    manifest("folder-as-image", COLUMNS + ROW.replace("0.png", "/etc"), "/etc: cannot be read: Is a directory", "a folder")
    manifest("device-as-image", COLUMNS + ROW.replace("0.png", "/dev/zero"), "/dev/zero: is not a file", "an image without an end")


def labels():
    """In a folder with the images a.png and b,"c".png."""
    def table(name, text, message, why, status=1):
        case(f"labels/{name}", text, 'images_here && split -q -t 0 -v 0 --duplicates apart -l "$file" .', status, message, why)

    table("empty", "", "is empty: expected a line of column names", "a file of no bytes")
    table("only-header", "image,label\n", "lists no image", "no row")
    table("no-label-column", "image,class\na.png,A\n", "expected a header with the columns image and label, found no 'label'", "other names")
    table("column-twice", "image,label,label\na.png,A,B\n", "line 1: column 'label' appears twice", "which one counts?")
    table("columns-1025", ",".join(f"c{i}" for i in range(1025)) + "\n", "line 1: more than 1024 columns", "above the limit")
    table("fewer-fields", "image,label\na.png\n", "line 2: expected 2 fields, found 1", "a field fewer")
    table("more-fields", "image,label\na.png,A,B\n", "line 2: expected 2 fields, found more than 2", "a comma that is not quoted")
    table("quote-open", 'image,label\na.png,"A\nb,"c".png,B\n', "line 2:", "a quote that does not end where it should")
    table("quote-to-the-end", 'image,label\na.png,"A\n', "line 2: a quoted field is not closed", "the rest of the file would be one field")
    table("quote-inside", 'image,label\na.png,A"B\n', "line 2: a quote inside an unquoted field", "a quote in the middle")
    table("behind-quote", 'image,label\n"a.png"x,A\n', "line 2: expected a comma or the end of the line after a field", "text after a quoted field")
    table("semicolons", "image;label\na.png;A\n", "expected at least two classes, found one: 'A'", "as spreadsheets write it in some countries, which is read")
    table("old-mac", "image,label\ra.png,A\r", "its lines end in CR", "line ends of one carriage return")
    table("zero-byte", "image,label\na.png,A\0\n", "expected CSV text, found a zero byte", "binary")
    table("utf-16", "image,label\na.png,A\n".encode("utf-16"), "expected UTF-8 text, found UTF-16", "which spreadsheets call Unicode")
    table("not-utf-8", b"image,label\na.png,A\n\"b,\"\"c\"\".png\",\xff\n", "the name of a class is not UTF-8", "Latin-1")
    table("leads-out", "image,label\n../a.png,A\n", "relative to the folder of the data set, found '../a.png'", "a path out of the data set")
    table("leads-out-later", "image,label\nx/../../a.png,A\n", "relative to the folder of the data set, found 'x/../../a.png'", "the same, hidden")
    table("absolute", "image,label\n/etc/passwd,A\n", "'/etc/passwd' cannot be found in", "a path of the machine")
    table("folder", "image,label\n.,A\n", "line 2: '.' is not a file", "a folder")
    table("missing", "image,label\nno.png,A\n", "line 2: 'no.png' cannot be found", "a missing image")
    table("image-twice", "image,label\na.png,A\n./a.png,B\n", "line 3: 'a.png' already appears in line 2", "two labels of one image")
    table("empty-label", "image,label\na.png,\n", "line 2: empty label", "no label")
    table("bad-subset", "image,label,subset\na.png,A,tune\n", "line 2: expected subset train, val or test, found 'tune'", "another name")
    table("one-class", "image,label\na.png,A\n", "expected at least two classes, found one: 'A'", "nothing to distinguish")
    sound = 'image,label\r\n"a.png","A ""quoted"",\r\nlabel\\t"\r\n"b,""c"".png","$(touch owned)\t\u00e9"\r\n'
    table("quotes-and-line-breaks", "\ufeff" + sound, 'A "quoted",\\r\\nlabel\\\\t', "right CSV with everything in it", status=0)
    table("shell-words", sound, '$(touch owned)\\t\u00e9', "words that a shell would obey are words", status=0)


def metrics():
    good = (DATA / "report/metrics.json").read_text()

    def report(name, text, message, why, option="--metrics", status=1):
        rest = "" if option == "--metrics" else ' --metrics "$DATA/report/metrics.json"'
        case(f"{option[2:]}/{name}", text, f'report -q {option} "$file"{rest} -o out', status, message, why)

    def change(**members):
        whole = json.loads(good)
        whole.update(members)
        return json.dumps(whole, indent=2) + "\n"

    report("empty", "", "not JSON: line 1: '[' or '{' expected near end of file", "a file of no bytes")
    report("cut", good[:300], "not JSON", "truncated")
    report("list", "[]\n", "expected a JSON object, found something else", "another type")
    report("twice", good.replace('"n": 8,', '"n": 8, "n": 80,', 1), "duplicate object key", "which one counts?")
    report("nested", "[" * 100000, "maximum parsing depth reached", "would exhaust the stack of a parser that recurses")
    report("nan", re.sub(r'"accuracy": [0-9.]+', '"accuracy": NaN', good, count=1), "not JSON: line 5: invalid token near 'NaN'", "no number of JSON")
    report("number-huge", re.sub(r'"accuracy": [0-9.]+', '"accuracy": 1e999', good, count=1), "real number overflow", "a number that becomes infinite")
    report("not-utf-8", good.encode().replace(b'"NORMAL"', b'"NORM\xc3"', 1), "unable to decode byte 0xc3", "a cut UTF-8 sequence")
    report("zero-in-text", good.replace('"test"', '"te\\u0000st"', 1), "\\u0000 is not allowed", "a text that ends early in C")
    report("version-2", change(format="hilum-metrics 2"), "'format': expected 'hilum-metrics 1', found 'hilum-metrics 2'", "a future version of the format")
    report("no-format", "{}\n", "'format': expected a text, found none", "another object")
    report("count-negative", change(n=-8), "'n': expected a count, found a negative number", "fewer than no images")
    report("count-fraction", change(n=8.5), "'n': expected a whole number, found something else", "half an image")
    report("share-text", change(accuracy="0.75"), "'accuracy': expected a number, found something else", "a number in quotes")
    report("accuracy-null", change(accuracy=None), "'accuracy': expected a number, found null", "a value that is always defined")
    report("log-loss-null", change(log_loss=None), "'log_loss': expected a number, found null", "another one")
    report("subset-text", change(subsets={"test": {"n": "8"}}), "'subsets': expected numbers, found something else", "a count in quotes")
    report("binary-text", change(binary={"sensitivity": "1"}), "'binary': expected numbers, found something else", "a metric in quotes")
    report("auroc-text", change(auroc="0.9"), "'auroc': expected a number or null, found something else", "a number in quotes, where null has a meaning")
    report("matrix-ragged", change(confusion_matrix=[[2, 1], [5]]), "'confusion_matrix': expected 2 rows of 2 counts", "a row too short")
    report("matrix-large", change(confusion_matrix=[[2, 1, 0]] * 3), "'confusion_matrix': expected 2 rows of 2 counts", "a class that does not exist")
    report("matrix-sum", change(confusion_matrix=[[2, 1], [1, 40]]), "'confusion_matrix': expected 8 images in all, found 44", "counts that contradict n")
    report("classes-none", change(classes=[]), "'classes': expected at least one name, found none", "nothing to distinguish")
    report("classes-numbers", change(classes=[0, 1]), "'classes': expected names", "numbers")
    report("space-unknown", change(space={"height": 1, "width": 1, "colour": "red"}), "it has fields that this version does not know", "a feature space of a future version")
    report("markup", change(warnings=["<script>alert(1)</script>", "]]>&amp;"]), "&lt;script&gt;alert(1)&lt;/script&gt;",
           "markup in a text is text", status=0)


def tables():
    history = (DATA / "report/history.tsv").read_text().split("\n")
    epochs = "".join(line + "\n" for line in history if line and not line.startswith("#"))
    predictions = (DATA / "compare/a.tsv").read_text()
    row = predictions.split("\n")[2]

    def report(name, text, message, why, option="history"):
        case(f"{option}/{name}", text, f'report -q --metrics "$DATA/report/metrics.json" --{option} "$file" -o out', 1, message, why)

    report("empty", "", "expected a line of column names", "a file of no bytes")
    report("no-epoch", history[1] + "\n", "expected at least one epoch, found none", "truncated behind the names of the columns")
    report("cut", epochs[:-3], "truncated: the last line does not end", "truncated within a line")
    report("backwards", epochs.replace("\n3\t", "\n1\t"), "row 3: epoch: expected a larger number than in the row before", "an epoch that comes back")
    report("words", epochs.replace("0.25", "low"), "row 3: loss: expected a number, found 'low'", "no number")
    report("hexadecimal", epochs.replace("0.25", "0x1p-2"), "row 3: loss: expected a number, found '0x1p-2'", "a number that strtod would take")
    report("column-twice", epochs.replace("accuracy", "loss", 1), "column 'loss' appears twice", "which one counts?")
    report("column-missing", epochs.replace("val_loss", "loss_of_val"), "expected a column 'val_loss', found none", "another name")
    report("field-more", epochs.replace("0.25", "0.25\t0"), "expected 7 fields, found more", "a field more")
    report("zero-byte", epochs.replace("0.25", "0.2\0"), "it holds a zero byte", "binary")

    def compare(name, text, message, why):
        case(f"predictions/{name}", text, 'compare -q --resamples 10 "$file" "$DATA/compare/b.tsv"', 1, message, why)

    compare("empty", "", "expected a line of column names", "a file of no bytes")
    compare("no-row", "\n".join(predictions.split("\n")[:2]) + "\n", "has no sample of the subset 'test'", "truncated after the column names")
    compare("cut-between-lines", "\n".join(predictions.split("\n")[:20]) + "\n", "expected the same samples", "truncated between two lines")
    compare("above-1", predictions.replace("0.559138", "1.559138"), "row 1: p_HEALTHY: expected a probability, found '1.559138'", "more than certain")
    compare("negative", predictions.replace("0.559138", "-0.559138"), "row 1: p_HEALTHY: expected a probability, found '-0.559138'", "less than nothing")
    compare("nan", predictions.replace("0.559138", "nan"), "row 1: p_HEALTHY: expected a probability, found 'nan'", "a number that strtod would take")
    compare("class-unknown", predictions.replace("\tHEALTHY\t", "\tDEAD\t", 1), "row 1: label: expected a class of the columns p_CLASS, found 'DEAD'", "a class without a column")
    compare("sample-twice", predictions + row + "\n", "'000.png'", "a sample that would count twice")
    compare("label-differs", predictions.replace(row, row.replace("\tHEALTHY\t", "\tILL\t", 1)), "sample '000.png' has label ILL", "two truths")
    compare("classes-differ", predictions.replace("p_ILL", "p_SICK").replace("\tILL", "\tSICK"), "has a column 'p_ILL', which is not a class of", "other classes")
    compare("column-missing", predictions.replace("patient", "person", 1), "expected a column 'patient', found none", "another name")

    head = "sample\tlabel\tpredicted\tp\twhy\tmethod\tclass\tfile\timage\tpeak\tframe\trho\tabs_rho\n"
    for name, picture, message, why in (
            ("leads-out", "../../../data/report/explain/gradcam-01.png", "file: expected a name within the folder", "a picture outside the folder"),
            ("absolute", "/etc/passwd", "file: expected a name within the folder, found '/etc/passwd'", "a file of the machine"),
            ("missing", "none.png", "none.png: cannot be read", "a missing picture"),
            ("no-picture", "explain.tsv", "explain.tsv: expected a PNG file", "a text as a picture"),
            ("nameless", "", "file: expected a name within the folder, found ''", "no name")):
        case(f"explain/{name}/explain.tsv", f"#hilum-explain 1\n{head}a\tA\tA\t0.5\tw\tgradcam\tA\t{picture}\t-\t-\t-\t-\t-\n",
             'report -q --metrics "$DATA/report/metrics.json" --explain "${file%/*}" -o out', 1, message, why)


def all_cases():
    manifests()
    labels()
    metrics()
    tables()
