import re

import pytest
from driftbook.pages import index, policy, render
from nbformat.v4 import new_notebook


def test_a_page_runs_no_script():
    for page in (render.render(new_notebook(), title="t"), render.words("# words")):
        assert policy.meta() in page
        assert page.index(policy.meta()) < page.index("<style")
    assert "script-src 'none'" in policy.meta() and "default-src 'none'" in policy.meta()


def test_the_index_runs_its_own_script_only():
    page = index.page("index.html.j2", models=[], calls=[], loose=[], symbols={}, SHOWN=10)
    (script,) = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    assert policy.meta(policy.only(script)) in page


@pytest.mark.parametrize("kind", ["http:", "https:", "*", "'self'"])
def test_no_page_asks_anybody(kind):
    assert kind not in policy.meta(policy.ANY_SCRIPT)
