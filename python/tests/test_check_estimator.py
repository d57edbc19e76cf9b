"""scikit-learn's own checks, each a test."""
from sklearn.utils.estimator_checks import parametrize_with_checks

import orochi

DOES_NOT_APPLY = {
    "check_sample_weight_equivalence_on_dense_data": "a weight of 2 is not the same as the sequence twice: batches and the order of an epoch "
    "are drawn by the number of sequences",
}
ESTIMATOR = orochi.Classifier(
    d_model=8, num_layers=1, num_heads=2, epochs=10, batch_size=8, learning_rate=2e-2, dropout=0.0, threads=1, random_state=0
)


@parametrize_with_checks([ESTIMATOR], expected_failed_checks=lambda estimator: DOES_NOT_APPLY)
def test_check(estimator, check):
    check(estimator)
