"""The plain script that training is compared with: what anybody writes after reading a tutorial.

Knows nothing of cnnviz. Prints the seconds of `model.fit` as JSON.

    python benchmarks/plain_script.py IMAGES.npz EPOCHS [--validate]
"""

import json
import sys
import time

import keras
import numpy as np
from keras import layers

arrays = np.load(sys.argv[1])
epochs = int(sys.argv[2])
x_train, y_train = arrays["x_train"].astype("float32") / 255, arrays["y_train"]
validation = None
if "--validate" in sys.argv:
    validation = (arrays["x_validation"].astype("float32") / 255, arrays["y_validation"])

model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

began, cpu_began = time.perf_counter(), time.process_time()
history = model.fit(x_train, y_train, batch_size=64, epochs=epochs, validation_data=validation, verbose=0)
print(
    json.dumps(
        {
            "phase_s": time.perf_counter() - began,
            "cpu_s": time.process_time() - cpu_began,
            "images": epochs * len(x_train),
            "accuracy": history.history["accuracy"][-1],
        }
    )
)
