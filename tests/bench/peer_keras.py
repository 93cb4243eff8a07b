# SPDX-License-Identifier: BSD-2-Clause
"""What a plain Keras script does.

peer_keras.py predict MODEL IMAGES.npy OUT.npy: features of images
peer_keras.py experiment FOLDER WEIGHTS: the whole study: read, features, head, figures
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy

from timing import Stopwatch


def backbone(model, weights=None):
    size = 299 if model == "inceptionresnetv2" else 224
    make = {"vgg16": keras.applications.VGG16, "mobilenetv2": keras.applications.MobileNetV2,
            "inceptionresnetv2": keras.applications.InceptionResNetV2}[model]
    return make(include_top=False, weights=weights, input_shape=(size, size, 3), pooling="avg")


def predict(model, source, out):
    net = backbone(model)
    net.predict(numpy.zeros((32, *net.input_shape[1:]), "float32"), verbose=0)  # built, not timed
    watch = Stopwatch()
    images = numpy.load(source)
    x = numpy.repeat(images, 3, axis=3).astype("float32") / 127.5 - 1
    numpy.save(out, net.predict(x, batch_size=32, verbose=0))
    watch.stop()


def experiment(folder, weights):
    watch = Stopwatch()
    paths = sorted(Path(folder).glob("*/*/*.jp*g"))
    labels = numpy.array([path.parent.name == "PNEUMONIA" for path in paths], int)
    images = numpy.stack([keras.utils.img_to_array(keras.utils.load_img(
        path, target_size=(224, 224), interpolation="bilinear")) for path in paths])
    net = backbone("mobilenetv2", weights)
    features = net.predict(images / 127.5 - 1, batch_size=32, verbose=0)
    order = numpy.random.default_rng(1).permutation(len(paths))
    test, rest = order[:len(order) // 4], order[len(order) // 4:]
    head = keras.Sequential([keras.layers.Dense(256, "relu"), keras.layers.Dense(2, "softmax")])
    head.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    head.fit(features[rest], labels[rest], epochs=50, batch_size=32, validation_split=0.15, verbose=0,
             callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)])
    answers = head.predict(features[test], verbose=0).argmax(1)
    print("accuracy", (answers == labels[test]).mean())
    watch.stop()


{"predict": predict, "experiment": experiment}[sys.argv[1]](*sys.argv[2:])
