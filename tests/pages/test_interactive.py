import html

import pandas as pd
import pytest
from driftbook.measures import drift
from driftbook.pages import interactive, policy

from tests import trade

HOSTILE = "</script><script>document.title = 'pwned'</script>\n</script>\n    </head>\n"


@pytest.fixture(scope="module")
def snapshot():
    settings = trade.settings(features={"numeric": ["weight"], "categorical": ["carrier"]})
    rows = trade.frame(days=2).assign(prediction=1.0, carrier=HOSTILE)
    return drift.drift_report(settings, rows, pd.concat([rows, rows]))


def test_data_cannot_end_its_script(snapshot):
    text = snapshot.get_html_str(as_iframe=False)
    page = interactive.page(text)
    assert "document.title = 'pwned'" in page, "it is there as data"
    assert text.count("</script><script>document") > 0 == page.count("</script><script>document")
    assert page.count("</script>") == 4, "Evidently's own"
    assert page.index(policy.meta(policy.ANY_SCRIPT)) < page.index("<script>")


def test_the_frame_holds_the_same_page(snapshot):
    frame = interactive.frame(snapshot.get_html_str(as_iframe=True))
    assert html.escape(policy.meta(policy.ANY_SCRIPT)) in frame
    assert html.escape("</script><script>document") not in frame
