import numpy as np
import pytest

import orochi

SMALL = dict(d_model=16, num_layers=1, num_heads=2, epochs=8, batch_size=16, learning_rate=1e-2, random_state=0)


@pytest.fixture(scope="session")
def texts():
    """240 sentences whose label is whether "dragon" is among the words."""
    draw = np.random.default_rng(1)
    words = ["castle", "river", "stone", "night", "song", "road"]
    X, y = [], []
    for i in range(240):
        sentence = list(draw.choice(words, size=6))
        if i % 2:
            sentence[draw.integers(6)] = "dragon"
        X.append(" ".join(sentence))
        y.append("dragon" if i % 2 else "none")
    return X, np.array(y)


@pytest.fixture(scope="session")
def series():
    """160 series of 8 to 12 rows and two channels; class 1 rises in the second one."""
    draw = np.random.default_rng(2)
    X, y = [], np.arange(160) % 2
    for label in y:
        rows = draw.normal(size=(draw.integers(8, 13), 2))
        rows[:, 1] += label * np.linspace(0, 4, len(rows))
        X.append(rows)
    return X, y


@pytest.fixture(scope="session")
def fitted(texts):
    return orochi.Classifier(**SMALL).fit(*texts)
