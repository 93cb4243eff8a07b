#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the files in tests/hostile and what is to become of each, cases.tsv.

Needs the zstd program, and h5py for hdf5/. The tests need neither: what this writes is part of the source tree.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "generator"))

import dicom_files  # noqa: E402
import hdf5_files  # noqa: E402
import hostile  # noqa: E402
import pictures  # noqa: E402
import samples  # noqa: E402
import tensor_files  # noqa: E402
import texts  # noqa: E402

HEAD = "#file\tcommand\tstatus\tmessage\twhy\n"


def main():
    for module in (tensor_files, samples, pictures, texts, hdf5_files, dicom_files):
        module.all_cases()
    rows = ["\t".join(str(field) for field in case) for case in hostile.cases]
    assert all(row.count("\t") == 4 and "\n" not in row for row in rows)
    (hostile.HERE / "cases.tsv").write_text(HEAD + "\n".join(rows) + "\n")


main()
