"""Lines through peers: what becomes of one where the spread around it is nothing."""

import numpy as np
import pytest
from sklearn.linear_model import HuberRegressor

from training.fit import peers


@pytest.fixture
def no_descent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As scikit-learn does where the scale of the deviations goes to zero, on some machines and some data."""

    def fit(self: HuberRegressor, *_: object) -> None:
        raise ValueError("HuberRegressor convergence failed: l-BFGS-b solver terminated with ABNORMAL")

    monkeypatch.setattr(HuberRegressor, "fit", fit)


def test_where_most_accounts_share_one_value_the_line_is_that_value(no_descent: None) -> None:
    table = np.random.default_rng(1).normal(size=(300, 2))
    target = np.where(np.arange(300) % 4 == 0, 0.7, 0.2)
    line = peers._line(table, target)
    assert (line.intercept, line.slopes) == (0.2, (0.0, 0.0))


def test_elsewhere_a_line_that_cannot_be_fitted_is_an_error(no_descent: None) -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="convergence"):
        peers._line(rng.normal(size=(300, 1)), rng.normal(size=300))
