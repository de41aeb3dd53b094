"""Templates: whatever a template is given from outside is text, printable, in every kind of page."""

import pytest
from jinja2 import UndefinedError

from detector.outputs.html.render import _templates
from detector.outputs.templating import environment


@pytest.mark.parametrize(
    "templates",
    [
        pytest.param(_templates(), id="report"),
        pytest.param(environment("detector.audit.reports"), id="night"),
        pytest.param(environment("detector.serve", "detector.outputs.html"), id="serve"),
    ],
)
def test_text_from_outside_is_printable_and_escaped(templates):
    page = templates.from_string("{{ name }}").render(name="\x1b[2J<b>\u202e")
    assert page == "\\x1b[2J&lt;b&gt;\\u202e"
    with pytest.raises(UndefinedError):
        templates.from_string("{{ no_such_name }}").render()
