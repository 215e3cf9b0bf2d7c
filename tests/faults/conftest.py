"""What the tests of faults measure is printed after all tests."""

import pytest

from tests.figures import Figures, figures


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Figures:
    return figures(request.config)
